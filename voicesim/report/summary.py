"""A scored call in one line, for lists."""

from __future__ import annotations

from voicesim.report import wording
from voicesim.results import Measured
from voicesim.scorecard.card import Scorecard


def summary_line(card: Scorecard) -> str:
    """Name, length, overall and the headline measures of a call, ``-`` where there is no number."""
    name = wording.clean(wording.text_in(card.call.get("id"))) or "call"
    overall = card.overall.score
    parts = [name, *wording.facts({"duration_s": card.call.get("duration_s")})]
    parts.append("not scored" if overall is None else f"{wording.score(overall)}/100")
    for measure in wording.HEADLINES:
        result = card.measures.get(measure)
        shown = wording.amount(result.value, result.unit) if isinstance(result, Measured) else "-"
        parts.append(f"{wording.title(measure).lower()} {wording.clean(shown)}")
    return "  ".join(parts)
