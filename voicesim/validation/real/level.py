"""Active level on the vectors of the standard."""

from __future__ import annotations

from typing import Final

import numpy as np

from voicesim.audio.clip import SAMPLE_RATE_HZ, Clip
from voicesim.audio.level import db_to_ratio
from voicesim.measure.level import active_level
from voicesim.validation.real.recordings import Recordings, Tell, whole_voice
from voicesim.validation.rows import Row, at_most, row, within

VECTORS: Final = {"voice.src": (-25.329, 0.96625), "voice.nrm": (-30.0, None)}
"""Active level in dBov and activity, as ITU-T's own program (G.191, ``actlev``) gives them."""
_AGAINST: Final = "ITU-T G.191 test vectors"


def rows(recordings: Recordings, tell: Tell) -> tuple[Row, ...]:
    """The standard's figures, and its promises on the standard's voice."""
    folder = recordings.root / "loudness" / "p56"
    found: list[Row] = []
    subject = "active level"
    for name, (dbov, activity) in VECTORS.items():
        path = folder / name
        if not path.is_file():
            continue
        sound = np.fromfile(path, "<i2") / 32768.0
        level = _level(sound)
        found.append(
            row(subject, f"{name}, error", _AGAINST, level[0] - dbov, n=1, unit="dB", limits=within(0.15))
        )
        if activity is None:
            continue
        louder = _level(sound * db_to_ratio(6.0))[0] - level[0] - 6.0
        longer = _in_a_call(_padded(sound), recordings) - _in_a_call(sound, recordings)
        found += [
            row(
                subject,
                f"{name}, activity, error",
                _AGAINST,
                level[1] - activity,
                n=1,
                unit="ratio",
                limits=within(0.01),
            ),
            row(
                subject,
                f"{name} with +6 dB of gain, error",
                "the gain",
                louder,
                n=1,
                unit="dB",
                limits=within(0.01),
            ),
            row(
                subject,
                f"{name} with 10 s of silence before and after, moved by",
                "no movement",
                abs(longer),
                n=1,
                unit="dB",
                limits=at_most(0.05),
            ),
        ]
    tell(1.0)
    return tuple(found)


def _padded(
    sound: np.ndarray[tuple[int], np.dtype[np.float64]],
) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    silence = np.zeros(10 * SAMPLE_RATE_HZ)
    return np.concatenate([silence, sound, silence])


def _in_a_call(sound: np.ndarray[tuple[int], np.dtype[np.float64]], recordings: Recordings) -> float:
    """As a call has it: over the talk that the detector finds."""
    voice = whole_voice(Clip(sound.astype(np.float32)), recordings.engines)
    return float("nan") if voice.level is None else voice.level.active_dbov


def _level(sound: np.ndarray[tuple[int], np.dtype[np.float64]]) -> tuple[float, float]:
    found = active_level([sound])
    return (float("nan"), float("nan")) if found is None else (found.active_dbov, found.activity_ratio)
