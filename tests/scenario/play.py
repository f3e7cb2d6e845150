"""Trainees for tests: each turn is given by the behaviours that it shows."""

from __future__ import annotations

from collections.abc import Iterable

from voicesim.audio.span import Span
from voicesim.behaviour.observation import Observation
from voicesim.scenario.machine import HeardTurn, Say, Step, begin, hear, silence
from voicesim.scenario.model import Scenario


def turn(*behaviours: str, text: str = "some words that mean something", **kwargs) -> HeardTurn:
    observations = tuple(
        Observation(
            behaviour_id=name.removesuffix("?"),
            span=Span(0, 1),
            quote="",
            pattern="",
            confidence=1.0,
            utterance=0,
            costs_points=name.endswith("?"),
            is_certain=not name.endswith("?"),
        )
        for name in behaviours
    )
    return HeardTurn(observations=observations, text=text, **kwargs)


QUIET = "quiet"


def play(scenario: Scenario, turns: Iterable[HeardTurn | str]) -> list[Step]:
    """Steps from the beginning to the end of the call, or of the turns."""
    steps = [begin(scenario)]
    for heard in turns:
        state = steps[-1].state
        if state.ending is not None:
            break
        steps.append(silence(scenario, state) if heard == QUIET else hear(scenario, state, heard))
    return steps


def said(step: Step) -> list[str]:
    return [action.text for action in step.actions if isinstance(action, Say)]
