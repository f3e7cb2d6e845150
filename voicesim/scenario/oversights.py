"""What an author easily overlooks: a scenario can be played with it, but not as it was meant."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from difflib import get_close_matches
from typing import Final

from voicesim.scenario.model import MOOD_LIMIT, Listening, Moment, Scenario
from voicesim.scenario.phrases import folded
from voicesim.scenario.problem import Problem, note

MAX_LINE_WORDS: Final = 30
"""About ten seconds of speech: longer and a caller on a telephone sounds like a reader."""

_HARD_TO_SAY: Final = re.compile(r"[0-9&@#%/\\<>_*+=]|\b(?:Mr|Mrs|Ms|Dr|St|etc|e\.g|i\.e|approx)\.")

_ONE_OF_SEVERAL: Final = re.compile(r"\.?[0-9]+\Z")
"""Slots of lines that stand in a list."""


def oversights(scenario: Scenario) -> Iterator[Problem]:
    """Advice on a scenario, in no order."""
    yield from _speakable(scenario)
    yield from _moments(scenario)
    yield from _facts(scenario)
    yield from _musts(scenario)


def unknown_skills(scenario: Scenario, known: Collection[str]) -> Iterator[Problem]:
    """Skills that no scorecard has."""
    for skill in scenario.skills:
        if skill not in known:
            close = get_close_matches(skill, list(known), n=1)
            hint = f"did you mean {close[0]!r}?" if close else f"there are {', '.join(sorted(known))}"
            yield note(f"unknown skill {skill!r}", hint, scenario.key_lines.get("skills"))


# --- lines ------------------------------------------------------------------------------------------------


def _speakable(scenario: Scenario) -> Iterator[Problem]:
    for spoken in scenario.spoken():
        for text in dict.fromkeys(spoken.texts.values()):
            if len(text.split()) > MAX_LINE_WORDS:
                yield note(
                    f"{spoken.slot} is too long to listen to ({len(text.split())} words)",
                    f"keep lines within {MAX_LINE_WORDS} words",
                    spoken.line or None,
                )
            if _ONE_OF_SEVERAL.search(spoken.slot) and text[0].islower():
                yield note(
                    f"{spoken.slot} begins in the middle of a sentence: {text!r}",
                    "a comma inside [ ] begins another line; put a line with a comma in quotation marks",
                    spoken.line or None,
                )
            hard = _HARD_TO_SAY.search(text)
            if hard:
                yield note(
                    f"{spoken.slot} has {hard.group()!r}, which synthesizers read in their own way",
                    "write numbers and abbreviations as they are spoken",
                    spoken.line or None,
                )


# --- moments ----------------------------------------------------------------------------------------------


def _moments(scenario: Scenario) -> Iterator[Problem]:
    for moment in scenario.moments[1:]:
        if moment.says is None:
            yield note(
                f"the customer says nothing on entering {moment.moment_id!r}", "give it a says:", moment.line
            )
    for moment in scenario.moments:
        if not moment.listens_for:
            yield note(f"moment {moment.moment_id!r} listens for nothing", "add listens_for:", moment.line)
        yield from _listenings(moment)
        yield from _rephrasings(moment)


def _listenings(moment: Moment) -> Iterator[Problem]:
    for number, listening in enumerate(moment.listens_for):
        if _is_met_by_anything(listening):
            yield note(
                f"moment {moment.moment_id!r} goes on whatever is said here",
                "name behaviours, facts or phrases, or use otherwise:",
                listening.line,
            )
        hidden_by = next((b for b in moment.listens_for[:number] if _hides(b, listening)), None)
        if hidden_by is not None:
            yield note(
                f"moment {moment.moment_id!r} never comes to this: what line {hidden_by.line} listens for is met first",
                "put the rarer one first, or take it out",
                listening.line,
            )


def _named(listening: Listening) -> set[object]:
    return {*listening.behaviours, *(f"fact {name}" for name in listening.facts), *listening.phrases}


def _is_met_by_anything(listening: Listening) -> bool:
    return not _named(listening)


def _hides(before: Listening, after: Listening) -> bool:
    """Whether all that meets the later one meets the earlier one too."""
    if before.mood_at_least > max(after.mood_at_least, -MOOD_LIMIT):
        return False
    if _is_met_by_anything(before):
        return True
    if _is_met_by_anything(after):
        return False
    if before.needs_all and len(_named(before)) > 1:
        return after.needs_all and _named(before) <= _named(after)
    # Any one of the earlier is enough: of the later, all are there or each by itself.
    return (
        not _named(before).isdisjoint(_named(after)) if after.needs_all else _named(after) <= _named(before)
    )


def _rephrasings(moment: Moment) -> Iterator[Problem]:
    said = set() if moment.says is None else {folded(text) for text in moment.says.texts.values()}
    for again in moment.again:
        texts = {folded(text) for text in again.texts.values()}
        if said & texts:
            yield note(
                f"{again.slot} says what was said before",
                "a customer who is not understood says it in other words",
                again.line,
            )
        said |= texts


# --- facts, musts ---------------------------------------------------------------------------------------


def _facts(scenario: Scenario) -> Iterator[Problem]:
    waited_for = {name for m in scenario.moments for one in m.listens_for for name in one.facts}
    owners: dict[tuple[str, ...], str] = {}
    for fact in scenario.facts:
        told = any(fact.fact_id in m.tells for m in scenario.moments)
        if not fact.asked_by and not told:
            yield note(
                f"the fact {fact.fact_id!r} can never be told",
                "add asked_by: phrases, or name it in a moment's tells:",
                fact.line,
                is_error=fact.fact_id in waited_for,
            )
        for phrase in fact.asked_by:
            owner = owners.setdefault(phrase, fact.fact_id)
            if owner != fact.fact_id:
                yield note(
                    f"{' '.join(phrase)!r} asks for {owner!r} and for {fact.fact_id!r}",
                    "the customer would answer both; tell them apart",
                    fact.line,
                )


def _musts(scenario: Scenario) -> Iterator[Problem]:
    called_for = {name for moment in scenario.moments for name in moment.expects}
    called_for |= {name for m in scenario.moments for one in m.listens_for for name in one.behaviours}
    for rule in scenario.must_first:
        if not any(fact.fact_id == rule.fact and fact.asked_by for fact in scenario.facts):
            yield note(
                f"must_first waits for {rule.fact!r}, which nobody can ask for",
                "add asked_by: phrases to the fact",
                scenario.key_lines.get("must_first"),
            )
    for name in scenario.must:
        if name not in called_for:
            yield note(
                f"{name!r} is a must, and no moment calls for it",
                "let a moment listen for it or expect it",
                scenario.key_lines.get("must"),
            )
        if name in scenario.must_not:
            yield note(
                f"{name!r} is a must and a must_not",
                "take it out of one of them",
                scenario.key_lines.get("must_not"),
                is_error=True,
            )
