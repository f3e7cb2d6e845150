"""Signs that something has worked on the sound before it was recorded: automatic gain, noise suppression.

Conventions
    *Automatic gain* shows in two ways: ten utterances and more (each of 1 s and more) have active levels within 0.5 dB;
    or the noise rises while nobody speaks: over five silences and more of 3 s and more, its level 2 s to 3 s after
    the speech is more than 6 dB above that 1 s after it, in the median (a gain that has been turned down by a voice
    comes back). Levels are then no longer the speaker's own.
    *Noise suppression* shows when most of what is not speech is digital silence, or when speech stands more than 60 dB
    above what is between it: no microphone in a room is so quiet, a synthesizer is. The noise is then not the
    room's. It is told and forbids nothing.

Source: 0.5 dB over ten turns and exact zeros as the usual marks; 6 dB and 60 dB are choices of this project.
"""

from __future__ import annotations

from itertools import pairwise
from statistics import median
from typing import Final

import numpy as np

from voicesim.audio.clip import SAMPLE_RATE_HZ
from voicesim.audio.span import Span, union
from voicesim.measure.envelope import HOP_SAMPLES, hops_of, in_db
from voicesim.measure.voice import Voice

EVEN_UTTERANCES: Final = 10
EVEN_RANGE_DB: Final = 0.5
EVEN_LEAST_S: Final = 1.0
RISING_SILENCES: Final = 5
RISING_LEAST_S: Final = 3.0
RISING_DB: Final = 6.0
GATED_SHARE: Final = 0.5
QUIETER_THAN_A_ROOM_DB: Final = 60.0

_DIGITAL_SILENCE_DB: Final = -100.0
_EARLY_S: Final = (1.0, 1.5)
_LATE_S: Final = (2.0, 3.0)


def levels_are_too_even(voice: Voice) -> bool:
    """Whether all utterances are equally loud."""
    least = round(EVEN_LEAST_S * SAMPLE_RATE_HZ)
    dbov = [
        level_dbov
        for utterance, level_dbov in zip(voice.utterances, voice.utterance_dbov, strict=True)
        if level_dbov is not None and len(utterance.span) >= least
    ]
    return len(dbov) >= EVEN_UTTERANCES and max(dbov) - min(dbov) <= EVEN_RANGE_DB


def noise_rise_db(voice: Voice, other: Voice | None) -> float | None:
    """How much the noise rises in long silences.

    Args:
        voice: the channel looked at.
        other: the other party, where it can be heard in this channel.

    Returns:
        dB; ``None`` where there are too few silences, or they are digital.
    """
    busy = union((*voice.side.speech, *(other.speech if other is not None else ())))
    rises: list[float] = []
    for before, after in pairwise(busy):
        if after.start - before.end < RISING_LEAST_S * SAMPLE_RATE_HZ:
            continue
        early, late = (_level_db(voice, before.end, part) for part in (_EARLY_S, _LATE_S))
        if min(early, late) > _DIGITAL_SILENCE_DB:
            rises.append(late - early)
    return median(rises) if len(rises) >= RISING_SILENCES else None


def is_gated(voice: Voice) -> bool:
    """Whether what is not speech is mostly digital silence."""
    busy = hops_of(voice.side.speech, len(voice.envelope))
    rest_db = in_db(voice.envelope.wide[~busy])
    least = SAMPLE_RATE_HZ // HOP_SAMPLES // 2
    return len(rest_db) > least and float(np.mean(rest_db <= _DIGITAL_SILENCE_DB)) > GATED_SHARE


def _level_db(voice: Voice, end: int, part_s: tuple[float, float]) -> float:
    span = Span(*(end + round(seconds * SAMPLE_RATE_HZ) for seconds in part_s))
    inside = voice.envelope.wide[span.start // HOP_SAMPLES : span.end // HOP_SAMPLES]
    return float(in_db(np.array([np.mean(inside)]))[0]) if len(inside) else _DIGITAL_SILENCE_DB
