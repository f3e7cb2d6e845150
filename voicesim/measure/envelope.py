"""Power of a channel over time, the common ground of pauses, syllables, noise and bleed.

Conventions
    One value per 64 samples (4 ms at 16 kHz): mean square of the samples, full scale 1.0 = 0 dBov. ``wide``
    is the channel above 100 Hz (no mains hum, no offset of the sound card), ``vowel`` its band from 500 to
    2000 Hz, where vowels stand out against nasals, murmur and sibilants. The rest of the last 64 samples is
    left out. Any length of channel, in constant memory but for the result (2 MB an hour and band).

Source: the band follows Mermelstein 1975 (JASA 58:880), who weights 500 Hz to 4 kHz to find syllables; 2 kHz
as its upper edge keeps it inside the telephone band and away from sibilants.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt

from voicesim.audio.clip import SAMPLE_RATE_HZ, Clip
from voicesim.audio.span import Span, Timeline, union
from voicesim.errors import ParameterError

HOP_SAMPLES: Final = 64
HOP_S: Final = HOP_SAMPLES / SAMPLE_RATE_HZ
FLOOR_DB: Final = -120.0
"""Stands for digital silence."""

_HIGH_PASS_HZ: Final = 100.0
_VOWEL_BAND_HZ: Final = (500.0, 2000.0)
_BLOCK_SAMPLES: Final = HOP_SAMPLES * 4096

Track: TypeAlias = npt.NDArray[np.float32]
Mask: TypeAlias = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Envelope:
    """Power over time of one channel."""

    wide: Track
    """Above 100 Hz; shape (n_hops,)."""
    vowel: Track
    """500 to 2000 Hz; shape (n_hops,)."""

    def __len__(self) -> int:
        return len(self.wide)


def envelope_of(clip: Clip) -> Envelope:
    """Power over time.

    Args:
        clip: 16 kHz.

    Raises:
        ParameterError: for another rate.
    """
    from scipy.signal import butter, sosfilt

    if clip.sample_rate_hz != SAMPLE_RATE_HZ:
        raise ParameterError(f"an envelope is taken at {SAMPLE_RATE_HZ} Hz, got {clip.sample_rate_hz}")
    high = butter(2, _HIGH_PASS_HZ, "highpass", fs=SAMPLE_RATE_HZ, output="sos")
    band = butter(4, _VOWEL_BAND_HZ, "bandpass", fs=SAMPLE_RATE_HZ, output="sos")
    high_state, band_state = np.zeros((len(high), 2)), np.zeros((len(band), 2))
    n_hops = len(clip) // HOP_SAMPLES
    wide, vowel = np.zeros(n_hops, np.float32), np.zeros(n_hops, np.float32)
    for at in range(0, n_hops * HOP_SAMPLES, _BLOCK_SAMPLES):
        block = np.asarray(clip.samples[at : min(at + _BLOCK_SAMPLES, n_hops * HOP_SAMPLES)], np.float64)
        above, high_state = sosfilt(high, block, zi=high_state)
        inside, band_state = sosfilt(band, block, zi=band_state)
        hops = slice(at // HOP_SAMPLES, (at + len(block)) // HOP_SAMPLES)
        wide[hops] = np.square(above).reshape(-1, HOP_SAMPLES).mean(axis=1)
        vowel[hops] = np.square(inside).reshape(-1, HOP_SAMPLES).mean(axis=1)
    return Envelope(wide=wide, vowel=vowel)


def in_db(power: npt.NDArray[np.floating]) -> Track:
    """Power in dB, never below :data:`FLOOR_DB`."""
    floor = 10.0 ** (FLOOR_DB / 10.0)
    return np.asarray(10.0 * np.log10(np.maximum(power, floor)), np.float32)


def smoothed(power: Track, window_s: float) -> Track:
    """Moving mean over about ``window_s``, centred; edges are taken as silent."""
    n = max(1, round(window_s / HOP_S))
    if len(power) < n:
        return power
    return np.convolve(power, np.full(n, 1.0 / n), "same").astype(np.float32)


def hops_of(spans: Iterable[Span], n_hops: int) -> Mask:
    """Which hops have their middle inside some span."""
    mask = np.zeros(n_hops, np.bool_)
    for span in spans:
        mask[_hop_at(span.start, n_hops) : _hop_at(span.end, n_hops)] = True
    return mask


def _hop_at(sample: int, n_hops: int) -> int:
    return min(n_hops, max(0, -(-(sample - HOP_SAMPLES // 2) // HOP_SAMPLES)))


def spans_of(mask: Mask, *, bridge_s: float = 0.0) -> Timeline:
    """Runs of true hops, those less than ``bridge_s`` apart joined."""
    padded = np.concatenate(([False], mask, [False]))
    edges = (np.flatnonzero(padded[1:] != padded[:-1]) * HOP_SAMPLES).tolist()
    runs = [Span(start, end) for start, end in zip(edges[::2], edges[1::2], strict=True)]
    # One sample less: a gap of exactly ``bridge_s`` is kept apart.
    return union(runs, bridge_samples=max(0, round(bridge_s * SAMPLE_RATE_HZ) - 1))
