"""What a measurement comes back as: a number with its evidence, or the reason why there is none.

A value that could not be measured is never 0, never NaN and never left out: it is a :class:`NotMeasured`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeAlias

from voicesim.errors import ParameterError

Json: TypeAlias = "bool | int | float | str | Sequence[Json] | Mapping[str, Json] | None"


class Reason(StrEnum):
    """Why something is not measured or not scorable. The values are part of the scorecard's format."""

    TOO_LITTLE_SPEECH = "too_little_speech"
    NO_SPEECH = "no_speech"
    MONO = "mono"
    FAKE_STEREO = "fake_stereo"
    ECHO = "echo"
    NOISE = "noise"
    CLIPPING = "clipping"
    GAIN_CONTROL = "gain_control"
    NO_BASELINE = "no_baseline"
    NO_TRANSCRIPT = "no_transcript"
    TRANSCRIPT_UNRELIABLE = "transcript_unreliable"
    NOT_TRANSCRIBED = "not_transcribed"
    NO_CUSTOMER = "no_customer"
    NO_PITCH = "no_pitch"
    NOT_CALLED_FOR = "not_called_for"
    ENGINE_MISSING = "engine_missing"
    NOTHING_TO_SCORE = "nothing_to_score"


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """A stretch of the call that a number or a judgement came from."""

    start_s: float
    """Seconds from the start of the recording."""
    end_s: float
    """Seconds from the start of the recording; never before ``start_s``."""
    label: str = ""
    """What is there, in a few plain words ("interruption", "utterance")."""
    quote: str = ""
    """The words spoken there, where they were recognised."""
    value: float | None = None
    """The value of that stretch alone, in the unit of the whole."""

    def __post_init__(self) -> None:
        if not (math.isfinite(self.start_s) and self.start_s <= self.end_s < math.inf):
            raise ParameterError(f"evidence must run forward in time, got {self.start_s} to {self.end_s}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """A number that can be trusted.

    Raises:
        ParameterError: if the value is not finite.
    """

    value: float
    unit: str
    """As in names: ``wpm``, ``dBov``, ``st``, ``per customer minute``."""
    definition: str
    """One sentence: what was counted, over what, with which thresholds."""
    evidence: tuple[Evidence, ...] = ()
    details: Mapping[str, Json] = field(default_factory=dict)
    """Further numbers that belong to this one (per utterance, at other thresholds, cross-checks)."""
    cautions: tuple[str, ...] = ()
    """Plain sentences that a reader must see beside the number."""

    def __post_init__(self) -> None:
        if not math.isfinite(self.value):
            raise ParameterError(f"a measured value is finite, got {self.value}")


@dataclass(frozen=True, slots=True, kw_only=True)
class NotMeasured:
    """No number, and why."""

    reason: Reason
    explanation: str
    """The reason in one plain sentence, with the figure that decided it where there is one."""
    unit: str = ""
    definition: str = ""
    details: Mapping[str, Json] = field(default_factory=dict)


Result: TypeAlias = Measured | NotMeasured
