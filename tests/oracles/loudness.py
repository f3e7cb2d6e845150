"""Integrated loudness beside pyloudnorm's, on read sentences joined to half a minute and more."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pyloudnorm

from voicesim.measure.loudness import loudness_lufs
from voicesim.validation.real.recordings import Recordings
from voicesim.validation.rows import Row, at_most, row

SENTENCES = 10
"""Joined: on a single short one pyloudnorm counts a last block that reaches past the end."""


def rows(recordings: Recordings, tell: Callable[[float], None]) -> tuple[Row, ...]:
    meter = pyloudnorm.Meter(16_000)
    errors = []
    for folder in recordings.sets("speech"):
        paths = recordings.files(folder, most=8 * SENTENCES)
        for at in range(0, len(paths) - SENTENCES + 1, SENTENCES):
            sound = np.concatenate([recordings.clip(p).samples for p in paths[at : at + SENTENCES]])
            ours = loudness_lufs(np.array_split(sound, 7))
            if ours is not None:
                errors.append(abs(ours - meter.integrated_loudness(sound.astype(np.float64))))
    tell(1.0)
    worst, n = max(errors, default=float("nan")), len(errors)
    what, limits = "of read sentences, largest difference", at_most(0.1)
    return (row("loudness", what, "pyloudnorm", worst, n=n, unit="LU", limits=limits),)
