"""Stretches of time as integer sample indices, and their arithmetic.

Conventions: half-open ``[start, end)``, in samples of the 16 kHz time line. A *timeline* is a tuple of spans
that is sorted and disjoint; :func:`union` makes one of any spans, and every function here returns one.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeAlias

from voicesim.errors import ParameterError


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """``[start, end)`` in samples.

    Raises:
        ParameterError: if it ends before it starts.
    """

    start: int
    end: int

    def __post_init__(self) -> None:
        if self.end < self.start:
            raise ParameterError(f"a span must not end before it starts, got [{self.start}, {self.end})")

    def __len__(self) -> int:
        return self.end - self.start

    def __bool__(self) -> bool:
        return self.end > self.start

    def overlap(self, other: Span) -> int:
        """Samples that both share."""
        return max(0, min(self.end, other.end) - max(self.start, other.start))

    def contains(self, sample: int) -> bool:
        """Whether a sample index lies inside."""
        return self.start <= sample < self.end

    def shift(self, by_samples: int) -> Span:
        """The same length, moved."""
        return Span(self.start + by_samples, self.end + by_samples)

    def start_s(self, sample_rate_hz: int = 16_000) -> float:
        """Start in seconds."""
        return self.start / sample_rate_hz

    def end_s(self, sample_rate_hz: int = 16_000) -> float:
        """End in seconds."""
        return self.end / sample_rate_hz

    def duration_s(self, sample_rate_hz: int = 16_000) -> float:
        """Length in seconds."""
        return (self.end - self.start) / sample_rate_hz


Timeline: TypeAlias = tuple[Span, ...]


def union(spans: Iterable[Span], *, bridge_samples: int = 0) -> Timeline:
    """Merge spans that touch, overlap or lie no more than ``bridge_samples`` apart; empty ones vanish.

    >>> union([Span(5, 9), Span(0, 4), Span(3, 5)])
    (Span(start=0, end=9),)
    """
    merged: list[Span] = []
    for span in sorted(s for s in spans if s):
        if merged and span.start - merged[-1].end <= bridge_samples:
            merged[-1] = Span(merged[-1].start, max(merged[-1].end, span.end))
        else:
            merged.append(span)
    return tuple(merged)


def intersect(left: Iterable[Span], right: Iterable[Span]) -> Timeline:
    """What lies in both timelines.

    >>> intersect([Span(0, 10)], [Span(2, 4), Span(8, 12)])
    (Span(start=2, end=4), Span(start=8, end=10))
    """
    a, b = union(left), union(right)
    out: list[Span] = []
    i = j = 0
    while i < len(a) and j < len(b):
        start, end = max(a[i].start, b[j].start), min(a[i].end, b[j].end)
        if start < end:
            out.append(Span(start, end))
        if a[i].end < b[j].end:
            i += 1
        else:
            j += 1
    return tuple(out)


def subtract(left: Iterable[Span], right: Iterable[Span]) -> Timeline:
    """What lies in the left timeline and not in the right one.

    >>> subtract([Span(0, 10)], [Span(2, 4)])
    (Span(start=0, end=2), Span(start=4, end=10))
    """
    out: list[Span] = []
    holes = union(right)
    for span in union(left):
        start = span.start
        for hole in holes:
            if hole.end <= start:
                continue
            if hole.start >= span.end:
                break
            if hole.start > start:
                out.append(Span(start, hole.start))
            start = hole.end
        if start < span.end:
            out.append(Span(start, span.end))
    return tuple(out)


def total(spans: Iterable[Span]) -> int:
    """Samples covered, each counted once."""
    return sum(len(span) for span in union(spans))
