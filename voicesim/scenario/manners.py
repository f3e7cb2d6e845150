"""How something is said that irritates whatever it says: a wall of jargon, being told to calm down."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from voicesim.scenario.phrases import folded, holds, holds_any

WALL_TERMS: Final = 3
"""Different terms of the glossary in one turn that make a wall of them. A choice of the project."""

_CALM_DOWN: Final = tuple(
    folded(phrase)
    for phrase in (
        *("calm down", "calm yourself", "relax", "take it easy", "chill out", "cool down", "get a grip"),
        *("no need to shout", "no reason to shout", "no need to get upset", "no reason to be upset"),
        *(
            "don't get upset",
            "don't be so upset",
            "don't be upset",
            "stop shouting",
            "pull yourself together",
        ),
    )
)
"""What is heard as "your anger is the problem"."""


def is_jargon_wall(glossary: Iterable[str], words: Sequence[str]) -> bool:
    """Whether a turn holds so many internal terms that nobody outside could follow.

    Args:
        glossary: the internal terms.
        words: of the turn, folded.
    """
    return sum(holds(words, folded(term)) for term in glossary) >= WALL_TERMS


def tells_to_calm_down(words: Sequence[str]) -> bool:
    """Whether the customer is told how to feel."""
    return holds_any(words, _CALM_DOWN)
