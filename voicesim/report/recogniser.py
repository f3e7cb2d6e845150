"""Which recogniser wrote the transcript: one line, loud where it stood in for a better one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from voicesim.report.wording import clean, text_in
from voicesim.results import Json

_WARNING: Final = (
    "It stood in for a better recogniser that could not be had. Expect wrong words; check them by ear."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class RecogniserLine:
    """What a reader must know of the transcript's author."""

    text: str
    """By which recogniser."""
    warning: str = ""
    """What to beware of, where it was a fallback."""


def recogniser_line(provenance: Mapping[str, Json]) -> RecogniserLine | None:
    """The line, from the scorecard's provenance; ``None`` where no recogniser was at work."""
    found = provenance.get("recognition")
    if not isinstance(found, Mapping):
        return None
    name = " ".join(part for key in ("engine", "model", "version") if (part := text_in(found.get(key))))
    if not name:
        return None
    return RecogniserLine(
        text=f"Words recognised by {clean(name)}.", warning=_WARNING if found.get("is_fallback") else ""
    )
