"""What moves a customer's mood unless his scenario says otherwise."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

DEFAULT_MOOD_CHANGES: Final[Mapping[str, float]] = {
    "empathy_feeling": 1.0,
    "empathy_understanding": 1.0,
    "empathy_exploring": 0.5,
    "apology": 0.5,
    "takes_ownership": 0.5,
    "clarifying_question": 0.5,
    "paraphrases": 0.5,
    "offers_solution": 0.5,
    "next_step_with_time": 1.0,
    "negative_wording": -0.5,
    "commands": -1.0,
    "blames": -1.0,
    "dismissive": -1.0,
    "hostile": -1.5,
    "jargon": -0.5,
    "interruption": -1.0,
    "silence": -0.5,
    "unmet": -0.25,
    "repeated_question": -0.5,
    "too_fast": -0.25,
    "monologue": -0.5,
    "raised_voice": -1.0,
    "unthanked_hold": -0.25,
    "jargon_wall": -0.5,
    "calm_down": -1.0,
}
"""What moves a customer whose scenario does not say otherwise: points on a scale from -3 to 3. They are a
choice of the project, not a measurement."""

EMPATHY: Final = frozenset({"empathy_feeling", "empathy_understanding", "empathy_exploring"})
"""Behaviours whose worth depends on when they come."""

LATE_EMPATHY: Final = 0.5
"""What empathy is worth to a contented customer in a moment that does not call for it. A choice of the project."""

EVENTS: Final = frozenset(
    {
        *("interruption", "silence", "unmet", "not_understood", "repeated_question"),
        *("too_fast", "monologue", "raised_voice", "unthanked_hold", "jargon_wall", "calm_down"),
    }
)
"""Triggers of ``mood_changes`` that are no behaviours."""
