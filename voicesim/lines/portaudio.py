"""PortAudio, imported at the last moment, and its errors in plain words.

``import sounddevice`` starts PortAudio and raises ``OSError`` where the library is missing, so nothing here
touches it before a call does.
"""

from __future__ import annotations

import platform
from pathlib import Path
from typing import Any, Final

from voicesim.errors import AudioSystemMissingError, DeviceError

SAMPLE_RATE_REFUSED: Final = -9997
CHANNELS_REFUSED: Final = -9998
"""``paInvalidSampleRate`` and ``paInvalidChannelCount``.

Source: portaudio.h, enum PaErrorCode.
"""

OS_RELEASE: Final = Path("/etc/os-release")

_PACKAGE: Final = "libportaudio2"


def load_portaudio() -> Any:  # noqa: ANN401 - sounddevice has no types
    """The sounddevice module, with PortAudio started.

    Raises:
        AudioSystemMissingError: the package or the library behind it is missing.
        DeviceError: the library is there and does not start.
    """
    try:
        import sounddevice
    except ImportError as error:
        raise AudioSystemMissingError(
            "the sounddevice package is not installed", hint='pip install "sounddevice>=0.5"'
        ) from error
    except OSError as error:
        raise AudioSystemMissingError("PortAudio is not installed", hint=install_hint()) from error
    except Exception as error:
        # sounddevice.PortAudioError, whose class cannot be named before the import has worked.
        raise DeviceError(
            f"PortAudio does not start: {plain(error)}",
            hint="is a sound server running? `voicesim doctor` looks at the rest",
        ) from error
    return sounddevice


def install_hint() -> str:
    """The command that installs PortAudio on this machine."""
    system = platform.system()
    if system == "Darwin":
        return "brew install portaudio, or: pip install --force-reinstall sounddevice (its wheel carries PortAudio)"
    if system == "Windows":
        return "pip install --force-reinstall sounddevice (its wheel carries PortAudio)"
    return _linux_hint(_os_release(OS_RELEASE))


def _linux_hint(like: str) -> str:
    if any(name in like for name in ("fedora", "rhel", "centos")):
        return "sudo dnf install portaudio"
    if "suse" in like:
        return "sudo zypper install portaudio"
    if "arch" in like:
        return "sudo pacman -S portaudio"
    if "alpine" in like:
        return "sudo apk add portaudio"
    return f"sudo apt-get install {_PACKAGE}"


def _os_release(path: Path) -> str:
    """The distribution and what it is like, lower case; empty where that is not said."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return ""
    return " ".join(line for line in lines if line.startswith(("ID=", "ID_LIKE="))).lower()


def plain(error: BaseException) -> str:
    """An error's message in one line, without PortAudio's name for it."""
    words = " ".join(str(error.args[0] if error.args else error).split())
    return words.split(" [PaErrorCode")[0].removeprefix("Error opening ").strip() or type(error).__name__


def error_code(error: BaseException) -> int | None:
    """PortAudio's number of an error, where it has one."""
    code = error.args[1] if len(error.args) > 1 else None
    return code if isinstance(code, int) else None
