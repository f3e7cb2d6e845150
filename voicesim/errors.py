"""Every error a user can meet, in one tree.

::

    VoicesimError                     exit 1
    ├── InputError                    exit 3   something the user gave is wrong
    │   ├── AudioFileError                     unreadable, empty, silent or unsupported recording
    │   ├── ScenarioError                      scenario file: path, line, key
    │   ├── RubricError                        rubric or pattern file: path, line, key
    │   ├── TranscriptError                    transcript file: path, line, reason
    │   └── CallFolderError                    missing part, unknown schema version, cannot be written
    ├── DeviceError                   exit 4
    │   ├── AudioSystemMissingError            PortAudio is not installed
    │   ├── DeviceNotFoundError                no such microphone or loudspeaker
    │   └── DeviceLostError                    unplugged while the call ran
    ├── EngineError                   exit 5
    │   ├── UnknownEngineError                 no engine of that name
    │   ├── EngineNotInstalledError            its package or program is missing
    │   ├── ModelNotFoundError                 its model is nowhere to be had
    │   └── EngineFailedError                  it broke while working
    └── CallAbortedError              exit 6   the call was ended early; what was recorded is kept
    ParameterError(VoicesimError, ValueError)  a pure function was called wrongly

The command line prints ``error: message`` and ``hint: hint`` and ends with ``exit_code``.
Exit codes that belong to no class: 0 done, 1 ran but below ``--fail-under`` or some recordings failed,
2 usage, 70 a bug in voicesim, 130 Ctrl-C.
"""

from __future__ import annotations

from typing import ClassVar


class VoicesimError(Exception):
    """Base of every error that voicesim raises on purpose.

    Args:
        message: what is wrong, one line, no full stop at the end.
        hint: what the user can do next, one line.
    """

    exit_code: ClassVar[int] = 1

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return self.message


class ParameterError(VoicesimError, ValueError):
    """A pure function was called with a value outside its documented range."""


class InputError(VoicesimError):
    """Something that the user gave is wrong."""

    exit_code: ClassVar[int] = 3


class AudioFileError(InputError):
    """A recording that cannot be read, or that holds nothing to read."""


class _LocatedError(InputError):
    """An error at a place in a text file.

    Args:
        message: what is wrong.
        path: the file, as the user named it.
        line: 1-based line, where known.
        key: the offending key, where there is one.
        hint: what to do next.
    """

    def __init__(
        self,
        message: str,
        *,
        path: str | None = None,
        line: int | None = None,
        key: str | None = None,
        hint: str | None = None,
    ) -> None:
        where = "" if path is None else path if line is None else f"{path}:{line}"
        super().__init__(f"{where}: {message}" if where else message, hint=hint)
        self.path = path
        self.line = line
        self.key = key


class ScenarioError(_LocatedError):
    """A scenario (or a simulated trainee's manifest) that cannot be used."""


class RubricError(_LocatedError):
    """A rubric or a behaviour pattern file that cannot be used."""


class TranscriptError(_LocatedError):
    """A transcript that cannot be read, or that does not fit its recording."""


class CallFolderError(InputError):
    """A call folder that cannot be read or written."""


class DeviceError(VoicesimError):
    """Sound hardware."""

    exit_code: ClassVar[int] = 4


class AudioSystemMissingError(DeviceError):
    """PortAudio is not installed."""


class DeviceNotFoundError(DeviceError):
    """No such microphone or loudspeaker."""


class DeviceLostError(DeviceError):
    """A device vanished while the call ran."""


class EngineError(VoicesimError):
    """Speech recognition, synthesis, pitch or decoding."""

    exit_code: ClassVar[int] = 5


class UnknownEngineError(EngineError):
    """No engine of that name."""


class EngineNotInstalledError(EngineError):
    """The package or program behind an engine is missing."""


class ModelNotFoundError(EngineError):
    """The model behind an engine is nowhere to be had."""


class EngineFailedError(EngineError):
    """An engine broke while it worked."""


class CallAbortedError(VoicesimError):
    """The call was ended early; what was recorded is kept."""

    exit_code: ClassVar[int] = 6
