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
        "distressed",
        "fed",
        "frightened",
        "frustrated",
        "furious",
        "hurt",
        "impatient",
        "irritated",
        "mad",
        "nervous",
        "offended",
        "outraged",
        "panicking",
        "sad",
        "scared",
        "upset",
        "worried",
    ]
)
"""Names of moods at which a bright voice is out of place."""

PROVOKING_MOODS: Final = frozenset(
    [
        "angry",
        "annoyed",
        "cross",
        "fed",
        "frustrated",
        "furious",
        "impatient",
        "irritated",
        "mad",
        "offended",
        "outraged",
    ]
)
"""Names of moods that try a trainee's steadiness."""


def is_one_of(mood: str, names: frozenset[str]) -> bool:
    """Whether a mood, as a scenario names it, is one of some: "very angry" is "angry", "fed_up" is "fed"."""
    return not names.isdisjoint(mood.lower().replace("_", " ").replace("-", " ").split())
