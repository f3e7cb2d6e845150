"""What rules look at, and what they make of it.

Conventions: a share is a part of a rule's points, 0..1.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum

from voicesim.behaviour.observation import Observation
from voicesim.results import Evidence, NotMeasured, Reason, Result
from voicesim.scorecard.evidence import of_span
from voicesim.scorecard.rubric import Rule
from voicesim.scorecard.turns import Turn
from voicesim.speech.call import Call


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
    count: int = 0
    """How many utterances showed it, where that is what is judged."""

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

    unheard: Mapping[str, NotMeasured] = field(default_factory=dict)
    """Behaviours that cannot be observed in this call, and why."""

    def called_for(self, after: Iterable[str], moods: Iterable[str] = ()) -> tuple[Turn, ...]:
        """The turns that answer one of these cues or moods of the customer."""
        after, moods = frozenset(after), frozenset(moods)
        return tuple(
            turn for turn in self.turns if not (turn.cues.isdisjoint(after) and turn.moods.isdisjoint(moods))
        )

    def found(self, turns: Iterable[Turn], any_of: Iterable[str]) -> list[Observation]:
        """Observations of some behaviours in some turns, in order of time."""
        wanted = frozenset(any_of)
        return [
            seen for turn in turns for seen in self.seen.get(turn.index, ()) if seen.behaviour_id in wanted
        ]

    def place_of(self, turn: Turn, label: str) -> Evidence:
        """A turn as evidence, with its words."""
        text = " ".join(self.call.trainee.utterances[i].text for i in turn.utterances)
        return of_span(turn.span, label, text)

    def words_in(self, start_s: float, end_s: float) -> str:
        """The trainee's words that begin in a stretch of the call, seconds from its start."""
        words = (word for utterance in self.call.trainee.utterances for word in utterance.words)
        return " ".join(word.text for word in words if start_s <= word.span.start_s() < end_s)
