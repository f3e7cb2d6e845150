"""Practice at the terminal: keys without Enter, a line of hints, and a terminal that is always given back."""

import os
import select
import signal
import subprocess
import sys
import time

import pytest

from voicesim.cli.hints import hint_line
from voicesim.live.practice import View

posix_only = pytest.mark.skipif(sys.platform == "win32", reason="pseudo-terminals are a thing of POSIX")

PROGRAM = """
import fcntl, signal, sys, termios, time
signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background jobs inherit "ignore"
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
from voicesim.cli.hints import HintConsole
from voicesim.live.practice import View
with HintConsole(title_of=str) as console:
    console.show(View(due=("greeting",)))
    print("ready", flush=True)
    while True:
        for command in console.poll():
            print("got", command.value, flush=True)
            if command.value == "say_again":
                sys.exit(0)
        time.sleep(0.01)
"""


class Terminal:
    """A program under a terminal of its own."""

    def __init__(self):
        import pty

        self.master, self.slave = pty.openpty()
        self.before = self.settings()
        self.child = subprocess.Popen(
            [sys.executable, "-c", PROGRAM],
            stdin=self.slave,
            stdout=self.slave,
            stderr=self.slave,
            start_new_session=True,
            env={**os.environ, "PYTHONIOENCODING": "utf-8"},
        )
        self.seen = ""

    def settings(self):
        import termios

        return termios.tcgetattr(self.slave)

    def wait_for(self, text):
        until = time.monotonic() + 30.0
        while text not in self.seen and time.monotonic() < until:
            if select.select([self.master], [], [], 0.1)[0]:
                self.seen += os.read(self.master, 4096).decode()
        assert text in self.seen

    def type(self, keys):
        os.write(self.master, keys.encode())

    def close(self):
        self.child.kill()
        self.child.wait()
        os.close(self.master)
        os.close(self.slave)


@pytest.fixture
def terminal():
    one = Terminal()
    yield one
    one.close()


@posix_only
def test_keys_arrive_without_enter_and_the_terminal_is_given_back_at_the_end(terminal):
    terminal.wait_for("ready")
    assert terminal.settings() != terminal.before
    terminal.type("p")
    terminal.wait_for("got pause")
    terminal.type("xr")
    assert terminal.child.wait(timeout=20) == 0
    assert terminal.settings() == terminal.before
    terminal.wait_for("due: greeting")


@posix_only
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_the_terminal_is_given_back_when_the_program_is_killed(terminal, number):
    terminal.wait_for("ready")
    terminal.child.send_signal(number)
    assert terminal.child.wait(timeout=20) == -number
    assert terminal.settings() == terminal.before


@posix_only
def test_ctrl_c_stays_ctrl_c(terminal):
    terminal.wait_for("ready")
    terminal.type("\x03")
    assert terminal.child.wait(timeout=20) in (1, -signal.SIGINT)
    terminal.wait_for("KeyboardInterrupt")
    assert terminal.settings() == terminal.before


def test_without_a_terminal_there_are_no_keys_and_plain_lines():
    program = PROGRAM.replace("fcntl.ioctl(0, termios.TIOCSCTTY, 0)\n", "").replace(
        "    while True:", "    print(console.poll())\n    sys.exit(0)\n    while True:"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], input="p", capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0
    assert done.stdout == "ready\n[]\n"
    assert done.stderr == "due now: greeting\n"


def _line(view, too_fast_wpm=None):
    return hint_line(view, title_of=lambda name: name.title(), too_fast_wpm=too_fast_wpm, use_unicode=False)


def test_the_line_says_who_talks_over_whom():
    assert "YOU ARE TALKING OVER THE CUSTOMER" in _line(View(spoke_first="customer"))
    assert "you are being talked over" in _line(View(spoke_first="trainee"))
    assert "talk" not in _line(View())


def test_the_line_meters_level_and_pace():
    speaking = View(is_trainee_speaking=True, level_dbov=-20.0, usual_dbov=-28.0, rate_wpm=190.0)
    assert "louder than usual" in _line(speaking)
    assert "190 wpm, too fast for this customer" in _line(speaking, 165.0)
    assert "too fast" not in _line(speaking, 200.0)
    quiet, loud = (_line(View(is_trainee_speaking=True, level_dbov=level)) for level in (-45.0, -16.0))
    assert 0 < quiet.count("#") < loud.count("#") <= 8
    assert "nothing is recorded" in _line(View(is_paused=True, spoke_first="customer"))


def test_the_authors_hint_is_shown_beside_what_is_due():
    line = hint_line(
        View(due=("apology",), hint="Say sorry."), title_of=str, too_fast_wpm=None, use_unicode=False
    )
    assert line == "due: apology | hint: Say sorry."
