"""Talking to the person at the terminal: results on stdout, everything else on stderr."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable

import click


def say(text: str) -> None:
    """A line of talk."""
    click.echo(text, err=True)


def shout(text: str) -> None:
    """A line that must not be overlooked."""
    click.echo(click.style(text, bold=True, fg="yellow") if colour_on(sys.stderr) else text, err=True)


def colour_on(stream: object) -> bool:
    """Whether a stream is a terminal that wants colour."""
    is_tty = bool(getattr(stream, "isatty", lambda: False)())
    return is_tty and "NO_COLOR" not in os.environ and os.environ.get("TERM") != "dumb"


def unicode_on(stream: object) -> bool:
    """Whether a stream can take signs beyond ASCII."""
    return "utf" in str(getattr(stream, "encoding", "") or "").lower()


def width() -> int:
    """Columns to write in."""
    return max(60, min(100, shutil.get_terminal_size((80, 24)).columns))


class Progress:
    """One line that tells how far long work has come.

    On a terminal it is rewritten; elsewhere it is written once a stage.
    """

    def __init__(self, *, is_quiet: bool = False) -> None:
        self._is_quiet = is_quiet
        self._is_tty = sys.stderr.isatty()
        self._stage = ""
        self._shown = ""

    def __call__(self, stage: str, fraction: float) -> None:
        """Tell that a stage is done up to a fraction (0..1)."""
        if self._is_quiet:
            return
        if not self._is_tty:
            if stage != self._stage:
                say(f"{stage} …")
            self._stage = stage
            return
        text = f"{stage} … {min(max(fraction, 0.0), 1.0):4.0%}"
        if text != self._shown:
            click.echo(f"\r\033[K{text}", err=True, nl=False)
            self._shown = text
        self._stage = stage

    def done(self) -> None:
        """Leave the line."""
        if self._is_tty and self._shown and not self._is_quiet:
            click.echo("\r\033[K", err=True, nl=False)
        self._stage = self._shown = ""


Say = Callable[[str], None]
