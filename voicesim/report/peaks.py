"""The outline of a channel: its least and greatest sample in each column of a picture.

Conventions: columns share the channel evenly, to the sample; amplitude 1.0 is full scale. Every sample lies
in exactly one column, so that not even a click is lost.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from voicesim.audio.clip import Samples
from voicesim.errors import ParameterError

COLUMNS_PER_SECOND: Final = 10
MIN_COLUMNS: Final = 600
MAX_COLUMNS: Final = 3000
"""However long the call: some 40 kB of page a channel."""


def n_columns_for(duration_s: float) -> int:
    """Columns for a call of this length, between :data:`MIN_COLUMNS` and :data:`MAX_COLUMNS`."""
    return int(min(MAX_COLUMNS, max(MIN_COLUMNS, duration_s * COLUMNS_PER_SECOND)))


def outline(samples: Samples, n_columns: int) -> npt.NDArray[np.float32]:
    """Least and greatest sample of every column.

    Args:
        samples: float32, shape (n_samples,).
        n_columns: positive; fewer come back where there are fewer samples.

    Returns:
        float32, shape (2, n_columns): least, greatest.

    Raises:
        ParameterError: ``n_columns`` is not positive.
    """
    if n_columns < 1:
        raise ParameterError(f"an outline needs at least one column, got {n_columns}")
    n_columns = min(n_columns, len(samples))
    if not n_columns:
        return np.zeros((2, 0), dtype=np.float32)
    starts = np.arange(n_columns, dtype=np.int64) * len(samples) // n_columns
    return np.stack((np.minimum.reduceat(samples, starts), np.maximum.reduceat(samples, starts)))
