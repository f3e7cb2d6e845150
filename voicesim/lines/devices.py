"""The microphones and loudspeakers of this machine, and finding one by what a person calls it."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from voicesim.errors import DeviceNotFoundError
from voicesim.lines.portaudio import load_portaudio


class Direction(StrEnum):
    """What a device is wanted for; the value is how it is called in messages."""

    INPUT = "microphone"
    OUTPUT = "loudspeaker"


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceRecord:
    """What PortAudio says of a device."""

    index: int
    """Its number, as ``--input-device`` takes it. Numbers change when something is plugged in."""
    name: str
    host_api: str
    """``ALSA``, ``Core Audio``, ``MME``, ``Windows WASAPI`` …"""
    n_input_channels: int
    n_output_channels: int
    default_rate_hz: int
    default_input_latency_s: float
    """As the driver claims."""
    default_output_latency_s: float
    is_default_input: bool
    is_default_output: bool

    def fits(self, direction: Direction) -> bool:
        """Whether it has a channel in that direction."""
        return (self.n_input_channels if direction is Direction.INPUT else self.n_output_channels) > 0

    def is_default(self, direction: Direction) -> bool:
        """Whether it is taken when none is named."""
        return self.is_default_input if direction is Direction.INPUT else self.is_default_output

    @property
    def label(self) -> str:
        """Number, name and host API in one line."""
        return f"{self.index}: {self.name} ({self.host_api})"


def list_devices() -> tuple[DeviceRecord, ...]:
    """All devices, in PortAudio's order; empty where there are none.

    The list is the one that PortAudio made when it was started: what is plugged in later shows up in the next
    run of the program.

    Raises:
        AudioSystemMissingError: PortAudio is not installed.
        DeviceError: it does not start.
    """
    sounddevice = load_portaudio()
    apis: Sequence[Mapping[str, Any]] = sounddevice.query_hostapis()
    default_input = _default_index(sounddevice, "input")
    default_output = _default_index(sounddevice, "output")
    return tuple(
        DeviceRecord(
            index=index,
            name=str(info["name"]),
            host_api=str(apis[info["hostapi"]]["name"]),
            n_input_channels=int(info["max_input_channels"]),
            n_output_channels=int(info["max_output_channels"]),
            default_rate_hz=round(info["default_samplerate"]),
            default_input_latency_s=float(info["default_low_input_latency"]),
            default_output_latency_s=float(info["default_low_output_latency"]),
            is_default_input=index == default_input,
            is_default_output=index == default_output,
        )
        for index, info in enumerate(sounddevice.query_devices())
    )


def _default_index(sounddevice: Any, kind: str) -> int:  # noqa: ANN401 - sounddevice has no types
    """Number of the default device, -1 where there is none."""
    try:
        return int(sounddevice.query_devices(kind=kind)["index"])
    except sounddevice.PortAudioError:
        return -1


def find_device(
    devices: Sequence[DeviceRecord], wanted: str | int | None, direction: Direction
) -> DeviceRecord:
    """The device that a person means.

    Args:
        devices: from :func:`list_devices`.
        wanted: a number (also as text), a part of a name in any case, or ``None`` for the default. A whole
            name wins over a part of another, and what several host APIs offer is taken from that of the
            default device (Windows lists every device three or four times).
        direction: what it is wanted for.

    Raises:
        DeviceNotFoundError: none fits, or several do; the hint lists what there is.
    """
    able = [device for device in devices if device.fits(direction)]
    listed = "; ".join(device.label for device in able) or "none at all"
    if not able:
        raise DeviceNotFoundError(
            f"this machine has no {direction}",
            hint="plug one in, or start the sound server (PulseAudio, PipeWire)",
        )
    if wanted is None:
        default = next((device for device in able if device.is_default(direction)), None)
        if default is not None:
            return default
        raise DeviceNotFoundError(
            f"this machine has no default {direction}", hint=f"name one of these: {listed}"
        )
    matches = _matches(able, str(wanted).strip(), direction)
    if len(matches) == 1:
        return matches[0]
    if matches:
        found = "; ".join(device.label for device in matches)
        raise DeviceNotFoundError(
            f"{len(matches)} {direction}s are called {str(wanted)!r}", hint=f"give the number: {found}"
        )
    close = difflib.get_close_matches(str(wanted), [device.name for device in able], n=1)
    guess = f"did you mean {close[0]!r}? " if close else ""
    raise DeviceNotFoundError(f"no {direction} {str(wanted)!r}", hint=f"{guess}there are: {listed}")


def _matches(devices: Sequence[DeviceRecord], wanted: str, direction: Direction) -> list[DeviceRecord]:
    if wanted.isdecimal():
        return [device for device in devices if device.index == int(wanted)]
    folded = wanted.casefold()
    found = [device for device in devices if device.name.casefold() == folded]
    if not found:
        found = [device for device in devices if folded and folded in device.name.casefold()]
    usual = next((device.host_api for device in devices if device.is_default(direction)), "")
    return [device for device in found if device.host_api == usual] or found
