"""Stretches of a call as evidence, and numbers as they are written down.

Conventions
    Seconds of evidence are rounded to 1 ms. Values are rounded before they are returned and before they meet a
    threshold: levels in dB to 0.001 (so that a gain of 6.00 dB shows as such), everything else to 0.01.
"""

from __future__ import annotations

from typing import Final

from voicesim.audio.clip import SAMPLE_RATE_HZ
from voicesim.audio.span import Span
from voicesim.results import Evidence

SECOND_DECIMALS: Final = 3
LEVEL_DECIMALS: Final = 3
VALUE_DECIMALS: Final = 2


def place(span: Span, label: str = "", *, value: float | None = None, quote: str = "") -> Evidence:
    """A span as evidence."""
    return Evidence(
        start_s=seconds(span.start),
        end_s=seconds(span.end),
        label=label,
        quote=quote,
        value=None if value is None else round(value, SECOND_DECIMALS) + 0.0,
    )


def seconds(n_samples: int) -> float:
    """Samples of the call's time line in seconds, rounded to 1 ms."""
    return round(n_samples / SAMPLE_RATE_HZ, SECOND_DECIMALS)


def number(value: float) -> float:
    """A value as it is written down: two decimals, never minus zero."""
    return round(float(value), VALUE_DECIMALS) + 0.0


def level(value_db: float) -> float:
    """A level as it is written down: three decimals, never minus zero."""
    return round(float(value_db), LEVEL_DECIMALS) + 0.0
