"""Whether a call passes: by the scenario's musts, by the least that a skill has to reach, by the overall score.

Conventions: words that the recogniser is not certain of never fail a call. A behaviour that has to come and did not
fails it only where no turn of the trainee is too uncertain to hold it; else somebody is asked to listen there.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from voicesim.behaviour.tables import Tables
from voicesim.results import Evidence
from voicesim.scorecard.by_words import is_uncertain
from voicesim.scorecard.card import Failure, Skill, SkillStatus
from voicesim.scorecard.evidence import clock, of_observation, plain, shortened
from voicesim.scorecard.facts import Facts
from voicesim.scorecard.must_first import too_early
from voicesim.scorecard.rubric import Rubric

CARD: Final = "card"
NOTHING: Final = "nothing"
_MAX_PLACES: Final = 3


@dataclass(frozen=True, slots=True)
class Ruling:
    """What the scenario's own lists come to."""

    failures: tuple[Failure, ...] = ()
    to_hear: tuple[Evidence, ...] = ()
    is_asked: bool = False
    """Whether there was anything to rule."""
    is_open: bool = False
    """Whether the words could not be judged."""

    @property
    def failed_sections(self) -> frozenset[str]:
        """Ids of the sections that count as 0."""
        return frozenset(f.fails for f in self.failures if f.fails != CARD)


def rule_on(facts: Facts, rubric: Rubric, tables: Tables) -> Ruling:
    """The scenario's ``must``, ``must_not`` and ``must_first``, where the words can be judged."""
    brief = facts.call.brief
    must = brief.must if brief and rubric.auto_fail.must != NOTHING else ()
    must_not = brief.must_not if brief and rubric.auto_fail.must_not != NOTHING else ()
    must_first = brief.must_first if brief and rubric.auto_fail.must_not != NOTHING else ()
    if not (must or must_not or must_first):
        return Ruling()
    if facts.content is not None:
        return Ruling(is_asked=True, is_open=True)
    failures, to_hear = [], []
    unclear = [turn for turn in facts.turns if is_uncertain((turn,))]
    for name in must:
        if facts.found(facts.turns, (name,)):
            continue
        if unclear:
            to_hear += [facts.place_of(turn, f"{_title(name, tables)}: may be here") for turn in unclear]
        else:
            failures.append(_missing(name, rubric.auto_fail.must, tables))
    for name in must_not:
        found = facts.found(facts.turns, (name,))
        seen = [of_observation(o, _title(name, tables)) for o in found if o.is_certain]
        to_hear += [
            of_observation(o, f"{_title(name, tables)}: is it there?") for o in found if not o.is_certain
        ]
        if seen:
            failures.append(_forbidden(name, rubric.auto_fail.must_not, tables, seen))
    for rule in must_first:
        early, unsure = too_early(rule, facts, rubric.auto_fail.must_not)
        failures += early
        to_hear += unsure
    return Ruling(tuple(failures), tuple(dict.fromkeys(to_hear)), is_asked=True)


def bars(rubric: Rubric, skills: Iterable[Skill], overall: float) -> tuple[Failure, ...]:
    """What stays below the least that the rubric asks for."""
    least = {skill.skill_id: skill.minimum for skill in rubric.skills}
    failures = [
        Failure(
            kind="minimum",
            what=skill.skill_id,
            fails=CARD,
            explanation=(
                f"{skill.title} has {plain(skill.score)} points; "
                f"this rubric asks for {plain(least[skill.skill_id])}."
            ),
            evidence=tuple(e for lost in skill.lost for e in lost.evidence)[:_MAX_PLACES],
        )
        for skill in skills
        if skill.score is not None and skill.score < least[skill.skill_id]
    ]
    if overall < rubric.pass_at:
        told = f"The overall is {plain(overall)}; this rubric asks for {plain(rubric.pass_at)}."
        failures.append(Failure(kind="pass_at", what="", fails=CARD, explanation=told))
    return tuple(failures)


def has_passed(
    rubric: Rubric, skills: Sequence[Skill], ruling: Ruling, failures: Sequence[Failure]
) -> bool | None:
    """Whether the call passes; ``None`` where nothing is asked or it could not be told."""
    if any(failure.fails == CARD for failure in failures):
        return False
    least = {skill.skill_id: skill.minimum for skill in rubric.skills if skill.minimum > 0.0}
    is_unknown = any(s.status is SkillStatus.NOT_SCORABLE and s.skill_id in least for s in skills)
    if ruling.is_open or ruling.to_hear or is_unknown:
        return None
    return True if rubric.pass_at > 0.0 or least or ruling.is_asked else None


def _missing(name: str, fails: str, tables: Tables) -> Failure:
    told = f"This scenario asks for it, and it never came: {_counts(name, tables)}."
    return Failure(kind="must", what=name, fails=fails, explanation=told)


def _forbidden(name: str, fails: str, tables: Tables, seen: Sequence[Evidence]) -> Failure:
    first = seen[0]
    told = (
        f"This scenario rules it out ({_title(name, tables).lower()}), and at {clock(first.start_s)} "
        f"you said “{shortened(first.quote)}”."
    )
    return Failure(
        kind="must_not", what=name, fails=fails, explanation=told, evidence=tuple(seen[:_MAX_PLACES])
    )


def _title(name: str, tables: Tables) -> str:
    known = tables.behaviour(name)
    return known.title if known else name.replace("_", " ")


def _counts(name: str, tables: Tables) -> str:
    known = tables.behaviour(name)
    return known.counts.rstrip(".") if known and known.counts else name.replace("_", " ")
