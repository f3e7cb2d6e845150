"""Strict files: every mistake is one line with its place, and nothing else ever comes out."""

from __future__ import annotations

import json
import os
from enum import StrEnum
from typing import Literal

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import BaseModel, ConfigDict, Field, field_validator

from voicesim.errors import CallFolderError, RubricError, ScenarioError, VoicesimError
from voicesim.files.strict_yaml import load_json, load_yaml, read_text


class Colour(StrEnum):
    RED = "red"
    GREEN = "green"


class Inner(BaseModel):
    model_config = ConfigDict(extra="forbid")
    says: tuple[str, ...] = ()
    level: int = Field(default=0, ge=-3, le=3)
    patience_s: float = 5.0
    yields: bool = True
    colour: Colour = Colour.RED


class Outer(BaseModel):
    model_config = ConfigDict(extra="forbid")
    format: Literal["toy/1"]
    title: str
    moments: list[Inner] = []
    facts: dict[str, str] = {}
    voice: Inner | None = None

    @field_validator("title")
    @classmethod
    def _no_shouting(cls, value: str) -> str:
        if value.isupper():
            raise ValueError("a title is not shouted")
        return value


GOOD = """\
# a comment
format: toy/1
title: A title
moments:
  - says: [hello, there]
    level: 2
    patience_s: 4
    yields: false
    colour: green
facts:
  order: "0815"
"""


def complaint(text: str, **kwargs) -> ScenarioError:
    with pytest.raises(ScenarioError) as caught:
        load_yaml(text, Outer, name="x.yaml", **kwargs)
    assert "\n" not in caught.value.message
    assert "\n" not in (caught.value.hint or "")
    return caught.value


def test_a_good_file_becomes_its_model():
    got = load_yaml(GOOD, Outer)
    assert got.moments == [
        Inner(says=("hello", "there"), level=2, patience_s=4.0, yields=False, colour=Colour.GREEN)
    ]
    assert got.facts == {"order": "0815"}


@pytest.mark.parametrize(
    ("old", "new", "line", "said", "advice"),
    [
        ("title: A", "titel: A", 3, "unknown key 'titel'", "did you mean 'title'?"),
        ("    level", "    levl", 6, "unknown key 'levl' in moments[1]", "did you mean 'level'?"),
        ("title: A title", "", 2, "key 'title' is missing", "add title:"),
        (
            "level: 2",
            "level: two",
            6,
            "'moments[1].level' should be a whole number, got the text 'two'",
            "digits",
        ),
        ("level: 2", "level: 2.5", 6, "should be a whole number, got the number 2.5", "whole"),
        ("level: 2", "level: 7", 6, "less than or equal to 3, got the number 7", "change"),
        ("[hello, there]", "hello", 5, "'moments[1].says' should be a list", "dash"),
        (
            "[hello, there]",
            "[hello, 5]",
            5,
            "'moments[1].says[2]' should be text, got the number 5",
            "quotes",
        ),
        ("yields: false", "yields: no", 8, "should be true or false, got the text 'no'", "true or false"),
        ("green", "gren", 9, "'moments[1].colour' cannot be the text 'gren'", "did you mean 'green'?"),
        ("toy/1", "toy/2", 2, "'format' cannot be the text 'toy/2'", "did you mean 'toy/1'?"),
        ("    level: 2", "    says: []", 6, "duplicate key 'says', first on line 5", "keep one"),
        ("A title", "SHOUT", 3, "'title': a title is not shouted", "change"),
        ("A title", "a: b: c", 3, "not YAML: mapping values", "quotes"),
        ("    level", "\tlevel", 6, "not YAML", "spaces, not with tabs"),
        ("A title", "*nobody", 3, "not YAML: found undefined alias", "quotes"),
        ("A title", "!!python/name:os.system x", 3, "tag !!python/name:os.system is not allowed", "remove"),
        ("A title", '"\\ud800"', 3, "surrogate", "character"),
        ("level: 2", "level: " + "9" * 60, 6, "a number too long", "quotes"),
        ("level: 2", "level: 1.0e+999", 6, "a number too long", "quotes"),
        ("A title", "a\x07b", 3, "no text file holds", "check"),
        ("# a comment", "x: 1\n---", 2, "another document", "remove the line"),
    ],
)
def test_each_mistake_has_its_line_and_advice(old, new, line, said, advice):
    assert old in GOOD
    error = complaint(GOOD.replace(old, new, 1))
    assert error.line == line, error
    assert error.message.startswith(f"x.yaml:{line}: ")
    assert said in error.message
    assert advice in (error.hint or "")


def test_a_typo_is_named_before_the_key_that_it_left_missing():
    error = complaint("format: toy/1\ntitle_: x\n")
    assert error.key == "title_"
    assert "and 1 more" in (error.hint or "")


@pytest.mark.parametrize("text", ["", "\n\n", "# only a comment\n", "~", "---\n"])
def test_an_empty_file(text):
    assert "is empty" in complaint(text).message


@pytest.mark.parametrize("text", ["just words", "- a\n- b", "5"])
def test_a_file_that_is_no_block_of_keys(text):
    assert "begins with keys" in complaint(text).message


@pytest.mark.parametrize(
    "word", ["yes", "no", "on", "off", "y", "12:30:45", "2024-01-02", "0042", "1_000", "0x1F", ".5", "1e3"]
)
def test_words_that_yaml_1_1_would_twist_stay_text(word):
    got = load_yaml(f"format: toy/1\ntitle: {word}\nfacts: {{{word}: {word}}}\n", Outer)
    assert got.title == word
    assert got.facts == {word: word}


def test_aliases_unfold_and_bombs_do_not():
    got = load_yaml("format: toy/1\ntitle: &t same\nfacts: {a: *t}\n", Outer)
    assert got.facts == {"a": "same"}
    bomb = "a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n"
    bomb += "".join(f"a{i}: &a{i} [{','.join([f'*a{i - 1}'] * 10)}]\n" for i in range(1, 9))
    assert "too many values" in complaint(bomb).message
    assert "holds itself" in complaint("format: toy/1\ntitle: &t [*t]\n").message


def test_deep_nesting_is_refused():
    assert "nested too deeply" in complaint("a: " + "[" * 3_000).message


def test_files_that_cannot_be_read(tmp_path):
    (tmp_path / "scenario.yaml").write_text(GOOD)
    with pytest.raises(ScenarioError, match=r"scenarios\.yaml: there is no such scenario file") as caught:
        load_yaml(tmp_path / "scenarios.yaml", Outer)
    assert str(tmp_path / "scenario.yaml") in (caught.value.hint or "")
    with pytest.raises(ScenarioError, match="there is no such") as caught:
        load_yaml(tmp_path / "nowhere" / "x.yaml", Outer)
    with pytest.raises(ScenarioError, match="this is a folder"):
        load_yaml(tmp_path, Outer)
    with pytest.raises(ScenarioError, match="cannot be read"):
        load_yaml(tmp_path / ("x" * 5000), Outer)
    with pytest.raises(ScenarioError, match="cannot be read"):
        load_yaml(tmp_path / "nul\0byte", Outer)


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read everything")
def test_a_file_without_permission(tmp_path):
    path = tmp_path / "x.yaml"
    path.write_text(GOOD)
    path.chmod(0)
    with pytest.raises(ScenarioError, match="no permission to read"):
        load_yaml(path, Outer)


def test_encodings(tmp_path):
    path = tmp_path / "x.yaml"
    path.write_bytes(b"\xef\xbb\xbf" + GOOD.encode())
    assert load_yaml(path, Outer).title == "A title"
    assert read_text(path).startswith("# a comment")
    path.write_bytes(b"format: toy/1\ntitle: caf\xe9\n")
    with pytest.raises(ScenarioError, match=r"x\.yaml:2: not UTF-8") as caught:
        load_yaml(path, Outer)
    assert caught.value.line == 2
    path.write_bytes(GOOD.encode("utf-16"))
    with pytest.raises(ScenarioError, match="not UTF-8"):
        load_yaml(path, Outer)


def test_the_error_class_is_the_callers():
    with pytest.raises(RubricError, match=r"<rubric>:1: unknown key"):
        load_yaml("formt: toy/1", Outer, error=RubricError, what="rubric")
    with pytest.raises(CallFolderError, match=r"c/x\.json:2: 'title' should be text"):
        load_json('{"format": "toy/1",\n"title": 5}', Outer, name="c/x.json")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "is empty"),
        ("null", "is empty"),
        ("[]", "begins with keys"),
        ('{"format": "toy/1",}', "x.json:1: not JSON"),
        ('{"format": "toy/1", "title": NaN}', "NaN is no number"),
        ('{"format": "toy/1", "title": 1e999}', "is no number"),
        ('{"format": "toy/1", "format": "toy/1"}', "duplicate key 'format'"),
        (
            '{"format": "toy/1",\n "title": "t",\n "facts": {"a": "\\"}", "b":\n 7}}',
            "x.json:3: 'facts.b' should be",
        ),
        ("[" * 100_000, "nested too deeply"),
    ],
)
def test_json_mistakes(text, said):
    with pytest.raises(CallFolderError) as caught:
        load_json(text, Outer, name="x.json")
    assert said in caught.value.message
    assert "\n" not in caught.value.message


# A loaded machine may be slow; that is no failure.
UNHURRIED = settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=6,
)
_keys = st.sampled_from(["format", "title", "moments", "facts", "voice", "says", "level"])
_near = st.fixed_dictionaries({"format": st.just("toy/1"), "title": st.text()}).flatmap(
    lambda base: st.dictionaries(_keys, _json).map(lambda extra: base | extra)
)


@UNHURRIED
@given(st.text() | st.text(alphabet="{}[]:-?&*!|>'\"%@`#,~ \t\n\\ax01uU."))
def test_any_text_loads_or_fails_politely(text):
    for load in (load_yaml, load_json):
        try:
            load(text, Outer, error=ScenarioError)
        except ScenarioError as exc:
            assert exc.message.isprintable()  # noqa: PT017 - both ways out are right


@UNHURRIED
@given(st.binary())
def test_any_bytes_load_or_fail_politely(tmp_path_factory, data):
    path = tmp_path_factory.getbasetemp() / "bytes.yaml"
    path.write_bytes(data)
    for load in (load_yaml, load_json):
        try:
            load(path, Outer, error=ScenarioError)
        except ScenarioError as exc:
            assert exc.message.isprintable()  # noqa: PT017


@UNHURRIED
@given(_near | st.dictionaries(st.text(), _json))
def test_any_structure_loads_or_fails_politely(data):
    for load, text in ((load_yaml, yaml.safe_dump(data, allow_unicode=False)), (load_json, json.dumps(data))):
        try:
            load(text, Outer, error=ScenarioError)
        except VoicesimError as exc:
            assert type(exc) is ScenarioError  # noqa: PT017
            assert exc.message.isprintable()  # noqa: PT017


@UNHURRIED
@given(
    st.dictionaries(st.text(st.characters(codec="utf-8"), min_size=1), st.text(st.characters(codec="utf-8")))
)
def test_yaml_and_json_agree_on_plain_facts(facts):
    data = {"format": "toy/1", "title": "t", "facts": facts}
    assert load_json(json.dumps(data), Outer).facts == facts
    assert load_yaml(yaml.safe_dump(data), Outer).facts == facts
