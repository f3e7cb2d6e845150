"""How often somebody cut in.

Conventions
    Value: interruptions by the trainee per minute of the customer's talk (its speech time, pauses of 250 ms and
    more left out). What an interruption is stands in :mod:`voicesim.measure.overlaps`. Evidence: every overlap of
    the call, labelled with its kind; its value is 1 where it counts and 0 where it does not. ``details`` hold the
    count of every kind, and the count of interruptions had the threshold been another: the published thresholds of
    call-centre products run from 0.3 to 10 s, so a count means nothing without its own beside it.
    Polite talk itself gives about one start in twenty turns that reads as an interruption.
"""

from __future__ import annotations

from collections import Counter
from typing import Final

from voicesim.audio.clip import SAMPLE_RATE_HZ
from voicesim.audio.span import total
from voicesim.measure.overlaps import OverlapEvent, OverlapKind, classify
from voicesim.measure.places import number, place, seconds
from voicesim.measure.units import customer_units
from voicesim.measure.voice import Voice, Voices
from voicesim.results import Json, Measured, NotMeasured, Reason, Result
from voicesim.speech.words import Party

THRESHOLDS_S: Final = (0.3, 0.5, 1.0, 3.0, 10.0)
LEAST_TALK_S: Final = 3.0
"""Talk of the other party below which no rate is given."""
SHORT_TALK_S: Final = 30.0
"""Talk of the other party below which a rate rests on little."""

UNIT: Final = "per customer minute"
_DEFINITION: Final = (
    "Times the trainee began to talk while the customer talked with more than 0.5 s still to come (as planned, in a "
    "rehearsal), no back-channel and no dual start, and either the customer yielded or both talked for more than "
    "0.5 s and the trainee went on past the customer's end; per minute of the customer's speech time."
)
_CUSTOMER_DEFINITION: Final = (
    "Times the customer began to talk while the trainee talked with more than 0.5 s still to come, no back-channel "
    "and no dual start, both talked for more than 0.5 s and the customer went on past the trainee's end; per minute "
    "of the trainee's speech time."
)


def interruptions(voices: Voices, events: tuple[OverlapEvent, ...]) -> Result:
    """Interruptions by the trainee, per customer minute."""
    assert voices.customer is not None
    missing = _too_little(voices.customer, "customer", UNIT, _DEFINITION)
    if missing is not None:
        return missing
    ours = [event for event in events if event.by is Party.TRAINEE]
    kinds = Counter(event.kind for event in ours)
    unsaid = [event.words_unsaid for event in ours if event.words_unsaid is not None]
    details: dict[str, Json] = {
        "count": kinds[OverlapKind.INTERRUPTION],
        "customer_speech_s": number(voices.customer.speech_s),
        "customer_turns": len(customer_units(voices)),
        "kinds": {kind.value: kinds[kind] for kind in OverlapKind},
        "count_at_threshold_s": {f"{x:g}": _count_at(ours, x, voices) for x in THRESHOLDS_S},
        "overlap_s": number(sum(total([e.span]) for e in ours) / SAMPLE_RATE_HZ),
        "customer_words_unsaid": sum(unsaid) if unsaid else None,
        "customer_end": "planned" if voices.call.lines else "as heard",
    }
    return Measured(
        value=number(kinds[OverlapKind.INTERRUPTION] * 60.0 / voices.customer.speech_s),
        unit=UNIT,
        definition=_DEFINITION,
        evidence=tuple(
            place(e.span, e.label, value=float(e.kind is OverlapKind.INTERRUPTION and e.by is Party.TRAINEE))
            for e in events
        ),
        details=details,
        cautions=_cautions(voices.customer, "customer"),
    )


def customer_interruptions(voices: Voices, events: tuple[OverlapEvent, ...]) -> Result:
    """Interruptions by the customer, per trainee minute."""
    unit = "per trainee minute"
    missing = _too_little(voices.trainee, "trainee", unit, _CUSTOMER_DEFINITION)
    if missing is not None:
        return missing
    theirs = [event for event in events if event.by is Party.CUSTOMER]
    kinds = Counter(event.kind for event in theirs)
    counted = [event for event in theirs if event.kind is OverlapKind.INTERRUPTION]
    return Measured(
        value=number(len(counted) * 60.0 / voices.trainee.speech_s),
        unit=unit,
        definition=_CUSTOMER_DEFINITION,
        evidence=tuple(place(e.span, e.label, value=1.0) for e in counted),
        details={
            "count": len(counted),
            "trainee_speech_s": number(voices.trainee.speech_s),
            "kinds": {kind.value: kinds[kind] for kind in OverlapKind},
        },
        cautions=_cautions(voices.trainee, "trainee"),
    )


def _count_at(events: list[OverlapEvent], threshold_s: float, voices: Voices) -> int:
    """Interruptions had the threshold been another."""
    fixed = {OverlapKind.BACK_CHANNEL, OverlapKind.DUAL_START, OverlapKind.IN_PAUSE}
    kinds = (
        classify(
            event.unit,
            event.other,
            may_be_back_channel=False,
            is_exact=bool(voices.call.lines),
            threshold_s=threshold_s,
        )
        for event in events
        if event.kind not in fixed
    )
    return sum(kind is OverlapKind.INTERRUPTION for kind in kinds)


def _too_little(voice: Voice, who: str, unit: str, definition: str) -> NotMeasured | None:
    if voice.speech_s >= LEAST_TALK_S:
        return None
    nobody = voice.speech_s == 0.0
    reason = Reason.TOO_LITTLE_SPEECH
    if nobody:
        reason = Reason.NO_CUSTOMER if who == "customer" else Reason.NO_SPEECH
    return NotMeasured(
        reason=reason,
        explanation=f"the {who} talks for {seconds(round(voice.speech_s * SAMPLE_RATE_HZ)):g} s, "
        f"{LEAST_TALK_S:g} s are needed for a rate",
        unit=unit,
        definition=definition,
    )


def _cautions(voice: Voice, who: str) -> tuple[str, ...]:
    if voice.speech_s >= SHORT_TALK_S:
        return ()
    return (
        f"The {who} talks for only {voice.speech_s:.0f} s, so one event more or less changes the rate much.",
    )
