from __future__ import annotations

import json

import pytest

from voicesim.errors import RubricError
from voicesim.scorecard.rubric import DEFAULT, load_rubric

TEXT = DEFAULT.read_text(encoding="utf-8")


def line_of(text, part):
    return text[: text.index(part)].count("\n") + 1


def complaint(tmp_path, text, **more):
    path = tmp_path / "mine.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(RubricError) as caught:
        load_rubric(path, **more)
    return caught.value


def test_the_default_rubric_names_behaviours_and_cues_that_exist(rubric, tables):
    load_rubric(DEFAULT, known_behaviours=tables.ids)
    cues = {cue.cue_id for cue in tables.cues}
    for skill in rubric.skills:
        for rule in skill.rules:
            assert set(getattr(rule, "after", ())) <= cues, rule.rule_id


def test_every_skill_has_sources_and_words_for_every_level(rubric):
    levels = {level.level_id for level in rubric.levels}
    for skill in rubric.skills:
        assert set(skill.looks_like) == levels, skill.skill_id
        assert all(rule.source for rule in skill.rules)
        assert skill.sources


@pytest.mark.parametrize(
    ("old", "new", "at", "said", "advice"),
    [
        ("    weight: 1\n", "    wieght: 1\n", "wieght", "unknown key 'wieght'", "did you mean 'weight'?"),
        ("      points: 100\n", "      point: 100\n", "point: 100", "unknown key 'point'", "did you mean 'points'?"),
        ("section: delivery", "section: delivry", "delivry", "unknown section 'delivry'", "did you mean 'delivery'?"),
        ("      strong: easy", "      stong: easy", "stong", "unknown level 'stong'", "did you mean 'strong'?"),
        ("curve: [[90, 0], [120, 1]", "curve: [[90, 0], [80, 1]", "[80, 1]", "values rising", "order them"),
        ("[[90, 0], [120, 1], [160, 1], [200, 0]]", "[[90, 0], [120, 0]]", "[120, 0]", "earns anything", "earn 1"),
        ("curve: [[90, 0], [120, 1]", "curve: [[90, 0], [120, 1.5]", "1.5", "1", ""),
        ("points_each: 40", "points_each: 400", "points_each: 40", "more than the rule's points", "lower it"),
        ("kind: due", "kind: dew", "- id: empathy_in_time", "dew", ""),
        ("id: volume\n", "id: pace\n", "id: pace\n    title: Volume", "skill 'pace' is there twice", "rename"),
        ("least_words: 20", "least_words: 0", "least_words", "least_words", ""),
        ("{value} words a minute; from", "{wpm} words a minute; from", "{wpm}", "wpm", "value"),
        ("voicesim-rubric/1", "voicesim-rubric/9", "voicesim-rubric/9", "voicesim-rubric/9", "voicesim-rubric/1"),
    ],
)  # fmt: skip
def test_each_mistake_has_its_line_and_advice(tmp_path, old, new, at, said, advice):
    assert old in TEXT
    text = TEXT.replace(old, new, 1)
    error = complaint(tmp_path, text)
    assert said in error.message
    assert error.line == line_of(text, at)
    assert advice in (error.hint or "")


def test_unknown_behaviours_are_told_where_they_are_known(tmp_path, tables):
    text = TEXT.replace("any_of: [greeting]", "any_of: [greetings]")
    error = complaint(tmp_path, text, known_behaviours=tables.ids)
    assert "unknown behaviour 'greetings'" in error.message
    assert error.line == line_of(text, "[greetings]")
    assert error.hint == "did you mean 'greeting'?"


def test_weights_that_are_all_zero_are_refused(tmp_path):
    text = "\n".join(
        "    weight: 0" if line.startswith("    weight:") else line for line in TEXT.splitlines()
    )
    assert "all weights are 0" in complaint(tmp_path, text).message


def test_a_scale_must_reach_zero(tmp_path):
    assert "no level begins at 0" in complaint(tmp_path, TEXT.replace("at_least: 0}", "at_least: 5}")).message


def test_a_rubric_has_a_json_schema():
    from voicesim.scorecard.schema import rubric_schema

    schema = json.loads(json.dumps(rubric_schema()))
    assert schema["additionalProperties"] is False
    assert "skills" in schema["required"]


def test_weights_and_rules_of_a_site_change_the_card(tmp_path, judged):
    path = tmp_path / "mine.yaml"
    path.write_text(
        TEXT.replace("curve: [[90, 0], [120, 1]", "curve: [[90, 0], [150, 1]", 1), encoding="utf-8"
    )
    text = "T: hello there how can I help you today\nC: hi\nT: one two three four five six seven eight nine ten eleven"
    pace = {s.skill_id: s.score for s in judged(text).skills}["pace"]
    stricter = {s.skill_id: s.score for s in judged(text, rubric=load_rubric(path)).skills}["pace"]
    assert stricter < pace
