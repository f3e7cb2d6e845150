"""The outline of a channel."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicesim.errors import ParameterError
from voicesim.report.peaks import MAX_COLUMNS, MIN_COLUMNS, n_columns_for, outline


@given(n_samples=st.integers(1, 5000), n_columns=st.integers(1, 700), place=st.floats(0, 1, exclude_max=True))
def test_a_click_is_in_its_column_and_in_no_other(n_samples: int, n_columns: int, place: float) -> None:
    samples = np.zeros(n_samples, dtype=np.float32)
    at = int(place * n_samples)
    samples[at] = -0.5
    least, greatest = outline(samples, n_columns)
    shown = min(n_columns, n_samples)
    assert len(least) == shown
    (hit,) = np.flatnonzero(least == -0.5)
    assert hit * n_samples // shown <= at < (hit + 1) * n_samples // shown
    assert not np.delete(greatest, hit).any()


def test_the_outline_reaches_the_peaks_of_a_sine() -> None:
    t = np.arange(16_000) / 16_000
    least, greatest = outline((0.8 * np.sin(2 * np.pi * 100 * t)).astype(np.float32), 100)
    assert np.allclose(greatest, 0.8, atol=1e-3)
    assert np.allclose(least, -0.8, atol=1e-3)


def test_no_samples_have_no_columns() -> None:
    assert outline(np.zeros(0, dtype=np.float32), 10).shape == (2, 0)


def test_no_columns_are_refused() -> None:
    with pytest.raises(ParameterError):
        outline(np.zeros(5, dtype=np.float32), 0)


def test_columns_are_bounded_however_long_the_call() -> None:
    assert n_columns_for(1.0) == MIN_COLUMNS
    assert n_columns_for(120.0) == 1200
    assert n_columns_for(7200.0) == n_columns_for(1e6) == MAX_COLUMNS
