"""A whole rehearsal through real PortAudio: recorded utterances go into the virtual microphone, the customer's
voice is taken from the virtual loudspeaker, in real time.
"""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest
import soundfile

from tests.devices.pulse import PulseServer
from voicesim.files.shipped import shipped_folder
from voicesim.lines.trainee import load_trainee

RATE_HZ = 16_000
LOUD = 0.01
TURN_SILENCE_S = 1.1
"""Longer than the customer's pauses between sentences, shorter than his patience."""

LONGEST_S = 240.0


class Loudspeaker:
    """Listens to what comes out of the virtual loudspeaker, as a person in front of it would."""

    def __init__(self, server: PulseServer) -> None:
        command = ["parec", "--device=loudspeaker.monitor", "--raw", "--rate=16000", "--channels=1"]
        command += ["--format=s16le", "--latency-msec=30"]
        self._child = subprocess.Popen(
            command, env=server.env, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        self._last_loud_s = 0.0
        self._parts: list[np.ndarray] = []
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()

    def _listen(self) -> None:
        assert self._child.stdout is not None
        while data := self._child.stdout.read(1024):
            block = np.frombuffer(data, "<i2").astype(np.float32) / 32768
            self._parts.append(block)
            if np.max(np.abs(block)) > LOUD:
                self._last_loud_s = time.monotonic()

    def wait_for_turn(self, since_s: float, call: subprocess.Popen[str]) -> bool:
        """Until the customer has spoken after a moment and fallen silent; False when the call is over."""
        while call.poll() is None:
            spoke = self._last_loud_s > since_s
            if spoke and time.monotonic() - self._last_loud_s > TURN_SILENCE_S:
                return True
            time.sleep(0.02)
        return False

    def close(self) -> np.ndarray:
        self._child.terminate()
        self._child.wait()
        self._thread.join()
        if self._child.stdout is not None:
            self._child.stdout.close()
        return np.concatenate(self._parts)


def _start_call(server: PulseServer, out: Path, log: Path) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "voicesim", "call", "parcel", "--out", str(out), "--trainee", "Kim"]
    command += ["--recogniser", "pocketsphinx"]
    with log.open("w") as stderr:
        return subprocess.Popen(command, env=server.env, stdout=subprocess.PIPE, stderr=stderr, text=True)


def _await_beginning(call: subprocess.Popen[str], log: Path) -> None:
    until_s = time.monotonic() + 120.0
    while "the call begins" not in log.read_text():
        assert call.poll() is None, log.read_text()
        assert time.monotonic() < until_s, "the call does not begin"
        time.sleep(0.05)


@pytest.fixture
def wavs(tmp_path):
    """The demo's trainee as files that paplay takes."""
    trainee = load_trainee(shipped_folder("audio_fixtures") / "demo-polite")
    paths = []
    for utterance in trainee.utterances:
        samples, rate_hz = soundfile.read(utterance.path, dtype="float32")
        path = tmp_path / f"{utterance.path.stem}.wav"
        soundfile.write(path, samples, rate_hz, subtype="PCM_16")
        paths.append(path)
    return paths


def test_a_call_through_the_sound_card_reaches_its_resolution(server, wavs, tmp_path):
    out, log = tmp_path / "call", tmp_path / "log"
    call = _start_call(server, out, log)
    try:
        _await_beginning(call, log)
        loudspeaker = Loudspeaker(server)
        time.sleep(0.5)
        for wav in wavs:
            said_s = time.monotonic()
            server.play(wav, sink="mouth").wait(30)
            if not loudspeaker.wait_for_turn(said_s, call):
                break
        stdout, _ = call.communicate(timeout=LONGEST_S)
        played = loudspeaker.close()
    finally:
        call.kill()
        call.wait()
    assert call.returncode == 0, log.read_text()
    about = json.loads((out / "call.json").read_text())
    assert about["ending"] == "resolved", stdout + log.read_text()
    assert about["status"] == "complete"
    assert about["line"]["kind"] == "soundcard"
    _check_sound(out, played)
    rescored = subprocess.run(
        [sys.executable, "-m", "voicesim", "score", str(out), "--format", "json", "-q"],
        capture_output=True,
        check=True,
    )
    assert rescored.stdout == (out / "scorecard.json").read_bytes()


def _check_sound(out: Path, played: np.ndarray) -> None:
    """What is in the call folder is what came out of the loudspeaker."""
    recorded, _ = soundfile.read(out / "call.flac", dtype="float32")
    customer, trainee = recorded[:, 0], recorded[:, 1]
    assert np.mean(np.abs(trainee) > LOUD) > 0.1
    size = 1 << int(np.ceil(np.log2(len(customer) + len(played))))
    correlation = np.fft.irfft(np.fft.rfft(played, size) * np.conj(np.fft.rfft(customer, size)), size)
    likeness = np.max(correlation) / np.sqrt(np.sum(customer**2) * np.sum(played**2))
    assert likeness > 0.8
