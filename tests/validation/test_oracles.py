"""Independent programs agree; and the page says what the proofs print."""

from __future__ import annotations

import re

from tests.oracles import overlap
from tests.validation_page import filled, table
from voicesim.validation.rows import at_least, row


def test_overlap_arithmetic_is_that_of_two_other_programs():
    rows = overlap.rows(None, lambda _: None, n=60)

    assert [each.against for each in rows] == ["pyannote.core", "call-ai-metrics"]
    assert all(each.is_reached for each in rows)
    assert all(each.n >= 180 for each in rows)


def test_the_page_has_a_place_for_every_table(repository):
    text = (repository / "VALIDATION.md").read_text("utf-8")

    for name in ("selftest", "validate", "oracles", "versions", "missed", "words"):
        assert filled(text, name, "x").count("x") >= 1
        assert re.search(rf"<!-- {name} -->\n\S", text), f"{name} is empty: make validation"


def test_a_row_of_the_page_shows_what_was_not_reached():
    found = table(
        [row("tone", "AUC", "labels", 0.8, n=9, limits=at_least(0.9), interval=(0.7, 0.9)).as_json()]
    )

    assert found.splitlines()[2] == "| tone | AUC | labels | 9 | 0.8 (0.7 to 0.9) | ≥ 0.9 | **not reached** |"
