"""From rules to one skill: its score, its words, what it lost and where.

Conventions: a score is what the rules earned of the points of all rules that applied and could be judged, scaled to
100, less the points of rules that only take, which are not scaled; between 0 and 100, rounded to 0.1. Where nothing
was asked of the trainee but something bad was done, it is taken from 100.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from voicesim.results import Evidence, Reason
from voicesim.scorecard.card import LostPoints, Skill, SkillStatus
from voicesim.scorecard.evidence import filled, plain
from voicesim.scorecard.facts import Loss, Outcome, Standing
from voicesim.scorecard.rubric import AvoidRule, MeasureRule, Rubric, RubricSkill, Rule

LEAST_KNOWN: Final = 0.5
"""Share of a skill's points that must be judged for it to have a score. Source: choice of this project."""
_MAX_EVIDENCE: Final = 40


@dataclass(frozen=True, slots=True)
class Points:
    """What a skill's rules come to."""

    value: float
    """0..100."""
    scale: float
    """An earning rule's points times this are points of the skill."""


def judge_skill(rubric: Rubric, skill: RubricSkill, outcomes: Sequence[Outcome]) -> Skill:
    """One row of the card."""
    if not _is_called_for(outcomes):
        return _without_score(
            skill, SkillStatus.NOT_APPLICABLE, Reason.NOT_CALLED_FOR, _not_called_for(skill), outcomes
        )
    points = points_of(outcomes)
    if points is None:
        unknown = [o for o in outcomes if o.standing is Standing.UNKNOWN]
        main = max(unknown, key=lambda o: o.rule.points)
        return _without_score(skill, SkillStatus.NOT_SCORABLE, main.reason, main.explanation, outcomes)
    return Skill(
        skill_id=skill.skill_id,
        title=skill.title,
        status=SkillStatus.SCORED,
        score=points.value,
        explanation=_explanation(rubric, skill, points.value, outcomes),
        weight=skill.weight,
        evidence=_evidence(outcomes),
        lost=_all_lost(outcomes, points.scale),
        section=skill.section,
        level=rubric.level(points.value).title,
    )


def points_of(outcomes: Sequence[Outcome]) -> Points | None:
    """What the rules come to; ``None`` where too little of them could be judged or nothing was called for."""
    if not _is_called_for(outcomes):
        return None
    earning = [o for o in outcomes if earns(o.rule)]
    judged = [o for o in earning if o.standing is Standing.JUDGED]
    known = sum(o.rule.points for o in judged)
    wanted = known + sum(o.rule.points for o in earning if o.standing is Standing.UNKNOWN)
    if wanted and known < LEAST_KNOWN * wanted:
        return None
    scale = 100.0 / known if known else 1.0
    earned = sum(o.rule.points * o.share for o in judged) if known else 100.0
    taken = sum(
        o.rule.points * (1.0 - o.share)
        for o in outcomes
        if not earns(o.rule) and o.standing is Standing.JUDGED
    )
    return Points(round(min(100.0, max(0.0, scale * earned - taken)), 1) + 0.0, scale)


def earns(rule: Rule) -> bool:
    """Whether a rule's points are there to be earned."""
    return not isinstance(rule, AvoidRule) or rule.earns


def _is_called_for(outcomes: Sequence[Outcome]) -> bool:
    """Whether anything but leaving bad things out was asked of the trainee, or something bad was done."""
    open_rules = [o for o in outcomes if o.standing is not Standing.NOT_CALLED_FOR]
    asked = [o for o in outcomes if not isinstance(o.rule, AvoidRule)]
    if not asked:
        return any(o.losses or earns(o.rule) for o in open_rules)
    return any(not isinstance(o.rule, AvoidRule) or o.losses for o in open_rules)


def _not_called_for(skill: RubricSkill) -> str:
    return f"Nothing in this call called for it: {skill.about[:1].lower()}{skill.about[1:]}"


def _without_score(
    skill: RubricSkill,
    status: SkillStatus,
    reason: Reason | None,
    explanation: str,
    outcomes: Sequence[Outcome],
) -> Skill:
    return Skill(
        skill_id=skill.skill_id,
        title=skill.title,
        status=status,
        score=None,
        explanation=explanation,
        weight=skill.weight,
        reason=reason,
        evidence=_evidence(outcomes) if status is SkillStatus.NOT_APPLICABLE else (),
        section=skill.section,
    )


# --- what was lost ----------------------------------------------------------------------------------------


def _all_lost(outcomes: Sequence[Outcome], scale: float) -> tuple[LostPoints, ...]:
    """Every lost point, the dearest first; rules that only take cannot take more than was earned."""
    judged = [o for o in outcomes if o.standing is Standing.JUDGED]
    lost = [_lost(o, loss, scale) for o in judged if earns(o.rule) for loss in o.losses]
    left = max(0.0, 100.0 - sum(one.points for one in lost))
    for outcome in judged:
        for loss in () if earns(outcome.rule) else outcome.losses:
            one = _lost(outcome, loss, 1.0, at_most=left)
            left -= one.points
            if one.points > 0.0:
                lost.append(one)
    return tuple(sorted(lost, key=lambda one: (-one.points, one.rule)))


def _lost(outcome: Outcome, loss: Loss, scale: float, *, at_most: float = 100.0) -> LostPoints:
    rule = outcome.rule
    points = round(min(rule.points * loss.share * scale, at_most), 1)
    advice = rule.advice
    if isinstance(rule, MeasureRule) and loss.is_above and rule.advice_above:
        advice = rule.advice_above
    return LostPoints(
        rule=rule.rule_id,
        points=points,
        advice=filled(advice, {**loss.values, "points": plain(points) if points < 1.0 else f"{points:.0f}"}),
        evidence=loss.evidence,
    )


# --- in words ---------------------------------------------------------------------------------------------


def _explanation(rubric: Rubric, skill: RubricSkill, value: float, outcomes: Sequence[Outcome]) -> str:
    level = rubric.level(value)
    anchor = skill.looks_like.get(level.level_id, "")
    parts = [f"{level.title}: {anchor}" if anchor else f"{level.title}."]
    notes = "; ".join(o.note for o in outcomes if o.note)
    parts.append(f"{_capital(notes)}." if notes else "")
    unknown = [o for o in outcomes if o.standing is Standing.UNKNOWN]
    parts.extend(f"Left out: {o.rule.title}, because {o.explanation}." for o in unknown)
    if any(o.to_hear for o in outcomes):
        parts.append(
            "Listen where it is marked: the recogniser was not sure of the words there, so they cost nothing."
        )
    return " ".join(part for part in parts if part)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _evidence(outcomes: Sequence[Outcome]) -> tuple[Evidence, ...]:
    pieces = {
        piece: None
        for o in outcomes
        for piece in (*o.kept, *(e for loss in o.losses for e in loss.evidence), *o.to_hear)
    }
    ordered = sorted(pieces, key=lambda e: (e.start_s, e.end_s, e.label, e.quote))
    return tuple(ordered[:_MAX_EVIDENCE])
