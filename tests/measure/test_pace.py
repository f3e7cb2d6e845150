"""Pace on talk of known words, syllables and pauses."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.measure.builders import Stage, recognition
from voicesim.measure.registry import measure_call
from voicesim.results import Measured, Reason, Result
from voicesim.speech.call import Call
from voicesim.speech.words import Party

TEXT = "we can send you a new parcel on the next free day"
"""12 words, 13 syllables."""


def stage(
    *,
    syllables_hz: float = 13 / 4,
    text: str = TEXT,
    pause_s: float = 0.0,
    n: int = 6,
    confidence: float = 0.9,
) -> Stage:
    made = Stage(2.0 + 6.0 * n)
    for i in range(n):
        at = 1 + 6 * i
        if not pause_s:
            made.say(Party.TRAINEE, at, at + 4, text=text, syllables_hz=syllables_hz, confidence=confidence)
        else:
            tokens = text.split()
            made.say(Party.TRAINEE, at, at + 2, text=" ".join(tokens[:6]), syllables_hz=syllables_hz)
            made.say(
                Party.TRAINEE,
                at + 2 + pause_s,
                at + 4 + pause_s,
                text=" ".join(tokens[6:]),
                syllables_hz=syllables_hz,
            )
    return made


def pace(call: Call) -> Result:
    return measure_call(call)["pace"]


def test_words_a_minute_of_speech_time() -> None:
    found = pace(stage().call())

    assert found.value == pytest.approx(60 * 12 / 4, rel=0.02)
    assert found.unit == "wpm"
    assert found.details["based_on"] == "words"
    assert found.details["words_and_syllables_disagree"] is False
    assert [e.value for e in found.evidence] == pytest.approx([180.0] * 6, rel=0.02)


@pytest.mark.parametrize("pause_s", [0.3, 0.5])
def test_a_pause_counts_in_turn_time_and_not_in_speech_time(pause_s: float) -> None:
    made = stage(pause_s=pause_s).call()
    # One utterance from its first word to its last, with the pause inside.
    whole = tuple(
        replace(first, span=type(first.span)(first.span.start, last.span.end), words=first.words + last.words)
        for first, last in zip(made.trainee.utterances[::2], made.trainee.utterances[1::2], strict=True)
    )
    found = pace(replace(made, trainee=replace(made.trainee, utterances=whole)))

    assert found.value == pytest.approx(60 * 12 / 4, rel=0.03)
    assert found.details["wpm_of_turn_time"] == pytest.approx(60 * 12 / (4 + pause_s), rel=0.03)


def test_numbers_count_as_they_are_read_out() -> None:
    assert pace(stage(text="call 4045 now").call()).details["n_words"] == 6 * 7


@pytest.mark.parametrize("confidence", [0.1, 0.3])
def test_untrusted_words_leave_it_to_the_syllables(confidence: float) -> None:
    found = pace(stage(confidence=confidence).call())

    assert found.unit == "wpm (from syllables)"
    assert found.details["based_on"] == "syllables"
    assert found.details["syllables_per_s_heard"] == pytest.approx(13 / 4, rel=0.1)
    assert found.value == pytest.approx(60 * 13 / 4 / 1.45, rel=0.1)
    assert found.value % 5 == 0
    assert any("No words to count" in c for c in found.cautions)
    assert "could not be trusted" in found.definition


def test_no_transcript_at_all() -> None:
    found = pace(stage().call(with_words=False))

    assert found.unit == "wpm (from syllables)"
    assert isinstance(measure_call(stage().call(with_words=False))["articulation_rate"], Measured)


def test_words_and_syllables_that_disagree_are_both_told() -> None:
    found = pace(stage(syllables_hz=4.6).call())

    assert found.value == pytest.approx(180, rel=0.02)
    assert found.details["words_and_syllables_disagree"] is True
    assert found.details["written_to_heard_difference"] == pytest.approx(13 / 18.4 - 1, abs=0.07)
    assert any("fewer syllables than are heard" in c for c in found.cautions)


def test_an_utterance_that_nobody_can_have_said_is_left_out() -> None:
    made = stage().call()
    mad = replace(made.trainee.utterances[0], words=made.trainee.utterances[0].words * 4)
    found = pace(replace(made, trainee=replace(made.trainee, utterances=(mad, *made.trainee.utterances[1:]))))

    assert found.value == pytest.approx(180, rel=0.02)
    assert found.details["n_utterances_left_out"] == 1


def test_without_pitch_words_still_count_and_syllables_do_not() -> None:
    made = stage().call()
    deaf = replace(made, trainee=replace(made.trainee, pitch=None))

    measures = measure_call(deaf)

    assert measures["pace"].value == pytest.approx(180, rel=0.02)
    assert measures["articulation_rate"].reason is Reason.NO_PITCH
    assert measures["pitch_spread"].reason is Reason.NO_PITCH
    wordless = replace(deaf, trainee=replace(deaf.trainee, utterances=()), recognition=None)
    assert pace(wordless).reason is Reason.NO_PITCH


def test_articulation_rate_is_the_rate_of_the_syllables() -> None:
    for syllables_hz in (2.5, 4.0, 5.5):
        assert measure_call(stage(syllables_hz=syllables_hz).call())[
            "articulation_rate"
        ].value == pytest.approx(syllables_hz, rel=0.08)


def test_silence_between_turns_does_not_change_it() -> None:
    close, far = stage(), Stage(120.0)
    for i in range(6):
        far.say(Party.TRAINEE, 1 + 18 * i, 5 + 18 * i, text=TEXT, syllables_hz=13 / 4)

    for name in ("pace", "articulation_rate"):
        assert measure_call(far.call())[name].value == pytest.approx(
            measure_call(close.call())[name].value, rel=0.02
        )


def test_variation_over_turns() -> None:
    mixed = Stage(40.0)
    for i, rate in enumerate((3.0, 5.0) * 3):
        mixed.say(Party.TRAINEE, 1 + 6 * i, 5 + 6 * i, syllables_hz=rate)

    found = measure_call(mixed.call())["pace_variation"]

    assert found.value == pytest.approx(0.25, abs=0.04)
    assert measure_call(stage().call())["pace_variation"].value < 0.05
    assert measure_call(stage(n=2).call())["pace_variation"].reason is Reason.TOO_LITTLE_SPEECH


def test_against_the_customer() -> None:
    made = stage(syllables_hz=4.5)
    made.say(Party.CUSTOMER, 5.2, 6.8, syllables_hz=3.0)
    made.say(Party.CUSTOMER, 11.2, 12.8, syllables_hz=3.0)

    assert measure_call(made.call())["pace_to_customer"].value == pytest.approx(1.5, rel=0.1)
    assert measure_call(stage().call())["pace_to_customer"].reason is Reason.NO_CUSTOMER


def test_a_recogniser_that_leaves_fillers_out_is_told() -> None:
    call = replace(stage().call(), recognition=replace(recognition(), writes_fillers=False))

    assert any("reads a little low" in c for c in pace(call).cautions)
