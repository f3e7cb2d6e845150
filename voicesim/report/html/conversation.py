"""The transcript of both parties on the page; every line plays from its second."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby

from voicesim.audio.clip import SAMPLE_RATE_HZ
from voicesim.behaviour.observation import Observation
from voicesim.report.html.markup import NOTHING, Markup, element, join, plain, play_button
from voicesim.report.overlaps import OverlapKind, OverlapMark
from voicesim.report.transcript import Line, ShownWord
from voicesim.report.wording import title
from voicesim.speech.words import Party

_TAGGED = (OverlapKind.INTERRUPTION, OverlapKind.BUTTING_IN)


def conversation(lines: Iterable[Line], marks: Iterable[OverlapMark], *, is_two_sided: bool) -> Markup:
    """The lines as a list.

    Args:
        lines: in order of time.
        marks: overlaps; those that speak against the trainee are named on the trainee's line.
        is_two_sided: whether the parties are known; else a line is nobody's.
    """
    marks = tuple(marks)
    return element(
        "ol", join(_line(line, marks, is_two_sided=is_two_sided) for line in lines), class_="lines"
    )


def _line(line: Line, marks: tuple[OverlapMark, ...], *, is_two_sided: bool) -> Markup:
    start_s, end_s = line.span.start_s(SAMPLE_RATE_HZ), line.span.end_s(SAMPLE_RATE_HZ)
    who = title(line.party.value) if is_two_sided else "Speech"
    mood = element("span", line.mood, class_="mood") if line.mood else None
    return element(
        "li",
        play_button(start_s, element("span", who, class_="who"), end_s=end_s, class_="play line-play"),
        element("p", join(_said(line)), class_="said", dir="auto"),
        _tags(line, marks),
        mood,
        class_=f"line {line.party.value if is_two_sided else 'anybody'}",
        data_from_s=plain(start_s),
        data_to_s=plain(end_s),
    )


def _said(line: Line) -> Iterator[str]:
    if not line.words and not line.unsaid:
        yield element("em", "no words recognised", class_="wordless")
    for i, (look, group) in enumerate(groupby(line.words, key=_look)):
        if i:
            yield " "
        yield _run(look, " ".join(word.text for word in group))
    if line.unsaid:
        tip = "Left unsaid; the place is reckoned from the length of the line"
        yield Markup(" ")
        yield element("span", "cut off, left unsaid: ", class_="unseen")
        yield element("s", line.unsaid, class_="unsaid", title=tip)


def _look(word: ShownWord) -> tuple[bool, tuple[str, ...], str]:
    names = tuple(sorted({seen.behaviour_id for seen in word.seen}))
    looks = {_class(seen) for seen in word.seen}
    return (word.is_sure, names, next((look for look in ("against", "for", "doubtful") if look in looks), ""))


def _class(seen: Observation) -> str:
    """How a behaviour is shown; one that may have been misheard speaks neither for nor against anybody."""
    if not seen.is_certain:
        return "doubtful"
    return "against" if seen.costs_points else "for"


def _run(look: tuple[bool, tuple[str, ...], str], text: str) -> str:
    is_sure, names, css = look
    shown: str = (
        text if is_sure else element("span", text, class_="unsure", title="The recogniser was not sure")
    )
    if not names:
        return shown
    tip = ", ".join(title(name) for name in names)
    return element("mark", shown, class_=css, title=tip)


def _tags(line: Line, marks: tuple[OverlapMark, ...]) -> Markup:
    tags = [*_overlap_tags(line, marks), *_behaviour_tags(line.seen)]
    return element("ul", join(tags), class_="tags") if tags else NOTHING


def _overlap_tags(line: Line, marks: tuple[OverlapMark, ...]) -> Iterator[Markup]:
    if line.party is not Party.TRAINEE:
        return
    start_s, end_s = line.span.start_s(SAMPLE_RATE_HZ), line.span.end_s(SAMPLE_RATE_HZ)
    for mark in marks:
        if mark.kind in _TAGGED and not mark.is_by_customer and mark.start_s < end_s and mark.end_s > start_s:
            sign = element("span", mark.kind.sign, aria_hidden="true")
            yield element("li", sign, " ", mark.title, class_=f"tag {mark.css}")


def _behaviour_tags(seen: Iterable[Observation]) -> Iterator[Markup]:
    shown: set[str] = set()
    for one in seen:
        if one.behaviour_id in shown:
            continue
        shown.add(one.behaviour_id)
        doubt = "" if one.is_certain else " (listen: not heard for certain)"
        yield element("li", title(one.behaviour_id), doubt, class_=f"tag {_class(one)}")
