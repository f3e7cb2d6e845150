"""Level, loudness, noise and clipping of made sound."""

from __future__ import annotations

from collections.abc import Callable
from statistics import median
from typing import Final

import numpy as np

from voicesim.audio.clip import SAMPLE_RATE_HZ, Clip, Samples
from voicesim.audio.level import db_to_ratio
from voicesim.intake.engines import Engines
from voicesim.measure.level import active_level
from voicesim.measure.loudness import loudness_lufs
from voicesim.measure.quality import clipped_runs
from voicesim.measure.voice import analyse
from voicesim.speech.words import Party
from voicesim.validation.made.stage import Stage, call_of, noise, side_of
from voicesim.validation.made.turns import SPEAKERS
from voicesim.validation.rows import Row, at_least, at_most, row, within
from voicesim.validation.speaking import speak

_LEVELS_DBOV: Final = (-60.0, -40.0, -26.0, -12.0)
_SNR_DB: Final = (40.0, 30.0, 20.0, 12.0)

# EBU Tech 3341, cases 1 to 5 (level of a 1 kHz sine in dBFS, seconds), here in one channel: 3.01 LU lower.
_LOUDNESS: Final = (
    (((-23.0, 20.0),), -23.0),
    (((-33.0, 20.0),), -33.0),
    (((-36.0, 10.0), (-23.0, 60.0), (-36.0, 10.0)), -23.0),
    (((-72.0, 10.0), (-36.0, 10.0), (-23.0, 60.0), (-36.0, 10.0), (-72.0, 10.0)), -23.0),
    (((-26.0, 20.0), (-20.0, 20.1), (-26.0, 20.0)), -23.0),
)
_CLIPPED_FROM: Final = 0.98
_MONO_LU: Final = -3.01


def rows(
    engines: Engines, progress: Callable[[float], None], *, voices: int = len(SPEAKERS), seed: int = 20261122
) -> tuple[Row, ...]:
    """Everything about how loud something is."""
    rng = np.random.default_rng(seed)
    talks = [speak(speaker, rng, 6.0).samples for speaker in SPEAKERS[:voices]]
    phrases = np.concatenate(
        [np.concatenate([talk, np.zeros(SAMPLE_RATE_HZ // 2, np.float32)]) for talk in talks]
    )
    progress(0.3)
    found = (*_active(rng, phrases), *_loudness(phrases))
    progress(0.6)
    return (*found, *_noise(engines, talks, rng), *_clipping(phrases))


def _active(rng: np.random.Generator, speech: Samples) -> tuple[Row, ...]:
    subject = "active level"
    steady = [_level(noise(rng, 10 * SAMPLE_RATE_HZ, dbov)) - dbov for dbov in _LEVELS_DBOV]
    level = _level(speech)
    gains = [_level(speech * db_to_ratio(g)) - level - g for g in (-12.0, -6.0, 6.0)]
    silence = np.zeros(10 * SAMPLE_RATE_HZ, np.float32)
    padded = [_level(np.concatenate(parts)) - level for parts in ((speech, silence), (silence, speech))]
    return (
        row(
            subject,
            "steady noise, largest error",
            "its RMS level",
            _worst(steady),
            n=len(steady),
            unit="dB",
            limits=at_most(0.15),
        ),
        row(
            subject,
            "after -12, -6 and +6 dB of gain, largest error",
            "the gain",
            _worst(gains),
            n=len(gains),
            unit="dB",
            limits=at_most(0.01),
        ),
        row(
            subject,
            "moved by 10 s of silence, at most",
            "no movement",
            _worst(padded),
            n=len(padded),
            unit="dB",
            limits=at_most(0.05),
        ),
    )


def _loudness(speech: Samples) -> tuple[Row, ...]:
    subject = "loudness"
    errors = []
    for rate_hz in (SAMPLE_RATE_HZ, 48_000):
        errors.append(_lufs(_sine(rate_hz, 0.0, 5.0, 997.0), rate_hz) + 3.01)
        for parts, wanted in _LOUDNESS:
            sound = np.concatenate([_sine(rate_hz, dbov, seconds) for dbov, seconds in parts])
            errors.append(_lufs(sound, rate_hz) - (wanted + _MONO_LU))
    moved = _lufs(speech * db_to_ratio(6.0), SAMPLE_RATE_HZ) - _lufs(speech, SAMPLE_RATE_HZ) - 6.0
    return (
        row(
            subject,
            "tones and gates at 16 and 48 kHz, largest error",
            "BS.1770-4, EBU Tech 3341",
            _worst(errors),
            n=len(errors),
            unit="LU",
            limits=at_most(0.1),
        ),
        row(subject, "after +6 dB of gain, error", "the gain", moved, n=1, unit="LU", limits=within(0.01)),
    )


def _noise(engines: Engines, talks: list[Samples], rng: np.random.Generator) -> tuple[Row, ...]:
    errors, biases = [], []
    for snr_db in _SNR_DB:
        stage = Stage(1.0 + 7.0 * len(talks), rng, noise_dbov=-26.0 - snr_db)
        for index, talk in enumerate(talks):
            stage.put(Party.TRAINEE, 0.8 + 7.0 * index, talk)
        voice = analyse(
            call_of(side_of(stage.channel(Party.TRAINEE), engines, with_pitch=False), None)
        ).trainee
        if voice.snr_db is not None and voice.level is not None:
            errors.append(abs(voice.snr_db - snr_db))
            biases.append(voice.level.active_dbov + 26.0)
    return (
        row(
            "noise",
            "SNR of 12 to 40 dB, median error",
            "construction",
            median(errors),
            n=len(errors),
            unit="dB",
            limits=at_most(1.5),
        ),
        row(
            "active level",
            "of talk in noise of 12 to 40 dB SNR, largest error",
            "construction",
            _worst(biases),
            n=len(biases),
            unit="dB",
            limits=at_most(0.6),
        ),
    )


def _clipping(speech: Samples) -> tuple[Row, ...]:
    limit = float(np.quantile(np.abs(speech), _CLIPPED_FROM))
    seconds = len(speech) / SAMPLE_RATE_HZ
    clean = clipped_runs(Clip(speech)) / seconds
    driven = np.clip(speech, -limit, limit).astype(np.float32)
    hard = clipped_runs(Clip(driven)) / seconds
    faint = clipped_runs(Clip((driven * np.float32(db_to_ratio(-12.0))).astype(np.float32))) / seconds
    return (
        row(
            "clipping",
            "runs of clean speech",
            "none were made",
            clean,
            n=1,
            unit="per s",
            limits=at_most(1.0),
        ),
        row(
            "clipping",
            "runs of speech whose loudest 2 % are cut off",
            "construction",
            hard,
            n=1,
            unit="per s",
            limits=at_least(20.0),
        ),
        row(
            "clipping",
            "the same, then 12 dB fainter, change",
            "no change",
            faint - hard,
            n=1,
            unit="per s",
            limits=within(0.5),
        ),
    )


def _level(sound: np.ndarray[tuple[int], np.dtype[np.floating]]) -> float:
    found = active_level([sound])
    return float("nan") if found is None else found.active_dbov


def _lufs(sound: np.ndarray[tuple[int], np.dtype[np.floating]], rate_hz: int) -> float:
    found = loudness_lufs([sound], rate_hz)
    return float("nan") if found is None else found


def _sine(
    rate_hz: int, peak_dbov: float, duration_s: float, hz: float = 1000.0
) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    t = np.arange(round(duration_s * rate_hz)) / rate_hz
    return np.asarray(db_to_ratio(peak_dbov) * np.sin(2.0 * np.pi * hz * t))


def _worst(errors: list[float]) -> float:
    return float(np.max(np.abs(errors)))
