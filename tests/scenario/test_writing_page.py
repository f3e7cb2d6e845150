"""The page for authors, followed from top to bottom: every snippet makes a scenario that can be played."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from voicesim.behaviour.loading import load_tables
from voicesim.scenario.check import check_scenario
from voicesim.scenario.load import read_scenario
from voicesim.scenario.moods import DEFAULT_MOOD_CHANGES, EVENTS
from voicesim.scenario.typed import TypedCall

PAGE = (Path(__file__).parents[2] / "docs" / "writing-scenarios.md").read_text(encoding="utf-8")
SNIPPETS = re.findall(r"^```yaml\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)


def merged(scenario: dict, snippet: dict) -> dict:
    """What an author has who types a snippet into his file: keys replaced, moments by their id, new ones last."""
    out = {**scenario, **snippet}
    by_id = {m["id"]: m for m in [*scenario.get("moments", []), *snippet.get("moments", [])]}
    return {**out, "moments": list(by_id.values())}


def stages() -> list[str]:
    scenario: dict = {}
    texts = []
    for snippet in SNIPPETS:
        scenario = merged(scenario, yaml.safe_load(snippet))
        texts.append(yaml.safe_dump(scenario, sort_keys=False, allow_unicode=True))
    return texts


def test_there_are_snippets():
    assert len(SNIPPETS) >= 4


@pytest.mark.parametrize("stage", range(len(SNIPPETS)))
def test_the_scenario_passes_the_check_after_every_snippet(stage):
    assert check_scenario(read_scenario(stages()[stage]), known_behaviours=load_tables().ids) == ()


def test_the_good_trainee_of_the_page_reaches_the_good_end():
    scenario = read_scenario(stages()[-1])
    (typed,) = re.findall(r"^```text\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    call = TypedCall(scenario, load_tables())
    for line in typed.splitlines():
        call.type(line)
    assert call.ending is not None
    assert call.ending.ending == "resolved"


def test_the_poor_trainee_does_not():
    call = TypedCall(read_scenario(stages()[-1]), load_tables())
    for line in ["hello", "you have to fill in a form", "calm down", "just relax", "", "", ""]:
        if call.ending is None:
            call.type(line)
    assert call.ending.ending in {"escalated", "gave_up", "hung_up"}


def test_the_table_of_moods_is_what_the_customer_feels():
    rows = dict(re.findall(r"^\| `(\w+)`[^|]*\| ([+-][\d.]+) \|$", PAGE, re.MULTILINE))
    assert {name: float(value) for name, value in rows.items()} == dict(DEFAULT_MOOD_CHANGES)


def test_every_behaviour_of_the_page_exists_and_shows_in_its_example():
    tables = load_tables()
    rows = re.findall(r'^\| `(\w+)` \| "(.+)" \|$', PAGE, re.MULTILINE)
    assert len(rows) > 10
    from voicesim.behaviour.lexing import words_of

    for name, example in rows:
        seen = tables.observe(
            words_of(example), context="I have a problem.", is_first=name == "greeting", utterance=1
        )
        assert name in {o.behaviour_id for o in seen}, example


def test_no_event_is_left_out():
    assert all(f"`{event}`" in PAGE for event in EVENTS - {"not_understood"})
