"""Which sound belongs to which passage: times that people wrote, moved to where the sound is.

Conventions: all in samples. The detector finds where anybody speaks; a passage's own stretch is what of that lies in
its written time, which may reach up to ``BOUND_S`` further on both sides. Between two passages the cut lies in the
silence nearest to the written boundary, a long silence before a short one; where there is none, in the middle. Where
passages of two speakers overlap by more than ``SLOPPY_S``, both were written to speak at once: that sound is
nobody's own.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from voicesim.audio.clip import SAMPLE_RATE_HZ
from voicesim.audio.span import Span, Timeline, intersect, subtract, union

BOUND_S: Final = 0.5
SLOPPY_S: Final = 0.5
LEAST_S: Final = 0.05
"""A shorter piece at an edge is the other's sound, cut off."""
_LONG_PAUSE_S: Final = 0.5
"""Silences longer than this are as good a place for a cut as this."""


@dataclass(frozen=True, slots=True)
class Written:
    """Where a passage was written to be, and whose it is."""

    span: Span
    who: str


def own_stretches(written: Sequence[Written], speech: Timeline) -> list[Timeline]:
    """The sound of each passage.

    Args:
        written: passages in order of their starts.
        speech: where anybody speaks in the channel that holds them.

    Returns:
        For each passage its stretches, disjoint from every other's; empty where nobody speaks, or where all of it
        is spoken by two at once.
    """
    bound = round(BOUND_S * SAMPLE_RATE_HZ)
    limits = [[w.span.start - bound, w.span.end + bound] for w in written]
    silences = _silences(speech, written)
    holder = 0
    for i in range(1, len(written)):
        before, now = written[holder].span, written[i].span
        if now.start >= before.end - round(SLOPPY_S * SAMPLE_RATE_HZ):
            cut = _cut(min(before.end, now.start), max(before.end, now.start), silences, bound)
            limits[holder][1] = min(limits[holder][1], cut)
            limits[i][0] = max(limits[i][0], cut)
            holder = i
        elif now.end > before.end:
            limits[holder][1], limits[i][0] = now.start, before.end
            holder = i
        else:
            limits[i] = [now.start, now.end]
    at_once = _at_once(written)
    least = round(LEAST_S * SAMPLE_RATE_HZ)
    taken: list[Span] = []
    found: list[Timeline] = []
    for low, high in limits:
        inside = Span(max(0, low), max(0, low, high))
        own = intersect((inside,), near(speech, inside))
        others = (*near(at_once, inside), *taken)
        pieces = tuple(piece for piece in subtract(own, others) if len(piece) >= least)
        found.append(pieces)
        # Each keeps a few neighbours only, so that a long call takes time proportional to its length.
        taken = [*taken[-8:], *pieces]
    return found


def near(timeline: Timeline, span: Span) -> Timeline:
    """The part of a timeline that can touch a span, found without walking along it."""
    first = max(0, bisect_left(timeline, span) - 1)
    return timeline[first : bisect_left(timeline, Span(span.end, span.end))]


def _silences(speech: Timeline, written: Sequence[Written]) -> Timeline:
    """The silences between stretches of speech, the first and last without end."""
    latest = max([0, *(w.span.end for w in written), *(s.end for s in speech)]) + SAMPLE_RATE_HZ
    return subtract((Span(0, latest),), speech)


def _cut(low: int, high: int, silences: Timeline, bound: int) -> int:
    """Where one passage ends and the next begins, near a written boundary or gap."""
    middle = (low + high) // 2
    first = max(0, bisect_right(silences, Span(max(0, low - bound), 1 << 60)) - 1)
    best: tuple[int, int, int] | None = None
    for silence in silences[first:]:
        if silence.start > high + bound:
            break
        away = max(0, silence.start - high, low - silence.end)
        inside = min(silence.end, high) - max(silence.start, low)
        worth = min(len(silence), round(_LONG_PAUSE_S * SAMPLE_RATE_HZ)) - away
        if away > bound or worth <= 0:
            continue
        place = min(max(middle, silence.start), silence.end)
        if best is None or (worth + max(0, inside), -abs(place - middle)) > best[:2]:
            best = (worth + max(0, inside), -abs(place - middle), place)
    return middle if best is None else best[2]


def _at_once(written: Sequence[Written]) -> Timeline:
    """Where two speakers were written to speak."""
    spans: dict[str, list[Span]] = {}
    for each in written:
        spans.setdefault(each.who, []).append(each.span)
    shared: list[Span] = []
    lines = list(spans.values())
    for i, ours in enumerate(lines):
        shared += intersect(ours, [span for others in lines[i + 1 :] for span in others])
    return tuple(s for s in union(shared) if len(s) > round(SLOPPY_S * SAMPLE_RATE_HZ))
