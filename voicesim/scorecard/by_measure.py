"""Points for measured values.

Conventions: values are rounded before they meet a threshold, so that a threshold is the same everywhere.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from voicesim.results import Evidence, Json, Measured, NotMeasured, Reason
from voicesim.scorecard.evidence import clock, plain
from voicesim.scorecard.facts import Facts, Loss, Outcome, Standing
from voicesim.scorecard.rubric import Curve, MeasureRule

_MAX_PLACES: Final = 3
"""Places named with a measure that lost points."""
_VALUE_DECIMALS: Final = 3


def judge_measure(rule: MeasureRule, facts: Facts) -> Outcome:
    """The share that the first curve with a measure gives."""
    found = deciding(rule, facts)
    if found is not None:
        return _measured(rule, facts, *found)
    results = (facts.measures.get(curve.measure) for curve in rule.curves)
    missing = next((result for result in results if isinstance(result, NotMeasured)), None)
    reason = missing.reason if missing else Reason.NOTHING_TO_SCORE
    is_out = reason is Reason.NOT_CALLED_FOR
    return Outcome(
        rule=rule,
        standing=Standing.NOT_CALLED_FOR if is_out else Standing.UNKNOWN,
        reason=reason,
        explanation=missing.explanation if missing else f"{rule.curves[0].measure} was not measured",
    )


def deciding(rule: MeasureRule, facts: Facts) -> tuple[Curve, Measured, float] | None:
    """The first curve whose measure is there in its unit, that measure, and the value that it reads."""
    for curve in rule.curves:
        result = facts.measures.get(curve.measure)
        if isinstance(result, Measured) and curve.unit in {"", result.unit}:
            value = _value(result, curve)
            if value is not None:
                return curve, result, value
    return None


def share_of(rule: MeasureRule, facts: Facts) -> float | None:
    """The share alone; ``None`` where nothing is measured."""
    found = deciding(rule, facts)
    return None if found is None else found[0].share(_beyond_allowance(rule, *found[1:]))


def _value(result: Measured, curve: Curve) -> float | None:
    value: Json = result.details.get(curve.detail) if curve.detail else result.value
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return round(float(value), _VALUE_DECIMALS)


def _measured(rule: MeasureRule, facts: Facts, curve: Curve, result: Measured, value: float) -> Outcome:
    counted = _beyond_allowance(rule, result, value)
    share = curve.share(counted)
    unit = "" if curve.detail else result.unit
    told_unit = "" if set(unit.split()) <= set(rule.title.lower().split()) else unit
    told = f"{plain(100.0 * value)} %" if unit == "ratio" else plain(value)
    note = f"{rule.title}: {told} {'' if unit == 'ratio' else told_unit}".rstrip()
    if rule.allowance is not None and counted < value:
        note += f", {'all' if counted <= 0.0 else 'a part'} of it within what is free"
    if share >= 1.0:
        return Outcome(rule=rule, standing=Standing.JUDGED, note=note, kept=result.evidence[:_MAX_PLACES])
    places = tuple(_quoted(piece, facts) for piece in _worst(result.evidence, curve))
    at = clock(places[0].start_s) if places else ""
    loss = Loss(
        share=1.0 - share,
        evidence=places,
        values={"value": told, "unit": unit, "at": at, "count": _count(result)},
        is_above=curve.is_above_best(value),
    )
    return Outcome(rule=rule, standing=Standing.JUDGED, losses=(loss,), note=note)


def _count(result: Measured) -> str:
    """How many events the measure counted; how many places it names where it does not say."""
    count = result.details.get("count")
    return str(count) if isinstance(count, int) else str(len(result.evidence))


def _beyond_allowance(rule: MeasureRule, result: Measured, value: float) -> float:
    if rule.allowance is None:
        return value
    n_events, n_occasions = (result.details.get(name) for name in (rule.allowance.count, rule.allowance.per))
    if not isinstance(n_events, int | float) or not isinstance(n_occasions, int | float):
        return value
    return round(value * rule.allowance.counted_share(n_events, n_occasions), _VALUE_DECIMALS)


def _quoted(piece: Evidence, facts: Facts) -> Evidence:
    """A place with the trainee's words in it, where they can be judged and it names none itself."""
    if piece.quote or facts.content is not None:
        return piece
    return replace(piece, quote=facts.words_in(piece.start_s, piece.end_s))


def _worst(evidence: tuple[Evidence, ...], curve: Curve) -> tuple[Evidence, ...]:
    """The places that would earn least, in order of time; all alike where they have no values of their own."""
    if curve.detail or any(piece.value is None for piece in evidence):
        return evidence[:_MAX_PLACES]
    ranked = sorted(evidence, key=lambda piece: (curve.share(piece.value or 0.0), piece.start_s))
    worst = [piece for piece in ranked[:_MAX_PLACES] if curve.share(piece.value or 0.0) < 1.0]
    return tuple(sorted(worst or ranked[:1], key=lambda piece: piece.start_s))
