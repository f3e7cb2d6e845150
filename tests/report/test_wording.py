"""Numbers, seconds and identifiers as words."""

from __future__ import annotations

import doctest
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicesim.report import wording
from voicesim.results import Measured, NotMeasured, Reason


def test_the_examples_hold() -> None:
    assert doctest.testmod(wording).failed == 0


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [
        (0.0, "0:00"),
        (59.99, "0:59"),
        (60.0, "1:00"),
        (3599.9, "59:59"),
        (3600.0, "1:00:00"),
        (7322.0, "2:02:02"),
    ],
)
def test_a_clock_never_shows_a_second_that_has_not_come(seconds: float, shown: str) -> None:
    assert wording.clock(seconds) == shown


@given(st.floats(-1e6, 1e6).filter(lambda x: abs(x) > 1e-6))
def test_numbers_keep_three_digits(value: float) -> None:
    assert float(wording.number(value)) == pytest.approx(value, rel=0.0051)


def test_numbers_have_no_exponent_and_no_negative_zero() -> None:
    assert wording.number(-0.0) == "0"
    assert wording.number(0.00012345) == "0.000123"
    assert wording.number(999.6) == "1000"
    assert wording.number(7200.0) == "7200"


@given(st.text())
def test_cleaned_text_has_nothing_that_steers(text: str) -> None:
    cleaned = wording.clean(text)
    assert not [c for c in cleaned if unicodedata.category(c) in {"Cc", "Cs"}]
    cleaned.encode("utf-8")
    assert wording.clean(cleaned) == cleaned


def test_cleaning_keeps_ordinary_text() -> None:
    assert wording.clean("Ärger, “so”: 50 € — नमस्ते\u200d!") == "Ärger, “so”: 50 € — नमस्ते\u200d!"


def test_a_reason_is_told_once() -> None:
    said = wording.because(Reason.NO_BASELINE)
    same = NotMeasured(reason=Reason.NO_BASELINE, explanation=said)
    more = NotMeasured(reason=Reason.NO_BASELINE, explanation="record one first")
    assert wording.not_measured(same) == (f"Not measured, because {said}.", "")
    assert wording.not_measured(more)[1] == "Record one first."


def test_the_headline_measures_come_first() -> None:
    absent = NotMeasured(reason=Reason.NOISE, explanation="noise")
    there = Measured(value=1.0, unit="", definition="")
    order = [
        name
        for name, _ in wording.in_reading_order({"b": there, "volume": absent, "a": there, "pace": absent})
    ]
    assert order == ["pace", "volume", "a", "b"]


def test_faults_of_the_sound_are_told_and_their_absence_is_not() -> None:
    assert wording.warnings({}) == ()
    assert wording.warnings({"echo": None, "device_faults": {"input_overflow": 0}}) == ()
    assert wording.warnings({"echo": {"is_severe": False, "is_cancelled": True}}) == ()
    severe, faults = wording.warnings(
        {"echo": {"is_severe": True}, "device_faults": {"lost_input_samples": 320, "input_overflow": 2}}
    )
    assert "headset" in severe
    assert faults.endswith("input overflow 2, lost input samples 320.")


def test_details_are_told_in_one_line() -> None:
    assert wording.told({"10": 0, "0.3": 4, "3": 1}) == "0.3: 4, 3: 1, 10: 0"
    assert (
        wording.told({"yes": True, "nothing": None, "em_pty": []}) == "em pty: none, nothing: none, yes: yes"
    )
    assert wording.told([1, 2.5, "x"]) == "1, 2.5, x"
    assert wording.told([0.1] * 13) == "13 values"


def test_a_call_without_facts_has_none() -> None:
    assert wording.facts({}) == ()
    assert wording.facts({"duration_s": None, "layout": None, "scenario": None, "ending": ""}) == ()
    assert wording.facts({"duration_s": 12, "layout": "mono"}) == ("0:12", "recording, one channel")


def test_every_ending_of_a_scenario_is_told_in_words() -> None:
    from voicesim.scenario.model import EndingKind

    told = [wording.facts({"ending": kind.value}) for kind in EndingKind]
    assert len(set(told)) == len(told)
    assert all(len(words) == 1 and "_" not in words[0] for words in told)
    assert all(kind.value in wording.ENDINGS for kind in EndingKind)
