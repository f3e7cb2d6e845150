"""How the customer gets from one moment to the next, and to an end."""

from __future__ import annotations

from typing import Final

from voicesim.scenario.draft import Draft
from voicesim.scenario.listening import is_met
from voicesim.scenario.model import EndingKind, Moment, Spoken, Way
from voicesim.scenario.turn import State

MAX_VISITS: Final = 3
"""A customer who is led to the same point more often gives up."""


def take(draft: Draft, way: Way) -> None:
    """Go where a way leads, unless the mood it costs is the last."""
    draft.shift_mood(way.mood, way.go)
    if gives_up(draft):
        return
    if way.says is not None:
        draft.say(way.says)
    enter(draft, way.go)


def enter(draft: Draft, target: str) -> None:
    """Come to a moment or an ending."""
    ending = draft.scenario.ending(target)
    if ending is not None:
        _end(draft, ending.ending_id, ending.says)
        return
    visits = dict(draft.state.visits)
    visits[target] = n = visits.get(target, 0) + 1
    state = draft.state
    draft.state = State(
        moment_id=target,
        mood=state.mood,
        visits=tuple(visits.items()),
        told=state.told,
        counts=state.counts,
        said=state.said,
    )
    draft.note("moment", target, n)
    if n > MAX_VISITS:
        end(draft, EndingKind.ESCALATED, EndingKind.GAVE_UP)
        return
    told = {name for name, _ in state.told}
    for listening in draft.moment.listens_for:
        # What is waited for has been said before: there is nothing to ask.
        if listening.facts and not listening.behaviours and is_met(listening, draft.state, told):
            take(draft, listening.way)
            return
    _open(draft, draft.moment, n)


def _open(draft: Draft, moment: Moment, n: int) -> None:
    # A prompt that was heard before is rephrased where the scenario has words for it.
    spoken = moment.says if n == 1 or not moment.again else moment.again[(n - 2) % len(moment.again)]
    if moment.tells and draft.told_now.issuperset(moment.tells):
        # The answer just given has said it all.
        return
    if spoken is not None:
        draft.say(spoken)
    for fact_id in moment.tells:
        draft.tell(fact_id)


def lead_on(draft: Draft) -> None:
    """Rephrase, or go where the moment goes when nothing is met."""
    moment, tries = draft.moment, draft.state.tries
    draft.remember(has_repeated=False)
    if tries < len(moment.again):
        draft.remember(tries=tries + 1)
        draft.say(moment.again[tries])
    else:
        take(draft, moment.otherwise)


def gives_up(draft: Draft) -> bool:
    """Whether the mood, two turns in a row, is past bearing; the call is over then. True after any end."""
    limit, state = draft.scenario.gives_up_at, draft.state
    if limit is not None and max(draft.mood_before, state.mood) <= limit and state.ending is None:
        end(draft, EndingKind.HUNG_UP, EndingKind.GAVE_UP)
    return draft.state.ending is not None


def end(draft: Draft, *kinds: EndingKind) -> None:
    """Come to the scenario's first ending of the first of these kinds that it has."""
    found = (draft.scenario.ending_of(kind) for kind in kinds)
    ending = next((ending for ending in found if ending is not None), None)
    if ending is None:
        _end(draft, kinds[-1].value, None)
    else:
        _end(draft, ending.ending_id, ending.says)


def _end(draft: Draft, name: str, says: Spoken | None) -> None:
    draft.note("ending", name)
    draft.remember(ending=name)
    if says is not None:
        draft.say(says, name)
