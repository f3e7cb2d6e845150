"""A scored call in one line."""

from __future__ import annotations

from voicesim.report.summary import summary_line
from voicesim.scorecard.card import Scorecard


def test_the_line_has_the_call_its_score_and_the_headlines(rich_card: Scorecard) -> None:
    assert summary_line(rich_card) == (
        "late-parcel-alex  2:48  74/100  pace 161 wpm  volume -24.1 dBov"
        "  interruptions 1.42 per customer minute  upbeat tone -"
    )


def test_what_is_missing_is_a_dash_and_never_a_zero(poor_card: Scorecard) -> None:
    assert (
        summary_line(poor_card) == "mono  0:12  not scored  pace -  volume -  interruptions -  upbeat tone -"
    )


def test_the_line_is_one_line_whatever_was_said(hostile_card: Scorecard) -> None:
    line = summary_line(hostile_card)
    assert line.isprintable()
