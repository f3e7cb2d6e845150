"""What a proof comes back as: one row a figure, with what it was held against and whether that was reached."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt

from voicesim.results import Json

DECIMALS: Final = 4
RESAMPLES: Final = 2000
Numbers: TypeAlias = npt.NDArray[np.floating] | Sequence[float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What a figure must reach; ``None`` is no limit on that side."""

    low: float | None = None
    high: float | None = None

    def hold(self, value: float) -> bool:
        """Whether a value lies inside, both ends included."""
        return (self.low is None or value >= self.low) and (self.high is None or value <= self.high)

    def text(self) -> str:
        """As a reader writes it."""
        if self.low is not None and self.high is not None:
            same = abs(self.low + self.high) < 1e-12
            return f"within {self.high:g}" if same else f"{self.low:g} to {self.high:g}"
        return f"at least {self.low:g}" if self.low is not None else f"at most {self.high:g}"


def at_least(value: float) -> Limits:
    """This much or more."""
    return Limits(low=value)


def at_most(value: float) -> Limits:
    """This much or less."""
    return Limits(high=value)


def within(value: float) -> Limits:
    """No further from 0 than this."""
    return Limits(low=-value, high=value)


def between(low: float, high: float) -> Limits:
    """From one to the other."""
    return Limits(low=low, high=high)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One figure."""

    subject: str
    """The measure: ``active level``, ``f0`` …"""
    what: str
    """What the figure is."""
    against: str
    """What it was held against: construction, a standard, labels, an independent program."""
    value: float | None
    """The figure, rounded; ``None`` where there was nothing to measure."""
    n: int
    """How many cases it rests on."""
    unit: str = ""
    limits: Limits | None = None
    """What it has to reach; ``None`` where it is only reported."""
    interval: tuple[float, float] | None = None
    """95 % of resamplings lie inside."""
    note: str = ""

    @property
    def is_reached(self) -> bool | None:
        """``None`` where there is no target."""
        if self.limits is None:
            return None
        return self.value is not None and self.limits.hold(self.value)

    def as_json(self) -> dict[str, Json]:
        """For programs; the names are part of the format."""
        return {
            "subject": self.subject,
            "what": self.what,
            "against": self.against,
            "value": self.value,
            "unit": self.unit,
            "n": self.n,
            "interval": None if self.interval is None else list(self.interval),
            "target": None if self.limits is None else {"low": self.limits.low, "high": self.limits.high},
            "reached": self.is_reached,
            "note": self.note,
        }


def row(  # noqa: PLR0913 - one a column
    subject: str,
    what: str,
    against: str,
    value: float | None,
    *,
    n: int,
    unit: str = "",
    limits: Limits | None = None,
    interval: tuple[float, float] | None = None,
    note: str = "",
) -> Row:
    """A row whose figure is rounded before it meets its limits; a figure that is not finite is none."""
    is_number = value is not None and bool(np.isfinite(value)) and n > 0
    return Row(
        subject=subject,
        what=what,
        against=against,
        value=round(float(value), DECIMALS) if is_number and value is not None else None,
        n=n,
        unit=unit,
        limits=limits,
        interval=None if interval is None else (round(interval[0], DECIMALS), round(interval[1], DECIMALS)),
        note=note,
    )


def auc(higher: Numbers, lower: Numbers) -> float:
    """Chance that one of the first is greater than one of the second; equal ones count half; NaN for none.

    >>> auc([2.0, 3.0], [1.0, 2.0])
    0.875
    """
    a, b = np.asarray(higher, np.float64)[:, None], np.asarray(lower, np.float64)[None, :]
    if a.size == 0 or b.size == 0:
        return float("nan")
    return float(np.mean((a > b) + 0.5 * (a == b)))


def rank_correlation(a: Numbers, b: Numbers) -> float:
    """Spearman's rho; NaN for fewer than three pairs."""
    from scipy.stats import rankdata

    if len(a) < 3:
        return float("nan")
    return float(np.corrcoef(rankdata(a), rankdata(b))[0, 1])


def resampled(
    figure: Callable[..., float],
    *columns: Numbers,
    together: bool = True,
    seed: int = 1,
    times: int = RESAMPLES,
) -> tuple[float, float]:
    """95 % interval of a figure over bootstrap resamplings of its cases.

    Args:
        figure: of columns.
        columns: its arguments.
        together: whether the columns are one set of cases; else each is resampled by itself.
        seed: of the resampling.
        times: how many.

    Source: percentile bootstrap, Efron & Tibshirani 1993, chapter 13.
    """
    rng = np.random.default_rng(seed)
    arrays = [np.asarray(column) for column in columns]
    found = []
    for _ in range(times):
        shared = rng.integers(len(arrays[0]), size=len(arrays[0]))
        picks = [shared if together else rng.integers(len(a), size=len(a)) for a in arrays]
        found.append(figure(*(a[p] for a, p in zip(arrays, picks, strict=True))))
    low, high = np.nanquantile(found, (0.025, 0.975))
    return float(low), float(high)
