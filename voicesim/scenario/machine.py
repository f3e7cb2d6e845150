"""The customer as a pure state machine: what he heard goes in, what he does next comes out.

Conventions: a :class:`State` is frozen, and the same state and the same turn always give the same
:class:`Step`. The machine knows no clock: the caller says when the trainee was silent for too long and when
the time is up. It always reaches an end: a moment is entered at most :data:`MAX_VISITS` times, every
rephrasing, reminder and answer is said a limited number of times, and whatever is used up leads on.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from voicesim.scenario.listening import asked_facts, is_mere_attention, is_met, phrases_in
from voicesim.scenario.model import (
    MOOD_DECIMALS,
    MOOD_LIMIT,
    AfterInterruption,
    EndingKind,
    Fact,
    Listening,
    Moment,
    MoodBand,
    Scenario,
    Spoken,
    Way,
)
from voicesim.scenario.phrases import folded
from voicesim.scenario.turn import Action, End, HeardTurn, Note, Say, State, Step, Wait

__all__ = [
    "Action",
    "End",
    "HeardTurn",
    "Say",
    "State",
    "Step",
    "Wait",
    "begin",
    "hear",
    "silence",
    "time_up",
]

MAX_VISITS: Final = 3
"""A customer who is led to the same point more often gives up."""

MAX_ACKNOWLEDGED: Final = 2
"""Turns in a row of nothing but "okay" or "I see" that the customer lets pass."""

MAX_MOOD_STEP: Final = 1.5
"""What the trainee does in one turn moves the mood by no more than this."""

HEARD_ENOUGH: Final = 0.8
"""A line of which this much was heard is not said again."""

# --- the four events ------------------------------------------------------------------------------------


def begin(scenario: Scenario) -> Step:
    """Pick up the telephone."""
    first = scenario.moments[0]
    turn = _Turn(scenario, State(moment_id=first.moment_id, mood=_clamped(scenario.mood)))
    turn.enter(first.moment_id)
    return turn.finish()


def hear(scenario: Scenario, state: State, heard: HeardTurn) -> Step:
    """Take what the trainee said."""
    turn = _Turn(scenario, state)
    if state.ending is None:
        turn.hear(heard)
    return turn.finish()


def silence(scenario: Scenario, state: State) -> Step:
    """The trainee has said nothing for the customer's patience."""
    turn = _Turn(scenario, state)
    if state.ending is None:
        turn.silence()
    return turn.finish()


def time_up(scenario: Scenario, state: State) -> Step:
    """The call has lasted as long as it may."""
    turn = _Turn(scenario, state)
    if state.ending is None:
        turn.end(EndingKind.TIME_LIMIT)
    return turn.finish()


def _clamped(mood: float) -> float:
    return round(min(MOOD_LIMIT, max(-MOOD_LIMIT, mood)), MOOD_DECIMALS)


class _Turn:
    """One event being worked out; lives for one call of a function above."""

    def __init__(self, scenario: Scenario, state: State) -> None:
        self._scenario = scenario
        self._state = state
        self._mood_before = state.mood
        self._lines: list[Spoken] = []
        self._places: list[str] = []
        self._notes: list[Note] = []

    def finish(self) -> Step:
        """The state and the actions that it has come to."""
        state, band = self._state, self._band
        if self._lines:
            state = replace(state, said=tuple(spoken.slot for spoken in self._lines))
        # The whole turn is spoken in the mood that it ends in.
        actions: list[Action] = [
            Say(
                line_id=spoken.line_id(band.name),
                text=spoken.texts[band.name],
                mood=band.name,
                moment_id=place,
                yields=band.yields,
                barge_in_after_s=band.barge_in_after_s,
            )
            for spoken, place in zip(self._lines, self._places, strict=True)
        ]
        if state.ending is not None:
            ending = self._scenario.ending(state.ending)
            kind = state.ending if ending is None else ending.kind.value
            actions.append(End(ending=kind, ending_id="" if ending is None else ending.ending_id))
        else:
            patience_s = self._moment.patience_s or band.patience_s
            actions.append(Wait(patience_s=patience_s, moment_id=state.moment_id, mood=band.name))
        return Step(state=state, actions=tuple(actions), notes=tuple(self._notes))

    @property
    def _moment(self) -> Moment:
        return self._scenario.moment(self._state.moment_id)

    @property
    def _band(self) -> MoodBand:
        return self._scenario.band(self._state.mood)

    # --- events -----------------------------------------------------------------------------------------

    def hear(self, heard: HeardTurn) -> None:
        self._state = replace(self._state, silences=0)
        words = folded(heard.text)
        self._feel(heard)
        if self._gives_up():
            return
        if heard.interrupted:
            self._complain(heard)
        if not heard.understood:
            self._not_understood(heard)
            return
        self._state = replace(self._state, not_understood=0)
        answers = asked_facts(self._scenario, self._state, heard, words)
        met = self._met(heard, words, answers)
        self._respond(answers)
        if not self._gives_up():
            self._go_on(heard, words, met, is_answered=bool(answers))

    def _go_on(
        self, heard: HeardTurn, words: tuple[str, ...], met: Listening | None, *, is_answered: bool
    ) -> None:
        if met is not None:
            self._note("met", f"{self._state.moment_id}: {met.way.go}")
            self._take(met.way)
        elif is_answered:
            # A first moment waits for nothing but the trainee's first words.
            if self._moment.says is None:
                self._lead_on()
        elif not self._lets_pass(heard, words) and not self._says_again(heard):
            self._unmet()

    def silence(self) -> None:
        moment, state = self._moment, self._state
        lines = moment.silence or self._scenario.silence
        self._state = replace(state, silences=state.silences + 1)
        self._move_mood("silence")
        if self._gives_up():
            return
        if state.silences < len(lines):
            self._say(lines[state.silences])
        else:
            self.end(EndingKind.GAVE_UP)

    # --- mood -------------------------------------------------------------------------------------------

    def _feel(self, heard: HeardTurn) -> None:
        changes = self._scenario.mood_changes
        for behaviour in heard.behaviours:
            if changes.get(behaviour, 0.0) > 0.0:
                if behaviour in self._state.rewarded:
                    continue
                self._state = replace(self._state, rewarded=(*self._state.rewarded, behaviour))
            self._move_mood(behaviour)
        if heard.interrupted:
            self._move_mood("interruption")

    def _move_mood(self, trigger: str) -> None:
        change = self._scenario.mood_changes.get(trigger, 0.0)
        wanted = self._state.mood + change
        within = min(self._mood_before + MAX_MOOD_STEP, max(self._mood_before - MAX_MOOD_STEP, wanted))
        # Never against its own direction, where the scenario itself has moved the mood further.
        if (within - self._state.mood) * change > 0.0:
            self._shift_mood(within - self._state.mood, trigger)

    def _shift_mood(self, change: float, because: str) -> None:
        mood = _clamped(self._state.mood + change)
        if mood != self._state.mood:
            self._note("mood", because, mood - self._state.mood)
            self._state = replace(self._state, mood=mood)

    def _gives_up(self) -> bool:
        limit = self._scenario.gives_up_at
        if limit is not None and max(self._mood_before, self._state.mood) <= limit and not self._state.ending:
            self.end(EndingKind.GAVE_UP)
        return self._state.ending is not None

    # --- interruptions and words that did not come through ----------------------------------------------

    def _complain(self, heard: HeardTurn) -> None:
        n = self._state.interruptions
        self._state = replace(self._state, interruptions=n + 1)
        if heard.heard_ratio < HEARD_ENOUGH and n < len(self._scenario.interruption):
            self._say(self._scenario.interruption[n])

    def _says_again(self, heard: HeardTurn) -> bool:
        """Say the cut line again, once."""
        state, scenario = self._state, self._scenario
        is_cut = heard.interrupted and (heard.heard_ratio < HEARD_ENOUGH or bool(heard.unsaid))
        wants = scenario.after_interruption is AfterInterruption.REPEAT
        if not (is_cut and wants and state.said) or state.has_repeated:
            return False
        # The lines that were never begun are the last ones; the one before them was cut.
        n_cut = 1 + sum(1 for line_id in heard.unsaid if line_id.partition("@")[0] in state.said)
        by_slot = {spoken.slot: spoken for spoken in scenario.spoken()}
        for slot in state.said[-n_cut:]:
            self._say(by_slot[slot])
        self._state = replace(self._state, has_repeated=True)
        return True

    def _not_understood(self, heard: HeardTurn) -> None:
        if self._says_again(heard):
            return
        lines, n = self._scenario.not_understood, self._state.not_understood
        self._state = replace(self._state, not_understood=n + 1)
        self._note("not_understood", self._state.moment_id)
        self._move_mood("not_understood")
        if self._gives_up():
            return
        if n < len(lines):
            self._say(lines[n])
        else:
            self._lead_on()

    def _lets_pass(self, heard: HeardTurn, words: tuple[str, ...]) -> bool:
        """Whether the turn is a mere sign of attention, after which the customer goes on waiting."""
        n = self._state.acknowledged
        if heard.interrupted or n >= MAX_ACKNOWLEDGED or not is_mere_attention(heard, words):
            return False
        self._state = replace(self._state, acknowledged=n + 1)
        return True

    # --- facts ------------------------------------------------------------------------------------------

    def _times_told(self, fact_id: str) -> int:
        return dict(self._state.told).get(fact_id, 0)

    def _respond(self, facts: tuple[Fact, ...]) -> None:
        """Give the facts that were asked for."""
        if facts:
            self._state = replace(self._state, acknowledged=0)
        for fact in facts:
            self._answer(fact)

    def _answer(self, fact: Fact) -> None:
        is_again = self._times_told(fact.fact_id) > 0
        if is_again:
            self._move_mood("repeated_question")
        spoken = fact.again if is_again and fact.again is not None else fact.says
        if spoken is not None:
            self._say(spoken)
        self._tell(fact.fact_id)

    def _tell(self, fact_id: str) -> None:
        told = dict(self._state.told)
        told[fact_id] = told.get(fact_id, 0) + 1
        self._note("fact", fact_id)
        self._state = replace(self._state, told=tuple(told.items()))

    # --- what is listened for ---------------------------------------------------------------------------

    def _met(self, heard: HeardTurn, words: tuple[str, ...], answers: tuple[Fact, ...]) -> Listening | None:
        state, moment = self._state, self._moment
        phrases = dict.fromkeys((*state.heard, *phrases_in(moment, words)))
        seen = dict.fromkeys((*state.seen, *heard.behaviours))
        self._state = replace(state, seen=tuple(seen), heard=tuple(phrases))
        told = {name for name, _ in state.told} | {fact.fact_id for fact in answers}
        return next((one for one in moment.listens_for if is_met(one, self._state, told)), None)

    def _unmet(self) -> None:
        self._note("unmet", self._state.moment_id)
        self._move_mood("unmet")
        if not self._gives_up():
            self._lead_on()

    def _lead_on(self) -> None:
        """Rephrase, or go where the moment goes when nothing is met."""
        moment, tries = self._moment, self._state.tries
        self._state = replace(self._state, has_repeated=False)
        if tries < len(moment.again):
            self._state = replace(self._state, tries=tries + 1)
            self._say(moment.again[tries])
        else:
            self._take(moment.otherwise)

    # --- moving -----------------------------------------------------------------------------------------

    def _take(self, way: Way) -> None:
        self._shift_mood(way.mood, way.go)
        if self._gives_up():
            return
        if way.says is not None:
            self._say(way.says)
        self.enter(way.go)

    def enter(self, target: str) -> None:
        """Come to a moment or an ending."""
        ending = self._scenario.ending(target)
        if ending is not None:
            self._end(ending.ending_id, ending.says)
            return
        visits = dict(self._state.visits)
        visits[target] = visits.get(target, 0) + 1
        n = visits[target]
        self._state = State(
            moment_id=target,
            mood=self._state.mood,
            visits=tuple(visits.items()),
            told=self._state.told,
            interruptions=self._state.interruptions,
            said=self._state.said,
        )
        self._note("moment", target, n)
        if n > MAX_VISITS:
            self.end(EndingKind.GAVE_UP)
            return
        moment = self._moment
        told = {name for name, _ in self._state.told}
        for listening in moment.listens_for:
            # What is waited for has been said before: there is nothing to ask.
            if listening.facts and not listening.behaviours and is_met(listening, self._state, told):
                self._take(listening.way)
                return
        self._open(moment, n)

    def _open(self, moment: Moment, n: int) -> None:
        # A prompt that was heard before is rephrased where the scenario has words for it.
        spoken = moment.says if n == 1 or not moment.again else moment.again[(n - 2) % len(moment.again)]
        if spoken is not None:
            self._say(spoken)
        for fact_id in moment.tells:
            self._tell(fact_id)

    def end(self, kind: EndingKind) -> None:
        """Come to the first ending of a kind."""
        ending = self._scenario.ending_of(kind)
        if ending is None:
            self._end(kind.value, None)
        else:
            self._end(ending.ending_id, ending.says)

    def _end(self, name: str, says: Spoken | None) -> None:
        self._note("ending", name)
        self._state = replace(self._state, ending=name)
        if says is not None:
            self._say(says, name)

    def _say(self, spoken: Spoken, place: str | None = None) -> None:
        self._lines.append(spoken)
        self._places.append(place or self._state.moment_id)

    def _note(self, kind: str, what: str, value: float = 0.0) -> None:
        self._notes.append(Note(kind, what, value))
