"""The shipped scenarios: a good trainee reaches the good end, a poor one the bad end."""

from __future__ import annotations

import pytest

from voicesim.files.shipped import shipped_folder
from voicesim.scenario.load import load_scenario
from voicesim.scenario.machine import End

from .play import play, turn

GOOD = {
    "parcel": [
        turn("greeting"),
        turn("apology", "empathy_feeling"),
        turn("asks_for_details", text="may I have your order number please"),
        turn("clarifying_question"),
        turn("takes_ownership"),
        turn("next_step_with_time"),
        turn("anything_else"),
        turn(text="goodbye and have a good day"),
    ],
    "billed_twice": [
        turn("greeting"),
        turn("apology", "empathy_understanding"),
        turn("apology"),
        turn("clarifying_question", text="on which day was it taken"),
        turn("takes_ownership"),
        turn("next_step_with_time"),
        turn("anything_else"),
        turn(text="goodbye and have a good day"),
    ],
}


@pytest.mark.parametrize("name", GOOD)
def test_a_good_trainee_leaves_the_customer_better_than_he_came(name):
    scenario = load_scenario(shipped_folder("scenarios") / f"{name}.yaml")
    steps = play(scenario, GOOD[name])
    assert steps[-1].actions[-1] == End(ending="resolved", ending_id="resolved")
    assert len(steps) == len(GOOD[name]) + 1, "every reply is called for"
    assert steps[-1].state.mood >= scenario.mood + 2


@pytest.mark.parametrize("name", GOOD)
@pytest.mark.parametrize(
    "reply",
    [turn("commands", "negative_wording"), turn("blames"), turn(), turn("dismissive", interrupted=True)],
)
def test_a_poor_trainee_is_given_up(name, reply):
    scenario = load_scenario(shipped_folder("scenarios") / f"{name}.yaml")
    last = play(scenario, [reply] * 40)[-1]
    assert last.actions[-1] == End(ending="gave_up", ending_id="gave_up")


@pytest.mark.parametrize("name", GOOD)
def test_the_behaviours_of_a_good_call_are_enough_in_any_amount_of_kindness(name):
    """Showing everything at every turn never leads away from the good end."""
    scenario = load_scenario(shipped_folder("scenarios") / f"{name}.yaml")
    everything = ("greeting", "apology", "empathy_feeling", "takes_ownership", "next_step_with_time")
    last = play(scenario, [turn(*everything, "clarifying_question", "anything_else")] * 20)[-1]
    assert last.actions[-1] == End(ending="resolved", ending_id="resolved")
