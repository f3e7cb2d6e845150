"""Lines that the trainee is to say word for word."""

from __future__ import annotations

from pathlib import Path

import pytest

from voicesim.errors import ScenarioError
from voicesim.scenario.load import brief_of, load_scenario

SHIPPED = Path(__file__).resolve().parents[2] / "scenarios" / "parcel.yaml"
LINE = "This call may be recorded for training."


def test_they_reach_the_scorer(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(f'{SHIPPED.read_text("utf-8")}\nread_out:\n  - "{LINE}"\n', "utf-8")

    assert brief_of(load_scenario(path)).read_out == (LINE,)
    assert brief_of(load_scenario(SHIPPED)).read_out == ()


def test_an_empty_one_is_an_error_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(f'{SHIPPED.read_text("utf-8")}\nread_out: [""]\n', "utf-8")

    with pytest.raises(ScenarioError, match="read_out"):
        load_scenario(path)
