"""A rubric: which skills are judged, by which rules, for how many points, and where every threshold comes from.

Conventions: a rule's points are its weight within its skill; the points of all rules that apply are scaled to 100.
A share is what a rule earns of its points, 0..1.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeAlias

from voicesim.errors import RubricError
from voicesim.files.strict_yaml import load_yaml_with_lines, read_text

if TYPE_CHECKING:
    from voicesim.scorecard.schema import AllowanceFile, CurveFile, RubricFile, RuleFile, SkillFile

DEFAULT: Final = Path(__file__).resolve().parent / "rubrics" / "default.yaml"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rule:
    rule_id: str
    title: str
    points: float
    advice: str
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Curve:
    """The share of points that the values of a measure earn: straight between corners, level outside."""

    measure: str
    detail: str = ""
    unit: str = ""
    """Holds only where the measure comes in this unit; empty: in any."""
    corners: tuple[tuple[float, float], ...]

    def share(self, value: float) -> float:
        """Share 0..1 of a value.

        >>> Curve(measure="x", corners=((0.0, 0.0), (10.0, 1.0))).share(4.0)
        0.4
        """
        if value <= self.corners[0][0]:
            return self.corners[0][1]
        for (left, low), (right, high) in pairwise(self.corners):
            if value <= right:
                return low + (high - low) * (value - left) / (right - left)
        return self.corners[-1][1]

    def is_above_best(self, value: float) -> bool:
        """Whether a value lies above the last corner that earns the most."""
        best = max(share for _, share in self.corners)
        return value > max(x for x, share in self.corners if share == best)


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowance:
    """Events that are free: one for every so many occasions, one at least."""

    count: str
    per: str
    every: int

    def counted_share(self, n_events: float, n_occasions: float) -> float:
        """Share of the events that count.

        >>> Allowance(count="c", per="t", every=10).counted_share(4, 20)
        0.5
        """
        free = max(1.0, n_occasions // self.every)
        return max(0.0, n_events - free) / n_events if n_events > 0 else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasureRule(_Rule):
    """Points for a measured value."""

    curves: tuple[Curve, ...]
    """The first one whose measure is measured decides."""
    advice_above: str
    allowance: Allowance | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowsRule(_Rule):
    """Points for showing a behaviour often enough."""

    any_of: tuple[str, ...]
    at_least: float
    place: str
    after: tuple[str, ...]
    best_after: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DueRule(_Rule):
    """Points for answering what the customer brings."""

    any_of: tuple[str, ...]
    after: tuple[str, ...]
    moods: tuple[str, ...]
    within_turns: int
    again_after_turns: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AvoidRule(_Rule):
    """Points that are kept unless a behaviour takes them away."""

    any_of: tuple[str, ...]
    points_each: float
    after: tuple[str, ...] = ()
    moods: tuple[str, ...] = ()
    free_every_turns: int = 0
    earns: bool = True
    """If not, leaving it out earns nothing; it only takes from what other rules earned."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderRule(_Rule):
    """Points for doing one thing before another."""

    first: tuple[str, ...]
    then: tuple[str, ...]
    after: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PairRule(_Rule):
    """Points for ending what was begun."""

    first: tuple[str, ...]
    then: tuple[str, ...]
    within_turns: int


Rule: TypeAlias = MeasureRule | ShowsRule | DueRule | AvoidRule | OrderRule | PairRule


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """A band of the scale."""

    level_id: str
    title: str
    at_least: float


@dataclass(frozen=True, slots=True, kw_only=True)
class RubricSkill:
    """A row of the card, before any call."""

    skill_id: str
    title: str
    section: str
    weight: float
    about: str
    sources: tuple[str, ...]
    looks_like: Mapping[str, str]
    """What the call sounds like, by level."""
    rules: tuple[Rule, ...]
    minimum: float = 0.0
    """A lower score fails the call."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AutoFail:
    """What fails by the scenario's own lists: ``card``, ``nothing`` or the id of a section."""

    must: str = "card"
    must_not: str = "card"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rubric:
    """A whole rubric."""

    rubric_id: str
    version: int
    title: str
    least_words: int
    levels: tuple[Level, ...]
    """The best first."""
    sections: Mapping[str, str]
    """Titles by id, in order."""
    skills: tuple[RubricSkill, ...]
    source: str
    """The file's text, for the snapshot beside a call."""
    pass_at: float = 0.0
    """Overall score that passes; 0: any."""
    auto_fail: AutoFail = AutoFail()
    glossary: Mapping[str, str] = field(default_factory=dict)
    """Internal terms and their plain words."""

    @property
    def digest(self) -> str:
        """SHA-256 of the file's text, for the provenance."""
        return hashlib.sha256(self.source.encode("utf-8")).hexdigest()

    def level(self, score: float) -> Level:
        """The band that a score of 0..100 lies in."""
        return next(level for level in self.levels if score >= level.at_least)


def default_rubric() -> Rubric:
    """The rubric that comes with voicesim."""
    return load_rubric(DEFAULT)


def load_rubric(
    path: Path,
    *,
    known_behaviours: Collection[str] | None = None,
    known_cues: Collection[str] | None = None,
) -> Rubric:
    """Read a rubric.

    Args:
        path: the file.
        known_behaviours: ids that can be observed; without them no id is questioned.
        known_cues: ids of what can be heard from the customer, likewise.

    Raises:
        RubricError: it cannot be used, with its line.
    """
    from voicesim.scorecard.rubric_check import check
    from voicesim.scorecard.schema import RubricFile

    file, lines = load_yaml_with_lines(path, RubricFile, error=RubricError, what="rubric")
    check(file, lines, path, known_behaviours, known_cues)
    return _rubric_of(file, read_text(path, error=RubricError, what="rubric"))


# --- from file to model -----------------------------------------------------------------------------------


def _rubric_of(file: RubricFile, source: str) -> Rubric:
    levels = [Level(level_id=x.id, title=x.title, at_least=x.at_least) for x in file.levels]
    return Rubric(
        rubric_id=file.id,
        version=file.version,
        title=file.title,
        least_words=file.least_words,
        levels=tuple(sorted(levels, key=lambda level: -level.at_least)),
        sections={section.id: section.title for section in file.sections},
        skills=tuple(_skill_of(skill) for skill in file.skills),
        source=source,
        pass_at=file.pass_at,
        auto_fail=AutoFail(must=file.auto_fail.must, must_not=file.auto_fail.must_not),
        glossary=dict(sorted(file.glossary.items())),
    )


def _skill_of(file: SkillFile) -> RubricSkill:
    return RubricSkill(
        skill_id=file.id,
        title=file.title,
        section=file.section,
        weight=file.weight,
        about=file.about,
        sources=file.sources,
        looks_like=dict(file.looks_like),
        rules=tuple(_rule_of(rule) for rule in file.rules),
        minimum=file.minimum,
    )


def _curve_of(file: CurveFile) -> Curve:
    return Curve(measure=file.measure, detail=file.detail, unit=file.unit, corners=file.curve)


def _allowance_of(file: AllowanceFile | None) -> Allowance | None:
    return None if file is None else Allowance(count=file.count, per=file.per, every=file.every)


def _rule_of(file: RuleFile) -> Rule:
    head = {"rule_id": file.id, "title": file.title, "advice": file.advice, "source": file.source}
    match file.kind:
        case "measured":
            return MeasureRule(
                **head,
                points=file.points,
                curves=(_curve_of(file), *(_curve_of(other) for other in file.instead)),
                advice_above=file.advice_above,
                allowance=_allowance_of(file.allowance),
            )
        case "shows":
            return ShowsRule(
                **head,
                points=file.points,
                any_of=file.any_of,
                at_least=file.at_least,
                place=file.place,
                after=file.after,
                best_after=file.best_after,
            )
        case "due":
            return DueRule(
                **head,
                points=file.points,
                any_of=file.any_of,
                after=file.after,
                moods=_lowered(file.moods),
                within_turns=file.within_turns,
                again_after_turns=file.again_after_turns,
            )
        case "avoid":
            return AvoidRule(
                **head,
                points=file.points,
                any_of=file.any_of,
                points_each=file.points_each,
                after=file.after,
                moods=_lowered(file.moods),
                free_every_turns=file.free_every_turns,
                earns=file.earns,
            )
        case "order":
            return OrderRule(**head, points=file.points, first=file.first, then=file.then, after=file.after)
        case "pair":
            return PairRule(
                **head, points=file.points, first=file.first, then=file.then, within_turns=file.within_turns
            )


def _lowered(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(name.lower() for name in names)
