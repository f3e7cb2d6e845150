"""From skills to the whole card: the overall, its sections, one strength, three changes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from voicesim.results import Evidence
from voicesim.scorecard.card import LostPoints, Overall, Section, Skill, SkillStatus
from voicesim.scorecard.evidence import clock, shortened
from voicesim.scorecard.facts import Outcome, Standing
from voicesim.scorecard.passing import Ruling, bars, has_passed
from voicesim.scorecard.rubric import MeasureRule, Rubric

GOOD_ENOUGH_TO_PRAISE: Final = 70.0
MAX_CHANGES: Final = 3


def overall_of(
    rubric: Rubric, skills: Sequence[Skill], outcomes: Sequence[Sequence[Outcome]], ruling: Ruling
) -> Overall:
    """The whole card in one number, with what to keep and what to change.

    Args:
        rubric: what was judged.
        skills: the rows.
        outcomes: what the rules of each row came to.
        ruling: what the scenario's own lists came to.
    """
    sections = _sections(rubric, skills, ruling)
    scored = [skill for skill in skills if skill.score is not None and skill.weight > 0.0]
    value = overall_value(scored, ruling)
    if value is None:
        return Overall(
            status=SkillStatus.NOT_SCORABLE,
            score=None,
            explanation="No skill could be judged in this call.",
            sections=sections,
        )
    failures = (*ruling.failures, *bars(rubric, skills, value))
    level = rubric.level(value).title
    return Overall(
        status=SkillStatus.SCORED,
        score=value,
        explanation=_explanation(level, skills, scored, sections),
        strength=_strength(skills, outcomes),
        changes=_changes(scored),
        level=level,
        has_passed=has_passed(rubric, skills, ruling, failures),
        failures=failures,
        sections=sections,
        to_hear=ruling.to_hear,
    )


def overall_value(skills: Sequence[Skill], ruling: Ruling) -> float | None:
    """Weighted mean of the scored skills, 0..100; a failed section counts as 0."""
    scored = [skill for skill in skills if skill.score is not None and skill.weight > 0.0]
    if not scored:
        return None
    failed = ruling.failed_sections
    total = sum((s.score or 0.0) * s.weight for s in scored if s.section not in failed)
    return round(total / sum(s.weight for s in scored), 1) + 0.0


def _sections(rubric: Rubric, skills: Sequence[Skill], ruling: Ruling) -> tuple[Section, ...]:
    return tuple(
        Section(
            section_id=section_id,
            title=title,
            score=overall_value([s for s in skills if s.section == section_id], Ruling()),
            is_failed=section_id in ruling.failed_sections,
        )
        for section_id, title in rubric.sections.items()
    )


def _explanation(
    level: str, skills: Sequence[Skill], scored: Sequence[Skill], sections: Sequence[Section]
) -> str:
    out = sum(skill.status is SkillStatus.NOT_SCORABLE for skill in skills)
    unasked = sum(skill.status is SkillStatus.NOT_APPLICABLE for skill in skills)
    notes = [f"{level}: the weighted mean of {len(scored)} of {len(skills)} skills."]
    if out:
        notes.append(f"{out} could not be judged.")
    if unasked:
        notes.append(f"{unasked} {'was' if unasked == 1 else 'were'} not called for.")
    notes += [f"“{section.title}” has failed and counts as 0." for section in sections if section.is_failed]
    return " ".join(notes)


# --- what the trainee sees first --------------------------------------------------------------------------


def _strength(skills: Sequence[Skill], outcomes: Sequence[Sequence[Outcome]]) -> str:
    """The best skill with words that show it; a skill without words only where there is none with."""
    best: tuple[tuple[bool, float, float], str] | None = None
    for skill, rules in zip(skills, outcomes, strict=True):
        if skill.score is None or skill.score < GOOD_ENOUGH_TO_PRAISE or skill.weight <= 0.0:
            continue
        kept = [piece for o in rules if o.standing is Standing.JUDGED for piece in o.kept]
        quoted = [p for o in rules if not isinstance(o.rule, MeasureRule) for p in o.kept if p.quote]
        rank = (bool(quoted), skill.score, skill.weight)
        if best is None or rank > best[0]:
            best = (rank, _praise(skill, kept, quoted))
    return best[1] if best else ""


def _praise(skill: Skill, kept: Sequence[Evidence], quoted: Sequence[Evidence]) -> str:
    if quoted:
        return f"{skill.title}: you said “{shortened(quoted[0].quote)}” at {clock(quoted[0].start_s)}."
    place = f", for example at {clock(kept[0].start_s)}" if kept else ""
    return f"{skill.title}: {skill.score:.0f} of 100{place}."


def _changes(scored: Sequence[Skill]) -> tuple[LostPoints, ...]:
    """The dearest lost points for the whole, each with a place to play, of different skills and places first."""
    ranked = sorted(
        (
            (-round(lost.points * skill.weight, 6), n, lost.rule, lost)
            for n, skill in enumerate(scored)
            for lost in skill.lost
            if lost.evidence and lost.points > 0.0
        ),
        key=lambda entry: entry[:3],
    )
    chosen: dict[int, LostPoints] = {}
    for is_strict in (True, False):
        skills = {ranked[i][1] for i in chosen}
        rules = {lost.rule for lost in chosen.values()}
        places = {lost.evidence[-1].start_s for lost in chosen.values()}
        for i, (_, n, rule, lost) in enumerate(ranked):
            is_told = i in chosen or rule in rules
            if len(chosen) == MAX_CHANGES or is_told:
                continue
            if is_strict and (n in skills or lost.evidence[-1].start_s in places):
                continue
            chosen[i] = lost
            skills.add(n)
            rules.add(rule)
            places.add(lost.evidence[-1].start_s)
    return tuple(chosen[i] for i in sorted(chosen))
