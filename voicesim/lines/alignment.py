"""How the loudspeaker's counter and the microphone's belong together.

Conventions: everything in seconds of sound. With ``offset`` a stream's count against the monotonic clock
(:mod:`voicesim.lines.clocks`), sound at the moment t leaves the loudspeaker as its position
``offset_out + t - latency_out`` and arrives as the microphone's ``offset_in + t + latency_in``; so

    delay = offset_in - offset_out + latency_in + latency_out.

The sum of the latencies is taken from the best source there is: the customer found in the microphone, else
PortAudio's time stamps, else the latencies that the driver claims.

Between two such findings the delay follows drift and dropouts. After an underflow (or an overflow) the counts
are right to the millisecond as soon as the stream runs again. Otherwise neither witness is to be believed alone:
the counts also move when a driver fills its buffer otherwise than before (10 ms and back within seconds on
PulseAudio), and the stamps wander by 20 ms while nothing changes. A change then counts when both say it for
seconds, and it is the lesser of the two.
"""

from __future__ import annotations

from collections import deque
from enum import StrEnum
from math import isfinite
from statistics import median
from typing import Final

from voicesim.audio.clip import SAMPLE_RATE_HZ
from voicesim.lines.clocks import StreamClock
from voicesim.lines.streams import InputRecord, OutputRecord

STAMPS_S: Final = 3.0
"""Stretch over which time stamps are averaged."""

LONGEST_LATENCY_S: Final = 2.0
"""A stamp beyond is no measurement: PulseAudio's stood at 0.3 to 0.6 s for a second after the start."""

SUSPICIOUS_RATIO: Final = 1.1
"""On PulseAudio the truth was 0.7 of what is claimed, and the stamps of one start in ten stood 0.22 s above it
for seconds. Bluetooth may say as much and be right."""

DEADBAND_S: Final = 0.015
"""A change on the word of counts and stamps alone must exceed this: three quarters of the +-20 ms that are
promised, and more than either of them errs by in a quiet minute."""

AGREE_S: Final = 0.015
"""How far a change may still move while it is being believed."""

LOOK_EVERY_S: Final = 1.0
N_LOOKS: Final = 4
"""A change counts when that many looks in a row see it: longer than the windows of the counts (2 s) and of
the stamps (3 s), both of which see it gradually."""

AFTER_FAULT_S: Final = 2.5
"""How long after an underflow or an overflow the counts alone are followed: until their window is full again."""

SAME_S: Final = 0.002
"""What the counts err by."""


class LatencySource(StrEnum):
    """Where the latency comes from, best first."""

    LOOPBACK = "loopback"
    TIME_STAMPS = "time stamps"
    DECLARED = "declared"


class _Stamps:
    """Latencies as one stream's callbacks were stamped."""

    def __init__(self) -> None:
        self._seen: deque[tuple[float, float, float]] = deque()

    def add(self, moment_s: float, stamped_s: float, latency_s: float) -> None:
        """Keep a stamp as it came, and the latency that follows from it."""
        self._seen.append((moment_s, stamped_s, latency_s))
        while self._seen[0][0] < moment_s - STAMPS_S:
            self._seen.popleft()

    def clear(self) -> None:
        self._seen.clear()

    def median_s(self) -> float | None:
        """The middle latency, or ``None`` where the driver gives no sensible stamps."""
        if not self._seen or not all(isfinite(stamped_s) for _, stamped_s, _ in self._seen):
            return None
        if not 0.0 < median(stamped_s for _, stamped_s, _ in self._seen) < LONGEST_LATENCY_S:
            return None
        return median(latency_s for _, _, latency_s in self._seen)


class Alignment:
    """Keeps the delay from output position to microphone index.

    Args:
        input_rate_hz: nominal rate of the microphone's stream.
        output_rate_hz: nominal rate of the loudspeaker's stream.
        claimed_latencies_s: of input and output, as the driver claims.
    """

    def __init__(
        self, *, input_rate_hz: int, output_rate_hz: int, claimed_latencies_s: tuple[float, float]
    ) -> None:
        self.input_clock = StreamClock(input_rate_hz)
        self.output_clock = StreamClock(output_rate_hz)
        self.source = LatencySource.DECLARED
        self.n_measured = 0
        """How often the customer was found in the microphone."""
        self.largest_correction_s = 0.0
        """The most that such a finding moved the delay, the first one apart."""
        self._input_rate_hz = input_rate_hz
        self._output_rate_hz = output_rate_hz
        self._input_stamps = _Stamps()
        self._output_stamps = _Stamps()
        self._claimed_s = sum(claimed_latencies_s)
        self._latencies_s = self._claimed_s
        # The stamps' word when the latency was last settled: from then on only their change counts.
        self._stamps_then_s: float | None = None
        self._delay_s: float | None = None
        self._changes: deque[float] = deque(maxlen=N_LOOKS)
        self._next_look_s = 0.0
        self._follow_counts_until_s = 0.0

    def clear(self) -> None:
        """Forget what was seen so far, the measured latency apart."""
        self.input_clock.clear()
        self.output_clock.clear()
        self._input_stamps.clear()
        self._output_stamps.clear()

    @property
    def is_ready(self) -> bool:
        """Whether both streams were seen long enough to tell the delay."""
        return self._offsets_s() is not None

    def start_counting(self) -> None:
        """A call begins."""
        self.input_clock.start_counting()
        self.output_clock.start_counting()

    def see_input(self, record: InputRecord) -> None:
        """Take the count and the stamp of an input callback."""
        n_frames = len(record.samples)
        if record.is_after_overflow:
            self.input_clock.break_off()
            self._follow_counts_until_s = record.moment_s + AFTER_FAULT_S
        self.input_clock.observe(record.moment_s, record.first_frame + n_frames)
        # A stamp is the age of the first frame; the count is that after the last one.
        newest_s = record.latency_s - n_frames / self._input_rate_hz
        self._input_stamps.add(record.moment_s, record.latency_s, newest_s)

    def see_output(self, record: OutputRecord) -> None:
        """Take the count and the stamp of an output callback."""
        if record.is_after_underflow:
            self.output_clock.break_off()
            self._follow_counts_until_s = record.moment_s + AFTER_FAULT_S
        self.output_clock.observe(record.moment_s, record.frames)
        last_s = record.latency_s + (record.frames - record.first_frame) / self._output_rate_hz
        self._output_stamps.add(record.moment_s, record.latency_s, last_s)

    def stamped_latency_s(self) -> float | None:
        """Both latencies together as the callbacks of the last seconds were stamped, where that makes sense."""
        recording, playing = self._input_stamps.median_s(), self._output_stamps.median_s()
        if recording is None or playing is None:
            return None
        # No frame arrives before it sounded. PulseAudio's stamps say so by up to 30 ms, and zero is the truth
        # within 7 ms.
        return max(0.0, recording) + playing

    def is_suspicious(self, stamped_s: float) -> bool:
        """Whether stamps lie so far above the buffers that were asked for that they need time to prove it."""
        return stamped_s > SUSPICIOUS_RATIO * self._claimed_s

    def use_stamps(self) -> None:
        """Take the latency from the time stamps, where they make sense and nothing better is known."""
        stamped_s = self.stamped_latency_s()
        if self.source is not LatencySource.LOOPBACK and stamped_s is not None:
            self.source = LatencySource.TIME_STAMPS
            self._latencies_s = stamped_s
        if self.source is not LatencySource.LOOPBACK:
            self._settle(None)

    def use_loopback(self, delay_samples: int) -> None:
        """Take the delay at which the customer was found in the microphone."""
        if not self.is_ready:
            return
        delay_s = delay_samples / SAMPLE_RATE_HZ
        if self.source is LatencySource.LOOPBACK and self._delay_s is not None:
            moved_s = abs(delay_s - self._delay_s)
            self.largest_correction_s = max(self.largest_correction_s, moved_s)
        self.source = LatencySource.LOOPBACK
        self.n_measured += 1
        self._settle(delay_s)

    def delay_samples(self) -> int:
        """The delay, at 16 kHz, by all that is known now."""
        self._look()
        return round((self._delay_s or 0.0) * SAMPLE_RATE_HZ)

    @property
    def drift_ppm(self) -> float | None:
        """How much faster the microphone's counter runs than the loudspeaker's; ``None`` when too short."""
        recording, playing = self.input_clock.drift_ppm, self.output_clock.drift_ppm
        return None if recording is None or playing is None else recording - playing

    def _settle(self, delay_s: float | None) -> None:
        """Begin anew from a delay, or from the latency where ``None``."""
        offsets_s = self._offsets_s()
        if offsets_s is None:
            return
        if delay_s is None:
            delay_s = offsets_s + self._latencies_s
        self._delay_s = delay_s
        self._latencies_s = delay_s - offsets_s
        self._stamps_then_s = self.stamped_latency_s()
        self._changes.clear()

    def _look(self) -> None:
        """See whether the delay has changed since it was settled."""
        offsets_s = self._offsets_s()
        if offsets_s is None:
            return
        if self._delay_s is None:
            self._settle(None)
            return
        now_s = self.output_clock.moment_s
        by_counts_s = offsets_s + self._latencies_s - self._delay_s
        if now_s < self._follow_counts_until_s:
            if abs(by_counts_s) > SAME_S:
                self._settle(self._delay_s + by_counts_s)
        elif now_s >= self._next_look_s:
            self._next_look_s = now_s + LOOK_EVERY_S
            self._hear_both(by_counts_s)

    def _hear_both(self, by_counts_s: float) -> None:
        """Take up a change that counts and stamps agree on, once it has lasted."""
        assert self._delay_s is not None
        stamped_s = self.stamped_latency_s()
        by_both_s = by_counts_s
        if stamped_s is not None and self._stamps_then_s is not None:
            by_both_s += stamped_s - self._stamps_then_s
        lesser_s = min(by_counts_s, by_both_s, key=abs)
        if by_counts_s * by_both_s <= 0.0 or abs(lesser_s) <= DEADBAND_S:
            self._changes.clear()
            return
        self._changes.append(lesser_s)
        if len(self._changes) == N_LOOKS and max(self._changes) - min(self._changes) <= AGREE_S:
            self._settle(self._delay_s + lesser_s)

    def _offsets_s(self) -> float | None:
        recording, playing = self.input_clock.offset_s, self.output_clock.offset_s
        return None if recording is None or playing is None else recording - playing
