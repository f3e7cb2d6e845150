"""One behaviour seen in one utterance."""

from __future__ import annotations

from dataclasses import dataclass

from voicesim.audio.span import Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """A behaviour of the trainee, with what shows it."""

    behaviour_id: str
    span: Span
    """Where the matched words were said."""
    quote: str
    """The matched words, as recognised."""
    pattern: str
    """The pattern that matched, as written in its table."""
    confidence: float
    """Least confidence (0..1) of the matched words."""
    utterance: int
    """Index into the trainee's utterances."""
    costs_points: bool = False
    """Whether it is a behaviour that counts against the trainee."""
    is_certain: bool = True
    """Whether every matched word reached the recogniser's confidence gate; if not, it never costs points."""
