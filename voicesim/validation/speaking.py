"""A voice made from nothing, so that the truth about it is known: every syllable, every pitch, every pause.

Conventions
    16 kHz, float64 while it is made. A syllable is a consonant (stop, fricative, nasal or glide) and a vowel. The
    voice is a saw-tooth of exact pitch with little aliasing, darkened by 6 dB an octave, through five resonances
    that glide from vowel to vowel, in steps of 10 ms. What is voiced, and at which pitch, is known for every
    sample; where each vowel has its middle too. Nothing here is used by any measure.

Source: source and filter in cascade after Klatt 1980 (JASA 67:971), reduced to what a detector needs; the vowels'
first three resonances are the men's means of Peterson & Barney 1952 (JASA 24:175), scaled with the length of the
vocal tract.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from voicesim.audio.clip import SAMPLE_RATE_HZ, Samples
from voicesim.audio.level import db_to_ratio, rms_dbov

_STEP: Final = 160
_VOWELS_HZ: Final = np.array(
    [
        (270.0, 2290.0, 3010.0),
        (390.0, 1990.0, 2550.0),
        (530.0, 1840.0, 2480.0),
        (660.0, 1720.0, 2410.0),
        (730.0, 1090.0, 2440.0),
        (570.0, 840.0, 2410.0),
        (440.0, 1020.0, 2240.0),
        (300.0, 870.0, 2240.0),
        (640.0, 1190.0, 2390.0),
        (490.0, 1350.0, 1690.0),
    ]
)
_NASAL_HZ: Final = np.array((250.0, 1100.0, 2200.0))
_UPPER_HZ: Final = (3500.0, 4500.0)
_WIDTHS_HZ: Final = np.array((70.0, 90.0, 130.0, 250.0, 300.0))
_CONSONANT_S: Final = {"stop": 0.07, "fricative": 0.09, "nasal": 0.06, "glide": 0.05}
_KINDS: Final = tuple(_CONSONANT_S)
_DARK_HZ: Final = 200.0

Track = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Speaker:
    """A made voice."""

    f0_hz: float
    """Median pitch."""
    spread_st: float = 2.2
    """Standard deviation of the pitch."""
    tract: float = 1.0
    """Resonances over those of the tables: 1 for a man, about 1.17 for a woman, more for a child."""
    rate_sps: float = 4.6
    """Syllables a second."""
    breath: float = 0.02
    """Amplitude of noise beside the voice."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Talk:
    """Made speech and its truth."""

    samples: Samples
    f0_hz: Track
    """Of every sample; 0 where nothing is voiced."""
    syllables: npt.NDArray[np.int64]
    """Sample of each vowel's middle."""
    edges: npt.NDArray[np.int64]
    """Samples at which a syllable begins that sounds from its first sample on; the end of it all is the last."""

    def __len__(self) -> int:
        return len(self.samples)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Plan:
    """What sounds when, per sample."""

    kind: npt.NDArray[np.int8]
    """0 silence of a stop, 1 voice, 2 noise, 3 burst."""
    loudness_db: Track
    formants_hz: npt.NDArray[np.float64]
    """Per step of 10 ms; shape (n_steps, 3)."""
    syllables: npt.NDArray[np.int64]
    edges: npt.NDArray[np.int64]


def speak(
    speaker: Speaker, rng: np.random.Generator, duration_s: float, *, level_dbov: float = -26.0
) -> Talk:
    """Speech without a pause that lasts exactly as long as asked.

    Args:
        speaker: whose voice.
        rng: what is said, and how.
        duration_s: from the first sample that sounds to the last.
        level_dbov: RMS level of it all.
    """
    n = round(duration_s * SAMPLE_RATE_HZ)
    plan = _plan(speaker, rng, n)
    f0_hz = _melody(speaker, rng, n)
    voice = _through_tract(_saw(f0_hz, rng, speaker.breath), plan, speaker.tract)
    sound = _with_consonants(voice, plan, rng)
    sound *= db_to_ratio(level_dbov - rms_dbov(sound.astype(np.float32)))
    return Talk(
        samples=sound.astype(np.float32),
        f0_hz=np.where(plan.kind == 1, f0_hz, 0.0),
        syllables=plan.syllables,
        edges=plan.edges,
    )


def cut(talk: Talk, rng: np.random.Generator, duration_s: float) -> Talk:
    """A stretch of made speech of about a duration, from the beginning of one syllable to that of another."""
    wanted = round(duration_s * SAMPLE_RATE_HZ)
    starts = talk.edges[talk.edges + wanted <= len(talk)]
    start = int(rng.choice(starts))
    end = int(talk.edges[np.argmin(np.abs(talk.edges - start - wanted))])
    inside = talk.syllables[(talk.syllables >= start) & (talk.syllables < end)] - start
    return Talk(
        samples=talk.samples[start:end],
        f0_hz=talk.f0_hz[start:end],
        syllables=inside,
        edges=talk.edges[(talk.edges >= start) & (talk.edges <= end)] - start,
    )


def _plan(speaker: Speaker, rng: np.random.Generator, n: int) -> _Plan:
    n_syllables = max(1, round(n / SAMPLE_RATE_HZ * speaker.rate_sps))
    edges = np.linspace(0, n, n_syllables + 1)
    edges[1:-1] += rng.uniform(-0.08, 0.08, n_syllables - 1) * (n / n_syllables)
    kind, loudness_db = np.ones(n, np.int8), np.zeros(n)
    steps = -(-n // _STEP)
    at, heard = [0.0], [_VOWELS_HZ[rng.integers(len(_VOWELS_HZ))]]
    middles, sounding = [], []
    last = -1
    for start, end in zip(edges[:-1].astype(int), edges[1:].astype(int), strict=True):
        vowel = int(rng.choice([v for v in range(len(_VOWELS_HZ)) if v != last]))
        last = vowel
        consonant = _KINDS[int(rng.integers(len(_KINDS)))]
        length = min(round(_CONSONANT_S[consonant] * SAMPLE_RATE_HZ), (end - start) * 2 // 5)
        # The first and the last sample of all must sound.
        if start == 0 and consonant == "stop":
            consonant = "nasal"
        onset = start + length
        if consonant != "stop":
            sounding.append(start)
        if consonant == "stop":
            burst = min(length // 4, round(0.012 * SAMPLE_RATE_HZ))
            kind[start : onset - burst] = 0
            kind[onset - burst : onset] = 3
        elif consonant == "fricative":
            kind[start:onset] = 2
        else:
            loudness_db[start:onset] = -12.0 if consonant == "nasal" else -8.0
        x = np.linspace(0.0, 1.0, end - onset)
        loudness_db[onset:end] = rng.normal(0.0, 1.5) - 9.0 * np.abs(2.0 * x - 0.8) ** 3
        shape = _NASAL_HZ if consonant == "nasal" else 0.6 * heard[-1] + 0.4 * _VOWELS_HZ[vowel]
        at += [start + 0.5 * length, onset + 0.3 * (end - onset), onset + 0.8 * (end - onset)]
        heard += [shape, _VOWELS_HZ[vowel], _VOWELS_HZ[vowel]]
        middles.append((onset + end) // 2)
    times = np.arange(steps) * _STEP + _STEP / 2
    formants = np.stack([np.interp(times, at, np.array(heard)[:, k]) for k in range(3)], axis=1)
    return _Plan(
        kind=kind,
        loudness_db=_eased(loudness_db),
        formants_hz=formants,
        syllables=np.array(middles, np.int64),
        edges=np.array([*sounding, n], np.int64),
    )


def _eased(track: Track) -> Track:
    """The same, with steps spread over 10 ms."""
    size = round(0.01 * SAMPLE_RATE_HZ)
    padded = np.pad(track, (size // 2, size - 1 - size // 2), mode="edge")
    return np.convolve(padded, np.full(size, 1.0 / size), "valid")


def _melody(speaker: Speaker, rng: np.random.Generator, n: int) -> Track:
    """Pitch that falls a little over each 2 s and moves with every second syllable; its spread is as asked."""
    t = np.arange(n) / SAMPLE_RATE_HZ
    knots = max(4, round(t[-1] * 2.2) if n else 4)
    movement = np.interp(np.linspace(0, knots - 1, n), np.arange(knots), rng.normal(0.0, 1.0, knots))
    st = movement - 0.6 * np.mod(t, 2.0)
    st -= np.median(st)
    spread = float(np.std(st))
    return np.asarray(speaker.f0_hz * 2.0 ** (st * (speaker.spread_st / max(spread, 1e-9)) / 12.0))


def _saw(f0_hz: Track, rng: np.random.Generator, breath: float) -> Track:
    """A saw-tooth of exact pitch whose jumps are rounded (two-sample polynomial), darkened by 6 dB an octave."""
    from scipy.signal import lfilter

    step = f0_hz / SAMPLE_RATE_HZ
    phase = np.mod(np.cumsum(step), 1.0)
    saw = 2.0 * phase - 1.0
    early, late = phase < step, phase > 1.0 - step
    x = phase[early] / step[early]
    saw[early] -= x + x - x * x - 1.0
    x = (phase[late] - 1.0) / step[late]
    saw[late] -= x * x + x + x + 1.0
    pole = float(np.exp(-2.0 * np.pi * _DARK_HZ / SAMPLE_RATE_HZ))
    source = saw + breath * rng.normal(0.0, 1.0, len(saw))
    return np.asarray(lfilter([1.0 - pole], [1.0, -pole], source))


def _through_tract(source: Track, plan: _Plan, tract: float) -> Track:
    """Five resonances in a row whose frequencies change every 10 ms."""
    from scipy.signal import sosfilt

    out = np.empty_like(source)
    state = np.zeros((5, 2))
    radius = np.exp(-np.pi * _WIDTHS_HZ / SAMPLE_RATE_HZ)
    sections = np.zeros((5, 6))
    sections[:, 3] = 1.0
    sections[:, 5] = radius**2
    upper = tuple(hz * tract for hz in _UPPER_HZ)
    for index, formants in enumerate(plan.formants_hz):
        hz = np.minimum(np.concatenate([formants * tract, upper]), 7500.0)
        sections[:, 4] = -2.0 * radius * np.cos(2.0 * np.pi * hz / SAMPLE_RATE_HZ)
        sections[:, 0] = 1.0 + sections[:, 4] + sections[:, 5]
        piece = slice(index * _STEP, (index + 1) * _STEP)
        out[piece], state = sosfilt(sections, source[piece], zi=state)
    return np.diff(out, prepend=0.0)


def _with_consonants(voice: Track, plan: _Plan, rng: np.random.Generator) -> Track:
    from scipy.signal import butter, sosfilt

    n = len(voice)
    gate = _eased((plan.kind == 1).astype(np.float64))
    loud = voice * 10.0 ** (plan.loudness_db / 20.0) * gate
    rms = float(np.sqrt(np.mean(np.square(loud)))) or 1.0
    hiss = sosfilt(
        butter(2, (2500.0, 7000.0), "bandpass", fs=SAMPLE_RATE_HZ, output="sos"), rng.normal(0, 1, n)
    )
    hiss *= rms / max(float(np.std(hiss)), 1e-12)
    noise = hiss * _eased(
        np.where(plan.kind == 2, db_to_ratio(-9.0), np.where(plan.kind == 3, db_to_ratio(-3.0), 0.0))
    )
    return np.asarray(loud + noise)
