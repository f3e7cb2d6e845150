"""A transcript as it was written: passages with a speaker's label, before anybody knows who that is.

Conventions: times are in seconds from the start of the recording and ``None`` where the file has none. A
confidence is ``None`` where the file has none.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Form(StrEnum):
    """The formats; the values stand in the scorecard's provenance."""

    SRT = "srt"
    WEBVTT = "webvtt"
    AMAZON = "amazon_transcribe"
    CALL_ANALYTICS = "amazon_call_analytics"
    WHISPER = "whisper"
    WHISPERX = "whisperx"
    WHISPER_CPP = "whisper_cpp"
    SPEAKER_LINES = "speaker_lines"


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenWord:
    """A word of a transcript."""

    text: str
    start_s: float | None = None
    end_s: float | None = None
    confidence: float | None = None
    """0..1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """Words of one speaker in a row: a cue of subtitles, a segment, a line."""

    speaker: str
    """The label as written; empty where there is none."""
    words: tuple[WrittenWord, ...]
    start_s: float | None = None
    end_s: float | None = None
    line: int | None = None
    """1-based, where known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Transcript:
    """A transcript file."""

    name: str
    """Of the file."""
    form: Form
    passages: tuple[Passage, ...]
    """In the order of the file."""
    sha256: str
    """Of the file's bytes."""

    @property
    def has_times(self) -> bool:
        """Whether it says when its passages were spoken."""
        return all(passage.start_s is not None for passage in self.passages)

    @property
    def has_word_times(self) -> bool:
        """Whether some of its words have times of their own."""
        return any(word.start_s is not None for passage in self.passages for word in passage.words)

    @property
    def has_confidences(self) -> bool:
        """Whether its words come with how sure their writer was."""
        return any(word.confidence is not None for passage in self.passages for word in passage.words)

    @property
    def speakers(self) -> tuple[str, ...]:
        """Its labels, each once, in order of appearance; the empty one included."""
        return tuple(dict.fromkeys(passage.speaker for passage in self.passages))
