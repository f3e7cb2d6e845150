"""Speech time: where somebody really sounds, with the pauses between left out.

Conventions
    Input: the power of a channel, the detector's stretches of speech, and the active level. A moment sounds
    when its 20 ms mean power lies within 25 dB of the active level; where the noise comes nearer than that,
    4 dB above the noise, but never less than 10 dB below the active level. Silences shorter than 250 ms
    (closures of stop consonants, hesitations inside a phrase) belong to the speech; longer ones are pauses.
    The detector's stretches may be widened by up to 0.1 s where the sound goes on: detectors are late at the
    beginning, and miss pauses shorter than about 0.3 s inside.
    Nothing depends on the gain; silence added before, after or between utterances adds no speech time.

Source: 250 ms as de Jong & Bosker 2013 (DiSS 2013, 17-20); energy inside detected speech because an activity
model's own gaps do not resolve pauses below 0.3 s. The 25 dB are those of de Jong & Wempe 2009.
"""

from __future__ import annotations

from bisect import bisect_left
from itertools import pairwise
from typing import Final

import numpy as np

from voicesim.audio.clip import SAMPLE_RATE_HZ
from voicesim.audio.span import Span, Timeline, intersect, union
from voicesim.measure.envelope import HOP_SAMPLES, Envelope, hops_of, in_db, smoothed, spans_of

PAUSE_S: Final = 0.25
BELOW_ACTIVE_DB: Final = 25.0
ABOVE_NOISE_DB: Final = 4.0
LEAST_BELOW_ACTIVE_DB: Final = 10.0
DETECTOR_SLACK_S: Final = 0.1
NOISE_QUANTILE: Final = 0.1
_WINDOW_S: Final = 0.02
_DIGITAL_SILENCE_DB: Final = -100.0
_LEAST_NOISE_S: Final = 0.3
_NOISE_WINDOW_S: Final = 0.032


def noise_level_dbov(envelope: Envelope, speech: Timeline) -> float | None:
    """Level of the noise while nobody speaks: the 10th percentile of 32 ms levels outside speech.

    Args:
        envelope: of the channel.
        speech: where anybody may be heard in this channel.

    Returns:
        dBov; ``None`` where less than 0.3 s is free of speech, or where all of that is digital silence.
    """
    slack = round(DETECTOR_SLACK_S * SAMPLE_RATE_HZ)
    busy = hops_of((Span(s.start - slack, s.end + slack) for s in speech), len(envelope))
    level_db = in_db(smoothed(envelope.wide, _NOISE_WINDOW_S))[~busy]
    real = level_db[level_db > _DIGITAL_SILENCE_DB]
    if len(real) * HOP_SAMPLES < _LEAST_NOISE_S * SAMPLE_RATE_HZ:
        return None
    return float(np.quantile(real, NOISE_QUANTILE))


def sounding(
    envelope: Envelope, speech: Timeline, *, active_dbov: float, noise_dbov: float | None
) -> Timeline:
    """Stretches that sound, with every silence of 250 ms and more left out.

    Args:
        envelope: of the channel.
        speech: the detector's stretches.
        active_dbov: active speech level of the channel.
        noise_dbov: level of its noise, where known.
    """
    threshold_db = active_dbov - BELOW_ACTIVE_DB
    if noise_dbov is not None:
        threshold_db = max(threshold_db, noise_dbov + ABOVE_NOISE_DB)
    threshold_db = min(threshold_db, active_dbov - LEAST_BELOW_ACTIVE_DB)
    slack = round(DETECTOR_SLACK_S * SAMPLE_RATE_HZ)
    wide = union(Span(s.start - slack, s.end + slack) for s in speech)
    loud = in_db(smoothed(envelope.wide, _WINDOW_S)) >= threshold_db
    bridged = spans_of(loud & hops_of(wide, len(envelope)), bridge_s=PAUSE_S)
    return touching(bridged, speech)


def touching(spans: Timeline, others: Timeline) -> Timeline:
    """Those spans of a timeline that overlap one of another timeline."""
    starts = [other.start for other in others]
    kept = []
    for span in spans:
        last = bisect_left(starts, span.end) - 1
        if last >= 0 and others[last].end > span.start:
            kept.append(span)
    return tuple(kept)


def pauses(runs: Timeline, span: Span) -> Timeline:
    """Silences of 250 ms and more between the sounding stretches inside a span."""
    inside = intersect(runs, (span,))
    return tuple(Span(left.end, right.start) for left, right in pairwise(inside))
