"""Keys of the terminal, without waiting for Enter and without blocking: termios on Linux and macOS, msvcrt on Windows.

The terminal is given back as it was at every exit: the end of the ``with`` block, Ctrl-C, the end of the program,
and the signals that end it. Where there is no terminal, there are no keys.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import threading
from types import FrameType, TracebackType
from typing import Any, Self


class Keyboard:
    """Keys of standard input while the ``with`` block lasts."""

    def __init__(self) -> None:
        self._fd: int | None = None
        self._before: list[Any] | None = None
        self._handlers: dict[int, Any] = {}

    @property
    def has_keys(self) -> bool:
        """Whether keys can be read at all."""
        return self._fd is not None or (sys.platform == "win32" and _is_terminal())

    def __enter__(self) -> Self:
        if sys.platform != "win32" and _is_terminal() and _is_in_foreground():
            import atexit
            import termios
            import tty

            self._fd = sys.stdin.fileno()
            self._before = termios.tcgetattr(self._fd)
            atexit.register(self._restore)
            self._watch_signals()
            # Ctrl-C stays the signal that it is.
            tty.setcbreak(self._fd)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._restore()

    def keys(self) -> str:
        """What was typed since the last call; empty where nothing was."""
        if sys.platform == "win32":
            import msvcrt

            found = ""
            while _is_terminal() and msvcrt.kbhit():
                found += msvcrt.getwch()
            return found
        return self._posix_keys()

    def _posix_keys(self) -> str:
        import select

        if self._fd is None or not select.select([self._fd], [], [], 0)[0]:
            return ""
        try:
            data = os.read(self._fd, 64)
        except OSError:
            data = b""
        if not data:
            # The terminal is gone: looking again would find nothing forever.
            self._fd = None
        return data.decode("ascii", "ignore")

    def _watch_signals(self) -> None:
        if threading.current_thread() is not threading.main_thread():
            return
        for number in (signal.SIGTERM, signal.SIGHUP):
            if signal.getsignal(number) is signal.SIG_DFL:
                self._handlers[number] = signal.signal(number, self._give_back_and_die)

    def _give_back_and_die(self, number: int, frame: FrameType | None) -> None:
        del frame
        self._restore()
        os.kill(os.getpid(), number)

    def _restore(self) -> None:
        before, self._before = self._before, None
        if before is not None:
            import termios

            with contextlib.suppress(termios.error, OSError, ValueError):
                termios.tcsetattr(sys.stdin.fileno(), termios.TCSADRAIN, before)
        self._fd = None
        for number, handler in self._handlers.items():
            signal.signal(number, handler)
        self._handlers.clear()


def _is_terminal() -> bool:
    try:
        return sys.stdin.isatty()
    except (AttributeError, ValueError):
        return False


def _is_in_foreground() -> bool:
    """Whether reading would not stop the program, as it does one that was started in the background."""
    if sys.platform == "win32":
        return True
    try:
        return os.tcgetpgrp(sys.stdin.fileno()) == os.getpgrp()
    except OSError:
        return False
