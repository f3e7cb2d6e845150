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
class Flip:
    """A level that would be another one if one threshold of the rubric lay elsewhere."""

    rule: str
    """Id of the rule that the threshold belongs to."""
    threshold: str
    """Which one, in plain words: "words a minute while speaking: full points from 120"."""
    moved_to: float
    """Where it would have to lie, 20 % lower or higher."""
    level: str
    """Title of the level that would be reached then."""
    is_higher: bool
    """Whether that is a better one."""


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
    section: str = ""
    """Id of the part of the card that it stands in."""
    level: str = ""
    """Title of the rubric's level that the score lies in."""
    flips: tuple[Flip, ...] = ()
    """Single thresholds that decide its level."""

    @property
    def is_borderline(self) -> bool:
        """Whether a threshold that lay 20 % elsewhere would give another level."""
        return bool(self.flips)


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """Why a call, or a section of its card, does not pass."""

    kind: str
    """``must``, ``must_not``, ``must_first``, ``minimum`` or ``pass_at``."""
    what: str
    """Id of the behaviour, the fact or the skill; empty for the overall."""
    fails: str
    """``card``, or the id of a section."""
    explanation: str
    """One plain sentence."""
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A part of the card: the weighted mean of its scored skills."""

    section_id: str
    title: str
    score: float | None
    is_failed: bool = False
    """By what the scenario rules; it counts as 0 in the overall then."""


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
    level: str = ""
    """Title of the rubric's level that the score lies in."""
    has_passed: bool | None = None
    """Whether the call passes; ``None`` where rubric and scenario ask for nothing, or it could not be told."""
    failures: tuple[Failure, ...] = ()
    sections: tuple[Section, ...] = ()
    to_hear: tuple[Evidence, ...] = ()
    """Where somebody has to listen before it is certain that the call passes."""
    flips: tuple[Flip, ...] = ()
    """Single thresholds that decide its level."""

    @property
    def is_borderline(self) -> bool:
        """Whether a threshold that lay 20 % elsewhere would give another level."""
        return bool(self.flips)


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
