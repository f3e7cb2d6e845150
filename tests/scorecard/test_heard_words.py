"""What the words tell the measures, through the whole of a scored call."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from tests.measure.builders import RATE, Stage, spread_words
from voicesim.behaviour.loading import load_tables
from voicesim.behaviour.tables import Tables
from voicesim.measure.baseline import Baseline, baseline_from
from voicesim.measure.prosody import prosody_of
from voicesim.measure.voice import analyse
from voicesim.results import Measured, Reason
from voicesim.scorecard.judge import score
from voicesim.scorecard.rubric import default_rubric
from voicesim.speech.call import Call
from voicesim.speech.words import Party, Utterance

FRIENDLY = "of course i am happy to look at that for you"
HOSTILE = "that is a stupid question you idiot"
CALM = "hello i would like to change the address on my account"
UPSET = "this is ridiculous nobody ever calls me back and i am fed up"


@cache
def sounded(n: int, *, bright: bool) -> Stage:
    """The customer says something, and the trainee answers in a voice that is calm, or bright from the third on."""
    rng = np.random.default_rng(5)
    made = Stage(6.0 * n + 1, -80.0)
    for i in range(n):
        made.say(Party.CUSTOMER, 1 + 6 * i, 3 + 6 * i)
        m = 2 * RATE
        lift_st = 4.0 if bright and i >= 3 else 0.0
        f0_hz = 190 * 2 ** (
            (lift_st + np.cumsum(rng.normal(0, 1, m)) / np.sqrt(m) * (4 if lift_st else 2)) / 12
        )
        made.say(Party.TRAINEE, 3.4 + 6 * i, 5.4 + 6 * i, f0_hz=f0_hz)
    return made


def conversation(*, bright: bool, ours: str, theirs: tuple[str, ...]) -> Call:
    """The same sound with other words."""
    made = sounded(len(theirs), bright=bright)
    for party, texts in ((Party.TRAINEE, (ours,) * len(theirs)), (Party.CUSTOMER, theirs)):
        made.words[party] = [
            Utterance(party, where, spread_words(text, where))
            for where, text in zip(made.talk[party], texts, strict=True)
        ]
    return made.call()


def own() -> Baseline:
    calm = conversation(bright=False, ours=FRIENDLY, theirs=(CALM,) * 8)
    return baseline_from(prosody_of(analyse(calm).trainee), trainee="pat", level_dbov=-26.0)


@cache
def tables() -> Tables:
    return load_tables()


def measures(call: Call, baseline: Baseline | None = None) -> dict[str, object]:
    return dict(score(call, default_rubric(), baseline, tables()).measures)


@pytest.mark.parametrize(("ours", "words"), [(FRIENDLY, "not hostile"), (HOSTILE, "hostile")])
def test_the_same_voice_is_upbeat_by_its_words(ours: str, words: str) -> None:
    found = measures(conversation(bright=True, ours=ours, theirs=(CALM,) * 8), own())["liveliness"]

    assert isinstance(found, Measured)
    assert found.details["guards"]["words"] == words
    if words == "hostile":
        assert found.details["is_upbeat"] is False


def test_in_a_recording_the_customers_words_are_the_provocation() -> None:
    theirs = (CALM, CALM, CALM, UPSET, UPSET, CALM, CALM, CALM)

    raised = measures(conversation(bright=True, ours=FRIENDLY, theirs=theirs))["steadiness"]
    kept = measures(conversation(bright=False, ours=FRIENDLY, theirs=theirs))["steadiness"]

    assert raised.details["n_provoked_turns"] == kept.details["n_provoked_turns"] == 2
    assert raised.details["yardstick"] == "turns before"
    assert raised.value < kept.value - 20


def test_nobody_was_provoking() -> None:
    found = measures(conversation(bright=True, ours=FRIENDLY, theirs=(CALM,) * 8))["steadiness"]

    assert found.reason is Reason.NOT_CALLED_FOR
