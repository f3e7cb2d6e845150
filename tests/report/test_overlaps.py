"""Overlaps as the picture shows them."""

from __future__ import annotations

import dataclasses

import pytest

from voicesim.report.overlaps import OverlapKind, overlap_marks, plain_label
from voicesim.results import NotMeasured, Reason
from voicesim.scorecard.card import Scorecard
from voicesim.speech.call import Call, Layout


def test_every_overlap_of_the_measure_is_a_mark(rich_card: Scorecard, rich_call: Call) -> None:
    found = [
        (mark.start_s, mark.end_s, mark.kind, mark.is_by_customer)
        for mark in overlap_marks(rich_card, rich_call)
    ]
    assert found == [
        (27.0, 27.4, OverlapKind.BACK_CHANNEL, False),
        (52.0, 53.1, OverlapKind.INTERRUPTION, False),
        (84.4, 85.0, OverlapKind.TERMINAL, True),
    ]


def test_what_could_not_be_measured_is_not_drawn(rich_card: Scorecard, rich_call: Call) -> None:
    echo = NotMeasured(reason=Reason.ECHO, explanation="echo")
    card = dataclasses.replace(rich_card, measures={**rich_card.measures, "interruptions": echo})
    assert overlap_marks(card, rich_call) == ()
    fake = dataclasses.replace(rich_call, layout=Layout.FAKE_STEREO)
    assert overlap_marks(rich_card, fake) == ()


def test_every_kind_of_the_measure_has_its_name_and_sign() -> None:
    from voicesim.measure.overlaps import OverlapKind as Measures

    known = {kind.label for kind in OverlapKind}
    assert {kind.value for kind in Measures} <= known
    assert len({kind.sign for kind in OverlapKind}) == len(OverlapKind)


@pytest.mark.parametrize(
    ("label", "told"),
    [
        ("interruption", "Trainee interrupts"),
        ("customer_interruption", "Customer interrupts"),
        ("dual_start", "Both start together"),
        ("negative_wording", "negative wording"),
        ("utterance", "utterance"),
        ("", ""),
    ],
)
def test_labels_are_told_in_plain_words(label: str, told: str) -> None:
    assert plain_label(label) == told
