"""What SRT and WebVTT share: cues with times, and the speakers in them.

Conventions: a cue with several speakers gives each a part of its time by the letters of what they say.
"""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from voicesim.errors import TranscriptError
from voicesim.intake.transcripts.labels import Line, labelled, line_of, words_of
from voicesim.intake.transcripts.model import Passage
from voicesim.intake.transcripts.parties import Parties

ARROW: Final = "-->"
_TIME: Final = re.compile(r"(?:(\d{1,3}):)?(\d{1,2}):(\d{2})[.,](\d{1,3})$")
_TAG: Final = re.compile(r"</?(?!v[ \t.])[a-zA-Z0-9:.][^<>]{0,80}>|</v>|\{\\[^{}]{0,40}\}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Cue:
    """A stretch of time and the lines shown in it."""

    start_s: float
    end_s: float
    lines: tuple[tuple[int, str], ...]
    """Number and text."""


def times_of(line: str, number: int) -> tuple[float, float]:
    """Start and end of a cue, in seconds, from its line with the arrow.

    Raises:
        TranscriptError: they are no times, or run backwards.
    """
    left, _, right = line.partition(ARROW)
    start_s, end_s = _seconds(left.strip(), number), _seconds((right.split() or [""])[0], number)
    if end_s < start_s:
        raise TranscriptError("the cue ends before it starts", line=number, hint="put its times right")
    return start_s, end_s


def _seconds(text: str, number: int) -> float:
    match = _TIME.match(text)
    if match is None or int(match[2]) > 59 or int(match[3]) > 59:
        raise TranscriptError(
            f"“{text[:40]}” is no time",
            line=number,
            hint="times of a cue look like 00:01:23,456 --> 00:01:25,000",
        )
    hours, minutes, seconds, fraction = match.groups()
    return int(hours or 0) * 3600 + int(minutes) * 60 + int(seconds) + int(fraction.ljust(3, "0")) / 1000


def passages_of(cues: Sequence[Cue], parties: Parties) -> list[Passage]:
    """Cues as passages of one speaker each."""
    groups = [[piece for number, text in cue.lines for piece in _pieces(text, number)] for cue in cues]
    found: list[Passage] = []
    for cue, stretches in zip(cues, labelled(groups, parties), strict=True):
        weights = [len(stretch.text) for stretch in stretches]
        before = 0
        for stretch, weight in zip(stretches, weights, strict=True):
            start_s, end_s = (
                cue.start_s + (cue.end_s - cue.start_s) * letters / sum(weights)
                for letters in (before, before + weight)
            )
            before += weight
            words = words_of(stretch.text)
            if words:
                found.append(
                    Passage(
                        speaker=stretch.speaker,
                        words=words,
                        start_s=start_s,
                        end_s=end_s,
                        line=stretch.number,
                    )
                )
    return found


def _pieces(text: str, number: int) -> tuple[Line, ...]:
    return line_of(html.unescape(_TAG.sub("", text)), number)
