"""The same customer, easier or harder to serve: a pure change of the scenario.

Conventions: *normal* is the scenario as it was written. The words that are said stay the written ones; what changes
is patience (how long a silence, a hold and a long turn are borne), talkativeness (how long he talks on when talked
over) and how much is volunteered: an easy customer adds the facts that a moment waits for of himself, a hard one
gives a single fact an answer. The factors are a choice of the project.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from voicesim.scenario.model import Fact, Moment, MoodBand, Scenario, Spoken


class Difficulty(StrEnum):
    """The values are part of the call folder's format."""

    EASY = "easy"
    NORMAL = "normal"
    HARD = "hard"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Level:
    patience: float
    """Factor on every silence, hold and long turn that is borne."""
    talks_on: float
    """Factor on how long he must be talked over before he yields."""
    volunteers: bool
    facts_a_turn: int | None


LEVELS: Final[Mapping[Difficulty, _Level]] = {
    Difficulty.EASY: _Level(patience=1.5, talks_on=1.0, volunteers=True, facts_a_turn=None),
    Difficulty.NORMAL: _Level(patience=1.0, talks_on=1.0, volunteers=False, facts_a_turn=None),
    Difficulty.HARD: _Level(patience=0.7, talks_on=1.6, volunteers=False, facts_a_turn=1),
}


def at_difficulty(scenario: Scenario, difficulty: Difficulty) -> Scenario:
    """The scenario at a difficulty; at *normal* the same one."""
    if difficulty is Difficulty.NORMAL:
        return scenario
    level = LEVELS[difficulty]
    facts = {fact.fact_id: fact for fact in scenario.facts}
    return replace(
        scenario,
        bands=tuple(_band(band, level) for band in scenario.bands),
        moments=tuple(_moment(moment, facts, level) for moment in scenario.moments),
        hold_patience_s=scenario.hold_patience_s * level.patience,
        facts_a_turn=level.facts_a_turn,
    )


def _band(band: MoodBand, level: _Level) -> MoodBand:
    return replace(
        band,
        patience_s=band.patience_s * level.patience,
        barge_in_after_s=band.barge_in_after_s * level.talks_on,
        monologue_s=None if band.monologue_s is None else band.monologue_s * level.patience,
    )


def _moment(moment: Moment, facts: Mapping[str, Fact], level: _Level) -> Moment:
    patience_s = None if moment.patience_s is None else moment.patience_s * level.patience
    wanted = [name for one in moment.listens_for for name in one.facts if name not in moment.tells]
    given = [facts[name] for name in dict.fromkeys(wanted) if name in facts and facts[name].says is not None]
    if not level.volunteers or moment.says is None or not given:
        return replace(moment, patience_s=patience_s)
    return replace(
        moment,
        patience_s=patience_s,
        says=_joined(moment.says, given),
        tells=(*moment.tells, *(fact.fact_id for fact in given)),
    )


def _joined(says: Spoken, facts: list[Fact]) -> Spoken:
    """A line with facts after it, in the words of every mood."""
    texts = {
        band: " ".join([text, *(fact.says.texts[band] for fact in facts if fact.says is not None)])
        for band, text in says.texts.items()
    }
    return replace(says, texts=texts)
