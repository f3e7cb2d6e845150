"""Overlap arithmetic beside pyannote.core's and call-ai-metrics', on random timelines."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from call_ai_metrics import CallAnalyzer
from call_ai_metrics._metrics import measure
from pyannote.core import Segment, Timeline

from voicesim.audio.span import Span, intersect, subtract, total, union
from voicesim.validation.real.recordings import SEED, Recordings
from voicesim.validation.rows import Row, at_most, row

TIMELINES = 500
RATE = 16_000


def rows(recordings: Recordings, tell: Callable[[float], None], *, n: int = TIMELINES) -> tuple[Row, ...]:
    del recordings
    rng = np.random.default_rng(SEED)
    pyannote, call_ai = [], []
    for index in range(n):
        a, b = _timeline(rng), _timeline(rng)
        theirs_a, theirs_b = _theirs(a), _theirs(b)
        pyannote += [
            total(a) / RATE - theirs_a.duration(),
            total(intersect(a, b)) / RATE - theirs_a.crop(theirs_b, mode="intersection").support().duration(),
            total(union((*a, *b))) / RATE - theirs_a.union(theirs_b).support().duration(),
            total(subtract(a, b)) / RATE
            - (theirs_a.duration() - theirs_a.crop(theirs_b, mode="intersection").support().duration()),
        ]
        call_ai += _beside_call_ai(a, b)
        tell((index + 1) / n)
    subject, limits = "overlap arithmetic", at_most(1e-6)
    durations = "durations, intersections, unions, differences: largest error"
    both = "talk time of each and of both at once: largest error"
    return (
        row(subject, durations, "pyannote.core", _worst(pyannote), n=len(pyannote), unit="s", limits=limits),
        row(subject, both, "call-ai-metrics", _worst(call_ai), n=len(call_ai), unit="s", limits=limits),
    )


def _worst(errors: list[float]) -> float:
    return float(np.max(np.abs(errors)))


def _timeline(rng: np.random.Generator) -> tuple[Span, ...]:
    edges = np.sort(rng.choice(120 * RATE, 2 * int(rng.integers(1, 25)), replace=False)).tolist()
    return tuple(Span(s, e) for s, e in zip(edges[::2], edges[1::2], strict=True))


def _theirs(spans: tuple[Span, ...]) -> Timeline:
    return Timeline([Segment(s.start / RATE, s.end / RATE) for s in spans]).support()


def _beside_call_ai(a: tuple[Span, ...], b: tuple[Span, ...]) -> list[float]:
    """Differences from its numbers before it rounds them (its report has the overlap as a share of six digits)."""
    rows = [(s.start / RATE, s.end / RATE, name) for name, spans in (("a", a), ("b", b)) for s in spans]
    theirs = measure(CallAnalyzer()._load(rows, None, None).timeline, grace_s=0.5, max_turn_pause_s=3.0)
    return [
        total(a) / RATE - theirs.parties["a"].talk_time,
        total(b) / RATE - theirs.parties["b"].talk_time,
        total(intersect(a, b)) / RATE - theirs.overlap,
    ]
