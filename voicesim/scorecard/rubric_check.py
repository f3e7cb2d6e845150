"""What is wrong with a rubric beyond its shape: names that nothing answers to, scales that lead nowhere."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Final

from voicesim.errors import RubricError
from voicesim.files.strict_yaml import Lines
from voicesim.scorecard.evidence import PLACEHOLDERS

if TYPE_CHECKING:
    from voicesim.scorecard.schema import RubricFile, RuleFile

CARD: Final = "card"
NOTHING: Final = "nothing"
"""What a scenario's own lists may fail besides a section."""


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


def check(
    file: RubricFile,
    lines: Lines,
    path: Path,
    known_behaviours: Collection[str] | None,
    known_cues: Collection[str] | None,
) -> None:
    """Refuse a rubric that cannot be judged by.

    Raises:
        RubricError: with the line.
    """
    look = _Checker(path, lines)
    look.unique([skill.id for skill in file.skills], "skill", "skills")
    look.unique([level.id for level in file.levels], "level", "levels")
    for key, items in (("skills", file.skills), ("levels", file.levels)):
        if not items:
            look.fail(f"{key} is empty", key, hint="a rubric needs at least one")
    if min(level.at_least for level in file.levels) > 0.0:
        look.fail("no level begins at 0", "levels", hint="give the lowest level at_least: 0")
    if sum(skill.weight for skill in file.skills) <= 0.0:
        look.fail("all weights are 0", "skills", hint="give at least one skill a weight")
    levels = {level.id for level in file.levels}
    sections = {section.id for section in file.sections}
    for key in ("must", "must_not"):
        look.known(getattr(file.auto_fail, key), {*sections, CARD, NOTHING}, "part to fail", "auto_fail", key)
    for i, skill in enumerate(file.skills):
        look.known(skill.section, sections, "section", "skills", i, "section")
        look.unique([rule.id for rule in skill.rules], "rule", "skills", i, "rules")
        if not skill.rules:
            look.fail(f"skill {skill.id!r} has no rules", "skills", i, "rules", hint="give it at least one")
        for name in skill.looks_like:
            look.known(name, levels, "level", "skills", i, "looks_like", name)
        for j, rule in enumerate(skill.rules):
            _check_rule(rule, look, ("skills", i, "rules", j))
            _check_names(rule, look, ("skills", i, "rules", j), known_behaviours, known_cues)


def _check_names(
    rule: RuleFile,
    look: _Checker,
    where: tuple[str | int, ...],
    known_behaviours: Collection[str] | None,
    known_cues: Collection[str] | None,
) -> None:
    for keys, known, what in (
        (("any_of", "first", "then", "best_after"), known_behaviours, "behaviour"),
        (("after",), known_cues, "cue of the customer"),
    ):
        if known is None:
            continue
        for key in keys:
            for n, name in enumerate(getattr(rule, key, ())):
                look.known(name, known, what, *where, key, n)


def _check_rule(rule: RuleFile, look: _Checker, where: tuple[str | int, ...]) -> None:
    for key in ("advice", "advice_above"):
        _check_advice(str(getattr(rule, key, "")), look, *where, key)
    if rule.kind == "measured":
        for n, curve in enumerate((rule, *rule.instead)):
            place = where if n == 0 else (*where, "instead", n - 1)
            look.known(curve.measure, _measures(), "measure", *place, "measure")
            _check_curve(curve.curve, look, (*place, "curve"))
        return
    if rule.kind == "avoid" and rule.points_each > rule.points:
        look.fail(
            "points_each is more than the rule's points",
            *where,
            "points_each",
            hint="lower it, or raise points",
        )
    if rule.kind == "due" and not (rule.after or rule.moods):
        look.fail("nothing calls for it", *where, "after", hint="name cues of the customer, or moods")


def _check_advice(advice: str, look: _Checker, *where: str | int) -> None:
    try:
        advice.format(**dict.fromkeys(PLACEHOLDERS, ""))
    except (KeyError, IndexError, ValueError) as exc:
        look.fail(
            f"{where[-1]} names {exc}, which is not filled in",
            *where,
            hint=f"use {', '.join(PLACEHOLDERS)}",
        )


def _measures() -> tuple[str, ...]:
    from voicesim.measure.registry import NAMES
    from voicesim.scorecard.talk import NAMES as TALK_NAMES

    return (*NAMES, *TALK_NAMES)


def _check_curve(
    curve: tuple[tuple[float, float], ...], look: _Checker, where: tuple[str | int, ...]
) -> None:
    if len(curve) < 2 or any(left[0] >= right[0] for left, right in pairwise(curve)):
        look.fail(
            "a curve needs two corners or more, their values rising", *where, hint="order them by value"
        )
    if max(share for _, share in curve) <= 0.0:
        look.fail("no value of this curve earns anything", *where, hint="let the best values earn 1")
