"""Amazon Transcribe Call Analytics' JSON, and Contact Lens' like it: turns with the role of who speaks.

Conventions: times are in milliseconds. A turn without ``Items`` is a passage without word times.
"""

from __future__ import annotations

from voicesim.intake.transcripts.json_value import JsonValue
from voicesim.intake.transcripts.labels import words_of
from voicesim.intake.transcripts.model import Passage
from voicesim.intake.transcripts.spoken import SpokenWord, forwards, gathered, spoken

_MS = 0.001


def read_call_analytics(root: JsonValue) -> list[Passage]:
    """Passages of a Call Analytics job's result.

    Raises:
        TranscriptError: the file is not what Call Analytics writes.
    """
    found: list[Passage] = []
    for turn in root.need("Transcript").each():
        speaker = turn.need("ParticipantRole", "ParticipantId").text()
        items = turn.get("Items")
        words = [] if items is None else _words(items, speaker)
        if words:
            found += gathered(words)
            continue
        start_s, end_s = forwards(
            turn.need("BeginOffsetMillis").seconds(_MS),
            turn.need("EndOffsetMillis").seconds(_MS),
            turn.wrong("the turn ends before it starts"),
        )
        said = words_of(turn.need("Content").text())
        if said:
            found.append(Passage(speaker=speaker, words=said, start_s=start_s, end_s=end_s))
    return sorted(found, key=lambda passage: (passage.start_s or 0.0, passage.speaker))


def _words(items: JsonValue, speaker: str) -> list[SpokenWord]:
    words: list[SpokenWord] = []
    for item in items.each():
        content = item.need("Content").text().strip()
        kind = item.get("Type")
        if kind is not None and kind.text().casefold() == "punctuation":
            if words:
                last = words.pop()
                joined = SpokenWord(speaker, last.text + content, last.start_s, last.end_s, last.confidence)
                words.append(joined)
            continue
        start_s, end_s = forwards(
            item.need("BeginOffsetMillis").seconds(_MS),
            item.need("EndOffsetMillis").seconds(_MS),
            item.wrong("the word ends before it starts"),
        )
        confidence = item.get("Confidence")
        sure = None if confidence is None else confidence.confidence()
        words += spoken(speaker, content, start_s, end_s, sure)
    return words
