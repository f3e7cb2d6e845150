"""Words with times and speakers, as recognisers write them, gathered into passages."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from voicesim.errors import TranscriptError
from voicesim.intake.transcripts.labels import words_of
from voicesim.intake.transcripts.model import Passage, WrittenWord

APART_S: Final = 1.0
"""A silence of this length between words of one speaker begins a new passage."""


@dataclass(frozen=True, slots=True)
class SpokenWord:
    """A word, its speaker's label, and its times."""

    speaker: str
    text: str
    start_s: float
    end_s: float
    confidence: float | None = None


def spoken(
    speaker: str, text: str, start_s: float, end_s: float, confidence: float | None
) -> list[SpokenWord]:
    """A recogniser's token; one of several words is several, in equal parts of its time."""
    words = words_of(text)
    step_s = (end_s - start_s) / len(words) if words else 0.0
    return [
        SpokenWord(speaker, word.text, start_s + i * step_s, start_s + (i + 1) * step_s, confidence)
        for i, word in enumerate(words)
    ]


def gathered(words: Iterable[SpokenWord]) -> list[Passage]:
    """Words in a row of one speaker, with no long silence between, as passages."""
    groups: list[list[SpokenWord]] = []
    for word in words:
        last = groups[-1][-1] if groups else None
        if last is None or word.speaker != last.speaker or word.start_s - last.end_s >= APART_S:
            groups.append([word])
        else:
            groups[-1].append(word)
    return [
        Passage(
            speaker=group[0].speaker,
            words=tuple(
                WrittenWord(text=w.text, start_s=w.start_s, end_s=w.end_s, confidence=w.confidence)
                for w in group
            ),
            start_s=group[0].start_s,
            end_s=max(w.end_s for w in group),
        )
        for group in groups
    ]


def forwards(start_s: float, end_s: float, error: TranscriptError) -> tuple[float, float]:
    """Two times in order.

    Raises:
        TranscriptError: the given one, where they are not.
    """
    if end_s < start_s:
        raise error
    return start_s, end_s
