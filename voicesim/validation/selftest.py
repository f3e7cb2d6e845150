"""Every measure on made sound: no recordings, no network, the same figures every time on one machine."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from voicesim.intake.engines import Engines, Progress, no_progress
from voicesim.validation.made import conversation, levels, pace, pitch, strain, tone, turns
from voicesim.validation.rows import Row

SEED: Final = 20261122
QUICK_TIMELINES: Final = 24

Subject = Callable[[Engines, Callable[[float], None], int, bool], tuple[Row, ...]]

SUBJECTS: Final[dict[str, Subject]] = {
    "levels": lambda engines, tell, seed, quick: levels.rows(
        engines, tell, voices=2 if quick else len(turns.SPEAKERS), seed=seed
    ),
    "pitch": lambda engines, tell, seed, quick: pitch.rows(
        engines, tell, duration_s=3.0 if quick else 15.0, seed=seed
    ),
    "pace": lambda engines, tell, seed, quick: pace.rows(
        engines, tell, voices=3 if quick else len(turns.SPEAKERS), seed=seed
    ),
    "conversation": lambda engines, tell, seed, quick: conversation.rows(
        engines, tell, calls=3 if quick else conversation.CALLS, seed=seed
    ),
    "tone": lambda engines, tell, seed, quick: tone.rows(engines, tell, voices=1 if quick else 4, seed=seed),
    "strain": lambda engines, tell, seed, quick: strain.rows(
        engines, tell, voices=1 if quick else 4, seed=seed
    ),
    "turns": lambda engines, tell, seed, quick: turns.rows(
        engines, tell, timelines=QUICK_TIMELINES if quick else turns.TIMELINES, seed=seed
    ),
}
"""By the name that a person picks them with."""


def selftest(
    engines: Engines,
    *,
    subjects: tuple[str, ...] = (),
    is_quick: bool = False,
    seed: int = SEED,
    progress: Progress = no_progress,
) -> tuple[Row, ...]:
    """Prove the measures on made sound.

    Args:
        engines: with a detector and a pitch tracker.
        subjects: which of :data:`SUBJECTS`; all by default.
        is_quick: fewer calls and shorter sounds.
        seed: other sound, the same truth.
        progress: told as it goes.
    """
    found: list[Row] = []
    for name in subjects or tuple(SUBJECTS):

        def tell(fraction: float, name: str = name) -> None:
            progress(name, fraction)

        tell(0.0)
        found += SUBJECTS[name](engines, tell, seed, is_quick)
    return tuple(found)
