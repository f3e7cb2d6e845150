"""``voicesim devices``: microphones and loudspeakers."""

from __future__ import annotations

import dataclasses
import json

import click

from voicesim.errors import DeviceNotFoundError


@click.command("devices")
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def command(*, as_json: bool) -> None:
    """List microphones and loudspeakers; * marks what is used when none is named."""
    from voicesim.lines.devices import list_devices

    devices = list_devices()
    if as_json:
        print(json.dumps([dataclasses.asdict(device) for device in devices], indent=2, ensure_ascii=False))
        return
    if not devices:
        raise DeviceNotFoundError(
            "PortAudio finds no sound device",
            hint="plug in a headset, or try a call without one: voicesim demo",
        )
    print("number  in out  rate Hz  name")
    for device in devices:
        marks = ("*" if device.is_default_input else " ") + ("*" if device.is_default_output else " ")
        print(
            f"{device.index:>5}{marks} {device.n_input_channels:>2} {device.n_output_channels:>3} "
            f"{device.default_rate_hz:>8}  {device.name} ({device.host_api})"
        )
