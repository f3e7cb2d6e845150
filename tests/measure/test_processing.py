"""Automatic gain and noise suppression, put onto sound that had none."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from tests.measure.builders import RATE, Stage
from voicesim.measure.quality import Quality, quality_of
from voicesim.measure.recording import snr
from voicesim.measure.voice import analyse
from voicesim.results import Reason
from voicesim.speech.words import Party

LEVELS_DBOV = (-26.0, -23.0, -28.0, -25.0, -29.0, -24.0, -27.0)


@cache
def said() -> Stage:
    made = Stage(5.0 * len(LEVELS_DBOV) + 1, None)
    for i, dbov in enumerate(LEVELS_DBOV):
        made.say(Party.TRAINEE, 1 + 5 * i, 2.5 + 5 * i, level_dbov=dbov)
    return made


def stage(*, noise_dbov: float | None = -60.0) -> Stage:
    """Seven sentences of 1.5 s with silences of 3.5 s."""
    made = Stage(5.0 * len(LEVELS_DBOV) + 1, noise_dbov)
    made.sound[Party.TRAINEE] += said().sound[Party.TRAINEE]
    for known in ("talk", "words", "f0_hz", "voiced"):
        getattr(made, known)[Party.TRAINEE] = getattr(said(), known)[Party.TRAINEE]
    return made


def gain_that_comes_back(made: Stage, *, by_db: float) -> Stage:
    """The gain grows while nobody speaks, from one second on, over a second; a voice turns it down at once."""
    gain_db = np.zeros(len(made.sound[Party.TRAINEE]))
    for i in range(len(LEVELS_DBOV)):
        since_s = np.arange(round(3.5 * RATE)) / RATE
        start = round((2.5 + 5 * i) * RATE)
        piece = gain_db[start : start + len(since_s)]
        piece[:] = np.clip(since_s - 1.5, 0.0, 0.5)[: len(piece)] * 2 * by_db
    made.sound[Party.TRAINEE] = made.sound[Party.TRAINEE] * 10 ** (gain_db / 20)
    return made


def quality(made: Stage) -> Quality:
    return quality_of(analyse(made.call()))


@pytest.mark.parametrize(("by_db", "is_found"), [(0.0, False), (3.0, False), (10.0, True), (20.0, True)])
def test_a_gain_that_comes_back_in_silences(by_db: float, is_found: bool) -> None:
    made = gain_that_comes_back(stage(), by_db=by_db)

    found = quality(made)

    assert found.has_gain_control is is_found
    refusal = found.forbids("volume")
    assert (refusal is not None) is is_found
    if refusal is not None:
        assert refusal.reason is Reason.GAIN_CONTROL
        assert f"noise rises by {by_db:.0f} dB" in refusal.explanation


def test_the_room_alone_is_no_gain_control() -> None:
    """Noise that comes and goes on its own, not with the speech."""
    made = stage()
    at = np.arange(len(made.sound[Party.TRAINEE])) / RATE
    rng = np.random.default_rng(8)
    made.sound[Party.TRAINEE] += rng.normal(0, 10 ** (-55 / 20), len(at)) * (
        np.sin(2 * np.pi * 0.31 * at) > 0
    )

    assert not quality(made).has_gain_control


def test_few_silences_prove_nothing() -> None:
    made = gain_that_comes_back(stage(), by_db=20.0)
    made.talk[Party.TRAINEE] = made.talk[Party.TRAINEE][:4]

    assert not quality(made).gain_control.startswith("the noise rises")


@pytest.mark.parametrize(
    ("noise_dbov", "is_suppressed"), [(-60.0, False), (-75.0, False), (-92.0, True), (None, True)]
)
def test_quieter_than_any_room(noise_dbov: float | None, is_suppressed: bool) -> None:
    voices = analyse(stage(noise_dbov=noise_dbov).call())
    found = quality_of(voices)

    assert found.has_noise_suppression is is_suppressed
    assert found.forbids("volume") is None
    told = snr(voices.trainee, found)
    assert noise_dbov is None or told.details["has_noise_suppression"] is is_suppressed
