"""The scorecard for a terminal: what to keep, what to change, then where it came from.

Whether there are colours, and which characters the terminal can show, the caller decides (``NO_COLOR``, a
pipe, an old code page). Control characters of a transcript never reach the terminal.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby
from typing import Final

from voicesim.audio.clip import SAMPLE_RATE_HZ
from voicesim.behaviour.observation import Observation
from voicesim.report import wording
from voicesim.report.recogniser import RecogniserLine, recogniser_line
from voicesim.report.skills import Part, Reader, explained, firmness, parts, standing, unscored, why_unscored
from voicesim.results import Evidence, Measured, Result
from voicesim.scorecard.card import Flip, LostPoints, Overall, Scorecard, Skill, SkillStatus

MIN_WIDTH: Final = 40
"""Narrower terminals get this and wrap by themselves."""

MAX_WIDTH: Final = 100
"""Longer lines are hard to read."""

BAR_CELLS: Final = 20
TITLE_CELLS: Final = 24
TIMES_SHOWN: Final = 4
"""Places listed behind a point; the rest are counted."""

_POINTS_TOLD: Final = re.compile(r"\b\d+(\.\d+)? points?\b")
LOST_SHOWN: Final = 2
"""Lost points of a skill that the trainee sees at once; the page has them all."""

_STYLES: Final[Mapping[str, str]] = {"strong": "1", "dim": "2", "good": "32", "alarm": "1;31", "bar": "36"}
_PLAIN_SIGNS: Final = str.maketrans(
    {
        "█": "#",
        "░": ".",
        "·": "-",
        "…": "...",
        "“": '"',
        "”": '"',
        "\N{RIGHT SINGLE QUOTATION MARK}": "'",
        "\N{MULTIPLICATION SIGN}": "x",
        "\N{EN DASH}": "-",
        "\N{MINUS SIGN}": "-",
    }
)


def card_to_text(
    card: Scorecard,
    *,
    width: int,
    use_colour: bool,
    use_unicode: bool = True,
    reader: Reader = "coach",
) -> str:
    """A scorecard as lines of text.

    Args:
        card: what to show.
        width: columns of the terminal, kept between :data:`MIN_WIDTH` and :data:`MAX_WIDTH`.
        use_colour: whether to add ANSI colours.
        use_unicode: whether bars, dashes and quotation marks may leave ASCII; words stay as they are.
        reader: the coach sees all of it; the trainee the scores, what was lost and the headline measures, and
            "borderline" instead of the thresholds that decide a level.

    Returns:
        Text that ends with a line break.
    """
    page = _Page(min(max(width, MIN_WIDTH), MAX_WIDTH), use_colour=use_colour, use_unicode=use_unicode)
    is_coach = reader == "coach"
    sections = (
        _heading(card, page),
        _overall(card, page),
        _verdict(card.overall, page),
        *(_part(part, page, is_coach=is_coach) for part in parts(card.skills, card.overall)),
        _unscored(card.skills, page, is_coach=is_coach),
        _firmness(card, page) if is_coach else iter(()),
        _measures(card, page, is_coach=is_coach),
        _behaviours(card.behaviours, page) if is_coach else iter(()),
    )
    return "\n\n".join(text for lines in sections if (text := "\n".join(lines))) + "\n"


class _Page:
    """Width, colours and characters of the terminal."""

    def __init__(self, width: int, *, use_colour: bool, use_unicode: bool) -> None:
        self.width = width
        self._use_colour = use_colour
        self._use_unicode = use_unicode

    def paint(self, text: str, style: str) -> str:
        """The text in a style of :data:`_STYLES`, its signs in what the terminal can show."""
        text = text if self._use_unicode else text.translate(_PLAIN_SIGNS)
        return f"\x1b[{_STYLES[style]}m{text}\x1b[0m" if self._use_colour and style and text else text

    def wrap(
        self, text: str, *, first: str | None = None, indent: str = "", style: str = ""
    ) -> Iterator[str]:
        """Lines of at most the page's width; ``first`` opens the first one, ``indent`` the others."""
        opening = indent if first is None else wording.clean(first)
        if not self._use_unicode:
            text, opening = text.translate(_PLAIN_SIGNS), opening.translate(_PLAIN_SIGNS)
        lines = textwrap.wrap(
            wording.clean(text), self.width, initial_indent=opening, subsequent_indent=indent
        )
        return (self.paint(line, style) for line in lines)

    def head(self, text: str) -> str:
        return self.paint(text.upper(), "strong")


def _heading(card: Scorecard, page: _Page) -> Iterator[str]:
    name = wording.clean(wording.text_in(card.call.get("id"))) or "call"
    yield from page.wrap(" · ".join((name, *wording.facts(card.call))), indent="  ", first="", style="strong")
    for warning in wording.warnings(card.call):
        yield from page.wrap(warning, first="!! ", indent="   ", style="alarm")
    line = recogniser_line(card.provenance)
    if line is not None:
        yield from _recogniser(line, page)


def _recogniser(line: RecogniserLine, page: _Page) -> Iterator[str]:
    if line.warning:
        yield from page.wrap(
            f"{line.alarm.upper()}. {line.text} {line.warning}", first="!! ", indent="   ", style="alarm"
        )
    else:
        yield from page.wrap(line.text, indent="  ", first="", style="dim")


def _overall(card: Scorecard, page: _Page) -> Iterator[str]:
    overall = card.overall
    if overall.score is None:
        told = _no_score(overall.status)
    else:
        told = f"{wording.score(overall.score)} / 100"
        level = standing(overall.level, is_borderline=overall.is_borderline)
        told += f"  {level}" if level else ""
    yield from page.wrap(f"OVERALL  {told}", style="strong")
    yield from page.wrap(overall.explanation, indent="  ")
    if overall.strength:
        yield ""
        yield page.head("Keep doing this")
        yield from page.wrap(wording.sentence(overall.strength), indent="  ", style="good")
    if overall.changes:
        yield ""
        yield page.head("Change next time")
        for i, change in enumerate(overall.changes, start=1):
            yield from page.wrap(_cost(change), first=f"  {i}. ", indent="     ")


def _cost(lost: LostPoints) -> str:
    places = _places(lost.evidence)
    told = [wording.points(lost.points)] if lost.points and not _POINTS_TOLD.search(lost.advice) else []
    told += [f"at {places}"] if places else []
    return wording.sentence(lost.advice) + (f" ({', '.join(told)})" if told else "")


def _places(evidence: Iterable[Evidence]) -> str:
    seconds = sorted({wording.clock(piece.start_s): piece.start_s for piece in evidence}.values())
    shown = ", ".join(wording.clock(s) for s in seconds[:TIMES_SHOWN])
    return f"{shown} and {len(seconds) - TIMES_SHOWN} more" if len(seconds) > TIMES_SHOWN else shown


def _no_score(status: SkillStatus) -> str:
    return "not applicable" if status is SkillStatus.NOT_APPLICABLE else "not scorable"


def _verdict(overall: Overall, page: _Page) -> Iterator[str]:
    """Whether the call passes, and why not."""
    if overall.has_passed is not None:
        yield page.paint(
            "PASSED" if overall.has_passed else "NOT PASSED", "good" if overall.has_passed else "alarm"
        )
    for failure in overall.failures:
        yield from page.wrap(_with_places(failure.explanation, failure.evidence), first="  - ", indent="    ")
    if overall.to_hear:
        yield from page.wrap(
            f"Listen before you let it pass: words that decide are uncertain at {_places(overall.to_hear)}.",
            first="  - ",
            indent="    ",
        )


def _with_places(told: str, evidence: Iterable[Evidence]) -> str:
    places = _places(evidence)
    return wording.sentence(told) + (f" (at {places})" if places else "")


def _part(part: Part, page: _Page, *, is_coach: bool) -> Iterator[str]:
    """The scored skills of a section."""
    yield page.head(part.title) + (f"  {_part_score(part)}" if part.score is not None else "")
    longest = max(len(wording.clean(skill.title)) for skill in part.skills)
    cells = max(1, min(longest, page.width - BAR_CELLS - 10))
    for skill in part.skills:
        yield from _skill_row(skill, page, cells)
        if is_coach:
            yield from page.wrap(wording.sentence(explained(skill)), indent="    ", style="dim")
        for lost in skill.lost if is_coach else skill.lost[:LOST_SHOWN]:
            yield from page.wrap(_cost(lost), first="    - ", indent="      ")
        if not is_coach and len(skill.lost) > LOST_SHOWN:
            yield page.paint(f"      and {len(skill.lost) - LOST_SHOWN} more like these", "dim")


def _part_score(part: Part) -> str:
    assert part.score is not None
    return f"{wording.score(part.score)} / 100" + (", failed: it counts as 0" if part.is_failed else "")


def _unscored(skills: tuple[Skill, ...], page: _Page, *, is_coach: bool) -> Iterator[str]:
    groups = unscored(skills)
    if groups:
        yield page.head("Without a score")
    for group in groups:
        status, reason = group[0].status, group[0].reason
        told = (
            _no_score(status) if reason is None else f"{_no_score(status)}, because {wording.because(reason)}"
        )
        yield from page.wrap(
            f"{', '.join(skill.title for skill in group)}: {told}", first="  ", indent="    "
        )
        why = wording.sentence(why_unscored(group))
        is_new = reason is None or why.lower() != f"{wording.because(reason)}.".lower()
        if is_new and (is_coach or status is SkillStatus.NOT_SCORABLE):
            yield from page.wrap(why, indent="    ", style="dim")


def _skill_row(skill: Skill, page: _Page, cells: int) -> Iterator[str]:
    assert skill.score is not None
    *above, title = textwrap.wrap(wording.clean(skill.title), cells) or [""]
    yield from (page.paint(f"  {line}", "") for line in above)
    full = round(min(max(skill.score, 0.0), 100.0) / 100.0 * BAR_CELLS)
    bar = "█" * full + "░" * (BAR_CELLS - full)
    row = f"  {title.ljust(cells)}  {wording.score(skill.score):>3}  "
    level = wording.clean(standing(skill.level, is_borderline=skill.is_borderline))
    fits = level and len(row) + BAR_CELLS + 2 + len(level) <= page.width
    yield page.paint(row, "") + page.paint(bar, "bar") + (page.paint(f"  {level}", "dim") if fits else "")


def _firmness(card: Scorecard, page: _Page) -> Iterator[str]:
    """Which levels one threshold decides."""
    rows: list[tuple[str, str, tuple[Flip, ...]]] = [
        (skill.title, skill.level, skill.flips) for skill in card.skills if skill.flips
    ]
    if card.overall.flips:
        rows.insert(0, ("Overall", card.overall.level, card.overall.flips))
    if not rows:
        return
    yield page.head("How firm the levels are")
    yield from page.wrap(
        "One threshold of the rubric, 20 % lower or higher, would give these another level.", indent="  "
    )
    for title, level, flips in rows:
        for told in firmness(flips, level):
            yield from page.wrap(f"{title}: {told}.", first="  - ", indent="    ", style="dim")


def _measures(card: Scorecard, page: _Page, *, is_coach: bool) -> Iterator[str]:
    ordered = wording.in_reading_order(card.measures)
    for i, (is_headline, group) in enumerate(groupby(ordered, key=lambda item: item[0] in wording.HEADLINES)):
        if not (is_headline or is_coach):
            continue
        if i:
            yield ""
        yield page.head("Measures" if is_headline or not i else "Further measures")
        for name, result in group:
            yield from _measure(name, result, page)


def _measure(name: str, result: Result, page: _Page) -> Iterator[str]:
    title = wording.title(name).ljust(TITLE_CELLS)
    if not isinstance(result, Measured):
        told, more = wording.not_measured(result)
        told = f"{told[:1].lower()}{told[1:]} {more}"
        yield from page.wrap(told, first=f"  {title}  ", indent="    ")
        return
    yield from page.wrap(wording.amount(result.value, result.unit), first=f"  {title}  ", indent="    ")
    yield from page.wrap(wording.sentence(result.definition), indent="    ", style="dim")
    for caution in result.cautions:
        yield from page.wrap(wording.sentence(caution), first="    ! ", indent="      ")


def _behaviours(behaviours: Iterable[Observation], page: _Page) -> Iterator[str]:
    ordered = sorted(behaviours, key=lambda seen: (seen.behaviour_id, seen.span))
    for i, (name, group) in enumerate(groupby(ordered, key=lambda seen: seen.behaviour_id)):
        if i == 0:
            yield page.head("What was said")
        seen = tuple(group)
        yield from page.wrap(f"{wording.title(name)} \N{MULTIPLICATION SIGN}{len(seen)}", indent="  ")
        for one in seen:
            doubt = "" if one.is_certain else " (not sure it was heard right)"
            clock = wording.clock(one.span.start_s(SAMPLE_RATE_HZ))
            yield from page.wrap(f"{clock} “{one.quote}”{doubt}", first="    ", indent="      ", style="dim")
