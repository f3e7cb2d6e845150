"""The scorecard on a terminal."""

from __future__ import annotations

import dataclasses
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicesim.report import wording
from voicesim.report.text import MAX_WIDTH, MIN_WIDTH, card_to_text
from voicesim.results import Measured, NotMeasured, Reason
from voicesim.scorecard.card import Scorecard

ANSI = re.compile(r"\x1b\[[0-9;]*m")


def flat(text: str) -> str:
    """The words alone, however they were wrapped."""
    return " ".join(ANSI.sub("", text).split())


def test_everything_a_trainee_needs_is_there(rich_card: Scorecard) -> None:
    text = flat(card_to_text(rich_card, width=80, use_colour=False))
    assert "OVERALL 74 / 100" in text
    assert rich_card.overall.strength in text
    for number, change in enumerate(rich_card.overall.changes, start=1):
        assert f"{number}. {change.advice}" in text
    assert "at 0:52" in text
    assert "at 0:09, 1:55" in text
    for skill in rich_card.skills:
        assert skill.title in text
        assert skill.explanation in text
    for name, result in rich_card.measures.items():
        assert wording.title(name) in text
        if isinstance(result, Measured):
            assert wording.amount(result.value, result.unit) in text
            assert result.definition in text
            assert all(caution in text for caution in result.cautions)
    for seen in rich_card.behaviours:
        assert f"“{seen.quote}”" in text


def test_a_long_list_of_times_is_cut_and_counted(rich_card: Scorecard) -> None:
    change = rich_card.overall.changes[2]
    piece = change.evidence[0]
    many = tuple(dataclasses.replace(piece, start_s=10.0 * i, end_s=500.0) for i in range(9))
    overall = dataclasses.replace(rich_card.overall, changes=(dataclasses.replace(change, evidence=many),))
    text = flat(card_to_text(dataclasses.replace(rich_card, overall=overall), width=80, use_colour=False))
    assert "at 0:00, 0:10, 0:20, 0:30 and 5 more" in text


def test_every_reason_is_told_in_plain_words(poor_card: Scorecard) -> None:
    text = flat(card_to_text(poor_card, width=80, use_colour=False))
    assert "OVERALL not scorable" in text
    for result in poor_card.measures.values():
        assert isinstance(result, NotMeasured)
        assert f"not measured, because {wording.because(result.reason)}" in text
        assert wording.sentence(result.explanation) in text


def test_every_reason_has_its_words() -> None:
    assert set(wording.REASONS) == set(Reason)


def test_a_fallback_recogniser_is_loud_and_another_is_not(rich_card: Scorecard) -> None:
    loud = flat(card_to_text(rich_card, width=80, use_colour=False))
    assert "!! FALLBACK RECOGNISER" in loud
    recognition = {"engine": "faster-whisper", "model": "base.en", "version": "1.2.1", "is_fallback": False}
    calm = dataclasses.replace(rich_card, provenance={"recognition": recognition})
    text = flat(card_to_text(calm, width=80, use_colour=False))
    assert "Words recognised by faster-whisper base.en 1.2.1" in text
    assert "FALLBACK" not in text


def test_doubtful_words_are_marked(rich_card: Scorecard) -> None:
    text = flat(card_to_text(rich_card, width=80, use_colour=False))
    assert text.count("(not sure it was heard right)") == 1


def test_bars_grow_with_the_score(rich_card: Scorecard) -> None:
    text = card_to_text(rich_card, width=80, use_colour=False)
    lengths = {
        skill.score: next(line for line in text.splitlines() if line.startswith(f"  {skill.title} ")).count(
            "█"
        )
        for skill in rich_card.skills
        if skill.score is not None
    }
    assert lengths[100.0] == 20
    assert lengths[52.0] == 10
    assert [lengths[score] for score in sorted(lengths)] == sorted(lengths.values())


@given(width=st.integers(1, 200))
def test_no_line_is_wider_than_the_terminal(rich_card: Scorecard, width: int) -> None:
    for colour in (False, True):
        text = card_to_text(rich_card, width=width, use_colour=colour)
        longest = max(len(ANSI.sub("", line)) for line in text.splitlines())
        assert longest <= min(max(width, MIN_WIDTH), MAX_WIDTH)


def test_colours_only_where_they_are_wanted(rich_card: Scorecard) -> None:
    plain = card_to_text(rich_card, width=80, use_colour=False)
    coloured = card_to_text(rich_card, width=80, use_colour=True)
    assert "\x1b" not in plain
    assert "\x1b[" in coloured
    assert ANSI.sub("", coloured) == plain


def test_a_terminal_without_unicode_gets_ascii(rich_card: Scorecard) -> None:
    assert card_to_text(rich_card, width=80, use_colour=True, use_unicode=False).isascii()


@pytest.mark.parametrize("colour", [False, True])
def test_a_transcript_cannot_steer_the_terminal(hostile_card: Scorecard, colour: bool) -> None:
    text = (
        ANSI.sub("", card_to_text(hostile_card, width=80, use_colour=colour))
        if colour
        else card_to_text(hostile_card, width=80, use_colour=False)
    )
    assert "\x1b" not in text
    assert "\u202e" not in text
    assert text.encode("utf-8")


def test_a_colour_of_the_transcript_is_no_colour(hostile_card: Scorecard) -> None:
    coloured = card_to_text(hostile_card, width=80, use_colour=True)
    assert "\x1b[31m" not in coloured


def test_it_ends_with_one_line_break(rich_card: Scorecard, poor_card: Scorecard) -> None:
    for card in (rich_card, poor_card):
        text = card_to_text(card, width=80, use_colour=False)
        assert text.endswith("\n")
        assert not text.endswith("\n\n")
        assert "\n\n\n" not in text


def test_faults_of_the_devices_are_loud(rich_card: Scorecard) -> None:
    card = dataclasses.replace(rich_card, call={**rich_card.call, "device_faults": {"output_underflow": 7}})
    assert "!! The sound devices reported faults" in flat(card_to_text(card, width=80, use_colour=False))
