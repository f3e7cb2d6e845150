"""A line through the sound card: a real microphone and a real loudspeaker."""

from __future__ import annotations

from collections.abc import Callable
from types import TracebackType
from typing import Self

from voicesim.audio.clip import Clip, Samples
from voicesim.lines.devices import Direction, find_device, list_devices
from voicesim.lines.pump import ProbeRecording, SoundCardPump
from voicesim.ports import LineReport, Process


class SoundCardLine:
    """A line through the sound card. Implements :class:`voicesim.ports.Line`.

    The devices are opened by the first of :meth:`open`, :meth:`play_probe` and :meth:`run`, and closed when
    :meth:`run` ends, whatever ends it. A latency found by :meth:`play_probe` holds only as long as the
    streams stay open: every opening has its own.

    Args:
        input_device: number, name or part of a name; ``None`` for the default microphone.
        output_device: the same for the loudspeaker.
        rate_hz: open both devices at this rate; ``None`` for 16 kHz where they take it, else their own.
        background: a loop that lies behind all that :meth:`run` plays, for the trainee's ears alone.
    """

    def __init__(
        self,
        *,
        input_device: str | int | None = None,
        output_device: str | int | None = None,
        rate_hz: int | None = None,
        background: Clip | None = None,
    ) -> None:
        self._background = background
        self._wanted = input_device, output_device
        self._rate_hz = rate_hz
        self._pump: SoundCardPump | None = None
        self._report: LineReport | None = None

    def __enter__(self) -> Self:
        self.open()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def report(self) -> LineReport | None:
        """What is known of the call so far; it is there after :meth:`run` raised, too."""
        return self._pump.report() if self._pump is not None else self._report

    def open(self) -> None:
        """Open both devices and wait until they run evenly; does nothing when they are open.

        Raises:
            AudioSystemMissingError: PortAudio is not installed.
            DeviceNotFoundError: no such device.
            DeviceLostError: a device was opened and gives no sound.
            DeviceError: a device refuses to be opened.
        """
        if self._pump is not None:
            return
        devices = list_devices()
        microphone = find_device(devices, self._wanted[0], Direction.INPUT)
        loudspeaker = find_device(devices, self._wanted[1], Direction.OUTPUT)
        self._pump = SoundCardPump(microphone, loudspeaker, rate_hz=self._rate_hz)
        try:
            self._pump.settle()
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Close both devices; a second call does nothing."""
        pump, self._pump = self._pump, None
        if pump is not None:
            self._report = pump.report()
            pump.close()

    def play_probe(self, probe: Samples) -> ProbeRecording:
        """Play a sound and record what comes back; the devices stay open for :meth:`run`.

        Where the sound is found in the microphone, it gives the latency.

        Args:
            probe: float32 at 16 kHz, any length.

        Raises:
            DeviceError: as :meth:`open`, or a device vanished.
        """
        self.open()
        assert self._pump is not None
        try:
            return self._pump.play_probe(probe)
        except BaseException:
            self.close()
            raise

    def run(self, process: Process, is_over: Callable[[], bool]) -> LineReport:
        """Pump blocks through ``process`` until ``is_over()``; see :class:`voicesim.ports.Line`.

        Raises:
            DeviceLostError: a device vanished; all that it brought has been through ``process``.
            DeviceError: as :meth:`open`.
        """
        self.open()
        assert self._pump is not None
        try:
            self._pump.begin()
            self._pump.play_behind(self._background)
            self._pump.pump(process, is_over)
            return self._pump.report()
        finally:
            self.close()
