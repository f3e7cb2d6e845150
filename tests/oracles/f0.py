"""Pitch beside Praat's, on real speech; scored by mir_eval too.

Praat: autocorrelation, 75 to 600 Hz, its other settings as they come, read at our frames. Each program calls other
frames voiced, so the median and the robust standard deviation (P90 - P10) / 2.563 of a clip are compared twice: over
the frames that both call voiced, and over each program's own. Beside the second stands how well Praat's two methods
(autocorrelation and cross-correlation) agree with each other: nobody can be asked for more.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import mir_eval
import numpy as np
import parselmouth

from voicesim.audio.clip import Clip
from voicesim.measure.prosody import SPREAD_DIVISOR
from voicesim.validation.real.recordings import Recordings
from voicesim.validation.rows import Row, at_least, row

FILES = 160
LEAST_FRAMES = 25
AGREE_ST = 0.3


def rows(recordings: Recordings, tell: Callable[[float], None]) -> tuple[Row, ...]:
    found: list[Row] = []
    folders = (*recordings.read_sets(), *recordings.sets("emotion"))
    for index, folder in enumerate(folders):
        found += _of(recordings, folder)
        tell((index + 1) / len(folders))
    return tuple(found)


def _of(recordings: Recordings, folder: Path) -> list[Row]:
    clips = [each for path in recordings.files(folder, most=FILES) if (each := _clip(recordings, path))]
    n, against = len(clips), f"Praat on {folder.name}"

    def share(name: str) -> float | None:
        return float(np.mean([abs(each[name]) <= AGREE_ST for each in clips])) if clips else None

    def mean(name: str) -> float | None:
        return float(np.mean([each[name] for each in clips])) if clips else None

    what = f"agrees within {AGREE_ST} st, share of clips"
    return [
        row("f0 on real speech", f"median {what}", against, share("median"), n=n, limits=at_least(0.95)),
        row("f0 on real speech", f"robust SD {what}", against, share("spread"), n=n, limits=at_least(0.9)),
        row("f0 on real speech", f"frame by frame (median) {what}", against, share("frames"), n=n),
        row(
            "f0 on real speech", f"median, each by its own voicing, {what}", against, share("own_median"), n=n
        ),
        row(
            "f0 on real speech", "the same, between Praat's two methods", against, share("praat_median"), n=n
        ),
        row(
            "f0 on real speech",
            f"robust SD, each by its own voicing, {what}",
            against,
            share("own_spread"),
            n=n,
        ),
        row(
            "f0 on real speech", "the same, between Praat's two methods ", against, share("praat_spread"), n=n
        ),
        row("f0 on real speech", "raw pitch accuracy by mir_eval", against, mean("accuracy"), n=n),
        row("f0 on real speech", "voicing recall by mir_eval", against, mean("voicing"), n=n),
    ]


def _clip(recordings: Recordings, path: Path) -> dict[str, float] | None:
    clip = recordings.clip(path)
    track = recordings.engines.pitch.track(clip)
    at_s = (track.first_sample + track.hop_samples * np.arange(len(track.f0_hz))) / 16_000
    theirs_hz, other_hz = _praat(clip, at_s, "to_pitch_ac"), _praat(clip, at_s, "to_pitch_cc")
    ours_hz = np.where(track.voiced, track.f0_hz, 0.0).astype(np.float64)
    both = (ours_hz > 0) & (theirs_hz > 0)
    if np.count_nonzero(both) < LEAST_FRAMES:
        return None
    ours, theirs = _semitones(ours_hz[both]), _semitones(theirs_hz[both])
    own, praat, other = (_semitones(hz[hz > 0]) for hz in (ours_hz, theirs_hz, other_hz))
    scores = mir_eval.melody.evaluate(at_s, theirs_hz, at_s, ours_hz)
    return {
        "median": float(np.median(ours) - np.median(theirs)),
        "spread": _spread(ours) - _spread(theirs),
        "frames": float(np.median(np.abs(ours - theirs))),
        "own_median": float(np.median(own) - np.median(praat)),
        "own_spread": _spread(own) - _spread(praat),
        "praat_median": float(np.median(other) - np.median(praat)) if len(other) else float("inf"),
        "praat_spread": _spread(other) - _spread(praat) if len(other) else float("inf"),
        "accuracy": scores["Raw Pitch Accuracy"],
        "voicing": scores["Voicing Recall"],
    }


def _praat(clip: Clip, at_s: np.ndarray, method: str) -> np.ndarray:
    sound = parselmouth.Sound(clip.samples.astype(np.float64), 16_000)
    found = getattr(sound, method)(pitch_floor=75.0, pitch_ceiling=600.0)
    return np.nan_to_num([found.get_value_at_time(t) for t in at_s])


def _semitones(hz: np.ndarray) -> np.ndarray:
    return 12.0 * np.log2(hz / 27.5)


def _spread(semitones: np.ndarray) -> float:
    low, high = np.quantile(semitones, (0.1, 0.9))
    return float(high - low) / SPREAD_DIVISOR
