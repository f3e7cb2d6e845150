"""``voicesim calibrate`` from recordings, and from a microphone that plays them."""

from __future__ import annotations

import json
import os
from dataclasses import replace

import numpy as np
import pytest
import soundfile

from voicesim.audio.clip import BLOCK_SAMPLES, SAMPLE_RATE_HZ
from voicesim.cli.baselines import baseline_path, baselines_folder, find_baseline
from voicesim.cli.calibrate import PROMPTS
from voicesim.cli.rehearsal import RehearsalOptions, _own_baseline
from voicesim.errors import InputError
from voicesim.lines.devices import DeviceRecord
from voicesim.measure.schema import read_baseline, write_baseline
from voicesim.measure.spelling import syllables_in
from voicesim.ports import LineReport

pytestmark = pytest.mark.engines


@pytest.fixture(scope="module")
def sentences(repository):
    """Ten short pieces of one synthesized voice, quiet at both ends."""
    rng = np.random.default_rng(3)
    found = []
    for path in sorted((repository / "audio_fixtures" / "demo-angry").glob("*.flac"))[:10]:
        samples, rate = soundfile.read(path, dtype="float32")
        assert rate == SAMPLE_RATE_HZ
        piece = np.concatenate([np.zeros(4800), samples[: 3 * rate] * 0.5, np.zeros(4800)])
        found.append((piece + rng.normal(0, 10 ** (-75 / 20), len(piece))).astype(np.float32))
    return found


def written(folder, sentences, *, change=lambda samples: samples):
    folder.mkdir(exist_ok=True)
    for n, samples in enumerate(sentences):
        soundfile.write(folder / f"{n:02d}.wav", change(samples), SAMPLE_RATE_HZ, subtype="FLOAT")
    return folder


def test_recordings_make_a_baseline_that_is_found_again(voicesim, tmp_path, sentences):
    ran = voicesim(
        "calibrate", "--trainee", " Kim  O'Neil ", "--device", "USB mic", "--from",
        written(tmp_path / "takes", sentences), "-q",
    )  # fmt: skip

    assert ran.code == 0, ran.err
    assert ran.err == ""
    path, baseline = find_baseline("kim o'neil", "USB mic")
    assert ran.out.splitlines()[0].startswith("baseline of Kim O'Neil on USB mic: ")
    assert ran.out.splitlines()[-1] == f"written to {path}"
    assert (baseline.trainee, baseline.device, baseline.n_utterances) == ("Kim O'Neil", "USB mic", 10)
    assert json.loads(path.read_text())["format"] == "voicesim-baseline/1"
    assert [p.name for p in baselines_folder().rglob("*") if p.is_file()] == [path.name]


def noisy(samples):
    return samples + np.random.default_rng(4).normal(0, 10 ** (-40 / 20), len(samples)).astype(np.float32)


def clipped(samples):
    loudest = float(np.max(np.abs(samples)))
    return np.clip(samples * 4.0, -loudest, loudest)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (noisy, "too noisy"),
        (clipped, "overdriven"),
        (lambda samples: samples * 0.03, "too faint"),
        (np.zeros_like, "holds no sound"),
    ],
)
def test_what_cannot_be_a_yardstick_is_refused(voicesim, tmp_path, sentences, change, says):
    folder = written(tmp_path / "takes", sentences[:3], change=change)

    ran = voicesim("calibrate", "--trainee", "Kim", "--from", folder, "-q")

    assert ran.code == 3
    assert ran.out == ""
    assert [line.split(":")[0] for line in ran.complaint] == ["error", "hint"]
    assert says in ran.complaint[0]
    assert not baselines_folder().exists()


def test_too_few_sentences(voicesim, tmp_path, sentences):
    ran = voicesim("calibrate", "--trainee", "Kim", "--from", written(tmp_path / "t", sentences[:4]), "-q")

    assert ran.code == 3
    assert "needs 8 calm utterances with enough voice, got 4" in ran.complaint[0]


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        ([], 2, "--trainee"),
        (["--trainee", " "], 2, "empty"),
        (["--trainee", "Kim", "--device", "x"], 2, "--from"),
        (["--trainee", "Kim", "--from", ".", "--input-device", "3"], 2, "--from"),
        (["--trainee", "Kim", "--from", "."], 3, "no recordings"),
        (["--trainee", "Kim", "--from", "gone.wav"], 3, "gone.wav"),
        (["--trainee", "Kim", "--out", "no/where/b.json"], 3, "no folder"),
    ],
)
def test_mistakes(voicesim, tmp_path, monkeypatch, arguments, code, says):
    monkeypatch.chdir(tmp_path)
    ran = voicesim("calibrate", *arguments)

    assert ran.code == code
    assert says in ran.complaint[0]
    assert len(ran.complaint) == 2


# --- a microphone -----------------------------------------------------------------------------------------


class PlayedLine:
    """A sound card whose microphone hears what it is given."""

    pieces: tuple[np.ndarray, ...] = ()
    broken_after_s: float | None = None

    def __init__(self, **devices):
        self.report = LineReport(
            kind="soundcard", latency_s=0.0, latency_source="declared", details={"microphone": "Headset 3"}
        )

    def run(self, process, is_over):
        sound = np.concatenate(self.pieces)
        for at in range(0, len(sound) - BLOCK_SAMPLES, BLOCK_SAMPLES):
            if is_over():
                break
            if self.broken_after_s is not None and at > self.broken_after_s * SAMPLE_RATE_HZ:
                raise KeyboardInterrupt
            process(sound[at : at + BLOCK_SAMPLES], np.zeros(BLOCK_SAMPLES, np.float32))
        return self.report


@pytest.fixture
def microphone(monkeypatch, sentences):
    hush = np.random.default_rng(5).normal(0, 10 ** (-75 / 20), 5 * SAMPLE_RATE_HZ).astype(np.float32)
    gap = hush[: round(1.3 * SAMPLE_RATE_HZ)]
    line = type("Line", (PlayedLine,), {})
    line.pieces = (hush[: 3 * SAMPLE_RATE_HZ], *(piece for each in sentences for piece in (each, gap)))
    monkeypatch.setattr("voicesim.lines.soundcard.SoundCardLine", line)
    return line


def test_ten_sentences_into_the_microphone(voicesim, microphone):
    ran = voicesim("calibrate", "--trainee", "Kim")

    assert ran.code == 0, ran.err
    assert all(f"{n} of 10: {text}" in ran.err for n, text in enumerate(PROMPTS, start=1))
    assert "on Headset 3" in ran.out
    _, baseline = find_baseline("Kim", "Headset 3")
    assert baseline.device == "Headset 3"


def test_ctrl_c_keeps_nothing(voicesim, microphone):
    microphone.broken_after_s = 12.0

    ran = voicesim("calibrate", "--trainee", "Kim")

    assert ran.code == 130
    assert ran.out == ""
    assert "2 of 10" in ran.err
    assert not baselines_folder().exists()


def test_a_noisy_room_ends_it_before_anything_is_read(voicesim, microphone):
    rng = np.random.default_rng(6)
    microphone.pieces = (rng.normal(0, 10 ** (-30 / 20), 5 * SAMPLE_RATE_HZ).astype(np.float32),)

    ran = voicesim("calibrate", "--trainee", "Kim")

    assert ran.code == 3
    assert "too noisy" in ran.complaint[0]
    assert PROMPTS[0] not in ran.err


# --- where they are kept ----------------------------------------------------------------------------------


def test_the_microphones_own_baseline_is_preferred(voicesim, tmp_path, sentences):
    own = tmp_path / "own.json"
    takes = written(tmp_path / "takes", sentences)
    voicesim("calibrate", "--trainee", "Kim", "--device", "Headset", "--from", takes, "--out", own, "-q")
    assert not baselines_folder().exists()
    for n, device in enumerate(("Headset", "Laptop")):
        path = baseline_path("Kim", device)
        path.parent.mkdir(parents=True, exist_ok=True)
        write_baseline(path, replace(read_baseline(own), device=device))
        os.utime(path, (1_700_000_000 + n, 1_700_000_000 + n))

    assert find_baseline("KIM", "Headset")[1].device == "Headset"
    assert find_baseline("Kim", "Laptop")[1].device == "Laptop"
    assert find_baseline("Kim", "something else")[1].device == "Laptop"
    assert find_baseline("Ann", "Headset") is None
    assert find_baseline("", "Headset") is None
    baseline_path("Kim", "Headset").write_text("{")
    with pytest.raises(InputError, match="baseline"):
        find_baseline("Kim", "Headset")


def test_a_call_takes_the_trainees_own_baseline(voicesim, tmp_path, sentences, monkeypatch, capfd):
    device = DeviceRecord(
        index=0, name="Headset", host_api="x", n_input_channels=1, n_output_channels=2, default_rate_hz=48_000,
        default_input_latency_s=0.0, default_output_latency_s=0.0, is_default_input=True, is_default_output=True,
    )  # fmt: skip
    monkeypatch.setattr("voicesim.lines.devices.list_devices", lambda: (device,))
    takes = written(tmp_path / "takes", sentences)
    options = RehearsalOptions(scenario="parcel", trainee="Kim")

    assert _own_baseline(options) is None
    assert "voicesim calibrate" in capfd.readouterr().err
    voicesim("calibrate", "--trainee", "Kim", "--device", "Laptop", "--from", takes, "-q")
    assert _own_baseline(options) == baseline_path("Kim", "Laptop")
    assert "made with Laptop" in capfd.readouterr().err
    path = baseline_path("Kim", "Headset")
    write_baseline(path, replace(read_baseline(baseline_path("Kim", "Laptop")), device="Headset"))
    assert _own_baseline(options) == path
    assert _own_baseline(replace(options, simulate=tmp_path)) is None
    assert _own_baseline(replace(options, trainee="")) is None


def test_prompts_are_ten_sentences_of_about_three_seconds():
    assert len(set(PROMPTS)) == 10
    assert all(10 <= syllables_in(text) <= 16 for text in PROMPTS)


def test_names_that_look_alike_as_files_are_kept_apart():
    paths = {baseline_path(name, "x") for name in ("Kim O", "Kim-O", "Kim/O", "../Kim O", "", "李")}

    assert len(paths) == 6
    assert all(path.parent.parent == baselines_folder() for path in paths)
