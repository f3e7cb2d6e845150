"""Volume on voices of known level."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tests.measure.builders import RATE, Stage, span, with_clip
from voicesim.audio.clip import Clip
from voicesim.measure.baseline import Baseline, baseline_from
from voicesim.measure.prosody import prosody_of
from voicesim.measure.quality import quality_of
from voicesim.measure.registry import measure_call
from voicesim.measure.voice import analyse
from voicesim.measure.volume import volume
from voicesim.results import Measured, Reason
from voicesim.speech.words import Party

PARTS = ((1, 4), (6, 9), (11, 14), (16, 19), (21, 24), (26, 29))


def stage(levels_dbov: list[float] | None = None, *, noise_dbov: float | None = -75.0) -> Stage:
    made = Stage(30.0, noise_dbov)
    for pair, dbov in zip(PARTS, levels_dbov or [-26.0] * len(PARTS), strict=True):
        made.say(Party.TRAINEE, *pair, level_dbov=dbov)
    return made


def measured(made: Stage, baseline: Baseline | None = None) -> Measured:
    voices = analyse(made.call())
    return volume(voices.trainee, quality_of(voices), baseline)


@pytest.mark.parametrize("dbov", [-45.0, -26.0, -14.0])
def test_level(dbov: float) -> None:
    found = measured(stage([dbov] * 6))

    assert found.value == pytest.approx(dbov, abs=0.6)
    assert found.unit == "dBov"


@pytest.mark.parametrize("gain_db", [-12.0, 6.0, 12.0])
def test_gain_moves_it_by_the_gain_and_nothing_else(gain_db: float) -> None:
    call = stage([-30.0, -28.0, -32.0, -30.0, -29.0, -31.0]).call()
    louder = with_clip(call, call.trainee.clip.samples * np.float32(10 ** (gain_db / 20)))

    before, after = measure_call(call), measure_call(louder)

    assert after["volume"].value - before["volume"].value == pytest.approx(gain_db, abs=0.01)
    assert after["loudness"].value - before["loudness"].value == pytest.approx(gain_db, abs=0.01)
    for key in ("evenness_db", "trailing_off_db"):
        assert after["volume"].details[key] == pytest.approx(before["volume"].details[key], abs=0.02)
    for name in (
        "pace",
        "articulation_rate",
        "pitch_spread",
        "pace_variation",
        "snr",
        "dead_air",
        "clipping",
    ):
        assert after[name].value == pytest.approx(before[name].value, abs=0.02), name


def test_ten_seconds_of_silence_do_not_move_it() -> None:
    call = stage().call()
    silence = np.random.default_rng(3).normal(0, 10 ** (-75 / 20), 10 * RATE).astype(np.float32)
    longer = np.concatenate([call.trainee.clip.samples, silence])
    side = replace(call.trainee, clip=Clip(longer))
    padded = replace(call, trainee=side, customer=replace(call.customer, clip=Clip(np.zeros_like(longer))))

    assert measure_call(padded)["volume"].value == pytest.approx(measure_call(call)["volume"].value, abs=0.05)


def test_evenness_is_the_spread_of_the_utterances() -> None:
    even, uneven = measured(stage()), measured(stage([-20.0, -32.0, -20.0, -32.0, -20.0, -32.0]))

    assert even.details["evenness_db"] < 0.2
    assert uneven.details["evenness_db"] == pytest.approx(12 / 2.563, rel=0.05)


@pytest.mark.parametrize("fade_db", [0.0, 9.0])
def test_trailing_off(fade_db: float) -> None:
    """The last half second lies lower; the phrase as a whole loses a little with it."""
    made = stage()
    for _, end_s in PARTS:
        tail = span(end_s - 0.5, end_s)
        made.sound[Party.TRAINEE][tail.start : tail.end] *= 10 ** (-fade_db / 20)
    whole_db = 10 * np.log10((2.5 + 0.5 * 10 ** (-fade_db / 10)) / 3.0)

    assert measured(made).details["trailing_off_db"] == pytest.approx(-fade_db - whole_db, abs=1.0)


def test_few_utterances_have_no_evenness() -> None:
    made = Stage(12.0)
    made.say(Party.TRAINEE, 1, 4)
    details = measured(made).details

    assert details["evenness_db"] is None
    assert details["trailing_off_db"] is None


def test_without_a_baseline_the_level_is_advice() -> None:
    assert any("faint" in caution for caution in measured(stage([-42.0] * 6, noise_dbov=-90.0)).cautions)
    assert any("usual range" in caution for caution in measured(stage()).cautions)
    assert any("rather high" in caution for caution in measured(stage([-12.0] * 6)).cautions)


def own(device: str = "") -> Baseline:
    made = Stage(33.0, -75.0)
    for i in range(8):
        made.say(Party.TRAINEE, 1 + 4 * i, 4 + 4 * i, level_dbov=-26.0)
    voices = analyse(made.call())
    return baseline_from(
        prosody_of(voices.trainee),
        trainee="pat",
        device=device,
        level_dbov=voices.trainee.level.active_dbov,
    )


@pytest.mark.parametrize("shift_db", [-9.0, 0.0, 8.0])
def test_against_the_own_calm_voice(shift_db: float) -> None:
    found = measure_call(stage([-26.0 + shift_db] * 6).call(), baseline=own())["volume_to_baseline"]

    assert found.value == pytest.approx(shift_db, abs=0.3)
    assert [e.value for e in found.evidence] == pytest.approx([shift_db] * 6, abs=0.5)
    assert (found.details["n_raised"], found.details["n_too_quiet"]) == (
        6 * (shift_db > 6),
        6 * (shift_db < -6),
    )
    assert any("microphone is not known" in caution for caution in found.cautions)


def test_another_microphone_is_not_compared_and_said_so() -> None:
    call = replace(stage().call(), microphone="built-in")

    measures = measure_call(call, baseline=own("headset"))

    assert measures["volume_to_baseline"].reason is Reason.NO_BASELINE
    assert measures["volume"].details["relative_to_baseline_db"] is None
    assert any("headset" in c and "built-in" in c for c in measures["volume"].cautions)
    same = measure_call(replace(call, microphone="headset"), baseline=own("headset"))["volume_to_baseline"]
    assert same.value == pytest.approx(0.0, abs=0.3)
    assert same.cautions == ()


def test_without_a_baseline_nothing_is_compared() -> None:
    assert measure_call(stage().call())["volume_to_baseline"].reason is Reason.NO_BASELINE


def test_evidence_is_the_level_of_every_utterance() -> None:
    levels = [-20.0, -32.0, -26.0, -30.0, -22.0, -28.0]

    evidence = measured(stage(levels)).evidence

    assert [(e.start_s, e.end_s) for e in evidence] == [(float(a), float(b)) for a, b in PARTS]
    assert [e.value for e in evidence] == pytest.approx(levels, abs=0.7)


def test_level_of_every_second() -> None:
    levels = [-20.0, -32.0, -26.0, -30.0, -22.0, -28.0]
    track = measured(stage(levels)).details["dbov_by_second"]

    assert len(track) == 30
    for (start_s, end_s), dbov in zip(PARTS, levels, strict=True):
        assert track[start_s:end_s] == pytest.approx([dbov] * 3, abs=1.0)
        assert track[end_s : end_s + 1] in ([None], [])
    assert track[0] is None
