"""Plain text, a line a turn: ``Agent: How can I help?``; lines without a label go on with the turn before.

Conventions: there are no times. A time of day or a second in front of a line, in brackets or not, is passed over.
"""

from __future__ import annotations

import re
from typing import Final

from voicesim.intake.transcripts.labels import labelled, line_of, words_of
from voicesim.intake.transcripts.model import Passage
from voicesim.intake.transcripts.parties import Parties

_STAMP: Final = re.compile(r"^\s*[\[(]?\d{1,2}(?::\d{2}){1,2}(?:[.,]\d{1,3})?[\])]?\s*[-|]?\s*")


def read_speaker_lines(text: str, parties: Parties) -> list[Passage]:
    """Passages of plain text."""
    groups = [
        line_of(_STAMP.sub("", line), number)
        for number, line in enumerate(text.splitlines(), 1)
        if line.strip()
    ]
    found: list[Passage] = []
    for stretches in labelled(groups, parties):
        for stretch in stretches:
            words = words_of(stretch.text)
            if found and found[-1].speaker == stretch.speaker:
                before = found.pop()
                words, number = before.words + words, before.line
            else:
                number = stretch.number
            if words:
                found.append(Passage(speaker=stretch.speaker, words=words, line=number))
    return found
