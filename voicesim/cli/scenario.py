"""``voicesim scenario``: list, show, check, schema; ``new`` and ``play`` have modules of their own."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from voicesim.cli.output import say
from voicesim.cli.scenario_new import new
from voicesim.cli.scenario_play import play

if TYPE_CHECKING:
    from voicesim.scenario.check import Problem
    from voicesim.scenario.model import Scenario


@click.group("scenario")
def command() -> None:
    """List, show, write, check and play scenarios."""


command.add_command(new)
command.add_command(play)


@command.command("list")
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def list_(*, as_json: bool) -> None:
    """List the scenarios that come with voicesim."""
    from voicesim.cli.scenarios import shipped_scenarios
    from voicesim.scenario.load import load_scenario

    scenarios = {name: load_scenario(path) for name, path in shipped_scenarios().items()}
    if as_json:
        rows = [{"name": name, **_row(scenario)} for name, scenario in scenarios.items()]
        print(json.dumps(rows, indent=2, ensure_ascii=False))
        return
    wide = max(len(name) for name in scenarios)
    for name, scenario in scenarios.items():
        print(f"{name:<{wide}}  {scenario.title} ({scenario.difficulty})")


def _row(scenario: Scenario) -> dict[str, object]:
    return {
        "id": scenario.scenario_id,
        "title": scenario.title,
        "summary": scenario.summary,
        "difficulty": scenario.difficulty,
        "time_limit_s": scenario.time_limit_s,
        "skills": list(scenario.skills),
        "path": scenario.path,
    }


@command.command("show")
@click.argument("name", metavar="NAME|FILE")
@click.option("--json", "as_json", is_flag=True, help="For programs.")
@click.option("--graph", "as_graph", is_flag=True, help="As a Mermaid graph of moments and endings.")
def show(*, name: str, as_json: bool, as_graph: bool) -> None:
    """Show what a scenario is about, its moments and its endings."""
    from voicesim.cli.scenarios import load_named

    scenario, _ = load_named(name)
    if as_graph:
        from voicesim.scenario.graph import mermaid

        print(mermaid(scenario), end="")
        return
    if as_json:
        moments = [{"id": m.moment_id, "expects": list(m.expects)} for m in scenario.moments]
        endings = [{"id": e.ending_id, "kind": e.kind.value} for e in scenario.endings]
        about = {**_row(scenario), "moments": moments, "endings": endings}
        print(json.dumps(about, indent=2, ensure_ascii=False))
        return
    print(f"{scenario.title}\n\n{scenario.summary.strip()}\n")
    print(f"customer:   {scenario.customer_name}, {scenario.band(scenario.mood).name} at the start")
    print(f"goal:       {scenario.goal.strip()}")
    print(f"time limit: {scenario.time_limit_s:.0f} s")
    for title, ids in (("must", scenario.must), ("must not", scenario.must_not)):
        if ids:
            print(f"{title + ':':<11} {', '.join(ids)}")
    print("\nmoments")
    for moment in scenario.moments:
        due = f"  due: {', '.join(moment.expects)}" if moment.expects else ""
        print(f"  {moment.moment_id}{due}")
        if moment.says is not None:
            print(f"    “{next(iter(moment.says.texts.values()))}”")
    print("\nendings")
    for ending in scenario.endings:
        print(f"  {ending.ending_id} ({ending.kind.value})")


@command.command("check")
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="FILE…")
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def check(*, paths: tuple[Path, ...], as_json: bool) -> int:
    """Say everything that is wrong with scenario files. Exit 3 if one cannot be played."""
    from voicesim.errors import ScenarioError
    from voicesim.scenario.check import Problem

    found: list[tuple[Path, Problem]] = []
    for path in paths:
        try:
            found.extend((path, problem) for problem in _problems(path))
        except ScenarioError as exc:
            message = exc.message.removeprefix(f"{path}:{exc.line}: ").removeprefix(f"{path}: ")
            found.append((path, Problem(message=message, hint=exc.hint or "", line=exc.line, key=exc.key)))
    if as_json:
        _print_problems(found)
    else:
        for path, problem in found:
            where = f"{path}:{problem.line}" if problem.line else str(path)
            print(f"{'error' if problem.is_error else 'advice'}: {where}: {problem.message}", file=sys.stderr)
            if problem.hint:
                print(f"hint: {problem.hint}", file=sys.stderr)
    n_errors = sum(problem.is_error for _, problem in found)
    if not n_errors and not as_json:
        say(f"{len(paths)} checked, none that cannot be played")
    return ScenarioError.exit_code if n_errors else 0


def _problems(path: Path) -> tuple[Problem, ...]:
    from voicesim.cli.wiring import load_rubric, load_tables
    from voicesim.scenario.check import check_scenario
    from voicesim.scenario.load import read_scenario

    skills = [skill.skill_id for skill in load_rubric(None).skills]
    return check_scenario(read_scenario(path), known_behaviours=load_tables().ids, known_skills=skills)


def _print_problems(found: list[tuple[Path, Problem]]) -> None:
    rows = [
        {
            "path": str(path),
            "line": problem.line,
            "key": problem.key,
            "is_error": problem.is_error,
            "message": problem.message,
            "hint": problem.hint,
        }
        for path, problem in found
    ]
    print(json.dumps(rows, indent=2, ensure_ascii=False))


@command.command("schema")
def schema() -> None:
    """Print the JSON Schema of scenario files, for editors."""
    from voicesim.scenario.schema import scenario_json_schema

    print(json.dumps(scenario_json_schema(), indent=2, ensure_ascii=False))
