"""Piper as the user's own program: a stand-in that writes real sound and notes how it was called."""

from __future__ import annotations

import json
import stat
import sys

import numpy as np
import pytest

from voicesim.audio.level import active_rms_dbov
from voicesim.engines.registry import choose_voice
from voicesim.engines.voice_choice import CHILD_PITCH_ST, SENIOR_RATE_RATIO
from voicesim.engines.voice_finish import LEVEL_DBOV
from voicesim.engines.voice_piper import NATURAL_WPM, PiperVoice
from voicesim.engines.voice_pyttsx3 import Pyttsx3Voice
from voicesim.errors import (
    EngineFailedError,
    EngineNotInstalledError,
    ModelNotFoundError,
    ParameterError,
    UnknownEngineError,
)
from voicesim.ports import VoiceStyle

STAND_IN = """\
#!{python}
import argparse, json, sys, wave
import numpy as np
p = argparse.ArgumentParser()
p.add_argument("-m", "--model"); p.add_argument("-f", "--output_file"); p.add_argument("--length_scale", type=float)
a = p.parse_args()
text = sys.stdin.read()
json.dump({{"model": a.model, "text": text, "length_scale": a.length_scale}}, open({log!r}, "w"))
if "break" in text:
    sys.exit("loading\\nthe voice is broken")
n = int(22050 * 0.3 * len(text.split()) * a.length_scale)
t = np.arange(n) / 22050
sound = np.concatenate([np.zeros(4000), 0.1 * np.sin(2 * np.pi * 220 * t), np.zeros(4000)])
if "silence" in text:
    sound *= 0
with wave.open(a.output_file, "wb") as f:
    f.setnchannels(1); f.setsampwidth(2); f.setframerate(22050)
    f.writeframes((sound * 32767).astype("<i2").tobytes())
"""


@pytest.fixture
def model(tmp_path):
    path = tmp_path / "en_GB-tiny.onnx"
    path.write_bytes(b"a voice")
    (tmp_path / "en_GB-tiny.onnx.json").write_text("{}")
    return path


@pytest.fixture
def piper(tmp_path, monkeypatch, model):
    """A voice, and what the program was told last."""
    if sys.platform == "win32":
        pytest.skip("the stand-in is a script with a hash-bang line")
    program, log = tmp_path / "bin" / "piper", tmp_path / "asked.json"
    program.parent.mkdir()
    program.write_text(STAND_IN.format(python=sys.executable, log=str(log)))
    program.chmod(program.stat().st_mode | stat.S_IEXEC)
    monkeypatch.setenv("PATH", str(program.parent))
    return PiperVoice(model), lambda: json.loads(log.read_text())


def test_a_line_is_spoken_by_the_program(piper, model):
    voice, asked = piper
    clip = voice.render("Where is\nmy parcel?", VoiceStyle(rate_wpm=170))
    assert asked() == {"model": str(model), "text": "Where is my parcel?\n", "length_scale": 1.0}
    assert clip.duration_s == pytest.approx(0.3 * 4, abs=0.02), "22.05 kHz became 16 kHz, silence was trimmed"
    assert active_rms_dbov(clip.samples) == pytest.approx(LEVEL_DBOV, abs=0.1)
    spectrum = np.abs(np.fft.rfft(clip.samples))
    assert np.argmax(spectrum) / clip.duration_s == pytest.approx(220, abs=3)


def test_pace_pitch_gain_and_age(piper):
    voice, asked = piper
    fast = voice.render("one two three four", VoiceStyle(rate_wpm=340, gain_db=-6.0))
    assert asked()["length_scale"] == pytest.approx(NATURAL_WPM / 340, abs=1e-3)
    assert active_rms_dbov(fast.samples) == pytest.approx(LEVEL_DBOV - 6.0, abs=0.1)
    voice.render("one two", VoiceStyle(rate_wpm=170, age="senior"))
    assert asked()["length_scale"] == pytest.approx(1 / SENIOR_RATE_RATIO, abs=1e-2)
    child = voice.render("one two three four", VoiceStyle(age="child"))
    spectrum = np.abs(np.fft.rfft(child.samples))
    expected = 220 * 2 ** (CHILD_PITCH_ST / 12)
    assert np.argmax(spectrum) / child.duration_s == pytest.approx(expected, rel=0.03)


@pytest.mark.parametrize(
    ("text", "says"), [("break it", "the voice is broken"), ("silence please", "gave silence")]
)
def test_a_program_that_fails(piper, text, says):
    with pytest.raises(EngineFailedError, match=says) as caught:
        piper[0].render(text, VoiceStyle())
    assert caught.value.hint


def test_nothing_to_say(piper):
    with pytest.raises(ParameterError, match="needs words"):
        piper[0].render(" \n", VoiceStyle())


def test_the_voice_is_named_by_its_content(piper, model):
    before = piper[0].identity
    model.write_bytes(b"another voice")
    after = PiperVoice(model).identity
    assert (before.engine, before.model) == ("piper", "en_GB-tiny")
    assert before.version != after.version


def test_no_program(model, monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(EngineNotInstalledError, match="'piper' is not installed") as caught:
        PiperVoice(model)
    assert "pipx install piper-tts" in caught.value.hint


@pytest.mark.parametrize("missing", ["en_GB-tiny.onnx", "en_GB-tiny.onnx.json"])
def test_half_a_voice(model, missing):
    (model.parent / missing).unlink()
    with pytest.raises(ModelNotFoundError, match=missing.replace(".", r"\.")):
        PiperVoice(model)


def test_voices_by_name(piper, model):
    assert isinstance(choose_voice(f"piper:{model}"), PiperVoice)
    assert isinstance(choose_voice("pyttsx3"), Pyttsx3Voice)
    for spec in ("piper", "piper:", "espeak", ""):
        with pytest.raises(UnknownEngineError, match="no synthesizer") as caught:
            choose_voice(spec)
        assert "piper:FILE" in caught.value.hint


def test_the_sound_file_is_gone_afterwards(piper, tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    piper[0].render("one", VoiceStyle())
    assert not list(tmp_path.glob("voicesim-voice-*"))
