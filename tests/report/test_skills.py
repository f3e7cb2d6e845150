"""Skills with a score apart from those without, which are told once for each reason."""

from __future__ import annotations

import dataclasses

from voicesim.report.html import card_to_html
from voicesim.report.skills import scored, unscored
from voicesim.report.text import card_to_text
from voicesim.results import Reason
from voicesim.scorecard.card import Scorecard, Skill, SkillStatus
from voicesim.speech.call import Call


def skill(skill_id: str, reason: Reason | None = None, explanation: str = "e") -> Skill:
    return Skill(
        skill_id=skill_id,
        title=f"Title of {skill_id}",
        status=SkillStatus.SCORED if reason is None else SkillStatus.NOT_SCORABLE,
        score=50.0 if reason is None else None,
        explanation=explanation,
        reason=reason,
    )


SKILLS = (
    skill("a", Reason.MONO),
    skill("b"),
    skill("c", Reason.NOISE),
    skill("d", Reason.MONO),
    skill("e", Reason.MONO, "another"),
    skill("f"),
)


def test_the_order_of_the_rubric_stays_and_nothing_is_lost() -> None:
    assert [one.skill_id for one in scored(SKILLS)] == ["b", "f"]
    assert [[one.skill_id for one in group] for group in unscored(SKILLS)] == [["a", "d"], ["c"], ["e"]]


def test_every_title_is_shown_though_the_reason_is_told_once(rich_card: Scorecard, mono_call: Call) -> None:
    why = "pocketsphinx is sure of 34% of the words"
    skills = tuple(skill(f"s{i}", Reason.TRANSCRIPT_UNRELIABLE, why) for i in range(5))
    card = dataclasses.replace(rich_card, skills=skills)
    text = " ".join(card_to_text(card, width=80, use_colour=False).split())
    page = card_to_html(card, mono_call, audio=b"x", audio_type="audio/wav")
    for one in skills:
        assert text.count(one.title) == 1
        assert page.count(f">{one.title}<") == 1
    assert text.lower().count(why) == 1
    assert "Do not rely on these words: listen." in page
