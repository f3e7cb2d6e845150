"""A private PulseAudio with a virtual loudspeaker and two virtual microphones, for tests in real time.

::

    loudspeaker (null sink) ──▶ its monitor ──▶ source "echo":        the microphone that hears the loudspeaker
    mouth (null sink)       ──▶ its monitor ──▶ source "microphone":  the microphone that hears what a test plays

PortAudio reaches it through ALSA's pulse plugin, by a private ALSA configuration in which ``default`` and
``pulse`` are the same. Everything lives in one folder under the system's temporary folder (a unix socket's
path must be short) and ends with the context; it runs as any user, root included, and touches no system bus.

How to use it from anywhere in ``tests``::

    from tests.devices.pulse import PulseServer, missing

    if missing():                               # what is not installed, in words
        pytest.skip(missing())
    with PulseServer() as server:
        server.use_microphone("microphone")     # or "echo"
        server.record(wav, source="loudspeaker.monitor")
        subprocess.Popen([...], env=server.env) # a child's PortAudio finds these devices and no others
        server.play(wav, sink="mouth")          # a Popen of paplay

A child process is the way to use the devices: PortAudio reads its configuration once, and a server that dies
takes the library of the process that used it along.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import time
from pathlib import Path
from types import TracebackType
from typing import Self

PROGRAMS = ("pulseaudio", "pactl", "paplay", "parec")
PLUGIN = "libasound_module_pcm_pulse.so"

_ALSA = """\
</usr/share/alsa/alsa.conf>
pcm.!default { type pulse }
ctl.!default { type pulse }
pcm.pulse { type pulse }
ctl.pulse { type pulse }
"""

_MODULES = """\
load-module module-native-protocol-unix auth-anonymous=1
load-module module-null-sink sink_name=loudspeaker rate={rate_hz} sink_properties=device.description=loudspeaker
load-module module-null-sink sink_name=mouth rate={rate_hz} sink_properties=device.description=mouth
load-module module-remap-source source_name=echo master=loudspeaker.monitor
load-module module-remap-source source_name=microphone master=mouth.monitor
set-default-sink loudspeaker
set-default-source microphone
"""

START_LIMIT_S = 15.0


def missing() -> str:
    """What is not installed of what this needs, in words; empty when all is there."""
    absent = [name for name in PROGRAMS if shutil.which(name) is None]
    if absent:
        return f"{', '.join(absent)} not installed (sudo apt-get install pulseaudio pulseaudio-utils)"
    folders = [Path("/usr/lib"), Path("/usr/lib64")]
    if not any(next(folder.glob(f"**/alsa-lib/{PLUGIN}"), None) for folder in folders if folder.is_dir()):
        return "ALSA's pulse plugin not installed (sudo apt-get install libasound2-plugins)"
    return ""


class PulseServer:
    """A PulseAudio of one's own, from ``with`` to the end of it.

    Args:
        rate_hz: of both virtual sinks.
    """

    def __init__(self, *, rate_hz: int = 48_000) -> None:
        self._rate_hz = rate_hz
        self._folder = Path(tempfile.mkdtemp(prefix="vs-pulse-"))
        self._process: subprocess.Popen[bytes] | None = None
        self._children: list[subprocess.Popen[bytes]] = []
        runtime = self._folder / "run"
        private = {
            "HOME": str(self._folder / "home"),
            "XDG_RUNTIME_DIR": str(runtime),
            "XDG_CONFIG_HOME": str(self._folder / "home" / ".config"),
            "PULSE_RUNTIME_PATH": str(runtime / "pulse"),
            "PULSE_STATE_PATH": str(self._folder / "home" / "state"),
            "PULSE_SERVER": f"unix:{runtime / 'pulse' / 'native'}",
            "ALSA_CONFIG_PATH": str(self._folder / "asound.conf"),
            # No session bus to start, no system bus to ask for real-time priority or a reserved card.
            "DBUS_SESSION_BUS_ADDRESS": "unix:path=/nonexistent",
            "DBUS_SYSTEM_BUS_ADDRESS": "unix:path=/nonexistent",
        }
        unwanted = {"DISPLAY", "PULSE_SINK", "PULSE_SOURCE", "PULSE_COOKIE", "PIPEWIRE_REMOTE"}
        self.env: dict[str, str] = {k: v for k, v in os.environ.items() if k not in unwanted} | private

    def __enter__(self) -> Self:
        for name in ("run", "run/pulse", "home"):
            (self._folder / name).mkdir(mode=0o700)
        (self._folder / "asound.conf").write_text(_ALSA, encoding="utf-8")
        script = self._folder / "default.pa"
        script.write_text(_MODULES.format(rate_hz=self._rate_hz), encoding="utf-8")
        log = (self._folder / "log").open("wb")
        command = ["pulseaudio", "-n", "-F", str(script), "--daemonize=no", "--use-pid-file=no"]
        command += ["--exit-idle-time=-1", "--disallow-exit", "--realtime=no", "--high-priority=yes"]
        self._process = subprocess.Popen(command, env=self.env, stdout=log, stderr=log)
        log.close()
        try:
            self._await_start()
        except BaseException:
            self._end()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end()

    def _await_start(self) -> None:
        assert self._process is not None
        deadline_s = time.monotonic() + START_LIMIT_S
        while time.monotonic() < deadline_s and self._process.poll() is None:
            command = ["pactl", "list", "short", "sources"]
            done = subprocess.run(command, env=self.env, capture_output=True, check=False)
            if done.returncode == 0 and b"\tmicrophone\t" in done.stdout:
                return
            time.sleep(0.1)
        log = (self._folder / "log").read_text(encoding="utf-8", errors="replace")
        raise RuntimeError(f"PulseAudio does not start:\n{log[-2000:]}")

    def pactl(self, *arguments: str) -> str:
        """Run pactl; its output."""
        done = subprocess.run(["pactl", *arguments], env=self.env, capture_output=True, check=True, text=True)
        return done.stdout

    def use_microphone(self, source: str) -> None:
        """Make ``microphone`` or ``echo`` the default source."""
        self.pactl("set-default-source", source)

    def play(self, sound: Path, *, sink: str) -> subprocess.Popen[bytes]:
        """Play a file into a sink; ends by itself."""
        return self._start("paplay", f"--device={sink}", str(sound))

    def record(self, sound: Path, *, source: str) -> subprocess.Popen[bytes]:
        """Record a source into a WAV file (16 kHz, mono) until terminated."""
        form = ("--file-format=wav", "--rate=16000", "--channels=1", "--format=s16le", "--latency-msec=50")
        return self._start("parec", f"--device={source}", *form, str(sound))

    def _start(self, *command: str) -> subprocess.Popen[bytes]:
        child = subprocess.Popen(command, env=self.env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self._children.append(child)
        return child

    def kill(self) -> None:
        """Die at once, as when a sound server crashes."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def _end(self) -> None:
        for process in [*self._children, self._process]:
            if process is None or process.poll() is not None:
                continue
            process.terminate()
            try:
                process.wait(5.0)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        shutil.rmtree(self._folder, ignore_errors=True)
