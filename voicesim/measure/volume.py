"""How loud the trainee speaks, how evenly, and whether the ends of sentences carry.

Conventions
    Value: active speech level (:mod:`voicesim.measure.level`) of the trainee's talk in dBov. Silence before, between
    and after is left out; where the customer leaks into the channel, so is the time with the customer.
    With a baseline made on the same device ``volume_to_baseline`` is what to judge (within 3 dB is steady, from 6 dB
    on too quiet or raised). Without one the absolute
    level depends on the microphone and is advice only: between -32 and -16 dBov is good, under -38 too faint.
    Evenness: robust standard deviation (P90 - P10) / 2.563 of the levels of utterances of 1 s and more,
    five at least. Trailing off: level of the last 0.5 s of a phrase over that of the whole phrase, median over
    phrases of 1.5 s and more, five at least; a few dB are natural, -8 dB and less is heard as fading. The level of
    every second is a detail, of its speech alone.

Source: ITU-T P.56; the band is that of IETF RFC 7874 section 4 (-22 dBov, 6 dB to both sides, here 10 below).
Trailing off and evenness have no standard.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import replace
from statistics import median
from typing import Final

import numpy as np

from voicesim.audio.clip import SAMPLE_RATE_HZ, Clip
from voicesim.audio.span import Span, Timeline, intersect, total
from voicesim.measure.baseline import Baseline, misfit
from voicesim.measure.envelope import HOP_SAMPLES, Envelope, hops_of
from voicesim.measure.level import active_level, blocks_of, widened
from voicesim.measure.loudness import loudness_lufs
from voicesim.measure.places import level, number, place
from voicesim.measure.quality import Quality
from voicesim.measure.voice import Voice
from voicesim.results import Json, Measured, NotMeasured, Reason, Result

GOOD_DBOV: Final = (-32.0, -16.0)
FAINT_BELOW_DBOV: Final = -38.0
LEAST_UTTERANCE_S: Final = 1.0
LEAST_PHRASE_S: Final = 1.5
TAIL_S: Final = 0.5
LEAST_COUNT: Final = 5
RAISED_DB: Final = 6.0
LEAST_SECOND_S: Final = 0.3
_SPREAD_DIVISOR: Final = 2.563

_DEFINITION: Final = (
    "Active speech level of the trainee's talk after ITU-T P.56, method B; 0 dBov is full scale."
)
_TO_BASELINE: Final = (
    "Active speech level of the trainee's talk less that of the own calm reading on one microphone."
)
_LOUDNESS: Final = (
    "Integrated loudness after ITU-R BS.1770-4 of the trainee's talk, a second opinion on its volume."
)


def volume(voice: Voice, quality: Quality, baseline: Baseline | None, *, microphone: str = "") -> Result:
    """Active speech level of the trainee.

    Args:
        voice: the trainee's.
        quality: of the channel.
        baseline: the yardstick, where there is one.
        microphone: of the call; empty where it is not known.
    """
    if voice.level is None:
        return NotMeasured(
            reason=Reason.NO_SPEECH,
            explanation="nothing reaches the lowest level that P.56 can measure",
            unit="dBov",
            definition=_DEFINITION,
        )
    value = level(voice.level.active_dbov)
    by_utterance = utterance_levels(voice)
    tails_db = phrase_ends_db(voice)
    details: dict[str, Json] = {
        "activity_ratio": number(voice.level.activity_ratio),
        "long_term_dbov": level(voice.level.long_term_dbov),
        "n_utterances": len(by_utterance),
        "evenness_db": _evenness_db([dbov for _, dbov in by_utterance]),
        "n_phrases": len(tails_db),
        "trailing_off_db": number(median(tails_db)) if len(tails_db) >= LEAST_COUNT else None,
        "dbov_by_second": level_by_second_dbov(voice.side.clip, intersect(voice.runs, voice.clear)),
        "relative_to_baseline_db": None,
        "baseline": None,
    }
    cautions = list(quality.cautions())
    no_yardstick = None
    if baseline is not None:
        no_yardstick = misfit(baseline, microphone=microphone, is_narrow_band=quality.is_narrow_band)
    if no_yardstick is not None:
        details["relative_to_baseline"] = {
            "status": "not_measured",
            "reason": no_yardstick.reason.value,
            "explanation": no_yardstick.explanation,
        }
        cautions.append(f"Not held against the baseline: {no_yardstick.explanation}.")
    if baseline is not None and no_yardstick is None:
        shift = level(value - baseline.level_dbov)
        details |= {
            "relative_to_baseline_db": shift,
            "baseline": baseline.baseline_id,
            "baseline_device": baseline.device,
            "n_raised_utterances": sum(
                round(dbov - baseline.level_dbov, 3) > RAISED_DB for _, dbov in by_utterance
            ),
        }
        if not (baseline.device and microphone):
            cautions.append(
                "The microphone is not known: the difference from the baseline holds only if it was the same."
            )
    else:
        cautions.append(_advice(value))
    return Measured(
        value=value,
        unit="dBov",
        definition=_DEFINITION,
        evidence=tuple(place(span, "utterance", value=dbov) for span, dbov in by_utterance),
        details=details,
        cautions=tuple(cautions),
    )


def volume_to_baseline(
    level_now: Result, baseline: Baseline | None, no_yardstick: NotMeasured | None
) -> Result:
    """Active speech level over that of the own calm voice.

    Args:
        level_now: what :func:`volume` gave.
        baseline: the yardstick, where there is one.
        no_yardstick: why it does not fit this call, where it does not.
    """
    if isinstance(level_now, NotMeasured):
        return NotMeasured(
            reason=level_now.reason, explanation=level_now.explanation, unit="dB", definition=_TO_BASELINE
        )
    if baseline is None or no_yardstick is not None:
        why = (
            no_yardstick.explanation if no_yardstick else "there is no baseline of this voice to compare with"
        )
        return NotMeasured(reason=Reason.NO_BASELINE, explanation=why, unit="dB", definition=_TO_BASELINE)
    shifts = [replace(e, value=level((e.value or 0.0) - baseline.level_dbov)) for e in level_now.evidence]
    return Measured(
        value=level(level_now.value - baseline.level_dbov),
        unit="dB",
        definition=_TO_BASELINE,
        evidence=tuple(shifts),
        details={
            "baseline": baseline.baseline_id,
            "n_utterances": len(shifts),
            "n_raised": sum((e.value or 0.0) > RAISED_DB for e in shifts),
            "n_too_quiet": sum((e.value or 0.0) < -RAISED_DB for e in shifts),
        },
        cautions=tuple(c for c in level_now.cautions if "microphone is not known" in c),
    )


def loudness(voice: Voice) -> Result:
    """LUFS of the trainee's talk."""
    talk = widened(voice.clear, TAIL_S, within=voice.side.clip.span)
    found = loudness_lufs(blocks_of(voice.side.clip, talk), voice.side.clip.sample_rate_hz)
    if found is None:
        return NotMeasured(
            reason=Reason.TOO_LITTLE_SPEECH,
            explanation="less than 0.4 s, or all of it fainter than -70 LUFS",
            unit="LUFS",
            definition=_LOUDNESS,
        )
    return Measured(value=level(found), unit="LUFS", definition=_LOUDNESS)


def utterance_levels(voice: Voice) -> list[tuple[Span, float]]:
    """Active level of every utterance of 1 s and more."""
    least = round(LEAST_UTTERANCE_S * SAMPLE_RATE_HZ)
    return [
        (utterance.span, dbov)
        for utterance, dbov in zip(voice.utterances, voice.utterance_dbov, strict=True)
        if dbov is not None and len(utterance.span) >= least
    ]


def phrase_ends_db(voice: Voice) -> list[float]:
    """Level of the last half second over that of the whole, for every phrase (sounding stretch) of 1.5 s and more."""
    least, tail = round(LEAST_PHRASE_S * SAMPLE_RATE_HZ), round(TAIL_S * SAMPLE_RATE_HZ)
    usable = hops_of(voice.clear, len(voice.envelope))
    found: list[float] = []
    for run in voice.runs:
        hops = slice(run.start // HOP_SAMPLES, run.end // HOP_SAMPLES)
        if len(run) < least or np.mean(usable[hops]) < 0.5:
            continue
        whole = _mean_power(voice.envelope, run)
        end = _mean_power(voice.envelope, Span(run.end - tail, run.end))
        if min(whole, end) > 0.0:
            found.append(10.0 * float(np.log10(end / whole)))
    return found


def level_by_second_dbov(clip: Clip, speech: Timeline) -> list[float | None]:
    """Active level of every second of a channel, a part of one at its end included.

    Args:
        clip: the channel.
        speech: the stretches that count.

    Returns:
        dBov to 0.1 dB; ``None`` for seconds with less than 0.3 s of them.
    """
    least = round(LEAST_SECOND_S * SAMPLE_RATE_HZ)
    found: list[float | None] = []
    for start in range(0, len(clip), SAMPLE_RATE_HZ):
        pieces = intersect(_near(speech, start), (Span(start, min(len(clip), start + SAMPLE_RATE_HZ)),))
        measured = active_level(blocks_of(clip, pieces)) if total(pieces) >= least else None
        found.append(None if measured is None else round(measured.active_dbov, 1))
    return found


def _near(speech: Timeline, start: int) -> Timeline:
    """Spans that may reach into the second from ``start``."""
    first = bisect_right(speech, start, key=lambda span: span.end)
    last = bisect_left(speech, start + SAMPLE_RATE_HZ, key=lambda span: span.start)
    return speech[first:last]


def _mean_power(envelope: Envelope, span: Span) -> float:
    inside = envelope.wide[span.start // HOP_SAMPLES : span.end // HOP_SAMPLES]
    return float(np.mean(inside)) if len(inside) else 0.0


def _evenness_db(dbov: list[float]) -> float | None:
    if len(dbov) < LEAST_COUNT:
        return None
    low, high = np.quantile(dbov, (0.1, 0.9))
    return number(float(high - low) / _SPREAD_DIVISOR)


def _advice(dbov: float) -> str:
    low, high = GOOD_DBOV
    verdict = "in the usual range"
    if dbov < FAINT_BELOW_DBOV:
        verdict = "faint: move closer, or raise the microphone's gain"
    elif dbov < low:
        verdict = "rather low"
    elif dbov > high:
        verdict = "rather high"
    return f"The level depends on the microphone and its gain; as advice only, {dbov:.0f} dBov is {verdict}."
