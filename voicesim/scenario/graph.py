"""A scenario as a graph, in Mermaid's flow chart language."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from voicesim.scenario.model import Ending, EndingKind, Listening, Moment, Scenario, Way

_STYLES: Final = {
    EndingKind.RESOLVED: "good",
    EndingKind.RESOLVED_COOL: "good",
    EndingKind.ESCALATED: "bad",
    EndingKind.GAVE_UP: "bad",
    EndingKind.HUNG_UP: "bad",
    EndingKind.TIME_LIMIT: "late",
}


def mermaid(scenario: Scenario) -> str:
    """The moments, what leads from one to the next, and the endings.

    Dashed arrows are taken when nothing that is listened for was met. What can happen anywhere (silence, the
    mood, the clock) is left out.
    """
    lines = ["flowchart TD"]
    lines += [f'  {m.moment_id}["{_moment_label(m)}"]' for m in scenario.moments]
    lines += [
        f'  {e.ending_id}(["{_quoted(f"{e.ending_id} ({_kinds(e)})")}"]):::{_STYLES[e.kind]}'
        for e in scenario.endings
    ]
    for moment in scenario.moments:
        lines += _arrows(moment)
    lines += [
        "  classDef good fill:#d5f0d5,stroke:#2b7a2b",
        "  classDef bad fill:#f5d5d5,stroke:#a03030",
        "  classDef late fill:#eeeeee,stroke:#777777",
    ]
    return "\n".join(lines) + "\n"


def _kinds(ending: Ending) -> str:
    if ending.content_from is None:
        return ending.kind.value
    return f"{ending.kind.value}, below mood {ending.content_from:g} {EndingKind.RESOLVED_COOL.value}"


def _arrows(moment: Moment) -> Iterator[str]:
    for listening in moment.listens_for:
        label = _quoted(_listening_label(listening))
        yield f'  {moment.moment_id} -- "{label}" --> {listening.way.go}'
    if moment.otherwise.go:
        yield f'  {moment.moment_id} -. "{_quoted(_otherwise_label(moment))}" .-> {moment.otherwise.go}'


def _moment_label(moment: Moment) -> str:
    if moment.says is None:
        return _quoted(f"{moment.moment_id}: (waits for the trainee)")
    # The mildest words stand for the moment: bands rise from the worst mood to the best.
    return _quoted(f"{moment.moment_id}: {list(moment.says.texts.values())[-1]}")


def _listening_label(listening: Listening) -> str:
    what = [*listening.behaviours, *(f"told {name}" for name in listening.facts)]
    what += [f"“{' '.join(phrase)}”" for phrase in listening.phrases]
    label = (" + " if listening.needs_all else " / ").join(what) or "anything"
    if listening.mood_at_least > -3.0:
        label += f", mood ≥ {listening.mood_at_least:g}"
    return label + _mood_label(listening.way)


def _otherwise_label(moment: Moment) -> str:
    n = len(moment.again) + 1
    return ("else" if n == 1 else f"else, {n} times") + _mood_label(moment.otherwise)


def _mood_label(way: Way) -> str:
    return f" ({way.mood:+g})" if way.mood else ""


def _quoted(text: str) -> str:
    """Text inside a Mermaid label: quotes, brackets and line breaks would end it."""
    for sign, entity in (("&", "#amp;"), ('"', "#quot;"), ("<", "#lt;"), (">", "#gt;"), ("`", "#96;")):
        text = text.replace(sign, entity)
    return " ".join(text.split())
