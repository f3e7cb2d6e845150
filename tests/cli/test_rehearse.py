"""A recorded call is rehearsed again: its customer's own voice, a new trainee."""

from __future__ import annotations

import json
import shutil

import numpy as np
import pytest
import soundfile

from tests.fakes import voice_like
from voicesim.audio.span import Span
from voicesim.cli.wiring import engines_for
from voicesim.files.shipped import shipped_folder
from voicesim.intake.recorded_voice import call_to_replay
from voicesim.scenario.replay import recorded_turns

RATE_HZ = 16_000
UTTERANCES = ("02", "07")
"""Of the simulated trainee: recorded speech that stands in for the customer's."""


def _recording(folder, name):
    samples, rate_hz = soundfile.read(
        shipped_folder("audio_fixtures") / folder / f"{name}.flac", dtype="float32"
    )
    assert rate_hz == RATE_HZ
    return samples


@pytest.fixture(scope="module")
def old_call(tmp_path_factory):
    """A stereo file: customer, trainee, customer; and where the customer was put."""
    parts = [
        ("customer", _recording("demo-polite", UTTERANCES[0])[: 3 * RATE_HZ]),
        ("trainee", _recording("demo-polite", "08")),
        ("customer", _recording("demo-polite", UTTERANCES[1])[: 2 * RATE_HZ]),
    ]
    sound = np.zeros((sum(len(s) for _, s in parts) + 5 * RATE_HZ, 2), np.float32)
    at, placed = RATE_HZ // 2, []
    for party, samples in parts:
        sound[at : at + len(samples), int(party == "trainee")] += samples
        placed += [(at, samples)] if party == "customer" else []
        at += len(samples) + RATE_HZ
    sound += np.random.default_rng(3).normal(0, 1e-4, sound.shape).astype(np.float32)
    path = tmp_path_factory.mktemp("old") / "old.wav"
    soundfile.write(path, sound, RATE_HZ)
    return path, placed


@pytest.fixture(scope="module")
def trainee(tmp_path_factory):
    folder = tmp_path_factory.mktemp("trainee")
    shutil.copy(shipped_folder("audio_fixtures") / "demo-polite" / "01.flac", folder)
    (folder / "manifest.yaml").write_text(
        "{format: voicesim-trainee/1, id: one, title: One sentence, opens: false, licence: Apache-2.0, "
        "origin: audio_fixtures, utterances: [{file: 01.flac, text: ''}]}"
    )
    return folder


@pytest.mark.engines
def test_the_recorded_customer_speaks_again(voicesim, old_call, trainee, tmp_path):
    path, placed = old_call
    out = tmp_path / "again"
    ran = voicesim(
        *("rehearse", path, "--simulate", trainee, "--recogniser", "pocketsphinx", "--out", out, "-q")
    )
    assert ran.code == 0, ran.err
    events = [json.loads(line) for line in (out / "events.jsonl").read_text().splitlines()]
    planned = [e for e in events if e["event"] == "line_planned"]
    ended = [e for e in events if e["event"] == "line_ended"]
    assert [e["line_id"] for e in planned] == ["turn_1.says@recorded", "played_out.says@recorded"]
    assert sum("sorry" in e["text"].lower() for e in planned) >= 1, "the customer's words are written down"
    assert [e["heard"][1] - e["heard"][0] for e in ended] == [e["n_samples"] for e in planned]
    heard, _ = soundfile.read(out / "call.flac", dtype="float32")
    for event, (_, said) in zip(ended, placed, strict=True):
        assert _likeness(heard[slice(*event["heard"]), 0], said) > 0.98
    assert json.loads((out / "call.json").read_text())["voice"]["engine"] == "recording"
    assert [e["ending"] for e in events if e["event"] == "ending"] == ["resolved"]
    rescored = voicesim("score", out, "--format", "json", "-q")
    assert rescored.out.encode() == (out / "scorecard.json").read_bytes()
    assert json.loads(rescored.out)["call"]["scenario"]["id"] == "rehearsed_again"
    # And what came of it can be rehearsed once more: its lines are known to the sample.
    call = call_to_replay(out, engines_for(None))
    assert [turn.text for turn in recorded_turns(call)] == [e["text"] for e in planned]
    assert [turn.parts for turn in recorded_turns(call)] == [(Span(*e["heard"]),) for e in ended]


def _likeness(heard, said):
    """The greatest normalised correlation of the two."""
    size = 1 << (len(heard) + len(said)).bit_length()
    product = np.fft.irfft(np.fft.rfft(heard, size) * np.conj(np.fft.rfft(said, size)), size)
    return float(np.max(product) / np.sqrt(np.dot(heard, heard) * np.dot(said, said)))


@pytest.mark.engines
def test_a_transcript_tells_what_the_customer_says(old_call, tmp_path):
    path, placed = old_call
    times = [(at / RATE_HZ, (at + len(said)) / RATE_HZ) for at, said in placed]
    rows = [{"start": a, "end": b, "text": f" Line {n} of mine."} for n, (a, b) in enumerate(times)]
    segments = [{"speaker": "customer", **row} for row in rows]
    between = {"start": times[0][1] + 1.0, "end": times[1][0] - 1.0, "text": " My own words."}
    segments.insert(1, {"speaker": "agent", **between})
    (tmp_path / "old.json").write_text(json.dumps({"text": "", "segments": segments, "language": "en"}))
    call = call_to_replay(path, engines_for(None), transcript=tmp_path / "old.json")
    assert [turn.text for turn in recorded_turns(call)] == ["Line 0 of mine.", "Line 1 of mine."]


@pytest.mark.parametrize(
    ("channels", "options", "says", "advice"),
    [
        (1, (), "does not hold the customer in a channel of his own", "a party in each channel"),
        (2, ("--trainee-channel", "left"), "the customer says nothing", "--trainee-channel left"),
    ],
)
@pytest.mark.engines
def test_what_cannot_be_rehearsed(voicesim, trainee, tmp_path, channels, options, says, advice):
    speech = _recording("demo-polite", "08")
    hum = voice_like(np.random.default_rng(1), 0.05, level_dbov=-60)
    other = np.resize(hum, len(speech)) * np.float32(0.01)
    sound = speech if channels == 1 else np.stack([speech, other], axis=1)
    soundfile.write(tmp_path / "x.wav", sound, RATE_HZ)
    ran = voicesim(
        *("rehearse", tmp_path / "x.wav", "--simulate", trainee, *options, "--no-words"),
        *("--recogniser", "pocketsphinx", "--out", tmp_path / "out", "-q"),
    )
    assert ran.code == 3, ran.err
    assert says in ran.complaint[0]
    assert advice in ran.complaint[1]
    assert not (tmp_path / "out").exists()


def test_a_transcript_and_no_words_contradict_each_other(voicesim, old_call, tmp_path):
    ran = voicesim("rehearse", old_call[0], "--transcript", tmp_path / "x.srt", "--no-words")
    assert ran.code == 2


def test_a_call_that_is_not_there(voicesim, tmp_path):
    ran = voicesim("rehearse", tmp_path / "no.wav")
    assert (ran.code, len(ran.complaint)) == (3, 2)
    assert "no such call" in ran.complaint[0]
