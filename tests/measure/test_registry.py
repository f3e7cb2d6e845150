"""The whole list of measures on whole calls."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tests.measure.builders import RATE, Stage, line
from voicesim.audio.clip import Clip
from voicesim.measure.registry import measure_call
from voicesim.results import Measured, NotMeasured, Reason
from voicesim.speech.call import Call, Layout, Side
from voicesim.speech.words import Party

HEADLINES = ["pace", "volume", "interruptions", "upbeat_tone"]


def conversation(*, noise_dbov: float = -75.0, text: str = "of course I can look at that for you") -> Stage:
    rng = np.random.default_rng(11)
    stage = Stage(62.0, noise_dbov)
    for i in range(6):
        stage.say(Party.CUSTOMER, 1 + 10 * i, 5 + 10 * i, text="it has never come and I am still waiting")
        n = round(4 * RATE)
        f0_hz = 190 * 2 ** (np.cumsum(rng.normal(0, 1, n)) / np.sqrt(n) * 3 / 12)
        start_s = 5.4 + 10 * i if i != 3 else 33.0
        stage.say(Party.TRAINEE, start_s, start_s + 4, f0_hz=f0_hz, text=text, level_dbov=-26 + i % 3)
    return stage


def test_names_and_order_are_the_same_for_every_call() -> None:
    names = [
        list(measure_call(call))
        for call in (conversation().call(), Stage(3.0).call(), Stage(3.0).call(layout=Layout.MONO))
    ]

    assert names[0][:4] == HEADLINES
    assert names[0] == names[1] == names[2]


def test_a_whole_call() -> None:
    measures = measure_call(conversation().call())

    assert all(isinstance(measures[name], Measured) for name in HEADLINES)
    assert measures["interruptions"].details["count"] == 1
    assert measures["interruptions"].evidence[0].start_s == pytest.approx(33.0, abs=0.05)
    assert measures["response_latency"].value == pytest.approx(0.4, abs=0.05)
    assert measures["talk_share"].value == pytest.approx(0.5, abs=0.02)
    for result in measures.values():
        if isinstance(result, Measured):
            assert math.isfinite(result.value)
            assert result.unit
            assert result.definition.endswith(".")
        else:
            assert result.explanation


def test_twice_the_same() -> None:
    assert measure_call(conversation().call()) == measure_call(conversation().call())


def test_a_rehearsal_knows_the_planned_ends() -> None:
    stage = Stage(30.0)
    stage.say(Party.CUSTOMER, 1, 4.2)
    stage.say(Party.TRAINEE, 3.6, 8.0)
    stage.say(Party.CUSTOMER, 10, 18)
    recorded = stage.call()
    lines = [line(1, 9, 4.2, yielded_s=4.0, text="a b c d e f g h"), line(10, 18)]
    rehearsed = replace(recorded, layout=Layout.LIVE, lines=tuple(lines))

    as_heard, as_planned = measure_call(recorded)["interruptions"], measure_call(rehearsed)["interruptions"]

    assert (as_heard.details["count"], as_heard.details["customer_end"]) == (1, "as heard")
    assert (as_planned.details["count"], as_planned.details["customer_end"]) == (1, "planned")
    assert as_planned.details["customer_words_unsaid"] == 5


def test_who_yields_at_once_is_seen_in_a_rehearsal_only() -> None:
    stage = Stage(20.0)
    stage.say(Party.CUSTOMER, 1, 4.2)
    stage.say(Party.TRAINEE, 3.8, 8.0)
    recorded = stage.call()
    rehearsed = replace(recorded, layout=Layout.LIVE, lines=(line(1, 9, 4.2, yielded_s=4.1),))

    assert measure_call(recorded)["interruptions"].details["kinds"]["terminal"] == 1
    assert measure_call(rehearsed)["interruptions"].details["kinds"]["interruption"] == 1


def test_the_trainee_alone() -> None:
    call = replace(conversation().call(), customer=None)

    measures = measure_call(call)

    assert measures["interruptions"].reason is Reason.NO_CUSTOMER
    assert isinstance(measures["pace"], Measured)


def test_an_empty_recording() -> None:
    nothing = Side(clip=Clip(np.zeros(0, np.float32)))
    call = Call(call_id="x", layout=Layout.TWO_CHANNEL, trainee=nothing, customer=nothing)

    assert all(isinstance(r, NotMeasured) or r.value == 0.0 for r in measure_call(call).values())


def test_a_faint_leak_of_the_customer_changes_little() -> None:
    """The detector calls the leak speech: 25 dB down it must not read as interruptions, or as talk."""
    stage = conversation(noise_dbov=-80.0)
    clean = measure_call(stage.call())
    stage.sound[Party.TRAINEE] += stage.sound[Party.CUSTOMER] * 10 ** (-25 / 20)
    stage.talk[Party.TRAINEE] += stage.talk[Party.CUSTOMER]

    leaky = measure_call(stage.call())

    assert leaky["interruptions"].details["kinds"] == clean["interruptions"].details["kinds"]
    assert leaky["talk_share"].value == pytest.approx(clean["talk_share"].value, abs=0.02)
    assert leaky["volume"].value == pytest.approx(clean["volume"].value, abs=0.2)
    assert leaky["response_latency"].value == pytest.approx(clean["response_latency"].value, abs=0.1)
    assert leaky["snr"].details["leak_of_customer_db"] == pytest.approx(-26, abs=2)


def test_silence_around_the_call_changes_nothing() -> None:
    call = conversation().call()
    noise = np.random.default_rng(2).normal(0, 10 ** (-75 / 20), 10 * RATE).astype(np.float32)
    longer = replace(
        call,
        trainee=replace(call.trainee, clip=Clip(np.concatenate([call.trainee.clip.samples, noise]))),
        customer=replace(call.customer, clip=Clip(np.concatenate([call.customer.clip.samples, noise]))),
    )

    before, after = measure_call(call), measure_call(longer)

    for name, result in before.items():
        if isinstance(result, Measured) and name != "snr":
            assert after[name].value == pytest.approx(result.value, abs=0.02), name


def test_white_noise_at_20_db_changes_little() -> None:
    clean, noisy = measure_call(conversation().call()), measure_call(conversation(noise_dbov=-46.0).call())

    for name, tolerance in (
        ("volume", 0.2),
        ("pace", 4.0),
        ("articulation_rate", 0.3),
        ("talk_share", 0.02),
        ("response_latency", 0.06),
        ("pitch_spread", 0.05),
    ):
        assert noisy[name].value == pytest.approx(clean[name].value, abs=tolerance), name
    assert noisy["interruptions"].details["kinds"] == clean["interruptions"].details["kinds"]


@pytest.mark.engines
def test_a_real_support_call(data_dir: Path) -> None:
    """Two channels at 8 kHz, the agent in the second: volume, interruptions and pace are measured."""
    import soundfile
    import soxr

    from voicesim.engines.detector_silero import SileroDetector
    from voicesim.engines.pitch_swiftf0 import SwiftF0Tracker
    from voicesim.speech.listening import Listener, listen

    samples, rate = soundfile.read(data_dir / "calls" / "auto-repairs-49.flac", dtype="float32")
    detector, tracker = SileroDetector(), SwiftF0Tracker()

    def side(channel: int) -> Side:
        clip = Clip(soxr.resample(samples[:, channel], rate, RATE).astype(np.float32))
        speech = listen(Listener(detector.session().step), clip.samples, None)
        return Side(clip=clip, speech=speech, pitch=tracker.track(clip), source_rate_hz=rate)

    call = Call(call_id="real", layout=Layout.TWO_CHANNEL, trainee=side(1), customer=side(0))

    measures = measure_call(call)

    assert all(isinstance(measures[name], Measured) for name in HEADLINES)
    assert measures["pace"].unit == "wpm (from syllables)"
    assert 100 <= measures["pace"].value <= 220
    assert measures["upbeat_tone"].details["form"] == "pitch_spread"
    assert measures["snr"].details["is_narrow_band"] is True
    assert 0.5 < measures["talk_share"].value < 0.9
