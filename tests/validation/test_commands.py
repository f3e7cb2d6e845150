"""The two commands as their user meets them, on little sound."""

from __future__ import annotations

import json
from types import SimpleNamespace

import numpy as np
import pytest
import soundfile

from tests.cli.conftest import voicesim  # noqa: F401 - the fixture
from voicesim.validation.speaking import Speaker, speak

RATE = 16_000


@pytest.mark.engines
def test_the_selftest_passes(voicesim):  # noqa: F811
    subjects = ("levels", "pitch", "conversation")
    ran = voicesim("selftest", "--quick", *(word for name in subjects for word in ("--only", name)))

    assert ran.code == 0
    assert "NOT REACHED" not in ran.out
    assert "voiced recall, telephone band" in ran.out


@pytest.mark.engines
def test_turns_are_told_apart():
    from voicesim.cli.wiring import engines_for
    from voicesim.validation.made import turns

    rows = turns.rows(engines_for(None), lambda _: None, timelines=10, seed=3)

    found = {(row.subject, row.what): row for row in rows}
    assert found["interruptions from audio", "precision"].value >= 0.9
    assert found["interruptions from audio", "recall"].value >= 0.9
    assert found["turn-taking", "begin of talk, median error"].is_reached


@pytest.mark.engines
def test_the_selftest_fails_when_a_measure_does(voicesim, monkeypatch):  # noqa: F811
    """A level that is 1 dB wrong is out of tolerance."""
    from voicesim.measure.level import active_level
    from voicesim.validation.made import levels

    def wrong(blocks, sample_rate_hz=RATE):
        found = active_level(blocks, sample_rate_hz)
        return SimpleNamespace(active_dbov=found.active_dbov + 1.0, activity_ratio=found.activity_ratio)

    monkeypatch.setattr(levels, "active_level", wrong)
    ran = voicesim("selftest", "--quick", "--only", "levels", "--json")

    assert ran.code == 1
    document = json.loads(ran.out)
    assert document["format"] == "voicesim-selftest/1"
    missed = [row["what"] for row in document["rows"] if row["reached"] is False]
    assert missed == ["steady noise, largest error"]
    assert document["missed"] == 1


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder of the documented layout, of made speech: one meeting, and a speaker who is lively when happy."""
    root = tmp_path_factory.mktemp("data")
    rng = np.random.default_rng(8)
    meeting = root / "overlap" / "made"
    meeting.mkdir(parents=True)
    sound = rng.normal(0, 10 ** (-70 / 20), 32 * RATE)
    for start_s in (2, 12, 22):
        sound[start_s * RATE : (start_s + 5) * RATE] += speak(Speaker(f0_hz=120.0), rng, 5.0).samples
    soundfile.write(meeting / "one.flac", sound, RATE)
    (meeting / "one.rttm").write_text(
        "".join(f"SPEAKER one 1 {start_s}.000 5.000 <NA> <NA> A <NA> <NA>\n" for start_s in (2, 12, 22))
    )
    acted = root / "emotion" / "made"
    acted.mkdir(parents=True)
    for label, f0_hz, spread_st in (("neutral", 120.0, 1.5), ("happy", 150.0, 3.0), ("sad", 115.0, 1.0)):
        for number in range(4):
            talk = speak(Speaker(f0_hz=f0_hz, spread_st=spread_st), rng, 2.0).samples
            padded = np.concatenate([np.zeros(RATE // 2), talk, np.zeros(RATE // 2)])
            soundfile.write(
                acted / f"a_{label}_{number}.flac", padded + rng.normal(0, 1e-4, len(padded)), RATE
            )
    return root


@pytest.mark.engines
def test_a_folder_of_ones_own_is_validated(voicesim, folder):  # noqa: F811
    ran = voicesim("validate", "--data", folder, "--only", "activity", "--only", "tone", "--json")

    assert ran.code == 0
    rows = {(row["subject"], row["what"]): row for row in json.loads(ran.out)["rows"]}
    assert rows["speech activity", "frame error"]["n"] == 3000
    assert rows["speech activity", "frame error"]["value"] < 0.03
    assert rows["liveliness U", "AUC happy against neutral"]["value"] == 1.0
    assert rows["liveliness U", "AUC happy against neutral"]["n"] == 8 + 4
    assert rows["upbeat with guards", "share of happy, hostile words called upbeat"]["value"] == 0.0
    assert rows["steadiness", "AUC calm against angry turns"]["value"] is None


def test_strict_fails_where_a_target_is_missed(voicesim, folder):  # noqa: F811
    assert voicesim("validate", "--data", folder, "--only", "level").code == 0
    assert voicesim("validate", "--data", folder, "--only", "level", "--strict").code == 0
    (folder / "loudness" / "p56").mkdir(parents=True)
    np.full(RATE, 3000, "<i2").tofile(folder / "loudness" / "p56" / "voice.nrm")

    ran = voicesim("validate", "--data", folder, "--only", "level", "--strict")

    assert ran.code == 1
    assert "NOT REACHED" in ran.out


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        ((), 2, "nothing to do"),
        (("--data", "/nowhere"), 3, "no folder"),
        (("--data", "/dev"), 3, "holds none of the folders"),
    ],
)
def test_what_is_wrong_is_said(voicesim, arguments, code, says):  # noqa: F811
    ran = voicesim("validate", *arguments)

    assert ran.code == code
    assert says in ran.complaint[0]
    assert ran.complaint[1].startswith("hint:")
    assert not ran.out


def test_an_rttm_that_is_none_is_named_with_its_line(voicesim, tmp_path):  # noqa: F811
    (tmp_path / "overlap" / "x").mkdir(parents=True)
    (tmp_path / "overlap" / "x" / "a.rttm").write_text("SPEAKER a 1 1.0 2.0\nSPEAKER a 1 soon\n")

    ran = voicesim("validate", "--data", tmp_path, "--only", "activity")

    assert ran.code == 3
    assert "a.rttm, line 2" in ran.complaint[0]


def test_every_subject_can_be_asked_for():
    from voicesim.cli import selftest as made_command
    from voicesim.cli import validate as real_command
    from voicesim.validation.selftest import SUBJECTS as MADE
    from voicesim.validation.validate import SUBJECTS as REAL

    for command, subjects in ((made_command.command, MADE), (real_command.command, REAL)):
        (only,) = (p for p in command.params if p.name == "subjects")
        assert list(only.type.choices) == list(subjects)
