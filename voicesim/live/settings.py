"""What a live call is given: where it is recorded, and how it is to behave."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable

from voicesim.audio.clip import Samples
from voicesim.live.practice import Mode
from voicesim.results import Json
from voicesim.speech.endpointing import EndpointerConfig


class Recorder(Protocol):
    """Keeps the call while it happens."""

    def write(self, heard: Samples, microphone: Samples) -> None:
        """One block of both channels."""

    def log(self, at_samples: int, event: str, fields: Mapping[str, Json]) -> None:
        """One event."""


@runtime_checkable
class LateVoices(Protocol):
    """Clips by line id of which some are still being rendered."""

    def is_ready(self, line_id: str) -> bool:
        """Whether a line can be had at once; one that cannot comes next."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveConfig:
    """Settings of a live call."""

    endpointer: EndpointerConfig = field(default_factory=EndpointerConfig)
    allows_barge_in: bool = True
    """Whether the customer may yield at all; off where echo would make him interrupt himself."""
    words_limit_s: float = 10.0
    """Words that are not there this long after a turn count as not understood."""
    confidence_gate: float = 0.5
    mode: Mode = Mode.TEST
