"""What an author overlooks is named, with its line and what to do."""

from __future__ import annotations

import pytest

from voicesim.errors import ScenarioError
from voicesim.scenario.check import check_scenario
from voicesim.scenario.load import read_scenario

SOUND = """\
format: voicesim-scenario/1
id: sound
title: Sound
summary: Nothing is wrong here.
skills: [empathy]
customer: {name: Ann, moods: [{name: any}]}
moments:
  - id: problem
    says: It does not work.
    listens_for:
      - {behaviours: [apology, takes_ownership], needs: all, go: good}
      - {behaviours: [apology], go: good}
      - {phrases: [switch it off], mood_at_least: 1, go: cool}
    again: [It is broken.]
    otherwise: {go: bad}
endings:
  - {id: good, kind: resolved, says: Thank you.}
  - {id: cool, kind: resolved_cool, says: All right.}
  - {id: bad, kind: gave_up, says: Goodbye.}
facts:
  colour: {value: blue, asked_by: [colour]}
  size: {value: large, asked_by: [how large]}
must: [apology]
"""
SKILLS = ("empathy", "humour")
KNOWN = ("apology", "takes_ownership", "greeting", "hostile")


def found(text: str):
    return check_scenario(read_scenario(text), known_behaviours=KNOWN, known_skills=SKILLS)


def test_a_sound_scenario_has_none():
    assert found(SOUND) == ()


@pytest.mark.parametrize(
    ("old", "new", "line", "message", "advice"),
    [
        ("skills: [empathy]", "skills: [empaty]", 5, "unknown skill 'empaty'", "did you mean 'empathy'?"),
        (
            "again: [It is broken.]",
            "again: ['It does not WORK!']",
            14,
            "says what was said before",
            "other words",
        ),
        (
            "[how large]",
            "[how large, colour]",
            22,
            "'colour' asks for 'colour' and for 'size'",
            "tell them apart",
        ),
        ("asked_by: [how large]", "says: It is large.", 22, "'size' can never be told", "asked_by"),
        ("must: [apology]", "must: [greeting]", 23, "'greeting' is a must, and no moment", "listen for it"),
        (
            "mood_at_least: 1, go: cool",
            "go: good",
            18,
            "'cool' can never be reached",
            "let a moment go to it",
        ),
        (
            "- {phrases: [switch it off], mood_at_least: 1, go: cool}",
            "- {behaviours: [apology], mood_at_least: 1, go: cool}",
            13,
            "what line 12 listens for is met first",
            "rarer one first",
        ),
        ("{behaviours: [apology], go: good}", "{go: good}", 12, "goes on whatever is said here", "otherwise"),
        ("It does not work.", "Well " * 31, 9, "too long to listen to (31 words)", "within 30"),
        (
            "[It is broken.]",
            "[It is broken, you see.]",
            14,
            "in the middle of a sentence: 'you see.'",
            "quotation marks",
        ),
        ("Thank you.", "Thanks & bye.", 17, "has '&'", "as they are spoken"),
    ],
)
def test_oversights(old, new, line, message, advice):
    assert SOUND.count(old) == 1
    problems = [p for p in found(SOUND.replace(old, new)) if message in p.message]
    assert len(problems) == 1
    assert (problems[0].line, problems[0].is_error) == (line, False)
    assert advice in problems[0].hint


def test_a_must_that_must_not_be_is_an_error():
    problems = found(SOUND + "must_not: [apology]\n")
    assert [(p.is_error, p.line) for p in problems] == [(True, 24)]


@pytest.mark.parametrize(
    ("first", "second", "is_hidden"),
    [
        ("behaviours: [apology]", "behaviours: [apology]", True),
        ("behaviours: [apology, greeting]", "behaviours: [apology]", True),
        ("behaviours: [apology]", "behaviours: [apology, greeting]", False),
        ("behaviours: [apology, greeting], needs: all", "behaviours: [apology]", False),
        ("behaviours: [apology]", "behaviours: [apology, greeting], needs: all", True),
        (
            "behaviours: [apology, greeting], needs: all",
            "behaviours: [apology, greeting, hostile], needs: all",
            True,
        ),
        ("behaviours: [apology], needs: all", "behaviours: [apology]", True),
        ("behaviours: [apology], mood_at_least: 1", "behaviours: [apology]", False),
        ("behaviours: [apology]", "phrases: [sorry]", False),
        ("facts: [colour]", "facts: [colour]", True),
    ],
)
def test_what_is_hidden_by_what_stands_before_it(first, second, is_hidden):
    text = SOUND.replace("behaviours: [apology], go", f"{second}, go")
    text = text.replace("behaviours: [apology, takes_ownership], needs: all", first)
    assert any("met first" in p.message and p.line == 12 for p in found(text)) is is_hidden


def test_what_must_come_first_must_be_askable():
    text = (
        SOUND.replace("asked_by: [how large]", "says: It is large.")
        + "must_first: [{fact: size, before: [x]}]\n"
    )
    assert [p.line for p in found(text) if "which nobody can ask for" in p.message] == [24]
    with pytest.raises(ScenarioError, match=r":24: must_first names the fact 'weight', which does not exist"):
        read_scenario(SOUND + "must_first: [{fact: weight, before: [x]}]\n", name="s.yaml")
