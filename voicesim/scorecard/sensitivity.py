"""How firm a level is: which single threshold, 20 % lower or higher, would give another one.

Conventions: a corner of a curve moves alone and stops at its neighbours; a corner at 0 stays where it is the outermost
(20 % of nothing is nothing) and moves by 20 % of the way to its neighbour inside a curve. How often a behaviour is
wanted moves by 20 % of it: who shows once what is wanted 1.2 times earns five sixths. Numbers of turns are whole: they
move where 20 % come to a turn, rounded. Weights, prices and the bounds of the levels stay: nothing is measured against
them. Source: choice of this project.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from voicesim.scorecard.by_measure import deciding, share_of
from voicesim.scorecard.card import Flip, Skill
from voicesim.scorecard.evidence import plain
from voicesim.scorecard.facts import Facts, Loss, Outcome, Standing
from voicesim.scorecard.rubric import (
    AvoidRule,
    Curve,
    DueRule,
    MeasureRule,
    PairRule,
    Rubric,
    Rule,
    ShowsRule,
)
from voicesim.scorecard.rules import judge_rule
from voicesim.scorecard.skills import points_of

MOVE: Final = 0.2
_ABOUT_THE_SAME: Final = 1e-9


@dataclass(frozen=True, slots=True)
class _Moved:
    rule: Rule
    threshold: str
    moved_to: float


def with_flips(
    rubric: Rubric,
    skills: Sequence[Skill],
    outcomes: Sequence[Sequence[Outcome]],
    facts: Facts,
    overall: Callable[[Sequence[Skill]], float | None],
) -> tuple[tuple[Skill, ...], tuple[Flip, ...]]:
    """The skills with what would flip their levels, and what would flip the overall's.

    Args:
        rubric: what was judged.
        skills: the rows.
        outcomes: what the rules of each row came to.
        facts: what the rules looked at.
        overall: the overall score of some rows.
    """
    value = overall(skills)
    whole: list[Flip] = []
    rows: list[Skill] = []
    for n, (skill, rules) in enumerate(zip(skills, outcomes, strict=True)):
        flips: list[Flip] = []
        for moved, score in _otherwise(skill, rules, facts):
            flips += _flip(rubric, moved, skill.score, score)
            others = [*skills[:n], replace(skill, score=score), *skills[n + 1 :]]
            whole += _flip(rubric, moved, value, overall(others))
        rows.append(replace(skill, flips=tuple(flips)))
    return tuple(rows), tuple(whole)


def _otherwise(skill: Skill, outcomes: Sequence[Outcome], facts: Facts) -> Iterator[tuple[_Moved, float]]:
    """Other scores of a skill, each by one threshold moved."""
    if skill.score is None:
        return
    for i, outcome in enumerate(outcomes):
        if outcome.standing is not Standing.JUDGED:
            continue
        for moved in _moved(outcome, facts):
            other = _judged_otherwise(moved.rule, outcome, facts)
            if math.isclose(other.share, outcome.share, abs_tol=_ABOUT_THE_SAME):
                continue
            points = points_of([*outcomes[:i], other, *outcomes[i + 1 :]])
            if points is not None and points.value != skill.score:
                yield moved, points.value


def _judged_otherwise(rule: Rule, outcome: Outcome, facts: Facts) -> Outcome:
    """What a rule with a threshold moved makes of the call; of its evidence nothing is needed here."""
    match rule:
        case MeasureRule():
            share = share_of(rule, facts)
        case ShowsRule():
            share = min(1.0, outcome.count / rule.at_least)
        case _:
            return judge_rule(rule, facts)
    return Outcome(
        rule=rule,
        standing=Standing.JUDGED,
        losses=() if share is None else (Loss(share=1.0 - share, evidence=()),),
    )


def _flip(rubric: Rubric, moved: _Moved, before: float | None, after: float | None) -> list[Flip]:
    if before is None or after is None or rubric.level(before) == rubric.level(after):
        return []
    return [
        Flip(
            rule=moved.rule.rule_id,
            threshold=moved.threshold,
            moved_to=round(moved.moved_to, 3) + 0.0,
            level=rubric.level(after).title,
            is_higher=after > before,
        )
    ]


# --- thresholds -------------------------------------------------------------------------------------------


def _moved(outcome: Outcome, facts: Facts) -> Iterator[_Moved]:
    rule = outcome.rule
    match rule:
        case MeasureRule():
            yield from _moved_corners(rule, facts)
        case ShowsRule():
            for share in (1.0 - MOVE, 1.0 + MOVE):
                n = round(rule.at_least * share, 3)
                yield _Moved(replace(rule, at_least=n), f"{rule.title}: {rule.at_least:g} wanted", n)
        case DueRule() | PairRule():
            for n in _whole(rule.within_turns):
                told = f"{rule.title}: within {_turns(rule.within_turns)}"
                yield _Moved(replace(rule, within_turns=n), told, n)
        case AvoidRule(free_every_turns=free) if free:
            for n in _whole(free):
                yield _Moved(
                    replace(rule, free_every_turns=n), f"{rule.title}: one in {_turns(free)} free", n
                )


def _turns(n: int) -> str:
    return f"{n} turn{'' if n == 1 else 's'}"


def _whole(n: int) -> tuple[int, ...]:
    moved = (math.floor(n * (1.0 - MOVE) + 0.5), math.floor(n * (1.0 + MOVE) + 0.5))
    return tuple(other for other in moved if other >= 1 and other != n)


def _moved_corners(rule: MeasureRule, facts: Facts) -> Iterator[_Moved]:
    curve = used_curve(rule, facts)
    if curve is None:
        return
    place = rule.curves.index(curve)
    for i, (x, share) in enumerate(curve.corners):
        for other in _beside(curve, i):
            corners = (*curve.corners[:i], (other, share), *curve.corners[i + 1 :])
            curves = (*rule.curves[:place], replace(curve, corners=corners), *rule.curves[place + 1 :])
            told = f"{rule.title}: {plain(100.0 * share)} % of its points at {x:g}"
            yield _Moved(replace(rule, curves=curves), told, other)


def used_curve(rule: MeasureRule, facts: Facts) -> Curve | None:
    """The curve that decides in this call."""
    found = deciding(rule, facts)
    return None if found is None else found[0]


def _beside(curve: Curve, i: int) -> Iterator[float]:
    """Where a corner lies when it moves 20 % down or up, between its neighbours."""
    xs = [x for x, _ in curve.corners]
    if not xs[i] and i in {0, len(xs) - 1}:
        return
    neighbour = xs[i + 1] if i + 1 < len(xs) else xs[i - 1]
    step = MOVE * (abs(xs[i]) or abs(neighbour))
    room = 1e-6 * (xs[-1] - xs[0])
    for other in (xs[i] - step, xs[i] + step):
        low = xs[i - 1] + room if i else other
        high = xs[i + 1] - room if i + 1 < len(xs) else other
        yield min(max(other, low), high)
