"""The loop between the two streams of a sound card.

The streams belong to their callbacks; the pump runs in its caller's thread. It takes what the microphone
brought, works out what of the customer was heard meanwhile, calls ``process`` and queues the answer. It waits
for the microphone and for nothing else.
"""

from __future__ import annotations

import time
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass, replace
from queue import Empty
from statistics import median
from typing import Final

import numpy as np

from voicesim.audio.clip import BLOCK_SAMPLES, SAMPLE_RATE_HZ, Clip, Samples
from voicesim.errors import DeviceLostError
from voicesim.lines.alignment import LONGEST_LATENCY_S, Alignment
from voicesim.lines.delay import EchoPath, estimate_echo_path
from voicesim.lines.devices import DeviceRecord
from voicesim.lines.feeds import LoudspeakerFeed, MicrophoneFeed
from voicesim.lines.heard import HeardTrack
from voicesim.lines.listening import LineListener
from voicesim.lines.streams import SoundCardStreams
from voicesim.ports import LineReport, Process

VANISHED_S: Final = 2.0
"""A stream whose callback stays away this long is lost. The longest gap in a call that was measured with both
cores busy is 56 ms."""

POLL_S: Final = 0.1
"""How often a pump without sound looks whether the devices are still there."""

SETTLE_WINDOW_S: Final = 0.5
SETTLE_TOLERANCE: Final = 0.2
SAME_STAMPS_S: Final = 0.02
SETTLE_LIMIT_S: Final = 6.0
"""The streams have settled when both ran within 20 % of their rate for half a second (a burst is 5 % of that),
without an underflow, and the time stamps of one half second agree with those of the next. Longest start that
was measured: 1.8 s in which PulseAudio took nothing, with stamps off by up to 0.7 s for half a second more."""

_LOST_HINT: Final = (
    "was it unplugged or the sound server restarted? `voicesim devices` lists what is there; "
    "what was recorded is kept"
)

PROBE_MAX_LAG_S: Final = 1.0
"""How far from the time stamps a probe is searched for."""

_AFTER_PROBE_SAMPLES: Final = SAMPLE_RATE_HZ // 2


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ProbeRecording:
    """What came back of a sound that was played."""

    microphone: Samples
    heard: Samples
    """What was played, where it lies in the microphone; as sure as ``path`` is."""
    path: EchoPath | None
    """The way it took; ``None`` when nothing was played."""
    latency_s: float
    """From handing the sound out to its arrival in the microphone, or in ``heard`` where it was not found."""


class _ProbePlayer:
    """A ``process`` that plays one sound and keeps both channels."""

    def __init__(self, probe: Samples) -> None:
        padded = np.concatenate([probe, np.zeros(-len(probe) % BLOCK_SAMPLES, np.float32)])
        self._blocks = deque(padded.reshape(-1, BLOCK_SAMPLES))
        self._n_left = int(np.count_nonzero(probe))
        self._n_after = 0
        # What the device delays is bounded by what is taken for a latency at all.
        self._n_most = len(self._blocks) + round(2.0 * LONGEST_LATENCY_S * SAMPLE_RATE_HZ / BLOCK_SAMPLES)
        self.microphone: list[Samples] = []
        self.heard: list[Samples] = []

    def process(self, microphone: Samples, heard: Samples) -> Samples:
        self.microphone.append(microphone)
        self.heard.append(heard)
        self._n_left -= int(np.count_nonzero(heard))
        if self._n_left <= 0:
            self._n_after += BLOCK_SAMPLES
        return self._blocks.popleft() if self._blocks else np.zeros(BLOCK_SAMPLES, np.float32)

    def is_over(self) -> bool:
        return self._n_after >= _AFTER_PROBE_SAMPLES or len(self.heard) >= self._n_most


def _shifted(samples: Samples, later_samples: int) -> Samples:
    """The same length, moved; silence comes in at the end that opens."""
    moved = np.zeros_like(samples)
    if later_samples >= 0:
        moved[later_samples:] = samples[: len(samples) - later_samples]
    else:
        moved[:later_samples] = samples[-later_samples:]
    return moved


class SoundCardPump:
    """Both streams, open, and everything that lives as long as they are.

    Args:
        microphone: device to record from.
        loudspeaker: device to play on.
        rate_hz: rate to open both at; ``None`` for 16 kHz where possible.

    Raises:
        DeviceError: a device refuses to be opened.
    """

    def __init__(self, microphone: DeviceRecord, loudspeaker: DeviceRecord, *, rate_hz: int | None) -> None:
        self._streams = SoundCardStreams(microphone, loudspeaker, rate_hz=rate_hz)
        self._opened_s = time.perf_counter()
        input_rate_hz = self._streams.opened_input.rate_hz
        output_rate_hz = self._streams.opened_output.rate_hz
        self._alignment = Alignment(
            input_rate_hz=input_rate_hz,
            output_rate_hz=output_rate_hz,
            claimed_latencies_s=self._streams.claimed_latencies_s,
        )
        self._heard = HeardTrack()
        self._microphone = MicrophoneFeed(input_rate_hz)
        self._loudspeaker = LoudspeakerFeed(output_rate_hz, self._streams.output, self._heard)
        self._listener = LineListener()
        self._latencies_s: list[float] = []
        self._looked_s = self._opened_s
        self._looked_frames = (0, 0)
        self._silent_s = [0.0, 0.0]
        self._is_started = False
        self._frozen_delay_samples: int | None = None
        self._faults_before: Counter[str] = Counter()
        self._is_unsteady = False

    def close(self) -> None:
        """Close both streams; a second call does nothing."""
        self._streams.close()

    def settle(self) -> None:
        """Wait until both streams run evenly, and let their beginning go.

        Raises:
            DeviceLostError: one of them brings nothing at all.
        """
        alignment = self._alignment
        before_s: float | None = None
        while True:
            is_even = self._runs_evenly()
            stamped_s = alignment.stamped_latency_s()
            if is_even and stamped_s is None:
                break
            is_same = (
                stamped_s is not None and before_s is not None and abs(stamped_s - before_s) < SAME_STAMPS_S
            )
            if is_even and is_same and stamped_s is not None and not alignment.is_suspicious(stamped_s):
                break
            if time.perf_counter() - self._opened_s > SETTLE_LIMIT_S:
                self._refuse_silence()
                self._is_unsteady = not is_even
                break
            before_s = stamped_s if is_even else None
            # What the driver stamps and counts while it starts is wrong by half a second.
            alignment.clear()
        alignment.use_stamps()

    def _runs_evenly(self) -> bool:
        """Whether both streams keep their pace for a while, with no complaint."""
        streams = self._streams
        faults = self._stream_faults()
        frames = streams.input.frames, streams.output.frames
        began_s = time.perf_counter()
        self._discard(SETTLE_WINDOW_S)
        elapsed_s = time.perf_counter() - began_s
        paces = (
            (streams.input.frames - frames[0]) / (elapsed_s * streams.opened_input.rate_hz),
            (streams.output.frames - frames[1]) / (elapsed_s * streams.opened_output.rate_hz),
        )
        return faults == self._stream_faults() and all(abs(pace - 1.0) < SETTLE_TOLERANCE for pace in paces)

    def _refuse_silence(self) -> None:
        for side, opened, name, verb in (
            (self._streams.input, self._streams.opened_input, "microphone", "brings"),
            (self._streams.output, self._streams.opened_output, "loudspeaker", "takes"),
        ):
            if not side.frames:
                raise DeviceLostError(f"the {name} {opened.device.name!r} {verb} no sound", hint=_LOST_HINT)

    def _discard(self, for_s: float) -> None:
        """Follow both streams without anybody listening."""
        until_s = time.perf_counter() + for_s
        while (left_s := until_s - time.perf_counter()) > 0.0:
            record = self._streams.input.get(left_s)
            if record is not None:
                self._alignment.see_input(record)
            self._follow_output()

    def play_behind(self, background: Clip | None) -> None:
        """Let a sound lie behind all that is played; ``heard`` knows nothing of it.

        Args:
            background: a loop at 16 kHz, or ``None`` for silence.
        """
        if background is not None:
            import soxr

            rate_hz = self._streams.opened_output.rate_hz
            loop = soxr.resample(background.samples, SAMPLE_RATE_HZ, rate_hz, quality="HQ")
            self._streams.output.play_behind(np.ascontiguousarray(loop, dtype=np.float32))

    def begin(self) -> None:
        """Start counting for a call (or a probe): what came before is dropped.

        Raises:
            DeviceLostError: a device vanished meanwhile.
        """
        # What waited since the devices were opened tells about their clocks and nothing else.
        while (record := self._streams.input.get(0.0)) is not None:
            self._alignment.see_input(record)
        self._follow_output()
        while not self._alignment.is_ready:
            self._discard(POLL_S)
            self._look_after_devices(is_idle=True)
        self._alignment.use_stamps()
        self._alignment.start_counting()
        self._microphone.restart()
        self._listener = LineListener()
        self._latencies_s.clear()
        self._heard.gap_samples = self._heard.adjusted_samples = self._loudspeaker.n_ran_dry = 0
        self._faults_before = self._stream_faults()
        self._is_started = False

    def pump(self, process: Process, is_over: Callable[[], bool]) -> None:
        """Take blocks through ``process`` until ``is_over()``.

        Raises:
            DeviceLostError: a device vanished; what it brought before has been through ``process``.
        """
        while not is_over():
            record = self._streams.input.get(POLL_S)
            self._follow_output()
            if record is None:
                self._look_after_devices(is_idle=True)
                continue
            self._alignment.see_input(record)
            self._look_after_devices(is_idle=False)
            for block in self._microphone.blocks(record):
                if is_over():
                    return
                self._step(block, process)

    def _step(self, microphone: Samples, process: Process) -> None:
        """One block: 32 ms of the call."""
        self._follow_output()
        delay_samples = self._frozen_delay_samples
        if delay_samples is None:
            delay_samples = self._alignment.delay_samples()
        if not self._is_started:
            self._is_started = True
            self._heard.start(self._microphone.next_sample - BLOCK_SAMPLES, delay_samples)
        heard = self._heard.take(delay_samples)
        # A copy: what is queued and what is heard later must be what was returned now.
        customer = np.array(process(microphone, heard), np.float32)
        begins = self._loudspeaker.accept(customer)
        if begins or not self._latencies_s:
            self._latencies_s.append(self._latency_s())
        found = self._listener.step(microphone, heard, self._heard.delay_samples)
        if found is not None and self._frozen_delay_samples is None:
            self._alignment.use_loopback(found)

    def _latency_s(self) -> float:
        """From the moment when a block was returned until its first sample is heard."""
        waiting = self._loudspeaker.level_samples - BLOCK_SAMPLES
        position = self._heard.consumed_samples + max(0, waiting)
        return (position + self._heard.delay_samples - self._heard.microphone_samples) / SAMPLE_RATE_HZ

    def play_probe(self, probe: Samples) -> ProbeRecording:
        """Play a sound, record what comes back, and take the latency from it where the sound is found.

        A probe in which the output ran dry has a seam and is played once more.

        Raises:
            DeviceLostError: a device vanished.
        """
        recording, delay_samples = self._play_once(probe)
        if self._stumbled():
            recording, delay_samples = self._play_once(probe)
        path = recording.path
        if path is not None and path.is_sure:
            self._alignment.use_loopback(delay_samples + path.lag_samples)
            recording = replace(
                recording,
                heard=_shifted(recording.heard, path.lag_samples),
                latency_s=recording.latency_s + path.lag_samples / SAMPLE_RATE_HZ,
            )
        return recording

    def _stumbled(self) -> bool:
        faults = self._stream_faults() - self._faults_before
        return faults["output_underflow"] > 0 or self._loudspeaker.n_ran_dry > 0

    def _play_once(self, probe: Samples) -> tuple[ProbeRecording, int]:
        """Both channels as they came, and the delay that ``heard`` was placed by."""
        self.begin()
        player = _ProbePlayer(probe)
        delay_samples = self._alignment.delay_samples()
        self._frozen_delay_samples = delay_samples
        try:
            self.pump(player.process, player.is_over)
        finally:
            self._frozen_delay_samples = None
        microphone, heard = np.concatenate(player.microphone), np.concatenate(player.heard)
        path = estimate_echo_path(heard, microphone, max_lag_s=PROBE_MAX_LAG_S)
        recording = ProbeRecording(
            microphone=microphone, heard=heard, path=path, latency_s=self._latencies_s[-1]
        )
        return recording, delay_samples

    def _follow_output(self) -> None:
        """Take in what the output's callbacks have left."""
        while True:
            try:
                record = self._streams.output.records.get_nowait()
            except Empty:
                return
            self._alignment.see_output(record)
            if record.is_after_underflow:
                self._listener.spoil()
            self._loudspeaker.follow(record)

    def _look_after_devices(self, *, is_idle: bool) -> None:
        """Raise when a stream has stopped.

        Args:
            is_idle: whether the microphone has just brought nothing; only then is the driver asked.
        """
        if is_idle and not self._streams.are_active:
            raise DeviceLostError("the sound card stopped", hint=_LOST_HINT)
        now_s = time.perf_counter()
        # A callback needs the interpreter: while `process` is busy with it no stream can be heard of.
        attentive_s = min(now_s - self._looked_s, 2.0 * POLL_S)
        self._looked_s = now_s
        frames = self._streams.input.frames, self._streams.output.frames
        opened = self._streams.opened_input, self._streams.opened_output
        for n, name in enumerate(("microphone", "loudspeaker")):
            is_silent = frames[n] == self._looked_frames[n]
            self._silent_s[n] = self._silent_s[n] + attentive_s if is_silent else 0.0
            if self._silent_s[n] > VANISHED_S:
                message = f"the {name} {opened[n].device.name!r} has been dead for {VANISHED_S:.0f} s"
                raise DeviceLostError(message, hint=_LOST_HINT)
        self._looked_frames = frames

    def _stream_faults(self) -> Counter[str]:
        return self._streams.input.faults + self._streams.output.faults

    def _faults(self) -> dict[str, int]:
        """What went wrong since :meth:`begin`, by kind; only what did."""
        alignment = self._alignment
        faults = self._stream_faults() - self._faults_before
        lost_in = round(alignment.input_clock.lost_s * SAMPLE_RATE_HZ)
        faults["lost_input_samples"] = lost_in + self._microphone.missing_samples
        faults["stalled_output_samples"] = round(alignment.output_clock.lost_s * SAMPLE_RATE_HZ)
        faults["line_ran_dry"] = self._loudspeaker.n_ran_dry
        faults["heard_gap_samples"] = self._heard.gap_samples
        faults["unsteady_start"] = int(self._is_unsteady)
        return {name: count for name, count in sorted(faults.items()) if count > 0}

    def report(self) -> LineReport:
        """What is known since :meth:`begin`."""
        alignment, streams = self._alignment, self._streams
        wall_s, n_frames = alignment.input_clock.elapsed()
        details: dict[str, str | int | float] = {
            "microphone": streams.opened_input.device.name,
            "loudspeaker": streams.opened_output.device.name,
            "input_rate_hz": streams.opened_input.rate_hz,
            "output_rate_hz": streams.opened_output.rate_hz,
            "input_frames": n_frames,
            "input_wall_s": round(wall_s, 4),
            "absorbed_samples": self._heard.adjusted_samples,
            "loopback_measurements": alignment.n_measured,
            "largest_correction_s": round(alignment.largest_correction_s, 4),
            "reserve_samples": self._loudspeaker.reserve_samples,
        }
        if alignment.drift_ppm is not None:
            details["drift_ppm"] = round(alignment.drift_ppm, 1)
        return LineReport(
            kind="soundcard",
            latency_s=round(median(self._latencies_s), 4) if self._latencies_s else 0.0,
            latency_source=str(alignment.source),
            faults=self._faults(),
            details=details,
        )
