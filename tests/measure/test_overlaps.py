"""Overlaps of two parties, made of one kind each and told apart again."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from tests.measure.builders import RATE, Stage, bare_voices, line, span, spans, spread_words
from voicesim.audio.span import Span
from voicesim.measure.interruptions import customer_interruptions, interruptions
from voicesim.measure.overlaps import OverlapKind, overlap_events
from voicesim.results import Measured, NotMeasured, Reason
from voicesim.speech.words import Party, Utterance

K = OverlapKind
MARGIN_S = 0.2
"""Made events stay this far from every threshold of the rule."""


class Rehearsal:
    """Lines and answers, one after the other, each with the kind of overlap that it was made to be."""

    def __init__(self, rng: np.random.Generator) -> None:
        self.rng = rng
        self.now_s = 1.0
        self.lines: list[tuple[float, float, float, float | None]] = []
        self.trainee: list[tuple[float, float]] = []
        self.truth: list[OverlapKind] = []

    def u(self, low: float, high: float) -> float:
        return float(self.rng.uniform(low, high))

    def add(self, kind: OverlapKind | None, *, can_yield: bool) -> None:
        a = self.now_s + self.u(1.5, 2.5)
        b = a + self.u(4.0, 8.0)
        heard, yielded = b, None
        if kind is None:
            s, e = b + self.u(0.1, 1.0), b + self.u(2.0, 5.0)
        elif kind is K.TERMINAL:
            s, e = b - self.u(0.05, 0.3), b + self.u(1.3, 5.0)
        elif kind is K.BACK_CHANNEL:
            s = a + self.u(0.5, b - a - 1.5)
            e = s + self.u(0.25, 0.8)
        elif kind is K.BUTTING_IN:
            s = a + self.u(0.5, 1.0)
            e = s + self.u(1.2, b - s - 0.3)
        elif kind is K.DUAL_START:
            s, e = a + self.u(0.01, 0.15), b + self.u(0.5, 2.0)
        elif can_yield and self.rng.random() < 0.5:
            s = a + self.u(0.5, b - a - 1.5)
            yielded = s + self.u(0.35, 0.9)
            heard, e = yielded + self.u(0.0, 0.2), s + self.u(1.3, 5.0)
            heard = min(heard, b)
        else:
            s, e = b - self.u(0.7, 2.5), b + self.u(0.3, 4.0)
        self.lines.append((a, b, heard, yielded))
        self.trainee.append((s, e))
        self.now_s = max(heard, e)
        if kind is not None:
            self.truth.append(kind)


KINDS = (None, K.TERMINAL, K.BACK_CHANNEL, K.BUTTING_IN, K.DUAL_START, K.INTERRUPTION)


@pytest.mark.parametrize("seed", range(20))
def test_rehearsals_made_of_known_overlaps(seed: int) -> None:
    """20 x 30 encounters; the customer's planned ends are known, and half of the time the customer yields."""
    made = Rehearsal(np.random.default_rng(seed))
    for index in made.rng.permutation(np.repeat(np.arange(len(KINDS)), 5)):
        made.add(KINDS[index], can_yield=True)
    lines = [line(a, b, h, yielded_s=y) for a, b, h, y in made.lines]
    voices = bare_voices(
        spans(*made.trainee),
        spans(*((a, h) for a, _, h, _ in made.lines)),
        lines=lines,
        duration_s=made.now_s + 1,
    )

    events = [e for e in overlap_events(voices.call, voices=voices) if e.by is Party.TRAINEE]

    assert [e.kind for e in events] == made.truth
    result = interruptions(voices, tuple(events))
    minutes = sum(h - a for a, _, h, _ in made.lines) / 60
    assert result.value == pytest.approx(Counter(made.truth)[K.INTERRUPTION] / minutes, abs=0.02)


@pytest.mark.parametrize("seed", range(20))
def test_recordings_made_of_known_overlaps(seed: int) -> None:
    """The same without known lines, where nobody can be seen to yield."""
    made = Rehearsal(np.random.default_rng(100 + seed))
    for index in made.rng.permutation(np.repeat(np.arange(len(KINDS)), 5)):
        made.add(KINDS[index], can_yield=False)
    voices = bare_voices(
        spans(*made.trainee), spans(*((a, b) for a, b, _, _ in made.lines)), duration_s=made.now_s + 1
    )

    events = [e for e in overlap_events(voices.call, voices=voices) if e.by is Party.TRAINEE]

    assert [e.kind for e in events] == made.truth


@pytest.mark.parametrize("seed", range(5))
def test_a_detectors_jitter_changes_few_of_them(seed: int) -> None:
    rng = np.random.default_rng(seed)
    made = Rehearsal(rng)
    for index in rng.permutation(np.repeat(np.arange(len(KINDS)), 30)):
        made.add(KINDS[index], can_yield=True)
    jittered = [(s + rng.normal(0.033, 0.06), e + rng.normal(0.062, 0.06)) for s, e in made.trainee]
    lines = [line(a, b, h, yielded_s=y) for a, b, h, y in made.lines]
    voices = bare_voices(
        spans(*jittered),
        spans(*((a, h) for a, _, h, _ in made.lines)),
        lines=lines,
        duration_s=made.now_s + 1,
    )

    count = Counter(e.kind for e in overlap_events(voices.call, voices=voices) if e.by is Party.TRAINEE)

    assert count[K.INTERRUPTION] == pytest.approx(Counter(made.truth)[K.INTERRUPTION], rel=0.1)


def only(
    trainee: list[tuple[float, float]], customer: list[tuple[float, float]], **more: object
) -> list[str]:
    voices = bare_voices(spans(*trainee), spans(*customer), **more)
    return [e.label for e in overlap_events(voices.call, voices=voices)]


def test_the_customer_who_begins_inside_the_trainees_talk_is_not_held_against_the_trainee() -> None:
    assert only([(1, 6)], [(3, 9)]) == ["customer_interruption"]
    assert only([(1, 6)], [(3, 3.5)]) == ["customer_back_channel"]
    assert only([(1, 6)], [(5.8, 9)]) == ["customer_terminal"]


def test_both_starting_together_is_nobodys_fault() -> None:
    assert only([(1.1, 6)], [(1.0, 5)]) == ["dual_start"]
    assert only([(1.0, 6)], [(1.1, 5)]) == ["dual_start"]
    assert only([(1.0, 6)], [(1.0, 5)]) == ["dual_start"]


def test_a_pause_for_breath_does_not_make_two_interruptions_of_one() -> None:
    assert only([(3, 4), (4.4, 9)], [(1, 7)]) == ["interruption"]


def test_speaking_into_a_pause() -> None:
    """In a recording nobody knows that the customer will go on, once a pause can be heard; in a rehearsal only a
    long silence excuses."""
    assert only([(3.3, 8)], [(1, 3), (3.4, 7)]) == ["in_pause"]
    assert only([(3.1, 8)], [(1, 3), (3.4, 7)]) == ["interruption"]
    assert only([(3.1, 8)], [(1, 3), (3.4, 7)], lines=[line(1, 7)]) == ["interruption"]
    assert only([(4.0, 8)], [(1, 3), (5.5, 7)], lines=[line(1, 7)]) == ["in_pause"]


def test_words_can_tell_a_back_channel_that_does_not_stand_alone() -> None:
    talk, customer = [(2.0, 2.6), (3.3, 9.0)], [(1, 7)]
    for text, use_words, expected in (
        ("Uh-huh, right.", True, K.BACK_CHANNEL),
        ("No but wait", True, K.BRIEF),
        ("Uh-huh, right.", False, K.BRIEF),
    ):
        said = [
            Utterance(Party.TRAINEE, span(*t), spread_words(w, span(*t)))
            for t, w in zip(talk, (text, "let me tell you this now"), strict=True)
        ]
        voices = bare_voices(spans(*talk), spans(*customer), utterances=said, lines=[line(1, 7)])
        kinds = [e.kind for e in overlap_events(voices.call, voices=voices, use_words=use_words)]
        assert kinds[0] is (expected if expected is K.BACK_CHANNEL else K.BUTTING_IN)


def test_too_short_to_be_an_attempt() -> None:
    assert only([(3.0, 3.4), (4.0, 4.3)], [(1, 7)]) == ["brief", "brief"]


def test_what_was_never_heard_is_counted_in_words() -> None:
    text = "I have been waiting for my parcel since Monday and nobody calls me back"
    lines = [line(1.0, 8.0, 4.5, yielded_s=4.2, text=text)]
    voices = bare_voices(spans((3.5, 9.0)), spans((1.0, 4.5)), lines=lines)

    (event,) = overlap_events(voices.call, voices=voices)

    assert event.kind is K.INTERRUPTION
    assert event.remaining_s == pytest.approx(4.5)
    assert event.overlap_s == pytest.approx(1.0)
    assert event.text_unsaid == "since Monday and nobody calls me back"
    assert event.words_unsaid == 7
    details = interruptions(voices, (event,)).details
    assert details["customer_words_unsaid"] == 7
    assert details["count_at_threshold_s"] == {"0.3": 1, "0.5": 1, "1": 1, "3": 1, "10": 0}


def test_counts_fall_as_the_threshold_rises() -> None:
    made = Rehearsal(np.random.default_rng(5))
    for _ in range(40):
        made.add(K.INTERRUPTION, can_yield=False)
    voices = bare_voices(
        spans(*made.trainee), spans(*((a, b) for a, b, _, _ in made.lines)), duration_s=made.now_s + 1
    )
    result = interruptions(voices, overlap_events(voices.call, voices=voices))

    counts = list(result.details["count_at_threshold_s"].values())

    assert counts[1] == result.details["count"] == 40
    assert counts == sorted(counts, reverse=True)
    assert counts[2] == sum(
        e > b and b - s > 1.0 for (s, e), (_, b, _, _) in zip(made.trainee, made.lines, strict=True)
    )


def test_evidence_marks_what_counts() -> None:
    voices = bare_voices(spans((4, 9), (11, 11.4), (25, 28)), spans((1, 7), (10, 14), (20, 30)))

    result = interruptions(voices, overlap_events(voices.call, voices=voices))

    assert [(e.label, e.value) for e in result.evidence] == [
        ("interruption", 1.0),
        ("back_channel", 0.0),
        ("butting_in", 0.0),
    ]
    assert (result.evidence[0].start_s, result.evidence[0].end_s) == (4.0, 7.0)
    assert result.value == pytest.approx(60 / 20)


def test_no_customer_and_too_little_of_one() -> None:
    nobody = bare_voices(spans((1, 5)), ())
    short = bare_voices(spans((1, 5)), spans((6, 7)))

    assert interruptions(nobody, ()).reason is Reason.NO_CUSTOMER
    assert interruptions(short, ()).reason is Reason.TOO_LITTLE_SPEECH
    assert isinstance(customer_interruptions(short, ()), Measured)
    assert isinstance(customer_interruptions(bare_voices((), spans((1, 5))), ()), NotMeasured)


def test_from_sound_to_events() -> None:
    """Two voices on two channels: one interruption, one back-channel, one answer."""
    stage = Stage(40.0)
    for pair in ((1, 8), (12, 20), (25, 31)):
        stage.say(Party.CUSTOMER, *pair)
    for pair in ((6, 10.5), (15, 15.6), (31.4, 36)):
        stage.say(Party.TRAINEE, *pair)
    call = stage.call()

    events = overlap_events(call)

    assert [e.label for e in events] == ["interruption", "back_channel"]
    for event, wanted in zip(events, (span(6, 8), span(15, 15.6)), strict=True):
        assert abs(event.span.start - wanted.start) < 0.05 * RATE
        assert abs(event.span.end - wanted.end) < 0.05 * RATE
    assert isinstance(events[0].span, Span)
