"""How distinct the sounds of speech are: how far its vowels lie apart, and how much of its band comes through.

Conventions
    *Vowel spread*: levels of the voiced frames within 20 dB of the loud ones in ten bands from 200 to 2450 Hz, each
    frame less its own mean; the RMS of their distance from the mean frame, in dB. Vowels that all sound alike
    have little of it, and so has a voice that noise fills up. It is language and text that set its height, so it
    is compared with the same speaker's over many sentences, never with other people's: an accent moves the
    vowels, it does not bring them together.
    *Audible share*: in six octave bands, how much of 30 dB of range the mean level of the sounding frames has above
    the noise of the channel in that band, and above 45 dB under the whole (what lies lower is not heard beside
    the rest); 0 to 1 in each, weighted by the band's importance. 1 is all of speech, 0 none.
    Neither depends on the gain.

Source: a small, centralized vowel space goes with low intelligibility (Lam & Tjaden 2014, Folia Phoniatr. Logop.
66:121). Octave bands, their importance and 30 dB of range after ANSI S3.5-1997 (speech intelligibility index),
table 4; 45 dB is a choice of this project.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Final

import numpy as np
import numpy.typing as npt

from voicesim.audio.clip import SAMPLE_RATE_HZ, Clip
from voicesim.audio.span import Span, Timeline, union
from voicesim.measure.spectrum import FRAME_SAMPLES, Spectrum, band_power, mean_spectrum, power_spectra
from voicesim.measure.voice import without

VOWEL_EDGES_HZ: Final = (200.0, 350.0, 500.0, 650.0, 800.0, 1000.0, 1250.0, 1500.0, 1800.0, 2100.0, 2450.0)
N_VOWEL_BANDS: Final = len(VOWEL_EDGES_HZ) - 1
VOWEL_LOUD_DB: Final = 20.0
OCTAVES_HZ: Final = (177.0, 354.0, 707.0, 1414.0, 2828.0, 5657.0, 7900.0)
IMPORTANCE: Final = (0.0617, 0.1671, 0.2373, 0.2648, 0.2142, 0.0549)
RANGE_DB: Final = 30.0
MASKED_BELOW_DB: Final = 45.0

_STEP_SAMPLES: Final = 512
_MOST_NOISE_FRAMES: Final = 2000
_LEAST_NOISE_FRAMES: Final = 8
_QUIETEST: Final = 0.3
_DIGITAL_SILENCE: Final = 1e-7
"""Power of a frame (sum over the spectrum) at about -120 dBov."""
_TINY: Final = 1e-15


def vowel_bands(spectra: Spectrum) -> npt.NDArray[np.float32]:
    """Power of the vowel bands; shape (n_frames, 10)."""
    return np.stack([band_power(spectra, *pair) for pair in pairwise(VOWEL_EDGES_HZ)], axis=-1).astype(
        np.float32
    )


def vowel_spread_db(bands: npt.NDArray[np.floating]) -> float:
    """How far the vowels lie apart.

    Args:
        bands: of voiced frames, from :func:`vowel_bands`; shape (n_frames, 10).
    """
    power = bands.sum(axis=1, dtype=np.float64)
    if len(power) == 0:
        return 0.0
    loud = power >= np.quantile(power, 0.95) * 10.0 ** (-VOWEL_LOUD_DB / 10.0)
    level_db = 10.0 * np.log10(np.maximum(bands[loud].astype(np.float64), power.max() * 1e-8 + _TINY))
    shape_db = level_db - level_db.mean(axis=1, keepdims=True)
    return float(np.sqrt(np.mean(np.square(shape_db - shape_db.mean(axis=0)))))


def noise_spectrum(clip: Clip, busy: Timeline) -> Spectrum | None:
    """Mean power spectrum of the noise: of the quietest 30 % of the frames without speech, digital silence left out.

    Args:
        clip: the channel.
        busy: where its own speech is; what else may be heard (clicks, the other party) is not among the quietest.

    Returns:
        Shape (257,), or ``None`` where too little is free.
    """
    slack = SAMPLE_RATE_HZ // 10
    middles = _grid(without((clip.span,), union(_widened(busy, slack))))
    if len(middles) > _MOST_NOISE_FRAMES:
        middles = middles[np.linspace(0, len(middles) - 1, _MOST_NOISE_FRAMES).astype(np.int64)]
    spectra = power_spectra(clip, middles)
    power = spectra.sum(axis=1)
    sounding = power > _DIGITAL_SILENCE
    if np.count_nonzero(sounding) < _LEAST_NOISE_FRAMES:
        return None
    quiet = sounding & (power <= np.quantile(power[sounding], _QUIETEST))
    return np.asarray(spectra[quiet].mean(axis=0))


def audible_share(clip: Clip, speech: Timeline, noise: Spectrum | None) -> float:
    """How much of the band of speech comes through, 0..1.

    Args:
        clip: the channel.
        speech: sounding stretches to look at.
        noise: from :func:`noise_spectrum`, where known.
    """
    middles = _grid(speech)
    if len(middles) == 0:
        return 0.0
    spectrum = mean_spectrum(clip, middles)
    level_db = _db(_octaves(spectrum))
    threshold_db = np.full(len(level_db), float(_db(np.array([spectrum.sum()]))[0]) - MASKED_BELOW_DB)
    if noise is not None:
        threshold_db = np.maximum(threshold_db, _db(_octaves(noise)))
    heard = np.clip((level_db - threshold_db) / RANGE_DB, 0.0, 1.0)
    return float(np.dot(heard, IMPORTANCE))


def _octaves(spectrum: Spectrum) -> npt.NDArray[np.float64]:
    return np.array([float(band_power(spectrum, *pair)) for pair in pairwise(OCTAVES_HZ)])


def _db(power: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    return np.asarray(10.0 * np.log10(np.maximum(power, _TINY)))


def _grid(spans: Timeline) -> npt.NDArray[np.int64]:
    """Middles of frames inside some spans; that of the longest span where none holds a whole frame."""
    half = FRAME_SAMPLES // 2
    pieces = [np.arange(s.start + half, s.end - half + 1, _STEP_SAMPLES, dtype=np.int64) for s in spans]
    middles = np.concatenate(pieces) if pieces else np.zeros(0, np.int64)
    if len(middles) or not spans:
        return middles
    longest = max(spans, key=len)
    return np.array([(longest.start + longest.end) // 2], np.int64)


def _widened(spans: Timeline, by: int) -> Timeline:
    return tuple(Span(s.start - by, s.end + by) for s in spans)
