"""A sentence made less and less clear, in five steps of each kind."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from tests.measure.builders import RATE, Samples

LOW_PASS_HZ = (6000, 4000, 2800, 2000, 1400)
NOISE_DB = (30, 26, 22, 19, 16)
TEMPO = (1.15, 1.3, 1.5, 1.75, 2.0)
REDUCTION = (0.15, 0.3, 0.45, 0.6, 0.8)

QUIET_S = 0.5
"""Silence at both ends of a sentence, for the noise to be heard in."""


def low_pass(sound: Samples, step: int) -> Samples:
    from scipy.signal import butter, sosfiltfilt

    return sosfiltfilt(butter(6, LOW_PASS_HZ[step - 1], fs=RATE, output="sos"), sound).astype(np.float32)


def noise(sound: Samples, step: int) -> Samples:
    """White noise below the level of the whole, in the silence too."""
    rms = float(np.sqrt(np.mean(np.square(sound, dtype=np.float64))))
    rng = np.random.default_rng(step)
    return (sound + rng.normal(0.0, rms * 10 ** (-NOISE_DB[step - 1] / 20), len(sound))).astype(np.float32)


def faster(sound: Samples, step: int) -> Samples:
    """Compressed in time by a phase vocoder, pitch kept."""
    import librosa

    quiet = round(QUIET_S * RATE)
    core = librosa.effects.time_stretch(sound[quiet : len(sound) - quiet], rate=TEMPO[step - 1], n_fft=1024)
    return np.concatenate([sound[:quiet], core, sound[len(sound) - quiet :]]).astype(np.float32)


def reduced(sound: Samples, step: int) -> Samples:
    """The spectral envelope of every sounding moment drawn towards the mean of all: vowels grow alike.

    Envelopes are the first 40 cepstral coefficients of 64 ms frames; pitch and level stay what they are.
    """
    import librosa

    share = REDUCTION[step - 1]
    spectra = librosa.stft(sound, n_fft=1024, hop_length=128)
    log = np.log(np.abs(spectra) + 1e-6)
    cepstra = np.fft.ifft(np.concatenate([log, log[-2:0:-1]]), axis=0).real
    cepstra[40:-39] = 0.0
    envelope = np.fft.fft(cepstra, axis=0).real[: len(log)]
    shape = envelope - envelope.mean(axis=0)
    loudest = log.max(axis=0)
    sounding = loudest > np.quantile(loudest, 0.99) - np.log(10 ** (30 / 20))
    wanted = np.where(
        sounding, (1 - share) * shape + share * shape[:, sounding].mean(axis=1, keepdims=True), shape
    )
    return librosa.istft(spectra * np.exp(wanted - shape), hop_length=128, length=len(sound))


KINDS: dict[str, Callable[[Samples, int], Samples]] = {
    "low-pass": low_pass,
    "noise": noise,
    "time compression": faster,
    "vowel reduction": reduced,
}
