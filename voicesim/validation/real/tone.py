"""Liveliness, its guards and steadiness on acted speech.

Conventions
    A speaker's baseline is made of every other neutral recording of his, and tested on the rest; then the other way
    round. Every recording is one utterance. Called upbeat: what the measure says of a call in which every
    utterance sounds like this one, with friendly words.
    Steadiness: half of a speaker's calm and neutral turns make the yardstick, then come three turns under provocation,
    angry ones or three of the other half; as many such calls as the recordings yield, both ways round.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from pathlib import Path
from typing import Final

import numpy as np

from voicesim.audio.clip import SAMPLE_RATE_HZ, Clip
from voicesim.audio.span import Span
from voicesim.measure.baseline import Baseline, baseline_from
from voicesim.measure.prosody import Prosody
from voicesim.measure.steadiness import composure, steadiness
from voicesim.measure.tone import liveliness, liveliness_of
from voicesim.results import Measured
from voicesim.speech.call import Call, Layout, Moment, Side
from voicesim.validation.made.tone import FRIENDLY, HOSTILE, utterance
from voicesim.validation.real.recordings import Recordings, Tell
from voicesim.validation.rows import Row, at_least, at_most, auc, resampled, row

TARGETS: Final = {"ravdess": (0.92, 0.82), "emodb": (0.97, 0.95)}
"""Areas under the curve to reach, happy against neutral and happy against sad."""
LABELS: Final = ("happy", "neutral", "calm", "sad", "angry")
_UPBEAT_LIMITS: Final = {"happy": at_least(0.6), "neutral": at_most(0.2)}
_TURNS: Final = 3
_LEAST_NEUTRAL: Final = 4
_TURN_SAMPLES: Final = 5 * SAMPLE_RATE_HZ

Speakers = dict[str, dict[str, list[Prosody]]]


def rows(recordings: Recordings, tell: Tell) -> tuple[Row, ...]:
    """Every set of acted speech."""
    found: list[Row] = []
    sets = recordings.sets("emotion")
    for index, folder in enumerate(sets):
        speakers = {
            speaker: {label: recordings.prosody(paths) for label, paths in labels.items() if label in LABELS}
            for speaker, labels in recordings.by_speaker(folder).items()
        }
        found += [*_liveliness(folder, speakers), *_steadiness(folder, speakers)]
        tell((index + 1) / len(sets))
    return tuple(found)


def _liveliness(folder: Path, speakers: Speakers) -> list[Row]:
    scores: dict[str, list[float]] = defaultdict(list)
    upbeat: dict[str, list[bool]] = defaultdict(list)
    for labels in speakers.values():
        neutral = labels.get("neutral", [])
        if len(neutral) < _LEAST_NEUTRAL:
            continue
        for first in (0, 1):
            calm = _baseline(neutral[first::2])
            for label, utterances in labels.items():
                for each in neutral[1 - first :: 2] if label == "neutral" else utterances:
                    scores[label].append(liveliness_of(each, calm))
                    upbeat[label].append(_is_upbeat(each, calm, FRIENDLY))
                    if label in {"happy", "angry"}:
                        upbeat[f"{label}, hostile words"].append(_is_upbeat(each, calm, HOSTILE))
    neutral_least, sad_least = TARGETS.get(folder.name, (None, None))
    against = f"{folder.name}, labels as acted"
    found = []
    for other, least in (("neutral", neutral_least), ("sad", sad_least), ("angry", None)):
        a, b = scores["happy"], scores[other]
        found.append(
            row(
                "liveliness U",
                f"AUC happy against {other}",
                against,
                auc(a, b),
                n=len(a) + len(b),
                interval=resampled(auc, a, b, together=False, times=500) if a and b else None,
                limits=None if least is None else at_least(least),
            )
        )
    for label in sorted(upbeat):
        share = float(np.mean(upbeat[label]))
        found.append(
            row(
                "upbeat with guards",
                f"share of {label} called upbeat",
                against,
                share,
                n=len(upbeat[label]),
                limits=_UPBEAT_LIMITS.get(label, at_most(0.0) if "hostile" in label else None),
            )
        )
    return found


def _baseline(utterances: list[Prosody]) -> Baseline:
    level_dbov = float(np.median([u.level_dbov for u in utterances]))
    return baseline_from(utterances, trainee="speaker", level_dbov=level_dbov, least_utterances=1)


def _is_upbeat(sounds_like: Prosody, calm: Baseline, text: str) -> bool:
    call = _bare_call(1, text=text)
    found = liveliness(call, (sounds_like,) * _TURNS, calm, is_narrow_band=False, use_words=True)
    return isinstance(found, Measured) and found.details["is_upbeat"] is True


def _bare_call(n_turns: int, *, text: str = "", provoked_from: int | None = None) -> Call:
    """A call that holds nothing but words and moods."""
    n = n_turns * _TURN_SAMPLES
    said = (utterance(Span(0, n), text),) if text else ()
    side = Side(clip=Clip(np.zeros(n, np.float32)), utterances=said)
    moments: tuple[Moment, ...] = ()
    if provoked_from is not None:
        at = provoked_from * _TURN_SAMPLES
        moments = (
            Moment(moment_id="calm", span=Span(0, at), mood="calm"),
            Moment(moment_id="angry", span=Span(at, n), mood="angry"),
        )
    return Call(call_id="acted", layout=Layout.MONO, trainee=side, customer=None, moments=moments)


def _steadiness(folder: Path, speakers: Speakers) -> list[Row]:
    found = []
    for with_level in (True, False):
        angry, calm = [], []
        for labels in speakers.values():
            own = [*labels.get("calm", []), *labels.get("neutral", [])]
            loud = labels.get("angry", [])
            if len(own) < 2 * _TURNS:
                continue
            for first in (0, 1):
                yardstick = own[first::2]
                calm += _values(yardstick, own[1 - first :: 2], with_level=with_level)
                angry += _values(yardstick, loud, with_level=with_level)
        values = auc(calm, angry)
        interval = resampled(auc, calm, angry, together=False, times=500) if calm and angry else None
        what = "AUC calm against angry turns" + ("" if with_level else ", level left out")
        found.append(
            row(
                "steadiness",
                what,
                f"{folder.name}, labels as acted",
                values,
                n=len(calm) + len(angry),
                interval=interval,
                limits=at_least(0.95) if with_level else None,
            )
        )
    return found


def _values(yardstick: list[Prosody], tried: list[Prosody], *, with_level: bool) -> list[float]:
    """Steadiness of calls of a yardstick and three turns under provocation."""
    call = _bare_call(len(yardstick) + _TURNS, provoked_from=len(yardstick))
    found = []
    for at in range(0, len(tried) - _TURNS + 1, _TURNS):
        turns = tuple(
            replace(turn, span=Span(i * _TURN_SAMPLES, (i + 1) * _TURN_SAMPLES))
            for i, turn in enumerate([*yardstick, *tried[at : at + _TURNS]])
        )
        result = steadiness(composure(call, turns, None, provoking=None, with_level=with_level))
        if isinstance(result, Measured):
            found.append(result.value)
    return found
