"""``voicesim score --transcript`` as its user meets it."""

import json

import numpy as np
import pytest
import soundfile

from tests.intake import transcript_samples

SPOKEN = (
    ("Agent", "demo-polite/01.flac", "Good morning, my name is Laura. How can I help you today?"),
    ("Customer", "poor/02.flac", "I would like to know what is with my parcel, please."),
    ("Agent", "demo-polite/06.flac", "I will send another one to you today. You will have it by Friday."),
)


@pytest.fixture
def mono(tmp_path, repository, monkeypatch):
    """Three utterances one after the other, and the samples' turns at their times."""
    at_s, parts, turns = 0.5, [np.zeros(8_000, np.float32)], []
    for who, file, text in SPOKEN:
        sound, _ = soundfile.read(repository / "audio_fixtures" / file, dtype="float32")
        turns.append((who, at_s, at_s + len(sound) / 16_000, text))
        parts += [sound, np.zeros(16_000, np.float32)]
        at_s += len(sound) / 16_000 + 1.0
    monkeypatch.setattr(transcript_samples, "TURNS", tuple(turns))
    path = tmp_path / "call.wav"
    soundfile.write(path, np.concatenate(parts), 16_000, subtype="PCM_16")
    return path


def _words(tmp_path, text, name="call.srt"):
    path = tmp_path / name
    path.write_text(text)
    return path


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (["a.wav", "b.wav", "--transcript", "c.srt"], 2, "one recording"),
        (["a.wav", "--transcript", "c.srt", "--no-words"], 2, "choose one"),
        (["a.wav", "--party", "Sam=trainee"], 2, "name one with --transcript"),
        (["a.wav", "--transcript", "c.srt", "--party", "Sam=boss"], 2, "NAME=trainee"),
        (["a.wav", "--transcript", "c.srt"], 3, "c.srt cannot be read: there is no such file"),
    ],
)
def test_options_that_do_not_go_together(voicesim, tmp_path, monkeypatch, arguments, code, says):
    monkeypatch.chdir(tmp_path)
    ran = voicesim("score", *arguments)
    assert ran.code == code, ran.err
    assert says in ran.err
    assert "Traceback" not in ran.err
    assert ran.out == ""


def test_a_bad_transcript_is_told_with_its_line(voicesim, mono, tmp_path):
    bad = _words(tmp_path, transcript_samples.srt().replace(" --> ", "?? --> "))
    ran = voicesim("score", mono, "--transcript", bad)
    assert ran.code == 3
    assert ran.complaint[0].startswith("error: call.srt:2: “00:00:00,500??” is no time")
    assert ran.complaint[1].startswith("hint: ")


def test_unknown_labels_are_asked_for_and_then_known(voicesim, mono, tmp_path):
    words = _words(tmp_path, transcript_samples.whisperx(), "call.json")
    ran = voicesim("score", mono, "--transcript", words)
    assert ran.code == 3
    assert '--party "SPEAKER_00=trainee"' in ran.complaint[1]
    ran = voicesim(
        "score", mono, "--transcript", words, "--party", "SPEAKER_00=trainee", "--format", "json", "-q"
    )
    assert ran.code == 0, ran.err
    card = json.loads(ran.out)
    assert card["call"]["layout"] == "labelled_mono"
    told = card["provenance"]["recognition"]
    assert told["engine"] == "transcript"
    assert told["settings"]["format"] == "whisperx"
    assert told["settings"]["speakers"] == "SPEAKER_00: trainee, SPEAKER_01: customer"
    assert told["settings"]["confidences"] == "the file's own"
    said = {row["id"]: row["quote"] for row in card["behaviours"]}
    assert said["greeting"].startswith("Good morning")
    assert card["measures"]["talk_share"]["status"] == "measured"


def test_lines_without_times_are_shown_with_a_warning(voicesim, mono, tmp_path):
    words = _words(tmp_path, transcript_samples.speaker_lines(), "call.txt")
    ran = voicesim("score", mono, "--transcript", words, "-q")
    assert ran.code == 0, ran.err
    text = " ".join(ran.out.split())
    assert "CHECK THE TRANSCRIPT. Words from a transcript (lines of text); it holds no confidences" in text
    assert "It has no times: the seconds here are reckoned" in text
    assert "the transcript does not say when they spoke" in text
