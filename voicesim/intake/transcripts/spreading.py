"""Words without times of their own, spread over the sound of their passage.

Conventions: each word gets of the speech time what its syllables are of all syllables; the word before a pause gets one
syllable more, as speakers lengthen it. The pauses are laid between words so that the words between two pauses fit the
time between them best, as the square of how far they are off. A pause at the end of a sentence costs nothing, at that
of a clause a little, at that of another word the more the longer it is, and inside a word most. No word lies in a
pause.

Source: choice of this project; it is the alignment of phrases to breath groups by length alone, by dynamic programming.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from itertools import accumulate, pairwise
from typing import Final, TypeAlias

from voicesim.audio.clip import SAMPLE_RATE_HZ
from voicesim.audio.span import Span, Timeline
from voicesim.measure.spelling import syllables_in

PAUSE_S: Final = 0.2
"""Shorter silences are stop consonants."""
REACH_S: Final = 1.5
"""How far from where its syllables put it a word may be moved."""
CLAUSE_COST: Final = 0.3
WORD_COST: Final = 1.2
WORD_COST_PER_S: Final = 1.0
INSIDE_COST: Final = 4.0
SPREAD_S: Final = 0.1
SPREAD_RATIO: Final = 0.2
"""How far phrases are from the length of their syllables, as a standard deviation."""
FINAL_SYLLABLES: Final = 1
"""By which the word before a pause is longer than its syllables."""
_LOOK_BACK: Final = 3
"""So many pauses in a row, less one, may fall inside words."""
SENTENCE_ENDS: Final = (".", "?", "!", "\N{HORIZONTAL ELLIPSIS}", "\N{EM DASH}")
CLAUSE_ENDS: Final = (",", ";", ":")


def spread(texts: Sequence[str], stretch: Timeline) -> tuple[Span, ...]:
    """Where each word lies.

    Args:
        texts: the words.
        stretch: the sound that they fill, one piece at least; where it has no length, neither have the words.

    Returns:
        A span for each, in order, each inside one piece of the stretch.
    """
    weights = [max(1, syllables_in(text)) for text in texts]
    ends = [0, *accumulate(len(piece) for piece in stretch)]
    sums = [0, *accumulate(weights)]
    if ends[-1] == 0:
        return tuple(Span(stretch[0].start, stretch[0].start) for _ in texts)
    anchors = _anchors(texts, sums, stretch, ends)
    found: list[Span] = []
    for (k0, t0), (k1, t1) in pairwise(anchors):
        whole = sums[k1] - sums[k0] + FINAL_SYLLABLES
        for k in range(k0, k1):
            start = t0 + (t1 - t0) * (sums[k] - sums[k0]) // whole
            end = t1 if k + 1 == k1 else t0 + (t1 - t0) * (sums[k + 1] - sums[k0]) // whole
            found.append(_in_one_piece(start, end, stretch, ends))
    return tuple(found)


def _anchors(
    texts: Sequence[str], sums: Sequence[int], stretch: Timeline, ends: Sequence[int]
) -> list[tuple[int, int]]:
    """Word boundaries (how many words lie before) and the speech time at which they lie, both rising."""
    last = (len(texts), ends[-1])
    pauses = [
        (ends[i + 1], (after.start - before.end) / SAMPLE_RATE_HZ)
        for i, (before, after) in enumerate(pairwise(stretch))
        if after.start - before.end >= PAUSE_S * SAMPLE_RATE_HZ
    ]
    n_syllables = sums[-1] + FINAL_SYLLABLES * (len(pauses) + 1)
    per_syllable_s = ends[-1] / n_syllables / SAMPLE_RATE_HZ

    def misfit(before: tuple[int, int], here: tuple[int, int]) -> float:
        spoken_s = (here[1] - before[1]) / SAMPLE_RATE_HZ
        expected_s = per_syllable_s * (sums[here[0]] - sums[before[0]] + FINAL_SYLLABLES)
        return 0.5 * ((spoken_s - expected_s) / (SPREAD_S + SPREAD_RATIO * expected_s)) ** 2

    reach = REACH_S / per_syllable_s
    # Columns of the search: the start, then for each pause its possible boundaries, each with its cost and origin.
    columns: list[dict[int, tuple[float, _Step | None]]] = [{0: (0.0, None)}]
    times = [0, *(at for at, _ in pauses)]
    for at, pause_s in pauses:
        wanted = sums[-1] * at / ends[-1]
        low = max(1, bisect_left(sums, wanted - reach))
        high = min(len(texts) - 1, bisect_right(sums, wanted + reach) - 1)
        column: dict[int, tuple[float, _Step | None]] = {}
        for k in range(low, high + 1):
            found = _cheapest(columns, times, (k, at), misfit)
            if found is not None:
                column[k] = (found[0] + _boundary_cost(texts[k - 1], pause_s), found[1])
        columns.append(column)
    return _traced(columns, times, _cheapest(columns, times, last, misfit), last)


_Step: TypeAlias = tuple[int, int]
"""A column, and the words before the boundary chosen there."""


def _cheapest(
    columns: Sequence[dict[int, tuple[float, _Step | None]]],
    times: Sequence[int],
    here: tuple[int, int],
    misfit: Callable[[tuple[int, int], tuple[int, int]], float],
) -> tuple[float, _Step] | None:
    """The best way to a boundary from those before it."""
    best: tuple[float, _Step] | None = None
    for back in range(1, min(_LOOK_BACK, len(columns)) + 1):
        j = len(columns) - back
        for k, (so_far, _) in columns[j].items():
            if k >= here[0]:
                continue
            cost = so_far + misfit((k, times[j]), here) + INSIDE_COST * (back - 1)
            if best is None or (cost, j, k) < (best[0], *best[1]):
                best = (cost, (j, k))
    return best


def _traced(
    columns: Sequence[dict[int, tuple[float, _Step | None]]],
    times: Sequence[int],
    end: tuple[float, _Step] | None,
    last: tuple[int, int],
) -> list[tuple[int, int]]:
    """The boundaries on the way to the end."""
    anchors = [last]
    step = None if end is None else end[1]
    while step is not None and step[0] > 0:
        anchors.append((step[1], times[step[0]]))
        step = columns[step[0]][step[1]][1]
    return [(0, 0), *reversed(anchors)]


def _boundary_cost(text: str, pause_s: float) -> float:
    bare = text.rstrip("\"'\N{RIGHT SINGLE QUOTATION MARK}\N{RIGHT DOUBLE QUOTATION MARK})")
    if bare.endswith(SENTENCE_ENDS):
        return 0.0
    return CLAUSE_COST if bare.endswith(CLAUSE_ENDS) else WORD_COST + WORD_COST_PER_S * min(1.0, pause_s)


def _in_one_piece(start: int, end: int, stretch: Timeline, ends: Sequence[int]) -> Span:
    """Speech time as a span of the recording; a word that a pause would part gets its larger part."""
    first = min(bisect_right(ends, start) - 1, len(stretch) - 1)
    parts: list[Span] = []
    for i in range(first, len(stretch)):
        if ends[i] >= end and parts:
            break
        offset = stretch[i].start - ends[i]
        parts.append(Span(max(start, ends[i]) + offset, max(start, min(end, ends[i + 1])) + offset))
    return max(parts, key=len)
