"""Who holds the floor when: units of talk, and the customer's lines as holders of the floor.

Conventions
    A *unit* is a stretch of one party's talk with own silences of less than 0.5 s bridged. In a rehearsal the
    customer's units are the lines, with the end that was planned and the end that was heard; in a recording
    the planned end is the heard one, so that nobody can be seen to yield.
    A *floor turn* is a unit that took the floor: not a back-channel, and not wholly inside a unit of the other
    party. Consecutive floor turns of one party with less than 3 s between them are one turn of talk.

Source: inter-pausal units of 0.18-0.25 s (Heldner & Edlund 2010, J. Phonetics 38:555) bridged up to 0.5 s, so
that a pause for breath or a comma does not make one intrusion into two; 3 s as the longest pause inside a
turn is the choice of the call-ai-metrics package.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from typing import Final

from voicesim.audio.clip import SAMPLE_RATE_HZ
from voicesim.audio.span import Span, Timeline, intersect, union
from voicesim.measure.voice import Voice, Voices
from voicesim.speech.words import Party, Utterance

UNIT_BRIDGE_S: Final = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """A stretch of one party's talk."""

    party: Party
    span: Span
    """From its first sound to its last."""
    planned_end: int
    """Where it would have ended unhindered; the end of ``span`` where that is not known."""
    yielded_at: int | None = None
    """Sample at which its owner decided to stop for the other party, where known."""
    spurts: Timeline = ()
    """Its sounding stretches."""
    text: str = ""
    """All that would have been said, where known."""

    @property
    def silences(self) -> Timeline:
        """Pauses of 250 ms and more inside."""
        return tuple(Span(a.end, b.start) for a, b in zip(self.spurts, self.spurts[1:], strict=False))


def trainee_units(voices: Voices) -> tuple[Unit, ...]:
    """The trainee's talk in units."""
    return _by_pauses(voices.trainee, Party.TRAINEE)


def customer_units(voices: Voices) -> tuple[Unit, ...]:
    """The customer's talk in units: the lines of a rehearsal, or the talk of a recording."""
    if voices.customer is None:
        return ()
    if not voices.call.lines:
        return _by_pauses(voices.customer, Party.CUSTOMER)
    runs = voices.customer.runs
    return tuple(
        Unit(
            party=Party.CUSTOMER,
            span=line.heard,
            planned_end=max(line.planned.end, line.heard.end),
            yielded_at=line.yielded_at,
            spurts=intersect(runs, (line.heard,)),
            text=line.text,
        )
        for line in sorted(voices.call.lines, key=lambda line: line.heard.start)
        if line.heard
    )


def _by_pauses(voice: Voice, party: Party) -> tuple[Unit, ...]:
    units = union(voice.runs, bridge_samples=round(UNIT_BRIDGE_S * SAMPLE_RATE_HZ) - 1)
    starts = [run.start for run in voice.runs]
    return tuple(
        Unit(
            party=party,
            span=span,
            planned_end=span.end,
            spurts=voice.runs[bisect_left(starts, span.start) : bisect_left(starts, span.end)],
        )
        for span in units
    )


def words_in(utterances: tuple[Utterance, ...], span: Span) -> tuple[str, ...]:
    """Words of some utterances whose middle lies inside a span."""
    ends = [utterance.span.end for utterance in utterances]
    found: list[str] = []
    for utterance in utterances[bisect_right(ends, span.start) :]:
        if utterance.span.start >= span.end:
            break
        found.extend(
            word.text for word in utterance.words if span.contains((word.span.start + word.span.end) // 2)
        )
    return tuple(found)


def overlapping(units: tuple[Unit, ...], span: Span) -> tuple[Unit, ...]:
    """Units of one party that overlap a span; the units must be in order of time and disjoint."""
    last = bisect_left([unit.span.start for unit in units], span.end)
    first = bisect_right([unit.span.end for unit in units], span.start)
    return units[first:last]
