"""Clarity of one sentence that is made worse and worse.

Conventions
    A baseline is made of eight sentences of one reader; others are degraded in five steps each, in four ways: a
    low-pass, noise, time compression (phase vocoder), and vowel reduction (every short-time spectral envelope is
    drawn towards the mean one, the fine structure is left). The words are known, as of a line that was read out.
    Kept: of all pairs of steps of a sentence, the undegraded one included, those whose clearness is in order.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import combinations
from pathlib import Path
from typing import Final

import numpy as np

from voicesim.audio.clip import SAMPLE_RATE_HZ, Clip, Samples
from voicesim.audio.level import db_to_ratio, rms_dbov
from voicesim.measure.baseline import LEAST_UTTERANCES, Baseline, baseline_from
from voicesim.measure.clarity import clearness_of
from voicesim.validation.made.stage import noise
from voicesim.validation.real.recordings import SEED, Recordings, Tell, hear
from voicesim.validation.rows import Row, at_least, row

SENTENCES: Final = 12
LOW_PASS_HZ: Final = (3400.0, 2400.0, 1700.0, 1200.0, 800.0)
SNR_DB: Final = (25.0, 20.0, 15.0, 10.0, 5.0)
TEMPO: Final = (1.15, 1.3, 1.5, 1.75, 2.0)
REDUCED: Final = (0.2, 0.4, 0.6, 0.8, 1.0)
_LEVEL_DBOV: Final = -26.0
_QUIET_S: Final = 0.6
_FLOOR_DBOV: Final = -75.0
_LIFTER: Final = 24
_WINDOW: Final = 512


def rows(recordings: Recordings, tell: Tell) -> tuple[Row, ...]:
    """Order kept, by kind of damage."""
    found: list[Row] = []
    for folder in recordings.read_sets():
        paths = recordings.files(folder)
        if len(paths) < LEAST_UTTERANCES + 4:
            continue
        most = 4 if recordings.is_quick else SENTENCES
        rng = np.random.default_rng(SEED)
        calm = baseline_from(
            [
                each
                for path in paths[:LEAST_UTTERANCES]
                if (
                    each := hear(
                        _placed(_sound(recordings, path), rng), recordings.engines, text=recordings.text(path)
                    ).prosody
                )
            ],
            trainee="reader",
            level_dbov=_LEVEL_DBOV,
            least_utterances=4,
        )
        chosen = paths[LEAST_UTTERANCES :: max(1, (len(paths) - LEAST_UTTERANCES) // most)][:most]
        kept: dict[str, list[bool]] = {}
        for index, path in enumerate(chosen):
            for kind, in_order in _degraded(recordings, path, calm, rng).items():
                kept.setdefault(kind, []).extend(in_order)
            tell((index + 1) / len(chosen))
        found += [
            row(
                "clarity",
                f"pairs of steps in order, {kind}",
                f"construction, sentences of {folder.name}",
                float(np.mean(each)),
                n=len(each),
                limits=at_least(0.95),
            )
            for kind, each in kept.items()
        ]
    return tuple(found)


def _sound(recordings: Recordings, path: Path) -> Samples:
    samples = recordings.clip(path).samples
    return samples * np.float32(db_to_ratio(_LEVEL_DBOV - rms_dbov(samples)))


def _placed(sound: Samples, rng: np.random.Generator, floor_dbov: float = _FLOOR_DBOV) -> Clip:
    """With quiet on both sides, over noise."""
    quiet = np.zeros(round(_QUIET_S * SAMPLE_RATE_HZ))
    whole = np.concatenate([quiet, sound, quiet])
    return Clip((whole + noise(rng, len(whole), floor_dbov)).astype(np.float32))


def _degraded(
    recordings: Recordings, path: Path, calm: Baseline, rng: np.random.Generator
) -> dict[str, list[bool]]:
    sound, text = _sound(recordings, path), recordings.text(path)

    def clearness(clip: Clip) -> float:
        found = hear(clip, recordings.engines, text=text).prosody
        # What can no longer be heard as a voice is less clear than anything that can.
        return (
            float("-inf") if found is None else sum(clearness_of(found, calm, use_words=bool(text)).values())
        )

    clean = clearness(_placed(sound, rng))
    ways: dict[str, tuple[Callable[[float], Clip], tuple[float, ...]]] = {
        "low-pass": (lambda hz: _placed(_low_pass(sound, hz), rng), LOW_PASS_HZ),
        "noise": (lambda snr_db: _placed(sound, rng, _LEVEL_DBOV - snr_db), SNR_DB),
        "time compression": (lambda tempo: _placed(_faster(sound, tempo), rng), TEMPO),
        "vowel reduction": (lambda share: _placed(_reduced(sound, share), rng), REDUCED),
    }
    return {
        kind: [
            better > worse for better, worse in combinations([clean, *(clearness(make(x)) for x in steps)], 2)
        ]
        for kind, (make, steps) in ways.items()
    }


def _low_pass(sound: Samples, hz: float) -> Samples:
    from scipy.signal import butter, sosfiltfilt

    return np.asarray(sosfiltfilt(butter(6, hz, fs=SAMPLE_RATE_HZ, output="sos"), sound), np.float32)


def _faster(sound: Samples, tempo: float) -> Samples:
    from librosa.effects import time_stretch

    return np.asarray(time_stretch(sound, rate=tempo, n_fft=_WINDOW), np.float32)


def _reduced(sound: Samples, share: float) -> Samples:
    """Vowels drawn towards each other: envelopes, by their low cepstrum, moved towards the loud frames' mean."""
    from scipy.signal import istft, stft

    _, _, spectrum = stft(sound, SAMPLE_RATE_HZ, nperseg=_WINDOW, noverlap=_WINDOW * 3 // 4)
    log_power = np.log(np.abs(spectrum) + 1e-6)
    cepstrum = np.fft.irfft(log_power, axis=0)
    cepstrum[_LIFTER:-_LIFTER] = 0.0
    envelope = np.fft.rfft(cepstrum, axis=0).real
    level = envelope.mean(axis=0)
    shape = envelope - level
    loud = level > np.quantile(level, 0.5)
    change = share * (shape[:, loud].mean(axis=1, keepdims=True) - shape) * loud
    _, out = istft(spectrum * np.exp(change), SAMPLE_RATE_HZ, nperseg=_WINDOW, noverlap=_WINDOW * 3 // 4)
    made = np.asarray(out[: len(sound)], np.float32)
    return made * np.float32(db_to_ratio(rms_dbov(sound) - rms_dbov(made)))
