"""What was said: words and utterances on the call's time line."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from voicesim.audio.span import Span
from voicesim.errors import ParameterError


class Party(StrEnum):
    """The two people on the line. A recorded agent is the trainee."""

    TRAINEE = "trainee"
    CUSTOMER = "customer"


@dataclass(frozen=True, slots=True)
class Word:
    """One recognised (or scripted) word.

    Args:
        text: as recognised; no surrounding spaces.
        span: where it was said.
        confidence: 0..1 as the recogniser claims it; 1.0 for scripted words.
    """

    text: str
    span: Span
    confidence: float = 1.0

    def __post_init__(self) -> None:
        if not 0.0 <= self.confidence <= 1.0:
            raise ParameterError(f"confidence must lie in 0..1, got {self.confidence}")


@dataclass(frozen=True, slots=True)
class Utterance:
    """One party's stretch of talk, from its first sound to its last.

    Args:
        party: who.
        span: where, by the audio (word times are too coarse for that).
        words: in order; empty where nothing was recognised.
    """

    party: Party
    span: Span
    words: tuple[Word, ...] = ()

    @property
    def text(self) -> str:
        """The words, joined by single spaces."""
        return " ".join(word.text for word in self.words)
