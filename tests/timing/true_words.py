"""A recogniser that takes the time of a base-size Whisper and gives the words that were really said.

The model of random weights does all of its work: the full window of 30 s, and as many tokens as the true text has.
What it says means nothing; the words come from the list of what the recorded trainees say, found by the envelope of
the sound, so that the end of turn, which looks at words, can be timed as it will be with a trained model.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import numpy.typing as npt

from tests.live.turn_ends import Utterance, utterances
from voicesim.audio.clip import SAMPLE_RATE_HZ, Samples
from voicesim.audio.span import Span
from voicesim.ports import Recogniser
from voicesim.speech.words import Word

FRAME = 160
TOKENS_A_WORD = 1.3
"""Of English in Whisper's vocabulary, punctuation included."""

LEAST_LIKENESS = 0.8


@dataclass(frozen=True)
class _Known:
    utterance: Utterance
    envelope: npt.NDArray[np.float64]


def _envelope(samples: Samples) -> npt.NDArray[np.float64]:
    whole = samples[: len(samples) - len(samples) % FRAME].astype(np.float64)
    return np.sqrt(np.mean(whole.reshape(-1, FRAME) ** 2, axis=1))


class TrueWords:
    """Keeps a recogniser's Protocol."""

    def __init__(self, folder: Path) -> None:
        from voicesim.engines.recogniser_faster_whisper import FasterWhisperRecogniser

        self._timed = FasterWhisperRecogniser(folder)
        self._transcribe = self._timed._batched.transcribe
        self.identity = self._timed.identity
        self.capabilities = self._timed.capabilities
        self._known = [_Known(one, _envelope(one.samples)) for one in utterances()]

    def session(self) -> _Session:
        """Begin a stretch of speech."""
        return _Session(self)

    def words_of(self, samples: Samples) -> tuple[Word, ...]:
        """The true words, after the model's work."""
        words = self._true_words(samples)
        n_tokens = max(2, round(TOKENS_A_WORD * len(words)))
        self._timed._batched.transcribe = partial(self._transcribe, max_new_tokens=n_tokens)
        self._timed.words_of(samples)
        return words

    def _true_words(self, samples: Samples) -> tuple[Word, ...]:
        envelope = _envelope(samples)
        loud = np.flatnonzero(envelope > 0.05 * envelope.max(initial=0.0))
        if len(loud) == 0:
            return ()
        first, said = int(loud[0]), envelope[loud[0] : loud[-1] + 1]
        best = max(
            ((*_place(known.envelope, said), known.utterance) for known in self._known),
            key=lambda one: one[0],
        )
        likeness, at, utterance = best
        if likeness < LEAST_LIKENESS:
            return ()
        offset = (first - at) * FRAME
        found = []
        for text, start_s, end_s in utterance.words:
            start, end = (round(t * SAMPLE_RATE_HZ) + offset for t in (start_s, end_s))
            if start >= -1600 and end <= len(samples) + 800:
                found.append(Word(text, Span(max(0, start), max(0, end)), 0.9))
        return tuple(found)


def _place(known: npt.NDArray[np.float64], said: npt.NDArray[np.float64]) -> tuple[float, int]:
    """How well a part lies in a whole, and where."""
    padded = np.concatenate([np.zeros(20), known, np.zeros(20)])
    if len(said) > len(padded):
        return 0.0, 0
    products = np.correlate(padded, said, "valid")
    energies = np.convolve(padded**2, np.ones(len(said)), "valid")
    likeness = products / np.sqrt(np.maximum(energies * np.dot(said, said), 1e-12))
    at = int(np.argmax(likeness))
    return float(likeness[at]), at - 20


class _Session:
    def __init__(self, recogniser: TrueWords) -> None:
        self._recogniser = recogniser
        self._parts: list[Samples] = []

    def accept(self, samples: Samples) -> None:
        self._parts.append(np.array(samples, dtype=np.float32))

    def finish(self) -> tuple[Word, ...]:
        return self._recogniser.words_of(np.concatenate(self._parts)) if self._parts else ()

    def close(self) -> None:
        self._parts.clear()


def load(folder: str) -> tuple[Recogniser, bool]:
    """For :class:`voicesim.live.jobs.ProcessJobs`."""
    recogniser: Recogniser = TrueWords(Path(folder))
    return recogniser, False
