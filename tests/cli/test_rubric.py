"""``voicesim rubric``: what it says of a site's own rubric, and what it refuses."""

from __future__ import annotations

import json

import pytest

from voicesim.scorecard.rubric import DEFAULT

TEXT = DEFAULT.read_text(encoding="utf-8")


@pytest.fixture
def write(tmp_path):
    def to(name, text):
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return path

    return to


def test_the_shipped_rubric_can_be_shown_copied_and_checked(voicesim, write):
    shown = voicesim("rubric", "show")
    assert shown.code == 0
    for words in ("Pace (pace, weight 1)", "WHAT WAS SAID", "Time management", "100 % at 120"):
        assert words in shown.out
    copy = voicesim("rubric", "show", "--yaml")
    assert copy.out == TEXT
    checked = voicesim("rubric", "check", write("mine.yaml", copy.out))
    assert (checked.code, checked.complaint) == (0, [])
    rows = json.loads(voicesim("rubric", "show", "--json").out)
    assert len(rows) == 22
    assert all(row["sources"] and row["rules"] for row in rows)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("any_of: [laughs_along]", "any_of: [laughs_allong]", "did you mean 'laughs_along'?"),
        ("after: [joke]", "after: [jokes]", "did you mean 'joke'?"),
        ("measure: dead_air", "measure: dead_aire", "did you mean 'dead_air'?"),
        ("must: card", "must: conversion", "did you mean 'conversation'?"),
        ("version: 3", "version: two", "version"),
    ],
)
def test_a_mistake_is_named_with_its_line_and_exits_3(voicesim, write, old, new, told):
    assert old in TEXT
    path = write("mine.yaml", TEXT.replace(old, new, 1))
    line = TEXT[: TEXT.index(old)].count("\n") + 1
    ran = voicesim("rubric", "check", path)
    assert ran.code == 3
    assert f"{path}:{line}" in ran.err
    assert told in ran.err
    rows = json.loads(voicesim("rubric", "check", path, "--json").out)
    assert [row["line"] for row in rows] == [line]


def test_all_of_several_files_are_checked(voicesim, write, tmp_path):
    good, bad = write("good.yaml", TEXT), write("bad.yaml", TEXT.replace("kind: due", "kind: dew", 1))
    ran = voicesim("rubric", "check", tmp_path / "none.yaml", bad, good)
    assert ran.code == 3
    assert len([line for line in ran.complaint if line.startswith("error:")]) == 2


def test_the_schema_is_one_and_knows_every_kind_of_rule(voicesim):
    schema = json.loads(voicesim("rubric", "schema").out)
    rule = schema["$defs"]["SkillFile"]["properties"]["rules"]["items"]["discriminator"]["mapping"]
    assert set(rule) == {"measured", "shows", "due", "avoid", "order", "pair"}


def test_diff_refuses_what_is_no_call_folder(voicesim, write, tmp_path):
    ran = voicesim("rubric", "diff", "default", write("mine.yaml", TEXT), tmp_path / "none")
    assert ran.code == 3
    assert "no call folder" in ran.err
    assert "hint:" in ran.err


def test_default_names_the_shipped_rubric(voicesim, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    named, unnamed = voicesim("rubric", "show", "default"), voicesim("rubric", "show")
    assert named.code == 0, named.err
    assert named.out == unnamed.out
