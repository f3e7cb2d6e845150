"""The demo: a whole call, recognised by the real fallback recogniser."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys

import pytest

from voicesim.files.shipped import shipped_folder
from voicesim.lines.trainee import load_trainee

pytestmark = pytest.mark.engines


def _play(folder, *options):
    """One run of the demo in a process of its own, as its user starts it."""
    if shutil.which("espeak-ng") is None:
        pytest.skip("espeak-ng is not installed: sudo apt-get install espeak-ng libespeak-ng1")
    command = [sys.executable, "-m", "voicesim", "demo", *options, "--out", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout, folder, json.loads((folder / "scorecard.json").read_text())


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    return _play(tmp_path_factory.mktemp("demo") / "call")


def test_the_demo_plays_scores_and_names_its_report(demo, voicesim):
    out, folder, card = demo
    assert {p.name for p in folder.iterdir()} == {
        "call.flac",
        "call.json",
        "events.jsonl",
        "report.html",
        "rubric.yaml",
        "scenario.yaml",
        "scorecard.json",
        "transcript.json",
    }
    assert str((folder / "report.html").resolve()) in out
    assert card["call"]["ending"] == "resolved"
    assert card["overall"]["status"] == "scored"
    for name in ("pace", "volume", "interruptions", "upbeat_tone"):
        assert card["measures"][name]["status"] == "measured", name
    rescored = voicesim("score", folder, "--format", "json", "-q")
    assert rescored.out.encode() == (folder / "scorecard.json").read_bytes()


def test_another_rubric_over_the_demo_shows_what_flips(demo, voicesim, tmp_path):
    _, folder, card = demo
    score = card["overall"]["score"]
    mine = tmp_path / "mine.yaml"
    stored = (folder / "rubric.yaml").read_text()
    mine.write_text(stored.replace("pass_at: 0", f"pass_at: {min(100.0, score + 0.1)}"))
    ran = voicesim("rubric", "diff", "default", mine, folder, "--json")
    assert ran.code == 0
    (found,) = json.loads(ran.out)
    assert found["overall"][0]["score"] == found["overall"][1]["score"] == score
    assert (found["skills"], found["pass_flips"], found["passed"][1]) == ([], True, False)
    text = voicesim("rubric", "diff", "default", mine, folder, folder.parent / "none", "-q")
    assert text.code == 1
    assert f"{folder.name}: {score:g}" in text.out
    assert "NOT PASSED" in text.out


def test_the_behaviours_of_the_demo_are_found_in_recognised_words(demo):
    """At least 12 behaviours of 8 kinds were listed before recognition; 80 % of them are found, and 90 % of
    what is found is listed.
    """
    _, _, card = demo
    trainee = load_trainee(shipped_folder("audio_fixtures") / "demo-polite")
    listed = {(number, name) for number, u in enumerate(trainee.utterances) for name in u.behaviours}
    assert len(listed) >= 12
    assert len({name for _, name in listed}) >= 8
    found = {(seen["utterance"], seen["id"]) for seen in card["behaviours"]}
    recall, precision = len(found & listed) / len(listed), len(found & listed) / len(found)
    missed, invented = sorted(listed - found), sorted(found - listed)
    assert recall >= 0.8, missed
    assert precision >= 0.9, invented


def test_the_interruption_and_the_back_channel_of_the_angry_demo_are_told_apart(tmp_path):
    _, _, card = _play(tmp_path / "call", "--angry")
    interruptions = card["measures"]["interruptions"]
    labels = [e["label"] for e in interruptions["evidence"]]
    assert labels.count("interruption") == 1, labels
    assert card["call"]["ending"] == "resolved"
