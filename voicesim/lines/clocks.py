"""How fast and how steadily a sound stream runs, from bursty callbacks.

Conventions: an observation is (moment in seconds of a monotonic clock, frames counted so far). A callback can
be late and never early, so the least late observation of a window lies closest to the stream's true line:
the *offset* is the greatest ``frames / rate - moment`` of the window. A stream that stands still and catches
up keeps its offset; one that loses frames falls back for good.
"""

from __future__ import annotations

from collections import deque
from typing import Final, NamedTuple

WINDOW_S: Final = 2.0
"""Far longer than any burst that was measured on PulseAudio (75 ms), shorter than the pauses of a call."""

TRUST_AFTER_S: Final = 0.3
"""Some ten callbacks, one of which was in time."""

STEP_S: Final = 0.01
"""A change of offset from one window to the next that is a loss and not drift, which it would take 5000 ppm
for: crystals stay within 100 ppm or so."""

DRIFT_AFTER_S: Final = 20.0
"""Drift is said only of a stretch at least this long: an offset is good to about 0.3 ms, so to 15 ppm."""


class _Seen(NamedTuple):
    moment_s: float
    frames: int
    offset_s: float


class StreamClock:
    """The line that a stream's frame count follows.

    Args:
        rate_hz: nominal frames per second.
    """

    def __init__(self, rate_hz: int) -> None:
        self._rate_hz = rate_hz
        self.moment_s = 0.0
        """Moment of the last observation."""
        # Candidates for the greatest offset of the window, falling: a sliding maximum in constant time.
        self._window: deque[_Seen] = deque()
        self._unbroken_since_s = 0.0
        self.start_counting()

    def start_counting(self) -> None:
        """A call begins: what is counted, lost and drifted is counted from the next observation on."""
        self._counting_since_s: float | None = None
        self._first: _Seen | None = None
        self._anchor: _Seen | None = None
        self._checked: _Seen | None = None
        self._steps_s = 0.0

    def clear(self) -> None:
        """Forget everything: what was seen so far cannot be trusted."""
        self._window.clear()
        self.start_counting()

    def break_off(self) -> None:
        """The stream has just stumbled: where it stood before says nothing of where it stands now."""
        self._window.clear()

    def observe(self, moment_s: float, frames: int) -> None:
        """Take the count after a callback."""
        if not self._window or moment_s - self.moment_s > WINDOW_S:
            self._window.clear()
            self._unbroken_since_s = moment_s
        self.moment_s = moment_s
        seen = _Seen(moment_s, frames, frames / self._rate_hz - moment_s)
        while self._window and self._window[-1].offset_s <= seen.offset_s:
            self._window.pop()
        self._window.append(seen)
        while self._window[0].moment_s < moment_s - WINDOW_S:
            self._window.popleft()
        if self._counting_since_s is None:
            self._counting_since_s = moment_s
        if moment_s - self._counting_since_s <= WINDOW_S and (
            self._first is None or seen.offset_s > self._first.offset_s
        ):
            self._first = seen
        last_s = self._checked.moment_s if self._checked else self._counting_since_s
        if moment_s - last_s >= WINDOW_S:
            self._check(self._window[0]._replace(moment_s=moment_s))

    def _check(self, now: _Seen) -> None:
        """Compare with the window before, which this one does not overlap."""
        if self._checked is None:
            self._anchor = now
        elif abs(now.offset_s - self._checked.offset_s) > STEP_S:
            self._steps_s += now.offset_s - self._checked.offset_s
        self._checked = now

    @property
    def offset_s(self) -> float | None:
        """Where the stream stands against the clock; ``None`` until enough was seen in one piece."""
        if not self._window or self.moment_s - self._unbroken_since_s < TRUST_AFTER_S:
            return None
        return self._window[0].offset_s

    def elapsed(self) -> tuple[float, int]:
        """Seconds and frames between the least late observations of the first and of the last window.

        Bursts fall out of the comparison of the two; a call shorter than a window gives (0, 0).
        """
        if self._first is None or not self._window or self._window[0].moment_s <= self._first.moment_s:
            return 0.0, 0
        last = self._window[0]
        return last.moment_s - self._first.moment_s, last.frames - self._first.frames

    @property
    def lost_s(self) -> float:
        """Seconds of sound that went missing, found by the steps that they leave."""
        return max(0.0, -self._steps_s)

    @property
    def drift_ppm(self) -> float | None:
        """How much faster than its nominal rate the stream runs, steps left out; ``None`` when too short."""
        if self._anchor is None or self._checked is None:
            return None
        elapsed_s = self._checked.moment_s - self._anchor.moment_s
        if elapsed_s < DRIFT_AFTER_S:
            return None
        return 1e6 * (self._checked.offset_s - self._anchor.offset_s - self._steps_s) / elapsed_s
