"""What a language model may say in the customer's name, and what it is asked."""

from __future__ import annotations

import pytest

from voicesim.files.shipped import shipped_folder
from voicesim.scenario.improvise import (
    MAX_REMEMBERED,
    MAX_WORDS,
    UNHEARD,
    Heard,
    cleaned,
    messages_for,
    refusal,
)
from voicesim.scenario.load import load_scenario, read_scenario
from voicesim.scenario.machine import begin, hear
from voicesim.scenario.turn import Say, State

from .play import turn

SCENARIO = read_scenario("""\
format: voicesim-scenario/1
id: call
title: A late order
summary: What the trainee knows and the customer does not.
customer: {name: Ann Lee, mood: -2}
facts:
  order: {value: four seven one, asked_by: [order number], says: "It's four, seven, one."}
  secret: {value: the ninth of July in Leeds}
moments:
  - {id: opening, listens_for: [{behaviours: [greeting], go: done}], otherwise: {go: done}}
endings:
  - {id: done, kind: resolved}
  - {id: lost, kind: gave_up}
""")


def say(text: str, mood: str = "angry") -> Say:
    return Say(
        line_id="x@angry", text=text, mood=mood, moment_id="opening", yields=True, barge_in_after_s=1.0
    )


HEARD = (
    Heard()
    .then("Good morning, my name is Kim.", is_customer=False)
    .then("My order is late.", is_customer=True)
)


def judged(text: str, *written: str, heard: Heard = HEARD) -> str:
    return refusal(cleaned(text), SCENARIO, [say(w) for w in written], heard)


@pytest.mark.parametrize(
    ("written", "offered"),
    [
        ("It's four, seven, one.", "Oh, right, here it is: 471."),
        ("It's four, seven, one.", "Well, it says four seven one."),
        ("It's four, seven, one.", '"Four, seven, one, if you must know!"'),
        ("Forty pounds. Twice.", "You took 40 pounds, twice, do you understand?"),
        ("The party is on Saturday.", "I'm worried, you see, the party's on Saturday."),
        ("Your Mister Lewis promised.", "It was your Mister Lewis who promised me that."),
        ("My order has not come.", "Kim, I've been waiting and waiting, and nothing has come!"),
        ("My order has not come.", "No one cares, do they? Ann Lee waits, as always…"),
        ("My order has not come.", "Nobody brought it \u2013 and I\u2019m the one who waits."),
    ],
)
def test_other_words_for_the_same_are_let_pass(written, offered):
    assert judged(offered, written) == ""


@pytest.mark.parametrize(
    ("written", "offered", "why"),
    [
        ("It's four, seven, one.", "It's four seven two.", "a number that is not in the facts"),
        ("It's four, seven, one.", "It's four one seven.", "a number that is not in the facts"),
        ("It's four, seven, one.", "I told you the number already.", "a number left out"),
        ("Forty pounds. Twice.", "Fourteen pounds, twice.", "a number that is not in the facts"),
        ("Forty pounds. Twice.", "Forty pounds.", "a number left out"),
        ("On the first.", "On the second.", "a number that is not in the facts"),
        ("Two hundred.", "One hundred.", "a number that is not in the facts"),
        ("The party is on Saturday.", "The party is on Sunday.", "a date that is not in the facts"),
        ("The party is on Saturday.", "There's a party.", "a date left out"),
        ("My order has not come.", "It should have come in July.", "a date that is not in the facts"),
        ("My order has not come.", "It is the ninth already.", "a number that is not in the facts"),
        ("My order has not come.", "I live in Leeds, you know.", "a name that is not in the facts"),
        ("My order has not come.", "Robert told me so.", "a name that is not in the facts"),
        ("Your Mister Lewis promised.", "Somebody promised.", "a name left out"),
        ("My order has not come.", "*sighs* It has not come.", "markup or stage directions"),
        ("My order has not come.", "(angrily) It has not come.", "markup or stage directions"),
        ("My order has not come.", "Ann: It has not come.", "markup or stage directions"),
        ("My order has not come.", "<think>hm</think> Not here.", "markup or stage directions"),
        ("My order has not come.", "It has not come \U0001f621", "markup or stage directions"),
        ("My order has not come.", "As an AI I cannot be angry.", "out of the role"),
        ("My order has not come.", "  \n ", "no words"),
        ("My order has not come.", "...!", "no words"),
        ("My order has not come.", "come " * (MAX_WORDS + 1), f"too long ({MAX_WORDS + 1} words)"),
    ],
)
def test_what_breaks_a_rule_is_refused(written, offered, why):
    assert judged(offered, written) == why


def test_what_was_said_before_may_be_said_again_and_what_was_not_told_may_not():
    assert judged("So it's 471 after all, isn't it?", "Well.") == "a number that is not in the facts"
    told = HEARD.then("It's four, seven, one.", is_customer=True)
    assert judged("So it's 471 after all, isn't it?", "Well.", heard=told) == ""
    offered = HEARD.then("You have it by Friday.", is_customer=False)
    assert judged("By Friday? Really?", "Really?", heard=offered) == ""


@pytest.mark.parametrize("name", ["parcel", "billed_twice", "broken_promise", "collections", "joker"])
def test_the_written_lines_themselves_are_never_refused(name):
    """Whatever is wrong with them, it is not what the rules are there for; and they are real speech to try them on."""
    scenario = load_scenario(shipped_folder("scenarios") / f"{name}.yaml")
    for line in scenario.lines():
        assert refusal(cleaned(line.text), scenario, [say(line.text)], Heard()) == "", line.text


def test_the_model_is_told_who_it_is_what_was_said_and_what_to_say():
    state = hear(SCENARIO, begin(SCENARIO).state, turn(text="what is the order number")).state
    system, *talk, task = messages_for(SCENARIO, state, [say("One."), say("Two.")], HEARD, tells_trainee=True)
    assert (system.role, task.role) == ("system", "user")
    assert "Ann Lee" in system.text
    assert "angry (-2 " in system.text
    assert "order: four seven one" in system.text
    assert task.text.endswith("One. Two.")
    assert [(m.role, m.text) for m in talk] == [
        ("user", "Good morning, my name is Kim."),
        ("assistant", "My order is late."),
    ]


def test_it_is_not_told_what_the_customer_has_not_told():
    everything = " ".join(
        m.text for m in messages_for(SCENARIO, begin(SCENARIO).state, [say("Hm.")], HEARD, tells_trainee=True)
    )
    assert "Leeds" not in everything
    assert "four seven one" not in everything
    assert SCENARIO.summary not in everything


def test_the_trainees_words_stay_here_where_they_must():
    heard = HEARD
    for n in range(20):
        heard = heard.then(f"secret {n}", is_customer=False).then(f"line {n}", is_customer=True)
    messages = messages_for(
        SCENARIO, State(moment_id="opening", mood=0.0), [say("Hm.")], heard, tells_trainee=False
    )
    assert len(messages) == MAX_REMEMBERED + 2
    assert not any("secret" in m.text or "Kim" in m.text for m in messages)
    assert {m.text for m in messages if m.role == "user"} == {UNHEARD, messages[-1].text}
