"""The times at which both parties talked, as the picture and the transcript show them.

They are read from the evidence of the measure of interruptions, which holds every overlap of the call under a
label: its kind, with ``customer_`` before it where the customer was the one who began.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Final

from voicesim.results import Measured
from voicesim.scorecard.card import Scorecard
from voicesim.speech.call import Call

_BY_CUSTOMER: Final = "customer_"


class OverlapKind(Enum):
    """What an overlap is: label, sign, name, and what is said of the one who began. What matters most is first."""

    INTERRUPTION = ("interruption", "✕", "Interruption", "{who} interrupts")
    BUTTING_IN = ("butting_in", "▲", "Butting in", "{who} butts in, then stops")
    DUAL_START = ("dual_start", "◆", "Both start together", "Both start together")
    BRIEF = ("brief", "▪", "Brief overlap", "{who} briefly talks over the other")
    IN_PAUSE = ("in_pause", "□", "Start in a pause", "{who} starts in a pause of the other")
    TERMINAL = ("terminal", "○", "At the end of a turn", "{who} starts as the other ends")
    BACK_CHANNEL = ("back_channel", "●", "Back-channel (“mm-hm”)", "{who} gives a sign of listening")
    OTHER = ("other", "■", "Other overlap", "Both talk")

    def __init__(self, label: str, sign: str, title: str, sentence: str) -> None:
        self.label = label
        self.sign = sign
        self.title = title
        self.sentence = sentence

    @property
    def css(self) -> str:
        """Its class on the page."""
        return self.label.replace("_", "-")

    @property
    def rank(self) -> int:
        """Its place in a legend."""
        return list(OverlapKind).index(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class OverlapMark:
    """One time at which both talked."""

    start_s: float
    end_s: float
    kind: OverlapKind
    is_by_customer: bool = False
    """Whether it was the customer who began while the trainee talked."""

    @property
    def title(self) -> str:
        """What happened, in a few words."""
        return self.kind.sentence.format(who="Customer" if self.is_by_customer else "Trainee")

    @property
    def css(self) -> str:
        """Its classes on the page."""
        return f"{self.kind.css} by-customer" if self.is_by_customer else self.kind.css


def overlap_marks(card: Scorecard, call: Call) -> tuple[OverlapMark, ...]:
    """Every overlap of the call, in order of time; none where interruptions could not be measured.

    Where echo, one channel or two identical ones forbid the measure, what looks like an overlap is not one.
    """
    result = card.measures.get("interruptions")
    if not isinstance(result, Measured) or not call.is_two_sided:
        return ()
    found = [mark_of(piece.label, piece.start_s, piece.end_s) for piece in result.evidence]
    return tuple(sorted(found, key=lambda mark: (mark.start_s, mark.end_s, mark.kind.rank)))


def mark_of(label: str, start_s: float, end_s: float) -> OverlapMark:
    """The overlap behind a label; an unknown label is :attr:`OverlapKind.OTHER`."""
    is_by_customer = label.startswith(_BY_CUSTOMER)
    wanted = label.removeprefix(_BY_CUSTOMER)
    kind = next((kind for kind in OverlapKind if kind.label == wanted), OverlapKind.OTHER)
    return OverlapMark(start_s=start_s, end_s=end_s, kind=kind, is_by_customer=is_by_customer)


def plain_label(label: str) -> str:
    """The label of any evidence in plain words."""
    mark = mark_of(label, 0.0, 0.0)
    return label.replace("_", " ") if mark.kind is OverlapKind.OTHER else mark.title
