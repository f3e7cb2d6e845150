"""Places in a call as evidence, and advice that names them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from voicesim.audio.span import Span
from voicesim.behaviour.calls import Said
from voicesim.behaviour.observation import Observation
from voicesim.results import Evidence

PLACEHOLDERS: Final = ("at", "quote", "customer", "value", "unit", "count", "times", "points")
"""Names that advice may use."""
_TIMES: Final = {0: "not once", 1: "once", 2: "twice"}
MAX_QUOTE: Final = 90
"""Characters of a quote inside a sentence of advice; evidence keeps all of it."""
DECIMALS: Final = 3
"""Of seconds."""


def clock(seconds: float) -> str:
    """Seconds as ``m:ss``, rounded down, so that playing from there misses nothing.

    >>> clock(72.9)
    '1:12'
    """
    whole = max(0, int(seconds))
    return f"{whole // 60}:{whole % 60:02d}"


def of_span(span: Span, label: str, quote: str = "", value: float | None = None) -> Evidence:
    """Evidence at a stretch of the call."""
    return Evidence(
        start_s=round(span.start_s(), DECIMALS),
        end_s=round(span.end_s(), DECIMALS),
        label=label,
        quote=quote,
        value=value,
    )


def of_observation(seen: Observation, label: str) -> Evidence:
    """Evidence at the words of an observation."""
    return of_span(seen.span, label, seen.quote)


def of_customer(said: Said, label: str) -> Evidence:
    """Evidence at what the customer said."""
    return of_span(said.span, label, said.text)


def shortened(text: str) -> str:
    """A quote that fits into a sentence."""
    return text if len(text) <= MAX_QUOTE else f"{text[:MAX_QUOTE].rsplit(' ', 1)[0]} …"


def filled(advice: str, values: Mapping[str, str]) -> str:
    """Advice with its placeholders filled; what is not known reads as nothing."""
    blank = dict.fromkeys(PLACEHOLDERS, "")
    if values.get("count", "").isdigit():
        blank["times"] = times(int(values["count"]))
    return " ".join(advice.format(**{**blank, **values}).split())


def times(count: int) -> str:
    """How often, in words.

    >>> times(0), times(1), times(5)
    ('not once', 'once', '5 times')
    """
    return _TIMES.get(count, f"{count} times")


def plain(value: float) -> str:
    """A number as in a sentence: at most one decimal.

    >>> plain(152.34), plain(4.0)
    ('152.3', '4')
    """
    return f"{round(value, 1):g}"
