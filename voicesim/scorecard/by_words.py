"""Points for what was said.

Conventions: whether a rule applies depends on the customer and the scenario, never on what the trainee said (but for
pairs, which the trainee begins); so one more good behaviour where it is called for cannot lower a share, and one
more bad one cannot raise it. Observations that the recogniser is not certain of count in the trainee's favour and
never against. Several of a kind in one utterance are one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from voicesim.behaviour.observation import Observation
from voicesim.results import Evidence, Reason
from voicesim.scorecard.evidence import clock, of_customer, of_observation, shortened
from voicesim.scorecard.facts import Facts, Loss, Outcome, Standing
from voicesim.scorecard.rubric import AvoidRule, DueRule, MeasureRule, OrderRule, PairRule, Rule, ShowsRule
from voicesim.scorecard.turns import Turn

_OPENING_TURNS: Final = 2
_CLOSING_TURNS: Final = 3
_UNFINISHED: Final = frozenset({"aborted", "gave_up", "hung_up", "escalated", "time_limit"})
"""Endings after which nobody can close a call politely."""
_LEAST_CERTAIN: Final = 0.5
"""Share of a turn's words over the confidence gate below which it is not held against the trainee."""
_MAX_TO_HEAR: Final = 3
_UNCERTAIN: Final = "listen here, the words are uncertain"


def judge_words(rule: Rule, facts: Facts) -> Outcome:
    """The share that the behaviours give."""
    match rule:
        case ShowsRule():
            return _shows(rule, facts)
        case DueRule():
            return _due(rule, facts)
        case AvoidRule():
            return _avoid(rule, facts)
        case OrderRule():
            return _order(rule, facts)
        case PairRule():
            return _pair(rule, facts)
        case MeasureRule():
            raise TypeError(rule.rule_id)


def _not_called_for(rule: Rule, to_hear: Sequence[Evidence] = ()) -> Outcome:
    return Outcome(rule=rule, standing=Standing.NOT_CALLED_FOR, to_hear=tuple(to_hear))


def _found_at(place: Evidence, **more: str) -> Mapping[str, str]:
    return {"at": clock(place.start_s), "quote": shortened(place.quote), **more}


# --- shown often enough -----------------------------------------------------------------------------------


def _shows(rule: ShowsRule, facts: Facts) -> Outcome:
    call_is_open = rule.place == "closing" and facts.call.ending in _UNFINISHED
    if call_is_open or (rule.after and not facts.called_for(rule.after)):
        return _not_called_for(rule)
    turns = {
        "opening": facts.turns[:_OPENING_TURNS],
        "closing": facts.turns[-_CLOSING_TURNS:],
        "anywhere": facts.turns,
    }[rule.place]
    found = facts.found(turns, rule.any_of)
    utterances = len({seen.utterance for seen in found})
    kept = tuple(of_observation(seen, rule.title) for seen in found)
    if utterances >= rule.at_least:
        surplus = f"{utterances}, {rule.at_least:g} wanted"
        enough = surplus if utterances > rule.at_least else f"{utterances} of {rule.at_least:g}"
        note = f"{rule.title}: {enough if rule.at_least > 1 else 'yes'}"
        return Outcome(rule=rule, standing=Standing.JUDGED, kept=kept, note=note, count=utterances)
    unclear = [turn for turn in turns if is_uncertain((turn,))]
    if unclear and (rule.place != "anywhere" or 2 * len(unclear) >= len(turns)):
        return _unclear(rule, facts, unclear, kept)
    place = _where_it_belongs(rule, facts, turns)
    missing = Loss(
        share=1.0 - utterances / rule.at_least,
        evidence=place,
        values={**(_found_at(place[-1]) if place else {}), "count": str(utterances)},
    )
    note = f"{rule.title}: {utterances} of {rule.at_least:g}" if rule.at_least > 1 else f"{rule.title}: no"
    return Outcome(
        rule=rule, standing=Standing.JUDGED, kept=kept, losses=(missing,), note=note, count=utterances
    )


def _unclear(rule: Rule, facts: Facts, unclear: Sequence[Turn], kept: tuple[Evidence, ...] = ()) -> Outcome:
    """What is missing may be among words that were not recognised with certainty."""
    return Outcome(
        rule=rule,
        standing=Standing.UNKNOWN,
        reason=Reason.TRANSCRIPT_UNRELIABLE,
        explanation="the words where it belongs were not recognised with certainty",
        kept=kept,
        to_hear=tuple(facts.place_of(turn, f"{rule.title}: {_UNCERTAIN}") for turn in unclear[:_MAX_TO_HEAR]),
    )


def _where_it_belongs(rule: ShowsRule, facts: Facts, turns: tuple[Turn, ...]) -> tuple[Evidence, ...]:
    if not turns:
        return ()
    turn = turns[-1] if rule.place == "closing" else turns[0]
    begun = [turn for turn in turns if facts.found((turn,), rule.best_after)]
    if begun:
        turn = begun[-1]
    elif rule.place == "anywhere":
        called = facts.called_for(rule.after) or facts.called_for(("problem", "upset"))
        answers = called or tuple(turn for turn in turns if turn.before)
        turn = answers[0] if answers else turn
    return (facts.place_of(turn, f"{rule.title}: missing here"),)


# --- due at a moment --------------------------------------------------------------------------------------


def _due(rule: DueRule, facts: Facts) -> Outcome:
    called = _moments(rule, facts)
    judged: list[tuple[Turn, list[Observation]]] = []
    to_hear: list[Evidence] = []
    quiet_until = 0
    for turn in facts.turns:
        expected = not turn.expects.isdisjoint(rule.any_of)
        if not expected and (turn.index not in called or turn.index < quiet_until):
            continue
        window = facts.turns[turn.index : turn.index + rule.within_turns]
        found = facts.found(window, rule.any_of)
        if not found and is_uncertain(window):
            to_hear.append(facts.place_of(turn, f"{rule.title}: {_UNCERTAIN}"))
            continue
        judged.append((turn, found))
        quiet_until = turn.index + rule.again_after_turns
    if not judged:
        return _not_called_for(rule, to_hear)
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


def _moments(rule: DueRule, facts: Facts) -> frozenset[int]:
    """The turns that answer a cue, or a customer whose mood has just become one of the rule's.

    A mood that stays is no new moment: nobody says sorry to every line of an angry customer.
    """
    moods = frozenset(rule.moods)
    by_words = {turn.index for turn in facts.called_for(rule.after)}
    by_mood = {turn.index for turn in facts.turns if not turn.moods.isdisjoint(moods)}
    return frozenset(by_words | {index for index in by_mood if index - 1 not in by_mood})


def is_uncertain(turns: Sequence[Turn]) -> bool:
    """Whether too few words of one of these turns are certain for it to be held against the trainee."""
    return any(turn.words_certain < _LEAST_CERTAIN for turn in turns)


def _missed(rule: DueRule, facts: Facts, turn: Turn, share: float) -> Loss:
    reply = facts.place_of(turn, f"{rule.title}: missing here")
    calls = [of_customer(said, "what called for it") for said in turn.before]
    customer = shortened(calls[-1].quote) if calls else ""
    return Loss(share=share, evidence=(*calls[-1:], reply), values=_found_at(reply, customer=customer))


# --- better left out --------------------------------------------------------------------------------------


def _avoid(rule: AvoidRule, facts: Facts) -> Outcome:
    deaf_to = [facts.unheard[name] for name in rule.any_of if name in facts.unheard]
    if len(deaf_to) == len(rule.any_of):
        is_out = deaf_to[0].reason is Reason.NOT_CALLED_FOR
        return Outcome(
            rule=rule,
            standing=Standing.NOT_CALLED_FOR if is_out else Standing.UNKNOWN,
            reason=deaf_to[0].reason,
            explanation=deaf_to[0].explanation,
        )
    turns = _from_the_cue_on(rule, facts)
    if not turns:
        return _not_called_for(rule)
    found = [seen for seen in facts.found(turns, rule.any_of) if seen.behaviour_id not in facts.unheard]
    certain = [seen for seen in found if seen.is_certain]
    unsure = [seen for seen in found if not seen.is_certain]
    n_free = len(facts.turns) // rule.free_every_turns if rule.free_every_turns else 0
    return Outcome(
        rule=rule,
        standing=Standing.JUDGED,
        losses=_taken(rule, certain[n_free:], len(certain)),
        to_hear=tuple(of_observation(seen, f"{rule.title}: {_UNCERTAIN}") for seen in unsure),
        note=f"{rule.title}: {len(certain) or 'none'}",
    )


def _from_the_cue_on(rule: AvoidRule, facts: Facts) -> tuple[Turn, ...]:
    if not (rule.after or rule.moods):
        return facts.turns
    called = facts.called_for(rule.after, rule.moods)
    return facts.turns[called[0].index :] if called else ()


def _taken(rule: AvoidRule, seen: Sequence[Observation], count: int) -> tuple[Loss, ...]:
    each, left = rule.points_each / rule.points, 1.0
    losses: list[Loss] = []
    for one in seen:
        share = min(each, left)
        left -= share
        if share > 0.0:
            place = of_observation(one, rule.title)
            losses.append(Loss(share=share, evidence=(place,), values=_found_at(place, count=str(count))))
    return tuple(losses)


# --- one after the other ----------------------------------------------------------------------------------


def _order(rule: OrderRule, facts: Facts) -> Outcome:
    if rule.after and not facts.called_for(rule.after):
        return _not_called_for(rule)
    first = facts.found(facts.turns, rule.first)
    then = [seen for seen in facts.found(facts.turns, rule.then) if seen.is_certain]
    in_time = [seen for seen in first if not then or _when(seen) < _when(then[0])]
    if in_time:
        kept = (of_observation(in_time[0], rule.title),)
        return Outcome(rule=rule, standing=Standing.JUDGED, kept=kept, note=f"{rule.title}: yes")
    earlier = [turn for turn in facts.turns if not then or turn.utterances[0] <= then[0].utterance]
    unclear = [turn for turn in earlier if is_uncertain((turn,))]
    if unclear:
        return _unclear(rule, facts, unclear)
    place = of_observation(then[0], rule.title) if then else None
    if place is None and facts.turns:
        called = facts.called_for(rule.after) or facts.turns
        place = facts.place_of(called[0], f"{rule.title}: missing here")
    missing = Loss(share=1.0, evidence=(place,) if place else (), values=_found_at(place) if place else {})
    return Outcome(rule=rule, standing=Standing.JUDGED, losses=(missing,), note=f"{rule.title}: no")


def _when(seen: Observation) -> tuple[int, int]:
    return (seen.utterance, seen.span.start)


def _pair(rule: PairRule, facts: Facts) -> Outcome:
    judged: list[tuple[Observation, Observation | None]] = []
    to_hear: list[Evidence] = []
    open_until = -1
    for turn in facts.turns:
        begun = [seen for seen in facts.found((turn,), rule.first) if seen.is_certain]
        if not begun or turn.index < open_until:
            continue
        window = facts.turns[turn.index : turn.index + rule.within_turns + 1]
        ended = [seen for seen in facts.found(window, rule.then) if _when(seen) > _when(begun[0])]
        open_until = turn.index + rule.within_turns + 1
        if not ended and is_uncertain(window):
            to_hear.append(of_observation(begun[0], f"{rule.title}: {_UNCERTAIN}"))
        else:
            judged.append((begun[0], ended[0] if ended else None))
    if not judged:
        return _not_called_for(rule, to_hear)
    left_open = [of_observation(begun, rule.title) for begun, ended in judged if ended is None]
    return Outcome(
        rule=rule,
        standing=Standing.JUDGED,
        kept=tuple(of_observation(ended, rule.title) for _, ended in judged if ended is not None),
        losses=tuple(
            Loss(share=1.0 / len(judged), evidence=(place,), values=_found_at(place)) for place in left_open
        ),
        to_hear=tuple(to_hear),
        note=f"{rule.title}: {len(judged) - len(left_open)} of {len(judged)}",
    )
