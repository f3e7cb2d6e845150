"""The two PortAudio streams of a sound card, apart from each other, and what their callbacks leave behind.

A callback copies, counts, reads the time and queues, and nothing else. Its records carry cumulative counts,
so that a record that found the queue full loses sound, never the place of what follows.

Why two streams: one duplex stream of 512-sample blocks lost 70 % of the frames on PulseAudio, an input and an
output stream apart lost none.
"""

from __future__ import annotations

import threading
import time
from collections import Counter, deque
from contextlib import ExitStack
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from typing import Any, Final, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

from voicesim.audio.clip import SAMPLE_RATE_HZ, Samples
from voicesim.errors import DeviceError
from voicesim.lines.alsa import quiet_alsa
from voicesim.lines.devices import DeviceRecord, Direction
from voicesim.lines.portaudio import CHANNELS_REFUSED, SAMPLE_RATE_REFUSED, error_code, load_portaudio, plain

DEVICE_LATENCY_S: Final = 0.15
"""Buffer that is asked of the driver. On PulseAudio with three to seven busy processes on two cores, 9 ms gave
constant underflows, 100 ms one in every fourth call of 20 s, 150 and 200 ms none. It comes in callbacks of
38 ms, which leaves Python 110 ms to be late in."""

QUEUE_S: Final = 10.0
"""Microphone sound that may wait for the pump before the oldest is kept and the newest dropped."""

QUEUE_RECORDS: Final = 20_000
"""Output records that may wait: 40 s of 2 ms callbacks. They are cumulative, so dropping one costs detail."""

RACING_SHARE: Final = 0.5
"""An output that underflows and asks for more sooner than half of what it just took could have been played has
thrown that away. After a stall of 0.25 s PulseAudio did so for up to 3 s, at 5 to 14 times real time."""

CLOSE_TIMEOUT_S: Final = 2.0
"""A driver whose device is gone may never come back from closing it."""

_CallbackBuffer: TypeAlias = npt.NDArray[np.float32]


class InputRecord(NamedTuple):
    """What an input callback brought."""

    moment_s: float
    """``time.perf_counter``: monotonic, and fine enough on Windows too."""
    first_frame: int
    samples: Samples
    latency_s: float
    """Age of the first frame, as PortAudio stamps it; not finite or negative where it does not."""
    is_after_overflow: bool = False
    """Whether the driver has thrown sound away since the record before."""


class OutputRecord(NamedTuple):
    """What an output callback took."""

    moment_s: float
    frames: int
    """Frames asked for so far, this callback included."""
    queued_frames: int
    """Of those, how many came from the queue; the rest was silence."""
    first_frame: int
    latency_s: float
    """Time until the first frame of this callback is heard, as PortAudio stamps it."""
    is_after_underflow: bool = False
    """Whether the driver ran dry since the record before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """How a device was opened."""

    device: DeviceRecord
    rate_hz: int
    n_channels: int


class InputSide:
    """The microphone's stream."""

    def __init__(self) -> None:
        self.faults: Counter[str] = Counter()
        self.records: SimpleQueue[InputRecord] = SimpleQueue()
        self.frames = 0
        self._is_after_overflow = False
        self._taken = 0
        self._limit_frames = round(QUEUE_S * SAMPLE_RATE_HZ)

    def prepare(self, rate_hz: int) -> None:
        """Set the bound of the queue for a rate."""
        self._limit_frames = round(QUEUE_S * rate_hz)

    def callback(self, data: _CallbackBuffer, frames: int, stamps: Any, status: Any) -> None:  # noqa: ANN401
        """PortAudio's, on its own thread."""
        moment_s = time.perf_counter()
        first = self.frames
        self.frames = first + frames
        if status:
            _count_flags(self.faults, status)
            self._is_after_overflow |= bool(status.input_overflow)
        if self.frames - self._taken > self._limit_frames:
            self.faults["queue_dropped_frames"] += frames
            return
        latency_s = stamps.currentTime - stamps.inputBufferAdcTime
        # Where a device has several channels the first one is the microphone: the others are often empty.
        lost, self._is_after_overflow = self._is_after_overflow, False
        self.records.put(InputRecord(moment_s, first, data[:, 0].copy(), latency_s, lost))

    def get(self, timeout_s: float) -> InputRecord | None:
        """The oldest record, or ``None`` when there is none in time."""
        try:
            record = self.records.get(timeout=timeout_s)
        except Empty:
            return None
        self._taken = record.first_frame + len(record.samples)
        return record


class OutputSide:
    """The loudspeaker's stream."""

    def __init__(self) -> None:
        self.faults: Counter[str] = Counter()
        self.records: SimpleQueue[OutputRecord] = SimpleQueue()
        self.frames = 0
        """Frames taken so far, those left out that were thrown away."""
        self.queued_frames = 0
        """Of those, how many came from the queue; the rest was silence."""
        self._rate_hz = SAMPLE_RATE_HZ
        self._last_callback_s = 0.0
        self._is_after_underflow = False
        self._waiting: deque[Samples] = deque()
        self._pushed_frames = 0
        self._behind: Samples | None = None

    def prepare(self, rate_hz: int) -> None:
        """Set the rate that the stream was opened at."""
        self._rate_hz = rate_hz

    def play_behind(self, loop: Samples | None) -> None:
        """Add a sound to all that is played from now on, over and over; it counts as silence.

        Args:
            loop: at the stream's rate and longer than a callback, or ``None`` to end it.
        """
        self._behind = loop

    @property
    def level_frames(self) -> int:
        """Frames that wait to be played."""
        return self._pushed_frames - self.queued_frames

    def push(self, samples: Samples) -> None:
        """Queue sound at the stream's rate."""
        if len(samples):
            self._pushed_frames += len(samples)
            self._waiting.append(samples)

    def callback(self, data: _CallbackBuffer, frames: int, stamps: Any, status: Any) -> None:  # noqa: ANN401
        """PortAudio's, on its own thread."""
        moment_s = time.perf_counter()
        since_s, self._last_callback_s = moment_s - self._last_callback_s, moment_s
        if status:
            _count_flags(self.faults, status)
            self._is_after_underflow |= bool(status.output_underflow)
            if status.output_underflow and since_s < RACING_SHARE * frames / self._rate_hz:
                # What is given now will be thrown away: keep the queue, and do not count it as played.
                data[:] = 0.0
                self.faults["swallowed_output_frames"] += frames
                return
        first = self.frames
        filled = self._fill(data, frames)
        data[filled:] = 0.0
        self._add_behind(data, first, frames)
        self.queued_frames += filled
        self.frames = first + frames
        if self.records.qsize() < QUEUE_RECORDS:
            latency_s = stamps.outputBufferDacTime - stamps.currentTime
            ran_dry, self._is_after_underflow = self._is_after_underflow, False
            self.records.put(
                OutputRecord(moment_s, self.frames, self.queued_frames, first, latency_s, ran_dry)
            )

    def _add_behind(self, data: _CallbackBuffer, first: int, frames: int) -> None:
        loop = self._behind
        if loop is not None:
            at = first % len(loop)
            n = min(frames, len(loop) - at)
            data[:n] += loop[at : at + n, np.newaxis]
            data[n:] += loop[: frames - n, np.newaxis]

    def _fill(self, data: _CallbackBuffer, frames: int) -> int:
        """Copy what waits; how many frames that was."""
        filled = 0
        while filled < frames and self._waiting:
            chunk = self._waiting.popleft()
            n = min(len(chunk), frames - filled)
            data[filled : filled + n] = chunk[:n, np.newaxis]
            if n < len(chunk):
                self._waiting.appendleft(chunk[n:])
            filled += n
        return filled


_FLAGS: Final = ("input_underflow", "input_overflow", "output_underflow", "output_overflow", "priming_output")


def _count_flags(faults: Counter[str], status: Any) -> None:  # noqa: ANN401 - sounddevice has no types
    for flag in _FLAGS:
        if getattr(status, flag):
            faults[flag] += 1


class SoundCardStreams:
    """Opens both streams, watches them and closes them whatever happens.

    Args:
        microphone: device to record from.
        loudspeaker: device to play on.
        rate_hz: rate to open both at; ``None`` for 16 kHz where the device takes it, else its native rate.

    Raises:
        AudioSystemMissingError: PortAudio is not installed.
        DeviceError: a device refuses to be opened.
    """

    def __init__(
        self, microphone: DeviceRecord, loudspeaker: DeviceRecord, *, rate_hz: int | None = None
    ) -> None:
        self._sounddevice = load_portaudio()
        self._streams: list[Any] = []
        self._while_open = ExitStack()
        self._while_open.enter_context(quiet_alsa())
        self.input = InputSide()
        self.output = OutputSide()
        try:
            self.opened_input = self._open(microphone, Direction.INPUT, rate_hz)
            self.opened_output = self._open(loudspeaker, Direction.OUTPUT, rate_hz)
            self.input.prepare(self.opened_input.rate_hz)
            self.output.prepare(self.opened_output.rate_hz)
            for stream in self._streams:
                stream.start()
        except self._sounddevice.PortAudioError as error:
            self.close()
            raise DeviceError(
                f"the sound does not start: {plain(error)}",
                hint="does another program hold the device? `voicesim devices` lists the others",
            ) from error
        except BaseException:
            self.close()
            raise

    def _open(self, device: DeviceRecord, direction: Direction, rate_hz: int | None) -> Opened:
        """Try 16 kHz mono first, then what the device is by nature."""
        is_input = direction is Direction.INPUT
        side: InputSide | OutputSide = self.input if is_input else self.output
        kind = self._sounddevice.InputStream if is_input else self._sounddevice.OutputStream
        n_most = device.n_input_channels if is_input else device.n_output_channels
        refusal: Exception | None = None
        for rate in (rate_hz,) if rate_hz else dict.fromkeys((SAMPLE_RATE_HZ, device.default_rate_hz)):
            for n_channels in dict.fromkeys((1, min(2, n_most))):
                try:
                    stream = kind(
                        samplerate=rate,
                        blocksize=0,
                        device=device.index,
                        channels=n_channels,
                        dtype="float32",
                        latency=DEVICE_LATENCY_S,
                        callback=side.callback,
                    )
                except self._sounddevice.PortAudioError as error:
                    refusal = error
                    if error_code(error) not in {SAMPLE_RATE_REFUSED, CHANNELS_REFUSED}:
                        break
                else:
                    self._streams.append(stream)
                    return Opened(device=device, rate_hz=rate, n_channels=n_channels)
        assert refusal is not None
        raise DeviceError(
            f"the {direction} {device.name!r} cannot be opened: {plain(refusal)}",
            hint="does another program hold it, or is it forbidden in the privacy settings? "
            "`voicesim devices` lists the others",
        ) from refusal

    @property
    def are_active(self) -> bool:
        """Whether the driver still runs both."""
        try:
            return all(stream.active for stream in self._streams)
        except self._sounddevice.PortAudioError:
            return False

    @property
    def claimed_latencies_s(self) -> tuple[float, float]:
        """What PortAudio says of input and output; not to be believed."""
        return tuple(float(stream.latency) for stream in self._streams)  # type: ignore[return-value] # two

    def close(self) -> bool:
        """Stop and close both streams; a second call does nothing.

        Returns:
            Whether the driver came back in time. One that did not is left behind, and the interpreter does
            not wait for it at its end.
        """
        streams, self._streams = self._streams, []
        # Whatever the driver does from here on, no callback of ours is left in the library.
        self._while_open.close()
        if not streams:
            return True
        closing = threading.Thread(target=_close_all, args=(streams,), daemon=True, name="voicesim-close")
        closing.start()
        closing.join(CLOSE_TIMEOUT_S)
        if closing.is_alive():
            _forget_at_exit(self._sounddevice)
            return False
        return True


def _close_all(streams: list[Any]) -> None:
    for stream in streams:
        stream.abort(ignore_errors=True)
        stream.close(ignore_errors=True)


def _forget_at_exit(sounddevice: Any) -> None:  # noqa: ANN401 - sounddevice has no types
    """Keep sounddevice from terminating PortAudio at exit, which would hang as the closing did."""
    import atexit

    handler = getattr(sounddevice, "_exit_handler", None)
    if handler is not None:
        atexit.unregister(handler)
