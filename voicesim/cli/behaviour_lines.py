"""Lines of ``{"id", "context", "text"}`` for ``voicesim behaviour try --jsonl``."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from voicesim.errors import TranscriptError

_SHAPE = 'write lines like {"id": 1, "context": "it broke", "text": "I\'m so sorry"}'


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """An utterance to judge."""

    line_id: str | int
    text: str
    context: str
    """What the customer said before; empty: the utterance opens the call."""


def read_lines(source: str) -> tuple[Line, ...]:
    """Read a file, or stdin for ``-``; empty lines are passed over.

    Raises:
        TranscriptError: the file cannot be read, or a line of it is not such an object.
    """
    name = "stdin" if source == "-" else source
    try:
        raw = sys.stdin.buffer.read() if source == "-" else Path(source).read_bytes()
    except OSError as exc:
        raise TranscriptError(
            f"cannot be read: {exc.strerror}", path=name, hint="check the path, or give - for stdin"
        ) from exc
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as exc:
        line = raw[: exc.start].count(b"\n") + 1
        raise TranscriptError("is not UTF-8 text", path=name, line=line, hint="save it as UTF-8") from exc
    return tuple(_lines(name, text.split("\n")))


def _lines(name: str, lines: list[str]) -> Iterable[Line]:
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            found = json.loads(line)
        except (json.JSONDecodeError, RecursionError) as exc:
            raise TranscriptError("is not JSON", path=name, line=number, hint=_SHAPE) from exc
        yield _line(found, name, number)


def _line(found: object, name: str, number: int) -> Line:
    def wrong(message: str, key: str | None = None) -> TranscriptError:
        return TranscriptError(message, path=name, line=number, key=key, hint=_SHAPE)

    if not isinstance(found, dict):
        raise wrong("is not an object")
    line_id, text, context = found.get("id"), found.get("text"), found.get("context") or ""
    if isinstance(line_id, bool) or not isinstance(line_id, str | int):
        raise wrong("'id' is not a text or a whole number", "id")
    if not isinstance(text, str):
        raise wrong("'text' is not a text", "text")
    if not isinstance(context, str):
        raise wrong("'context' is not a text", "context")
    return Line(line_id=line_id, text=text, context=context)
