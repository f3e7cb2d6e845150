"""What a call writes can be read back, also when it was cut off."""

import json
import os
import sys

import numpy as np
import pytest
import soundfile

from voicesim.audio.span import Span
from voicesim.callfolder.reader import is_call_folder, read_folder
from voicesim.callfolder.records import lines_from_events
from voicesim.callfolder.writer import FolderWriter, transcript_to_json_text
from voicesim.engines.decoder_av import AvDecoder
from voicesim.errors import CallFolderError
from voicesim.speech.call import EngineId, Recognition
from voicesim.speech.words import Party, Utterance, Word

RECOGNITION = Recognition(
    engine=EngineId(engine="scripted", model="m", version="1", settings={"beam": 5}), writes_fillers=True
)
ABOUT = {
    "recognition": {
        "engine": "scripted",
        "model": "m",
        "version": "1",
        "settings": {"beam": 5},
        "writes_fillers": True,
    }
}
UTTERANCE = {
    "party": "trainee",
    "start": 1000,
    "end": 9000,
    "text": "good morning",
    "words": [["good", 1000, 4000, 0.9], ["morning", 4000, 9000, 0.8]],
}


def _blocks(rng, n):
    return [rng.uniform(-0.9, 0.9, 512).astype(np.float32) for _ in range(n)]


def _write(path, rng, n_blocks=40):
    folder = FolderWriter(path, ABOUT)
    heard, microphone = _blocks(rng, n_blocks), _blocks(rng, n_blocks)
    for left, right in zip(heard, microphone, strict=True):
        folder.write(left, right)
    folder.log(0, "moment", {"moment": "opening", "mood": "calm", "expects": ["greeting"]})
    folder.log(9500, "utterance", UTTERANCE)
    plan = {"line": 0, "line_id": "a@calm", "text": "hello there", "mood": "calm", "moment": "opening"}
    folder.log(10_000, "line_planned", {**plan, "n_samples": 8000})
    folder.log(10_512, "line_started", {"line": 0, "start": 10_300})
    folder.log(12_000, "line_yielded", {"line": 0, "unsaid": []})
    folder.log(12_512, "line_ended", {"line": 0, "heard": [10_300, 12_400], "yielded_at": 12_000})
    folder.log(20_000, "ending", {"ending": "resolved"})
    return folder, np.concatenate(heard), np.concatenate(microphone)


def test_both_channels_come_back_to_the_sixteenth_bit(tmp_path, rng):
    folder, heard, microphone = _write(tmp_path / "call", rng)
    folder.close("complete", {})
    samples, rate_hz = soundfile.read(tmp_path / "call" / "call.flac", dtype="float32")
    assert rate_hz == 16_000
    np.testing.assert_allclose(samples[:, 0], heard, atol=0.5 / 32768 + 1e-7)
    np.testing.assert_allclose(samples[:, 1], microphone, atol=0.5 / 32768 + 1e-7)


def test_events_transcript_and_lines_come_back(tmp_path, rng):
    path = tmp_path / "call"
    folder, *_ = _write(path, rng)
    folder.stop_recording()
    folder.snapshot("transcript.json", transcript_to_json_text(path, RECOGNITION))
    folder.close("complete", {"device_faults": {"input_overflow": 2}})
    stored = read_folder(path)
    assert is_call_folder(path)
    assert stored.status == "complete"
    assert stored.ending == "resolved"
    assert stored.recognition == RECOGNITION
    assert stored.device_faults == {"input_overflow": 2}
    words = (Word("good", Span(1000, 4000), 0.9), Word("morning", Span(4000, 9000), 0.8))
    assert stored.transcript == (Utterance(Party.TRAINEE, Span(1000, 9000), words),)
    (line,) = stored.lines(40 * 512)
    assert (line.heard, line.planned, line.yielded_at) == (Span(10_300, 12_400), Span(10_300, 18_300), 12_000)
    (moment,) = stored.moments(40 * 512)
    assert moment.span == Span(0, 40 * 512)


def test_a_folder_left_behind_by_a_crash_is_read_up_to_its_last_second(tmp_path, rng):
    path = tmp_path / "call"
    pid = os.fork() if hasattr(os, "fork") else pytest.skip("needs fork")
    if pid == 0:  # the child writes three seconds and is gone, as after a power cut
        _write(path, rng, n_blocks=94)
        with (path / "events.jsonl").open("a") as events:
            events.write('{"at": 21000, "event": "turn_sta')
        os._exit(0)
    os.waitpid(pid, 0)
    stored = read_folder(path)
    assert stored.status == "running"
    assert [u.text for u in stored.transcript] == ["good morning"]
    with AvDecoder().open(path / "call.flac") as recording:
        n_read = sum(block.shape[1] for block in recording.blocks())
    assert 94 * 512 - n_read <= 16_000


def test_a_line_under_way_when_the_recording_broke_off_ends_with_it():
    events = [
        {
            "event": "line_planned",
            "line": 0,
            "line_id": "x",
            "text": "t",
            "mood": "",
            "moment": "",
            "n_samples": 9000,
        },
        {"event": "line_started", "line": 0, "start": 100},
    ]
    (line,) = lines_from_events(events, 5000)
    assert line.heard == Span(100, 5000)
    assert line.planned == Span(100, 9100)


def test_an_occupied_folder_is_never_written_into(tmp_path):
    (tmp_path / "call").mkdir()
    (tmp_path / "call" / "notes.txt").write_text("mine")
    with pytest.raises(CallFolderError, match="not an empty folder"):
        FolderWriter(tmp_path / "call", {})
    assert [p.name for p in (tmp_path / "call").iterdir()] == ["notes.txt"]


def test_a_folder_that_cannot_be_made_is_one_clear_error(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(CallFolderError, match="cannot write into"):
        FolderWriter(tmp_path / "file" / "call", {})


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("call.json", "{", "cannot read"),
        ("call.json", json.dumps({"schema_version": 99}), "schema version 99"),
        ("events.jsonl", 'nonsense\n{"at": 1, "event": "x"}\n', "events.jsonl:1: not JSON"),
        (
            "events.jsonl",
            '{"at": 1, "event": "line_planned"}\n{"at": 1, "event": "line_started", "line": 5}\n',
            "damaged",
        ),
        ("transcript.json", '{"utterances": [{}]}', "damaged"),
    ],
)
def test_damaged_parts_are_named(tmp_path, rng, name, content, says):
    path = tmp_path / "call"
    folder, *_ = _write(path, rng)
    folder.close("complete", {})
    (path / name).write_text(content)
    with pytest.raises(CallFolderError, match=says):
        read_folder(path).lines(40 * 512)


def test_a_recording_is_no_call_folder(tmp_path):
    with pytest.raises(CallFolderError, match="it has no call"):
        read_folder(tmp_path)


@pytest.mark.skipif(sys.platform == "win32", reason="permissions work differently")
def test_names_in_the_call_are_kept_as_they_are(tmp_path, rng):
    folder = FolderWriter(tmp_path / "call", {"trainee": "Zoë “Z” Nuñez"})
    folder.write(*_blocks(rng, 2))
    folder.close("complete", {})
    assert read_folder(tmp_path / "call").about["trainee"] == "Zoë “Z” Nuñez"


def test_a_folder_in_which_nothing_was_recorded_goes_again(tmp_path, rng):
    empty = FolderWriter(tmp_path / "empty", {})
    empty.discard_if_empty()
    kept, *_ = _write(tmp_path / "kept", rng, n_blocks=2)
    kept.discard_if_empty()
    kept.close("complete", {})
    assert sorted(p.name for p in tmp_path.iterdir()) == ["kept"]
