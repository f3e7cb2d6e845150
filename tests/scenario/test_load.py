"""A scenario file becomes a scenario, or an error with its line."""

from __future__ import annotations

import json

import pytest

from voicesim.errors import ScenarioError
from voicesim.scenario.check import check_scenario
from voicesim.scenario.load import brief_of, load_scenario, read_scenario
from voicesim.scenario.model import EndingKind
from voicesim.scenario.schema import scenario_json_schema

TINY = """\
format: voicesim-scenario/1
id: tiny
title: Tiny
summary: A tiny call.
customer:
  name: Ann
  voice: {gender: female, rate_wpm: 150, pitch_st: 1}
  moods:
    - name: cross
      voice: {rate_wpm: 20, gain_db: 3}
      yields: false
      patience_s: 3
    - name: calm
      above: -1
moments:
  - id: hello
    listens_for:
      - behaviours: [greeting]
        go: problem
    otherwise: {go: problem}
  - id: problem
    says:
      cross: It is broken!
      otherwise: It does not work.
    listens_for:
      - behaviours: [apology]
        go: solved
      - phrases: ["Switch it off"]
        facts: [colour]
        needs: all
        go: solved
    again: [As I said.]
endings:
  - {id: solved, kind: resolved, says: Thank you.}
  - {id: lost, kind: gave_up}
facts:
  colour: {value: light blue, asked_by: [what colour]}
must: [greeting]
glossary: {rma: a return}
"""

KNOWN = ("greeting", "apology", "takes_ownership")


def changed(old: str, new: str) -> str:
    assert old in TINY
    return TINY.replace(old, new, 1)


def error_of(text: str, tmp_path) -> ScenarioError:
    path = tmp_path / "tiny.yaml"
    path.write_text(text)
    with pytest.raises(ScenarioError) as caught:
        load_scenario(path, known_behaviours=KNOWN)
    assert caught.value.hint
    assert "\n" not in caught.value.message
    return caught.value


def test_a_tiny_scenario():
    scenario = read_scenario(TINY)
    assert check_scenario(scenario, known_behaviours=KNOWN) == ()
    assert [m.moment_id for m in scenario.moments] == ["hello", "problem"]
    assert scenario.moment("hello").says is None
    assert scenario.expects("problem") == ("apology",)
    assert scenario.expects("solved") == ()
    assert scenario.moment("problem").otherwise.go == "lost"
    assert scenario.moment("problem").listens_for[1].phrases == (("switch", "it", "off"),)
    assert scenario.ending("solved").kind is EndingKind.RESOLVED
    brief = brief_of(scenario)
    assert brief.facts == {"colour": "light blue"}
    assert (brief.customer_name, brief.must, brief.glossary) == ("Ann", ("greeting",), {"rma": "a return"})


def test_every_line_has_the_voice_of_its_mood():
    scenario = read_scenario(TINY)
    lines = {line.line_id: line for line in scenario.lines()}
    assert len(lines) == len(scenario.lines())
    cross, calm = lines["problem.says@cross"], lines["problem.says@calm"]
    assert (cross.text, calm.text) == ("It is broken!", "It does not work.")
    assert (cross.style.rate_wpm, cross.style.pitch_st, cross.style.gain_db) == (170, 1.0, 3.0)
    assert (calm.style.rate_wpm, calm.style.pitch_st, calm.style.gain_db) == (150, 1.0, 0.0)
    assert scenario.lines()[0].mood == "calm", "the first mood's lines are rendered first"
    assert not scenario.band(-3).yields
    assert scenario.band(0).yields
    assert (scenario.band(-1.5).name, scenario.band(-1).name, scenario.band(3).name) == (
        "cross",
        "calm",
        "calm",
    )
    assert scenario.patience_s == 6.0


@pytest.mark.parametrize(
    ("old", "new", "line", "said", "advice"),
    [
        ("title: Tiny", "titel: Tiny", 3, "unknown key 'titel'", "did you mean 'title'?"),
        ("go: solved", "go: sovled", 27, "goes to 'sovled', which does not exist", "did you mean 'solved'?"),
        ("otherwise: {go: problem}", "otherwise: {go: hello}", 20, "goes back to itself", "rephrasings"),
        ("[apology]", "[apologie]", 26, "unknown behaviour 'apologie'", "did you mean 'apology'?"),
        ("      cross: It", "      angry: It", 23, "unknown mood 'angry'", "cross, calm"),
        ("      otherwise: It", "      calm: It", None, "", ""),
        ("kind: resolved", "kind: gave_up", 34, "no ending of kind resolved", "add an ending"),
        ("id: lost", "id: problem", 35, "two moments or endings are called 'problem'", "rename"),
        ("above: -1", "above: -3", 13, "does not begin above", "from the worst to the best"),
        ("facts: [colour]", "facts: [color]", 28, "names the fact 'color'", "did you mean 'colour'?"),
        ("must: [greeting]", "must: [greetings]", 38, "unknown behaviour 'greetings'", "'greeting'"),
        ("id: hello", "id: Hello!", 16, "small letters", "change"),
        ("says: Thank you.", "says: ''", 34, "must be some text", "change"),
        (
            "name: Ann",
            "name: Ann\n  mood: 4",
            7,
            "'customer.mood': should be less than or equal to 3",
            "change",
        ),
    ],
)
def test_mistakes(tmp_path, old, new, line, said, advice):
    if not said:
        load = changed(old, new)
        assert read_scenario(load).moment("problem").says.texts["calm"] == "It does not work."
        return
    error = error_of(changed(old, new), tmp_path)
    assert said in error.message
    assert advice in error.hint
    assert error.line == line


def test_a_mood_without_words_is_an_error():
    with pytest.raises(ScenarioError, match=r":22: no words for the mood 'calm'"):
        read_scenario(TINY.replace("      otherwise: It does not work.\n", ""), name="t.yaml")


def test_a_cycle_that_cannot_end(tmp_path):
    text = changed("otherwise: {go: problem}", "otherwise: {go: problem}").replace("go: solved", "go: hello")
    error = error_of(text.replace("    again: [As I said.]", "    otherwise: {go: hello}"), tmp_path)
    assert "go round for ever: hello → problem → hello" in error.message
    assert error.line == 16


def test_a_moment_that_nobody_reaches(tmp_path):
    text = changed(
        "endings:",
        "  - {id: island, says: Here., listens_for: [{behaviours: [apology], go: solved}]}\nendings:",
    )
    error = error_of(text, tmp_path)
    assert "'island' can never be reached" in error.message
    assert error.line == 33


def test_no_good_end_in_reach(tmp_path):
    error = error_of(TINY.replace("go: solved", "go: lost"), tmp_path)
    assert "no trainee can reach a good end" in error.message


def test_advice_does_not_stop_a_call():
    text = changed("It is broken!", "My no. 4711 is broken " + "very " * 40)
    text = text.replace("asked_by: [what colour]", "asked_by: []").replace(
        "facts: [colour]", "behaviours: [apology]"
    )
    problems = check_scenario(read_scenario(text), known_behaviours=KNOWN)
    assert not any(problem.is_error for problem in problems)
    found = " ".join(problem.message for problem in problems)
    assert "too long to listen to (45 words)" in found
    assert "problem.says has '4'" in found
    assert "'colour' can never be told" in found


def test_the_json_schema_names_the_format_and_forbids_other_keys():
    schema = scenario_json_schema()
    assert schema["properties"]["format"]["const"] == "voicesim-scenario/1"
    assert schema["additionalProperties"] is False
    assert json.loads(json.dumps(schema)) == schema
