"""The customer as a pure state machine: what he heard goes in, what he does next comes out.

Conventions: a :class:`State` is frozen, and the same state and the same turn always give the same
:class:`Step`. The machine knows no clock: the caller says when the trainee was silent for too long and when
the time is up. It always reaches an end: a moment is entered a limited number of times, every rephrasing,
reminder, answer and favour is given a limited number of times, and whatever is used up leads on.
"""

from __future__ import annotations

from typing import Final

from voicesim.scenario.draft import Draft, clamped
from voicesim.scenario.listening import asked_facts, is_in_time, is_mere_attention, is_met, phrases_in
from voicesim.scenario.manners import is_jargon_wall, tells_to_calm_down
from voicesim.scenario.model import AfterInterruption, EndingKind, Fact, Listening, Scenario, Spoken
from voicesim.scenario.moods import LATE_EMPATHY
from voicesim.scenario.moves import end, enter, gives_up, lead_on, take
from voicesim.scenario.phrases import folded
from voicesim.scenario.requests import asks_to_hold, asks_to_repeat, read_back, thanks_for_waiting
from voicesim.scenario.turn import Action, End, HeardTurn, Say, State, Step, Wait

__all__ = [
    "Action",
    "End",
    "HeardTurn",
    "Say",
    "State",
    "Step",
    "Wait",
    "begin",
    "due",
    "hear",
    "hint",
    "silence",
    "time_up",
]

MAX_ACKNOWLEDGED: Final = 2
"""Turns in a row of nothing but "okay" or "I see" that the customer lets pass."""

MAX_REPEATS: Final = 2
"""How often he says his last words again in one moment."""

MAX_READ_BACKS: Final = 2
"""How often he confirms or corrects one fact."""

HEARD_ENOUGH: Final = 0.8
"""A line of which this much was heard is not said again."""


def begin(scenario: Scenario) -> Step:
    """Pick up the telephone."""
    first = scenario.moments[0].moment_id
    draft = Draft(scenario, State(moment_id=first, mood=clamped(scenario.mood)))
    enter(draft, first)
    return draft.finish()


def hear(scenario: Scenario, state: State, heard: HeardTurn) -> Step:
    """Take what the trainee said."""
    draft = Draft(scenario, state)
    if state.ending is not None:
        return draft.finish()
    _hear(draft, heard, folded(heard.text))
    is_holding = draft.state.is_holding and draft.state.ending is None
    return draft.finish(scenario.hold_patience_s if is_holding else None)


def silence(scenario: Scenario, state: State) -> Step:
    """The trainee has said nothing for the customer's patience."""
    draft = Draft(scenario, state)
    if state.ending is None:
        _silence(draft)
    return draft.finish()


def time_up(scenario: Scenario, state: State) -> Step:
    """The call has lasted as long as it may."""
    draft = Draft(scenario, state)
    if state.ending is None:
        end(draft, EndingKind.TIME_LIMIT)
    return draft.finish()


def due(scenario: Scenario, state: State) -> tuple[str, ...]:
    """Behaviours that are due in the moment under way and have not been shown in it."""
    names = (("thanks_hold",) if state.is_holding else ()) + scenario.expects(state.moment_id)
    return tuple(name for name in names if name not in state.seen)


def hint(scenario: Scenario, state: State) -> str:
    """What would help now, once the customer has had to rephrase; empty before, and where the author wrote none."""
    return scenario.moment(state.moment_id).hint if state.ending is None and state.tries else ""


def _silence(draft: Draft) -> None:
    lines = draft.moment.silence or draft.scenario.silence
    n = draft.state.silences
    draft.remember(silences=n + 1, is_holding=False)
    draft.feel("silence")
    if gives_up(draft):
        return
    if n < len(lines):
        draft.say(lines[n])
    else:
        end(draft, EndingKind.GAVE_UP)


# --- a turn of the trainee --------------------------------------------------------------------------------


def _hear(draft: Draft, heard: HeardTurn, words: tuple[str, ...]) -> None:
    draft.remember(silences=0)
    _feel(draft, heard, words)
    if gives_up(draft):
        return
    _complain(draft, heard, words)
    if not heard.understood:
        _not_understood(draft, heard)
        return
    draft.remember(not_understood=0)
    answers = asked_facts(draft.scenario, draft.state, heard, words)
    met = _met(draft, heard, words, answers)
    is_answered = _answer(draft, answers)
    is_answered = _check_read_back(draft, words) or is_answered
    if not gives_up(draft):
        _go_on(draft, heard, words, met, is_answered=is_answered)


def _go_on(
    draft: Draft, heard: HeardTurn, words: tuple[str, ...], met: Listening | None, *, is_answered: bool
) -> None:
    """Hold, move, wait, or say that this was no answer; in that order."""
    if _hold(draft, heard, words, is_met=met is not None):
        return
    if met is not None:
        draft.note("met", f"{draft.state.moment_id}: {met.way.go}")
        take(draft, met.way)
    elif is_answered:
        draft.remember(acknowledged=0)
        # A first moment waits for nothing but the trainee's first words.
        if draft.moment.says is None:
            lead_on(draft)
    elif not (
        _lets_pass(draft, heard, words) or _repeat_cut_line(draft, heard) or _repeat_on_request(draft, words)
    ):
        draft.note("unmet", draft.state.moment_id)
        draft.feel("unmet")
        if not gives_up(draft):
            lead_on(draft)


def _met(
    draft: Draft, heard: HeardTurn, words: tuple[str, ...], answers: tuple[Fact, ...]
) -> Listening | None:
    state, moment = draft.state, draft.moment
    phrases = dict.fromkeys((*state.heard, *phrases_in(moment, words)))
    seen = dict.fromkeys((*state.seen, *heard.behaviours))
    draft.remember(seen=tuple(seen), heard=tuple(phrases))
    told = {name for name, _ in state.told} | {fact.fact_id for fact in answers}
    return next((one for one in moment.listens_for if is_met(one, draft.state, told)), None)


# --- how it feels -----------------------------------------------------------------------------------------


def _feel(draft: Draft, heard: HeardTurn, words: tuple[str, ...]) -> None:
    changes = draft.scenario.mood_changes
    for behaviour in heard.behaviours:
        if changes.get(behaviour, 0.0) > 0.0:
            # The same kindness counts once a moment.
            if behaviour in draft.state.rewarded:
                continue
            draft.remember(rewarded=(*draft.state.rewarded, behaviour))
        draft.feel(behaviour, 1.0 if is_in_time(draft.moment, draft.mood_before, behaviour) else LATE_EMPATHY)
    for event in _manners(draft, heard, words):
        draft.feel(event)
    if draft.state.is_holding:
        draft.remember(is_holding=False)
        if not thanks_for_waiting(heard, words):
            draft.feel("unthanked_hold")


def _manners(draft: Draft, heard: HeardTurn, words: tuple[str, ...]) -> tuple[str, ...]:
    """What was unpleasant in how it was said."""
    scenario = draft.scenario
    band = scenario.band(draft.mood_before)
    too_fast = heard.rate_wpm is not None and heard.rate_wpm > (scenario.too_fast_wpm or float("inf"))
    too_long = heard.duration_s is not None and heard.duration_s > (band.monologue_s or float("inf"))
    found = {
        "interruption": heard.interrupted,
        "too_fast": too_fast,
        "monologue": too_long,
        "raised_voice": heard.is_raised,
        "jargon_wall": "explains_term" not in heard.behaviours and is_jargon_wall(scenario.glossary, words),
        "calm_down": tells_to_calm_down(words),
    }
    return tuple(event for event, is_so in found.items() if is_so)


def _complain(draft: Draft, heard: HeardTurn, words: tuple[str, ...]) -> None:
    """Say one thing about it, each of the scenario's words once."""
    for event in _manners(draft, heard, words):
        lines = draft.scenario.complaints.get(event, ())
        n = draft.count(event)
        was_hardly_cut = event == "interruption" and heard.heard_ratio >= HEARD_ENOUGH
        if n < len(lines) and not was_hardly_cut:
            draft.say(lines[n])
            return


# --- favours ----------------------------------------------------------------------------------------------


def _answer(draft: Draft, facts: tuple[Fact, ...]) -> bool:
    """Give the facts that were asked for."""
    for fact in facts:
        is_again = dict(draft.state.told).get(fact.fact_id, 0) > 0
        if is_again:
            draft.feel("repeated_question")
        spoken = fact.again if is_again and fact.again is not None else fact.says
        if spoken is not None:
            draft.say(spoken)
        draft.tell(fact.fact_id)
    return bool(facts)


def _check_read_back(draft: Draft, words: tuple[str, ...]) -> bool:
    """Confirm or correct data that the trainee reads back."""
    found = read_back(draft.scenario, draft.state, words)
    if found is None:
        return False
    fact, is_right = found
    if draft.count(f"read_back.{fact.fact_id}") >= MAX_READ_BACKS:
        return False
    draft.note("read_back", fact.fact_id, float(is_right))
    spoken: Spoken | None = draft.scenario.confirmation if is_right else fact.correction
    if spoken is not None:
        draft.say(spoken)
    return spoken is not None


def _hold(draft: Draft, heard: HeardTurn, words: tuple[str, ...], *, is_met: bool) -> bool:
    """Agree to wait. What was met stays met, for the turn after the hold."""
    lines = draft.scenario.hold
    if not asks_to_hold(heard, words, is_met=is_met):
        return False
    n = draft.count("hold")
    if n >= len(lines):
        return False
    draft.say(lines[n])
    draft.remember(is_holding=True)
    return True


def _repeat_on_request(draft: Draft, words: tuple[str, ...]) -> bool:
    state = draft.state
    if not asks_to_repeat(words) or not state.said or state.repeats >= MAX_REPEATS:
        return False
    draft.say_again(state.said)
    draft.remember(repeats=state.repeats + 1)
    return True


def _repeat_cut_line(draft: Draft, heard: HeardTurn) -> bool:
    """Say the line that was cut short again, once."""
    state = draft.state
    is_cut = heard.interrupted and (heard.heard_ratio < HEARD_ENOUGH or bool(heard.unsaid))
    wants = draft.scenario.after_interruption is AfterInterruption.REPEAT
    if not (is_cut and wants and state.said) or state.has_repeated:
        return False
    # The lines that were never begun are the last ones; the one before them was cut.
    n_cut = 1 + sum(1 for line_id in heard.unsaid if line_id.partition("@")[0] in state.said)
    draft.say_again(state.said[-n_cut:])
    draft.remember(has_repeated=True)
    return True


def _lets_pass(draft: Draft, heard: HeardTurn, words: tuple[str, ...]) -> bool:
    """Whether the turn is a mere sign of attention, after which the customer goes on waiting."""
    n = draft.state.acknowledged
    if heard.interrupted or n >= MAX_ACKNOWLEDGED or not is_mere_attention(heard, words):
        return False
    draft.remember(acknowledged=n + 1)
    return True


def _not_understood(draft: Draft, heard: HeardTurn) -> None:
    if _repeat_cut_line(draft, heard):
        return
    lines, n = draft.scenario.not_understood, draft.state.not_understood
    draft.remember(not_understood=n + 1)
    draft.note("not_understood", draft.state.moment_id)
    draft.feel("not_understood")
    if gives_up(draft):
        return
    if n < len(lines):
        draft.say(lines[n])
    else:
        lead_on(draft)
