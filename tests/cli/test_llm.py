"""A language model as the customer, from the command line: off unless asked for, and never in charge."""

from __future__ import annotations

import io
import json
import shutil

import pytest

from tests.engines.chat_server import chat_server
from voicesim.files.shipped import shipped_folder

SCENARIO = """\
format: voicesim-scenario/1
id: late
title: Late
summary: An order is late.
customer: {name: Ann Lee, voice: {language: en-GB}, moods: [{name: any}]}
moments:
  - {id: opening, listens_for: [{behaviours: [greeting], go: problem}], otherwise: {go: problem}}
  - id: problem
    says: My order is late.
    listens_for: [{behaviours: [farewell, thanks, apology, greeting], go: done}]
    otherwise: {go: done}
endings:
  - {id: done, kind: resolved, says: Thank you.}
  - {id: lost, kind: gave_up, says: Goodbye.}
silence: []
not_understood: []
hold: {says: []}
confirmation: null
"""
TRAINEE = """\
format: voicesim-trainee/1
id: one
title: One sentence, once the customer has spoken
opens: false
licence: Apache-2.0
origin: audio_fixtures
utterances: [{file: 01.flac, text: ""}]
"""
OTHER = "Well, you see, my order is really late."


def in_other_words(body):
    return OTHER if body["messages"][-1]["content"].endswith("My order is late.") else "Come on, Robert!"


@pytest.fixture
def server():
    with chat_server() as server:
        server.reply = in_other_words
        yield server


@pytest.fixture
def typing(monkeypatch, tmp_path):
    (tmp_path / "late.yaml").write_text(SCENARIO)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.stdin", io.StringIO("Good morning, this is Kim.\nThank you, goodbye.\n"))


@pytest.mark.usefixtures("typing")
def test_a_typed_call_in_other_words(voicesim, server):
    llm = ("--llm", server.url, "--llm-model", "tiny", "--llm-seed", "7")
    ran = voicesim("scenario", "play", "late.yaml", *llm)
    assert ran.code == 0, ran.err
    assert f"Ann Lee: {OTHER}\n   improvised, seed 7\n" in ran.out
    assert "Ann Lee: Thank you.\n   written line: a name that is not in the facts\n" in ran.out
    assert "ending: resolved" in ran.out
    assert [r["body"]["seed"] for r in server.requests] == [0, 7, 8], "the first one wakes it"
    assert "Kim" in json.dumps(server.requests[1]["body"])


@pytest.mark.usefixtures("typing")
def test_it_is_off_unless_asked_for(voicesim, server):
    ran = voicesim("scenario", "play", "late.yaml")
    assert "Ann Lee: My order is late." in ran.out
    assert server.requests == []


LOCAL = ("--llm", "http://localhost:9", "--llm-model", "m")
MISTAKES = [
    (("--llm", "http://192.0.2.1/v1", "--llm-model", "m"), 3, "not on this machine"),
    (("--llm", "nonsense", "--llm-model", "m"), 3, "not the address of a server"),
    (("--llm", "http://localhost:9"), 2, "--llm-model"),
    (("--llm-model", "m"), 2, "go with --llm"),
    (("--llm-allow-remote",), 2, "go with --llm"),
    ((*LOCAL, "--llm-key-env", "NO_SUCH_KEY"), 3, "NO_SUCH_KEY is not set"),
]


@pytest.mark.usefixtures("typing")
@pytest.mark.parametrize(
    ("command", "options", "code", "says"),
    [
        *((("scenario", "play"), *mistake) for mistake in MISTAKES),
        *((("call",), *mistake) for mistake in MISTAKES),
        (("scenario", "play"), LOCAL, 5, "cannot be reached"),
        (("call", "--simulate", "trainee", "--recogniser", "pocketsphinx"), LOCAL, 5, "cannot be reached"),
    ],
)
def test_what_goes_wrong_before_a_call(voicesim, command, options, code, says, tmp_path):
    if "--simulate" in command:
        (tmp_path / "trainee").mkdir()
        shutil.copy(shipped_folder("audio_fixtures") / "demo-polite" / "01.flac", tmp_path / "trainee")
    ran = voicesim(*command, "late.yaml", *options)
    assert ran.code == code, ran.err
    assert says in ran.complaint[0]
    assert not (tmp_path / "calls").exists()


@pytest.mark.usefixtures("typing")
def test_a_remote_one_is_told_of_aloud_and_not_told_what_the_trainee_says(voicesim, server, monkeypatch):
    monkeypatch.setattr("voicesim.engines.chat_openai.ChatServer.is_loopback", property(lambda self: False))
    ran = voicesim(
        "scenario", "play", "late.yaml", "--llm", server.url, "--llm-model", "m", "--llm-allow-remote"
    )
    assert ran.code == 0, ran.err
    assert "is not on this machine" in ran.err
    assert "unencrypted" in ran.err
    everything = json.dumps([r["body"] for r in server.requests])
    assert "Kim" not in everything
    assert "goodbye" not in everything


@pytest.mark.usefixtures("typing")
def test_the_key_comes_from_the_environment(voicesim, server, monkeypatch):
    monkeypatch.setenv("MY_KEY", "sesame")
    llm = ("--llm", server.url, "--llm-model", "m", "--llm-key-env", "MY_KEY")
    assert voicesim("scenario", "play", "late.yaml", *llm).code == 0
    assert {r["headers"]["Authorization"] for r in server.requests} == {"Bearer sesame"}


@pytest.mark.engines
@pytest.mark.usefixtures("typing")
def test_a_call_keeps_the_words_and_the_seed_and_is_scored_without_the_model(voicesim, server, tmp_path):
    if shutil.which("espeak-ng") is None:
        pytest.skip("espeak-ng is not installed: sudo apt-get install espeak-ng libespeak-ng1")
    trainee, out = tmp_path / "trainee", tmp_path / "call"
    trainee.mkdir()
    shutil.copy(shipped_folder("audio_fixtures") / "demo-polite" / "01.flac", trainee)
    (trainee / "manifest.yaml").write_text(TRAINEE)
    lines = SCENARIO.splitlines(keepends=True)
    (tmp_path / "late.yaml").write_text("".join(line for line in lines if "id: opening" not in line))
    ran = voicesim(
        *("call", "late.yaml", "--simulate", trainee, "--recogniser", "pocketsphinx", "--out", out, "-q"),
        *("--llm", server.url, "--llm-model", "tiny", "--llm-seed", "7"),
    )
    assert ran.code == 0, ran.err
    events = [json.loads(line) for line in (out / "events.jsonl").read_text().splitlines()]
    assert [e["text"] for e in events if e["event"] == "line_planned"] == [OTHER, "Thank you."]
    assert [(e["seed"], bool(e["refused"])) for e in events if e["event"] == "improvised"] == [
        (7, False),
        (8, True),
    ]
    about = json.loads((out / "call.json").read_text())["language_model"]
    assert (about["model"], about["seed"], about["settings"]["is_remote"]) == ("tiny", 7, False)
    n_asked = len(server.requests)
    rescored = voicesim("score", out, "--format", "json", "-q")
    assert rescored.out.encode() == (out / "scorecard.json").read_bytes()
    assert len(server.requests) == n_asked
