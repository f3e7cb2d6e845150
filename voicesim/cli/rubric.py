"""``voicesim rubric``: check, show, schema, diff."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from voicesim.cli.output import Progress, say
from voicesim.errors import RubricError, VoicesimError

if TYPE_CHECKING:
    from voicesim.cli.scoring import ScoringOptions
    from voicesim.measure.baseline import Baseline
    from voicesim.scorecard.comparison import Change, Comparison, Standing
    from voicesim.scorecard.rubric import Rubric, RubricSkill, Rule


@click.group("rubric")
def command() -> None:
    """Check, show and compare rubrics."""


@command.command("check")
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="FILE…")
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def check(*, paths: tuple[Path, ...], as_json: bool) -> int:
    """Say what is wrong with rubric files, with line and advice. Exit 3 if one cannot be used."""
    from voicesim.cli.wiring import load_rubric, load_tables

    tables = load_tables()
    rows: list[dict[str, object]] = []
    for path in paths:
        try:
            load_rubric(path, tables)
        except RubricError as exc:
            rows.append(
                {
                    "path": str(path),
                    "line": exc.line,
                    "key": exc.key,
                    "message": exc.message,
                    "hint": exc.hint,
                }
            )
            if not as_json:
                print(f"error: {exc.message}", file=sys.stderr)
                if exc.hint:
                    print(f"hint: {exc.hint}", file=sys.stderr)
    if as_json:
        print(json.dumps(rows, indent=2, ensure_ascii=False))
    elif not rows:
        say(f"{len(paths)} checked, all can be used")
    return RubricError.exit_code if rows else 0


@command.command("show", short_help="Show what a rubric judges, by which rules.")
@click.argument("path", required=False, type=click.Path(path_type=Path), metavar="[FILE]")
@click.option("--yaml", "as_yaml", is_flag=True, help="The file itself, to start one of your own from.")
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def show(*, path: Path | None, as_yaml: bool, as_json: bool) -> None:
    """Show what a rubric judges, by which rules; without FILE the one that is part of voicesim."""
    from voicesim.cli.wiring import load_rubric, load_tables

    rubric = load_rubric(_named(path), load_tables())
    if as_yaml:
        print(rubric.source, end="")
        return
    if as_json:
        print(json.dumps([_row(skill) for skill in rubric.skills], indent=2, ensure_ascii=False))
        return
    levels = ", ".join(f"{level.title} from {level.at_least:g}" for level in rubric.levels)
    print(f"{rubric.title} ({rubric.rubric_id}, version {rubric.version})\nlevels: {levels}")
    print(f"passes: {_passes(rubric)}")
    for section_id, title in rubric.sections.items():
        print(f"\n{title.upper()}")
        for skill in rubric.skills:
            if skill.section == section_id:
                _print_skill(skill)


def _named(path: Path | None) -> Path | None:
    """A rubric file; ``None`` for the one that is part of voicesim, which may be called "default"."""
    return None if path is not None and str(path) == "default" and not path.is_file() else path


def _passes(rubric: Rubric) -> str:
    asked = [f"overall {rubric.pass_at:g} and more"] if rubric.pass_at > 0.0 else []
    asked += [f"{skill.title} {skill.minimum:g}" for skill in rubric.skills if skill.minimum > 0.0]
    fails = {"card": "the call", "nothing": "nothing"}
    for name, what in (("must", rubric.auto_fail.must), ("must_not", rubric.auto_fail.must_not)):
        told = fails.get(what, f"section {rubric.sections.get(what, what)!r}")
        asked.append(f"a scenario's {name} fails {told}")
    return "; ".join(asked)


def _print_skill(skill: RubricSkill) -> None:
    print(f"  {skill.title} ({skill.skill_id}, weight {skill.weight:g})\n    {skill.about}")
    for rule in skill.rules:
        print(f"    - {_rule_text(rule)}")


def _rule_text(rule: Rule) -> str:
    from voicesim.scorecard.rubric import AvoidRule, DueRule, MeasureRule, OrderRule, PairRule, ShowsRule

    points = f"{rule.points:g} points"
    match rule:
        case MeasureRule():
            curve = rule.curves[0]
            corners = ", ".join(f"{100 * share:g} % at {x:g}" for x, share in curve.corners)
            how = f"{curve.measure}{f'.{curve.detail}' if curve.detail else ''}: {corners}"
        case ShowsRule():
            how = f"{_any(rule.any_of)}, {rule.at_least} wanted{_place(rule.place)}"
        case DueRule():
            how = f"{_any(rule.any_of)} within {rule.within_turns} turns of {_any((*rule.after, *rule.moods[:3]))}"
        case AvoidRule():
            points = f"{rule.points_each:g} points each, {rule.points:g} at most"
            how = f"without {_any(rule.any_of)}" + ("" if rule.earns else " (takes only)")
        case OrderRule():
            how = f"{_any(rule.first)} before {_any(rule.then)}"
        case _:
            assert isinstance(rule, PairRule)
            how = f"{_any(rule.first)}, then {_any(rule.then)} within {rule.within_turns} turns"
    return f"{rule.title}, {points}: {how}"


def _any(names: tuple[str, ...]) -> str:
    return " or ".join(names)


def _place(place: str) -> str:
    return "" if place == "anywhere" else f" in the {place}"


def _row(skill: RubricSkill) -> dict[str, object]:
    return {
        "id": skill.skill_id,
        "title": skill.title,
        "section": skill.section,
        "weight": skill.weight,
        "minimum": skill.minimum,
        "about": skill.about,
        "sources": list(skill.sources),
        "rules": [
            {"id": rule.rule_id, "title": rule.title, "points": rule.points, "source": rule.source}
            for rule in skill.rules
        ],
    }


@command.command("schema")
def schema() -> None:
    """Print the JSON Schema of rubric files, for editors."""
    from voicesim.scorecard.schema import rubric_schema

    print(json.dumps(rubric_schema(), indent=2, ensure_ascii=False))


# --- diff -------------------------------------------------------------------------------------------------


@command.command("diff", short_help="Show which scores and passes another rubric changes.")
@click.argument("before", type=click.Path(path_type=Path), metavar="A")
@click.argument("after", type=click.Path(path_type=Path), metavar="B")
@click.argument("calls", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="CALLS…")
@click.option("--json", "as_json", is_flag=True, help="For programs.")
@click.option("-q", "--quiet", is_flag=True, help="No talk on stderr but errors.")
def diff(*, before: Path, after: Path, calls: tuple[Path, ...], as_json: bool, quiet: bool) -> int:
    """Show which scores, levels and passes a change of rubric flips over stored calls.

    A and B are rubric files, or "default" for the one that is part of voicesim; CALLS are call folders. Exit 1
    if one of several folders could not be read.
    """
    from voicesim.cli.scoring import ScoringOptions
    from voicesim.cli.wiring import engines_for, load_rubric, load_tables

    tables = load_tables()
    rubrics = [load_rubric(_named(path), tables) for path in (before, after)]
    options = ScoringOptions(engines=engines_for(None), tables=tables)
    progress = Progress(is_quiet=quiet or as_json)
    found: list[tuple[Path, Comparison]] = []
    n_failed = 0
    for path in calls:
        try:
            found.append((path, _compared(path, options, rubrics, progress)))
        except VoicesimError as exc:
            progress.done()
            if len(calls) == 1:
                raise
            n_failed += 1
            told = exc.message if str(path) in exc.message else f"{path}: {exc.message}"
            print(f"error: {told}", file=sys.stderr)
            if exc.hint:
                print(f"hint: {exc.hint}", file=sys.stderr)
    progress.done()
    if as_json:
        print(json.dumps([_as_json(*pair) for pair in found], indent=2, ensure_ascii=False))
    else:
        _print_diff((before, after), rubrics, found)
    return 1 if n_failed else 0


def _compared(path: Path, options: ScoringOptions, rubrics: list[Rubric], progress: Progress) -> Comparison:
    from dataclasses import replace

    from voicesim.cli.scoring import score_path
    from voicesim.errors import InputError
    from voicesim.scorecard.comparison import compare
    from voicesim.scorecard.judge import score

    if not path.is_dir():
        raise InputError(f"{path} is no call folder", hint="name folders that 'voicesim call' wrote")
    call, first = score_path(path, replace(options, rubric=rubrics[0]), progress)
    baseline = _baseline_of(path)
    return compare(first, score(call, rubrics[1], baseline, options.tables))


def _baseline_of(path: Path) -> Baseline | None:
    from voicesim.cli.wiring import load_baseline

    stored = path / "baseline.json"
    return load_baseline(stored if stored.is_file() else None)


def _print_diff(
    paths: tuple[Path, Path], rubrics: list[Rubric], found: list[tuple[Path, Comparison]]
) -> None:
    print(
        " -> ".join(
            f"{path} ({rubric.rubric_id} version {rubric.version})"
            for path, rubric in zip(paths, rubrics, strict=True)
        )
    )
    for path, result in found:
        print(f"\n{path.name}: {_told(result.before)} -> {_told(result.after)}{_pass_text(result)}")
        for reason in result.reasons if result.pass_flips else ():
            print(f"    {reason}")
        for change in result.changes:
            sign = "*" if change.is_flip else " "
            print(f"  {sign} {change.title}: {_told(change.before)} -> {_told(change.after)}")
        if not result.changes:
            print("    every skill as before")
    n_skills = sum(change.is_flip for _, result in found for change in result.changes)
    n_levels = sum(result.level_flips for _, result in found)
    n_passes = sum(result.pass_flips for _, result in found)
    print(
        f"\ncalls: {len(found)}; other levels of skills (*): {n_skills}, of the overall: {n_levels}, ", end=""
    )
    print(f"other passes: {n_passes}")


def _pass_text(result: Comparison) -> str:
    if not result.pass_flips:
        return ""
    return f"   {_passed(result.passed_before)} -> {_passed(result.passed_after)}"


def _passed(has_passed: bool | None) -> str:
    return {True: "passed", False: "NOT PASSED", None: "not ruled"}[has_passed]


def _told(standing: Standing | None) -> str:
    if standing is None:
        return "not judged"
    if standing.score is None:
        return standing.status.value.replace("_", " ")
    return f"{standing.score:g} {standing.level}"


def _as_json(path: Path, result: Comparison) -> dict[str, object]:
    return {
        "call": path.name,
        "overall": [_plain(result.before), _plain(result.after)],
        "level_flips": result.level_flips,
        "passed": [result.passed_before, result.passed_after],
        "pass_flips": result.pass_flips,
        "reasons": list(result.reasons),
        "skills": [_plain_change(change) for change in result.changes],
    }


def _plain_change(change: Change) -> dict[str, object]:
    return {
        "id": change.skill_id,
        "is_flip": change.is_flip,
        "before": _plain(change.before),
        "after": _plain(change.after),
    }


def _plain(standing: Standing | None) -> dict[str, object] | None:
    if standing is None:
        return None
    return {"score": standing.score, "level": standing.level, "status": standing.status.value}
