"""How the trainee's pace changes when a moment of the scenario begins.

Conventions
    For every moment: the articulation rate (syllables heard a second of speech time) of the utterances of 1.5 s and
    more that begin in it, over that of all such utterances before it, less 1; both sides need 3 s of speech. The
    value is the largest change of the call, slower below 0. Changes under 10 % are not heard. Syllables follow tempo
    a little too slowly, so real changes are somewhat larger.

Source: 10 % after Quene 2004 (just noticeable tempo differences); 3 s so that one word does not decide, a choice of
this project.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from voicesim.measure.pace import LEAST_PART_S, Part, parts_of
from voicesim.measure.places import number, place, seconds
from voicesim.measure.voice import Voice
from voicesim.results import Json, Measured, NotMeasured, Reason, Result
from voicesim.speech.call import Moment

LEAST_SIDE_S: Final = 3.0
HEARD_FROM: Final = 0.1

_UNIT: Final = "ratio"
_DEFINITION: Final = (
    "Largest change of the articulation rate when a moment of the scenario begins: the rate in the moment over the "
    "rate before it, less 1; below 0 slower."
)


def pace_change(voice: Voice, moments: Sequence[Moment]) -> Result:
    """The largest change of pace after a moment, with all others in the details."""
    if not moments:
        return _missing(Reason.NOT_CALLED_FOR, "there is no scenario with moments")
    if voice.syllables is None:
        return _missing(Reason.NO_PITCH, "without a pitch tracker syllables cannot be told from noise")
    parts = [part for part in parts_of(voice) if part.speech_s >= LEAST_PART_S]
    found = [(moment, change) for moment in moments if (change := _change(parts, moment)) is not None]
    if not found:
        return _missing(
            Reason.TOO_LITTLE_SPEECH,
            f"no moment has {LEAST_SIDE_S:g} s of speech in it and as much before it",
        )
    rows: list[Json] = [
        {
            "moment": moment.moment_id,
            "mood": moment.mood,
            "at_s": seconds(moment.span.start),
            "change_ratio": number(change),
            "is_heard": abs(number(change)) >= HEARD_FROM,
        }
        for moment, change in found
    ]
    largest = max(found, key=lambda each: (abs(number(each[1])), -each[0].span.start))
    return Measured(
        value=number(largest[1]),
        unit=_UNIT,
        definition=_DEFINITION,
        evidence=tuple(place(moment.span, moment.moment_id, value=change) for moment, change in found),
        details={"n_moments": len(found), "largest_at": largest[0].moment_id, "moments": rows},
    )


def _change(parts: Sequence[Part], moment: Moment) -> float | None:
    inside = [part for part in parts if moment.span.contains(part.span.start)]
    before = [part for part in parts if part.span.start < moment.span.start]
    if min(sum(p.speech_s for p in inside), sum(p.speech_s for p in before)) < LEAST_SIDE_S:
        return None
    usual_sps = _rate_sps(before)
    return _rate_sps(inside) / usual_sps - 1.0 if usual_sps > 0.0 else None


def _rate_sps(parts: Sequence[Part]) -> float:
    return sum(part.n_heard or 0.0 for part in parts) / sum(part.speech_s for part in parts)


def _missing(reason: Reason, explanation: str) -> NotMeasured:
    return NotMeasured(reason=reason, explanation=explanation, unit=_UNIT, definition=_DEFINITION)
