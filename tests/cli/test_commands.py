"""The command line as its user meets it."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile

from tests.fakes import voice_like
from voicesim.cli.main import COMMANDS


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help_and_stands_in_the_readme(voicesim, repository, name):
    ran = voicesim(name, "--help")
    assert ran.code == 0
    assert "Usage: voicesim" in ran.out
    assert f"`voicesim {name}" in (repository / "README.md").read_text()


def test_help_names_every_command(voicesim):
    ran = voicesim("--help")
    assert ran.code == 0
    assert all(name in ran.out for name in COMMANDS)


def test_help_imports_nothing_heavy():
    code = (
        "import sys; sys.argv=['voicesim','--help']\n"
        "from voicesim.cli.main import main\nmain()\n"
        "heavy = {'numpy','scipy','librosa','av','onnxruntime','pydantic','yaml','faster_whisper'}\n"
        "print(sorted(heavy & set(sys.modules)), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stderr.strip() == "[]"


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (["scor"], 2, "did you mean 'score'"),
        (["score"], 2, "Missing argument"),
        (["score", "x.wav", "--nonsense"], 2, "nonsense"),
        (["call", "--real-time"], 2, "--simulate"),
        (["score", "no-such-file.wav"], 3, "no-such-file.wav"),
        (["call", "parsel"], 3, "did you mean 'parcel'"),
        (["scenario", "show", "no/such.yaml"], 3, "no/such.yaml"),
        (["score", "x.wav", "--rubric", "missing.yaml"], 3, "missing.yaml"),
        (["call", "parcel", "--simulate", "no-such-folder"], 3, "no-such-folder"),
    ],
)
def test_a_mistake_gets_an_error_line_a_hint_line_and_its_exit_code(
    voicesim, tmp_path, monkeypatch, arguments, code, says
):
    monkeypatch.chdir(tmp_path)
    ran = voicesim(*arguments)
    assert ran.code == code, ran.err
    assert ran.out == ""
    assert says in ran.err
    assert [line.split(":")[0] for line in ran.complaint] == ["error", "hint"]
    assert "Traceback" not in ran.err
    assert list(tmp_path.iterdir()) == []


def _recording(tmp_path, name, *channels):
    path = tmp_path / name
    soundfile.write(path, np.stack(channels, axis=1), 16_000, subtype="PCM_16")
    return path


@pytest.fixture
def talk(rng):
    left, right = np.zeros(16_000 * 12, np.float32), np.zeros(16_000 * 12, np.float32)
    left[16_000 : 16_000 * 4] = voice_like(rng, 3.0)
    right[16_000 * 6 : 16_000 * 10] = voice_like(rng, 4.0, f0_hz=200.0)
    return left, right


BAD_RECORDINGS = {
    "empty.wav": lambda p: p.write_bytes(b""),
    "text.wav": lambda p: p.write_text("this is no sound\n" * 50),
    "none.wav": lambda p: soundfile.write(p, np.zeros((0, 2)), 16_000),
    "silence.wav": lambda p: soundfile.write(p, np.zeros((16_000, 2)), 16_000),
    "six.wav": lambda p: soundfile.write(p, np.random.default_rng(1).uniform(-0.1, 0.1, (8000, 6)), 16_000),
    "nan.wav": lambda p: soundfile.write(p, np.full((16_000, 2), np.nan), 16_000, subtype="FLOAT"),
}


@pytest.mark.parametrize("name", BAD_RECORDINGS)
def test_a_recording_that_cannot_be_scored_is_one_clear_error(voicesim, tmp_path, monkeypatch, name):
    monkeypatch.chdir(tmp_path)
    path = tmp_path / name
    BAD_RECORDINGS[name](path)
    ran = voicesim("score", path, "--no-words", "--format", "html")
    assert ran.code == 3, ran.err
    assert [line.split(":")[0] for line in ran.complaint] == ["error", "hint"]
    assert name in ran.complaint[0]
    assert [p.name for p in tmp_path.iterdir()] == [name]


def test_one_bad_recording_never_stops_the_others(voicesim, tmp_path, talk):
    good = _recording(tmp_path, "good.wav", *talk)
    bad = tmp_path / "bad.wav"
    bad.write_text("no sound")
    ran = voicesim("score", bad, good, "--no-words", "--format", "json", "--out", tmp_path / "cards")
    assert ran.code == 1
    assert f"error: {bad}" in ran.err
    card = json.loads((tmp_path / "cards" / "good.json").read_text())
    assert card["call"]["id"] == "good"


def test_scoring_twice_gives_the_same_bytes(voicesim, tmp_path, talk):
    path = _recording(tmp_path, "call.wav", *talk)
    first = voicesim("score", path, "--no-words", "--format", "json", "-q")
    second = voicesim("score", path, "--no-words", "--format", "json", "-q")
    assert first.code == second.code == 0
    assert first.out == second.out
    assert list(json.loads(first.out)) == [
        "schema_version",
        "call",
        "measures",
        "behaviours",
        "skills",
        "overall",
        "provenance",
    ]


def test_what_mono_cannot_tell_is_not_measured(voicesim, tmp_path, talk):
    path = _recording(tmp_path, "mono.wav", talk[0] + talk[1])
    measures = json.loads(voicesim("score", path, "--no-words", "--format", "json").out)["measures"]
    for name in ("interruptions", "pace", "volume", "upbeat_tone", "talk_share"):
        assert measures[name]["status"] == "not_measured", name
        assert measures[name]["reason"] == "mono"


def test_two_equal_channels_cannot_tell_interruptions(voicesim, tmp_path, talk):
    both = talk[0] + talk[1]
    path = _recording(tmp_path, "fake.wav", both, both)
    measures = json.loads(voicesim("score", path, "--no-words", "--format", "json").out)["measures"]
    assert measures["interruptions"]["status"] == "not_measured"
    assert measures["interruptions"]["reason"] == "fake_stereo"


def test_a_score_below_the_limit_exits_with_one(voicesim, tmp_path, talk):
    path = _recording(tmp_path, "call.wav", *talk)
    assert voicesim("score", path, "--no-words", "--fail-under", "100", "-q").code == 1


def test_scenarios_are_listed_shown_and_checked(voicesim, repository):
    listed = json.loads(voicesim("scenario", "list", "--json").out)
    assert len(listed) >= 2
    for row in listed:
        shown = voicesim("scenario", "show", row["name"])
        assert shown.code == 0
        assert row["title"] in shown.out
        graph = voicesim("scenario", "show", row["name"], "--graph")
        assert graph.out.startswith(("flowchart", "graph", "stateDiagram"))
    ran = voicesim("scenario", "check", *sorted((repository / "scenarios").glob("*.yaml")))
    assert ran.code == 0, ran.err


def test_a_typo_in_a_scenario_is_named_with_its_line(voicesim, repository, tmp_path):
    text = (repository / "scenarios" / "parcel.yaml").read_text().replace("moments:", "momments:", 1)
    bad = tmp_path / "bad.yaml"
    bad.write_text(text)
    line = 1 + text[: text.index("momments:")].count("\n")
    for arguments in (["scenario", "check", bad], ["call", bad]):
        ran = voicesim(*arguments)
        assert ran.code == 3
        assert f"{bad}:{line}" in ran.err
        assert "did you mean" in ran.err
        assert "moments" in ran.err


def test_the_schema_is_a_json_schema(voicesim):
    schema = json.loads(voicesim("scenario", "schema").out)
    assert schema["type"] == "object"
    assert schema["additionalProperties"] is False


def test_the_doctor_speaks_json(voicesim):
    report = json.loads(voicesim("doctor", "--json").out)
    assert {"voicesim", "python", "system", "packages", "findings"} <= set(report)
    assert all({"name", "is_ok", "detail", "hint"} == set(f) for f in report["findings"])


@pytest.mark.parametrize("arguments", [[], ["rubric"], ["behaviour"], ["scenario"]])
def test_a_group_alone_shows_its_help_line_by_line(voicesim, arguments):
    ran = voicesim(*arguments)
    assert ran.code == 2
    assert ran.out == ""
    assert ran.complaint == []
    lines = ran.err.splitlines()
    assert lines[0].startswith("Usage: voicesim")
    assert "Commands:" in lines


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["a/x.wav", "b/x.wav", "--out", "cards"], "both be written to cards/x.txt"),
        (["x.wav", "--out", "x.wav"], "one of the files to be read"),
        (["x.wav", "--transcript", "w.srt", "--out", "w.srt"], "one of the files to be read"),
        (["x.wav", "y.wav", "--format", "json", "--out", "x.wav"], None),
    ],
)
def test_no_card_takes_the_place_of_another_or_of_a_file_that_is_read(
    voicesim, tmp_path, monkeypatch, arguments, says
):
    monkeypatch.chdir(tmp_path)
    for name in ("a/x.wav", "b/x.wav", "x.wav", "y.wav", "w.srt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(b"precious")
    ran = voicesim("score", *arguments)
    assert ran.code in {1, 2}
    assert says is None or says in ran.err
    assert "Traceback" not in ran.err
    assert all(file.read_bytes() == b"precious" for file in tmp_path.rglob("*.*"))


def test_an_output_folder_that_cannot_be_made_is_no_bug(voicesim, tmp_path, talk):
    recording = _recording(tmp_path, "call.wav", *talk)
    (tmp_path / "file").write_text("")
    ran = voicesim("score", recording, "--no-words", "--out", tmp_path / "file" / "card.txt")
    assert ran.code == 3, ran.err
    assert [line.split(":")[0] for line in ran.complaint] == ["error", "hint"]
    assert "a file is in its place" in ran.err


def test_the_sound_beside_a_page_is_never_the_recording_itself(voicesim, tmp_path, monkeypatch, talk):
    monkeypatch.chdir(tmp_path)
    soundfile.write(tmp_path / "call.flac", np.stack(talk, axis=1), 16_000)
    before = (tmp_path / "call.flac").read_bytes()
    monkeypatch.setattr("voicesim.cli.scoring.PAGE_AUDIO_LIMIT_BYTES", 1_000)
    ran = voicesim("score", "call.flac", "--no-words", "--format", "html")
    assert ran.code == 0, ran.err
    assert (tmp_path / "call.flac").read_bytes() == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["call-sound.flac", "call.flac", "call.html"]
    assert 'src="./call-sound.flac"' in (tmp_path / "call.html").read_text()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has a disk that is always full")
def test_a_full_disk_behind_stdout_is_no_bug():
    with Path("/dev/full").open("w") as full:
        code = "from voicesim.cli.main import main; raise SystemExit(main())"
        done = subprocess.run(
            [sys.executable, "-c", code, "rubric", "schema"],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert done.returncode == 3
    assert done.stderr.startswith("error: the output cannot be written")


def test_what_fell_below_fail_under_is_told(voicesim, tmp_path, talk):
    recording = _recording(tmp_path, "call.wav", *talk)
    ran = voicesim("score", recording, "--no-words", "--fail-under", "100", "--scenario", "parcel")
    assert ran.code == 1
    assert "1 of 1 below 100" in ran.err
    assert "note:" not in ran.err


def test_what_is_no_number_is_no_option(voicesim):
    ran = voicesim("call", "parcel", "--background", "cafe", "--background-db", "nan")
    assert ran.code == 2
    assert "nan" in ran.complaint[0]


def test_a_folder_that_is_taken_is_named_before_anything_is_loaded(voicesim, tmp_path):
    (tmp_path / "taken").mkdir()
    (tmp_path / "taken" / "call.flac").write_bytes(b"keep me")
    ran = voicesim("call", "parcel", "--simulate", str(tmp_path / "nobody"), "--out", str(tmp_path / "taken"))
    assert ran.code == 3
    assert "is not an empty folder" in ran.complaint[0]
    assert (tmp_path / "taken" / "call.flac").read_bytes() == b"keep me"
