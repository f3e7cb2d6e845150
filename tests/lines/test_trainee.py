"""A simulated trainee is what its manifest says, or an error that names the line."""

from __future__ import annotations

import hashlib
from collections import Counter

import numpy as np
import pytest
import soundfile

from voicesim.audio.clip import SAMPLE_RATE_HZ
from voicesim.errors import ScenarioError
from voicesim.files.shipped import shipped_folder
from voicesim.lines.trainee import load_trainee
from voicesim.scenario.load import load_scenario
from voicesim.scenario.machine import Say, begin, hear

MANIFEST = """\
format: voicesim-trainee/1
id: toy
title: A toy
licence: CC0
origin: a tone
utterances:
  - file: a.wav
    text: Hello.
    behaviours: [greeting]
    sha256: {digest}
  - file: b.wav
    text: Goodbye.
    interrupts_after_s: 1.5
"""


@pytest.fixture
def folder(tmp_path):
    for name in ("a.wav", "b.wav"):
        soundfile.write(tmp_path / name, np.full(800, 0.1), SAMPLE_RATE_HZ)
    digest = hashlib.sha256((tmp_path / "a.wav").read_bytes()).hexdigest()
    (tmp_path / "manifest.yaml").write_text(MANIFEST.format(digest=digest))
    return tmp_path


def change(folder, old, new):
    path = folder / "manifest.yaml"
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


def test_a_manifest(folder):
    trainee = load_trainee(folder)
    assert (trainee.trainee_id, trainee.licence, trainee.opens) == ("toy", "CC0", True)
    first, second = trainee.utterances
    assert (first.path, first.behaviours) == (folder / "a.wav", ("greeting",))
    assert (first.after_s, first.interrupts_after_s) == (0.4, None)
    assert second.interrupts_after_s == 1.5


@pytest.mark.parametrize(
    ("old", "new", "line", "said"),
    [
        ("licence: CC0\n", "", 1, "'licence' is missing"),
        ("text: Goodbye", "txt: Goodbye", 12, "unknown key 'txt' in utterances[2]"),
        ("file: b.wav", "file: c.wav", 11, "'c.wav' is not in the folder"),
        ("file: b.wav", "file: ../b.wav", 11, "must be the name of a file in this folder"),
        ("interrupts_after_s: 1.5", "interrupts_after_s: -1", 13, "greater than or equal to 0"),
        ("    sha256: ", "    sha256: 0", 10, "64 hexadecimal digits"),
        ("voicesim-trainee/1", "voicesim-trainee/2", 1, "cannot be"),
    ],
)
def test_mistakes_in_a_manifest(folder, old, new, line, said):
    change(folder, old, new)
    with pytest.raises(ScenarioError) as caught:
        load_trainee(folder)
    assert said in caught.value.message
    assert caught.value.line == line
    assert caught.value.hint


def test_a_recording_that_was_changed(folder):
    soundfile.write(folder / "a.wav", np.full(800, 0.2), SAMPLE_RATE_HZ)
    with pytest.raises(ScenarioError, match=r"manifest\.yaml:7: the recording 'a\.wav' is not the one"):
        load_trainee(folder)


def test_a_folder_of_recordings_alone(tmp_path):
    for name in ("10.wav", "2.WAV", "1 hello.wav"):
        soundfile.write(tmp_path / name, np.full(800, 0.1), SAMPLE_RATE_HZ, format="WAV")
    (tmp_path / "notes.txt").write_text("no recording")
    trainee = load_trainee(tmp_path)
    assert [u.path.name for u in trainee.utterances] == ["1 hello.wav", "2.WAV", "10.wav"]
    assert trainee.trainee_id == tmp_path.name


def test_folders_that_are_none(tmp_path):
    with pytest.raises(ScenarioError, match="no such folder"):
        load_trainee(tmp_path / "nowhere")
    (tmp_path / "file").write_text("")
    with pytest.raises(ScenarioError, match="no such folder"):
        load_trainee(tmp_path / "file")
    (tmp_path / "empty").mkdir()
    with pytest.raises(ScenarioError, match="holds no recordings"):
        load_trainee(tmp_path / "empty")


SHIPPED = sorted(path.parent.name for path in shipped_folder("audio_fixtures").glob("*/manifest.yaml"))


def test_the_three_shipped_trainees_are_there():
    assert {"demo-polite", "demo-angry", "poor"} <= set(SHIPPED)


@pytest.mark.parametrize("name", SHIPPED)
def test_shipped_trainees(name):
    trainee = load_trainee(shipped_folder("audio_fixtures") / name)
    assert trainee.licence
    assert trainee.origin
    for utterance in trainee.utterances:
        about = soundfile.info(utterance.path)
        assert (about.format, about.samplerate, about.channels) == ("FLAC", SAMPLE_RATE_HZ, 1)
        assert utterance.text
        assert utterance.behaviours


def test_the_demo_shows_a_dozen_behaviours_of_eight_kinds_that_every_scorecard_knows():
    core = {
        "greeting",
        "clarifying_question",
        "empathy_feeling",
        "empathy_understanding",
        "empathy_exploring",
    }
    core |= {"apology", "takes_ownership", "negative_wording", "next_step_with_time", "anything_else"}
    trainee = load_trainee(shipped_folder("audio_fixtures") / "demo-polite")
    found = Counter(b for utterance in trainee.utterances for b in utterance.behaviours if b in core)
    assert sum(found.values()) >= 12
    assert len(found) >= 8


def test_shipped_recordings_are_small():
    files = shipped_folder("audio_fixtures").rglob("*.flac")
    assert sum(path.stat().st_size for path in files) < 4_000_000


@pytest.mark.parametrize(
    ("name", "ending"), [("demo-polite", "resolved"), ("demo-angry", "resolved"), ("poor", "gave_up")]
)
def test_shipped_trainees_bring_their_scenario_to_its_end_by_their_labels(name, ending):
    from voicesim.audio.span import Span
    from voicesim.behaviour.observation import Observation
    from voicesim.scenario.machine import HeardTurn

    trainee = load_trainee(shipped_folder("audio_fixtures") / name)
    scenario = load_scenario(shipped_folder("scenarios") / f"{trainee.scenario_id}.yaml")
    step = begin(scenario)
    for utterance in trainee.utterances:
        if utterance.behaviours == ("acknowledges",) and utterance.interrupts_after_s is not None:
            continue
        observations = tuple(
            Observation(
                behaviour_id=behaviour, span=Span(0, 1), quote="", pattern="", confidence=1.0, utterance=0
            )
            for behaviour in utterance.behaviours
        )
        cuts_in = utterance.interrupts_after_s is not None
        heard = HeardTurn(
            observations=observations,
            text=utterance.text,
            interrupted=cuts_in,
            heard_ratio=0.5 if cuts_in else 1.0,
        )
        assert step.state.ending is None, "no utterance comes too late"
        step = hear(scenario, step.state, heard)
        assert any(isinstance(action, Say) for action in step.actions)
        if step.state.ending is not None and ending == "gave_up":
            break
    assert step.actions[-1].ending == ending
