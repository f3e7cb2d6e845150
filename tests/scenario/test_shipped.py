"""The shipped scenarios: a good trainee reaches the good end, a poor one the bad end."""

from __future__ import annotations

from collections import Counter
from functools import cache

import pytest
import yaml

from voicesim.behaviour.lexing import words_of
from voicesim.behaviour.loading import load_tables
from voicesim.behaviour.tables import Tables
from voicesim.files.shipped import shipped_folder
from voicesim.scenario.check import check_scenario
from voicesim.scenario.graph import mermaid
from voicesim.scenario.load import load_scenario
from voicesim.scenario.machine import End, HeardTurn, Say, State, begin, hear
from voicesim.scenario.model import EndingKind, Listening, Scenario

from .model_trainees import GOOD
from .play import QUIET, play, said, turn

NAMES = sorted(path.stem for path in shipped_folder("scenarios").glob("*.yaml"))

BAD_ENDS = {EndingKind.GAVE_UP.value, EndingKind.HUNG_UP.value, EndingKind.ESCALATED.value}

SKILLS = (
    *("rapport", "active_listening", "empathy", "self_control", "positivity", "assertiveness"),
    *("problem_solving", "conflict_resolution", "taking_responsibility", "depersonalisation", "humour"),
    *("plain_language", "concision", "adaptability", "follow_up", "time_management"),
)


@cache
def scenario_of(name: str) -> Scenario:
    return load_scenario(shipped_folder("scenarios") / f"{name}.yaml")


@pytest.fixture(scope="module")
def tables() -> Tables:
    return load_tables()


@pytest.mark.parametrize("name", NAMES)
def test_nothing_is_wrong_with_it(name, tables):
    scenario = scenario_of(name)
    assert check_scenario(scenario, known_behaviours=tables.ids) == ()
    assert scenario.scenario_id == name
    assert 7 <= len(scenario.moments) <= 10
    assert max(len(line.text.split()) for line in scenario.lines()) <= 20
    assert set(scenario.skills) <= set(SKILLS)
    assert scenario.goal
    assert scenario.coach
    assert scenario.must
    assert mermaid(scenario).startswith("flowchart TD\n")


@pytest.mark.parametrize("name", NAMES)
def test_its_file_is_plain_yaml(name):
    """Not only what libyaml is content with: an installation may have Python's own parser alone."""
    text = (shipped_folder("scenarios") / f"{name}.yaml").read_text(encoding="utf-8")
    assert yaml.load(text, Loader=yaml.SafeLoader)["id"] == name


def test_every_skill_is_called_for_by_two_at_least():
    called = Counter(skill for name in NAMES for skill in scenario_of(name).skills)
    assert {skill for skill in SKILLS if called[skill] < 2} == set()


def test_a_dozen_calls_with_customers_of_their_own():
    customers = {scenario_of(name).customer_name for name in NAMES}
    assert len(NAMES) == len(customers) >= 12


def test_a_call_can_end_in_every_way_there_is():
    ways = Counter(kind for name in NAMES for kind in {e.kind for e in scenario_of(name).endings})
    assert {kind for kind in EndingKind if ways[kind] < 2} == set()


@pytest.mark.parametrize("name", NAMES)
def test_how_content_a_solved_customer_is_depends_on_his_mood(name):
    """The same steps solve the matter; the mood in which they are taken decides what the end is called."""
    scenario = scenario_of(name)
    ending = next(e for e in scenario.endings if e.kind is EndingKind.RESOLVED)
    assert (ending.kind_in(0.5), ending.kind_in(-1.0)) == (EndingKind.RESOLVED, EndingKind.RESOLVED_COOL)


def best_answer(scenario: Scenario, state: State) -> HeardTurn:
    """A turn that shows all of what is listened for first in a moment, and asks for nothing twice."""
    moment = scenario.moment(state.moment_id)
    listening: Listening | None = moment.listens_for[0] if moment.listens_for else None
    if listening is None:
        return turn("farewell")
    facts = [
        fact
        for fact in scenario.facts
        if fact.fact_id in listening.facts and fact.fact_id not in dict(state.told)
    ]
    questions = [f"what about {' '.join(fact.asked_by[0]).replace('*', '')} please" for fact in facts]
    phrases = [" ".join(phrase).replace("*", "").replace("...", "it") for phrase in listening.phrases]
    return turn(*listening.behaviours, text=" and ".join([*questions, *phrases]) or "quite some words here")


@pytest.mark.parametrize("name", NAMES)
def test_who_gives_what_is_listened_for_reaches_the_good_end(name):
    scenario = scenario_of(name)
    step = begin(scenario)
    for _ in range(30):
        if step.state.ending is not None:
            break
        step = hear(scenario, step.state, best_answer(scenario, step.state))
    assert step.actions[-1].ending == "resolved"
    assert step.state.mood > scenario.mood


@pytest.mark.parametrize("name", NAMES)
def test_good_words_reach_the_good_end(name, tables):
    """Real sentences, understood by the real tables."""
    scenario = scenario_of(name)
    step = begin(scenario)
    last = ""
    for n, text in enumerate(GOOD[name]):
        assert step.state.ending is None, "no sentence comes too late"
        observations = tables.observe(
            words_of(text),
            context=last,
            is_first=n == 0,
            utterance=n,
            glossary=scenario.glossary,
            customer_name=scenario.customer_name,
        )
        step = hear(scenario, step.state, HeardTurn(observations=observations, text=text))
        last = next((a.text for a in reversed(step.actions) if isinstance(a, Say)), last)
    assert step.actions[-1] == End(ending="resolved", ending_id=step.state.ending)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    "reply",
    [
        turn("commands", "negative_wording"),
        turn("blames"),
        turn("dismissive", interrupted=True, heard_ratio=0.3),
        turn("hostile"),
        turn(understood=False, text=""),
        QUIET,
    ],
    ids=["orders", "blames", "cuts in", "insults", "mumbles", "is silent"],
)
def test_a_poor_trainee_reaches_the_bad_end(name, reply):
    last = play(scenario_of(name), [reply] * 60)[-1]
    assert last.actions[-1].ending in BAD_ENDS
    assert said(last), "the customer says goodbye"


@pytest.mark.parametrize("name", NAMES)
def test_a_good_trainee_hears_no_line_twice(name):
    scenario = scenario_of(name)
    step = begin(scenario)
    heard = said(step)
    while step.state.ending is None:
        step = hear(scenario, step.state, best_answer(scenario, step.state))
        heard += said(step)
    assert len(heard) == len(set(heard))
