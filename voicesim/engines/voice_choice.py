"""Which installed voice speaks for a customer, by traits: language, gender, age.

Conventions: languages are tags in lower case (``en-gb``); a trait that the system does not tell is empty. A voice that
is missing is never an error: the nearest one speaks, and the system's own where there is none of the language.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from voicesim.ports import VoiceStyle

FEMALE_VARIANT: Final = "+f2"
"""eSpeak NG's own female variant of any of its voices, which are all male."""

CHILD_PITCH_ST: Final = 3.0
SENIOR_RATE_RATIO: Final = 0.9
"""What stands in for a child's or an old voice where the system has none. A choice of the project."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InstalledVoice:
    """A voice of the system."""

    voice_id: str
    name: str
    language: str
    """Tag in lower case: ``en-gb``; empty where the system does not say."""
    gender: str
    """``female``, ``male``, ``neutral`` or empty."""
    age: str = ""
    """``child``, ``adult``, ``senior`` or empty."""


def choose_voice(voices: Sequence[InstalledVoice], style: VoiceStyle) -> str:
    """The id of the voice that fits a style best; empty for the system's default.

    A name wins where it is installed; else the language decides before the gender, and the gender before the age.
    """
    return cast_voice(voices, style)[0]


def cast_voice(voices: Sequence[InstalledVoice], style: VoiceStyle) -> tuple[str, VoiceStyle]:
    """The voice, and the style with what the voice lacks of the age that was asked for.

    Args:
        voices: the installed ones.
        style: as the scenario wants it.
    """
    voice = _named(voices, style.name) or _nearest(voices, style)
    if voice is None:
        return "", aged(style, "")
    voice_id = voice.voice_id
    is_espeak = "/" in voice_id
    if is_espeak and style.gender == "female" and voice.gender != "female" and not _is_name(voice, style):
        voice_id = voice_id.rsplit("/", 1)[-1] + FEMALE_VARIANT
    return voice_id, aged(style, voice.age)


def _is_name(voice: InstalledVoice, style: VoiceStyle) -> bool:
    return bool(style.name) and style.name.casefold() in (voice.voice_id.casefold(), voice.name.casefold())


def _named(voices: Sequence[InstalledVoice], name: str) -> InstalledVoice | None:
    wanted = name.casefold()
    return next((v for v in voices if wanted and wanted in (v.voice_id.casefold(), v.name.casefold())), None)


def _nearest(voices: Sequence[InstalledVoice], style: VoiceStyle) -> InstalledVoice | None:
    best = max(voices, key=lambda voice: _likeness(voice, style), default=None)
    return best if best is not None and _likeness(best, style)[0] > 0 else None


def _likeness(voice: InstalledVoice, style: VoiceStyle) -> tuple[int, int, int, int]:
    """Language first, then gender, then age, then the plainest voice of that language."""
    wanted, language = style.language.casefold().replace("_", "-"), voice.language
    same_family = language.split("-")[0] == wanted.split("-")[0]
    by_language = 3 if language == wanted else 2 if same_family and _is_plain(language) else int(same_family)
    by_gender = int(bool(style.gender) and voice.gender == style.gender)
    # A voice whose age is not told is taken for a grown-up's.
    by_age = int((voice.age or "adult") == (style.age or "adult"))
    return by_language, by_gender, by_age, -len(voice.voice_id)


def _is_plain(language: str) -> bool:
    return language in {"en-us", "en-gb"} or "-" not in language


def aged(style: VoiceStyle, age: str) -> VoiceStyle:
    """A style with what a voice lacks of the age that was asked for.

    Args:
        style: as the scenario wants it.
        age: of the voice; empty where nobody tells.
    """
    if style.age == age:
        return style
    if style.age == "child":
        return replace(style, pitch_st=style.pitch_st + CHILD_PITCH_ST)
    if style.age == "senior":
        return replace(style, rate_wpm=round(style.rate_wpm * SENIOR_RATE_RATIO))
    return style
