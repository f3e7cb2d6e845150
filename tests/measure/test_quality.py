"""What a recording is found to be unable to bear."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tests.measure.builders import Stage, at_level, with_clip
from voicesim.audio.clip import Clip
from voicesim.measure import quality as module
from voicesim.measure.quality import clipped_runs, quality_of
from voicesim.measure.registry import measure_call
from voicesim.measure.voice import analyse
from voicesim.results import Measured, NotMeasured, Reason
from voicesim.speech.call import Call, Echo, Layout
from voicesim.speech.words import Party

TWO_PARTY = (
    "interruptions", "customer_interruptions", "response_latency", "patience", "talk_share", "pace_to_customer",
    "longest_monologue",
)  # fmt: skip


def stage(
    noise_dbov: float | None = -70.0, *, n: int = 6, step_db: float = 1.0, level_dbov: float = -26.0
) -> Stage:
    made = Stage(1.0 + 6.0 * n, noise_dbov)
    for i in range(n):
        made.say(Party.CUSTOMER, 1 + 6 * i, 3.5 + 6 * i)
        made.say(Party.TRAINEE, 4 + 6 * i, 6.2 + 6 * i, level_dbov=level_dbov + step_db * (i % 3))
    return made


def reason(call: Call, name: str) -> Reason | None:
    result = measure_call(call)[name]
    return result.reason if isinstance(result, NotMeasured) else None


@pytest.mark.parametrize("snr_db", [40.0, 20.0, 8.0])
def test_snr(snr_db: float) -> None:
    made = stage(-26.0 - snr_db, step_db=0.0)

    assert measure_call(made.call())["snr"].value == pytest.approx(snr_db, abs=1.5)


def test_noise_forbids_level_and_tone_but_not_timing() -> None:
    measures = measure_call(stage(-34.0, step_db=0.0).call())

    for name in ("volume", "loudness", "upbeat_tone", "pitch_spread", "liveliness"):
        assert measures[name].reason is Reason.NOISE, name
    assert "12 dB are needed" in measures["volume"].explanation
    for name in ("pace", "interruptions", "response_latency", "dead_air", "snr"):
        assert isinstance(measures[name], Measured), name


def test_digital_silence_leaves_the_noise_unknown_and_forbids_nothing() -> None:
    measures = measure_call(stage(None).call())

    assert isinstance(measures["snr"], NotMeasured)
    assert "digital silence" in measures["snr"].explanation
    assert isinstance(measures["volume"], Measured)
    assert any("noise could not be measured" in c for c in measures["volume"].cautions)


def overdriven(made: Stage, factor: float, gain_db: float = 0.0) -> Call:
    call = made.call()
    peak = float(np.max(np.abs(call.trainee.clip.samples)))
    clipped = np.clip(call.trainee.clip.samples * factor, -peak, peak) * 10 ** (gain_db / 20)
    return with_clip(call, clipped.astype(np.float32))


def test_overdrive_is_found_after_attenuation_too() -> None:
    clean = measure_call(stage().call())["clipping"].value
    driven = measure_call(overdriven(stage(), 4.0))
    faint = measure_call(overdriven(stage(), 4.0, -12.0))

    assert clean < 2.0
    assert driven["clipping"].value > 20.0
    assert faint["clipping"].value == driven["clipping"].value
    for name in ("volume", "loudness", "liveliness"):
        assert faint[name].reason is Reason.CLIPPING, name
    assert isinstance(faint["pace"], Measured)


def test_clipped_runs_by_a_plain_count(rng: np.random.Generator, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_BLOCK_SAMPLES", 997)
    sound = np.repeat(np.clip(rng.normal(0, 1, 20_000), -1, 1), 2).astype(np.float32)
    expected, in_a_row = 0, 0
    for high in [*(np.abs(sound) >= 0.985), False]:
        expected, in_a_row = (expected, in_a_row + 1) if high else (expected + (in_a_row >= 3), 0)

    assert clipped_runs(Clip(sound)) == expected > 1000
    assert clipped_runs(Clip(np.zeros(5000, np.float32))) == 0
    assert clipped_runs(Clip(np.ones(5000, np.float32))) == 1


def test_one_channel_cannot_tell_two_parties_apart() -> None:
    measures = measure_call(stage().call(layout=Layout.MONO))

    assert {name: measures[name].reason for name in TWO_PARTY} == dict.fromkeys(TWO_PARTY, Reason.MONO)
    for name in ("pace", "volume", "upbeat_tone", "articulation_rate"):
        assert measures[name].reason is Reason.MONO, name
    for name in ("dead_air", "snr", "clipping"):
        assert isinstance(measures[name], Measured), name


def test_fake_stereo() -> None:
    call = stage().call(layout=Layout.FAKE_STEREO)

    assert {reason(call, name) for name in TWO_PARTY} == {Reason.FAKE_STEREO}


def test_echo_that_could_not_be_removed() -> None:
    severe = Echo(customer_in_microphone_db=-3.0, is_severe=True)
    measures = measure_call(replace(stage().call(), echo=severe))

    for name in ("interruptions", "response_latency", "patience", "talk_share", "longest_monologue"):
        assert measures[name].reason is Reason.ECHO, name
    assert isinstance(measures["volume"], Measured)


def test_a_leak_as_loud_as_the_own_voice_forbids_turn_taking() -> None:
    made = stage()
    made.sound[Party.TRAINEE] += made.sound[Party.CUSTOMER] * 10 ** (-2 / 20)

    call = made.call()

    assert quality_of(analyse(call)).is_echo_severe
    assert reason(call, "interruptions") is Reason.ECHO
    assert "headset" in measure_call(call)["interruptions"].explanation


def test_a_faint_leak_does_not() -> None:
    made = stage()
    made.sound[Party.TRAINEE] += made.sound[Party.CUSTOMER] * 10 ** (-25 / 20)

    assert not quality_of(analyse(made.call())).is_echo_severe
    assert reason(made.call(), "interruptions") is None


def test_levels_too_even_to_be_true() -> None:
    assert reason(stage(n=12, step_db=0.0).call(), "volume") is Reason.GAIN_CONTROL
    assert reason(stage(n=12, step_db=1.5).call(), "volume") is None
    assert reason(stage(n=8, step_db=0.0).call(), "volume") is None


def test_nobody_and_hardly_anybody() -> None:
    silent = Stage(10.0)
    silent.say(Party.CUSTOMER, 1, 5)
    brief = Stage(10.0)
    brief.say(Party.TRAINEE, 1, 1.6)

    assert all(
        r.reason is Reason.NO_SPEECH
        for r in measure_call(silent.call()).values()
        if isinstance(r, NotMeasured)
    )
    assert not any(
        isinstance(measure_call(silent.call())[n], Measured) for n in ("pace", "volume", "interruptions")
    )
    assert reason(brief.call(), "pace") is Reason.TOO_LITTLE_SPEECH
    assert "0.6 s" in measure_call(brief.call())["volume"].explanation


def test_telephone_band(rng: np.random.Generator) -> None:
    from scipy.signal import butter, sosfiltfilt

    made = stage()
    breath = at_level(rng.normal(0, 1, len(made.sound[Party.TRAINEE])), -50.0)
    made.sound[Party.TRAINEE] += breath
    wide = made.call()
    narrow = with_clip(
        wide,
        sosfiltfilt(butter(10, 3600, fs=16_000, output="sos"), wide.trainee.clip.samples).astype(np.float32),
    )

    assert not quality_of(analyse(wide)).is_narrow_band
    assert quality_of(analyse(narrow)).is_narrow_band
    assert quality_of(
        analyse(replace(wide, trainee=replace(wide.trainee, source_rate_hz=8000)))
    ).is_narrow_band
