"""What moves a customer besides the plot: empathy in time, walls of jargon, being told to calm down, long turns."""

from __future__ import annotations

import pytest

from voicesim.scenario.graph import mermaid
from voicesim.scenario.load import read_scenario
from voicesim.scenario.machine import End, begin, due, hear, hint
from voicesim.scenario.numerals import in_signs
from voicesim.scenario.phrases import folded

from .play import play, said, turn

CALL = """\
format: voicesim-scenario/1
id: call
title: Call
summary: A call.
customer:
  name: Ann
  mood_changes: {unmet: 0, empathy_feeling: 1, jargon_wall: -1, calm_down: -1.5}
  monologue_s: 30
  moods: [{name: cross, monologue_s: 10, patience_s: 3}, {name: fine, above: 0}]
moments:
  - id: told
    says: It does not work.
    listens_for:
      - {behaviours: [empathy_feeling], go: plan}
      - {phrases: [by five, room two four zero, "flat B seven", twenty five, on the third], go: done}
    again: [Really., Truly.]
    otherwise: {go: lost}
    hint: Say first that you see how annoying this is.
  - id: plan
    says: And now?
    listens_for: [{behaviours: [next_step_with_time], go: done}]
    again: [Hm?, Well?]
    otherwise: {go: lost}
endings:
  - {id: done, kind: resolved, says: Thanks.}
  - {id: lost, kind: gave_up, says: Goodbye.}
manner: {jargon_wall: [What does all that mean?], calm_down: [I am calm!]}
glossary: {router: box, dhcp lease: address, firmware: program, reboot: restart}
"""
SCENARIO = read_scenario(CALL)
WORDS = "some words that mean something"


def after(*turns):
    return play(SCENARIO, turns)[-1]


def test_empathy_is_worth_most_where_it_is_called_for():
    assert after(turn("empathy_feeling")).state.mood == 1.0
    late = after(turn("empathy_feeling"), turn("empathy_feeling"))
    assert late.state.mood == 1.5, "half of it where nothing calls for it and the customer is content"


def test_an_unhappy_customer_can_always_do_with_empathy():
    steps = play(SCENARIO, [turn("empathy_feeling"), turn(text="calm down"), turn(text="just relax")])
    assert steps[-1].state.mood == -2.0
    assert hear(SCENARIO, steps[-1].state, turn("empathy_feeling")).state.mood == -1.0


@pytest.mark.parametrize(
    "text", ["You need to calm down.", "Just relax, madam", "There's no need to shout", "don't get upset"]
)
def test_being_told_to_calm_down_does_the_opposite(text):
    step = after(turn(text=text))
    assert (step.state.mood, said(step)[0]) == (-1.5, "I am calm!")


@pytest.mark.parametrize("text", ["I will calm it down myself", "we can take this easily", WORDS])
def test_what_only_sounds_like_it(text):
    assert after(turn(text=text)).state.mood == 0.0


def test_a_wall_of_jargon_is_three_terms_in_one_turn():
    wall = turn(text="reboot the router, then the firmware renews the DHCP lease")
    step = after(wall)
    assert (step.state.mood, said(step)[0]) == (-1.0, "What does all that mean?")
    assert after(turn(text="reboot the router please")).state.mood == 0.0
    explained = turn("explains_term", text="the router, the firmware, reboot: each of them means the box")
    assert after(explained).state.mood == 0.0


def test_the_mood_decides_how_long_a_turn_is_borne():
    assert after(turn(duration_s=20.0)).state.mood == 0.0
    angry = after(turn(text="calm down"))
    assert hear(SCENARIO, angry.state, turn(duration_s=20.0)).state.mood == -2.0
    assert hear(SCENARIO, angry.state, turn(duration_s=9.0)).state.mood == -1.5
    assert angry.actions[-1].patience_s == 3.0


def test_the_hint_comes_after_a_rephrasing():
    step = begin(SCENARIO)
    assert hint(SCENARIO, step.state) == ""
    step = hear(SCENARIO, step.state, turn())
    assert (said(step), hint(SCENARIO, step.state)) == (["Really."], SCENARIO.moments[0].hint)
    assert hint(SCENARIO, after(turn("empathy_feeling")).state) == ""


def test_thanks_are_due_after_a_hold():
    step = after(turn(text="one moment please"))
    assert due(SCENARIO, step.state) == ("thanks_hold", "empathy_feeling")
    back = hear(SCENARIO, step.state, turn(text="thank you for waiting"))
    assert due(SCENARIO, back.state) == ("empathy_feeling",)


@pytest.mark.parametrize(
    ("text", "is_met"),
    [
        ("you have it by 5 o'clock", True),
        ("by five", True),
        ("by 50", False),
        ("it is room 240", True),
        ("room two forty", True),
        ("room 1240", False),
        ("so that is flat bravo seven", True),
        ("flat B as in Berlin 7", True),
        ("there are 25 of them", True),
        ("two five", True),
        ("in room 1253", False),
        ("on the 3rd", True),
    ],
)
def test_numbers_in_phrases_are_heard_however_they_are_spoken(text, is_met):
    assert (after(turn(text=text)).state.ending == "done") is is_met


@pytest.mark.parametrize(
    ("text", "signs"),
    [
        ("nine hundred euros", "9 0 0 euros"),
        ("nine hundred five", "9 0 5"),
        ("900", "9 0 0"),
        ("thirty nine point two", "3 9 point 2"),
        ("double two nine one", "2 2 9 1"),
        ("the first and the 12th", "the 1 st and the 1 2 st"),
        ("Mike plays golf in a hotel", "mike plays golf in a hotel"),
        ("A as in apple, B for Bravo", "a b"),
        ("hundred", "hundred"),
    ],
)
def test_signs(text, signs):
    assert " ".join(in_signs(folded(text))) == signs


def test_the_mood_decides_what_a_resolution_comes_to():
    text = CALL.replace("{id: done, kind: resolved,", "{id: done, kind: resolved, content_from: 0,")
    scenario = read_scenario(text)
    step = {"text": "you have it by five"}
    content = play(scenario, [turn(**step)])[-1]
    cool = play(scenario, [turn(text="calm down"), turn(**step)])[-1]
    assert (content.actions[-1], content.state.mood) == (End(ending="resolved", ending_id="done"), 0.0)
    assert cool.actions[-1] == End(ending="resolved_cool", ending_id="done")
    assert "done (resolved, below mood 0 resolved_cool)" in mermaid(scenario)
    gave_up = play(scenario, [turn()] * 5)[-1]
    assert gave_up.actions[-1] == End(ending="gave_up", ending_id="lost")
