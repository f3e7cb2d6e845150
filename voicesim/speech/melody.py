"""How the voice moved before a pause: has the melody come down, as at the end of a sentence, or does it hang?

Conventions: pitch is found block by block (512 samples at 16 kHz) by the normalised autocorrelation of the last
1024 samples; it serves the end of turn alone and is no measure. ``fall_st`` is how far the last voiced quarter of
a second lies below the speaker's middle of this turn, in semitones: positive is lower.

Source: the normalised autocorrelation and its voicing threshold are those of Boersma (1993), "Accurate short-term
analysis of the fundamental frequency"; that a low end marks a finished turn and a level one in the middle of the
range a kept turn is Gravano & Hirschberg (2011), "Turn-taking cues in task-oriented dialogue".
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np

from voicesim.audio.clip import SAMPLE_RATE_HZ, Samples

WINDOW_SAMPLES: Final = 1024
"""64 ms: three periods of the lowest voice."""

LOWEST_HZ: Final = 70.0
HIGHEST_HZ: Final = 400.0

VOICED: Final = 0.6
"""Autocorrelation above which a block is voiced."""

LAST_BLOCKS: Final = 8
"""The end of a melody: 256 ms."""

LEAST_LAST: Final = 3
LEAST_BEFORE: Final = 12
"""With fewer voiced blocks there is nothing to compare."""


@dataclass(frozen=True, slots=True)
class Melody:
    """The end of a stretch of speech against all of it."""

    fall_st: float
    """Semitones that the end lies below the middle of the turn."""


class MelodyTracker:
    """Follows the pitch of a turn, block by block."""

    def __init__(self) -> None:
        self._window = np.zeros(WINDOW_SAMPLES, dtype=np.float32)
        self._hann = np.hanning(WINDOW_SAMPLES)
        spectrum = np.fft.rfft(self._hann, 2 * WINDOW_SAMPLES)
        own = np.fft.irfft(np.abs(spectrum) ** 2)[:WINDOW_SAMPLES]
        self._first = math.ceil(SAMPLE_RATE_HZ / HIGHEST_HZ)
        self._last = math.floor(SAMPLE_RATE_HZ / LOWEST_HZ)
        self._own = own / own[0]
        self._pitches_st: list[tuple[int, float]] = []
        self._n_blocks = 0

    def start_turn(self) -> None:
        """Forget what was said before."""
        self._pitches_st.clear()

    def step(self, samples: Samples, *, is_voice: bool = True) -> None:
        """Take the next block.

        Args:
            samples: float32, shape (512,).
            is_voice: whether the block belongs to the trainee's speech; no pitch is sought in others.
        """
        self._window = np.concatenate([self._window[len(samples) :], samples])
        self._n_blocks += 1
        f0_hz = self._pitch_hz() if is_voice else None
        if f0_hz is not None:
            self._pitches_st.append((self._n_blocks, 12.0 * math.log2(f0_hz)))

    def melody(self) -> Melody | None:
        """Of the turn so far; ``None`` where too little of it was voiced."""
        if not self._pitches_st:
            return None
        since = self._pitches_st[-1][0] - LAST_BLOCKS
        last = [pitch for block, pitch in self._pitches_st if block > since]
        before = [pitch for block, pitch in self._pitches_st if block <= since]
        if len(last) < LEAST_LAST or len(before) < LEAST_BEFORE:
            return None
        return Melody(round(float(np.median(before) - np.median(last[-4:])), 1))

    def _pitch_hz(self) -> float | None:
        windowed = (self._window - self._window.mean()) * self._hann
        spectrum = np.fft.rfft(windowed, 2 * WINDOW_SAMPLES)
        auto = np.fft.irfft(np.abs(spectrum) ** 2)[: self._last + 2]
        if auto[0] <= 1e-9 * WINDOW_SAMPLES:
            return None
        auto = auto / auto[0] / self._own[: self._last + 2]
        lags = np.arange(self._first, self._last + 1)
        middle, left, right = auto[lags], auto[lags - 1], auto[lags + 1]
        # A cost for every octave down, as in the source: the period and not its double.
        strength = np.where((middle >= left) & (middle >= right), middle, 0.0) - 0.02 * np.log2(lags)
        best = int(np.argmax(strength))
        if middle[best] < VOICED:
            return None
        return SAMPLE_RATE_HZ / float(lags[best])
