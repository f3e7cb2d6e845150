"""The scorecard's JSON: canonical bytes that keep to the published schema."""

from __future__ import annotations

import dataclasses
import json
import os
import random
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from jsonschema import Draft202012Validator

from voicesim.errors import ParameterError
from voicesim.report.json_card import card_schema, card_to_json
from voicesim.results import Evidence, Measured, NotMeasured, Reason
from voicesim.scorecard.card import Overall, Scorecard, SkillStatus

SCRAMBLED = """
import sys
from voicesim.report.json_card import card_to_json
from voicesim.results import Measured
from voicesim.scorecard.card import Overall, Scorecard, SkillStatus
names = {"pace", "volume", "interruptions", "tone", "clarity", "steadiness", "Ärger", "talk"}
sys.stdout.buffer.write(card_to_json(Scorecard(
    call={name: {n: 0.1 + 0.2 for n in names} for name in names},
    measures={n: Measured(value=1 / 3, unit="", definition="", details={d: 2.5 for d in names}) for n in names},
    behaviours=(), skills=(),
    overall=Overall(status=SkillStatus.NOT_SCORABLE, score=None, explanation=""),
    provenance={name: 1 for name in names},
)))
"""


def with_call(card: Scorecard, **call: object) -> Scorecard:
    return dataclasses.replace(card, call=call)


@pytest.fixture(scope="module")
def validator() -> Draft202012Validator:
    schema = card_schema()
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema)


def test_cards_of_every_status_keep_to_the_schema(
    rich_card: Scorecard, poor_card: Scorecard, hostile_card: Scorecard, validator: Draft202012Validator
) -> None:
    for card in (rich_card, poor_card, hostile_card):
        assert [error.message for error in validator.iter_errors(json.loads(card_to_json(card)))] == []


@pytest.mark.parametrize(
    ("place", "wrong"),
    [
        (("measures", "pace", "value"), None),
        (("measures", "pace", "status"), "maybe"),
        (("measures", "upbeat_tone", "value"), 0),
        (("measures", "upbeat_tone", "reason"), None),
        (("measures", "upbeat_tone", "reason"), "mystery"),
        (("skills", 0, "score"), None),
        (("skills", 0, "score"), 100.1),
        (("skills", 4, "score"), 0),
        (("overall", "status"), "passed"),
        (("behaviours", 0, "confidence"), 1.5),
        (("schema_version",), 2),
        (("surprise",), 1),
    ],
)
def test_the_schema_refuses_what_is_wrong(
    rich_card: Scorecard, validator: Draft202012Validator, place: tuple[str | int, ...], wrong: object
) -> None:
    document = json.loads(card_to_json(rich_card))
    holder = document
    for key in place[:-1]:
        holder = holder[key]
    holder[place[-1]] = wrong
    assert not validator.is_valid(document)


def test_the_schema_knows_every_reason() -> None:
    schema = card_schema()
    for kind in ("measure", "skill"):
        assert set(schema["$defs"][kind]["properties"]["reason"]["enum"]) == {None, *Reason}


def test_the_top_and_the_entries_have_exactly_the_promised_keys(rich_card: Scorecard) -> None:
    document = json.loads(card_to_json(rich_card))
    top = ["schema_version", "call", "measures", "behaviours", "skills", "overall", "provenance"]
    assert list(document) == top
    measure = {
        "status", "value", "unit", "definition", "reason", "explanation", "evidence", "details", "cautions",
    }  # fmt: skip
    assert all(set(m) == measure for m in document["measures"].values())
    skill = {
        "id", "title", "status", "score", "explanation", "reason", "weight", "evidence", "lost", "section", "level",
        "is_borderline", "flips",
    }  # fmt: skip
    assert all(set(s) == skill for s in document["skills"])
    assert set(document["overall"]) == {
        "status", "score", "explanation", "strength", "changes", "level", "is_borderline", "flips", "has_passed",
        "failures", "to_hear", "sections",
    }  # fmt: skip
    assert set(document["skills"][0]["evidence"][0]) == {"start_s", "end_s", "label", "quote", "value"}


def test_what_was_put_in_is_read_back(rich_card: Scorecard) -> None:
    document = json.loads(card_to_json(rich_card))
    volume, tone = document["measures"]["volume"], document["measures"]["upbeat_tone"]
    assert (volume["status"], volume["value"], volume["unit"], volume["reason"]) == (
        "measured",
        -24.13,
        "dBov",
        None,
    )
    assert volume["details"] == {"activity_factor": 0.61, "snr_db": 31.2}
    assert (tone["status"], tone["value"], tone["reason"]) == ("not_measured", None, "no_baseline")
    assert [skill["id"] for skill in document["skills"]] == [s.skill_id for s in rich_card.skills]
    assert [change["rule"] for change in document["overall"]["changes"]] == [
        lost.rule for lost in rich_card.overall.changes
    ]
    assert document["overall"]["changes"][0]["evidence"][0]["start_s"] == 52.0


def test_hash_seed_locale_and_time_zone_leave_the_bytes_alone(repository: Path) -> None:
    outputs = set()
    for seed, locale, zone in (
        ("0", "C", "UTC"),
        ("1", "C.UTF-8", "Asia/Tokyo"),
        ("77", "de_DE.UTF-8", "EST"),
    ):
        env = {
            **os.environ,
            "PYTHONHASHSEED": seed,
            "LC_ALL": locale,
            "TZ": zone,
            "PYTHONPATH": str(repository),
        }
        done = subprocess.run([sys.executable, "-c", SCRAMBLED], env=env, capture_output=True, check=True)
        outputs.add(done.stdout)
    assert len(outputs) == 1


def test_order_that_says_nothing_is_sorted(rich_card: Scorecard) -> None:
    shuffle = random.Random(5)
    behaviours = list(rich_card.behaviours)
    shuffle.shuffle(behaviours)
    measures = dict(shuffle.sample(list(rich_card.measures.items()), len(rich_card.measures)))
    pace = rich_card.measures["pace"]
    assert isinstance(pace, Measured)
    measures["pace"] = dataclasses.replace(pace, evidence=tuple(reversed(pace.evidence)))
    scrambled = dataclasses.replace(rich_card, behaviours=tuple(behaviours), measures=measures)
    assert card_to_json(scrambled) == card_to_json(rich_card)


def test_text_is_utf_8_and_ends_with_one_line_break(rich_card: Scorecard) -> None:
    data = card_to_json(with_call(rich_card, id="Ärger — 顧客"))
    assert "Ärger — 顧客".encode() in data
    assert data.endswith(b"}\n")
    assert not data.endswith(b"\n\n")


def test_a_lone_surrogate_does_not_break_the_file(rich_card: Scorecard) -> None:
    assert json.loads(card_to_json(with_call(rich_card, id="a\ud800b")))["call"]["id"] == "a?b"


def test_fractions_are_rounded_times_to_a_millisecond() -> None:
    card = Scorecard(
        call={"x": 0.1 + 0.2, "n": 3, "yes": True, "none": None, "list": (1.0000000004, "a")},
        measures={
            "m": Measured(
                value=2 / 3,
                unit="",
                definition="",
                evidence=(Evidence(start_s=1 / 3, end_s=2 / 3, value=-1e-9),),
            )
        },
        behaviours=(),
        skills=(),
        overall=Overall(status=SkillStatus.SCORED, score=66.7, explanation=""),
    )
    document = json.loads(card_to_json(card))
    assert document["call"] == {"list": [1.0, "a"], "n": 3, "none": None, "x": 0.3, "yes": True}
    assert list(document["call"]) == sorted(document["call"])
    assert document["measures"]["m"]["value"] == 0.666667
    assert document["measures"]["m"]["evidence"][0] == {
        "start_s": 0.333, "end_s": 0.667, "label": "", "quote": "", "value": 0.0,
    }  # fmt: skip
    assert b"-0.0" not in card_to_json(card)


@pytest.mark.parametrize(
    "value", [float("nan"), float("inf"), b"bytes", {1: 2}, {"a": object()}, np.float32(1)]
)
def test_what_json_has_not_is_refused_with_its_place(rich_card: Scorecard, value: object) -> None:
    with pytest.raises(ParameterError, match=r"call\.deep\[0\]"):
        card_to_json(with_call(rich_card, deep=[value]))


def test_nothing_measured_is_never_a_zero(poor_card: Scorecard) -> None:
    document = json.loads(card_to_json(poor_card))
    assert {m["reason"] for m in document["measures"].values()} == set(Reason)
    assert all(m["value"] is None for m in document["measures"].values())
    assert all(isinstance(m, NotMeasured) for m in poor_card.measures.values())
