"""How single utterances sound: pitch, its spread, brightness, level, rate, and what makes speech clear.

Conventions
    Pitch in semitones above 27.5 Hz: st = 12 log2(f0 / 27.5 Hz), over voiced frames. The spread is the robust
    standard deviation (P90 - P10) / 2.563, which equals the standard deviation of normally distributed pitch, and
    which pink noise at 15 dB SNR moves by 0.01 st where it moves the plain one by 0.7. The alpha ratio is the mean over
    the voiced frames within 15 dB of the loudest of their level of 1-5 kHz over 50 Hz-1 kHz. The clear band is the
    level of 1-3 kHz over everything from 50 Hz to 8 kHz, over all voiced frames. The modulation is the RMS of
    the 2-8 Hz part of the envelope over its mean, inside the utterance. Frames come every 16 ms. Vowel spread and
    audible share are those of :mod:`voicesim.measure.distinctness`.
    The mean noise of the channel in a band, as it is between the speech, is taken out of the power of the band.
    All but the level are independent of the gain. Where the other party leaks into the channel, only the time
    without the other is used.

Source: semitone reference and alpha ratio as in the eGeMAPS set (Eyben et al. 2016, IEEE Trans. Affective
Computing 7:190); more energy at 1-3 kHz and deeper slow modulation mark clear speech (Krause & Braida 2004, JASA
115:362; 2009, JASA 125:3346).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from voicesim.audio.clip import SAMPLE_RATE_HZ, Clip
from voicesim.audio.pitch import PitchTrack
from voicesim.audio.span import Span, intersect, total, union
from voicesim.measure.distinctness import (
    N_VOWEL_BANDS,
    audible_share,
    noise_spectrum,
    vowel_bands,
    vowel_spread_db,
)
from voicesim.measure.envelope import HOP_S, HOP_SAMPLES, Envelope, hops_of, smoothed
from voicesim.measure.spectrum import Spectrum, band_power, power_spectra
from voicesim.measure.spelling import syllables_in
from voicesim.measure.voice import Voice

REFERENCE_HZ: Final = 27.5
SPREAD_DIVISOR: Final = 2.563
"""P90 - P10 of a normal distribution in standard deviations."""
LEAST_VOICED_S: Final = 0.4
"""Voiced time without which an utterance says nothing about its pitch."""
_LOUD_DB: Final = 15.0
_MODULATION_HZ: Final = (2.0, 8.0)
_BATCH: Final = 2048
_LEAST_LEFT: Final = 0.1
"""Of the power of a frame, where the noise seems to be all there is in a band."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Prosody:
    """One utterance."""

    span: Span
    speech_s: float
    voiced_s: float
    f0_st: float
    f0_spread_st: float
    alpha_db: float
    clear_band_db: float
    modulation_ratio: float
    level_dbov: float
    articulation_sps: float
    """Syllables a second of speech time."""
    vowel_spread_db: float
    audible_ratio: float
    speaking_sps: float
    """Syllables heard a second from its first sound to its last, pauses included."""
    written_sps: float | None
    """Syllables of its recognised words over the same time; ``None`` without words."""

    @property
    def is_voiced_enough(self) -> bool:
        """Whether its pitch can be judged."""
        return self.voiced_s >= LEAST_VOICED_S


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class _Frames:
    """Voiced frames of a channel, in order of time."""

    at: npt.NDArray[np.int64]
    f0_st: npt.NDArray[np.float64]
    low: npt.NDArray[np.float64]
    high: npt.NDArray[np.float64]
    clear: npt.NDArray[np.float64]
    all: npt.NDArray[np.float64]
    vowels: npt.NDArray[np.float32]
    """Shape (n_frames, 10)."""


def prosody_of(voice: Voice) -> tuple[Prosody, ...]:
    """Every utterance with any voiced time, in order; none without a pitch track."""
    pitch = voice.side.pitch
    if pitch is None or voice.syllables is None:
        return ()
    noise = noise_spectrum(voice.side.clip, union((*voice.side.speech, *voice.runs)))
    frames = _frames(voice.side.clip, pitch, voice, noise)
    slow, mean = _modulation(voice.envelope)
    found: list[Prosody] = []
    for utterance, level_dbov in zip(voice.utterances, voice.utterance_dbov, strict=True):
        speech = intersect(voice.runs, (utterance.span,))
        first, last = np.searchsorted(frames.at, (utterance.span.start, utterance.span.end))
        if last - first < 3 or level_dbov is None or not speech:
            continue
        inside = slice(int(first), int(last))
        low, middle, high = np.quantile(frames.f0_st[inside], (0.1, 0.5, 0.9))
        speech_s = total(speech) / SAMPLE_RATE_HZ
        turn_s = (speech[-1].end - speech[0].start) / SAMPLE_RATE_HZ
        n_heard = voice.syllables.count(utterance.span)
        n_written = sum(syllables_in(word.text) for word in utterance.words)
        found.append(
            Prosody(
                span=utterance.span,
                speech_s=speech_s,
                voiced_s=float(last - first) * pitch.hop_samples / SAMPLE_RATE_HZ,
                f0_st=float(middle),
                f0_spread_st=float(high - low) / SPREAD_DIVISOR,
                alpha_db=_alpha_db(frames, inside),
                clear_band_db=_db(float(frames.clear[inside].sum()), float(frames.all[inside].sum())),
                modulation_ratio=_depth(slow, mean, utterance.span),
                level_dbov=level_dbov,
                articulation_sps=n_heard / speech_s,
                speaking_sps=n_heard / turn_s,
                written_sps=n_written / turn_s if n_written else None,
                vowel_spread_db=vowel_spread_db(frames.vowels[inside]),
                audible_ratio=audible_share(voice.side.clip, intersect(speech, voice.clear) or speech, noise),
            )
        )
    return tuple(found)


def _frames(clip: Clip, pitch: PitchTrack, voice: Voice, noise: Spectrum | None) -> _Frames:
    voiced = pitch.voiced & (pitch.f0_hz > 0.0)
    at = pitch.first_sample + pitch.hop_samples * np.flatnonzero(voiced).astype(np.int64)
    hops = np.minimum(at // HOP_SAMPLES, max(0, len(voice.envelope) - 1))
    usable = (
        hops_of(voice.clear, len(voice.envelope))[hops]
        if len(voice.envelope)
        else np.zeros(len(at), np.bool_)
    )
    at = at[usable]
    low, high, clear, everything = (np.zeros(len(at)) for _ in range(4))
    vowels = np.zeros((len(at), N_VOWEL_BANDS), np.float32)
    for first in range(0, len(at), _BATCH):
        batch = slice(first, first + _BATCH)
        spectra = power_spectra(clip, at[batch])
        low[batch] = _without_noise(spectra, noise, 50.0, 1000.0)
        high[batch] = _without_noise(spectra, noise, 1000.0, 5000.0)
        clear[batch] = _without_noise(spectra, noise, 1000.0, 3000.0)
        everything[batch] = _without_noise(spectra, noise, 50.0, 8000.0)
        vowels[batch] = vowel_bands(spectra)
    f0_hz = pitch.f0_hz[voiced][usable].astype(np.float64)
    return _Frames(
        at=at,
        f0_st=12.0 * np.log2(f0_hz / REFERENCE_HZ),
        low=low,
        high=high,
        clear=clear,
        all=everything,
        vowels=vowels,
    )


def _without_noise(
    spectra: Spectrum, noise: Spectrum | None, low_hz: float, high_hz: float
) -> npt.NDArray[np.float64]:
    """Power of a band less that of the noise in it; a tenth of it is always left."""
    power = band_power(spectra, low_hz, high_hz)
    if noise is None:
        return power
    return np.maximum(power - float(band_power(noise, low_hz, high_hz)), _LEAST_LEFT * power)


def _alpha_db(frames: _Frames, inside: slice) -> float:
    power = frames.all[inside]
    loud = power >= np.quantile(power, 0.95) * 10.0 ** (-_LOUD_DB / 10.0)
    low, high = frames.low[inside][loud], frames.high[inside][loud]
    tiny = np.finfo(np.float64).tiny
    return float(np.mean(10.0 * np.log10(np.maximum(high, tiny) / np.maximum(low, tiny))))


def _db(part: float, whole: float) -> float:
    tiny = float(np.finfo(np.float64).tiny)
    return 10.0 * float(np.log10(max(part, tiny) / max(whole, tiny)))


def _modulation(envelope: Envelope) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """The 2-8 Hz part of the amplitude envelope, and the envelope."""
    from scipy.signal import butter, sosfilt

    amplitude = np.sqrt(smoothed(envelope.wide, 0.016).astype(np.float64))
    band = butter(2, _MODULATION_HZ, "bandpass", fs=1.0 / HOP_S, output="sos")
    return np.asarray(sosfilt(band, amplitude)), amplitude


def _depth(slow: npt.NDArray[np.float64], mean: npt.NDArray[np.float64], span: Span) -> float:
    inside = slice(span.start // HOP_SAMPLES, max(span.start // HOP_SAMPLES + 1, span.end // HOP_SAMPLES))
    average = float(np.mean(mean[inside])) if len(mean[inside]) else 0.0
    return float(np.sqrt(np.mean(np.square(slow[inside])))) / average if average > 0.0 else 0.0
