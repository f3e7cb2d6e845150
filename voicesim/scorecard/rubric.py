"""A rubric: which skills are judged, by which rules, for how many points, and where every threshold comes from.

Conventions: a rule's points are its weight within its skill; the points of all rules that apply are scaled to 100.
A share is what a rule earns of its points, 0..1.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeAlias

from voicesim.errors import RubricError
from voicesim.files.strict_yaml import Lines, load_yaml_with_lines, read_text

if TYPE_CHECKING:
    from voicesim.scorecard.schema import AllowanceFile, CurveFile, RubricFile, RuleFile, SkillFile

DEFAULT: Final = Path(__file__).resolve().parent / "rubrics" / "default.yaml"
_PLACEHOLDERS: Final = ("at", "quote", "customer", "value", "unit", "count", "points")


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
    at_least: int
    place: str
    after: tuple[str, ...]


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


Rule: TypeAlias = MeasureRule | ShowsRule | DueRule | AvoidRule


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


def load_rubric(path: Path, *, known_behaviours: Collection[str] | None = None) -> Rubric:
    """Read a rubric.

    Args:
        path: the file.
        known_behaviours: ids that can be observed; without them no id is questioned.

    Raises:
        RubricError: it cannot be used, with its line.
    """
    from voicesim.scorecard.schema import RubricFile

    file, lines = load_yaml_with_lines(path, RubricFile, error=RubricError, what="rubric")
    _check(file, lines, path, known_behaviours)
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
    )


def _curve_of(file: CurveFile) -> Curve:
    return Curve(measure=file.measure, detail=file.detail, unit=file.unit, corners=file.curve)


def _allowance_of(file: AllowanceFile | None) -> Allowance | None:
    return None if file is None else Allowance(count=file.count, per=file.per, every=file.every)


def _rule_of(file: RuleFile) -> Rule:
    head = {"rule_id": file.id, "title": file.title, "advice": file.advice, "source": file.source}
    match file.kind:
        case "measured":
            curves = (_curve_of(file), *(_curve_of(other) for other in file.instead))
            return MeasureRule(
                **head,
                points=file.points,
                curves=curves,
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
            )
        case "due":
            return DueRule(
                **head,
                points=file.points,
                any_of=file.any_of,
                after=file.after,
                moods=tuple(mood.lower() for mood in file.moods),
                within_turns=file.within_turns,
                again_after_turns=file.again_after_turns,
            )
        case "avoid":
            return AvoidRule(**head, points=file.points, any_of=file.any_of, points_each=file.points_each)


# --- what pydantic cannot check ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Checker:
    path: Path
    lines: Lines

    def fail(self, message: str, *where: str | int, key: str | None = None, hint: str) -> None:
        raise RubricError(message, path=str(self.path), line=self.lines.of(*where), key=key, hint=hint)

    def unique(self, names: Iterable[str], what: str, *where: str | int) -> None:
        seen: set[str] = set()
        for i, name in enumerate(names):
            if name in seen:
                self.fail(
                    f"{what} {name!r} is there twice", *where, i, key=name, hint="rename one of the two"
                )
            seen.add(name)

    def known(self, name: str, known: Collection[str], what: str, *where: str | int) -> None:
        if name not in known:
            close = get_close_matches(name, sorted(known), n=1)
            hint = f"did you mean {close[0]!r}?" if close else f"there are {', '.join(sorted(known))}"
            self.fail(f"unknown {what} {name!r}", *where, key=name, hint=hint)


def _check(file: RubricFile, lines: Lines, path: Path, known_behaviours: Collection[str] | None) -> None:
    check = _Checker(path, lines)
    check.unique([skill.id for skill in file.skills], "skill", "skills")
    check.unique([level.id for level in file.levels], "level", "levels")
    for key, items in (("skills", file.skills), ("levels", file.levels)):
        if not items:
            check.fail(f"{key} is empty", key, hint="a rubric needs at least one")
    if min(level.at_least for level in file.levels) > 0.0:
        check.fail("no level begins at 0", "levels", hint="give the lowest level at_least: 0")
    if sum(skill.weight for skill in file.skills) <= 0.0:
        check.fail("all weights are 0", "skills", hint="give at least one skill a weight")
    levels = {level.id for level in file.levels}
    sections = {section.id for section in file.sections}
    for i, skill in enumerate(file.skills):
        check.known(skill.section, sections, "section", "skills", i, "section")
        check.unique([rule.id for rule in skill.rules], "rule", "skills", i, "rules")
        if not skill.rules:
            check.fail(f"skill {skill.id!r} has no rules", "skills", i, "rules", hint="give it at least one")
        for name in skill.looks_like:
            check.known(name, levels, "level", "skills", i, "looks_like", name)
        for j, rule in enumerate(skill.rules):
            _check_rule(rule, check, ("skills", i, "rules", j), known_behaviours)


def _check_rule(
    rule: RuleFile, check: _Checker, where: tuple[str | int, ...], known_behaviours: Collection[str] | None
) -> None:
    for key in ("advice", "advice_above"):
        try:
            str(getattr(rule, key, "")).format(**dict.fromkeys(_PLACEHOLDERS, ""))
        except (KeyError, IndexError, ValueError) as exc:
            check.fail(
                f"{key} names {exc}, which is not filled in",
                *where,
                key,
                hint=f"use {', '.join(_PLACEHOLDERS)}",
            )
    if rule.kind == "measured":
        for n, curve in enumerate((rule, *rule.instead)):
            place = (*where, "curve") if n == 0 else (*where, "instead", n - 1, "curve")
            _check_curve(curve.curve, check, place)
        return
    if rule.kind == "avoid" and rule.points_each > rule.points:
        check.fail(
            "points_each is more than the rule's points",
            *where,
            "points_each",
            hint="lower it, or raise points",
        )
    if rule.kind == "due" and not (rule.after or rule.moods):
        check.fail("nothing calls for it", *where, "after", hint="name cues of the customer, or moods")
    if known_behaviours is not None:
        for n, name in enumerate(rule.any_of):
            check.known(name, known_behaviours, "behaviour", *where, "any_of", n)


def _check_curve(
    curve: tuple[tuple[float, float], ...], check: _Checker, where: tuple[str | int, ...]
) -> None:
    if len(curve) < 2 or any(left[0] >= right[0] for left, right in pairwise(curve)):
        check.fail(
            "a curve needs two corners or more, their values rising", *where, hint="order them by value"
        )
    if max(share for _, share in curve) <= 0.0:
        check.fail("no value of this curve earns anything", *where, hint="let the best values earn 1")
