"""The timelines of the self-test, spoken by recorded voices.

Conventions
    As :mod:`voicesim.validation.made.turns`, but what is said are sentences of recorded readers, or their beginnings,
    that the detector and the energy find to be without a pause.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import numpy as np

from voicesim.audio.clip import SAMPLE_RATE_HZ, Samples
from voicesim.audio.level import db_to_ratio, rms_dbov
from voicesim.measure.overlaps import overlap_events
from voicesim.measure.voice import analyse
from voicesim.validation.made.encounters import Voice
from voicesim.validation.made.turns import Tally, compare, event_rows, make_call
from voicesim.validation.real.recordings import SEED, Recordings, Tell
from voicesim.validation.rows import Row

TIMELINES: Final = 60
QUICK_TIMELINES: Final = 12
_FILES: Final = 40
_LEAST_S: Final = 2.0
_LEVEL_DBOV: Final = -26.0
_SOUNDS_DB: Final = 15.0


def rows(recordings: Recordings, tell: Tell) -> tuple[Row, ...]:
    """Interruptions and back-channels between recorded readers."""
    voices = tuple(
        voice_of(sentences)
        for folder in recordings.sets("speech")
        if (sentences := _sentences(recordings, folder))
    )
    if len(voices) < 2:
        return ()
    timelines = QUICK_TIMELINES if recordings.is_quick else TIMELINES
    tallies = {"all": Tally()}
    for index in range(timelines):
        made = make_call(index, voices, recordings.engines, seed=SEED)
        heard = analyse(made.call)
        compare(made, overlap_events(made.call, voices=heard), tallies["all"])
        tell((index + 1) / timelines)
    return event_rows(tallies, f"{timelines} timelines of recorded voices")


def _sentences(recordings: Recordings, folder: Path) -> list[Samples]:
    """Sentences without a pause, at one level, from the first sound to the last."""
    found = []
    for path in recordings.files(folder, most=_FILES):
        runs = recordings.heard(path).runs
        if len(runs) == 1 and len(runs[0]) >= _LEAST_S * SAMPLE_RATE_HZ:
            sound = recordings.clip(path).cut(runs[0])
            found.append(sound * np.float32(db_to_ratio(_LEVEL_DBOV - rms_dbov(sound))))
    return found


def voice_of(sentences: list[Samples]) -> Voice:
    """A voice that says one of some sentences, or the beginning of one."""

    def say(rng: np.random.Generator, duration_s: float) -> Samples:
        sentence = sentences[int(rng.integers(len(sentences)))]
        frames = sentence[: len(sentence) // 160 * 160].reshape(-1, 160).astype(np.float64)
        level = np.sqrt(np.mean(np.square(frames), axis=1))
        sounds = np.flatnonzero(level > db_to_ratio(_LEVEL_DBOV - _SOUNDS_DB))
        near = sounds[np.argmin(np.abs(sounds * 160 - duration_s * SAMPLE_RATE_HZ))]
        return sentence[: (int(near) + 1) * 160]

    return say
