"""Every measure on recordings that somebody else labelled."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final

from voicesim.intake.engines import Engines, Progress, no_progress
from voicesim.validation.real import activity, clarity, invariance, level, pace, tone, turns
from voicesim.validation.real.recordings import QUICK_FILES, Recordings, Tell
from voicesim.validation.rows import Row

Subject = Callable[[Recordings, Tell], tuple[Row, ...]]

SUBJECTS: Final[dict[str, Subject]] = {
    "level": level.rows,
    "activity": activity.rows,
    "pace": pace.rows,
    "turns": turns.rows,
    "tone": tone.rows,
    "clarity": clarity.rows,
    "invariance": invariance.rows,
}
"""By the name that a person picks them with."""


def validate(
    data: Path,
    engines: Engines,
    *,
    subjects: tuple[str, ...] = (),
    is_quick: bool = False,
    progress: Progress = no_progress,
) -> tuple[Row, ...]:
    """Hold the measures against labelled recordings.

    Args:
        data: a folder of the layout of :mod:`voicesim.validation.real.recordings`.
        engines: with a decoder, a detector and a pitch tracker.
        subjects: which of :data:`SUBJECTS`; all by default.
        is_quick: a seeded choice of the recordings.
        progress: told as it goes.

    Raises:
        InputError: the folder is not of that layout.
    """
    recordings = Recordings(data, engines, most_files=QUICK_FILES if is_quick else None)
    found: list[Row] = []
    for name in subjects or tuple(SUBJECTS):

        def tell(fraction: float, name: str = name) -> None:
            progress(name, fraction)

        tell(0.0)
        found += SUBJECTS[name](recordings, tell)
    return tuple(found)
