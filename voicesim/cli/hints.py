"""Live hints of practice on the terminal: one line that is rewritten, or plain lines where there is no terminal.

Nothing here may hold up the call: what is to be shown is handed to a thread, and a slow terminal misses some of it.
"""

from __future__ import annotations

import queue
import sys
import threading
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Final, Self

import click

from voicesim.cli.keyboard import Keyboard
from voicesim.cli.output import unicode_on, width
from voicesim.live.practice import Command, View

KEYS: Final = {"p": Command.PAUSE, " ": Command.PAUSE, "r": Command.SAY_AGAIN}

KEYS_TEXT: Final = "keys: p pause and go on, r say that again, Ctrl-C end"

QUIETEST_DBOV: Final = -50.0
LOUDEST_DBOV: Final = -14.0
METER_CELLS: Final = 8

OFF_USUAL_DB: Final = 6.0
"""So far from the usual level the meter says so."""


def hint_line(
    view: View, *, title_of: Callable[[str], str], too_fast_wpm: float | None, use_unicode: bool
) -> str:
    """What a trainee sees at a glance.

    Args:
        view: the state of the call.
        title_of: a behaviour's name for people.
        too_fast_wpm: pace that is too fast for this customer.
        use_unicode: whether the meter may leave ASCII.
    """
    if view.is_paused:
        return "PAUSED: nothing is recorded; p goes on"
    parts = []
    if view.is_pausing:
        parts.append("pause after this line")
    if view.spoke_first:
        is_trainee = view.spoke_first == "customer"
        parts.append("YOU ARE TALKING OVER THE CUSTOMER" if is_trainee else "you are being talked over")
    due = ", ".join(title_of(name).lower() for name in view.due)
    parts.append(f"due: {due}" if due else "nothing due")
    parts.append(f"hint: {view.hint}" if view.hint else "")
    parts.append(_level(view, use_unicode=use_unicode))
    if view.rate_wpm is not None:
        is_fast = too_fast_wpm is not None and view.rate_wpm > too_fast_wpm
        parts.append(f"pace {view.rate_wpm:.0f} wpm" + (", too fast for this customer" if is_fast else ""))
    return " | ".join(part for part in parts if part)


def _level(view: View, *, use_unicode: bool) -> str:
    if view.level_dbov is None:
        return ""
    share = (view.level_dbov - QUIETEST_DBOV) / (LOUDEST_DBOV - QUIETEST_DBOV)
    n = round(min(max(share, 0.0), 1.0) * METER_CELLS) if view.is_trainee_speaking else 0
    full, empty = ("█", "░") if use_unicode else ("#", ".")
    text = f"level {full * n}{empty * (METER_CELLS - n)}"
    if view.usual_dbov is not None and view.is_trainee_speaking:
        off_db = view.level_dbov - view.usual_dbov
        text += " louder than usual" if off_db >= OFF_USUAL_DB else ""
        text += " quieter than usual" if off_db <= -OFF_USUAL_DB else ""
    return text


class HintConsole:
    """Keys and hints. Implements :class:`voicesim.live.practice.Console`.

    Args:
        title_of: a behaviour's name for people.
        too_fast_wpm: pace that is too fast for this customer.
        is_quiet: show nothing; keys work all the same.
    """

    def __init__(
        self, *, title_of: Callable[[str], str], too_fast_wpm: float | None = None, is_quiet: bool = False
    ) -> None:
        self._title_of = title_of
        self._too_fast_wpm = too_fast_wpm
        self._is_quiet = is_quiet
        self._is_terminal = sys.stderr.isatty()
        self._keyboard = Keyboard()
        self._waiting: queue.Queue[str | None] = queue.Queue(maxsize=4)
        self._writer = threading.Thread(target=self._write, name="hints", daemon=True)
        self._shown = ""

    def __enter__(self) -> Self:
        self._keyboard.__enter__()
        self._writer.start()
        if self._keyboard.has_keys and not self._is_quiet:
            click.echo(KEYS_TEXT, err=True)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self._waiting.put(None, timeout=1.0)
            self._writer.join(timeout=1.0)
        except queue.Full:
            pass
        finally:
            self._keyboard.__exit__(kind, error, trace)
        if self._is_terminal and self._shown:
            click.echo("\r\033[K", err=True, nl=False)

    def poll(self) -> Sequence[Command]:
        """Keys since the last call."""
        return [KEYS[key] for key in self._keyboard.keys().lower() if key in KEYS]

    def show(self, view: View) -> None:
        """Show the state of the call, as far as the terminal keeps up."""
        if self._is_quiet:
            return
        text = self._live_text(view) if self._is_terminal else self._plain_text(view)
        if text and text != self._shown:
            try:
                self._waiting.put_nowait(text)
            except queue.Full:
                return
            self._shown = text

    def _live_text(self, view: View) -> str:
        line = hint_line(
            view,
            title_of=self._title_of,
            too_fast_wpm=self._too_fast_wpm,
            use_unicode=unicode_on(sys.stderr),
        )
        return f"\r\033[K{line[: width() - 1]}"

    def _plain_text(self, view: View) -> str:
        if view.is_paused:
            return "paused\n"
        due = f"due now: {', '.join(self._title_of(name).lower() for name in view.due)}\n" if view.due else ""
        return due + (f"hint: {view.hint}\n" if view.hint else "")

    def _write(self) -> None:
        while (text := self._waiting.get()) is not None:
            click.echo(text, err=True, nl=False)
