"""Where a sound can be heard."""

from __future__ import annotations

from typing import Final

import numpy as np

from voicesim.audio.clip import Samples
from voicesim.audio.span import Span

AUDIBLE_DBOV: Final = -50.0
"""Quieter samples are taken for silence where two programs' edges are compared."""

AUDIBLE_AMPLITUDE: Final = 10.0 ** (AUDIBLE_DBOV / 20.0)


def audible_span(samples: Samples) -> Span:
    """From the first sample above -50 dBov to the last one; empty at 0 where there is none.

    Args:
        samples: float32, shape (n_samples,).
    """
    audible = np.flatnonzero(np.abs(samples) > AUDIBLE_AMPLITUDE)
    return Span(int(audible[0]), int(audible[-1]) + 1) if len(audible) else Span(0, 0)
