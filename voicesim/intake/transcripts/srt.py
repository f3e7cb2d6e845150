"""SubRip subtitles (.srt): numbered cues, each with a line of times and its text, parted by empty lines."""

from __future__ import annotations

from voicesim.errors import TranscriptError
from voicesim.intake.transcripts.model import Passage
from voicesim.intake.transcripts.parties import Parties
from voicesim.intake.transcripts.subtitles import ARROW, Cue, passages_of, times_of


def read_srt(text: str, parties: Parties) -> list[Passage]:
    """Passages of an SRT file.

    Raises:
        TranscriptError: a cue has no times, or times that are none.
    """
    cues: list[Cue] = []
    lines = text.splitlines()
    at = 0
    while at < len(lines):
        if not lines[at].strip():
            at += 1
            continue
        if ARROW not in lines[at] and at + 1 < len(lines) and lines[at].strip().isdigit():
            at += 1
        if ARROW not in lines[at]:
            raise TranscriptError(
                "a cue's times were expected here",
                line=at + 1,
                hint="a cue is a number, a line like 00:01:23,456 --> 00:01:25,000, its text and an empty line",
            )
        start_s, end_s = times_of(lines[at], at + 1)
        said: list[tuple[int, str]] = []
        at += 1
        while at < len(lines) and lines[at].strip() and ARROW not in lines[at]:
            said.append((at + 1, lines[at]))
            at += 1
        if at < len(lines) and ARROW in lines[at] and said and said[-1][1].strip().isdigit():
            said.pop()
        cues.append(Cue(start_s=start_s, end_s=end_s, lines=tuple(said)))
    return passages_of(cues, parties)
