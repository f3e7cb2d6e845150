"""Amazon Transcribe's JSON, with speakers by ``speaker_labels`` or by ``channel_labels``.

Conventions: words are the items of type ``pronunciation``; an item of type ``punctuation`` belongs to the word before
it. A speaker is the item's own label, else that of the speaker segment with the item's start time. Where channels
were transcribed apart, a label is its channel's (``ch_0``, ``ch_1``).
"""

from __future__ import annotations

from voicesim.intake.transcripts.json_value import JsonValue
from voicesim.intake.transcripts.model import Passage
from voicesim.intake.transcripts.spoken import SpokenWord, forwards, gathered, spoken


def read_amazon(root: JsonValue) -> list[Passage]:
    """Passages of a transcription job's result.

    Raises:
        TranscriptError: the file is not what Amazon Transcribe writes.
    """
    results = root.need("results")
    channels = results.get("channel_labels")
    if channels is not None:
        found = [
            passage
            for channel in channels.need("channels").each()
            for passage in gathered(_words(channel.need("items"), {}, channel.need("channel_label").text()))
        ]
        return sorted(found, key=lambda passage: (passage.start_s or 0.0, passage.speaker))
    return gathered(_words(results.need("items"), _speakers(results), ""))


def _speakers(results: JsonValue) -> dict[float, str]:
    """Labels by the start of an item."""
    labels = results.get("speaker_labels")
    found: dict[float, str] = {}
    segments = None if labels is None else labels.get("segments")
    for segment in () if segments is None else segments.each():
        own = segment.need("speaker_label").text()
        items = segment.get("items")
        for item in () if items is None else items.each():
            label = item.get("speaker_label")
            found[item.need("start_time").seconds()] = own if label is None else label.text()
    return found


def _words(items: JsonValue, speakers: dict[float, str], channel: str) -> list[SpokenWord]:
    words: list[SpokenWord] = []
    for item in items.each():
        best = next(item.need("alternatives").each(), None)
        if best is None:
            raise item.wrong("“alternatives” is empty")
        content = best.need("content").text().strip()
        if item.need("type").text() == "punctuation":
            if words:
                last = words.pop()
                joined = SpokenWord(
                    last.speaker, last.text + content, last.start_s, last.end_s, last.confidence
                )
                words.append(joined)
            continue
        start_s, end_s = forwards(
            item.need("start_time").seconds(),
            item.need("end_time").seconds(),
            item.wrong("the word ends before it starts"),
        )
        label = item.get("speaker_label")
        confidence = best.get("confidence")
        sure = None if confidence is None else confidence.confidence()
        speaker = channel or (speakers.get(start_s, "") if label is None else label.text())
        words += spoken(speaker, content, start_s, end_s, sure)
    return words
