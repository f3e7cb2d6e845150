"""What the trainee may ask of the customer beside the matter itself: say it again, hold, is that right?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from voicesim.scenario.model import Fact, Scenario
from voicesim.scenario.numerals import distance, spelled_runs
from voicesim.scenario.phrases import folded, holds_any
from voicesim.scenario.turn import HeardTurn, State

_REPEAT_WITHIN_WORDS: Final = 12
"""A longer turn that holds such words asks for something else as well."""

_REPEAT: Final = tuple(
    phrase
    for written in (
        *("repeat that", "repeat it", "repeat yourself", "say that again", "say it again", "come again"),
        *(
            "didn't catch",
            "did not catch",
            "didn't get that",
            "did not get that",
            "pardon",
            "what did you say",
        ),
        *("what was that", "didn't hear", "did not hear", "once more please", "say again"),
    )
    for phrase in [folded(written)]
)

_HOLD: Final = tuple(
    phrase
    for written in (
        *(
            "hold on",
            "hold the line",
            "on hold",
            "bear with me",
            "one moment",
            "just a moment",
            "for a moment",
        ),
        *("one second", "just a second", "one minute", "just a minute", "for a minute", "give me a moment"),
        *("give me a minute", "give me a second", "won't be long", "wait a moment", "can you hold"),
    )
    for phrase in [folded(written)]
)

_THANKS: Final = (("thank", "you"), ("thanks",))

_LEAST_SIGNS: Final = 3
"""Shorter runs of digits and letters are amounts and times, not data that is read back."""


def asks_to_repeat(words: Sequence[str]) -> bool:
    """Whether the trainee wants to hear the last line again."""
    return len(words) <= _REPEAT_WITHIN_WORDS and holds_any(words, _REPEAT)


def asks_to_hold(heard: HeardTurn, words: Sequence[str], *, is_met: bool) -> bool:
    """Whether the trainee asks the customer to wait.

    Where the turn has met what was waited for, only the plainest words make a hold of it.
    """
    return holds_any(words, _HOLD) or (not is_met and "asks_hold" in heard.behaviours)


def thanks_for_waiting(heard: HeardTurn, words: Sequence[str]) -> bool:
    """Whether the trainee comes back with thanks."""
    return "thanks_hold" in heard.behaviours or holds_any(words, _THANKS)


def read_back(scenario: Scenario, state: State, words: Sequence[str]) -> tuple[Fact, bool] | None:
    """The fact that the trainee reads back, and whether it is right.

    Only facts that were told, and that are spelled with three digits or letters at least, can be read back. A
    run that differs from a fact in more than half of its signs is something else.
    """
    runs = [run for run in spelled_runs(words) if len(run) >= _LEAST_SIGNS]
    if not runs:
        return None
    told = {name for name, _ in state.told}
    wrong: tuple[int, Fact] | None = None
    for fact in scenario.facts:
        wanted = "".join(spelled_runs(folded(fact.value)))
        if fact.fact_id not in told or len(wanted) < _LEAST_SIGNS:
            continue
        if any(wanted in run for run in runs):
            return fact, True
        nearest = min(distance(run, wanted) for run in runs)
        if nearest <= len(wanted) // 2 and (wrong is None or nearest < wrong[0]):
            wrong = (nearest, fact)
    return None if wrong is None else (wrong[1], False)
