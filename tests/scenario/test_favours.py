"""What a customer does besides following the plot: says it again, holds, checks what is read back, complains."""

from __future__ import annotations

import pytest

from voicesim.scenario.graph import mermaid
from voicesim.scenario.load import read_scenario
from voicesim.scenario.machine import End, Wait, begin, due, hear, silence
from voicesim.scenario.model import EndingKind
from voicesim.scenario.numerals import distance, spelled_runs
from voicesim.scenario.phrases import folded

from .play import play, said, turn

CALL = """\
format: voicesim-scenario/1
id: call
title: Call
summary: A call.
customer:
  name: Ann
  gives_up_at: -3
  too_fast_wpm: 170
  monologue_s: 20
  mood_changes: {unmet: -0.5, too_fast: -0.5, monologue: -1, raised_voice: -1, unthanked_hold: -0.5, hostile: -1.5}
  moods: [{name: any}]
moments:
  - id: problem
    says: It does not work.
    listens_for:
      - {behaviours: [apology], go: number, says: You are kind.}
    again: [It is broken., "Well?"]
    otherwise: {go: number}
    expects: [apology, clarifying_question]
  - id: number
    says: And now?
    listens_for:
      - {behaviours: [apology], mood_at_least: 1, go: happy}
      - {behaviours: [apology], go: cool}
      - {phrases: [back again], go: problem}
    again: [Hm?, Hm hm?, Hm hm hm?, Hm hm hm hm?]
    otherwise: {go: lost}
endings:
  - {id: happy, kind: resolved, says: Thank you!}
  - {id: cool, kind: resolved_cool, says: All right.}
  - {id: lost, kind: gave_up, says: Goodbye.}
  - {id: angry, kind: hung_up, says: Enough!}
  - {id: boss, kind: escalated, says: Your supervisor please.}
facts:
  account: {value: double four seven B, asked_by: [account number], says: "It is double four, seven, B."}
manner:
  too_fast: [Not so fast please.]
  monologue: [May I say something?]
  raised_voice: [Why do you shout?]
hold: {says: [I'll hold., Again?], patience_s: 40}
"""

SCENARIO = read_scenario(CALL)
ASK = turn(text="what is the account number")


def after(*turns):
    return play(SCENARIO, turns)[-1]


@pytest.mark.parametrize(
    "words", ["could you repeat that please", "Sorry, I didn't catch that.", "say that again?"]
)
def test_the_last_words_are_said_again_on_request(words):
    again = turn(text=words)
    assert said(after(again)) == ["It does not work."]
    assert after(again).state.mood == 0.0
    steps = play(SCENARIO, [again, again, again])
    assert said(steps[3]) == ["It is broken."], "not for ever"


def test_all_of_the_last_words_are_said_again():
    step = after(turn("apology"), turn(text="could you say that again"))
    assert said(step) == ["You are kind.", "And now?"]


def test_a_long_turn_that_says_again_is_no_request():
    words = "I will write to you again and again until it works and then I come again and say it again"
    assert said(after(turn(text=words))) == ["It is broken."]


def test_holding():
    ask = turn(text="Bear with me, please.")
    step = after(ask)
    assert said(step) == ["I'll hold."]
    assert step.actions[-1] == Wait(patience_s=40.0, moment_id="problem", mood="any")
    back = hear(SCENARIO, step.state, turn("apology", text="thank you for holding"))
    assert back.state.mood == 0.5
    assert back.actions[-1].patience_s == 6.0
    rude = hear(SCENARIO, step.state, turn(text="so here we are"))
    assert rude.state.mood == -1.0  # unthanked and unmet
    steps = play(SCENARIO, [ask, ask, ask])
    assert [said(step) for step in steps[1:]] == [["I'll hold."], ["Again?"], ["It is broken."]]


def test_what_was_met_with_a_hold_counts_after_it():
    step = after(turn("apology", text="I am so sorry, one moment please"))
    assert said(step) == ["I'll hold."]
    back = hear(SCENARIO, step.state, turn(text="thanks, it is found"))
    assert said(back) == ["You are kind.", "And now?"]


def test_a_long_hold_is_asked_about():
    step = after(turn(text="hold the line"))
    step = silence(SCENARIO, step.state)
    assert said(step) == ["Hello? Are you still there?"]
    assert step.actions[-1].patience_s == 6.0


def test_read_backs_are_confirmed_or_corrected():
    told = after(ASK)
    assert said(told) == ["It is double four, seven, B."]
    right = hear(SCENARIO, told.state, turn(text="so that is four four seven B"))
    assert said(right) == ["Yes, that's right."]
    wrong = hear(SCENARIO, told.state, turn(text="so that is four four nine B for Bravo"))
    assert said(wrong) == ["No. Double four seven B."]
    other = hear(SCENARIO, told.state, turn(text="the bill of two thousand twenty six"))
    assert said(other) == ["It is broken."]
    written = hear(SCENARIO, told.state, turn("apology", text="sorry, 449B"))
    assert said(written) == ["No. Double four seven B.", "You are kind.", "And now?"]


def test_read_backs_of_what_was_never_told_mean_nothing():
    assert said(after(turn(text="four four seven b"))) == ["It is broken."]


def test_manners_are_felt_and_named_once():
    fast = turn(rate_wpm=171.0)
    steps = play(SCENARIO, [fast, fast])
    assert said(steps[1]) == ["Not so fast please.", "It is broken."]
    assert said(steps[2]) == ["Well?"]
    assert steps[1].state.mood == -1.0
    assert said(after(turn(duration_s=20.5)))[0] == "May I say something?"
    assert said(after(turn(is_raised=True)))[0] == "Why do you shout?"
    calm = after(turn(rate_wpm=170.0, duration_s=20.0))
    assert (said(calm), calm.state.mood) == (["It is broken."], -0.5)


def test_the_mood_decides_between_endings():
    kind = turn("apology")
    assert after(kind, kind).actions[-1] == End(ending="resolved", ending_id="happy")
    assert after(turn("hostile"), kind, kind).actions[-1] == End(ending="resolved_cool", ending_id="cool")


def test_a_ruined_mood_hangs_up_and_a_circle_calls_the_supervisor():
    assert after(*[turn("hostile")] * 4).actions[-1] == End(ending="hung_up", ending_id="angry")
    circle = [turn("apology"), turn(text="back again")]
    assert after(*circle * 9).actions[-1] == End(ending="escalated", ending_id="boss")


def test_what_is_due():
    step = begin(SCENARIO)
    assert due(SCENARIO, step.state) == ("apology", "clarifying_question")
    step = hear(SCENARIO, step.state, turn("clarifying_question"))
    assert due(SCENARIO, step.state) == ("apology",)


@pytest.mark.parametrize(
    ("text", "runs"),
    [
        ("four seven one two eight", ("47128",)),
        ("it is double two nine one", ("2291",)),
        ("triple oh seven", ("0007",)),
        ("forty seven, twelve and eight", ("47128",)),
        ("forty then zero", ("400",)),
        ("47 128", ("47128",)),
        ("47-128 B", ("47128b",)),
        ("447B on the 3rd at 9am", ("447b",)),
        ("B for Bravo, A as in apple, nine", ("ba9",)),
        ("bravo alpha nine", ("ba9",)),
        ("four for to eight", ("4428",)),
        ("I have a problem for you to see", ()),
        ("one thing and two others", ()),
        ("five six, and the other is seven eight", ("56", "78")),
    ],
)
def test_numbers_as_people_speak_them(text, runs):
    assert spelled_runs(folded(text)) == runs


@pytest.mark.parametrize(
    ("one", "other", "steps"), [("", "", 0), ("abc", "abc", 0), ("abc", "axc", 1), ("abc", "", 3)]
)
def test_the_distance_between_texts(one, other, steps):
    assert distance(one, other) == distance(other, one) == steps


def test_the_graph_has_every_moment_arrow_and_ending():
    graph = mermaid(SCENARIO).splitlines()
    assert graph[0] == "flowchart TD"
    assert '  problem["problem: It does not work."]' in graph
    assert '  problem -- "apology" --> number' in graph
    assert '  number -- "apology, mood ≥ 1" --> happy' in graph
    assert '  number -- "“back again”" --> problem' in graph
    assert '  problem -. "else, 3 times" .-> number' in graph
    assert '  boss(["boss (escalated)"]):::bad' in graph
    assert sum(line.count(" --> ") + line.count(" .-> ") for line in graph) == 6


def test_quotes_do_not_break_the_graph():
    text = CALL.replace("It does not work.", "'He said \"no\" <b>'")
    assert "He said #quot;no#quot; #lt;b#gt;" in mermaid(read_scenario(text))


def test_every_kind_of_ending_has_a_colour():
    text = CALL.replace("  - {id: boss", "  - {id: late, kind: time_limit}\n  - {id: boss")
    scenario = read_scenario(text)
    assert {e.kind for e in scenario.endings} == set(EndingKind)
    assert ":::late" in mermaid(scenario)
