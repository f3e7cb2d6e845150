"""The customer's mouth: which line is being handed to the loudspeaker, and which part of it was heard.

Conventions: a line is handed out without a break, so what is heard of it is the same samples, later by the
line's latency. Between lines exact zeros are handed out, and inside a line there are none (they are lifted to
-120 dBov): whoever sees ``heard`` knows to the sample where a line begins and ends.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from voicesim.audio.clip import BLOCK_SAMPLES, SAMPLE_RATE_HZ, Clip, Samples
from voicesim.audio.span import Span

FADE_SAMPLES: Final = 320
"""20 ms: a customer who yields fades out instead of clicking."""

AUDIBLE_ZERO: Final = np.float32(1e-6)
"""-120 dBov: what stands for exact zero inside a line."""

LOST_AFTER_SAMPLES: Final = 2 * SAMPLE_RATE_HZ
"""A line that was handed out and not heard after this long counts as heard without delay."""


@dataclass(frozen=True, slots=True)
class LineStarted:
    """The first sample of a line was heard at ``start``."""

    number: int
    start: int


@dataclass(frozen=True, slots=True)
class LineEnded:
    """The last sample of a line was heard."""

    number: int
    heard: Span
    yielded_at: int | None
    was_lost: bool
    """Whether the line was never heard in what the loudspeaker reported; its times are then those of
    handing out."""


class Player:
    """Plays one line at a time, and follows it until it has been heard."""

    def __init__(self) -> None:
        self._number = -1
        self._samples: Samples | None = None
        self._handed_out = 0
        self._stop_at: int | None = None
        self._begun_at = 0
        self._heard_from: int | None = None
        self._yielded_at: int | None = None
        self._was_lost = False

    @property
    def is_busy(self) -> bool:
        """Whether a line is being handed out or still to be heard."""
        return self._samples is not None

    @property
    def number(self) -> int:
        """Of the line under way, or of the last one; -1 before the first."""
        return self._number

    @property
    def heard_from(self) -> int | None:
        """First heard sample of the line under way, once known."""
        return self._heard_from

    @property
    def has_yielded(self) -> bool:
        """Whether the line under way was cut short."""
        return self._yielded_at is not None

    def remaining_samples(self, now: int) -> int:
        """Samples of the line under way that are still to be heard, were it to run on unhindered."""
        if self._samples is None:
            return 0
        if self._heard_from is None:
            return len(self._samples)
        return max(0, self._heard_from + len(self._samples) - now)

    def play(self, number: int, clip: Clip, now: int) -> None:
        """Begin a line with the next block that is handed out."""
        self._number = number
        self._samples = np.where(clip.samples == 0.0, AUDIBLE_ZERO, clip.samples)
        self._handed_out = 0
        self._stop_at = None
        self._begun_at = now
        self._heard_from = None
        self._yielded_at = None
        self._was_lost = False

    def cut_short(self, now: int) -> None:
        """The customer yields: stop within the next 20 ms."""
        if self._samples is None or self._yielded_at is not None:
            return
        self._yielded_at = now
        self._stop_at = min(len(self._samples), self._handed_out + FADE_SAMPLES)

    def next_block(self) -> Samples:
        """The next 512 samples for the loudspeaker."""
        block = np.zeros(BLOCK_SAMPLES, dtype=np.float32)
        if self._samples is None:
            return block
        stop = len(self._samples) if self._stop_at is None else self._stop_at
        part = self._samples[self._handed_out : min(stop, self._handed_out + BLOCK_SAMPLES)]
        block[: len(part)] = part
        if self._stop_at is not None and len(part):
            left = self._stop_at - self._handed_out
            ramp = np.clip(np.arange(left, left - len(part), -1) / FADE_SAMPLES, 0.0, 1.0)
            faded = part * ramp.astype(np.float32)
            block[: len(part)] = np.where(faded == 0.0, AUDIBLE_ZERO, faded)
        self._handed_out += len(part)
        return block

    def note_heard(self, heard: Samples, start: int) -> tuple[LineStarted | LineEnded, ...]:
        """Take what left the loudspeaker during the block that began at ``start``."""
        if self._samples is None or self._handed_out == 0:
            return ()
        events: list[LineStarted | LineEnded] = []
        now = start + len(heard)
        if self._heard_from is None:
            found = self._find_start(heard, start, now)
            if found is None:
                return ()
            self._heard_from = found
            events.append(LineStarted(self._number, found))
        is_all_out = self._handed_out >= (len(self._samples) if self._stop_at is None else self._stop_at)
        if is_all_out and now >= self._heard_from + self._handed_out:
            span = Span(self._heard_from, self._heard_from + self._handed_out)
            events.append(LineEnded(self._number, span, self._yielded_at, self._was_lost))
            self._samples = None
        return tuple(events)

    def _find_start(self, heard: Samples, start: int, now: int) -> int | None:
        audible = np.flatnonzero(heard)
        if len(audible):
            return start + int(audible[0])
        if now - self._begun_at >= LOST_AFTER_SAMPLES:
            self._was_lost = True
            return self._begun_at
        return None
