"""Which moods of a customer are upset, by the names that scenarios give them."""

from __future__ import annotations

from typing import Final

UPSET_MOODS: Final = frozenset(
    [
        "angry",
        "annoyed",
        "anxious",
        "cross",
        "desperate",
        "frightened",
        "frustrated",
        "furious",
        "impatient",
        "irritated",
        "mad",
        "outraged",
        "sad",
        "scared",
        "upset",
        "worried",
    ]
)
"""Names of moods at which a bright voice is out of place."""

PROVOKING_MOODS: Final = frozenset(
    ["angry", "annoyed", "cross", "frustrated", "furious", "impatient", "irritated", "mad", "outraged"]
)
"""Names of moods that try a trainee's steadiness."""


def is_one_of(mood: str, names: frozenset[str]) -> bool:
    """Whether a mood, as a scenario names it, is one of some: "very angry" is "angry"."""
    return not names.isdisjoint(mood.lower().replace("_", " ").replace("-", " ").split())
