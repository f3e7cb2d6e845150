"""When has the trainee finished? A pure state machine over speech activity.

A turn starts with speech. After ``tentative_s`` of silence its end is *tentative*: recognition may begin. If
speech resumes the end is withdrawn. After enough silence the turn is over: a fixed length of it, or as much as
the words so far ask for (:mod:`voicesim.speech.turn_end`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, TypeAlias

from voicesim.audio.clip import SAMPLE_RATE_HZ
from voicesim.audio.span import Span
from voicesim.errors import ParameterError
from voicesim.speech.activity import Activity
from voicesim.speech.turn_end import LONGEST_S

EARLY_TENTATIVE_S: Final = 0.096
"""Silence after which a recogniser of whole turns begins, where the words decide: three blocks. In the recorded
utterances that come with voicesim no stop inside a word lasts longer but one in four; two blocks are passed by
half of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointerConfig:
    """Silences that end a turn.

    Raises:
        ParameterError: unless 0 < tentative_s <= end_s.
    """

    tentative_s: float = 0.2
    end_s: float | None = None
    """Fixed; ``None`` lets the words and the melody decide."""

    def __post_init__(self) -> None:
        if not 0.0 < self.tentative_s <= (LONGEST_S if self.end_s is None else self.end_s):
            raise ParameterError(
                f"need 0 < tentative_s <= end_s, got {self.tentative_s} and {self.end_s}",
                hint="the end-of-turn silence cannot be shorter than the tentative one (0.2 s)",
            )


@dataclass(frozen=True, slots=True)
class TurnStarted:
    """The trainee began to speak at ``start``."""

    start: int


@dataclass(frozen=True, slots=True)
class TentativeEnd:
    """The trainee has been silent for a moment; what was said so far lies in ``span``."""

    span: Span


@dataclass(frozen=True, slots=True)
class Resumed:
    """The trainee went on at ``start`` after a silence of ``silence`` samples: the end is withdrawn."""

    start: int
    silence: int


@dataclass(frozen=True, slots=True)
class TurnEnded:
    """The turn is over."""

    span: Span


TurnEvent: TypeAlias = TurnStarted | TentativeEnd | Resumed | TurnEnded


class Endpointer:
    """Feeds on one :class:`~voicesim.speech.activity.Activity` per chunk, gives the events it causes."""

    def __init__(self, config: EndpointerConfig | None = None) -> None:
        config = config or EndpointerConfig()
        self._tentative = round(config.tentative_s * SAMPLE_RATE_HZ)
        self._fixed = None if config.end_s is None else round(config.end_s * SAMPLE_RATE_HZ)
        self._needed: int | None = None
        self._start: int | None = None
        self._offset = 0
        self._was_tentative = False

    @property
    def in_turn(self) -> bool:
        """Whether a turn is under way."""
        return self._start is not None

    def need(self, silence_s: float) -> None:
        """Let this much silence end the turn, unless the length is fixed; holds until the trainee goes on."""
        self._needed = round(silence_s * SAMPLE_RATE_HZ)

    def step(self, now_samples: int, activity: Activity) -> tuple[TurnEvent, ...]:
        """Take the state after a chunk that ended at ``now_samples``."""
        if activity.is_speech:
            return self._speech(activity, now_samples)
        return self._silence(activity, now_samples) if self._start is not None else ()

    def _speech(self, activity: Activity, now_samples: int) -> tuple[TurnEvent, ...]:
        if self._start is None:
            self._start = activity.onset
            self._was_tentative = False
            self._needed = None
            return (TurnStarted(activity.onset),)
        if self._was_tentative and now_samples - activity.offset < self._tentative:
            self._was_tentative = False
            self._needed = None
            # A pause too short to part two stretches of speech leaves the onset where it was.
            start = max(activity.onset, self._offset)
            return (Resumed(start, start - self._offset),)
        if not self._was_tentative and now_samples - activity.offset >= self._tentative:
            self._was_tentative = True
            self._offset = activity.offset
            return (TentativeEnd(Span(self._start, activity.offset)),)
        return ()

    def _silence(self, activity: Activity, now_samples: int) -> tuple[TurnEvent, ...]:
        assert self._start is not None
        if activity.is_candidate:
            # Within 100 ms it will be known whether this is speech; until then nothing is decided.
            return ()
        silence = now_samples - activity.offset
        span = Span(self._start, max(self._start, activity.offset))
        if silence >= self._end():
            self._start = None
            return (TurnEnded(span),) if self._was_tentative else (TentativeEnd(span), TurnEnded(span))
        if silence >= self._tentative and not self._was_tentative:
            self._was_tentative = True
            self._offset = span.end
            return (TentativeEnd(span),)
        return ()

    def _end(self) -> int:
        if self._fixed is not None:
            return self._fixed
        return round(LONGEST_S * SAMPLE_RATE_HZ) if self._needed is None else self._needed
