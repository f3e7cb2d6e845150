"""The scorecard on the page: the overall, what to keep and change, skills, measures, behaviours."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import groupby
from typing import Final, TypeAlias

from voicesim.audio.clip import SAMPLE_RATE_HZ
from voicesim.behaviour.observation import Observation
from voicesim.report import wording
from voicesim.report.html.markup import NOTHING, Markup, disclosure, element, join, plain, play_button
from voicesim.report.overlaps import plain_label
from voicesim.report.skills import Part, Reader, explained, firmness, parts, standing, unscored, why_unscored
from voicesim.results import Evidence, Json, Measured, Result
from voicesim.scorecard.card import LostPoints, Overall, Scorecard, Skill, SkillStatus

_RATE: Final = "per "
"""How the unit of a rate begins; the value of one event is no rate."""

_Units: TypeAlias = Mapping[tuple[float, float, float | None], str]


def overall_section(card: Scorecard) -> Markup:
    """The score in one number, one strength, three changes."""
    overall = card.overall
    if overall.score is None:
        figure = element("p", _no_score(overall.status), class_="no-figure")
        bar = NOTHING
    else:
        figure = element(
            "p", wording.score(overall.score), element("span", " / 100", class_="of"), class_="figure"
        )
        bar = _bar(overall.score)
    verdict = element(
        "div",
        element("h2", "Overall", id="overall"),
        figure,
        bar,
        _standing(overall.level, is_borderline=overall.is_borderline),
        element("p", wording.sentence(overall.explanation), class_="why"),
        _passing(overall, _units(card)),
        class_="verdict",
    )
    keep = change = NOTHING
    if overall.strength:
        keep = element(
            "div",
            element("h2", "Keep doing this"),
            element("p", wording.sentence(overall.strength)),
            class_="keep",
        )
    if overall.changes:
        titles = {lost.rule: skill.title for skill in card.skills for lost in skill.lost}
        units = _units(card)
        items = join(_change(lost, units, titles.get(lost.rule, "")) for lost in overall.changes)
        change = element("div", element("h2", "Change next time"), element("ol", items), class_="change")
    return element("section", verdict, element("div", keep, change, class_="advice"), class_="hero")


def _standing(level: str, *, is_borderline: bool) -> Markup:
    told = standing(level, is_borderline=is_borderline)
    return element("p", told, class_="standing") if told else NOTHING


def _passing(overall: Overall, units: _Units) -> Markup:
    """Whether the call passes, and why not."""
    mark = NOTHING
    if overall.has_passed is not None:
        told, css = ("Passed", "passed") if overall.has_passed else ("Not passed", "failed")
        mark = element("p", told, class_=css)
    reasons = join(
        element("li", wording.sentence(failure.explanation), evidence_list(failure.evidence, units))
        for failure in overall.failures
    )
    listen = NOTHING
    if overall.to_hear:
        listen = element(
            "div",
            element("p", "Listen before you let it pass: words that decide are uncertain here."),
            evidence_list(overall.to_hear, units),
            class_="to-hear",
        )
    return join((mark, element("ul", reasons, class_="failures") if reasons else NOTHING, listen))


def skills_section(card: Scorecard, reader: Reader = "coach") -> Markup:
    """One row a skill, by section; the lost points and the evidence open on demand."""
    units = _units(card)
    rows = [
        row
        for part in parts(card.skills, card.overall)
        for row in (_part_head(part), *(_skill(skill, units) for skill in part.skills))
    ]
    rows += [_unscored(group, units) for group in unscored(card.skills)]
    if not rows:
        return NOTHING
    return element(
        "section",
        element("h2", "Skills", id="skills"),
        element("div", join(rows), class_="skills card"),
        _firmness(card) if reader == "coach" else NOTHING,
    )


def _part_head(part: Part) -> Markup:
    if part.score is None:
        return NOTHING
    told = wording.score(part.score) + (", failed: counts as 0" if part.is_failed else "")
    return element("h3", part.title, " ", element("span", told, class_="part-score"), class_="part")


def _firmness(card: Scorecard) -> Markup:
    """Which levels one threshold decides."""
    rows = [("Overall", card.overall.level, card.overall.flips)] if card.overall.flips else []
    rows += [(skill.title, skill.level, skill.flips) for skill in card.skills if skill.flips]
    items = join(
        element("li", element("strong", title), ": ", wording.sentence(told))
        for title, level, flips in rows
        for told in firmness(flips, level)
    )
    if not items:
        return NOTHING
    about = element(
        "p",
        "One threshold of the rubric, 20 % lower or higher, would give these another level.",
        class_="why",
    )
    return disclosure(
        f"How firm the levels are ({len(rows)} borderline)",
        about,
        element("ul", items, class_="firmness"),
        class_="more-measures",
    )


def measures_section(card: Scorecard) -> Markup:
    """One tile a measure: the headline ones in sight, the others on demand."""
    if not card.measures:
        return NOTHING
    ordered = wording.in_reading_order(card.measures)
    headlines = [_measure(name, result) for name, result in ordered if name in wording.HEADLINES]
    others = [_measure(name, result) for name, result in ordered if name not in wording.HEADLINES]
    more = element("div", join(others), class_="tiles") if others else NOTHING
    if headlines and others:
        more = disclosure(f"Further measures ({len(others)})", more, class_="more-measures")
    return element(
        "section",
        element("h2", "Measures", id="measures"),
        element("div", join(headlines), class_="tiles") if headlines else NOTHING,
        more,
    )


def behaviours_section(behaviours: Iterable[Observation]) -> Markup:
    """What the words showed, by kind, every place playable."""
    ordered = sorted(behaviours, key=lambda seen: (seen.costs_points, seen.behaviour_id, seen.span))
    rows = [_behaviour(tuple(group)) for _, group in groupby(ordered, key=lambda seen: seen.behaviour_id)]
    if not rows:
        return NOTHING
    return element(
        "section",
        element("h2", "What the words showed", id="behaviours"),
        element("dl", join(rows), class_="behaviours card"),
    )


def provenance_section(provenance: Iterable[tuple[str, Json]]) -> Markup:
    """What the scorecard was made with."""
    return disclosure("How this was made", _table(provenance))


def evidence_list(evidence: Iterable[Evidence], units: _Units) -> Markup:
    """Buttons that play each piece of evidence, in order of time.

    A value is shown where it is a measure's, so that its unit is known.
    """
    ordered = sorted(evidence, key=lambda piece: (piece.start_s, piece.end_s))
    items = join(element("li", _evidence(piece, units)) for piece in ordered)
    return element("ul", items, class_="evidence") if items else NOTHING


def _units(card: Scorecard) -> _Units:
    """The unit of every piece of evidence that a measure gives."""
    return {
        (piece.start_s, piece.end_s, piece.value): result.unit
        for result in card.measures.values()
        if isinstance(result, Measured)
        for piece in result.evidence
        if piece.value is not None
    }


def _evidence(piece: Evidence, units: _Units) -> Markup:
    quote = element("q", piece.quote, dir="auto") if piece.quote else None
    label = element("span", plain_label(piece.label), class_="label") if piece.label else None
    unit = units.get((piece.start_s, piece.end_s, piece.value))
    value = None
    if piece.value is not None and unit is not None and not unit.startswith(_RATE):
        value = element("span", wording.amount(piece.value, unit), class_="value")
    return play_button(piece.start_s, label, value, quote, end_s=piece.end_s)


def _change(lost: LostPoints, units: _Units, skill_title: str = "") -> Markup:
    """The advice, what its want cost, and where."""
    price = wording.points(lost.points) if lost.points else ""
    told = ", ".join(part for part in (skill_title, price) if part)
    shown = element("span", told, class_="price", title=f"Rule {lost.rule}")
    advice = element("p", wording.sentence(lost.advice), " ", shown)
    return element("li", advice, evidence_list(lost.evidence, units))


def _skill(skill: Skill, units: _Units) -> Markup:
    assert skill.score is not None
    lost = join(_change(one, units) for one in skill.lost)
    told = {(piece.start_s, piece.end_s) for one in skill.lost for piece in one.evidence}
    places = evidence_list((e for e in skill.evidence if (e.start_s, e.end_s) not in told), units)
    return element(
        "article",
        element("h3", _skill_title(skill), _level(skill)),
        _bar(skill.score),
        element("span", wording.score(skill.score), class_="score"),
        element("p", wording.sentence(explained(skill)), class_="why"),
        disclosure(
            "Why, and where",
            element("ul", lost, class_="lost") if lost else NOTHING,
            element("h4", "Also looked at") if lost and places else NOTHING,
            places,
        ),
        class_="skill",
    )


def _unscored(skills: tuple[Skill, ...], units: _Units) -> Markup:
    """Skills that have no score for one and the same reason."""
    first = skills[0]
    why = why_unscored(skills) or f"because {wording.because(first.reason)}"
    return element(
        "article",
        element("h3", join((_skill_title(skill) for skill in skills), ", ")),
        element("span", _no_score(first.status), class_="no-score"),
        element("p", wording.sentence(why), class_="why"),
        disclosure("Where", evidence_list((e for skill in skills for e in skill.evidence), units)),
        class_=f"skill without {first.status.value.replace('_', '-')}",
    )


def _level(skill: Skill) -> Markup:
    told = standing(skill.level, is_borderline=skill.is_borderline)
    return element("span", told, class_="level") if told else NOTHING


def _skill_title(skill: Skill) -> Markup:
    return element("span", skill.title, id=f"skill-{skill.skill_id}")


def _measure(name: str, result: Result) -> Markup:
    heading = element("h3", wording.title(name))
    definition = join(
        (
            disclosure("Further numbers", _table(sorted(result.details.items()))),
            disclosure("What this number is", _definition(result.definition)),
        )
    )
    if not isinstance(result, Measured):
        told, more = wording.not_measured(result)
        return element(
            "article",
            heading,
            element("p", told, class_="not-measured"),
            element("p", more, class_="why") if more else None,
            definition,
            class_="tile absent",
            id=f"measure-{name}",
        )
    value, unit = wording.reading(result.value, result.unit)
    figure = element("p", value, element("span", f" {unit}", class_="unit"), class_="reading")
    units = {(piece.start_s, piece.end_s, piece.value): result.unit for piece in result.evidence}
    cautions = join(element("p", wording.sentence(text), class_="caution") for text in result.cautions)
    places = disclosure(f"Where it came from ({len(result.evidence)})", evidence_list(result.evidence, units))
    return element(
        "article", heading, figure, cautions, places, definition, class_="tile", id=f"measure-{name}"
    )


def _table(values: Iterable[tuple[str, Json]]) -> Markup:
    """Names and values, one row each."""
    rows = join(
        element("div", element("dt", wording.labelled(name)), element("dd", wording.told(value)))
        for name, value in values
    )
    return element("dl", rows, class_="table") if rows else NOTHING


def _definition(definition: str) -> Markup:
    return element("p", wording.sentence(definition), class_="definition") if definition else NOTHING


def _behaviour(seen: tuple[Observation, ...]) -> Markup:
    name = element(
        "dt", wording.title(seen[0].behaviour_id), element("span", f" {len(seen)}", class_="count")
    )
    places = join(element("li", _place(one)) for one in seen)
    css = "against" if seen[0].costs_points else "for"
    return element("div", name, element("dd", element("ul", places, class_="evidence")), class_=css)


def _place(seen: Observation) -> Markup:
    doubt = None if seen.is_certain else element("span", "not sure it was heard right", class_="doubt")
    quote = element("q", seen.quote, dir="auto")
    start_s, end_s = seen.span.start_s(SAMPLE_RATE_HZ), seen.span.end_s(SAMPLE_RATE_HZ)
    return play_button(start_s, quote, doubt, end_s=end_s)


def _bar(score: float) -> Markup:
    """A bar of 100; the number beside it says the same."""
    width = f"{plain(min(max(score, 0.0), 100.0))}%"
    return element(
        "svg",
        element("rect", width="100%", height="8", rx="4", class_="bar-ground"),
        element("rect", width=width, height="8", rx="4", class_="bar-fill"),
        class_="bar",
        height="8",
        width="100%",
        aria_hidden="true",
        focusable="false",
    )


def _no_score(status: SkillStatus) -> str:
    return "Not applicable" if status is SkillStatus.NOT_APPLICABLE else "Not scorable"
