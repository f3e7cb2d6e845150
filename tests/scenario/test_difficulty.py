"""Easier and harder customers out of one scenario."""

import pytest

from voicesim.files.shipped import shipped_folder
from voicesim.scenario.difficulty import Difficulty, at_difficulty
from voicesim.scenario.load import load_scenario, read_scenario
from voicesim.scenario.machine import HeardTurn, Say, begin, hear

PATHS = sorted(shipped_folder("scenarios").glob("*.yaml"))

TEXT = """
format: voicesim-scenario/1
id: small
title: Small
summary: One thing.
customer: {name: Alex, patience_s: 6.0, barge_in_after_s: 1.0, monologue_s: 20.0}
facts:
  number: {value: four two seven, asked_by: [number]}
  name: {value: Alex Miller, asked_by: [name]}
moments:
  - id: opening
    listens_for: [{behaviours: [greeting], go: story}]
    otherwise: {go: story}
  - id: story
    says: My parcel is late.
    listens_for: [{facts: [number], go: done}]
    again: [Well?, Hello?, And now?]
    otherwise: {go: lost}
endings:
  - {id: done, kind: resolved, says: Thanks.}
  - {id: lost, kind: gave_up, says: No.}
"""


def _said(step):
    return [action.text for action in step.actions if isinstance(action, Say)]


def _turn(text):
    return HeardTurn(text=text)


def test_patience_falls_and_talking_on_grows_with_the_difficulty():
    scenario = read_scenario(TEXT)
    easy, hard = (at_difficulty(scenario, d) for d in (Difficulty.EASY, Difficulty.HARD))
    assert at_difficulty(scenario, Difficulty.NORMAL) is scenario
    assert easy.patience_s > scenario.patience_s > hard.patience_s
    longest_s = [one.bands[0].monologue_s for one in (easy, scenario, hard)]
    assert longest_s[0] > longest_s[1] > longest_s[2]
    assert (
        hard.bands[0].barge_in_after_s > scenario.bands[0].barge_in_after_s >= easy.bands[0].barge_in_after_s
    )


def test_an_easy_customer_volunteers_what_is_waited_for():
    scenario = at_difficulty(read_scenario(TEXT), Difficulty.EASY)
    story = hear(scenario, begin(scenario).state, _turn("hello there"))
    assert _said(story) == ["My parcel is late. four two seven"]
    assert hear(scenario, story.state, _turn("thank you, that helps me a lot")).state.ending == "done"


@pytest.mark.parametrize(("difficulty", "n"), [(Difficulty.NORMAL, 2), (Difficulty.HARD, 1)])
def test_a_hard_customer_gives_one_fact_an_answer(difficulty, n):
    text = TEXT.replace("facts: [number], go: done", "facts: [number, name], needs: all, go: done")
    scenario = at_difficulty(read_scenario(text), difficulty)
    story = hear(scenario, begin(scenario).state, _turn("hello there"))
    asked = hear(scenario, story.state, _turn("what is the number and what is your name"))
    assert len(dict(asked.state.told)) == n
    again = hear(scenario, asked.state, _turn("what is the number and what is your name"))
    assert again.state.ending == "done" or n == 2


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
@pytest.mark.parametrize("difficulty", list(Difficulty))
def test_shipped_scenarios_keep_their_lines_and_ends_at_every_difficulty(path, difficulty):
    scenario = load_scenario(path)
    changed = at_difficulty(scenario, difficulty)
    assert [line.line_id for line in changed.lines()] == [line.line_id for line in scenario.lines()]
    assert changed.endings == scenario.endings
    assert all(a.text.startswith(b.text) for a, b in zip(changed.lines(), scenario.lines(), strict=True))
