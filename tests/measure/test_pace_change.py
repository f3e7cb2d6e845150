"""Pace before and after moments, on voices of known syllable rate."""

from __future__ import annotations

import pytest

from tests.measure.builders import Stage, span
from voicesim.measure.registry import measure_call
from voicesim.results import Measured, Reason, Result
from voicesim.speech.call import Moment
from voicesim.speech.words import Party


def moment(name: str, start_s: float, end_s: float, mood: str = "") -> Moment:
    return Moment(moment_id=name, span=span(start_s, end_s), mood=mood)


def changed(rates_hz: list[float], moments: list[Moment]) -> Result:
    """An utterance of 3 s every 4 s, each with its own rate of syllables."""
    made = Stage(4.0 * len(rates_hz) + 1, -80.0)
    for i, rate_hz in enumerate(rates_hz):
        made.say(Party.TRAINEE, 1 + 4 * i, 4 + 4 * i, syllables_hz=rate_hz)
    return measure_call(made.call(moments=moments))["pace_change"]


@pytest.mark.parametrize(("rate_hz", "expected"), [(3.0, -0.25), (4.0, 0.0), (5.0, 0.25)])
def test_slower_and_faster(rate_hz: float, expected: float) -> None:
    found = changed([4.0, 4.0, 4.0, rate_hz, rate_hz], [moment("start", 0, 12), moment("scared", 12, 30)])

    assert found.value == pytest.approx(expected, abs=0.06)
    assert found.details["largest_at"] == "scared"
    assert found.details["moments"][0]["is_heard"] is (abs(found.value) >= 0.1)


def test_every_moment_is_told_and_the_largest_is_the_value() -> None:
    found = changed(
        [4.0, 4.0, 3.5, 3.5, 5.5, 5.5],
        [moment("a", 0, 8), moment("b", 8, 16, "worried"), moment("c", 16, 30)],
    )

    assert isinstance(found, Measured)
    assert [row["moment"] for row in found.details["moments"]] == ["b", "c"]
    assert found.details["largest_at"] == "c"
    assert found.value > 0.3


def test_without_moments_or_speech_on_both_sides() -> None:
    assert changed([4.0] * 3, []).reason is Reason.NOT_CALLED_FOR
    assert changed([4.0] * 3, [moment("all", 0, 13)]).reason is Reason.TOO_LITTLE_SPEECH
