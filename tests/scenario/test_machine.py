"""The customer: what he hears decides what he does, and nothing else."""

from __future__ import annotations

import pytest

from voicesim.scenario.load import read_scenario
from voicesim.scenario.machine import End, Say, Wait, begin, hear, silence, time_up

from .play import QUIET, play, said, turn

CALL = """\
format: voicesim-scenario/1
id: call
title: Call
summary: A call.
customer:
  name: Ann
  mood: 0
  gives_up_at: -3
  mood_changes: {unmet: -0.5, hostile: -1.5, blames: -1, apology: 0.5, empathy_feeling: 1, interruption: -1}
  patience_s: 6
  moods:
    - {name: cross, yields: false, patience_s: 3, barge_in_after_s: 0.9}
    - {name: calm, above: -1}
moments:
  - id: hello
    silence: [Anybody there?]
    listens_for: [{behaviours: [greeting], go: problem}]
    otherwise: {go: problem, mood: -0.5}
  - id: problem
    says: {cross: It is broken!, otherwise: It does not work.}
    listens_for:
      - {behaviours: [empathy_feeling], go: plan, says: You are kind.}
      - {behaviours: [takes_ownership, next_step_with_time], needs: all, go: solved}
      - {phrases: [switch it off], mood_at_least: 0, go: plan}
    again: [It is really broken., "Well?"]
    otherwise: {go: plan, mood: -1}
  - id: plan
    says: The colour, perhaps?
    patience_s: 9
    listens_for: [{facts: [colour], go: number}]
    again: [Ask me!]
    otherwise: {go: lost}
  - id: number
    says: And now?
    listens_for:
      - {behaviours: [apology], go: problem}
      - {behaviours: [anything_else], go: solved}
    otherwise: {go: lost}
endings:
  - {id: solved, kind: resolved, says: {cross: Hm., otherwise: Thank you.}}
  - {id: lost, kind: gave_up, says: Goodbye.}
facts:
  colour: {value: blue, asked_by: [what colour, which colour], says: It is blue., again: "Blue, I said."}
silence: [Hello?, Still there?]
not_understood: [Pardon?, I can not hear you.]
interruption: {then: repeat, says: [Let me finish.]}
"""

SCENARIO = read_scenario(CALL)


def scenario_with(old: str, new: str):
    assert old in CALL
    return read_scenario(CALL.replace(old, new, 1))


def test_the_trainee_speaks_first_where_the_first_moment_has_no_line():
    step = begin(SCENARIO)
    assert step.actions == (Wait(patience_s=6.0, moment_id="hello", mood="calm"),)
    assert said(begin(scenario_with("silence: [Anybody there?]", "says: Hello?"))) == ["Hello?"]


def test_a_good_call():
    turns = [turn("greeting"), turn("empathy_feeling"), turn(text="what colour is it"), turn("anything_else")]
    steps = play(SCENARIO, turns)
    assert [said(step) for step in steps] == [
        [],
        ["It does not work."],
        ["You are kind.", "The colour, perhaps?"],
        ["It is blue.", "And now?"],
        ["Thank you."],
    ]
    assert steps[-1].actions[-1] == End(ending="resolved", ending_id="solved")
    assert steps[2].actions[-1] == Wait(patience_s=9.0, moment_id="plan", mood="calm")


def test_lines_carry_their_mood_moment_and_manners():
    step = play(SCENARIO, [turn("greeting", "hostile?"), turn("hostile")])[1]
    line = step.actions[0]
    assert isinstance(line, Say)
    assert (line.line_id, line.mood, line.moment_id) == ("problem.says@calm", "calm", "problem")
    step = play(SCENARIO, [turn("greeting", "hostile")])[1]
    line = step.actions[0]
    assert (line.line_id, line.text, line.yields, line.barge_in_after_s) == (
        "problem.says@cross",
        "It is broken!",
        False,
        0.9,
    )
    assert step.actions[-1] == Wait(patience_s=3.0, moment_id="problem", mood="cross")


def test_the_ending_has_a_line_of_its_own_place():
    step = play(SCENARIO, [turn("greeting"), turn("takes_ownership", "next_step_with_time")])[-1]
    assert step.actions[0].moment_id == "solved"


def test_all_of_it_may_come_over_several_turns():
    steps = play(SCENARIO, [turn("greeting"), turn("takes_ownership"), turn("next_step_with_time")])
    assert said(steps[2]) == ["It is really broken."]
    assert steps[-1].state.ending == "solved"


def test_what_is_not_met_is_rephrased_and_then_leads_on():
    steps = play(SCENARIO, [turn("greeting"), turn(), turn(), turn()])
    assert [said(step)[0] for step in steps[2:]] == ["It is really broken.", "Well?", "The colour, perhaps?"]
    assert steps[-1].state.mood == -2.5


def test_a_phrase_counts_in_any_spelling_and_only_in_a_good_mood():
    heard = turn(text="Please SWITCH it off!")
    assert play(SCENARIO, [turn("greeting"), heard])[-1].state.moment_id == "plan"
    assert play(SCENARIO, [turn(), heard])[-1].state.moment_id == "problem"
    assert play(SCENARIO, [turn("greeting"), turn(text="switch off it")])[-1].state.moment_id == "problem"


def test_a_fact_is_given_twice_and_only_when_asked():
    ask = turn(text="which colour is it")
    start = [turn("greeting"), ask, ask, ask]
    steps = play(SCENARIO, start)
    assert [said(step) for step in steps[2:]] == [
        ["It is blue."],
        ["Blue, I said."],
        ["It is really broken."],
    ]
    assert steps[3].state.mood == -0.5
    statement = turn(text="my favourite is that colour")
    assert said(play(SCENARIO, [turn("greeting"), statement])[-1]) == ["It is really broken."]


def test_a_question_that_was_answered_before_is_not_waited_for():
    steps = play(SCENARIO, [turn("greeting"), turn(text="what colour is it"), turn("empathy_feeling")])
    assert said(steps[-1]) == ["You are kind.", "And now?"]


def test_kindness_counts_once_a_moment():
    first = hear(SCENARIO, begin(SCENARIO).state, turn("apology", text="hm hm hm hm"))
    assert first.state.mood == -0.5  # +0.5, unmet -0.5, otherwise -0.5
    again = hear(SCENARIO, first.state, turn("apology", "apology"))
    assert again.state.mood == -0.5  # +0.5 in a new moment, unmet -0.5
    third = hear(SCENARIO, again.state, turn("apology"))
    assert third.state.mood == -1.0


def test_uncertain_blame_is_not_held_against_anybody():
    assert turn("hostile?", "apology").behaviours == ("apology",)
    assert turn("hostile", "apology", "apology").behaviours == ("hostile", "apology")


def test_silence_reminds_and_then_ends_the_call():
    steps = play(SCENARIO, [turn("greeting"), QUIET, QUIET, QUIET])
    assert [said(step) for step in steps[2:]] == [["Hello?"], ["Still there?"], ["Goodbye."]]
    assert steps[-1].actions[-1] == End(ending="gave_up", ending_id="lost")
    assert [said(step) for step in play(SCENARIO, [QUIET, QUIET])[1:]] == [["Anybody there?"], ["Goodbye."]]


def test_an_answer_starts_the_silences_anew():
    steps = play(SCENARIO, [turn("greeting"), QUIET, QUIET, turn(), QUIET])
    assert said(steps[-1]) == ["Hello?"]


def test_words_that_did_not_come_through():
    lost = turn(understood=False, text="")
    steps = play(SCENARIO, [turn("greeting"), lost, lost, lost])
    assert [said(step) for step in steps[2:]] == [
        ["Pardon?"],
        ["I can not hear you."],
        ["It is really broken."],
    ]
    assert steps[-1].state.mood == 0.0, "a bad line is not the trainee's fault"


@pytest.mark.parametrize("words", ["okay", "I see", "Mm-hm.", "right, okay"])
def test_signs_of_attention_are_waited_out(words):
    small = turn(text=words)
    steps = play(SCENARIO, [turn("greeting"), small, small, small])
    assert [said(step) for step in steps[2:]] == [[], [], ["It is really broken."]]


def test_after_an_interruption_the_line_is_said_again_once():
    cut = turn(interrupted=True, heard_ratio=0.4)
    steps = play(SCENARIO, [turn("greeting"), cut, cut])
    assert said(steps[2]) == ["Let me finish.", "It is broken!"] or said(steps[2]) == [
        "Let me finish.",
        "It does not work.",
    ]
    assert steps[2].state.mood == -1.0
    assert said(steps[3]) == ["It is really broken."]


def test_an_interruption_that_answers_is_taken_as_the_answer():
    cut = turn("empathy_feeling", interrupted=True, heard_ratio=0.4)
    step = play(SCENARIO, [turn("greeting"), cut])[-1]
    assert said(step) == ["Let me finish.", "You are kind.", "The colour, perhaps?"]


def test_an_interruption_near_the_end_leaves_nothing_to_repeat():
    step = play(SCENARIO, [turn("greeting"), turn(interrupted=True, heard_ratio=0.9)])[-1]
    assert said(step) == ["It is really broken."]


def test_lines_that_were_never_begun_are_said_too():
    cut = turn(interrupted=True, heard_ratio=0.5, unsaid=("plan.says@calm",))
    step = play(SCENARIO, [turn("greeting"), turn("empathy_feeling"), cut])[-1]
    assert said(step) == ["Let me finish.", "You are kind.", "The colour, perhaps?"]


def test_a_customer_may_go_on_instead():
    going_on = scenario_with("then: repeat", "then: go_on")
    step = play(going_on, [turn("greeting"), turn(interrupted=True, heard_ratio=0.4)])[-1]
    assert said(step) == ["Let me finish.", "It is really broken."]


def test_a_ruined_mood_leaves_one_chance():
    bad = turn("hostile", "blames")
    steps = play(SCENARIO, [bad, bad, bad])
    assert [step.state.mood for step in steps[1:]] == [-2.0, -3.0, -3.0]
    assert [step.state.ending for step in steps[1:]] == [None, None, "lost"]
    mended = play(SCENARIO, [bad, bad, turn("empathy_feeling", "apology")])
    assert mended[3].state.mood == -1.5
    assert mended[3].state.ending is None


def test_one_turn_moves_the_mood_by_a_limited_amount():
    calm = play(SCENARIO, [turn("greeting")])[-1]
    assert hear(SCENARIO, calm.state, turn("hostile", "blames")).state.mood == -1.5
    fast = scenario_with("empathy_feeling: 1", "empathy_feeling: 3")
    assert play(fast, [turn("greeting"), turn("empathy_feeling", "apology")])[-1].state.mood == 1.5


def test_a_question_before_the_problem_is_told_leads_to_the_problem():
    step = play(SCENARIO, [turn(text="which colour please")])[-1]
    assert said(step) == ["It is blue.", "It does not work."]


def test_the_clock_ends_the_call():
    step = time_up(SCENARIO, begin(SCENARIO).state)
    assert step.actions == (End(ending="time_limit", ending_id=""),)
    limited = scenario_with("facts:\n", "  - {id: late, kind: time_limit, says: I must go.}\nfacts:\n")
    step = time_up(limited, begin(limited).state)
    assert (said(step), step.actions[-1]) == (["I must go."], End(ending="time_limit", ending_id="late"))


def test_nothing_happens_after_the_end():
    ended = time_up(SCENARIO, begin(SCENARIO).state).state
    for step in (hear(SCENARIO, ended, turn("apology")), silence(SCENARIO, ended), time_up(SCENARIO, ended)):
        assert step.state == ended
        assert step.actions == (End(ending="time_limit", ending_id=""),)


def test_a_trainee_who_leads_in_circles_is_left():
    circle = [turn("empathy_feeling"), turn("apology")]
    steps = play(SCENARIO, [turn("greeting"), turn(text="what colour"), *circle * 9])
    assert steps[-1].state.ending == "lost"
    assert dict(steps[-1].state.visits)["problem"] == 4


def test_a_prompt_that_comes_round_again_is_rephrased():
    circle = [turn("empathy_feeling"), turn(text="what colour"), turn("apology")]
    steps = play(SCENARIO, [turn("greeting"), *circle])
    assert said(steps[-1]) == ["It is really broken."]
