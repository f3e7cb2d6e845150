"""Where the energy of a voice lies: its band, its brightness.

Conventions
    Frames of 32 ms (Hann), power spectra at 16 kHz, taken around given samples and averaged. Ratios of bands are
    in dB and do not depend on the gain; they do depend on the microphone and on the line, so they are compared
    with the same speaker's on the same device only. The alpha ratio is the level of 1-5 kHz over that of
    50 Hz-1 kHz (on a telephone line there is nothing above 4 kHz, so it compares with telephone lines only).

Source: alpha ratio as in the eGeMAPS set (Eyben et al. 2016, IEEE Trans. Affective Computing 7:190), with its
orientation: brighter, tenser voices have more.
"""

from __future__ import annotations

from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt

from voicesim.audio.clip import SAMPLE_RATE_HZ, Clip

FRAME_SAMPLES: Final = 512
FREQUENCY_STEP_HZ: Final = SAMPLE_RATE_HZ / FRAME_SAMPLES
_BATCH: Final = 2048

Spectrum: TypeAlias = npt.NDArray[np.float64]


def power_spectra(clip: Clip, middles: npt.NDArray[np.int64]) -> Spectrum:
    """Power spectra around some samples, shape (n_middles, 257); frames that reach over an edge see silence."""
    window = np.hanning(FRAME_SAMPLES + 2)[1:-1]
    offsets = np.arange(FRAME_SAMPLES) - FRAME_SAMPLES // 2
    out = np.zeros((len(middles), FRAME_SAMPLES // 2 + 1))
    for first in range(0, len(middles), _BATCH):
        at = middles[first : first + _BATCH, None] + offsets[None, :]
        inside = (at >= 0) & (at < len(clip))
        frames = clip.samples[np.clip(at, 0, max(0, len(clip) - 1))] * inside
        out[first : first + _BATCH] = np.abs(np.fft.rfft(frames * window, axis=1)) ** 2
    return out


def mean_spectrum(clip: Clip, middles: npt.NDArray[np.int64]) -> Spectrum:
    """Mean power spectrum around some samples, shape (257,); the work is done in batches."""
    total = np.zeros(FRAME_SAMPLES // 2 + 1)
    for first in range(0, len(middles), _BATCH):
        total += power_spectra(clip, middles[first : first + _BATCH]).sum(axis=0)
    return total / max(1, len(middles))


def band_power(spectra: Spectrum, low_hz: float, high_hz: float) -> npt.NDArray[np.float64]:
    """Power between two frequencies, over the last axis."""
    first, last = round(low_hz / FREQUENCY_STEP_HZ), round(high_hz / FREQUENCY_STEP_HZ)
    return np.asarray(spectra[..., first:last].sum(axis=-1))


def band_ratio_db(
    spectrum: Spectrum, upper_hz: tuple[float, float], lower_hz: tuple[float, float]
) -> float | None:
    """Level of one band over that of another; ``None`` where either is empty."""
    upper, lower = float(band_power(spectrum, *upper_hz)), float(band_power(spectrum, *lower_hz))
    return 10.0 * float(np.log10(upper / lower)) if min(upper, lower) > 0.0 else None
