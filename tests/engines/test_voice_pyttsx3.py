"""The customer's voice, checked on the sound that comes out."""

import shutil

import numpy as np
import pytest

from voicesim.audio.clip import SAMPLE_RATE_HZ
from voicesim.engines.voice_bank import VoiceBank
from voicesim.engines.voice_cache import line_key
from voicesim.engines.voice_pyttsx3 import InstalledVoice, Pyttsx3Voice, choose_voice
from voicesim.errors import EngineNotInstalledError, ParameterError
from voicesim.ports import VoiceStyle
from voicesim.speech.call import EngineId

TEXT = "Oh, hello. I ordered a birthday present two weeks ago."


def render_all(lines, voice, *, folder):
    bank = VoiceBank(lines, voice, folder=folder)
    try:
        bank.wait(None)
        return dict(bank)
    finally:
        bank.close()


def _voice(voice_id, language, gender="male", name=""):
    return InstalledVoice(voice_id=voice_id, name=name or voice_id, language=language, gender=gender)


WINDOWS = [
    _voice("HKEY-David", "en-us"),
    _voice("HKEY-Zira", "en-us", "female"),
    _voice("HKEY-Hedda", "de-de", "female"),
]
ESPEAK = [_voice("gmw/de", "de"), _voice("gmw/en", "en-gb"), _voice("gmw/en-us", "en-us")]


@pytest.mark.parametrize(
    ("voices", "style", "expected"),
    [
        (WINDOWS, VoiceStyle(language="en-US", gender="female"), "HKEY-Zira"),
        (WINDOWS, VoiceStyle(language="en-GB", gender="male"), "HKEY-David"),
        (WINDOWS, VoiceStyle(language="de", gender="male"), "HKEY-Hedda"),
        (WINDOWS, VoiceStyle(name="hkey-hedda"), "HKEY-Hedda"),
        (WINDOWS, VoiceStyle(name="Nobody", language="en-us", gender="female"), "HKEY-Zira"),
        (WINDOWS, VoiceStyle(language="fi"), ""),
        (ESPEAK, VoiceStyle(language="en-GB", gender="male"), "gmw/en"),
        (ESPEAK, VoiceStyle(language="en-GB", gender="female"), "en+f2"),
        ([], VoiceStyle(), ""),
    ],
)
def test_the_voice_follows_name_then_language_then_gender(voices, style, expected):
    assert choose_voice(voices, style) == expected


def test_the_key_of_a_line_knows_all_that_shapes_it():
    engine = EngineId(engine="e", model="m", version="1")
    keys = {
        line_key(TEXT, VoiceStyle(), engine),
        line_key(TEXT + "!", VoiceStyle(), engine),
        line_key(TEXT, VoiceStyle(rate_wpm=171), engine),
        line_key(TEXT, VoiceStyle(pitch_st=1.0), engine),
        line_key(TEXT, VoiceStyle(), EngineId(engine="e", model="m", version="2")),
    }
    assert len(keys) == 5


@pytest.fixture(scope="module")
def voice():
    if shutil.which("espeak-ng") is None:
        pytest.skip("espeak-ng is not installed: sudo apt-get install espeak-ng libespeak-ng1")
    voice = Pyttsx3Voice()
    yield voice
    voice.close()


def _level_db(clip):
    return 10 * np.log10(np.mean(clip.samples.astype(np.float64) ** 2))


def _f0_hz(clip):
    from voicesim.engines.pitch_swiftf0 import SwiftF0Tracker

    return float(np.median(SwiftF0Tracker().track(clip).voiced_f0_hz(clip.span)))


@pytest.mark.engines
def test_the_same_line_is_the_same_sound_whatever_was_said_before(voice):
    first = voice.render(TEXT, VoiceStyle())
    voice.render("Something else, much longer than that, comes in between.", VoiceStyle(rate_wpm=140))
    assert voice.render(TEXT, VoiceStyle()).samples.tobytes() == first.samples.tobytes()


@pytest.mark.engines
def test_a_line_begins_and_ends_with_sound_and_stays_below_full_scale(voice):
    clip = voice.render(TEXT, VoiceStyle(gain_db=12.0))
    assert clip.sample_rate_hz == SAMPLE_RATE_HZ
    peak = np.max(np.abs(clip.samples))
    assert peak <= 0.951
    for edge in (clip.samples[:160], clip.samples[-160:]):
        assert np.max(np.abs(edge)) > peak * 10 ** (-50 / 20)


@pytest.mark.engines
def test_gain_moves_the_level_by_as_much(voice):
    plain = voice.render(TEXT, VoiceStyle())
    assert _level_db(voice.render(TEXT, VoiceStyle(gain_db=-6.0))) - _level_db(plain) == pytest.approx(
        -6.0, abs=0.01
    )


@pytest.mark.engines
def test_pitch_moves_the_pitch_by_as_many_semitones_and_not_the_length(voice):
    plain = voice.render(TEXT, VoiceStyle())
    higher = voice.render(TEXT, VoiceStyle(pitch_st=4.0))
    assert 12 * np.log2(_f0_hz(higher) / _f0_hz(plain)) == pytest.approx(4.0, abs=0.4)
    assert len(higher) == len(plain)


@pytest.mark.engines
def test_rate_moves_the_length(voice):
    slow, fast = (voice.render(TEXT, VoiceStyle(rate_wpm=rate)).duration_s for rate in (130, 190))
    assert slow / fast == pytest.approx(190 / 130, rel=0.12)


@pytest.mark.engines
def test_nothing_is_printed_while_a_line_is_rendered(voice, capfd):
    voice.render(TEXT, VoiceStyle())
    captured = capfd.readouterr()
    assert (captured.out, captured.err) == ("", "")


def test_a_line_without_words_is_refused():
    with pytest.raises(ParameterError, match="needs words"):
        Pyttsx3Voice().render("  ", VoiceStyle())


@pytest.mark.engines
def test_without_a_synthesizer_the_command_to_install_one_is_named(monkeypatch, tmp_path):
    (tmp_path / "pyttsx3.py").write_text(
        "def init():\n    raise OSError('libespeak-ng.so.1: no such file')\n"
    )
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    voice = Pyttsx3Voice()
    with pytest.raises(EngineNotInstalledError, match="does not start") as caught:
        voice.voices()
    voice.close()
    assert "install" in caught.value.hint


class CountingVoice:
    """A voice that hums, and counts how often it is asked."""

    identity = EngineId(engine="hum", model="", version="1")

    def __init__(self):
        self.n = 0

    def render(self, text, style):
        from voicesim.audio.clip import Clip

        self.n += 1
        return Clip(np.full(160 * len(text), 0.1 + 0.001 * len(text), np.float32))


def test_equal_lines_are_rendered_once_and_never_again(tmp_path):
    voice = CountingVoice()
    lines = [("a", "hello", VoiceStyle()), ("b", "hello", VoiceStyle()), ("c", "good bye", VoiceStyle())]
    first = render_all(lines, voice, folder=tmp_path)
    second = render_all(lines, voice, folder=tmp_path)
    assert voice.n == 2
    assert all(first[name].samples.tobytes() == second[name].samples.tobytes() for name in "abc")


def test_a_damaged_entry_is_rendered_anew(tmp_path):
    voice = CountingVoice()
    lines = [("a", "hello", VoiceStyle())]
    whole = render_all(lines, voice, folder=tmp_path)["a"]
    (entry,) = tmp_path.iterdir()
    entry.write_bytes(entry.read_bytes()[:50])
    assert render_all(lines, voice, folder=tmp_path)["a"].samples.tobytes() == whole.samples.tobytes()
    assert voice.n == 2


def test_a_cache_that_cannot_be_written_only_costs_time(tmp_path):
    (tmp_path / "file").write_text("")
    voice = CountingVoice()
    assert set(render_all([("a", "hello", VoiceStyle())], voice, folder=tmp_path / "file" / "cache")) == {"a"}
