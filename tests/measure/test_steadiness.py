"""Steadiness of turns whose pitch, level and rate are known, under moods that are known."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tests.measure.builders import RATE, line, span
from voicesim.audio.clip import Clip
from voicesim.measure.baseline import baseline_from
from voicesim.measure.prosody import Prosody
from voicesim.measure.registry import measure_call
from voicesim.measure.steadiness import (
    Composure,
    composure,
    steadiness,
    steadiness_recovery,
    yardstick_from,
)
from voicesim.results import Measured, NotMeasured, Reason
from voicesim.speech.call import Call, CustomerLine, Layout, Moment, Side

CALM = {"f0_st": 33.0, "level_dbov": -26.0, "alpha_db": -14.0, "articulation_sps": 4.0, "f0_spread_st": 2.4}


def turn(n: int, **shifts: float) -> Prosody:
    """Turn number n, five seconds apart, each 3 s long; ``shifts`` from the calm voice."""
    values = {cue: value + shifts.get(cue, 0.0) for cue, value in CALM.items()}
    return Prosody(
        span=span(5.0 * n, 5.0 * n + 3.0),
        speech_s=3.0,
        voiced_s=2.0,
        clear_band_db=-8.0,
        modulation_ratio=0.5,
        vowel_spread_db=6.5,
        audible_ratio=0.9,
        speaking_sps=3.5,
        written_sps=None,
        **values,
    )


def call(*, moods: list[tuple[float, float, str]] = (), lines: list[CustomerLine] = ()) -> Call:  # type: ignore[assignment]
    return Call(
        call_id="made",
        layout=Layout.LIVE if lines else Layout.TWO_CHANNEL,
        trainee=Side(clip=Clip(np.zeros(100 * RATE, np.float32))),
        customer=Side(clip=Clip(np.zeros(100 * RATE, np.float32))),
        lines=tuple(lines),
        moments=tuple(Moment(moment_id=m, span=span(a, b), mood=m) for a, b, m in moods),
    )


ANGRY_FROM_20 = [(0.0, 19.0, "calm"), (19.0, 100.0, "very angry")]


def found(turns: list[Prosody], where: Call | None = None, **more: object) -> Composure | NotMeasured:
    options = {"baseline": None, "provoking": None, "with_level": True} | more
    return composure(where or call(moods=ANGRY_FROM_20), tuple(turns), **options)


def test_who_speaks_on_as_before_is_steady() -> None:
    turns = [turn(n, f0_st=0.2 * (-1) ** n) for n in range(8)]

    result = steadiness(found(turns))

    assert result.value == 100.0
    assert result.details["band"] == "steady"
    assert (result.details["n_calm_turns"], result.details["n_provoked_turns"]) == (4, 4)
    assert steadiness_recovery(found(turns)).value == 0.0


@pytest.mark.parametrize(
    ("shifts", "points", "band"),
    [
        # Identical calm turns scatter by the floors: 0.5 st, 1.5 dB, 1 dB, 5 %, 0.4 st.
        ({"f0_st": 2.0}, 100 - 30 * (2.5**2 / 5) ** 0.5, "steady"),
        ({"f0_st": 4.25, "level_dbov": 7.5}, 100 - 30 * ((6.5**2 + 3.5**2) / 5) ** 0.5, "raised"),
        ({"level_dbov": 3.75}, 100 - 30 * (1.0**2 / 5) ** 0.5, "noticeable"),
        ({"articulation_sps": 0.8}, 100 - 30 * (2.5**2 / 5) ** 0.5, "steady"),
        ({"alpha_db": 3.5}, 100 - 30 * (2.0**2 / 5) ** 0.5, "steady"),
        ({"f0_spread_st": -1.4}, 100 - 30 * (2.0**2 / 5) ** 0.5, "steady"),
        ({"f0_spread_st": 1.4}, 100 - 30 * (2.0**2 / 5) ** 0.5, "steady"),
        ({"f0_st": 12.0, "level_dbov": 30.0, "alpha_db": 20.0}, 0.0, "raised"),
    ],
)
def test_points_by_hand(shifts: dict[str, float], points: float, band: str) -> None:
    result = steadiness(found([turn(n) for n in range(4)] + [turn(n, **shifts) for n in range(4, 7)]))

    assert result.value == pytest.approx(points, abs=0.06)
    assert result.details["band"] == band
    assert [e.value for e in result.evidence] == pytest.approx([points] * 3, abs=0.06)


def test_a_voice_that_drops_is_calming_and_not_unsteady() -> None:
    lower = {"f0_st": -3.0, "level_dbov": -6.0, "alpha_db": -4.0, "articulation_sps": -1.0}

    assert steadiness(found([turn(n, **(lower if n >= 4 else {})) for n in range(8)])).value == 100.0


def test_the_own_scatter_is_the_measure() -> None:
    """Two people three semitones up: one always varies by two, the other by nothing."""
    restless = [turn(n, f0_st=2.0 * (-1) ** n) for n in range(4)]
    even = [turn(n) for n in range(4)]
    raised = [turn(n, f0_st=3.0) for n in range(4, 7)]

    assert steadiness(found(restless + raised)).value > 99.0
    assert steadiness(found(even + raised)).value < 50.0


def test_provoked_turns_are_never_part_of_the_yardstick() -> None:
    """Evenly agitated turns under provocation do not become their own calm ones."""
    assert found([turn(n, f0_st=5.0) for n in range(4, 12)]).reason is Reason.NO_BASELINE
    assert found([turn(n) for n in (0, 1)] + [turn(n, f0_st=5.0) for n in range(4, 12)]).reason is (
        Reason.NO_BASELINE
    )


def test_a_baseline_stands_in_for_calm_turns() -> None:
    own = baseline_from([turn(n) for n in range(8)], trainee="pat", level_dbov=-26.0)

    result = steadiness(found([turn(n, f0_st=5.0) for n in range(4, 12)], baseline=own))

    assert result.details["yardstick"] == "baseline"
    assert result.value < 30.0
    assert any("livelier than they read" in caution for caution in result.cautions)


def test_who_speaks_faster_than_one_has_read_is_not_unsteady() -> None:
    own = baseline_from([turn(n) for n in range(8)], trainee="pat", level_dbov=-26.0)

    result = steadiness(found([turn(n, articulation_sps=1.0) for n in range(4, 12)], baseline=own))

    assert (result.value, result.details["rate_shift_ratio"]) == (100.0, None)


def test_calm_turns_from_afterwards_are_better_than_none_and_said_to_be_so() -> None:
    where = call(moods=[(0.0, 14.0, "furious"), (14.0, 100.0, "content")])

    result = steadiness(found([turn(n, f0_st=4.0 if n < 3 else 0.0) for n in range(8)], where))

    assert result.details["yardstick"] == "other turns"
    assert result.details["n_provoked_turns"] == 3
    assert result.value < 50.0
    assert any("after the provocation" in caution for caution in result.cautions)


@pytest.mark.parametrize(("n_high", "expected"), [(0, 0.0), (1, 1.0), (3, 3.0)])
def test_recovery_counts_turns(n_high: int, expected: float) -> None:
    turns = [turn(n, f0_st=5.0 if 4 <= n < 4 + n_high else 0.0) for n in range(10)]

    result = steadiness_recovery(found(turns))

    assert result.value == expected
    assert len(result.evidence) == (n_high > 0)


def test_no_recovery_before_the_end_is_said() -> None:
    result = steadiness_recovery(found([turn(n, f0_st=5.0 if n >= 4 else 0.0) for n in range(8)]))

    assert (result.value, result.details["n_without_recovery"]) == (4.0, 1)
    assert any("not steady again" in caution for caution in result.cautions)


def test_the_longest_of_several_recoveries() -> None:
    where = call(
        moods=[(0, 19, "calm"), (19, 24, "angry"), (24, 39, "calm"), (39, 44, "angry"), (44, 99, "calm")]
    )
    turns = [turn(n, f0_st=5.0 if n in {4, 8, 9} else 0.0) for n in range(13)]

    result = steadiness_recovery(found(turns, where))

    assert (result.value, result.details["turns"]) == (2.0, [1, 2])


def test_moods_of_lines_say_more_than_those_of_moments() -> None:
    """A customer who loses his temper in the middle of a moment."""
    lines = [
        replace(line(0, 4), mood="calm"),
        replace(line(18, 19.5), mood="angry"),
        replace(line(33, 34), mood="relieved"),
    ]
    where = call(moods=[(0.0, 100.0, "calm")], lines=lines)

    assert found([turn(n) for n in range(10)], where).tried == (4, 5, 6)


def test_in_a_recording_the_words_tell_the_provocation() -> None:
    """The turn that follows what was said is the provoked one."""
    turns = [turn(n, f0_st=5.0 if n == 5 else 0.0) for n in range(10)]

    provoked = found(turns, call(), provoking=(span(23.2, 24.8),))

    assert provoked.tried == (5,)
    assert steadiness(provoked).value < 30.0
    assert found(turns, call(), provoking=()).reason is Reason.NOT_CALLED_FOR
    assert found(turns, call()).reason is Reason.NO_TRANSCRIPT


def test_without_provocation_nothing_is_measured() -> None:
    where = call(moods=[(0.0, 100.0, "cheerful")])

    assert found([turn(n, f0_st=float(n)) for n in range(8)], where).reason is Reason.NOT_CALLED_FOR


def test_level_is_left_out_where_it_cannot_be_trusted() -> None:
    turns = [turn(n, level_dbov=12.0 if n >= 4 else 0.0) for n in range(8)]

    assert steadiness(found(turns)).value < 30.0
    without = steadiness(found(turns, with_level=False))
    assert without.value == 100.0
    assert without.details["level_shift_db"] is None


def test_scatter_is_robust() -> None:
    """One shout among the calm turns does not excuse the next."""
    calm = [turn(n, f0_st=0.5 * (-1) ** n) for n in range(6)]

    assert yardstick_from([*calm, turn(6, f0_st=12.0)]).scatter["f0_st"] < 2.0


def test_both_are_part_of_every_call() -> None:
    measures = measure_call(call(moods=ANGRY_FROM_20))

    assert {"steadiness", "steadiness_recovery"} <= set(measures)
    assert all(isinstance(measures[name], NotMeasured) for name in ("steadiness", "steadiness_recovery"))
    assert not isinstance(measures["steadiness"], Measured)
