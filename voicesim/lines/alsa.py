"""Keeping ALSA's own messages off the terminal.

The ALSA library writes to stderr whatever its plugins find ("underrun occurred", dozens of lines when a
stream starts on PulseAudio). What matters of that arrives through the callbacks' flags and is counted.
"""

from __future__ import annotations

import ctypes
import ctypes.util
import sys
from collections.abc import Iterator
from contextlib import contextmanager

# snd_lib_error_handler_t: file, line, function, errno, format, and what the format asks for.
_Handler = ctypes.CFUNCTYPE(
    None, ctypes.c_char_p, ctypes.c_int, ctypes.c_char_p, ctypes.c_int, ctypes.c_char_p
)


_SAY_NOTHING = _Handler(lambda *_: None)


@contextmanager
def quiet_alsa() -> Iterator[None]:
    """Drop ALSA's messages inside; elsewhere than on Linux there is nothing to drop.

    Source: alsa-lib, ``snd_lib_error_set_handler`` (error.h); a null handler brings back the default one.
    """
    library = ctypes.util.find_library("asound") if sys.platform.startswith("linux") else None
    try:
        alsa = ctypes.CDLL(library) if library else None
        set_handler = alsa.snd_lib_error_set_handler if alsa else None
    except (OSError, AttributeError):
        set_handler = None
    if set_handler is None:
        yield
        return
    set_handler(_SAY_NOTHING)
    try:
        yield
    finally:
        set_handler(None)
