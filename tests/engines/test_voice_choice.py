"""Who speaks for a customer, on voice lists as the drivers of the three systems give them."""

from __future__ import annotations

import types

import pytest

from voicesim.engines.pyttsx3_worker import _answer, _described
from voicesim.engines.voice_choice import (
    CHILD_PITCH_ST,
    SENIOR_RATE_RATIO,
    InstalledVoice,
    cast_voice,
    choose_voice,
)
from voicesim.engines.voice_pyttsx3 import Pyttsx3Voice
from voicesim.ports import VoiceStyle

SAPI = "HKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\Speech\\Voices\\Tokens\\TTS_MS_"
MAC = "com.apple.speech.synthesis.voice."


class DriverVoice:
    """``pyttsx3.voice.Voice``, as a driver fills it."""

    def __init__(self, id, name=None, languages=None, gender=None, age=None):  # noqa: A002 - the driver's name
        self.id, self.name, self.languages, self.gender, self.age = id, name, languages or [], gender, age


# Shapes: pyttsx3 2.99, drivers/sapi5.py (_toVoice), drivers/nsss.py (_toVoice), drivers/espeak.py (getProperty).
SAPI5 = [
    DriverVoice(
        f"{SAPI}EN-US_DAVID_11.0", "Microsoft David Desktop - English (US)", ["en-US"], "Male", "Adult"
    ),
    DriverVoice(f"{SAPI}EN-US_ZIRA_11.0", "Microsoft Zira Desktop", ["en-US"], "Female", "Adult"),
    DriverVoice(f"{SAPI}EN-GB_GRAN_11.0", "Granny", ["en-GB"], "Female", "Senior"),
    DriverVoice(f"{SAPI}EN-GB_HAZEL_11.0", "Hazel", ["en-GB"], "Female", "Adult"),
    DriverVoice(f"{SAPI}XX", "Odd", ["Unknown Locale: 4096"], None, None),
]
NSSS = [
    DriverVoice(f"{MAC}Alex", "Alex", ["en_US"], "VoiceGenderMale", 35),
    DriverVoice(f"{MAC}daniel", "Daniel", ["en_GB"], "VoiceGenderMale", 40),
    DriverVoice(f"{MAC}junior", "Junior", ["en_US"], "VoiceGenderMale", 8),
    DriverVoice(f"{MAC}samantha", "Samantha", ["en_US"], "VoiceGenderFemale", 35),
    DriverVoice(f"{MAC}zarvox", "Zarvox", [None], "VoiceGenderNeuter", 1),
]
ESPEAK = [
    DriverVoice("gmw/de", "German", [b"\x05de"], None, None),
    DriverVoice("gmw/en", "English_(Great_Britain)", [b"\x02en-gb"], "Male", None),
    DriverVoice("gmw/en-US", "English_(America)", [b"\x02en-us"], "Male", None),
]


def installed(driver_voices) -> list[InstalledVoice]:
    rows = [_described(voice) for voice in driver_voices]
    return [
        InstalledVoice(
            voice_id=r["id"], name=r["name"], language=r["language"], gender=r["gender"], age=r["age"]
        )
        for r in rows
    ]


@pytest.mark.parametrize(
    ("voices", "style", "expected"),
    [
        (SAPI5, {"language": "en-US", "gender": "female"}, f"{SAPI}EN-US_ZIRA_11.0"),
        (SAPI5, {"language": "en-GB", "gender": "female"}, f"{SAPI}EN-GB_HAZEL_11.0"),
        (SAPI5, {"language": "en-GB", "gender": "female", "age": "senior"}, f"{SAPI}EN-GB_GRAN_11.0"),
        (SAPI5, {"language": "en-AU", "gender": "male"}, f"{SAPI}EN-US_DAVID_11.0"),
        (SAPI5, {"language": "ja"}, ""),
        (NSSS, {"language": "en-GB", "gender": "female"}, f"{MAC}daniel"),
        (NSSS, {"language": "en-US", "gender": "male"}, f"{MAC}Alex"),
        (NSSS, {"language": "en-US", "gender": "male", "age": "child"}, f"{MAC}junior"),
        (NSSS, {"language": "en", "gender": "female", "age": "senior"}, f"{MAC}samantha"),
        (NSSS, {"name": "Samantha", "gender": "male"}, f"{MAC}samantha"),
        (NSSS, {"name": "Fiona", "language": "en-GB"}, f"{MAC}daniel"),
        (ESPEAK, {"language": "en-US", "gender": "female"}, "en-US+f2"),
        (ESPEAK, {"name": "gmw/en", "gender": "female"}, "gmw/en"),
        (ESPEAK, {"language": "de", "gender": "male"}, "gmw/de"),
    ],
)
def test_the_nearest_voice_speaks(voices, style, expected):
    assert choose_voice(installed(voices), VoiceStyle(**style)) == expected


@pytest.mark.parametrize("voices", [SAPI5, NSSS, ESPEAK, []])
@pytest.mark.parametrize("language", ["en", "en-GB", "xx-YY", ""])
@pytest.mark.parametrize("gender", ["female", "male", ""])
@pytest.mark.parametrize("age", ["child", "adult", "senior", ""])
def test_no_wish_is_an_error(voices, language, gender, age):
    ids = {voice.id for voice in voices} | {""} | {f"{v.id.rsplit('/')[-1]}+f2" for v in voices}
    style = VoiceStyle(language=language, gender=gender, age=age, name="Nobody of this name")
    assert choose_voice(installed(voices), style) in ids


def test_where_there_is_no_voice_of_an_age_its_manner_stands_in():
    style = VoiceStyle(language="en-GB", gender="male", rate_wpm=160, pitch_st=1.0)
    for voices in (installed(ESPEAK), []):
        _, child = cast_voice(voices, VoiceStyle(**{**_fields(style), "age": "child"}))
        assert (child.pitch_st, child.rate_wpm) == (1.0 + CHILD_PITCH_ST, 160)
        _, senior = cast_voice(voices, VoiceStyle(**{**_fields(style), "age": "senior"}))
        assert (senior.pitch_st, senior.rate_wpm) == (1.0, round(160 * SENIOR_RATE_RATIO))
        _, adult = cast_voice(voices, VoiceStyle(**{**_fields(style), "age": "adult"}))
        assert (adult.pitch_st, adult.rate_wpm) == (1.0, 160)
    _, real = cast_voice(installed(NSSS), VoiceStyle(language="en-US", gender="male", age="child"))
    assert real.pitch_st == 0.0, "a real child's voice is left as it is"


def _fields(style):
    return {name: getattr(style, name) for name in ("language", "gender", "rate_wpm", "pitch_st")}


@pytest.mark.parametrize(
    ("told", "age"),
    [
        (None, ""),
        (0, ""),
        (8, "child"),
        (35, "adult"),
        (72, "senior"),
        ("Teen", "child"),
        ("Senior", "senior"),
        ("?", ""),
    ],
)
def test_ages_as_the_systems_tell_them(told, age):
    assert _described(DriverVoice("x", age=told))["age"] == age


def test_a_voice_that_has_gone_since_it_was_listed_leaves_the_systems_own(tmp_path):
    class Engine:
        """SAPI's driver raises ValueError for an unknown token."""

        spoken: tuple = ()

        def setProperty(self, name, value):  # noqa: N802 - pyttsx3's name
            if name == "voice":
                raise ValueError("unknown voice id %s", value)

        def save_to_file(self, text, path):
            self.spoken = (text, path)

        def runAndWait(self):  # noqa: N802 - pyttsx3's name
            pass

    engine = Engine()
    request = {"op": "render", "voice": "gone", "rate_wpm": 170, "text": "Hello.", "out": "x.wav"}
    assert _answer(engine, request) == {"ok": True}
    assert engine.spoken == ("Hello.", "x.wav")


def test_voices_of_a_program_that_is_not_there_are_not_offered(monkeypatch):
    rows = [
        {"id": i, "name": i, "language": "en-us", "gender": "female", "age": ""}
        for i in ("mb/mb-us1", "gmw/en")
    ]
    voice = Pyttsx3Voice()
    monkeypatch.setattr(voice, "_ask", lambda request: {"voices": rows})
    monkeypatch.setattr(
        "voicesim.engines.voice_pyttsx3.shutil", types.SimpleNamespace(which=lambda name: None)
    )
    assert [v.voice_id for v in voice.voices()] == ["gmw/en"]
