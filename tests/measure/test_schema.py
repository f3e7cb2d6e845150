"""Baselines on disk: exact, strict, and explained when they are wrong."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from voicesim.errors import InputError, ParameterError
from voicesim.measure.baseline import Baseline, Scatter
from voicesim.measure.schema import baseline_json, read_baseline, write_baseline

CALM = Baseline(
    trainee="Åsa",
    device="USB headset",
    n_utterances=10,
    speech_s=31.25,
    level_dbov=-27.125,
    f0_st=33.4567,
    f0_spread_st=2.25,
    alpha_db=-11.5,
    articulation_sps=4.125,
    clear_band_db=-8.0,
    modulation_ratio=0.5,
    vowel_spread_db=6.5,
    audible_ratio=0.875,
    speaking_sps=3.75,
    written_sps=4.0,
    scatter=Scatter(f0_st=0.5, f0_spread_st=0.25, alpha_db=1.0, level_db=1.5, articulation_sps=0.25),
    baseline_id="asa-1",
)


def test_what_is_written_is_read_back(tmp_path: Path) -> None:
    path = tmp_path / "baseline.json"
    write_baseline(path, CALM)

    assert read_baseline(path) == CALM
    assert baseline_json(CALM) == path.read_text("utf-8")
    assert json.loads(path.read_text("utf-8"))["format"] == "voicesim-baseline/1"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"f0_sd": 2.0}, "f0_sd"),
        ({"level_dbov": "loud"}, "level_dbov"),
        ({"level_dbov": 3.0}, "level_dbov"),
        ({"format": "voicesim-baseline/9"}, "format"),
        ({"n_utterances": 0}, "n_utterances"),
        ({"articulation_sps": 0.0}, "articulation_sps"),
        ({"scatter": {}}, "scatter"),
    ],
)
def test_a_wrong_file_names_its_key(tmp_path: Path, change: dict[str, object], message: str) -> None:
    path = tmp_path / "baseline.json"
    path.write_text(json.dumps(json.loads(baseline_json(CALM)) | change), "utf-8")

    with pytest.raises(InputError, match=message) as caught:
        read_baseline(path)

    assert str(caught.value).startswith(str(path))
    assert caught.value.exit_code == 3


def test_missing_and_broken_files(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such baseline file"):
        read_baseline(tmp_path / "none.json")
    (tmp_path / "broken.json").write_text("{", "utf-8")
    with pytest.raises(InputError, match=r"broken\.json"):
        read_baseline(tmp_path / "broken.json")


def test_a_baseline_checks_its_values() -> None:
    with pytest.raises(ParameterError, match="made of utterances, got 0"):
        replace(CALM, n_utterances=0)
    with pytest.raises(ParameterError, match="articulation_sps must be positive"):
        replace(CALM, articulation_sps=0.0)
