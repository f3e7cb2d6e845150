"""WebVTT subtitles (.vtt), as browsers and Zoom, Teams and YouTube write them.

Source: W3C WebVTT, section 4 (file structure): a signature, then blocks parted by empty lines; NOTE, STYLE and REGION
blocks hold no speech.
"""

from __future__ import annotations

from voicesim.errors import TranscriptError
from voicesim.intake.transcripts.model import Passage
from voicesim.intake.transcripts.parties import Parties
from voicesim.intake.transcripts.subtitles import ARROW, Cue, passages_of, times_of

_SILENT = ("NOTE", "STYLE", "REGION")


def read_webvtt(text: str, parties: Parties) -> list[Passage]:
    """Passages of a WebVTT file.

    Raises:
        TranscriptError: a block is none that WebVTT has, or a cue's times are none.
    """
    header, *blocks = _blocks(text.splitlines())
    late = [row for row in header if ARROW in row[1]][:1]
    if late:
        blocks.insert(0, header[header.index(late[0]) :])
    cues: list[Cue] = []
    for block in blocks:
        first = block[0][1].strip()
        if first.split()[0] not in _SILENT or ARROW in first:
            cues += _cues(block)
    return passages_of(cues, parties)


def _cues(block: list[tuple[int, str]]) -> list[Cue]:
    """The cue of a block; more where the empty lines between them are missing."""
    at = [i for i, (_, line) in enumerate(block) if ARROW in line]
    if not at or at[0] > 1:
        raise TranscriptError(
            "a cue's times were expected here",
            line=block[0][0],
            hint="a cue is a line like 00:01:23.456 --> 00:01:25.000, its text and an empty line",
        )
    found: list[Cue] = []
    for start, end in zip(at, [*at[1:], len(block)], strict=True):
        number, line = block[start]
        start_s, end_s = times_of(line, number)
        found.append(Cue(start_s=start_s, end_s=end_s, lines=tuple(block[start + 1 : end])))
    return found


def _blocks(lines: list[str]) -> list[list[tuple[int, str]]]:
    """Lines with their numbers, between empty ones."""
    blocks: list[list[tuple[int, str]]] = []
    is_open = False
    for number, line in enumerate(lines, 1):
        if not line.strip():
            is_open = False
        elif is_open:
            blocks[-1].append((number, line))
        else:
            blocks.append([(number, line)])
            is_open = True
    return blocks
