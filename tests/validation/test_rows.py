"""Figures, their targets, and the statistics behind them."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import mannwhitneyu, spearmanr

from voicesim.validation.rows import (
    at_least,
    at_most,
    auc,
    between,
    rank_correlation,
    resampled,
    row,
    within,
)


@pytest.mark.parametrize(
    ("limits", "good", "bad", "text"),
    [
        (at_least(0.95), 0.95, 0.9499, "at least 0.95"),
        (at_most(0.1), 0.1, 0.1001, "at most 0.1"),
        (within(0.2), -0.2, 0.21, "within 0.2"),
        (between(0.9, 1.1), 1.1, 0.89, "0.9 to 1.1"),
    ],
)
def test_limits_hold_their_ends(limits, good, bad, text):
    assert limits.hold(good)
    assert not limits.hold(bad)
    assert limits.text() == text


def test_a_figure_is_rounded_before_it_is_judged():
    assert row("s", "w", "a", 0.95 - 1e-6, n=1, limits=at_least(0.95)).is_reached is True


@pytest.mark.parametrize(("value", "n"), [(None, 3), (float("nan"), 3), (1.0, 0)])
def test_no_figure_reaches_no_target(value, n):
    found = row("s", "w", "a", value, n=n, limits=at_most(5.0))

    assert found.value is None
    assert found.is_reached is False
    assert found.as_json()["reached"] is False


def test_without_a_target_there_is_no_verdict():
    assert row("s", "w", "a", 3.0, n=1).is_reached is None


def test_area_under_the_curve_is_that_of_mann_and_whitney(rng):
    a, b = rng.integers(0, 9, 40), rng.integers(2, 12, 30)

    assert auc(a, b) == pytest.approx(mannwhitneyu(a, b).statistic / (40 * 30))


def test_rank_correlation_is_spearmans(rng):
    x = rng.integers(0, 9, 50).astype(float)
    y = x + rng.normal(0, 3, 50).round()

    assert rank_correlation(x, y) == pytest.approx(spearmanr(x, y).statistic)


def test_the_interval_of_a_mean_is_that_of_theory(rng):
    """1.96 standard errors to both sides."""
    x = rng.normal(10.0, 2.0, 400)

    low, high = resampled(lambda v: float(np.mean(v)), x)

    assert high - low == pytest.approx(2 * 1.96 * np.std(x) / 20, rel=0.1)
    assert low < np.mean(x) < high
