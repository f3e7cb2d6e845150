"""Skills as a reader wants them: those with a score, then those without, told once for each reason."""

from __future__ import annotations

from collections.abc import Iterable

from voicesim.scorecard.card import Skill


def scored(skills: Iterable[Skill]) -> tuple[Skill, ...]:
    """The skills that have a score, in the order of the rubric."""
    return tuple(skill for skill in skills if skill.score is not None)


def unscored(skills: Iterable[Skill]) -> tuple[tuple[Skill, ...], ...]:
    """The skills that have none, those of the same status, reason and explanation together."""
    groups: dict[tuple[str, str, str], list[Skill]] = {}
    for skill in skills:
        if skill.score is None:
            key = (skill.status.value, skill.reason.value if skill.reason else "", skill.explanation)
            groups.setdefault(key, []).append(skill)
    return tuple(tuple(group) for group in groups.values())
