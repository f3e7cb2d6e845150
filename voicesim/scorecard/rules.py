"""What one rule makes of a call: the share of its points that is earned, and what took the rest.

Conventions: whether a rule applies depends on the customer, the scenario and the measures, never on what the
trainee said; so one more good behaviour cannot lower a share, and one more bad one cannot raise it. Observations
that the recogniser is not certain of count in the trainee's favour and never against.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Final

from voicesim.behaviour.observation import Observation
from voicesim.results import Evidence, Json, Measured, NotMeasured, Reason, Result
from voicesim.scorecard.evidence import clock, of_customer, of_observation, of_span, plain, shortened
from voicesim.scorecard.rubric import AvoidRule, Curve, DueRule, MeasureRule, Rule, ShowsRule
from voicesim.scorecard.turns import Turn
from voicesim.speech.call import Call

_OPENING_TURNS: Final = 2
_CLOSING_TURNS: Final = 3
_UNFINISHED: Final = frozenset({"aborted", "gave_up", "time_limit"})
"""Endings after which nobody can close a call politely."""
_MAX_PLACES: Final = 3
"""Places named with a measure that lost points."""
_VALUE_DECIMALS: Final = 3
"""Values are rounded before they meet a threshold."""
_LEAST_CERTAIN: Final = 0.5
"""Share of a turn's words over the confidence gate below which it is not held against the trainee."""


class Standing(Enum):
    """Whether a rule could be judged."""

    JUDGED = 1
    UNKNOWN = 2
    NOT_CALLED_FOR = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Loss:
    """A part of a rule's points that was lost, and where."""

    share: float
    """Of the rule's points, 0..1."""
    evidence: tuple[Evidence, ...]
    values: Mapping[str, str] = field(default_factory=dict)
    """For the placeholders of the advice."""
    is_above: bool = False
    """Whether the measured value lay above the best ones."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a rule makes of a call."""

    rule: Rule
    standing: Standing
    kept: tuple[Evidence, ...] = ()
    losses: tuple[Loss, ...] = ()
    to_hear: tuple[Evidence, ...] = ()
    """Where the recogniser was not sure: nothing was taken, somebody should listen."""
    note: str = ""
    """In a few words, for the explanation."""
    reason: Reason | None = None
    explanation: str = ""

    @property
    def share(self) -> float:
        """What is earned of the rule's points, 0..1."""
        return max(0.0, 1.0 - sum(loss.share for loss in self.losses))


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """All that rules may look at."""

    call: Call
    turns: tuple[Turn, ...]
    seen: Mapping[int, tuple[Observation, ...]]
    """Observations by turn."""
    measures: Mapping[str, Result]
    content: NotMeasured | None
    """Why the words cannot be judged; ``None`` when they can."""

    def cues(self) -> frozenset[str]:
        """Every cue that the customer gave."""
        return frozenset(cue for turn in self.turns for cue in turn.cues)


def judge_rule(rule: Rule, facts: Facts) -> Outcome:
    """Judge one rule."""
    if isinstance(rule, MeasureRule):
        return _measure(rule, facts)
    if facts.content is not None:
        return Outcome(
            rule=rule,
            standing=Standing.UNKNOWN,
            reason=facts.content.reason,
            explanation=facts.content.explanation,
        )
    if isinstance(rule, ShowsRule):
        return _shows(rule, facts)
    return _due(rule, facts) if isinstance(rule, DueRule) else _avoid(rule, facts)


# --- measures ---------------------------------------------------------------------------------------------


def _measure(rule: MeasureRule, facts: Facts) -> Outcome:
    missing: NotMeasured | None = None
    for curve in rule.curves:
        result = facts.measures.get(curve.measure)
        if isinstance(result, Measured):
            value = _value(result, curve)
            if value is not None and curve.unit in {"", result.unit}:
                return _measured(rule, curve, result, value)
        elif result is not None and missing is None:
            missing = result
    reason = missing.reason if missing else Reason.NOTHING_TO_SCORE
    is_out = reason is Reason.NOT_CALLED_FOR
    return Outcome(
        rule=rule,
        standing=Standing.NOT_CALLED_FOR if is_out else Standing.UNKNOWN,
        reason=reason,
        explanation=missing.explanation if missing else f"{rule.curves[0].measure} was not measured",
    )


def _value(result: Measured, curve: Curve) -> float | None:
    value: Json = result.details.get(curve.detail) if curve.detail else result.value
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return round(float(value), _VALUE_DECIMALS)


def _measured(rule: MeasureRule, curve: Curve, result: Measured, value: float) -> Outcome:
    share = curve.share(_beyond_allowance(rule, result, value))
    unit = "" if curve.detail else result.unit
    note = f"{rule.title}: {plain(value)} {unit}".rstrip()
    if share >= 1.0:
        return Outcome(rule=rule, standing=Standing.JUDGED, note=note, kept=result.evidence[:_MAX_PLACES])
    places = _worst(result.evidence, curve)
    at = clock(places[0].start_s) if places else ""
    loss = Loss(
        share=1.0 - share,
        evidence=places,
        values={"value": plain(value), "unit": unit, "at": at, "count": str(len(result.evidence))},
        is_above=curve.is_above_best(value),
    )
    return Outcome(rule=rule, standing=Standing.JUDGED, losses=(loss,), note=note)


def _beyond_allowance(rule: MeasureRule, result: Measured, value: float) -> float:
    if rule.allowance is None:
        return value
    n_events, n_occasions = (result.details.get(name) for name in (rule.allowance.count, rule.allowance.per))
    if not isinstance(n_events, int | float) or not isinstance(n_occasions, int | float):
        return value
    return round(value * rule.allowance.counted_share(n_events, n_occasions), _VALUE_DECIMALS)


def _worst(evidence: tuple[Evidence, ...], curve: Curve) -> tuple[Evidence, ...]:
    """The places that would earn least, in order of time; all alike where they have no values of their own."""
    if curve.detail or any(piece.value is None for piece in evidence):
        return evidence[:_MAX_PLACES]
    ranked = sorted(evidence, key=lambda piece: (curve.share(piece.value or 0.0), piece.start_s))
    worst = [piece for piece in ranked[:_MAX_PLACES] if curve.share(piece.value or 0.0) < 1.0]
    return tuple(sorted(worst or ranked[:1], key=lambda piece: piece.start_s))


# --- words ------------------------------------------------------------------------------------------------


def _found(facts: Facts, turns: Iterable[Turn], any_of: tuple[str, ...]) -> list[Observation]:
    return [seen for turn in turns for seen in facts.seen.get(turn.index, ()) if seen.behaviour_id in any_of]


def _shows(rule: ShowsRule, facts: Facts) -> Outcome:
    call_is_open = rule.place == "closing" and facts.call.ending in _UNFINISHED
    if call_is_open or (rule.after and facts.cues().isdisjoint(rule.after)):
        return Outcome(rule=rule, standing=Standing.NOT_CALLED_FOR)
    turns = {
        "opening": facts.turns[:_OPENING_TURNS],
        "closing": facts.turns[-_CLOSING_TURNS:],
        "anywhere": facts.turns,
    }[rule.place]
    found = _found(facts, turns, rule.any_of)
    utterances = len({seen.utterance for seen in found})
    shown = min(utterances, rule.at_least)
    kept = tuple(of_observation(seen, rule.title) for seen in found)
    note = f"{rule.title}: {utterances} of {rule.at_least}" if rule.at_least > 1 else ""
    if shown == rule.at_least:
        return Outcome(rule=rule, standing=Standing.JUDGED, kept=kept, note=note or f"{rule.title}: yes")
    place = _where_it_belongs(rule, facts, turns)
    missing = Loss(
        share=1.0 - shown / rule.at_least,
        evidence=place,
        values={
            "at": clock(place[0].start_s) if place else "",
            "quote": shortened(place[-1].quote) if place else "",
            "count": str(utterances),
        },
    )
    return Outcome(
        rule=rule, standing=Standing.JUDGED, kept=kept, losses=(missing,), note=note or f"{rule.title}: no"
    )


def _where_it_belongs(rule: ShowsRule, facts: Facts, turns: tuple[Turn, ...]) -> tuple[Evidence, ...]:
    if not turns:
        return ()
    if rule.place == "closing":
        return (_turn_evidence(facts, turns[-1], f"{rule.title}: missing here"),)
    called = [t for t in turns if rule.after and not t.cues.isdisjoint(rule.after)]
    called = called or [t for t in turns if "problem" in t.cues]
    turn = called[0] if called and rule.place == "anywhere" else turns[0]
    return (_turn_evidence(facts, turn, f"{rule.title}: missing here"),)


def _turn_evidence(facts: Facts, turn: Turn, label: str) -> Evidence:
    text = " ".join(facts.call.trainee.utterances[i].text for i in turn.utterances)
    return of_span(turn.span, label, text)


def _due(rule: DueRule, facts: Facts) -> Outcome:
    judged: list[tuple[Turn, list[Observation]]] = []
    to_hear: list[Evidence] = []
    quiet_until = 0
    for turn in facts.turns:
        expected = not turn.expects.isdisjoint(rule.any_of)
        called = expected or not (turn.cues.isdisjoint(rule.after) and turn.moods.isdisjoint(rule.moods))
        if not called or (turn.index < quiet_until and not expected):
            continue
        window = facts.turns[turn.index : turn.index + rule.within_turns]
        found = _found(facts, window, rule.any_of)
        if not found and any(t.words_certain < _LEAST_CERTAIN for t in window):
            to_hear.append(_turn_evidence(facts, turn, f"{rule.title}: listen here, the words are uncertain"))
            continue
        judged.append((turn, found))
        quiet_until = turn.index + rule.again_after_turns
    if not judged:
        return Outcome(rule=rule, standing=Standing.NOT_CALLED_FOR, to_hear=tuple(to_hear))
    answered = [found[0] for _, found in judged if found]
    missed = [turn for turn, found in judged if not found]
    return Outcome(
        rule=rule,
        standing=Standing.JUDGED,
        kept=tuple(of_observation(seen, rule.title) for seen in answered),
        losses=tuple(_missed(rule, facts, turn, 1.0 / len(judged)) for turn in missed),
        to_hear=tuple(to_hear),
        note=f"{rule.title}: {len(answered)} of {len(judged)}",
    )


def _missed(rule: DueRule, facts: Facts, turn: Turn, share: float) -> Loss:
    reply = _turn_evidence(facts, turn, f"{rule.title}: missing here")
    calls = [of_customer(said, "what called for it") for said in turn.before]
    values = {
        "at": clock(reply.start_s),
        "quote": shortened(reply.quote),
        "customer": shortened(calls[-1].quote) if calls else "",
    }
    return Loss(share=share, evidence=(*calls[-1:], reply), values=values)


def _avoid(rule: AvoidRule, facts: Facts) -> Outcome:
    found = _found(facts, facts.turns, rule.any_of)
    certain = [seen for seen in found if seen.is_certain]
    unsure = [seen for seen in found if not seen.is_certain]
    each = rule.points_each / rule.points
    losses: list[Loss] = []
    left = 1.0
    for seen in certain:
        share = min(each, left)
        left -= share
        if share > 0.0:
            place = of_observation(seen, rule.title)
            values = {"at": clock(place.start_s), "quote": shortened(seen.quote), "count": str(len(certain))}
            losses.append(Loss(share=share, evidence=(place,), values=values))
    return Outcome(
        rule=rule,
        standing=Standing.JUDGED if facts.turns else Standing.NOT_CALLED_FOR,
        losses=tuple(losses),
        to_hear=tuple(
            of_observation(seen, f"{rule.title}: listen here, the words are uncertain") for seen in unsure
        ),
        note=f"{rule.title}: {len(certain)}" if certain else f"{rule.title}: none",
    )
