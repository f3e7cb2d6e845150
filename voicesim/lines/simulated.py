"""A trainee who is a list of recordings, each played in answer to a turn of the customer.

In virtual time a call runs as fast as the machine allows and comes out the same every time; in real time each
block waits for its moment, as with a sound card.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from voicesim.audio.audible import audible_span
from voicesim.audio.clip import BLOCK_SAMPLES, SAMPLE_RATE_HZ, Clip, Samples
from voicesim.audio.span import Span
from voicesim.errors import ParameterError
from voicesim.ports import LineReport, Process

OPENING_S: Final = 0.5
"""The trainee picks up this long after the line opens."""

LATE_S: Final = 0.032
"""A block that is this late in real time is counted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """One utterance of the simulated trainee."""

    clip: Clip
    """16 kHz."""
    after_s: float = 0.4
    """Starts this long after the last sample of the customer's line that it answers."""
    interrupts_after_s: float | None = None
    """If given, starts this long after the first sample of that line, whether it is over or not."""


class SimulatedLine:
    """A line with a simulated trainee at its end. Implements :class:`voicesim.ports.Line`.

    Args:
        replies: in order.
        opens: whether the first reply is the greeting, said before the customer has spoken.
        is_real_time: wait for each block's moment.
        latency_blocks: how many blocks of 32 ms the customer's sound takes to be heard.
        room: noise of the trainee's room, RMS in dBov; ``None`` for digital silence between utterances.
    """

    def __init__(
        self,
        replies: Sequence[Reply],
        *,
        opens: bool = True,
        is_real_time: bool = False,
        latency_blocks: int = 1,
        room: float | None = -75.0,
    ) -> None:
        if latency_blocks < 1:
            raise ParameterError(f"latency_blocks must be at least 1, got {latency_blocks}")
        self._replies = list(replies)
        self._is_real_time = is_real_time
        self._latency_blocks = latency_blocks
        self._noise = np.random.default_rng(1)
        self._room_rms = 0.0 if room is None else 10.0 ** (room / 20.0)
        self._next = 0
        self._n_late = 0
        self._starts_at: int | None = round(OPENING_S * SAMPLE_RATE_HZ) if opens else None
        self._was_sounding = False
        self._speaking_from: int | None = None
        self.spoken: list[Span] = []
        """Where each reply was said, from its first audible sample to its last, on the call's clock."""

    def run(self, process: Process, is_over: Callable[[], bool]) -> LineReport:
        """Pump blocks until the call is over."""
        underway: list[Samples] = [np.zeros(BLOCK_SAMPLES, np.float32) for _ in range(self._latency_blocks)]
        now = 0
        began_s = time.perf_counter()
        while not is_over():
            heard = underway.pop(0)
            microphone = self._microphone(heard, now)
            now += BLOCK_SAMPLES
            if self._is_real_time:
                wait_s = began_s + now / SAMPLE_RATE_HZ - time.perf_counter()
                if wait_s > 0.0:
                    time.sleep(wait_s)
                elif wait_s < -LATE_S:
                    self._n_late += 1
            underway.append(process(microphone, heard))
        return self.report

    @property
    def report(self) -> LineReport:
        """How many replies were given, and how many blocks came late."""
        return LineReport(
            kind="simulated",
            latency_s=self._latency_blocks * BLOCK_SAMPLES / SAMPLE_RATE_HZ,
            latency_source="declared",
            faults={"late_blocks": self._n_late} if self._n_late else {},
            details={"replies": self._next, "of": len(self._replies)},
        )

    def _microphone(self, heard: Samples, now: int) -> Samples:
        self._listen(heard, now)
        block = np.zeros(BLOCK_SAMPLES, dtype=np.float32)
        if self._room_rms > 0.0:
            block += (self._room_rms * self._noise.standard_normal(BLOCK_SAMPLES)).astype(np.float32)
        if self._speaking_from is None and self._is_due(now):
            assert self._starts_at is not None
            self._speaking_from = self._starts_at
            self._starts_at = None
        if self._speaking_from is not None:
            self._speak(block, now)
        return block

    def _is_due(self, now: int) -> bool:
        return (
            self._starts_at is not None
            and self._next < len(self._replies)
            and (self._starts_at < now + BLOCK_SAMPLES)
        )

    def _speak(self, block: Samples, now: int) -> None:
        assert self._speaking_from is not None
        samples = self._replies[self._next].clip.samples
        offset = now - self._speaking_from
        into = max(0, -offset)
        part = samples[max(0, offset) : max(0, offset) + BLOCK_SAMPLES - into]
        block[into : into + len(part)] += part
        if offset + BLOCK_SAMPLES >= len(samples):
            self.spoken.append(audible_span(samples).shift(self._speaking_from))
            self._speaking_from = None
            self._next += 1

    def _listen(self, heard: Samples, now: int) -> None:
        """Plan the next reply by the customer's line: exact zeros lie between lines and never inside one."""
        if self._speaking_from is not None or self._next >= len(self._replies):
            self._was_sounding = bool(heard[-1] != 0.0)
            return
        reply = self._replies[self._next]
        audible = np.flatnonzero(heard)
        if len(audible) and not self._was_sounding:
            if reply.interrupts_after_s is not None:
                first = now + int(audible[0])
                self._starts_at = first + round(reply.interrupts_after_s * SAMPLE_RATE_HZ)
            else:
                self._starts_at = None
        is_sounding = bool(heard[-1] != 0.0)
        ended = len(audible) > 0 and not is_sounding
        if (ended or (self._was_sounding and not is_sounding)) and reply.interrupts_after_s is None:
            last = now + (int(audible[-1]) + 1 if len(audible) else 0)
            self._starts_at = max(last + round(reply.after_s * SAMPLE_RATE_HZ), now)
        self._was_sounding = is_sounding
