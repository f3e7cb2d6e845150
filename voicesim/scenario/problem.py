"""What a check of a scenario finds."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One thing that is wrong, or that a coach should look at."""

    message: str
    hint: str
    is_error: bool = True
    """Whether the scenario cannot be played; else it is advice."""
    line: int | None = None
    key: str | None = None


def note(message: str, hint: str, line: int | None, *, is_error: bool = False) -> Problem:
    """Advice."""
    return Problem(message=message, hint=hint, line=line, is_error=is_error)
