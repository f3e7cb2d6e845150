"""Who said what, what was found in it, and what was left unsaid."""

from __future__ import annotations

import numpy as np
import pytest

from voicesim.audio.clip import SAMPLE_RATE_HZ, Clip
from voicesim.audio.span import Span
from voicesim.behaviour.observation import Observation
from voicesim.report.transcript import transcript
from voicesim.scorecard.card import Overall, Scorecard, SkillStatus
from voicesim.speech.call import Call, CustomerLine, EngineId, Layout, Recognition, Side
from voicesim.speech.words import Party, Utterance, Word

SILENCE = Clip(np.zeros(20 * SAMPLE_RATE_HZ, dtype=np.float32))
TEXT = "aaaa bbbb cccc dddd eeee ffff gggg hhhh iiii jjjj"


def seconds(start_s: float, end_s: float) -> Span:
    return Span(round(start_s * SAMPLE_RATE_HZ), round(end_s * SAMPLE_RATE_HZ))


def card(*behaviours: Observation) -> Scorecard:
    overall = Overall(status=SkillStatus.NOT_SCORABLE, score=None, explanation="")
    return Scorecard(call={}, measures={}, behaviours=behaviours, skills=(), overall=overall)


def call(
    *utterances: Utterance, lines: tuple[CustomerLine, ...] = (), customer: tuple[Utterance, ...] = ()
) -> Call:
    return Call(
        call_id="x",
        layout=Layout.LIVE,
        trainee=Side(clip=SILENCE, utterances=utterances),
        customer=Side(clip=SILENCE, utterances=customer),
        lines=lines,
        recognition=Recognition(
            engine=EngineId(engine="e", model="m", version="1"), writes_fillers=False, confidence_gate=0.5
        ),
    )


def line(heard_end_s: float, planned_end_s: float = 11.0) -> CustomerLine:
    return CustomerLine(
        line_id="l", text=TEXT, planned=seconds(1, planned_end_s), heard=seconds(1, heard_end_s), mood="angry"
    )


def test_the_parties_alternate_in_order_of_time_the_customer_first() -> None:
    trainee = [Utterance(Party.TRAINEE, seconds(at, at + 1)) for at in (3, 1)]
    customer = (Utterance(Party.CUSTOMER, seconds(1, 2)), Utterance(Party.CUSTOMER, seconds(2, 3)))
    shown = transcript(card(), call(*trainee, customer=customer))
    assert [(one.party.value, one.span.start_s()) for one in shown] == [
        ("customer", 1.0), ("trainee", 1.0), ("customer", 2.0), ("trainee", 3.0),
    ]  # fmt: skip


@pytest.mark.parametrize(("heard_end_s", "n_said"), [(11.0, 10), (6.0, 5), (6.9, 5), (7.0, 6), (1.5, 0)])
def test_words_of_even_length_are_unsaid_from_where_the_customer_yielded(
    heard_end_s: float, n_said: int
) -> None:
    (shown,) = transcript(card(), call(lines=(line(heard_end_s),)))
    assert [word.text for word in shown.words] == TEXT.split()[:n_said]
    assert shown.unsaid.split() == TEXT.split()[n_said:]
    assert shown.span == seconds(1, heard_end_s)
    assert shown.mood == "angry"


def test_lines_that_were_never_heard_are_not_shown() -> None:
    assert transcript(card(), call(lines=(line(1.0),))) == ()


def test_the_lines_of_a_rehearsal_stand_for_what_was_recognised_of_them() -> None:
    recognised = (Utterance(Party.CUSTOMER, seconds(1, 11), (Word("wrong", seconds(1, 2)),)),)
    (shown,) = transcript(card(), call(lines=(line(11.0),), customer=recognised))
    assert " ".join(word.text for word in shown.words) == TEXT


def test_behaviours_lie_on_their_words_and_on_no_others() -> None:
    words = tuple(
        Word(text, seconds(i, i + 1), 0.9 if i else 0.2) for i, text in enumerate(["I", "am", "so", "sorry"])
    )
    utterance = Utterance(Party.TRAINEE, seconds(0, 4), words)
    other = Utterance(Party.TRAINEE, seconds(10, 14), words)
    apology = Observation(
        behaviour_id="apology", span=seconds(2, 4), quote="so sorry", pattern="p", confidence=0.9, utterance=0
    )
    first, second = transcript(card(apology), call(utterance, other))
    assert [bool(word.seen) for word in first.words] == [False, False, True, True]
    assert [word.is_sure for word in first.words] == [False, True, True, True]
    assert first.seen == (apology,)
    assert second.seen == ()
    assert not any(word.seen for word in second.words)


def test_a_call_without_words_keeps_its_utterances() -> None:
    bare = Utterance(Party.TRAINEE, seconds(1, 2))
    (shown,) = transcript(card(), call(bare))
    assert shown.words == ()


def test_a_recording_in_one_channel_has_one_party() -> None:
    mono = Call(
        call_id="m",
        layout=Layout.MONO,
        trainee=Side(clip=SILENCE, utterances=(Utterance(Party.TRAINEE, seconds(1, 2)),)),
        customer=None,
    )
    assert len(transcript(card(), mono)) == 1
