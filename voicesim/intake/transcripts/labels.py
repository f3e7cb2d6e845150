"""Speakers' labels in front of written lines: ``[CSR] …``, ``Agent: …``, ``<v Agent>…``.

Conventions: a line without a label goes on with the speaker before it. What stands alone in brackets is a sound
("[music]"), not a speaker. "Please note: …" is a label only where it is known to be one, where no other is
known, or where it comes back.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Final

from voicesim.intake.transcripts.model import WrittenWord
from voicesim.intake.transcripts.parties import Parties, Role, plain_label

_LEAD: Final = r"^\s*(?:>>+\s*|[-\N{EN DASH}\N{EM DASH}]\s+)?"
_BRACKET: Final = re.compile(_LEAD + r"\[(?P<name>[^\[\]]{1,60})\]\s*:?\s*(?P<rest>.*)$")
_COLON: Final = re.compile(_LEAD + r"(?P<name>[^\W\d_][\w .'\u2019/#()-]{0,39}?)\s*:(?:\s+(?P<rest>.*)|)$")
_VOICE: Final = re.compile(r"<v(?:\.[^ >]*)?[ \t]+(?P<name>[^>]{1,80})>")
_SOUND: Final = re.compile(r"\[[^\[\]]{1,60}\]")
_NAME_LIKE: Final = re.compile(r"[A-Z][\w.'\u2019-]*(?: [A-Z0-9#(][\w.'\u2019)-]*){0,2}$|\w+_\w+$")
_NO_NAMES: Final = frozenset(
    {
        "also", "answer", "example", "first", "hint", "important", "note", "okay", "ok", "please note", "ps",
        "question", "remember", "second", "so", "subject", "summary", "third", "tip", "update", "warning", "well",
    }
)  # fmt: skip
_MOST_WORD: Final = 200
"""Characters of a word; what is longer is cut, as no recogniser and no typist writes such a word."""


class Style(Enum):
    """How a label is written."""

    NONE = 0
    BRACKET = 1
    COLON = 2
    VOICE = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line of a transcript, with what may be its label."""

    text: str
    """Without the label."""
    whole: str
    """With it, where it may be none."""
    number: int
    """1-based."""
    name: str = ""
    style: Style = Style.NONE


@dataclass(frozen=True, slots=True, kw_only=True)
class Labelled:
    """What one speaker says in consecutive lines."""

    speaker: str
    text: str
    number: int


def line_of(text: str, number: int) -> tuple[Line, ...]:
    """A line's possible label and the rest; a line with several ``<v …>`` is several."""
    voices = list(_VOICE.finditer(text))
    if voices:
        head = text[: voices[0].start()].strip()
        found = [Line(text=head, whole=head, number=number)] if head else []
        ends = [*(voice.start() for voice in voices[1:]), len(text)]
        for voice, end in zip(voices, ends, strict=True):
            said = text[voice.end() : end]
            found.append(
                Line(text=said, whole=said, number=number, name=voice["name"].strip(), style=Style.VOICE)
            )
        return tuple(found)
    for style, pattern in ((Style.BRACKET, _BRACKET), (Style.COLON, _COLON)):
        match = pattern.match(text)
        if match:
            rest = match["rest"] or ""
            return (Line(text=rest, whole=text, number=number, name=match["name"].strip(), style=style),)
    return (Line(text=text, whole=text, number=number),)


def labelled(groups: Sequence[Sequence[Line]], parties: Parties) -> list[list[Labelled]]:
    """Who speaks each line.

    Args:
        groups: lines that belong together (those of a cue).
        parties: whose labels are known.

    Returns:
        For each group its stretches of one speaker; the speaker is empty before the first label.
    """
    sense = _LabelSense([line for group in groups for line in group], parties)
    speaker = ""
    out: list[list[Labelled]] = []
    for group in groups:
        stretches: list[Labelled] = []
        for line in group:
            text = line.whole
            if line.style is not Style.NONE and sense.is_label(line):
                speaker, text = line.name, line.text
            text = _SOUND.sub(" ", text).strip()
            if not text:
                continue
            if stretches and stretches[-1].speaker == speaker:
                text = f"{stretches[-1].text} {text}"
                stretches[-1] = Labelled(speaker=speaker, text=text, number=stretches[-1].number)
            else:
                stretches.append(Labelled(speaker=speaker, text=text, number=line.number))
        out.append(stretches)
    return out


class _LabelSense:
    """Tells which possible labels of a file are labels."""

    def __init__(self, lines: Iterable[Line], parties: Parties) -> None:
        lines = [line for line in lines if line.name]
        self._parties = parties
        self._counts = Counter(plain_label(line.name) for line in lines)
        known = {parties.known(line.name) for line in lines if line.style is not Style.BRACKET or line.text}
        self._knows_both = {Role.TRAINEE, Role.CUSTOMER} <= known
        has_voices = any(line.style is Style.VOICE for line in lines)
        has_brackets = any(
            line.style is Style.BRACKET and parties.known(line.name) is not None for line in lines
        )
        self._colons_are_text = has_voices or has_brackets

    def is_label(self, line: Line) -> bool:
        """Whether what stands in front of a line says who speaks."""
        if line.style is Style.VOICE or self._parties.known(line.name) is not None:
            return True
        comes_back = self._counts[plain_label(line.name)] > 1
        if line.style is Style.BRACKET:
            return bool(line.text) and line.name[:1].isupper() and (comes_back or not self._knows_both)
        if self._colons_are_text or plain_label(line.name) in _NO_NAMES:
            return False
        return (comes_back or not self._knows_both) and bool(_NAME_LIKE.match(line.name))


def words_of(text: str) -> tuple[WrittenWord, ...]:
    """The words of a text; signs without a letter or digit stay with the word before."""
    words: list[str] = []
    for token in text.split():
        if any(c.isalnum() for c in token):
            words.append(token[:_MOST_WORD])
        elif words:
            words[-1] = f"{words[-1]}{token}"[:_MOST_WORD]
    return tuple(WrittenWord(text=word) for word in words)
