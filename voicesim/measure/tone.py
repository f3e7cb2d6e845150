"""How lively a voice sounds: delivery for practice, neither an emotion nor the person.

Conventions
    With a baseline of the same voice on the same device, *liveliness* of an utterance is::

        U = d(f0 median) / 3 st + d(f0 spread) / 1 st + d(alpha ratio) / 3 dB

    where d() is the difference from the baseline; every term is held within -1.5 … 1.5, so that one cue (or one
    octave error) cannot decide alone by much. The call's value is the mean over its utterances, of which three are
    needed. Above 1 the voice is lively, below -1 flat.
    Without a baseline there is only the *pitch spread*: the median over five and more utterances of the robust
    standard deviation of pitch. Below 1.3 st it is monotone, to 2 st flat, to 5 st lively; above, either
    exaggerated or the pitch tracker jumps octaves. ``upbeat_tone`` is liveliness where there is a baseline, else
    the pitch spread, and its ``details`` say which (``form``).
    A lively voice is called upbeat only if the words are known and not hostile, and nothing speaks for a raised or
    pressed voice: level less than 18 dB and alpha ratio less than 8 dB above the baseline. Prosody alone cannot
    tell happy from angry (area under the curve 0.4 to 0.6 on four corpora).

Source: index and bands from shifts of acted speech against the speaker's own neutral speech; on RAVDESS and EmoDB
it parts happy from neutral with an area under the curve of 0.92 and 0.98. Acted speech is plainer than real calls.
"""

from __future__ import annotations

import re
from statistics import mean, median
from typing import Final

from voicesim.audio.span import Timeline
from voicesim.measure.baseline import Baseline, misfit
from voicesim.measure.moods import UPSET_MOODS, is_one_of
from voicesim.measure.places import number, place
from voicesim.measure.prosody import Prosody
from voicesim.results import Json, Measured, NotMeasured, Reason, Result
from voicesim.speech.call import Call, Moment

F0_UNIT_ST: Final = 3.0
SPREAD_UNIT_ST: Final = 1.0
ALPHA_UNIT_DB: Final = 3.0
TERM_LIMIT: Final = 1.5
LEAST_FOR_LIVELINESS: Final = 3
LEAST_FOR_SPREAD: Final = 5
LIVELY_ABOVE: Final = 1.0
FLAT_BELOW: Final = -1.0
MONOTONE_BELOW_ST: Final = 1.3
FLAT_BELOW_ST: Final = 2.0
EXAGGERATED_ABOVE_ST: Final = 5.0
RAISED_FROM_DB: Final = 18.0
PRESSED_FROM_DB: Final = 8.0

_LIVELINESS: Final = (
    "Mean over utterances of (pitch median - own calm median) / 3 st + (robust pitch SD - own) / 1 st + (alpha ratio - "
    "own) / 3 dB, each term held within 1.5; above 1 lively, below -1 flat."
)
_SPREAD: Final = (
    "Median over utterances of the robust standard deviation of pitch, (P90 - P10) / 2.563 in semitones over voiced "
    "frames; below 1.3 monotone, to 2 flat, to 5 lively."
)
_WEAKER: Final = (
    "Weaker form: with no baseline of this voice only the spread of its pitch is judged, on bands that hold for "
    "everybody."
)

_HOSTILE: Final = re.compile(
    r"\b(?:shut up|stupid|idiots?|moron|ridiculous|nonsense|rubbish|crap|damn|bloody|hell|shit|fuck\w*|liar|lying|"
    r"calm down|how dare you|not my (?:problem|job|fault)|(?:i|we) (?:don't|do not|couldn't) care|"
    r"(?:you're|you are|stop) (?:wasting|shouting|being)|your (?:own )?fault|whatever you say|deal with it|"
    r"what's wrong with you|are you deaf|listen to me|as i (?:already )?said|get lost|hang up on you)\b"
)


def liveliness_of(utterance: Prosody, baseline: Baseline) -> float:
    """U of one utterance."""
    terms = (
        (utterance.f0_st - baseline.f0_st) / F0_UNIT_ST,
        (utterance.f0_spread_st - baseline.f0_spread_st) / SPREAD_UNIT_ST,
        (utterance.alpha_db - baseline.alpha_db) / ALPHA_UNIT_DB,
    )
    return sum(max(-TERM_LIMIT, min(TERM_LIMIT, term)) for term in terms)


def liveliness(
    call: Call,
    prosody: tuple[Prosody, ...],
    baseline: Baseline | None,
    *,
    is_narrow_band: bool,
    use_words: bool,
    hostile: Timeline = (),
) -> Result:
    """Liveliness against the trainee's own calm voice.

    Args:
        call: for words and moods.
        prosody: of the trainee's utterances.
        baseline: the yardstick, where there is one.
        is_narrow_band: whether the call came over a telephone line.
        use_words: whether the transcript can be trusted.
        hostile: where words of the trainee were found to be against the customer, beside those known here.
    """
    if baseline is None:
        return _missing(
            Reason.NO_BASELINE, "there is no baseline of this voice to compare with", "U", _LIVELINESS
        )
    no_yardstick = misfit(baseline, microphone=call.microphone, is_narrow_band=is_narrow_band)
    if no_yardstick is not None:
        return _missing(no_yardstick.reason, no_yardstick.explanation, "U", _LIVELINESS)
    usable = [u for u in prosody if u.is_voiced_enough]
    if len(usable) < LEAST_FOR_LIVELINESS:
        return _too_few(len(usable), LEAST_FOR_LIVELINESS, "U", _LIVELINESS)
    values = [liveliness_of(u, baseline) for u in usable]
    value = number(mean(values))
    level_db = median(u.level_dbov for u in usable) - baseline.level_dbov
    alpha_db = median(u.alpha_db for u in usable) - baseline.alpha_db
    guards = _guards(call, level_db, alpha_db, use_words=use_words, is_hostile=bool(hostile))
    details: dict[str, Json] = {
        "n_utterances": len(usable),
        "band": "lively" if value > LIVELY_ABOVE else "flat" if value < FLAT_BELOW else "even",
        "is_upbeat": _is_upbeat(value, guards),
        "guards": guards,
        "pitch_median_shift_st": number(median(u.f0_st for u in usable) - baseline.f0_st),
        "pitch_spread_shift_st": number(median(u.f0_spread_st for u in usable) - baseline.f0_spread_st),
        "alpha_ratio_shift_db": number(alpha_db),
        "level_shift_db": number(level_db),
        "share_lively": number(sum(v > LIVELY_ABOVE for v in values) / len(values)),
        "bright_at_upset_customer": _bright_at_upset(call, usable, values),
        "baseline": baseline.baseline_id,
    }
    cautions = (
        ()
        if guards["words"] != "unknown"
        else ("Without trustworthy words a lively voice is not called upbeat.",)
    )
    return Measured(
        value=value,
        unit="U",
        definition=_LIVELINESS,
        evidence=tuple(place(u.span, "utterance", value=v) for u, v in zip(usable, values, strict=True)),
        details=details,
        cautions=cautions,
    )


def pitch_spread(prosody: tuple[Prosody, ...]) -> Result:
    """Spread of the pitch, on bands that hold for everybody."""
    usable = [u for u in prosody if u.is_voiced_enough]
    if len(usable) < LEAST_FOR_SPREAD:
        return _too_few(len(usable), LEAST_FOR_SPREAD, "st", _SPREAD)
    value = number(median(u.f0_spread_st for u in usable))
    band = "lively"
    if value < FLAT_BELOW_ST:
        band = "monotone" if value < MONOTONE_BELOW_ST else "flat"
    too_much = value > EXAGGERATED_ABOVE_ST
    return Measured(
        value=value,
        unit="st",
        definition=_SPREAD,
        evidence=tuple(place(u.span, "utterance", value=u.f0_spread_st) for u in usable),
        details={
            "n_utterances": len(usable),
            "band": "exaggerated" if too_much else band,
            "pitch_median_hz": number(27.5 * 2.0 ** (median(u.f0_st for u in usable) / 12.0)),
        },
        cautions=("So wide a spread may come from octave errors of the pitch tracker.",) if too_much else (),
    )


def upbeat_tone(lively: Result, spread: Result) -> Result:
    """The headline: liveliness, or the pitch spread where no baseline is to be had."""
    if isinstance(lively, Measured):
        return Measured(
            value=lively.value,
            unit=lively.unit,
            definition=lively.definition,
            evidence=lively.evidence,
            details={"form": "liveliness", **lively.details},
            cautions=lively.cautions,
        )
    if isinstance(spread, NotMeasured) or lively.reason is not Reason.NO_BASELINE:
        return lively if lively.reason is not Reason.NO_BASELINE else spread
    why: dict[str, Json] = {
        "status": "not_measured",
        "reason": lively.reason.value,
        "explanation": lively.explanation,
    }
    return Measured(
        value=spread.value,
        unit=spread.unit,
        definition=spread.definition,
        evidence=spread.evidence,
        details={"form": "pitch_spread", "is_upbeat": None, "liveliness": why, **spread.details},
        cautions=(_WEAKER, *spread.cautions),
    )


def _guards(
    call: Call, level_db: float, alpha_db: float, *, use_words: bool, is_hostile: bool
) -> dict[str, str]:
    words = "unknown"
    if use_words:
        said = " ".join(u.text for u in call.trainee.utterances).lower().replace("\u2019", "'")
        words = "hostile" if is_hostile or _HOSTILE.search(said) else "not hostile"
    return {
        "words": words,
        "level": "raised" if round(level_db, 1) >= RAISED_FROM_DB else "not raised",
        "voice": "pressed" if round(alpha_db, 1) >= PRESSED_FROM_DB else "not pressed",
    }


def _is_upbeat(value: float, guards: dict[str, str]) -> bool | None:
    """``None`` where a lively voice cannot be called either, for want of words."""
    if value <= LIVELY_ABOVE or "raised" in guards.values() or "pressed" in guards.values():
        return False
    return {"hostile": False, "not hostile": True}.get(guards["words"])


def _bright_at_upset(call: Call, usable: list[Prosody], values: list[float]) -> int | None:
    """Lively utterances while the customer is upset; ``None`` where no mood is known."""
    if not any(moment.mood for moment in call.moments):
        return None
    return sum(v > LIVELY_ABOVE and _mood_at(call.moments, u) for u, v in zip(usable, values, strict=True))


def _mood_at(moments: tuple[Moment, ...], utterance: Prosody) -> bool:
    at = utterance.span.start
    return any(m.span.contains(at) and is_one_of(m.mood, UPSET_MOODS) for m in moments)


def _too_few(n: int, least: int, unit: str, definition: str) -> NotMeasured:
    return _missing(
        Reason.TOO_LITTLE_SPEECH, f"{n} utterances have enough voice, {least} are needed", unit, definition
    )


def _missing(reason: Reason, explanation: str, unit: str, definition: str) -> NotMeasured:
    return NotMeasured(reason=reason, explanation=explanation, unit=unit, definition=definition)
