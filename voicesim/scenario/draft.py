"""One event being worked out: the customer's state, and what he is going to say."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from voicesim.scenario.model import MOOD_DECIMALS, MOOD_LIMIT, Moment, MoodBand, Scenario, Spoken
from voicesim.scenario.turn import Action, End, Note, Say, State, Step, Wait

MAX_MOOD_STEP: Final = 1.5
"""What the trainee does in one turn moves the mood by no more than this."""


def clamped(mood: float) -> float:
    """A mood on its scale, rounded."""
    return round(min(MOOD_LIMIT, max(-MOOD_LIMIT, mood)), MOOD_DECIMALS)


class Draft:
    """The step that an event will become; lives for that event.

    Args:
        scenario: who the customer is.
        state: before the event.
    """

    def __init__(self, scenario: Scenario, state: State) -> None:
        self.scenario = scenario
        self.state = state
        self.mood_before = state.mood
        self.told_now: set[str] = set()
        """Facts given in this turn."""
        self._lines: list[tuple[Spoken, str]] = []
        self._notes: list[Note] = []

    @property
    def moment(self) -> Moment:
        """Where the call is."""
        return self.scenario.moment(self.state.moment_id)

    @property
    def band(self) -> MoodBand:
        """How the customer feels."""
        return self.scenario.band(self.state.mood)

    def remember(self, **changes: Any) -> None:  # noqa: ANN401 - fields of State, each of its own type
        """Change fields of the state."""
        self.state = replace(self.state, **changes)

    def say(self, spoken: Spoken, place: str | None = None) -> None:
        """Say something, for the moment under way or for another place."""
        self._lines.append((spoken, place or self.state.moment_id))

    def say_again(self, slots: tuple[str, ...]) -> None:
        """Say lines of before once more."""
        by_slot = {spoken.slot: spoken for spoken in self.scenario.spoken()}
        for slot in slots:
            self.say(by_slot[slot])

    def note(self, kind: str, what: str, value: float = 0.0) -> None:
        """Leave a note for the log."""
        self._notes.append(Note(kind, what, value))

    def count(self, what: str) -> int:
        """How often something has happened in this call before; it has now happened once more."""
        counts = dict(self.state.counts)
        n = counts.get(what, 0)
        self.remember(counts=tuple({**counts, what: n + 1}.items()))
        return n

    def tell(self, fact_id: str) -> None:
        """A fact is being given."""
        told = dict(self.state.told)
        told[fact_id] = told.get(fact_id, 0) + 1
        self.note("fact", fact_id, told[fact_id])
        self.told_now.add(fact_id)
        self.remember(told=tuple(told.items()))

    def feel(self, trigger: str, share: float = 1.0) -> None:
        """Let a behaviour or an event move the mood, within what one turn can do.

        Args:
            trigger: the behaviour or event.
            share: how much of its effect it has here, 0..1.
        """
        change = self.scenario.mood_changes.get(trigger, 0.0) * share
        wanted = self.state.mood + change
        within = min(self.mood_before + MAX_MOOD_STEP, max(self.mood_before - MAX_MOOD_STEP, wanted))
        # Never against its own direction, where the scenario itself has moved the mood further.
        if (within - self.state.mood) * change > 0.0:
            self.shift_mood(within - self.state.mood, trigger)

    def shift_mood(self, change: float, because: str) -> None:
        """Move the mood, whatever it takes."""
        mood = clamped(self.state.mood + change)
        if mood != self.state.mood:
            self.note("mood", because, round(mood - self.state.mood, MOOD_DECIMALS))
            self.remember(mood=mood)

    def finish(self, patience_s: float | None = None) -> Step:
        """The state and the actions that it has come to.

        Args:
            patience_s: how long the customer waits now, where it is not as usual.
        """
        if self._lines:
            self.remember(said=tuple(spoken.slot for spoken, _ in self._lines))
        state, band = self.state, self.band
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
            for spoken, place in self._lines
        ]
        if state.ending is not None:
            ending = self.scenario.ending(state.ending)
            kind = state.ending if ending is None else ending.kind_in(state.mood).value
            actions.append(End(ending=kind, ending_id="" if ending is None else ending.ending_id))
        else:
            wait_s = patience_s or self.moment.patience_s or band.patience_s
            actions.append(Wait(patience_s=wait_s, moment_id=state.moment_id, mood=band.name))
        return Step(state=state, actions=tuple(actions), notes=tuple(self._notes))
