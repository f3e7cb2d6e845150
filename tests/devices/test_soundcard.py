"""A line through real PortAudio, on virtual devices, in real time.

Each test takes some ten seconds, because it is a call. ``VOICESIM_LONG_S=300`` makes the long one five minutes
and tries more rates; ``--log-cli-level=INFO`` shows the figures.
"""

from __future__ import annotations

import json
import logging
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
import scipy.signal

from tests.devices.pulse import PulseServer

Float32 = npt.NDArray[np.float32]

RATE_HZ = 16_000
DRIVER = Path(__file__).parent / "drive.py"
PROMISED_S = 0.02
VOICE = "demo-polite/01.flac"
SHORT_LINES_S = (0.9,)
LONG_LINES_S = (1.8, 2.2, 3.2)
LOG = logging.getLogger(__name__)
LONG_S = float(os.environ.get("VOICESIM_LONG_S", "7"))


@dataclass(frozen=True)
class Run:
    """What a driver said, and both channels."""

    said: dict[str, Any]
    microphone: Float32
    heard: Float32
    plan: Float32

    @property
    def faults(self) -> dict[str, int]:
        return self.said["report"]["faults"]

    @property
    def details(self) -> dict[str, Any]:
        return self.said["report"]["details"]


class Driver:
    """drive.py in a process of its own, whose PortAudio finds the virtual devices alone."""

    def __init__(self, server: PulseServer, repository: Path, tmp_path: Path) -> None:
        self._server = server
        self._repository = repository
        self._out = tmp_path / "channels.npz"
        self._voice = repository / "audio_fixtures" / VOICE

    def start(
        self, seconds: float, *, lines_s: tuple[float, ...] = SHORT_LINES_S, **options: object
    ) -> subprocess.Popen[str]:
        sounds = [(str(self._voice), line_s) for line_s in lines_s]
        job = {"seconds": seconds, "sounds": sounds, "out": str(self._out), **options}
        return subprocess.Popen(
            [sys.executable, str(DRIVER), json.dumps(job)],
            env=self._server.env | {"PYTHONPATH": str(self._repository)},
            cwd=self._repository,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def finish(self, child: subprocess.Popen[str], *, within_s: float) -> Run:
        try:
            out, err = child.communicate(timeout=within_s)
        finally:
            child.kill()
        assert child.returncode == 0, err[-3000:]
        said = json.loads(out.splitlines()[-1])
        if not said["blocks"]:
            empty = np.zeros(0, np.float32)
            return Run(said, empty, empty, empty)
        with np.load(self._out) as kept:
            return Run(said, kept["microphone"], kept["heard"], kept["plan"])

    def run(self, seconds: float, **options: Any) -> Run:
        return self.finish(self.start(seconds, **options), within_s=seconds + 30.0)

    def run_undisturbed(self, seconds: float, **options: Any) -> Run:
        """A run in which the machine kept up: one that underflowed proves nothing and is made again, twice."""
        for _ in range(2):
            run = self.run(seconds, **options)
            if "error" in run.said or not run.faults.get("output_underflow"):
                return run
            LOG.warning("the machine did not keep up: %s", run.faults)
        return self.run(seconds, **options)


@pytest.fixture
def driver(server: PulseServer, repository: Path, tmp_path: Path) -> Driver:
    return Driver(server, repository, tmp_path)


def lines_of(heard: Float32) -> list[tuple[int, int]]:
    """Where the lines lie. There is 0.7 s of silence between them, and less inside one that ran dry."""
    sounding = np.flatnonzero(heard)
    breaks = np.flatnonzero(np.diff(sounding) > 0.3 * RATE_HZ)
    starts = sounding[np.concatenate([[0], breaks + 1])]
    ends = sounding[np.concatenate([breaks, [len(sounding) - 1]])] + 1
    return list(zip(starts.tolist(), ends.tolist(), strict=True))


def likeness(run: Run, line: tuple[int, int], *, search_s: float = 0.5) -> tuple[float, float]:
    """How much later than ``heard`` the microphone holds a line, and how like it is there (1 for the same).

    By plain cross-correlation. A line that an underflow has cut is alike in one of its parts.
    """
    reach = int(search_s * RATE_HZ)
    start, end = line
    padded = np.concatenate([np.zeros(reach, np.float32), run.microphone, np.zeros(reach, np.float32)])
    around = padded[start : end + 2 * reach]
    match = scipy.signal.correlate(around, run.heard[start:end], mode="valid", method="fft")
    best = int(np.argmax(match))
    there = around[best : best + end - start]
    power = np.sqrt(np.sum(np.square(there)) * np.sum(np.square(run.heard[start:end])))
    return (best - reach) / RATE_HZ, float(match[best] / max(power, 1e-9))


def lateness_s(run: Run, line: tuple[int, int]) -> float:
    """How much later than ``heard`` the microphone holds a line, which must be there."""
    late_s, alike = likeness(run, line)
    assert alike > 0.5, "the line is not in the microphone at all"
    return late_s


def assert_frames_kept(run: Run) -> None:
    """Frames received equal wall time x rate, and what is missing is owned up to."""
    details = run.details
    expected = details["input_wall_s"] * details["input_rate_hz"]
    lost = run.faults.get("lost_input_samples", 0) * details["input_rate_hz"] / RATE_HZ
    # On a call of seconds the moment of the least late callback, good to a few milliseconds, weighs too.
    assert abs(details["input_frames"] + lost - expected) <= 1e-3 * expected + 5e-3 * details["input_rate_hz"]


def assert_played_as_said(run: Run) -> None:
    """`heard` holds, sample for sample and in order, what `process` returned."""
    said, heard = run.plan[run.plan != 0.0], run.heard[run.heard != 0.0]
    assert len(heard) == len(said)
    np.testing.assert_array_equal(heard, said)


@pytest.mark.parametrize("start", range(1, 6))
def test_both_channels_coincide_from_start_to_end(server, driver, start):
    server.use_microphone("echo")
    run = driver.run_undisturbed(4.4, check=True)
    assert "error" not in run.said
    lines = lines_of(run.heard)
    assert len(lines) >= 2
    late_s = [lateness_s(run, line) for line in lines]
    LOG.info("lateness of each line in ms: %s", [round(1000.0 * s, 2) for s in late_s])
    LOG.info("%s", run.said["report"])
    assert max(map(abs, late_s)) <= PROMISED_S, (late_s, run.said["report"])
    assert run.said["report"]["latency_source"] == "loopback"
    assert run.said["check"]["customer_in_microphone_db"] == pytest.approx(0.0, abs=1.0)
    assert_frames_kept(run)
    assert_played_as_said(run)


def test_both_channels_still_coincide_after_a_long_call(server, driver):
    server.use_microphone("echo")
    run = driver.run(LONG_S, lines_s=LONG_LINES_S, check=True)
    assert "error" not in run.said
    lines = lines_of(run.heard)
    found = [likeness(run, line) for line in lines]
    LOG.info(
        "lateness in ms and likeness of each line: %s", [(round(1e3 * s, 2), round(q, 2)) for s, q in found]
    )
    LOG.info("%s", run.said["report"])
    # What the machine's stalls cut in between is counted; the call must start right and end right.
    assert abs(lateness_s(run, lines[0])) <= PROMISED_S
    assert abs(lateness_s(run, lines[-1])) <= PROMISED_S
    if not run.faults:
        assert max(abs(late_s) for late_s, _ in found) <= PROMISED_S
    assert_frames_kept(run)
    assert_played_as_said(run)
    if LONG_S >= 60.0:
        assert run.details["input_frames"] == pytest.approx(run.details["input_wall_s"] * RATE_HZ, rel=1e-3)


def test_a_stall_of_the_machine_costs_a_line_and_no_more(server, driver):
    server.use_microphone("echo")
    child = driver.start(9.0, lines_s=LONG_LINES_S[:2], check=True)
    assert child.stdout is not None
    assert child.stdout.readline().strip() == "running"
    time.sleep(2.0)
    child.send_signal(signal.SIGSTOP)
    time.sleep(0.35)
    child.send_signal(signal.SIGCONT)
    run = driver.finish(child, within_s=40.0)
    assert abs(lateness_s(run, lines_of(run.heard)[-1])) <= PROMISED_S, run.said["report"]
    assert_played_as_said(run)
    assert run.faults


def test_without_a_check_the_first_line_puts_the_latency_right(server, driver):
    server.use_microphone("echo")
    run = driver.run_undisturbed(4.4)
    lines = lines_of(run.heard)
    LOG.info("lateness of the first line by time stamps: %.1f ms", 1e3 * likeness(run, lines[0])[0])
    # The first line lies where the time stamps say; from then on it is measured.
    assert len(lines) >= 2
    assert abs(lateness_s(run, lines[-1])) <= PROMISED_S
    assert run.said["report"]["latency_source"] == "loopback"


def test_with_no_way_from_loudspeaker_to_microphone_it_says_so(server, driver):
    server.use_microphone("microphone")
    # By a part of its name and by its number: both find a device.
    run = driver.run(3.0, check=True, input="PULS", output=0)
    assert run.details["microphone"] == run.details["loudspeaker"] == "pulse"
    assert run.said["report"]["latency_source"] == "time stamps"
    assert run.details["loopback_measurements"] == 0
    check = run.said["check"]
    assert check["decision"] == "clear"
    assert check["customer_in_microphone_db"] is None
    assert check["loopback_latency_s"] is None
    assert not run.microphone.any()
    assert_played_as_said(run)


@pytest.mark.parametrize("rate_hz", [44_100, 48_000] if LONG_S > 60.0 else [44_100])
def test_a_native_rate_is_converted_both_ways(server, driver, rate_hz):
    server.use_microphone("echo")
    run = driver.run_undisturbed(4.4, check=True, rate_hz=rate_hz)
    assert run.details["input_rate_hz"] == run.details["output_rate_hz"] == rate_hz
    late_s = [lateness_s(run, line) for line in lines_of(run.heard)]
    assert max(map(abs, late_s)) <= PROMISED_S
    assert_frames_kept(run)
    assert_played_as_said(run)


def test_a_device_that_vanishes_ends_the_call_and_keeps_what_was_recorded(server, driver):
    server.use_microphone("echo")
    child = driver.start(60.0)
    assert child.stdout is not None
    assert child.stdout.readline().strip() == "running"
    time.sleep(3.0)
    server.kill()
    run = driver.finish(child, within_s=20.0)
    assert run.said["error"]["type"] == "DeviceLostError"
    assert run.said["error"]["hint"]
    assert run.said["blocks"] > 31
    assert run.said["report"]["kind"] == "soundcard"
    assert len(run.microphone) == 512 * run.said["blocks"]


def test_a_device_that_falls_silent_is_lost_too(server, driver):
    server.use_microphone("echo")
    child = driver.start(60.0)
    assert child.stdout is not None
    assert child.stdout.readline().strip() == "running"
    time.sleep(3.0)
    server.pactl("suspend-sink", "loudspeaker", "1")
    run = driver.finish(child, within_s=20.0)
    assert run.said["error"]["type"] == "DeviceLostError"
    assert "2 s" in run.said["error"]["message"]
    assert run.said["blocks"] > 31


def test_ctrl_c_closes_the_devices_and_gets_through(server, driver):
    server.use_microphone("echo")
    child = driver.start(60.0)
    assert child.stdout is not None
    assert child.stdout.readline().strip() == "running"
    time.sleep(3.0)
    child.send_signal(signal.SIGINT)
    run = driver.finish(child, within_s=10.0)
    assert run.said["error"]["type"] == "KeyboardInterrupt"
    assert run.said["blocks"] > 31
    assert run.said["report"]["kind"] == "soundcard"
    assert not server.pactl("list", "short", "sink-inputs").strip()


def test_an_unknown_device_is_named_with_what_there_is(server, driver):
    run = driver.run(1.0, input="no such thing")
    assert run.said["error"]["type"] == "DeviceNotFoundError"
    assert "no such thing" in run.said["error"]["message"]
    assert "pulse (ALSA)" in run.said["error"]["hint"]


def test_the_devices_are_listed(server, repository):
    code = "import json; from voicesim.lines.devices import list_devices; "
    code += "fields = [[d.name, d.host_api, d.n_input_channels > 0, d.is_default_input] for d in list_devices()]; "
    code += "print(json.dumps(fields))"
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=server.env,
        cwd=repository,
        capture_output=True,
        text=True,
        check=True,
    )
    listed = json.loads(done.stdout)
    assert ["pulse", "ALSA", True, False] in listed
    assert ["default", "ALSA", True, True] in listed
