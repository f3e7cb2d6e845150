"""The engines that intake works with, handed in by whoever runs it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from voicesim.ports import Decoder, EchoCanceller, PitchTracker, Recogniser, SpeechDetector


@dataclass(frozen=True, slots=True, kw_only=True)
class Engines:
    """What turns sound into a call."""

    decoder: Decoder
    detector: SpeechDetector
    pitch: PitchTracker | None = None
    """Without one, what needs pitch is not measured."""
    recogniser: Callable[[], tuple[Recogniser, bool]] | None = None
    """Loads the recogniser when it is first needed, and says whether it is a stand-in."""
    echo: EchoCanceller | None = None


Progress = Callable[[str, float], None]
"""``progress(stage, fraction)``: what is being done, and how much of it is done (0..1)."""


def no_progress(stage: str, fraction: float) -> None:
    """Say nothing."""
