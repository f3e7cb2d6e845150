"""Finding a device by what a person calls it."""

from __future__ import annotations

import subprocess
import sys

import pytest

from voicesim.errors import DeviceNotFoundError
from voicesim.lines import portaudio
from voicesim.lines.devices import DeviceRecord, Direction, find_device


def record(index: int, name: str, *, api: str = "ALSA", n_in: int = 1, n_out: int = 0, default: bool = False):
    return DeviceRecord(
        index=index,
        name=name,
        host_api=api,
        n_input_channels=n_in,
        n_output_channels=n_out,
        default_rate_hz=48_000,
        default_input_latency_s=0.01,
        default_output_latency_s=0.01,
        is_default_input=default and n_in > 0,
        is_default_output=default and n_out > 0,
    )


DEVICES = (
    record(0, "HDA Intel PCH: ALC257 Analog"),
    record(1, "USB Headset: Audio", default=True),
    record(2, "USB Headset Pro"),
    record(3, "Built-in Output", n_in=0, n_out=2, default=True),
)

WINDOWS = (
    record(0, "Headset Microphone (Jabra)", api="MME", default=True),
    record(1, "Headset Microphone (Jabra)", api="Windows DirectSound"),
    record(2, "Headset Microphone (Jabra)", api="Windows WASAPI"),
    record(3, "Line In (Realtek)", api="Windows WASAPI"),
)


@pytest.mark.parametrize(
    ("wanted", "index"),
    [
        (None, 1),
        ("alc257", 0),
        ("  PRO ", 2),
        ("0", 0),
        (2, 2),
        ("usb headset: audio", 1),
        ("USB Headset Pro", 2),
    ],
)
def test_a_number_a_name_or_a_part_of_one_finds_the_microphone(wanted, index):
    assert find_device(DEVICES, wanted, Direction.INPUT).index == index


def test_what_several_names_share_is_ambiguous_and_says_which():
    with pytest.raises(DeviceNotFoundError, match="2 microphones are called 'headset'") as caught:
        find_device(DEVICES, "headset", Direction.INPUT)
    assert caught.value.hint is not None
    assert "1: USB Headset: Audio (ALSA)" in caught.value.hint
    assert "2: USB Headset Pro (ALSA)" in caught.value.hint


def test_a_missing_name_lists_what_there_is_for_that_direction():
    with pytest.raises(DeviceNotFoundError, match="no microphone 'UBS Headset Pro'") as caught:
        find_device(DEVICES, "UBS Headset Pro", Direction.INPUT)
    assert caught.value.hint is not None
    assert "did you mean 'USB Headset Pro'?" in caught.value.hint
    assert "Built-in Output" not in caught.value.hint
    assert caught.value.exit_code == 4


@pytest.mark.parametrize("wanted", ["3", 3, "9", -1, "-1", "Built-in", ""])
def test_a_device_that_cannot_record_is_no_microphone(wanted):
    with pytest.raises(DeviceNotFoundError, match="no microphone"):
        find_device(DEVICES, wanted, Direction.INPUT)


def test_the_loudspeaker_is_looked_for_among_outputs():
    assert find_device(DEVICES, None, Direction.OUTPUT).index == 3


def test_what_several_host_apis_offer_is_taken_from_the_usual_one():
    assert find_device(WINDOWS, "jabra", Direction.INPUT).index == 0
    assert find_device(WINDOWS, "realtek", Direction.INPUT).index == 3
    assert find_device(WINDOWS, 2, Direction.INPUT).index == 2


def test_no_device_at_all_and_no_default_are_told_apart():
    with pytest.raises(DeviceNotFoundError, match="this machine has no microphone"):
        find_device((), None, Direction.INPUT)
    with pytest.raises(DeviceNotFoundError, match="no default microphone") as caught:
        find_device((record(0, "Mic"),), None, Direction.INPUT)
    assert "0: Mic (ALSA)" in (caught.value.hint or "")


MISSING = """
import importlib.abc, importlib.machinery, sys

class Broken(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    def find_spec(self, name, path, target=None):
        return importlib.machinery.ModuleSpec(name, self) if name == "sounddevice" else None
    def create_module(self, spec):
        return None
    def exec_module(self, module):
        raise {error}

sys.meta_path.insert(0, Broken())
from voicesim.errors import AudioSystemMissingError
from voicesim.lines.devices import list_devices
from voicesim.lines.soundcard import SoundCardLine

for call in (list_devices, SoundCardLine().open):
    try:
        call()
    except AudioSystemMissingError as error:
        print(error.message, "|", error.hint, "|", type(error.__cause__).__name__, "|", error.exit_code)
"""


@pytest.mark.parametrize(
    ("error", "message", "hint"),
    [
        ("OSError('PortAudio library not found')", "PortAudio is not installed", None),
        ("ImportError('no')", "the sounddevice package is not installed", 'pip install "sounddevice>=0.5"'),
    ],
)
def test_without_portaudio_the_command_that_installs_it_is_named(repository, error, message, hint):
    done = subprocess.run(
        [sys.executable, "-c", MISSING.format(error=error)],
        cwd=repository,
        capture_output=True,
        text=True,
        check=True,
    )
    lines = done.stdout.splitlines()
    assert len(lines) == 2
    expected = f"{message} | {hint or portaudio.install_hint()} | {error.split('(')[0]} | 4"
    assert lines == [expected, expected]


@pytest.mark.parametrize(
    ("release", "command"),
    [
        ("ID=debian", "sudo apt-get install libportaudio2"),
        ('ID=ubuntu\nID_LIKE=debian\nPRETTY_NAME="Fedora fan edition"', "sudo apt-get install libportaudio2"),
        ("ID=fedora", "sudo dnf install portaudio"),
        ('ID="rocky"\nID_LIKE="rhel centos fedora"', "sudo dnf install portaudio"),
        ("ID=arch", "sudo pacman -S portaudio"),
        ('ID="opensuse-leap"', "sudo zypper install portaudio"),
        ("ID=alpine", "sudo apk add portaudio"),
    ],
)
def test_each_linux_gets_its_own_command(tmp_path, monkeypatch, release, command):
    path = tmp_path / "os-release"
    path.write_text(release, encoding="utf-8")
    monkeypatch.setattr(portaudio.platform, "system", lambda: "Linux")
    monkeypatch.setattr(portaudio, "OS_RELEASE", path)
    assert portaudio.install_hint() == command


@pytest.mark.parametrize(
    ("system", "word"), [("Darwin", "brew install portaudio"), ("Windows", "pip install")]
)
def test_other_systems_too(monkeypatch, system, word):
    monkeypatch.setattr(portaudio.platform, "system", lambda: system)
    assert word in portaudio.install_hint()


def test_portaudios_words_are_made_plain():
    class PortAudioError(Exception):
        pass

    error = PortAudioError("Error opening InputStream: Device unavailable", -9985)
    assert portaudio.plain(error) == "InputStream: Device unavailable"
    assert portaudio.error_code(error) == -9985
    assert portaudio.error_code(ValueError()) is None
    assert portaudio.plain(ValueError()) == "ValueError"
