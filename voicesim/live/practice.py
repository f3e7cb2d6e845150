"""Practice: hints while the call runs, a pause, "say that again".

The pause begins where the customer has finished his line. What happens in it is neither recorded nor heard by the
customer: the call's clock stands still, so that a pause is never dead air and the score stays a function of the
recording. Pauses, repetitions and hints are events of the call.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final, Protocol

import numpy as np

from voicesim.audio.clip import BLOCK_SAMPLES, Samples

if TYPE_CHECKING:
    from voicesim.live.call import LiveCall

BLOCKS_A_VIEW: Final = 6
"""Blocks between two looks at the terminal: 0.2 s."""


class Mode(StrEnum):
    """How a call is played; the values are part of the call folder's format."""

    TEST = "test"
    """As on the job: no hints, no pause."""
    PRACTICE = "practice"


class Command(StrEnum):
    """What the trainee may ask for by a key."""

    PAUSE = "pause"
    """Pause, or go on."""
    SAY_AGAIN = "say_again"


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """What a trainee in practice sees."""

    due: tuple[str, ...] = ()
    """Behaviours that the moment waits for."""
    hint: str = ""
    """What the scenario's author advises here, once the customer has had to rephrase."""
    is_trainee_speaking: bool = False
    is_customer_speaking: bool = False
    spoke_first: str = ""
    """``trainee`` or ``customer`` while both speak: the other one is talking over."""
    level_dbov: float | None = None
    usual_dbov: float | None = None
    rate_wpm: float | None = None
    """Of the last turn."""
    is_paused: bool = False
    is_pausing: bool = False
    """Whether the pause begins after the customer's line."""


class Console(Protocol):
    """Keys and a place for hints. Neither call may block."""

    def poll(self) -> Sequence[Command]:
        """Keys since the last call."""

    def show(self, view: View) -> None:
        """Show the state of the call."""


class Practice:
    """Stands between the line and the call.

    Args:
        call: under way.
        console: keys and hints.
    """

    def __init__(self, call: LiveCall, console: Console) -> None:
        self._call = call
        self._console = console
        self._is_paused = False
        self._is_pausing = False
        self._n_blocks = 0

    def process(self, microphone: Samples, heard: Samples) -> Samples:
        """As :meth:`voicesim.live.call.LiveCall.process`; in a pause the call hears nothing and time stands still."""
        for command in self._console.poll():
            self._take(command)
        if self._is_paused:
            customer = np.zeros(BLOCK_SAMPLES, dtype=np.float32)
        else:
            customer = self._call.process(microphone, heard)
            if self._is_pausing and self._call.is_silent:
                self._is_pausing, self._is_paused = False, True
                self._call.note("paused")
        if self._n_blocks % BLOCKS_A_VIEW == 0:
            self._console.show(self._call.view(is_paused=self._is_paused, is_pausing=self._is_pausing))
        self._n_blocks += 1
        return customer

    def _take(self, command: Command) -> None:
        if command is Command.PAUSE:
            if self._is_paused:
                self._is_paused = False
                self._call.note("went_on")
            else:
                self._is_pausing = not self._is_pausing
        elif not self._is_paused:
            self._call.say_again()
