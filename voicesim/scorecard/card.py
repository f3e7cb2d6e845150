"""The scorecard: what a call was found to be, before any format."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from voicesim.behaviour.observation import Observation
from voicesim.results import Evidence, Json, Reason, Result

SCHEMA_VERSION: Final = 1
"""Of the scorecard's JSON."""


class SkillStatus(StrEnum):
    """Whether a skill has a score. Only ``SCORED`` enters the overall."""

    SCORED = "scored"
    NOT_SCORABLE = "not_scorable"
    """It should have been judged, and this recording or transcript cannot bear it."""
    NOT_APPLICABLE = "not_applicable"
    """The call did not call for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LostPoints:
    """Points that a rule took away."""

    rule: str
    """Id of the rule in the rubric."""
    points: float
    """On the skill's scale of 100."""
    advice: str
    """One plain sentence: what would have kept them."""
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Skill:
    """One row of the scorecard."""

    skill_id: str
    title: str
    status: SkillStatus
    score: float | None
    """0..100, rounded to 0.1; ``None`` unless scored."""
    explanation: str
    """Why this score, or why none, in plain words."""
    weight: float = 1.0
    reason: Reason | None = None
    evidence: tuple[Evidence, ...] = ()
    """What spoke for and against, in order of time."""
    lost: tuple[LostPoints, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Overall:
    """The whole call in one number: the weighted mean of the scored skills."""

    status: SkillStatus
    score: float | None
    explanation: str
    strength: str = ""
    """The one thing to keep doing."""
    changes: tuple[LostPoints, ...] = ()
    """At most three things to change, the dearest first, each with its seconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scorecard:
    """What a call was found to be."""

    call: Mapping[str, Json]
    """Id, duration, layout, scenario, ending, echo, device faults."""
    measures: Mapping[str, Result]
    behaviours: tuple[Observation, ...]
    skills: tuple[Skill, ...]
    overall: Overall
    provenance: Mapping[str, Json] = field(default_factory=dict)
    """voicesim's version, engines and models, rubric and its hash, baseline. No dates: they would break
    the promise that the same recording gives the same bytes."""
