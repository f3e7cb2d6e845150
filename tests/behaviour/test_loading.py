from __future__ import annotations

import pytest

from voicesim.behaviour.lexing import words_of
from voicesim.behaviour.loading import load_tables
from voicesim.errors import RubricError

GOOD = """\
family: house
behaviours:
  - id: house_phrase
    title: Says the house phrase
    counts: says the phrase of the house
    patterns: |
      at your service
      (my | our) pleasure  # as the brand book has it
    examples: |
      at your service
    look_alikes: |
      the service is at nine
"""


@pytest.fixture
def folder(tmp_path):
    def write(text, name="house.yaml"):
        (tmp_path / name).write_text(text, encoding="utf-8")
        return tmp_path

    return write


def test_a_site_adds_a_behaviour_by_adding_a_file(folder):
    tables = load_tables([folder(GOOD)])
    assert "house_phrase" in {o.behaviour_id for o in tables.observe(words_of("it's our pleasure"))}
    assert set(load_tables().ids) < set(tables.ids)


def test_a_site_may_replace_a_behaviour(folder):
    tables = load_tables([folder(GOOD.replace("house_phrase", "apology"))])
    assert {o.behaviour_id for o in tables.observe(words_of("I'm so sorry"))} & {"apology"} == set()
    assert "apology" in {o.behaviour_id for o in tables.observe(words_of("at your service"))}


@pytest.mark.parametrize(
    ("old", "new", "line", "said", "advice"),
    [
        ("    patterns:", "    paterns:", 6, "unknown key 'paterns'", "did you mean 'patterns'?"),
        ("    title:", "    titel:", 4, "unknown key 'titel'", "did you mean 'title'?"),
        (
            "      at your service\n      (my",
            "      (at your service\n      (my",
            7,
            "not closed",
            "pattern language",
        ),
        ("(my | our) pleasure", "{pleasures} here", 8, "no word list 'pleasures'", "pattern language"),
        ("    counts: says the phrase of the house\n", "", 3, "'counts' is missing", "add"),
        ("id: house_phrase", "id: House Phrase", 3, "id", ""),
    ],
)
def test_a_mistake_has_its_line(folder, old, new, line, said, advice):
    assert old in GOOD
    with pytest.raises(RubricError) as caught:
        load_tables([folder(GOOD.replace(old, new, 1))])
    assert said in caught.value.message
    assert caught.value.line == line
    assert advice in (caught.value.hint or "")


def test_a_folder_without_tables_is_an_error(tmp_path):
    with pytest.raises(RubricError, match="no behaviour table"):
        load_tables([tmp_path])
    with pytest.raises(RubricError, match="no such folder"):
        load_tables([tmp_path / "nowhere"])
