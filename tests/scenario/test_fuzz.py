"""Random trainees over every shipped scenario: always an end, never an exception, always a line to speak."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from voicesim.files.shipped import shipped_folder
from voicesim.scenario.load import load_scenario
from voicesim.scenario.machine import End, HeardTurn, Say, Wait, begin, hear, silence, time_up

from .play import QUIET, turn

SCENARIOS = {path.stem: load_scenario(path) for path in sorted(shipped_folder("scenarios").glob("*.yaml"))}

LONGEST_CALL = 2_000
"""Events; every bound of the machine together stays far below."""


def trainee_of(name: str) -> st.SearchStrategy[HeardTurn | str]:
    scenario = SCENARIOS[name]
    behaviours = sorted(
        {b for m in scenario.moments for one in m.listens_for for b in one.behaviours}
        | set(scenario.mood_changes)
    )
    phrases = [" ".join(p) for fact in scenario.facts for p in fact.asked_by] + [
        "okay",
        "",
        "what",
        "nonsense",
    ]
    phrases += [" ".join(p) for m in scenario.moments for one in m.listens_for for p in one.phrases]
    phrases += [" ".join(scenario.glossary), "calm down"]
    slots = [spoken.slot for spoken in scenario.spoken()]
    turns = st.builds(
        turn,
        text=st.lists(st.sampled_from(phrases), max_size=3).map(" ".join) | st.text(max_size=20),
        understood=st.booleans(),
        interrupted=st.booleans(),
        heard_ratio=st.floats(0.0, 1.0),
        duration_s=st.none() | st.floats(0.0, 100.0),
        rate_wpm=st.none() | st.floats(0.0, 400.0),
        is_raised=st.booleans(),
        unsaid=st.lists(st.sampled_from([*slots, "?"]).map(lambda s: f"{s}@x"), max_size=3).map(tuple),
    ).flatmap(
        lambda heard: st.lists(st.sampled_from(behaviours), max_size=4).map(
            lambda names: replace(heard, observations=turn(*names).observations)
        )
    )
    return st.just(QUIET) | turns


@pytest.mark.parametrize("name", SCENARIOS)
@settings(deadline=None, max_examples=25, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_random_trainees_always_reach_an_end(name, data):
    scenario = SCENARIOS[name]
    lines = {line.line_id: line.text for line in scenario.lines()}
    # A short pattern over and over finds loops; no trainee is drawn for longer than it takes.
    pattern = data.draw(st.lists(trainee_of(name), min_size=1, max_size=8))
    step = begin(scenario)
    for i in range(LONGEST_CALL):
        assert isinstance(step.actions[-1], Wait | End)
        for action in step.actions[:-1]:
            assert isinstance(action, Say)
            assert lines[action.line_id] == action.text
        assert -3.0 <= step.state.mood <= 3.0
        if step.state.ending is not None:
            break
        assert isinstance(time_up(scenario, step.state).actions[-1], End)
        heard = pattern[i % len(pattern)]
        event = silence if heard == QUIET else hear
        args = (scenario, step.state) if heard == QUIET else (scenario, step.state, heard)
        again = event(*args)
        step = event(*args)
        assert again == step, "the same state and turn give the same step"
    assert step.state.ending is not None, "a call that never ends"


def test_there_are_scenarios():
    assert {Path(name).stem for name in SCENARIOS} >= {"parcel", "billed_twice"}
