"""Runs a line through the sound card in a process of its own, and says as JSON what came of it.

``python drive.py '{"seconds": 9, "sounds": [["a.flac", 1.5]], "out": "x.npz", …}'``: plays the first so many
seconds of each sound, one after the other with pauses, until the call has lasted its seconds, and keeps both
channels.
"""

from __future__ import annotations

import contextlib
import dataclasses
import json
import os
import signal
import sys
import time
from pathlib import Path

import numpy as np
import soundfile

from voicesim.errors import VoicesimError
from voicesim.lines.echocheck import check_echo
from voicesim.lines.soundcard import SoundCardLine

BLOCK = 512
RATE_HZ = 16_000
FIRST_S = 0.5
PAUSE_S = 0.7


class Caller:
    """A ``process`` that speaks its lines and remembers what it was given."""

    def __init__(self, lines: list[np.ndarray], seconds: float) -> None:
        n_blocks = round(seconds * RATE_HZ / BLOCK)
        plan = np.zeros(n_blocks * BLOCK, np.float32)
        at = round(FIRST_S * RATE_HZ)
        n = 0
        # The last line ends a second before the call: its sound must come back through the device.
        while at + len(lines[n % len(lines)]) + RATE_HZ <= len(plan):
            line = lines[n % len(lines)]
            plan[at : at + len(line)] = line
            at += len(line) + round(PAUSE_S * RATE_HZ)
            n += 1
        self.plan = plan
        self.microphone: list[np.ndarray] = []
        self.heard: list[np.ndarray] = []

    def process(self, microphone: np.ndarray, heard: np.ndarray) -> np.ndarray:
        n = len(self.heard)
        self.microphone.append(microphone.copy())
        self.heard.append(heard.copy())
        return self.plan[n * BLOCK : (n + 1) * BLOCK]

    def is_over(self) -> bool:
        return len(self.heard) * BLOCK >= len(self.plan)


def read(path: str, for_s: float) -> np.ndarray:
    """A sound without exact zeros inside, so that what was heard can be told from silence."""
    samples, rate_hz = soundfile.read(path, dtype="float32")
    assert rate_hz == RATE_HZ
    samples = samples[: round(for_s * RATE_HZ)]
    samples = 0.5 * samples / np.max(np.abs(samples))
    samples[samples == 0.0] = 1e-5
    return samples.astype(np.float32)


def check(line: SoundCardLine, sound: np.ndarray) -> dict[str, object]:
    from voicesim.engines.detector_silero import SileroDetector
    from voicesim.engines.echo_webrtc import WebRtcEchoCanceller

    began_s = time.monotonic()
    line.open()
    opened_s = time.monotonic()
    found = check_echo(line, sound, detector=SileroDetector(), canceller=WebRtcEchoCanceller())
    fields = {f.name: getattr(found, f.name) for f in dataclasses.fields(found) if f.name != "recording"}
    return {**fields, "open_s": opened_s - began_s, "check_s": time.monotonic() - opened_s}


def main() -> None:
    # A test runner that was itself started in the background hands on an ignored Ctrl-C.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    options = json.loads(sys.argv[1])
    with contextlib.suppress(OSError):
        os.nice(-10)
    sounds = [read(path, for_s) for path, for_s in options["sounds"]]
    caller = Caller(sounds, options["seconds"])
    said: dict[str, object] = {}
    line = SoundCardLine(
        input_device=options.get("input"), output_device=options.get("output"), rate_hz=options.get("rate_hz")
    )
    try:
        if options.get("check"):
            said["check"] = check(line, sounds[0])
        line.open()
        print("running", flush=True)  # noqa: T201 - the driver talks by stdout
        line.run(caller.process, caller.is_over)
    except VoicesimError as error:
        said["error"] = {"type": type(error).__name__, "message": error.message, "hint": error.hint}
    except KeyboardInterrupt:
        said["error"] = {"type": "KeyboardInterrupt"}
    said["blocks"] = len(caller.heard)
    said["report"] = None if line.report is None else dataclasses.asdict(line.report)
    if options.get("out") and caller.heard:
        np.savez(
            Path(options["out"]),
            microphone=np.concatenate(caller.microphone),
            heard=np.concatenate(caller.heard),
            plan=caller.plan,
        )
    print(json.dumps(said), flush=True)  # noqa: T201 - the driver talks by stdout


if __name__ == "__main__":
    main()
