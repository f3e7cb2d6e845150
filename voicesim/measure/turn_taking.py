"""Who talks how much, who waits for whom, and when nobody talks.

Conventions
    A *floor turn* is a unit of talk (:mod:`voicesim.measure.units`) that took the floor: no back-channel, not
    wholly inside talk of the other party. The floor-transfer offset of a change of speaker is the next
    one's start minus the last one's end: a gap above 0, an overlap below.
    Response latency is the median offset from the customer to the trainee, overlaps included; patience is the
    median of the gaps alone, with the longest beside it. Talk share has two denominators, both given. The
    longest monologue is the longest stretch of floor turns of the trainee with less than 3 s between
    them and none of the customer's. Dead air is silence of both of more than 3 s between the first and the last
    word of the call; it is announced where the trainee's last words before it ask for a moment.

Source: floor-transfer offsets after Heldner & Edlund 2010 (J. Phonetics 38:555); 3 s of silence is what call
centre products report (Amazon Transcribe Call Analytics, MiiTel), 5 to 15 s what they fail.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise
from statistics import median
from typing import Final

from voicesim.audio.clip import SAMPLE_RATE_HZ
from voicesim.audio.span import Span, intersect, total, union
from voicesim.measure.overlaps import OverlapEvent, OverlapKind
from voicesim.measure.places import number, place
from voicesim.measure.units import Unit, customer_units, trainee_units
from voicesim.measure.voice import Voices, without
from voicesim.results import Json, Measured, NotMeasured, Reason, Result
from voicesim.speech.words import Party

MONOLOGUE_GAP_S: Final = 3.0
DEAD_AIR_S: Final = 3.0
DEAD_AIR_TIERS_S: Final = (3.0, 6.0, 10.0, 15.0)
HOLD_BEFORE_S: Final = 2.0
"""Words this shortly before a silence announce it."""

_HOLD: Final = re.compile(
    r"\b(?:(?:one|just a|a|half a) (?:moment|second|sec|minute|mo)|hold (?:on|the line|please)|on hold|bear with me|"
    r"let me (?:just |quickly )?(?:check|look|see|find|pull|have a look|get|bring)|give me a|"
    r"(?:i will|i'll|i am going to|i'm going to|while i) (?:just |quickly )?(?:check|look|have a look|find|pull|get))\b"
)

_LATENCY: Final = (
    "Median time from the end of the customer's talk to the start of the trainee's answer; below 0 where the trainee "
    "began before the customer's end. Back-channels and talk wholly inside the other's are no answers."
)
_PATIENCE: Final = (
    "Median of the silences between the customer's end and the trainee's answer; overlaps are left out."
)
_SHARE: Final = (
    "The trainee's speech time divided by the speech time of both, pauses of 250 ms and more left out."
)
_MONOLOGUE: Final = (
    "Longest stretch of the trainee's talk with pauses of less than 3 s and no turn of the customer between."
)
_DEAD_AIR: Final = (
    "Seconds in silences of more than 3 s with nobody talking, between the first and the last word of the call, those "
    "that the trainee announced left out."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class FloorTransfer:
    """A change of speaker."""

    to: Party
    previous_end: int
    next_start: int

    @property
    def offset_s(self) -> float:
        """Above 0 a gap, below 0 an overlap."""
        return round((self.next_start - self.previous_end) / SAMPLE_RATE_HZ, 3)

    @property
    def span(self) -> Span:
        """The gap or the overlap."""
        return Span(min(self.previous_end, self.next_start), max(self.previous_end, self.next_start))


def floor_turns(voices: Voices, events: tuple[OverlapEvent, ...]) -> tuple[Unit, ...]:
    """Units of both parties that took the floor, in order of time."""
    asides = {
        (event.by, event.unit.span.start)
        for event in events
        if event.kind is OverlapKind.BACK_CHANNEL or event.unit.span.end <= event.other.span.end
    }
    units = (*trainee_units(voices), *customer_units(voices))
    taken = [unit for unit in units if (unit.party, unit.span.start) not in asides]
    return tuple(sorted(taken, key=lambda unit: (unit.span, unit.party)))


def floor_transfers(turns: tuple[Unit, ...]) -> tuple[FloorTransfer, ...]:
    """Every change of speaker between consecutive floor turns."""
    return tuple(
        FloorTransfer(to=after.party, previous_end=before.span.end, next_start=after.span.start)
        for before, after in pairwise(turns)
        if before.party is not after.party
    )


def response_latency(transfers: tuple[FloorTransfer, ...], *, can_tell_overlaps: bool = True) -> Result:
    """Median offset from the customer to the trainee.

    Args:
        transfers: every change of speaker.
        can_tell_overlaps: whether an answer that began early shows as such. In one channel it shows as no gap,
            which leaves the median as it is so long as the median itself is a gap.
    """
    answers = [t for t in transfers if t.to is Party.TRAINEE]
    if not answers:
        return _no_answers(_LATENCY)
    offsets = sorted(t.offset_s for t in answers)
    theirs = [t.offset_s for t in transfers if t.to is Party.CUSTOMER]
    if not can_tell_overlaps and median(offsets) <= 0.0:
        return NotMeasured(
            reason=Reason.MONO,
            explanation="most answers follow without a gap, and one channel does not tell which began early",
            unit="s",
            definition=_LATENCY,
        )
    return Measured(
        value=number(median(offsets)),
        unit="s",
        definition=_LATENCY,
        evidence=tuple(
            place(t.span, "gap" if t.offset_s >= 0 else "overlap", value=t.offset_s) for t in answers
        ),
        details={
            "n_answers": len(answers),
            "shortest_s": number(offsets[0]) if can_tell_overlaps or offsets[0] > 0.0 else None,
            "longest_s": number(offsets[-1]),
            "share_overlapping": number(sum(x < 0 for x in offsets) / len(offsets))
            if can_tell_overlaps
            else None,
            "customer_median_s": number(median(theirs)) if theirs else None,
        },
        cautions=()
        if can_tell_overlaps
        else ("In one channel an answer that began early counts as no gap.",),
    )


def patience(transfers: tuple[FloorTransfer, ...]) -> Result:
    """Median and longest silence before the trainee answers."""
    gaps = [t for t in transfers if t.to is Party.TRAINEE and t.offset_s > 0.0]
    if not gaps:
        return _no_answers(_PATIENCE)
    longest = max(gaps, key=lambda t: t.offset_s)
    return Measured(
        value=number(median(t.offset_s for t in gaps)),
        unit="s",
        definition=_PATIENCE,
        evidence=(place(longest.span, "longest gap", value=longest.offset_s),),
        details={"n_gaps": len(gaps), "longest_s": number(longest.offset_s)},
    )


def _no_answers(definition: str) -> NotMeasured:
    return NotMeasured(
        reason=Reason.TOO_LITTLE_SPEECH,
        explanation="the trainee never takes over from the customer in this recording",
        unit="s",
        definition=definition,
    )


def talk_share(voices: Voices) -> Result:
    """The trainee's part of the talk."""
    assert voices.customer is not None
    ours_s, theirs_s = voices.trainee.speech_s, voices.customer.speech_s
    both_s = total(intersect(voices.trainee.runs, voices.customer.runs)) / SAMPLE_RATE_HZ
    return Measured(
        value=number(ours_s / (ours_s + theirs_s)),
        unit="ratio",
        definition=_SHARE,
        details={
            "of_both_parties_talk": number(ours_s / (ours_s + theirs_s)),
            "of_the_recording": number(ours_s / voices.call.duration_s),
            "trainee_speech_s": number(ours_s),
            "customer_speech_s": number(theirs_s),
            "both_at_once_s": number(both_s) if voices.call.is_two_sided else None,
        },
    )


def longest_monologue(turns: tuple[Unit, ...]) -> Result:
    """Longest stretch of the trainee's talk."""
    stretches: list[Span] = []
    previous: Unit | None = None
    for turn in turns:
        if turn.party is Party.TRAINEE:
            gap_s = None if previous is None else (turn.span.start - previous.span.end) / SAMPLE_RATE_HZ
            if (
                previous is not None
                and previous.party is Party.TRAINEE
                and round(gap_s or 0.0, 3) < MONOLOGUE_GAP_S
            ):
                stretches[-1] = Span(stretches[-1].start, turn.span.end)
            else:
                stretches.append(turn.span)
        previous = turn
    if not stretches:
        return NotMeasured(
            reason=Reason.NO_SPEECH,
            explanation="the trainee never has the floor",
            unit="s",
            definition=_MONOLOGUE,
        )
    longest = max(stretches, key=len)
    return Measured(
        value=number(longest.duration_s()),
        unit="s",
        definition=_MONOLOGUE,
        evidence=(place(longest, "longest monologue", value=longest.duration_s()),),
        details={"n_stretches": len(stretches)},
    )


def dead_air(voices: Voices, *, use_words: bool) -> Result:
    """Silences of both parties, announced holds apart."""
    talk = union((*voices.trainee.runs, *(voices.customer.runs if voices.customer else ())))
    if not talk:
        return NotMeasured(
            reason=Reason.NO_SPEECH, explanation="nobody talks", unit="s", definition=_DEAD_AIR
        )
    gaps = without((Span(talk[0].start, talk[-1].end),), talk)
    silences = [gap for gap in gaps if round(gap.duration_s(), 3) > DEAD_AIR_S]
    holds = [gap for gap in silences if use_words and _is_announced(voices, gap)]
    dead = [gap for gap in silences if gap not in holds]
    details: dict[str, Json] = {
        "count": len(dead),
        "longest_s": number(max((gap.duration_s() for gap in dead), default=0.0)),
        "count_longer_than_s": {
            f"{x:g}": sum(gap.duration_s() > x for gap in dead) for x in DEAD_AIR_TIERS_S
        },
        "announced_hold_s": number(sum(gap.duration_s() for gap in holds)) if use_words else None,
        "announced_holds": len(holds) if use_words else None,
    }
    unheard = (
        () if use_words or not dead else ("Without trustworthy words an announced hold reads as dead air.",)
    )
    return Measured(
        value=number(sum(gap.duration_s() for gap in dead)),
        unit="s",
        definition=_DEAD_AIR,
        evidence=tuple(
            place(gap, "announced hold" if gap in holds else "dead air", value=gap.duration_s())
            for gap in silences
        ),
        details=details,
        cautions=unheard,
    )


def _is_announced(voices: Voices, gap: Span) -> bool:
    """Whether the trainee's last words before a silence ask for a moment."""
    before = [u for u in voices.trainee.utterances if u.words and u.words[0].span.start < gap.start]
    if not before:
        return False
    last = before[-1]
    is_near = (gap.start - min(last.span.end, gap.start)) / SAMPLE_RATE_HZ <= HOLD_BEFORE_S
    return is_near and bool(_HOLD.search(last.text.lower().replace("\u2019", "'")))
