"""Which recogniser wrote the transcript: one line, loud where it stood in for a better one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from voicesim.report.wording import clean, text_in
from voicesim.results import Json

_TRANSCRIPT: Final = "transcript"
"""What stands in the recogniser's place where the words came with the recording."""
_FORMATS: Final = {
    "srt": "SRT subtitles",
    "webvtt": "WebVTT subtitles",
    "amazon_transcribe": "Amazon Transcribe",
    "amazon_call_analytics": "Amazon Transcribe Call Analytics",
    "whisper": "Whisper JSON",
    "whisperx": "WhisperX JSON",
    "whisper_cpp": "whisper.cpp JSON",
    "speaker_lines": "lines of text",
}
_MANY: Final = 0.1
"""Share of words that do not fit the sound from which on the reader is told."""
_TAKEN_AS_RIGHT: Final = "it holds no confidences, so its words are taken as right"
_WARNING: Final = (
    "It stood in for a better recogniser that could not be had. Expect wrong words; check them by ear."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class RecogniserLine:
    """What a reader must know of the transcript's author."""

    text: str
    """By which recogniser."""
    warning: str = ""
    """What to beware of; empty where there is nothing."""
    alarm: str = "Fallback recogniser"
    """The warning in two or three words."""


def recogniser_line(provenance: Mapping[str, Json]) -> RecogniserLine | None:
    """The line, from the scorecard's provenance; ``None`` where no recogniser was at work."""
    found = provenance.get("recognition")
    if not isinstance(found, Mapping):
        return None
    if found.get("engine") == _TRANSCRIPT:
        return _transcript_line(found)
    name = " ".join(part for key in ("engine", "model", "version") if (part := text_in(found.get(key))))
    if not name:
        return None
    return RecogniserLine(
        text=f"Words recognised by {clean(name)}.", warning=_WARNING if found.get("is_fallback") else ""
    )


def _transcript_line(found: Mapping[str, Json]) -> RecogniserLine:
    told = found.get("settings")
    settings = told if isinstance(told, Mapping) else {}
    form = _FORMATS.get(text_in(settings.get("format")), "a file")
    trust = "" if text_in(settings.get("confidences")).startswith("the file") else f"; {_TAKEN_AS_RIGHT}"
    warnings: list[str] = []
    if text_in(settings.get("word_times")).startswith("reckoned"):
        warnings.append(
            "It has no times: the seconds here are reckoned from the order of the words and may be far off."
        )
    n_words = _count(settings.get("words"))
    for key, where in (
        ("words_without_sound", "where nobody is heard"),
        ("words_beside_own_sound", "where only the other party is heard"),
    ):
        n = _count(settings.get(key))
        if n_words and n / n_words > _MANY:
            warnings.append(
                f"{n} of its {n_words} words lie {where}; check that its times and labels are right."
            )
    return RecogniserLine(
        text=f"Words from a transcript ({form}){trust}.",
        warning=" ".join(warnings),
        alarm="Check the transcript",
    )


def _count(value: Json) -> int:
    return value if isinstance(value, int) else 0
