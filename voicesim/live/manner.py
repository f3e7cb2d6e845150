"""How the trainee is speaking while the call runs: level against his own, for the customer and for the meters.

Conventions: only blocks that hold the trainee's voice and nothing of the customer count, so that an echo is no
raised voice. The usual level is the median over the turns before this one; the first two have none.

Source: ISO 9921:2003 puts the steps of vocal effort (normal, raised, loud) 6 dB apart.
"""

from __future__ import annotations

import math
import statistics
from collections import deque
from dataclasses import dataclass
from typing import Final

import numpy as np

from voicesim.audio.clip import BLOCK_SAMPLES, SAMPLE_RATE_HZ, Samples
from voicesim.speech.activity import Activity

RAISED_DB: Final = 6.0
"""So far above his usual level a voice is raised."""

LEAST_TURNS: Final = 2
"""Turns before which there is no usual level."""

LEAST_VOICE_S: Final = 0.5
"""A turn with less voice of its own has no level."""

METER_S: Final = 0.4
"""The meter shows the mean of this much."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Manner:
    """How a turn was spoken."""

    level_dbov: float | None
    """Mean level of its voice, RMS."""
    usual_dbov: float | None
    """The median of the turns before."""

    @property
    def is_raised(self) -> bool:
        """Whether the voice was raised."""
        known = self.level_dbov is not None and self.usual_dbov is not None
        return known and self.level_dbov - self.usual_dbov >= RAISED_DB  # type: ignore[operator] # known


class MannerTracker:
    """Follows the trainee's level, block by block."""

    def __init__(self) -> None:
        self._turn: list[float] = []
        self._recent: deque[float] = deque(maxlen=round(METER_S * SAMPLE_RATE_HZ / BLOCK_SAMPLES))
        self._levels_dbov: list[float] = []

    @property
    def meter_dbov(self) -> float | None:
        """The level of the moment; ``None`` where nothing was said yet."""
        return _dbov(self._recent) if self._recent else None

    @property
    def usual_dbov(self) -> float | None:
        """The median level of the turns so far."""
        if len(self._levels_dbov) < LEAST_TURNS:
            return None
        return round(statistics.median(self._levels_dbov), 1)

    def step(self, microphone: Samples, heard: Samples, activity: Activity, now: int) -> None:
        """Take the next block of both channels and the activity after it."""
        is_voice = activity.is_speech and activity.offset == now
        if not is_voice or np.any(heard):
            return
        power = float(np.mean(np.square(microphone, dtype=np.float64)))
        self._turn.append(power)
        self._recent.append(power)

    def end_turn(self) -> Manner:
        """How the turn was that is over now."""
        is_enough = len(self._turn) * BLOCK_SAMPLES >= LEAST_VOICE_S * SAMPLE_RATE_HZ
        manner = Manner(level_dbov=_dbov(self._turn) if is_enough else None, usual_dbov=self.usual_dbov)
        self._turn.clear()
        if manner.level_dbov is not None and not manner.is_raised:
            self._levels_dbov.append(manner.level_dbov)
        return manner


def _dbov(powers: deque[float] | list[float]) -> float | None:
    mean = sum(powers) / len(powers)
    return round(10.0 * math.log10(mean), 1) if mean > 0.0 else None
