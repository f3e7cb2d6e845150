"""``voicesim behaviour`` as its user meets it."""

import io
import json
import sys

import pytest

SITE = """\
family: house
behaviours:
  - id: house_phrase
    title: Says the house phrase
    counts: says the phrase of the house
    costs_points: true
    patterns: |
      at your service
    exceptions: |
      not at your service
    examples: |
      at your service
    look_alikes: |
      the service is at nine
"""


@pytest.fixture
def site(tmp_path):
    folder = tmp_path / "tables"
    folder.mkdir()
    (folder / "house.yaml").write_text(SITE, encoding="utf-8")
    return folder


def test_list_names_all_by_family_and_marks_what_costs_points(voicesim, site):
    ran = voicesim("behaviour", "list", "--behaviours", site)
    assert ran.code == 0, ran.err
    lines = ran.out.splitlines()
    rows = {line[2:].split()[0]: line[0] for line in lines if line[1:2] == " "}
    assert len(rows) == 44
    assert rows["blames"] == "-"
    assert rows["apology"] == " "
    assert lines.index("house") < next(i for i, line in enumerate(lines) if "house_phrase" in line)


def test_show_prints_patterns_conditions_and_examples(voicesim, site):
    ran = voicesim("behaviour", "show", "house_phrase", "--behaviours", site)
    assert [line.strip() for line in ran.out.splitlines()] == [
        "Says the house phrase (house_phrase; house.yaml; costs points)",
        "says the phrase of the house",
        "",
        "patterns",
        "at your service",
        "",
        "exceptions",
        "not at your service",
        "",
        "examples",
        "at your service",
        "",
        "look-alikes that do not count",
        "the service is at nine",
    ]
    about = json.loads(voicesim("behaviour", "show", "acknowledges", "--json").out)
    assert about["patterns"][0]["conditions"] == ["at the start of an utterance"]


def test_try_says_what_is_seen_by_which_pattern_and_what_is_not_and_why(voicesim, site):
    ran = voicesim(
        "behaviour",
        "try",
        "I'm sorry, I am not at your service",
        "--context",
        "it broke",
        "--behaviours",
        site,
    )
    assert ran.code == 0, ran.err
    seen, not_counted = ran.out.split("\nnot counted\n")
    assert "apology  “I'm sorry,”  confidence 1.00" in seen
    assert "by: (i | we) (am | are | was | were) ...2 sorry" in seen
    assert "house_phrase" not in seen
    assert "house_phrase  “at your service”" in not_counted
    assert "because: the exception not at your service" in not_counted
    ran = voicesim("behaviour", "try", "the the of")
    assert ran.out == "nothing is seen in it\n"


def test_try_gives_programs_the_same_as_json(voicesim):
    report = json.loads(voicesim("behaviour", "try", "he said he was sorry", "--context", "x", "--json").out)
    assert "apology" not in [row["behaviour"] for row in report["observed"]]
    assert {row["reason"] for row in report["not_counted"] if row["behaviour"] == "apology"} != {""}


def test_lines_are_judged_in_order_each_with_its_context(voicesim, tmp_path):
    lines = [
        {"id": 7, "context": None, "text": "good morning"},
        {"id": "b", "context": "my card is lost", "text": "oh I'm so sorry"},
        {"id": "c", "context": "x", "text": ""},
    ]
    file = tmp_path / "said.jsonl"
    file.write_text("\ufeff" + "\r\n".join(map(json.dumps, lines)) + "\n\n", encoding="utf-8")
    ran = voicesim("behaviour", "try", "--jsonl", file)
    assert ran.code == 0, ran.err
    rows = [json.loads(line) for line in ran.out.splitlines()]
    assert [row["id"] for row in rows] == [7, "b", "c"]
    assert rows[0]["behaviours"] == ["greeting"]
    assert "apology" in rows[1]["behaviours"]
    assert rows[2]["behaviours"] == []


def test_lines_may_come_from_stdin(voicesim, monkeypatch):
    stdin = io.TextIOWrapper(io.BytesIO(b'{"id": 1, "text": "I am so sorry", "context": "x"}'))
    monkeypatch.setattr(sys, "stdin", stdin)
    ran = voicesim("behaviour", "try", "--jsonl", "-")
    assert json.loads(ran.out) == {"id": 1, "behaviours": ["apology"]}


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ('{"id": 1, "text": "a"', "is not JSON"),
        ("[1]", "is not an object"),
        ('{"id": 1}', "'text' is not a text"),
        ('{"text": "a"}', "'id' is not"),
        ('{"id": true, "text": "a"}', "'id' is not"),
        ('{"id": 1, "text": "a", "context": 3}', "'context' is not a text"),
        ("\udcff", "is not UTF-8"),
    ],
)
def test_a_bad_line_is_named_and_nothing_is_judged(voicesim, tmp_path, line, says):
    file = tmp_path / "said.jsonl"
    file.write_bytes(('{"id": 1, "text": "hello there"}\n' + line).encode("utf-8", "surrogateescape"))
    ran = voicesim("behaviour", "try", "--jsonl", file)
    assert (ran.code, ran.out) == (3, "")
    error, hint = ran.complaint
    assert f"{file}:2: " in error
    assert says in error
    assert hint.startswith("hint: ")


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (["show", "apolgy"], 3, "did you mean 'apology'"),
        (["try"], 2, "--jsonl"),
        (["try", "a", "--jsonl", "b"], 2, "not both"),
        (["try", "--jsonl", "no-such-file"], 3, "no-such-file"),
        (["list", "--behaviours", "no-such-folder"], 3, "no-such-folder"),
    ],
)
def test_mistakes_get_an_error_a_hint_and_an_exit_code(
    voicesim, tmp_path, monkeypatch, arguments, code, says
):
    monkeypatch.chdir(tmp_path)
    ran = voicesim("behaviour", *arguments)
    assert (ran.code, ran.out) == (code, "")
    assert len(ran.complaint) == 2
    assert says in " ".join(ran.complaint)
