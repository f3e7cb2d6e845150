"""Which scenario to rehearse next: the one that trains what a call was weakest in.

Conventions: a scenario says which skills it calls for. A weak skill weighs by how much it lacks of 100; the scenario
whose skills together weigh most is the one. Of equals, the one with fewer other skills trains them more often.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from voicesim.scorecard.card import Skill, SkillStatus

MOST_SKILLS: Final = 3
"""As many as a trainee is told to work on."""

GOOD_SCORE: Final = 85.0
"""A skill with this score needs no further rehearsal. A choice of the project."""

TRAINED_BY: Final[Mapping[str, tuple[str, ...]]] = {
    "pace": ("adaptability", "plain_language"),
    "interruptions": ("active_listening", "self_control"),
    "upbeat_tone": ("rapport", "positivity"),
    "clarity": ("plain_language", "adaptability"),
    "steadiness": ("self_control", "conflict_resolution"),
}
"""Delivery is in every call; these skills call for it most. A choice of the project. Volume is needed in all alike."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NextScenario:
    """What to rehearse next, and why."""

    scenario_id: str
    skills: tuple[str, ...]
    """Titles of the weak skills that it trains, the weakest first."""


def next_scenario(
    skills: Sequence[Skill], offered: Mapping[str, Sequence[str]], *, done: str = ""
) -> NextScenario | None:
    """The scenario that trains what was weakest.

    Args:
        skills: of the scorecard; those without a score count for nothing.
        offered: the skills that each scenario calls for, by its name.
        done: the scenario just rehearsed; another one is recommended.

    Returns:
        None where nothing is weak, or nothing that is offered trains it.
    """
    weak = [
        s for s in skills if s.status is SkillStatus.SCORED and s.score is not None and s.score < GOOD_SCORE
    ]
    # Skills of equal score keep the card's order.
    weak = sorted(weak, key=lambda skill: skill.score or 0.0)[:MOST_SKILLS]

    def trains(name: str) -> list[Skill]:
        called_for = set(offered[name])
        return [s for s in weak if called_for.intersection((s.skill_id, *TRAINED_BY.get(s.skill_id, ())))]

    def worth(name: str) -> tuple[float, int, str]:
        lacking = sum(100.0 - (skill.score or 0.0) for skill in trains(name))
        return -lacking, len(offered[name]), name

    best = min((name for name in offered if name != done and trains(name)), key=worth, default=None)
    if best is None:
        return None
    return NextScenario(scenario_id=best, skills=tuple(skill.title for skill in trains(best)))
