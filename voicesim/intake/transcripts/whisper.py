"""The JSON of the Whisper family: openai-whisper, faster-whisper's segments, WhisperX with its speakers.

Conventions: a word's confidence is its ``probability`` (WhisperX: the ``score`` of its alignment), else exp of its
segment's mean log probability. A word that has no times (WhisperX leaves numbers out) shares the time between its
neighbours. A word's speaker goes before its segment's.
"""

from __future__ import annotations

import math
from dataclasses import replace

from voicesim.intake.transcripts.json_value import JsonValue
from voicesim.intake.transcripts.labels import words_of
from voicesim.intake.transcripts.model import Form, Passage, WrittenWord
from voicesim.intake.transcripts.spoken import SpokenWord, forwards, gathered, spoken


def read_whisper(root: JsonValue) -> tuple[Form, list[Passage]]:
    """Passages of a list of segments, or of an object that holds one.

    Raises:
        TranscriptError: the segments are not what Whisper writes.
    """
    is_whisperx = isinstance(root.value, dict) and "word_segments" in root.value
    segments = root if isinstance(root.value, list) else root.need("segments")
    found: list[Passage] = []
    for segment in segments.each():
        speaker = segment.get("speaker")
        is_whisperx = is_whisperx or speaker is not None
        label = "" if speaker is None else speaker.text()
        start_s, end_s = forwards(
            segment.need("start").seconds(),
            segment.need("end").seconds(),
            segment.wrong("the segment ends before it starts"),
        )
        words = _words(segment, label, start_s, end_s)
        if words:
            found += gathered(words)
        else:
            sure = _segment_confidence(segment)
            said = tuple(replace(w, confidence=sure) for w in words_of(segment.need("text").text()))
            found += _one(label, said, start_s, end_s)
    return (Form.WHISPERX if is_whisperx else Form.WHISPER), found


def read_whisper_cpp(root: JsonValue) -> list[Passage]:
    """Passages of whisper.cpp's ``--output-json``, ``--diarize`` included.

    Raises:
        TranscriptError: the file is not what whisper.cpp writes.
    """
    found: list[Passage] = []
    for part in root.need("transcription").each():
        offsets = part.need("offsets")
        start_s, end_s = forwards(
            offsets.need("from").seconds(0.001),
            offsets.need("to").seconds(0.001),
            part.wrong("it ends before it starts"),
        )
        speaker = part.get("speaker")
        text = part.need("text").text().replace("[SPEAKER_TURN]", " ").strip()
        if text.startswith("["):
            continue
        sure = _token_confidence(part)
        label = "" if speaker is None or speaker.text() == "?" else f"speaker {speaker.text()}"
        said = tuple(replace(word, confidence=sure) for word in words_of(text))
        found += _one(label, said, start_s, end_s)
    return found


def _one(speaker: str, words: tuple[WrittenWord, ...], start_s: float, end_s: float) -> list[Passage]:
    return [Passage(speaker=speaker, words=words, start_s=start_s, end_s=end_s)] if words else []


def _words(segment: JsonValue, label: str, start_s: float, end_s: float) -> list[SpokenWord]:
    given = segment.get("words")
    rows = (
        [] if given is None else [word for word in given.each() if word.need("word", "text").text().strip()]
    )
    if not any(word.get("start") for word in rows):
        return []
    times = _times(rows, start_s, end_s)
    known = [_confidence(word) for word in rows]
    sure = [each for each in known if each is not None]
    rest = sum(sure) / len(sure) if sure else _segment_confidence(segment)
    words: list[SpokenWord] = []
    for word, (from_s, to_s), confidence in zip(rows, times, known, strict=True):
        speaker = word.get("speaker")
        words += spoken(
            label if speaker is None else speaker.text(),
            word.need("word", "text").text(),
            from_s,
            to_s,
            rest if confidence is None else confidence,
        )
    return words


def _times(rows: list[JsonValue], start_s: float, end_s: float) -> list[tuple[float, float]]:
    """Times of words; those without share the time between their neighbours."""
    given = [
        forwards(a.seconds(), b.seconds(), word.wrong("the word ends before it starts"))
        if (a := word.get("start")) is not None and (b := word.get("end")) is not None
        else None
        for word in rows
    ]
    out: list[tuple[float, float]] = []
    for i, own in enumerate(given):
        if own is not None:
            out.append(own)
            continue
        before = out[-1][1] if out else start_s
        n_missing = next((n for n, each in enumerate(given[i:]) if each is not None), len(given) - i)
        after = next((each[0] for each in given[i:] if each is not None), end_s)
        out.append((before, before + max(0.0, after - before) / n_missing))
    return out


def _confidence(word: JsonValue) -> float | None:
    found = word.get("probability", "score", "confidence")
    return None if found is None else found.confidence()


def _segment_confidence(segment: JsonValue) -> float | None:
    found = segment.get("avg_logprob")
    return None if found is None else min(1.0, math.exp(min(0.0, found.number())))


def _token_confidence(part: JsonValue) -> float | None:
    tokens = part.get("tokens")
    sure = [] if tokens is None else [p.confidence() for t in tokens.each() if (p := t.get("p")) is not None]
    return sum(sure) / len(sure) if sure else None
