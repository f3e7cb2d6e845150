"""When has the trainee finished? A pure state machine over speech activity.

A turn starts with speech. After ``tentative_s`` of silence its end is *tentative*: recognition may begin. If
speech resumes the end is withdrawn; after ``end_s`` of silence the turn is over.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from voicesim.audio.clip import SAMPLE_RATE_HZ
from voicesim.audio.span import Span
from voicesim.errors import ParameterError
from voicesim.speech.activity import Activity


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointerConfig:
    """Silences that end a turn.

    Raises:
        ParameterError: unless 0 < tentative_s <= end_s.
    """

    tentative_s: float = 0.2
    end_s: float = 0.7

    def __post_init__(self) -> None:
        if not 0.0 < self.tentative_s <= self.end_s:
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
    """The trainee went on at ``start``: the tentative end is withdrawn."""

    start: int


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
        self._end = round(config.end_s * SAMPLE_RATE_HZ)
        self._start: int | None = None
        self._was_tentative = False

    @property
    def in_turn(self) -> bool:
        """Whether a turn is under way."""
        return self._start is not None

    def step(self, now_samples: int, activity: Activity) -> tuple[TurnEvent, ...]:
        """Take the state after a chunk that ended at ``now_samples``."""
        if activity.is_speech:
            return self._speech(activity, now_samples)
        return self._silence(activity, now_samples) if self._start is not None else ()

    def _speech(self, activity: Activity, now_samples: int) -> tuple[TurnEvent, ...]:
        if self._start is None:
            self._start = activity.onset
            self._was_tentative = False
            return (TurnStarted(activity.onset),)
        if self._was_tentative and now_samples - activity.offset < self._tentative:
            self._was_tentative = False
            return (Resumed(activity.onset),)
        if not self._was_tentative and now_samples - activity.offset >= self._tentative:
            self._was_tentative = True
            return (TentativeEnd(Span(self._start, activity.offset)),)
        return ()

    def _silence(self, activity: Activity, now_samples: int) -> tuple[TurnEvent, ...]:
        assert self._start is not None
        if activity.is_candidate:
            # Within 100 ms it will be known whether this is speech; until then nothing is decided.
            return ()
        silence = now_samples - activity.offset
        span = Span(self._start, max(self._start, activity.offset))
        if silence >= self._end:
            self._start = None
            return (TurnEnded(span),) if self._was_tentative else (TentativeEnd(span), TurnEnded(span))
        if silence >= self._tentative and not self._was_tentative:
            self._was_tentative = True
            return (TentativeEnd(span),)
        return ()
