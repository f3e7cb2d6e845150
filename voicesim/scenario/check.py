"""What is wrong with a scenario, beyond the shape of its file."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from difflib import get_close_matches

from voicesim.scenario.model import EndingKind, Moment, Scenario
from voicesim.scenario.moods import DEFAULT_MOOD_CHANGES, EVENTS
from voicesim.scenario.oversights import oversights, unknown_skills
from voicesim.scenario.problem import Problem

__all__ = ["Problem", "check_scenario"]


def check_scenario(
    scenario: Scenario,
    *,
    known_behaviours: Collection[str] | None = None,
    known_skills: Collection[str] | None = None,
) -> tuple[Problem, ...]:
    """Everything that is wrong with a scenario, errors first, each kind in order of line.

    Args:
        scenario: as read.
        known_behaviours: ids that can be observed; without them no id is questioned.
        known_skills: ids of the scorecard's skills; without them none is questioned.
    """
    found = list(_names(scenario))
    if not found:
        found += _targets(scenario)
    if not found:
        found += _paths(scenario)
    found += _fact_names(scenario)
    if known_behaviours is not None:
        found += _behaviours(scenario, known_behaviours)
    if known_skills is not None:
        found += unknown_skills(scenario, known_skills)
    found += oversights(scenario)
    return tuple(sorted(found, key=lambda p: (not p.is_error, p.line or 0)))


def _names(scenario: Scenario) -> Iterator[Problem]:
    seen: set[str] = set()
    for name, line in [
        *((m.moment_id, m.line) for m in scenario.moments),
        *((e.ending_id, e.line) for e in scenario.endings),
    ]:
        if name in seen:
            yield Problem(
                message=f"two moments or endings are called {name!r}", hint="rename one", line=line, key=name
            )
        seen.add(name)
    for kind, what in (
        (EndingKind.RESOLVED, "a good end"),
        (EndingKind.GAVE_UP, "an end for a poor trainee"),
    ):
        if scenario.ending_of(kind) is None:
            yield Problem(
                message=f"there is no ending of kind {kind.value}, {what}",
                hint=f"add an ending with kind: {kind.value}",
                line=scenario.endings[0].line,
                key="endings",
            )


def _ways(moment: Moment) -> Iterator[tuple[str, int]]:
    for listening in moment.listens_for:
        yield listening.way.go, listening.way.line
    yield moment.otherwise.go, moment.otherwise.line


def _targets(scenario: Scenario) -> Iterator[Problem]:
    names = [*(m.moment_id for m in scenario.moments), *(e.ending_id for e in scenario.endings)]
    for moment in scenario.moments:
        for target, line in _ways(moment):
            if target and target not in names:
                yield Problem(
                    message=f"moment {moment.moment_id!r} goes to {target!r}, which does not exist",
                    hint=_did_you_mean(target, names),
                    line=line,
                    key="go",
                )
            elif target == moment.moment_id and line == moment.otherwise.line:
                yield Problem(
                    message=f"moment {moment.moment_id!r} goes back to itself when nothing is met",
                    hint="write rephrasings under again: and let otherwise: go elsewhere",
                    line=line,
                    key="otherwise",
                )


def _did_you_mean(name: str, known: Collection[str]) -> str:
    close = get_close_matches(name, list(known), n=1)
    return f"did you mean {close[0]!r}?" if close else f"there are {', '.join(sorted(known))}"


def _reachable(scenario: Scenario) -> set[str]:
    ways = {m.moment_id: {target for target, _ in _ways(m)} for m in scenario.moments}
    found: set[str] = set()
    ahead = [scenario.moments[0].moment_id]
    while ahead:
        name = ahead.pop()
        if name not in found:
            found.add(name)
            ahead.extend(ways.get(name, ()))
    return found


def _ending_moments(scenario: Scenario) -> set[str]:
    """Moments from which some ending can be reached."""
    can_end = {e.ending_id for e in scenario.endings}
    grew = True
    while grew:
        more = {
            m.moment_id for m in scenario.moments if any(target in can_end for target, _ in _ways(m))
        } - can_end
        can_end |= more
        grew = bool(more)
    return can_end


def _paths(scenario: Scenario) -> Iterator[Problem]:
    reachable, can_end = _reachable(scenario), _ending_moments(scenario)
    circle = [m for m in scenario.moments if m.moment_id in reachable and m.moment_id not in can_end]
    if circle:
        names = " → ".join([*(m.moment_id for m in circle), circle[0].moment_id])
        yield Problem(
            message=f"the call can go round for ever: {names}",
            hint="let one of these moments go to an ending",
            line=circle[0].line,
            key="otherwise",
        )
    for moment in scenario.moments:
        if moment.moment_id not in reachable:
            yield Problem(
                message=f"moment {moment.moment_id!r} can never be reached",
                hint="let another moment go to it, or remove it",
                line=moment.line,
                key=moment.moment_id,
            )
    if not any(e.ending_id in reachable for e in scenario.endings if e.kind is EndingKind.RESOLVED):
        yield Problem(
            message="no trainee can reach a good end",
            hint="let a moment go to an ending of kind resolved",
            line=scenario.endings[0].line,
            key="endings",
        )
    yield from _unused_endings(scenario, reachable)


def _unused_endings(scenario: Scenario, reachable: set[str]) -> Iterator[Problem]:
    # Silence, mood and the clock lead to the first ending of these kinds without being written down.
    implied = {EndingKind.GAVE_UP, EndingKind.ESCALATED, EndingKind.TIME_LIMIT}
    if scenario.gives_up_at is not None:
        implied.add(EndingKind.HUNG_UP)
    for ending in scenario.endings:
        is_implied = ending.kind in implied and scenario.ending_of(ending.kind) is ending
        if ending.ending_id not in reachable and not is_implied:
            yield Problem(
                message=f"ending {ending.ending_id!r} can never be reached",
                hint="let a moment go to it, or remove it",
                is_error=False,
                line=ending.line,
                key=ending.ending_id,
            )


def _fact_names(scenario: Scenario) -> Iterator[Problem]:
    names = [fact.fact_id for fact in scenario.facts]
    for moment in scenario.moments:
        used = [(name, moment.line) for name in moment.tells]
        used += [(name, listening.line) for listening in moment.listens_for for name in listening.facts]
        for name, line in used:
            if name not in names:
                yield Problem(
                    message=f"moment {moment.moment_id!r} names the fact {name!r}, which does not exist",
                    hint=_did_you_mean(name, names) if names else "add it under facts:",
                    line=line,
                    key=name,
                )


def _named_behaviours(scenario: Scenario) -> dict[str, tuple[int | None, str]]:
    """Behaviours that a scenario names, each with the first line and key where it does."""
    used: dict[str, tuple[int | None, str]] = {}
    for moment in scenario.moments:
        for listening in moment.listens_for:
            for name in listening.behaviours:
                used.setdefault(name, (listening.line, "behaviours"))
        for name in moment.expects:
            used.setdefault(name, (moment.line, "expects"))
    for key, names in (("must", scenario.must), ("must_not", scenario.must_not)):
        for name in names:
            used.setdefault(name, (scenario.key_lines.get(key), key))
    return used


def _behaviours(scenario: Scenario, known: Collection[str]) -> Iterator[Problem]:
    used = _named_behaviours(scenario)
    for name, (line, key) in used.items():
        if name not in known:
            yield Problem(
                message=f"unknown behaviour {name!r}", hint=_did_you_mean(name, known), line=line, key=key
            )
    for name in scenario.mood_changes:
        if name not in known and name not in EVENTS and name not in DEFAULT_MOOD_CHANGES:
            yield Problem(
                message=f"mood_changes names {name!r}, which is neither a behaviour nor an event",
                hint=_did_you_mean(name, [*known, *EVENTS]),
                line=scenario.key_lines.get("customer"),
                key="mood_changes",
            )
