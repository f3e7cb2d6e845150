"""Words without times of their own, spread over the sound of their passage.

Conventions: each word gets of the speech time what its syllables are of all syllables. Then the pauses, the longest
first, are laid between words: at the end of a sentence or clause near to where they fall, else at the nearest word
where that is close; the words between two pauses are spread anew. No word lies in a pause.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from itertools import accumulate, pairwise
from typing import Final

from voicesim.audio.clip import SAMPLE_RATE_HZ
from voicesim.audio.span import Span, Timeline
from voicesim.measure.spelling import syllables_in

PAUSE_S: Final = 0.2
"""Shorter silences are stop consonants."""
NEAR_S: Final = 0.6
NEAR_CLAUSE_S: Final = 1.0
"""A pause is laid at a word's end this near; at the end of a clause further off."""
_CLAUSE_BONUS_S: Final = 0.5
_SENTENCE_ENDS: Final = (".", "?", "!", "…", "\N{EM DASH}")
_CLAUSE_ENDS: Final = (",", ";", ":")


def spread(texts: Sequence[str], stretch: Timeline) -> tuple[Span, ...]:
    """Where each word lies.

    Args:
        texts: the words.
        stretch: the sound that they fill; not empty.

    Returns:
        A span for each, in order, each inside one piece of the stretch.
    """
    weights = [max(1, syllables_in(text)) for text in texts]
    ends = [0, *accumulate(len(piece) for piece in stretch)]
    sums = [0, *accumulate(weights)]
    anchors = _anchors(texts, sums, stretch, ends)
    found: list[Span] = []
    for (k0, t0), (k1, t1) in pairwise(anchors):
        for k in range(k0, k1):
            start, end = (
                t0 + (t1 - t0) * (sums[edge] - sums[k0]) // (sums[k1] - sums[k0]) for edge in (k, k + 1)
            )
            found.append(_in_one_piece(start, end, stretch, ends))
    return tuple(found)


def _anchors(
    texts: Sequence[str], sums: Sequence[int], stretch: Timeline, ends: Sequence[int]
) -> list[tuple[int, int]]:
    """Word boundaries (how many words lie before) and the speech time at which they lie, both rising."""
    anchors = [(0, 0), (len(texts), ends[-1])]
    pauses = [(after.start - before.end, ends[i + 1]) for i, (before, after) in enumerate(pairwise(stretch))]
    for length, at in sorted(pauses, key=lambda pause: (-pause[0], pause[1])):
        if length < PAUSE_S * SAMPLE_RATE_HZ:
            break
        after = bisect_right([time for _, time in anchors], at)
        (k0, t0), (k1, t1) = anchors[after - 1], anchors[min(after, len(anchors) - 1)]
        if k1 - k0 < 2 or not t0 < at < t1:
            continue
        best = _boundary(texts, sums, (k0, t0), (k1, t1), at)
        if best is not None:
            anchors.insert(after, (best, at))
    return anchors


def _boundary(
    texts: Sequence[str], sums: Sequence[int], low: tuple[int, int], high: tuple[int, int], at: int
) -> int | None:
    """The word boundary that a pause between two anchors most likely is."""
    (k0, t0), (k1, t1) = low, high
    per_syllable = (t1 - t0) / (sums[k1] - sums[k0])
    reach = NEAR_CLAUSE_S * SAMPLE_RATE_HZ / per_syllable
    wanted = sums[k0] + (at - t0) / per_syllable
    first = max(k0 + 1, bisect_left(sums, wanted - reach))
    last = min(k1 - 1, bisect_right(sums, wanted + reach) - 1)
    best: tuple[float, int] | None = None
    for k in range(first, last + 1):
        away_s = abs(sums[k] - wanted) * per_syllable / SAMPLE_RATE_HZ
        is_clause = texts[k - 1].endswith(_SENTENCE_ENDS + _CLAUSE_ENDS)
        if away_s > (NEAR_CLAUSE_S if is_clause else NEAR_S):
            continue
        bonus_s = 0.0
        if is_clause:
            bonus_s = _CLAUSE_BONUS_S if texts[k - 1].endswith(_SENTENCE_ENDS) else _CLAUSE_BONUS_S / 2
        if best is None or (away_s - bonus_s, k) < best:
            best = (away_s - bonus_s, k)
    return None if best is None else best[1]


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
