"""Stand-ins that are readable documentation of the ports' contracts. None of them is shipped."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from voicesim.audio.clip import SAMPLE_RATE_HZ, Samples
from voicesim.audio.span import Span
from voicesim.ports import RecogniserCapabilities
from voicesim.speech.call import EngineId
from voicesim.speech.words import Word


class EnergyDetector:
    """Calls a chunk speech when it is louder than -50 dBov: enough for sounds made by construction."""

    identity = EngineId(engine="energy", model="-50 dBov", version="1")

    def session(self) -> EnergyDetector:
        return self

    def step(self, chunk: Samples) -> float:
        return 1.0 if float(np.mean(np.square(chunk, dtype=np.float64))) > 1e-5 else 0.0


@dataclass(frozen=True)
class KnownRecording:
    """A recording whose words are known."""

    samples: Samples
    words: tuple[Word, ...]

    @classmethod
    def of(cls, samples: Samples, text: str) -> KnownRecording:
        """Words spread evenly over the recording."""
        tokens = text.split()
        edges = np.linspace(0, len(samples), len(tokens) + 1).astype(int)
        words = tuple(
            Word(token, Span(int(a), int(b)), 0.95)
            for token, a, b in zip(tokens, edges, edges[1:], strict=False)
        )
        return cls(samples, words)


class ScriptedRecogniser:
    """Knows a set of recordings and gives the words of each that it finds in what it is played."""

    def __init__(self, known: Sequence[KnownRecording], *, is_streaming: bool = False) -> None:
        self.identity = EngineId(engine="scripted", model="known recordings", version="1")
        self.capabilities = RecogniserCapabilities(is_streaming=is_streaming, writes_fillers=True)
        self._known = known
        self.n_sessions = 0

    def session(self) -> ScriptedSession:
        self.n_sessions += 1
        return ScriptedSession(self._known)


class ScriptedSession:
    """One stretch of speech."""

    def __init__(self, known: Sequence[KnownRecording]) -> None:
        self._known = known
        self._parts: list[Samples] = []

    def accept(self, samples: Samples) -> None:
        self._parts.append(np.array(samples, dtype=np.float32))

    def finish(self) -> tuple[Word, ...]:
        audio = np.concatenate(self._parts) if self._parts else np.zeros(0, np.float32)
        places = [(recording, _where(audio, recording.samples)) for recording in self._known]
        if all(at is None for _, at in places):
            # The audio may begin in the middle of a recording.
            start = audio[: int(0.6 * len(audio))]
            backs = [(recording, _where(recording.samples, start)) for recording in self._known]
            places = [(recording, None if back is None else -back) for recording, back in backs]
        found = [
            Word(w.text, Span(max(0, w.span.start + at), max(0, w.span.end + at)), w.confidence)
            for recording, at in places
            if at is not None
            for w in recording.words
            if w.span.start + at >= -(SAMPLE_RATE_HZ // 10)
            and w.span.end + at <= len(audio) + SAMPLE_RATE_HZ // 10
        ]
        return tuple(sorted(found, key=lambda w: w.span))

    def close(self) -> None:
        self._parts.clear()


THINNED = 4


def _where(audio: Samples, recording: Samples) -> int | None:
    """The lag at which a recording lies in the audio, or None: normalised correlation of its beginning."""
    probe_length = min(len(recording), 2 * SAMPLE_RATE_HZ, int(0.6 * len(audio)))
    # From the first clear sound on: leading silence may not have reached the recogniser.
    loud = np.flatnonzero(np.abs(recording) > 0.1 * np.max(np.abs(recording), initial=0.0))
    if len(loud) == 0 or len(audio) == 0:
        return None
    first = int(loud[0])
    probe = recording[first : first + probe_length].astype(np.float64)
    if len(audio) < len(probe) or len(probe) < THINNED:
        return None
    # Roughly, on a quarter of the samples, then to the sample.
    roughly = _likeness(_thinned(audio), _thinned(probe))
    if np.max(roughly) < 0.6:
        return None
    rough = THINNED * int(np.argmax(roughly))
    start = max(0, rough - THINNED)
    likeness = _likeness(audio[start : rough + THINNED + len(probe)], probe)
    at = int(np.argmax(likeness))
    return start + at - first if likeness[at] >= 0.8 else None


def _likeness(audio: Samples, probe: Samples) -> Samples:
    """Normalised correlation at every lag at which the probe lies inside the audio."""
    size = 1 << int(np.ceil(np.log2(len(audio) + len(probe))))
    correlation = np.fft.irfft(np.fft.rfft(audio, size) * np.conj(np.fft.rfft(probe, size)), size)
    energy = np.concatenate([[0.0], np.cumsum(audio.astype(np.float64) ** 2)])
    here = energy[len(probe) :] - energy[: len(energy) - len(probe)]
    norm = np.sqrt(np.maximum(here, 1e-9) * np.dot(probe, probe))
    likeness: Samples = correlation[: len(here)] / norm
    return likeness


def _thinned(samples: Samples) -> Samples:
    """A quarter of the samples: enough to tell recordings apart, and four times as fast."""
    return samples[: len(samples) - len(samples) % THINNED].reshape(-1, THINNED).mean(axis=1)


def voice_like(
    rng: np.random.Generator, duration_s: float, *, f0_hz: float = 140.0, level_dbov: float = -26.0
) -> Samples:
    """A buzz with a syllable rhythm: no words, but the level, pitch and pauses are exact."""
    n = round(duration_s * SAMPLE_RATE_HZ)
    t = np.arange(n) / SAMPLE_RATE_HZ
    harmonics = sum(np.sin(2 * np.pi * f0_hz * k * t + rng.uniform(0, 6.28)) / k for k in range(1, 12))
    # Breath makes every moment of the sound unlike every other, so that a recording can be found again.
    sound = (np.asarray(harmonics) + 0.5 * rng.standard_normal(n)) * (0.6 + 0.4 * np.sin(2 * np.pi * 4.0 * t))
    rms = float(np.sqrt(np.mean(sound**2)))
    return (sound / rms * 10 ** (level_dbov / 20)).astype(np.float32)
