"""Measures of the talk, counted by hand."""

from __future__ import annotations

import dataclasses

import pytest

from voicesim.results import Evidence, Measured, NotMeasured, Reason
from voicesim.speech.call import CustomerLine, EngineId, Recognition

FILL = """
C: it is seven
T: that is the number on the back of the grey box
C: it is eight
T: and the other one is on the left side of it
"""


def measure(judged, name, talk, **more):
    return judged(talk + FILL, **more).measures[name]


@pytest.mark.parametrize(
    ("said", "count"),
    [
        ("what is the number on it", 0),
        ("what is the number on it and when did you buy it", 1),
        ("What is the number? When did you buy it? Where was that?", 1),
        ("can you tell me what it is", 0),
        ("the number is on the back and the date is on the front", 0),
    ],
)
def test_questions_in_one_breath_are_stacked(judged, said, count):
    assert measure(judged, "stacked_questions", f"C: hello there\nT: {said}").value == count


@pytest.mark.parametrize(
    ("again", "count"),
    [
        ("what is the postcode of the delivery address", 1),
        ("sorry what was the postcode again", 1),
        ("did you say the box was grey", 1),
        ("what is the colour of the cable", 0),
    ],
)
def test_a_question_asked_again_is_found(judged, again, count):
    talk = f"C: hello there\nT: what is the postcode of the delivery address\nC: it is four\nT: {again}"
    assert measure(judged, "repeated_questions", talk).value == count


def test_a_question_that_the_customer_did_not_hear_is_not_asked_again(judged):
    asked = "what is the postcode of the address"
    talk = f"C: hello there\nT: {asked}\nC: sorry what\nT: {asked}"
    assert measure(judged, "repeated_questions", talk).value == 0


def test_what_was_said_before_is_found_and_set_phrases_are_not(judged):
    told = "the number stands on the grey label under the front cover of the machine"
    talk = f"C: hello there\nT: {told}\nC: where\nT: {told}"
    found = measure(judged, "said_again", talk)
    assert found.value == 1
    assert found.evidence[0].quote == told
    assert measure(judged, "said_again", f"C: hello there\nT: {told}").value == 0


def test_uncertain_words_cost_nothing_here_either(judged):
    asked = "what is the postcode of the delivery address and when did you buy it"
    talk = f"C: it is seven\nT: {asked}\nC: it is four\nT: {asked}"
    engine = EngineId(engine="test", model="test", version="1")
    unsure = {"confidence": 0.3, "recognition": Recognition(engine=engine, writes_fillers=True)}
    for name in ("stacked_questions", "repeated_questions"):
        assert measure(judged, name, talk).value > 0, name
        assert measure(judged, name, talk, **unsure).value == 0, name
    assert isinstance(measure(judged, "words_per_turn", talk, **unsure), NotMeasured)


def test_words_a_turn_leave_out_what_did_good(judged):
    plain = (
        "C: it is seven\nT: "
        + " ".join(["number"] * 20)
        + "\nC: it is seven\nT: "
        + " ".join(["colour"] * 10)
    )
    alone = judged(plain + "\nC: it is seven\nT: " + " ".join(["cable"] * 30)).measures["words_per_turn"]
    assert alone.value == pytest.approx(20.0, abs=0.5)
    assert alone.unit == "words a turn"
    sorry = judged(
        plain + "\nC: it is seven\nT: I'm so sorry about that " + " ".join(["cable"] * 24)
    ).measures["words_per_turn"]
    assert 18.0 <= sorry.value < 19.0


def test_fillers_are_a_share_of_utterances_and_left_out_by_some_recognisers(judged):
    talk = "C: it is seven\nT: um the number is on the back\nC: it is seven\nT: it is uh the grey one I see"
    found = measure(judged, "fillers", talk)
    assert (found.value, len(found.evidence)) == (0.5, 2)
    engine = EngineId(engine="faster-whisper", model="base.en", version="1")
    deaf = measure(judged, "fillers", talk, recognition=Recognition(engine=engine, writes_fillers=False))
    assert isinstance(deaf, NotMeasured)
    assert deaf.reason is Reason.NOT_TRANSCRIBED
    assert "faster-whisper" in deaf.explanation


def anxious(call):
    """The same call as a rehearsal whose customer is anxious in the third line."""
    lines = tuple(
        CustomerLine(
            line_id=str(i), text=u.text, planned=u.span, heard=u.span, mood="anxious" if i == 2 else "calm"
        )
        for i, u in enumerate(call.customer.utterances)
    )
    return dataclasses.replace(call, lines=lines)


def test_slowing_down_is_the_pace_after_a_nervous_customer_against_the_usual_one(
    judged, call_of, good_measures
):
    talk = "\n".join(
        f"C: it is the number {i}\nT: then it goes into the left one number {i}" for i in range(5)
    )
    call = anxious(call_of(talk))
    assert judged(call_of(talk)).measures["slowing_for_nervous"].reason is Reason.NOT_CALLED_FOR
    pace = Measured(
        value=150.0,
        unit="wpm",
        definition="a test",
        evidence=tuple(
            Evidence(start_s=u.span.start_s(), end_s=u.span.end_s(), value=120.0 if i == 2 else 150.0)
            for i, u in enumerate(call.trainee.utterances)
        ),
    )
    found = judged(call, measures={**good_measures, "pace": pace}).measures["slowing_for_nervous"]
    assert found.value == pytest.approx(0.8)
    assert [piece.value for piece in found.evidence] == [pytest.approx(0.8)]


def test_a_bright_answer_to_an_upset_customer_costs(judged, call_of, good_measures):
    talk = "C: this is ridiculous I am so angry\nT: let me look at the number of it\n" * 2
    talk += FILL.strip()
    call = call_of(talk)

    def tone(values):
        places = zip(call.trainee.utterances, values, strict=False)
        return Measured(
            value=1.0,
            unit="U",
            definition="a test",
            evidence=tuple(
                Evidence(start_s=u.span.start_s(), end_s=u.span.end_s(), value=v) for u, v in places
            ),
        )

    for values, count in (((3.0, 3.0, 3.0), 2), ((0.0, 0.0, 3.0), 0)):
        card = judged(call, measures={**good_measures, "liveliness": tone(values)})
        assert card.measures["bright_at_upset"].value == count
        skill = next(s for s in card.skills if s.skill_id == "upbeat_tone")
        assert skill.score == (75.0 if count else 100.0)
