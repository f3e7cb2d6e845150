"""Active speech level after ITU-T P.56, method B: how loud somebody speaks while speaking.

Conventions
    Input: float samples, full scale 1.0 = 0 dBov, so that full-scale DC is 0 dBov and a full-scale sine
    -3.01 dBov. Output: dBov. Silence between words is left out by the method itself: ten more seconds of
    silence move the result by less than 0.05 dB. Any length, in constant memory.
    Nothing that reaches the lowest threshold (2^-15 of full scale) gives ``None``: there is no level then.

The envelope q is the magnitude, smoothed twice by p = g p + (1-g)|x| and q = g q + (1-g) p with
g = exp(-1 / (rate * 0.03 s)). For each threshold c = 2^-15 … 2^-1 the active samples are those with q >= c,
and those within the hangover of 0.2 s after one. With A(c) = 10 log10(sum of x^2 / active samples) and
C = 20 log10 c, the active level is the A at which A - C equals the margin of 15.9 dB, interpolated
between the two thresholds around it.

Source: ITU-T Recommendation P.56 (12/2011), clause 5.2 (method B); 0 dBov reference as ITU-T G.100.1.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from voicesim.audio.clip import SAMPLE_RATE_HZ, Clip, Samples
from voicesim.audio.span import Span, intersect, union

TIME_CONSTANT_S: Final = 0.03
HANGOVER_S: Final = 0.2
MARGIN_DB: Final = 15.9
_N_THRESHOLDS: Final = 15
_BLOCK_SAMPLES: Final = 1 << 18


@dataclass(frozen=True, slots=True, kw_only=True)
class ActiveLevel:
    """What P.56 says about a stretch of sound."""

    active_dbov: float
    """Active speech level."""
    long_term_dbov: float
    """RMS level over everything, silence included."""
    activity_ratio: float
    """Share of the time that is active, 0..1."""


class _ThresholdCounter:
    """Counts the samples active at one threshold, hangover included, over consecutive blocks."""

    def __init__(self, threshold: float, hangover_samples: int) -> None:
        self._threshold = threshold
        self._hangover = hangover_samples
        self._left = 0
        self.n_active = 0

    def step(self, envelope: npt.NDArray[np.float64]) -> None:
        n = len(envelope)
        above = envelope >= self._threshold
        edges = np.flatnonzero(above[1:] != above[:-1]) + 1
        if above[0]:
            edges = np.concatenate(([0], edges))
        if above[-1]:
            edges = np.concatenate((edges, [n]))
        starts, ends = edges[::2], edges[1::2]
        if len(starts) == 0:
            self.n_active += min(self._left, n)
            self._left = max(0, self._left - n)
            return
        gaps = np.concatenate((starts[1:], [n])) - ends
        self.n_active += min(self._left, int(starts[0])) + int(np.sum(ends - starts))
        self.n_active += int(np.sum(np.minimum(gaps, self._hangover)))
        self._left = max(0, self._hangover - int(gaps[-1]))


def active_level(
    blocks: Iterable[npt.NDArray[np.floating]], sample_rate_hz: int = SAMPLE_RATE_HZ
) -> ActiveLevel | None:
    """Active speech level of consecutive blocks of samples.

    Args:
        blocks: shape (n_samples,) each, in order; empty ones are skipped.
        sample_rate_hz: positive.

    Returns:
        ``None`` where nothing reaches the lowest threshold of the method.

    >>> tone = 0.1 * np.sin(2 * np.pi * 440 * np.arange(32_000) / 16_000)
    >>> round(active_level([tone]).active_dbov, 1)
    -22.9
    """
    from scipy.signal import lfilter

    g = float(np.exp(-1.0 / (sample_rate_hz * TIME_CONSTANT_S)))
    b, a = [1.0 - g], [1.0, -g]
    first, second = np.zeros(1), np.zeros(1)
    hangover = round(HANGOVER_S * sample_rate_hz)
    counters = [_ThresholdCounter(2.0 ** (j - _N_THRESHOLDS), hangover) for j in range(_N_THRESHOLDS)]
    energy, n_samples = 0.0, 0
    for block in blocks:
        if len(block) == 0:
            continue
        samples = np.asarray(block, dtype=np.float64)
        energy += float(np.sum(np.square(samples)))
        n_samples += len(samples)
        smooth, first = lfilter(b, a, np.abs(samples), zi=first)
        envelope, second = lfilter(b, a, smooth, zi=second)
        for counter in counters:
            counter.step(envelope)
    if energy <= 0.0:
        return None
    return _interpolate(energy, n_samples, [counter.n_active for counter in counters])


def _interpolate(energy: float, n_samples: int, n_active: list[int]) -> ActiveLevel | None:
    long_term_dbov = 10.0 * float(np.log10(energy / n_samples))
    above: tuple[float, float] | None = None
    for j, n in enumerate(n_active):
        if n == 0:
            break
        level_dbov = 10.0 * float(np.log10(energy / n))
        excess_db = level_dbov - 20.0 * float(np.log10(2.0 ** (j - _N_THRESHOLDS))) - MARGIN_DB
        if excess_db <= 0.0:
            active_dbov = level_dbov
            if above is not None:
                share = above[1] / (above[1] - excess_db)
                active_dbov = above[0] + share * (level_dbov - above[0])
            ratio = min(1.0, float(10.0 ** ((long_term_dbov - active_dbov) / 10.0)))
            return ActiveLevel(active_dbov=active_dbov, long_term_dbov=long_term_dbov, activity_ratio=ratio)
        above = (level_dbov, excess_db)
    return None


def blocks_of(clip: Clip, spans: Iterable[Span] | None = None) -> Iterator[Samples]:
    """The samples of a clip, or of some stretches of it joined together, block after block."""
    for span in (clip.span,) if spans is None else spans:
        start, end = max(0, span.start), min(len(clip), span.end)
        for at in range(start, end, _BLOCK_SAMPLES):
            yield clip.samples[at : min(at + _BLOCK_SAMPLES, end)]


def widened(spans: Iterable[Span], by_s: float, *, within: Span) -> tuple[Span, ...]:
    """Stretches with some time added at both ends, overlapping ones merged, cut to ``within``."""
    by = round(by_s * SAMPLE_RATE_HZ)
    return intersect(union(Span(s.start - by, s.end + by) for s in spans), (within,))


def level_of(clip: Clip, spans: Iterable[Span]) -> ActiveLevel | None:
    """Active level of stretches of talk, from the first one's start to the last one's end.

    The method's hangover is left around every stretch but at the two ends of the talk, as if the recording
    had been cut there: silence before and after then changes nothing at all.
    """
    talk = tuple(spans)
    if not talk:
        return None
    whole = Span(max(0, talk[0].start), min(len(clip), talk[-1].end))
    return active_level(blocks_of(clip, widened(talk, HANGOVER_S, within=whole)), clip.sample_rate_hz)
