"""Running the command line in this process."""

from __future__ import annotations

import sys
from dataclasses import dataclass

import pytest

from voicesim.cli.main import main


@dataclass(frozen=True)
class Ran:
    """What a command left behind."""

    code: int
    out: str
    err: str

    @property
    def complaint(self) -> list[str]:
        """The error and hint lines."""
        return [line for line in self.err.splitlines() if line.startswith(("error:", "hint:"))]


@pytest.fixture
def voicesim(monkeypatch, capfd):
    """``voicesim("score", path)`` as a user would run it."""

    def run(*arguments) -> Ran:
        monkeypatch.setattr(sys, "argv", ["voicesim", *map(str, arguments)])
        capfd.readouterr()
        code = main()
        captured = capfd.readouterr()
        return Ran(code, captured.out, captured.err)

    return run
