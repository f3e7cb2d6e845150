"""What the customer hears, remembers and does: the values that the state machine takes and gives."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from voicesim.behaviour.observation import Observation


@dataclass(frozen=True, slots=True, kw_only=True)
class HeardTurn:
    """A turn of the trainee, as far as it reached the customer."""

    observations: tuple[Observation, ...] = ()
    text: str = ""
    """The recognised words."""
    understood: bool = True
    """Whether any words were recognised."""
    interrupted: bool = False
    """Whether the trainee cut into the customer's line."""
    heard_ratio: float = 1.0
    """How much of that line had been said, 0..1; 1 when the customer talked on to its end."""
    unsaid: tuple[str, ...] = ()
    """Lines that were to follow the one cut short and were never begun."""
    duration_s: float | None = None
    """How long the turn was, where it was timed."""
    rate_wpm: float | None = None
    """How fast it was spoken, where it was measured."""
    is_raised: bool = False
    """Whether the voice was raised."""

    @property
    def behaviours(self) -> tuple[str, ...]:
        """Ids of what was observed, each once, in order; what costs points only where it is certain."""
        found = (o.behaviour_id for o in self.observations if o.is_certain or not o.costs_points)
        return tuple(dict.fromkeys(found))


@dataclass(frozen=True, slots=True, kw_only=True)
class Say:
    """Speak a line."""

    line_id: str
    text: str
    mood: str
    """Band at this point."""
    moment_id: str
    """The moment, or the ending, that the line belongs to."""
    yields: bool
    """Whether the customer falls silent when talked over."""
    barge_in_after_s: float
    """How long the trainee must talk over the line before he does."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wait:
    """Wait for the trainee; after this much silence, say so."""

    patience_s: float
    moment_id: str
    mood: str


@dataclass(frozen=True, slots=True, kw_only=True)
class End:
    """The call is over once everything before this is said."""

    ending: str
    """``resolved``, ``gave_up`` or ``time_limit``."""
    ending_id: str = ""
    """The scenario's name for it; empty where it has none."""


Action: TypeAlias = Say | Wait | End


@dataclass(frozen=True, slots=True)
class Note:
    """Why something happened, for the log and for a coach."""

    kind: str
    """``moment``, ``met``, ``unmet``, ``not_understood``, ``fact``, ``read_back``, ``mood`` or ``ending``."""
    what: str
    """Which moment, fact, trigger of the mood …"""
    value: float = 0.0
    """Of the mood: how much it moved; of a moment or fact: for which time; of a read-back: 1 if right."""


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """All that the customer remembers."""

    moment_id: str
    mood: float
    visits: tuple[tuple[str, int], ...] = ()
    told: tuple[tuple[str, int], ...] = ()
    """Facts given, and how often."""
    seen: tuple[str, ...] = ()
    """Behaviours of the trainee in this moment."""
    heard: tuple[str, ...] = ()
    """Phrases met in this moment, by their place among what is listened for."""
    rewarded: tuple[str, ...] = ()
    """Behaviours that have lifted the mood in this moment: the same kindness counts once."""
    tries: int = 0
    """Rephrasings said in this moment."""
    silences: int = 0
    """In a row."""
    not_understood: int = 0
    """In a row."""
    acknowledged: int = 0
    """In a row."""
    counts: tuple[tuple[str, int], ...] = ()
    """How often in the call: complaints, holds, read-backs."""
    repeats: int = 0
    """Lines said again on request in this moment."""
    is_holding: bool = False
    """Whether the trainee has asked for patience."""
    has_repeated: bool = False
    """Whether the line under way has already been said again after an interruption."""
    said: tuple[str, ...] = ()
    """Slots of the last lines, for saying them again."""
    ending: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """The next state, and what to do: lines in order, then ``Wait`` or ``End``."""

    state: State
    actions: tuple[Action, ...]
    notes: tuple[Note, ...] = ()
