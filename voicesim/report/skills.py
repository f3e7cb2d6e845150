"""Skills as a reader wants them: those with a score, then those without, told once for each reason."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, TypeAlias

from voicesim.scorecard.card import Flip, Overall, Skill, SkillStatus

Reader: TypeAlias = Literal["coach", "trainee"]
"""Who reads a card: the coach sees what decides a level, the trainee that it is borderline."""


def scored(skills: Iterable[Skill]) -> tuple[Skill, ...]:
    """The skills that have a score, in the order of the rubric."""
    return tuple(skill for skill in skills if skill.score is not None)


def unscored(skills: Iterable[Skill]) -> tuple[tuple[Skill, ...], ...]:
    """The skills that have none, those of the same status, reason and explanation together.

    Those that the call did not call for are one group, whatever each of them is about.
    """
    groups: dict[tuple[str, str, str], list[Skill]] = {}
    for skill in skills:
        if skill.score is None:
            told = "" if skill.status is SkillStatus.NOT_APPLICABLE else skill.explanation
            key = (skill.status.value, skill.reason.value if skill.reason else "", told)
            groups.setdefault(key, []).append(skill)
    return tuple(tuple(group) for group in groups.values())


def why_unscored(group: Iterable[Skill]) -> str:
    """What all skills of a group say of it; empty where they say different things."""
    told = {skill.explanation for skill in group}
    return told.pop() if len(told) == 1 else ""


@dataclass(frozen=True, slots=True)
class Part:
    """A section of the card with its scored skills."""

    title: str
    score: float | None
    skills: tuple[Skill, ...]
    is_failed: bool = False


def parts(skills: Iterable[Skill], overall: Overall) -> tuple[Part, ...]:
    """The scored skills by section, in the order of the rubric; all in one where there are no sections."""
    rows = scored(skills)
    known = {section.section_id for section in overall.sections}
    rest = tuple(skill for skill in rows if skill.section not in known)
    found = [
        Part(section.title, section.score, inside, section.is_failed)
        for section in overall.sections
        if (inside := tuple(skill for skill in rows if skill.section == section.section_id))
    ]
    return (*found, *((Part("Skills", None, rest),) if rest else ()))


def standing(level: str, *, is_borderline: bool) -> str:
    """A level as a reader sees it, empty where there is none.

    >>> standing("Good", is_borderline=True)
    'Good, borderline'
    """
    return f"{level}, borderline" if level and is_borderline else level


def explained(skill: Skill) -> str:
    """Why the score is what it is, without its level, which stands beside the score."""
    return skill.explanation.removeprefix(f"{skill.level}: ") if skill.level else skill.explanation


def firmness(flips: Iterable[Flip], level: str) -> tuple[str, ...]:
    """For each threshold that decides a level: where it would have to lie for another one."""
    told: dict[str, list[Flip]] = {}
    for flip in flips:
        told.setdefault(flip.threshold, []).append(flip)
    return tuple(
        f"{threshold}; {' and '.join(f'{flip.level} with {flip.moved_to:g}' for flip in group)} instead of {level}"
        for threshold, group in told.items()
    )
