"""From a file to a transcript: its format is told by what is in it."""

from __future__ import annotations

import codecs
import hashlib
import re
from pathlib import Path
from typing import Final

from voicesim.errors import TranscriptError
from voicesim.files.tree import BadTextError, json_tree, parse_json
from voicesim.intake.transcripts.amazon import read_amazon
from voicesim.intake.transcripts.call_analytics import read_call_analytics
from voicesim.intake.transcripts.json_value import BadValueError, JsonValue, line_in
from voicesim.intake.transcripts.model import Form, Passage, Transcript
from voicesim.intake.transcripts.parties import Parties
from voicesim.intake.transcripts.speaker_lines import read_speaker_lines
from voicesim.intake.transcripts.srt import read_srt
from voicesim.intake.transcripts.webvtt import read_webvtt
from voicesim.intake.transcripts.whisper import read_whisper, read_whisper_cpp

MOST_BYTES: Final = 200_000_000
FORMATS: Final = (
    "SRT, WebVTT, Amazon Transcribe or Call Analytics JSON, Whisper, WhisperX or whisper.cpp JSON, "
    "or lines like “Agent: …”"
)
_JSON_START: Final = re.compile(r"\{|\[\s*[\[{\]]")
_ARROW_LINE: Final = re.compile(r"\d.*-->")
_TRACED_CHARACTERS: Final = 300_000
"""In a longer JSON file what is wrong is told by its path alone."""


def read_transcript(path: Path, parties: Parties) -> Transcript:
    """Read a transcript of any format that voicesim knows.

    Args:
        path: the file.
        parties: whose labels are known; tells labels from other words with a colon.

    Raises:
        TranscriptError: it cannot be read, with the line and the reason.
    """
    data = _bytes(path)
    text = _text(path, data)
    try:
        form, passages = _parsed(text, parties)
    except BadValueError as exc:
        line = line_in(json_tree(text), exc.where) if len(text) <= _TRACED_CHARACTERS else None
        raise TranscriptError(exc.message, path=path.name, line=line, hint=exc.hint) from exc
    except TranscriptError as exc:
        raise TranscriptError(exc.message, path=path.name, line=exc.line, hint=exc.hint) from exc
    except BadTextError as exc:
        raise TranscriptError(exc.message, path=path.name, line=exc.line, hint=exc.hint) from exc
    if not passages:
        raise TranscriptError("it holds no words", path=path.name, hint="name the transcript of this call")
    digest = hashlib.sha256(data).hexdigest()
    if form is not Form.SPEAKER_LINES:
        passages = sorted(passages, key=lambda passage: passage.start_s or 0.0)
    return Transcript(name=path.name, form=form, passages=tuple(passages), sha256=digest)


def _bytes(path: Path) -> bytes:
    try:
        if path.stat().st_size > MOST_BYTES:
            raise TranscriptError("too large to be a transcript", path=path.name, hint=f"known are {FORMATS}")
        return path.read_bytes()
    except OSError as exc:
        reason = "there is no such file" if isinstance(exc, FileNotFoundError) else exc.strerror or str(exc)
        raise TranscriptError(
            f"the transcript {path} cannot be read: {reason}", hint="check the name after --transcript"
        ) from exc


def _text(path: Path, data: bytes) -> str:
    """UTF-8, or UTF-16 with its mark, or what Windows wrote before."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        text = data.decode("utf-16", errors="replace")
    else:
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError:
            text = data.decode("cp1252", errors="replace")
    if not text.strip():
        raise TranscriptError("the transcript is empty", path=path.name, hint="export it again")
    if "\0" in text:
        raise TranscriptError("this is no text", path=path.name, hint=f"known are {FORMATS}")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _parsed(text: str, parties: Parties) -> tuple[Form, list[Passage]]:
    start = text.lstrip()
    if start.startswith("WEBVTT"):
        return Form.WEBVTT, read_webvtt(text, parties)
    if _JSON_START.match(start):
        return _from_json(JsonValue(parse_json(text)))
    if _ARROW_LINE.search(text):
        return Form.SRT, read_srt(text, parties)
    passages = read_speaker_lines(text, parties)
    if not any(passage.speaker for passage in passages):
        raise TranscriptError(
            "nothing that voicesim knows as a transcript", line=1, hint=f"known are {FORMATS}"
        )
    return Form.SPEAKER_LINES, passages


def _from_json(root: JsonValue) -> tuple[Form, list[Passage]]:
    keys = root.value.keys() if isinstance(root.value, dict) else {"segments"}
    if "results" in keys:
        return Form.AMAZON, read_amazon(root)
    if "Transcript" in keys:
        return Form.CALL_ANALYTICS, read_call_analytics(root)
    if "transcription" in keys:
        return Form.WHISPER_CPP, read_whisper_cpp(root)
    if "segments" in keys:
        return read_whisper(root)
    found = ", ".join(sorted(keys)[:6]) or "none"
    raise TranscriptError(
        f"this JSON is no transcript that voicesim knows (its keys: {found[:120]})",
        line=1,
        hint=f"known are {FORMATS}",
    )
