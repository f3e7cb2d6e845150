"""What the coach reads and the trainee does not: the thresholds that decide, and whether the call passes."""

from __future__ import annotations

import dataclasses
import json

import pytest

from voicesim.report.html import card_to_html
from voicesim.report.json_card import card_to_json
from voicesim.report.text import card_to_text
from voicesim.results import Evidence
from voicesim.scorecard.card import Failure, Flip, Scorecard, Section
from voicesim.speech.call import Call

FLIP = Flip(
    rule="pace.fast", threshold="words a minute: full points to 160", moved_to=192.0, level="Strong", is_higher=True
)  # fmt: skip
SAID = Evidence(start_s=72.0, end_s=75.0, label="hostile", quote="you people are idiots")
FAILURE = Failure(
    kind="must_not", what="hostile", fails="card", explanation="This scenario rules it out", evidence=(SAID,)
)  # fmt: skip


@pytest.fixture(scope="module")
def card(rich_card: Scorecard) -> Scorecard:
    """Two sections, one borderline skill, a failure."""
    delivery = Section(section_id="delivery", title="How it was said", score=72.75)
    words = Section(section_id="conversation", title="What was said", score=0.0, is_failed=True)
    sections = (delivery, words)
    skills = tuple(
        dataclasses.replace(
            skill,
            section="delivery"
            if skill.skill_id in {"pace", "interruptions", "upbeat_tone"}
            else "conversation",
            level="Good" if skill.score is not None else "",
            flips=(FLIP,) if skill.skill_id == "pace" else (),
        )
        for skill in rich_card.skills
    )
    overall = dataclasses.replace(
        rich_card.overall,
        level="Good",
        flips=(FLIP,),
        has_passed=False,
        failures=(FAILURE,),
        sections=sections,
        to_hear=(dataclasses.replace(SAID, start_s=90.0, end_s=91.0),),
    )
    return dataclasses.replace(rich_card, skills=skills, overall=overall)


def flat(card: Scorecard, reader: str) -> str:
    return " ".join(card_to_text(card, width=100, use_colour=False, reader=reader).split())


def page(card: Scorecard, call: Call, reader: str) -> str:
    return card_to_html(card, call, audio=b"x", audio_type="audio/wav", reader=reader)


@pytest.mark.parametrize("reader", ["coach", "trainee"])
def test_both_read_the_level_that_it_is_borderline_and_why_the_call_fails(card, mono_call, reader):
    for told in (flat(card, reader), page(card, mono_call, reader)):
        assert "Good, borderline" in told
        assert "How it was said" in told or "HOW IT WAS SAID" in told
        assert "Not passed" in told or "NOT PASSED" in told
        assert "This scenario rules it out" in told
        assert "1:12" in told
        assert "1:30" in told
        assert "counts as 0" in told


def test_the_thresholds_are_for_the_coach(card, mono_call):
    for told in (flat(card, "coach"), page(card, mono_call, "coach")):
        assert "ords a minute: full points to 160; Strong with 192 instead of Good" in told
    for told in (flat(card, "trainee"), page(card, mono_call, "trainee")):
        assert "full points to 160" not in told


def test_the_trainee_reads_a_shorter_card_with_the_same_changes(card):
    coach, trainee = (card_to_text(card, width=80, use_colour=False, reader=r) for r in ("coach", "trainee"))
    assert len(trainee.splitlines()) < 0.7 * len(coach.splitlines())
    for change in card.overall.changes:
        assert change.advice in " ".join(trainee.split())


def test_a_card_without_sections_is_one_part(rich_card):
    text = card_to_text(rich_card, width=80, use_colour=False)
    assert "SKILLS\n" in text
    assert "HOW FIRM" not in text
    assert "PASSED" not in text


def test_programs_read_levels_flips_failures_and_sections(card):
    document = json.loads(card_to_json(card))
    overall = document["overall"]
    assert (overall["level"], overall["is_borderline"], overall["has_passed"]) == ("Good", True, False)
    assert overall["failures"][0]["evidence"][0]["start_s"] == 72.0
    assert [s["is_failed"] for s in overall["sections"]] == [False, True]
    skill = next(s for s in document["skills"] if s["id"] == "pace")
    assert (skill["section"], skill["is_borderline"], skill["flips"][0]["moved_to"]) == (
        "delivery",
        True,
        192.0,
    )
