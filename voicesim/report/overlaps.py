"""The times at which both parties talked, as the picture and the transcript show them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from voicesim.results import Measured
from voicesim.scorecard.card import Scorecard
from voicesim.speech.call import Call


class OverlapKind(Enum):
    """Who talked over whom, as the measure of interruptions tells them apart."""

    INTERRUPTION = ("interruption", "✕", "Trainee interrupts")
    BUTTING_IN = ("butting_in", "▲", "Trainee butts in, then stops")
    DUAL_START = ("dual_start", "◆", "Both start together")
    TERMINAL = ("terminal", "○", "Overlap as the customer ends")
    BACK_CHANNEL = ("back_channel", "●", "Back-channel (“mm-hm”)")
    OTHER = ("other", "■", "Other talk at once")

    def __init__(self, identifier: str, sign: str, title: str) -> None:
        self.identifier = identifier
        self.sign = sign
        self.title = title

    @property
    def css(self) -> str:
        """Its class on the page."""
        return self.identifier.replace("_", "-")

    @property
    def rank(self) -> int:
        """Its place in a legend: what matters most comes first."""
        return list(OverlapKind).index(self)

    @classmethod
    def named(cls, identifier: str) -> OverlapKind:
        """The kind of an identifier of the measure; an unknown one is :attr:`OTHER`."""
        wanted = identifier.strip().lower().replace("-", "_").replace(" ", "_")
        return next((kind for kind in cls if kind.identifier == wanted), cls.OTHER)


@dataclass(frozen=True, slots=True, kw_only=True)
class OverlapMark:
    """One time at which both talked."""

    start_s: float
    end_s: float
    kind: OverlapKind


def overlap_marks(card: Scorecard, call: Call) -> tuple[OverlapMark, ...]:
    """Every overlap of the call, in order of time; none where interruptions could not be measured.

    Where echo, one channel or two identical ones forbid the measure, what looks like an overlap is not one.
    """
    result = card.measures.get("interruptions")
    if not isinstance(result, Measured) or not call.is_two_sided:
        return ()
    found = [
        OverlapMark(start_s=e.start_s, end_s=e.end_s, kind=OverlapKind.named(e.label))
        for e in result.evidence
    ]
    return tuple(sorted(found, key=lambda mark: (mark.start_s, mark.end_s)))
