"""What must be known before other things are spoken of."""

from __future__ import annotations

import pytest

from voicesim.files.shipped import shipped_folder
from voicesim.scenario.load import brief_of, load_scenario
from voicesim.speech.call import Brief, EngineId, MustFirst, Recognition

RULE = MustFirst(
    fact="birthday", value="the fourth of May, nineteen ninety", before=("nine hundred", "your account")
)
BRIEF = Brief(scenario_id="test", must_first=(RULE,))
START = """
T: good morning this is Julia from your bank how are you today
C: how do I know that it is really you
"""
ASKED = """
T: you are right to ask could you tell me your date of birth please
C: The fourth of May, nineteen-ninety.
"""
SPOKEN = """
T: thank you somebody has paid Nine hundred, last night with your card
C: that was not me
T: I will block the card for you right now and send you a new one
"""


def test_in_the_right_order_it_passes(judged):
    assert judged(START + ASKED + SPOKEN, brief=BRIEF).overall.has_passed is True


def test_too_early_it_fails_with_its_place(judged):
    overall = judged(START + SPOKEN + ASKED, brief=BRIEF).overall
    assert overall.has_passed is False
    (failure,) = overall.failures
    assert (failure.kind, failure.what, failure.fails) == ("must_first", "birthday", "card")
    assert failure.evidence[0].quote == "nine hundred"
    assert "asks for the birthday first" in failure.explanation


def test_asking_is_not_yet_knowing(judged):
    asked_only = START + ASKED.splitlines()[1] + "\nC: why do you want to know\n" + SPOKEN
    assert judged(asked_only, brief=BRIEF).overall.has_passed is False


def test_never_speaking_of_it_needs_no_asking(judged):
    quiet = START + "T: I would like to ask you to call us back on the number on your card thank you\n"
    assert judged(quiet, brief=BRIEF).overall.has_passed is True


def test_uncertain_words_fail_nobody(judged):
    engine = EngineId(engine="test", model="test", version="1")
    unsure = {"confidence": 0.3, "recognition": Recognition(engine=engine, writes_fillers=True)}
    overall = judged(START + SPOKEN, brief=BRIEF, **unsure).overall
    assert (overall.has_passed, overall.failures) == (None, ())
    assert overall.to_hear


@pytest.mark.parametrize("name", ["fraud_alert", "collections"])
def test_scenarios_that_ask_who_it_is_first(name):
    brief = brief_of(load_scenario(shipped_folder("scenarios") / f"{name}.yaml"))
    (rule,) = brief.must_first
    assert rule.value == brief.facts[rule.fact]
