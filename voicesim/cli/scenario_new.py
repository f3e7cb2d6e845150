"""``voicesim scenario new``: ask a little, write a commented scenario."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from voicesim.cli.output import say

QUESTIONS = (
    ("title", "What is the call about, in a few words?"),
    ("summary", "What does the trainee know and may he do?"),
    ("goal", "What is the trainee to reach?"),
    ("customer", "Who calls?"),
    ("problem", "What does the customer say first?"),
    ("fact", "Which piece of information must be asked for?"),
    ("value", "What is it, as it is spoken?"),
)


@click.command("new")
@click.argument("name", default="", metavar="[NAME|FILE]")
@click.option("--title", metavar="TEXT", help="What the call is about, in a few words.")
@click.option("--summary", metavar="TEXT", help="What the trainee knows and may do.")
@click.option("--goal", metavar="TEXT", help="What the trainee is to reach.")
@click.option("--customer", metavar="NAME", help="Who calls.")
@click.option("--gender", type=click.Choice(["female", "male"]), help="Of the customer's voice.")
@click.option("--mood", type=click.Choice(["content", "calm", "annoyed", "angry"]), help="At the start.")
@click.option("--difficulty", type=click.Choice(["easy", "medium", "hard"]))
@click.option("--problem", metavar="TEXT", help="What the customer says first.")
@click.option("--fact", metavar="TEXT", help="A piece of information that must be asked for.")
@click.option("--value", metavar="TEXT", help="What it is, as it is spoken.")
@click.option("--yes", "-y", is_flag=True, help="Ask nothing; take defaults for what is not said.")
@click.option("--force", is_flag=True, help="Write over a file that is there.")
def new(*, name: str, yes: bool, force: bool, **said: str | None) -> None:
    """Write a new scenario: a small call to be played at once and changed.

    NAME becomes NAME.yaml in this folder. What is not given by options is asked for, where somebody is there to
    answer; an empty answer takes the default.
    """
    from voicesim.files.atomic import write_text
    from voicesim.scenario.template import Answers, id_of, scenario_text

    asks = not yes and sys.stdin.isatty()
    if not name:
        name = (
            click.prompt("What shall the file be called?", default="my_scenario", err=True)
            if asks
            else "my_scenario"
        )
    path = Path(name) if name.endswith((".yaml", ".yml")) else Path(f"{name}.yaml")
    _refuse_to_overwrite(path, force=force)
    given = {key: value for key, value in said.items() if value is not None and value.strip()}
    if asks:
        given |= _asked(given)
    text = scenario_text(id_of(path.stem), Answers(**given))
    _check(text)
    write_text(path, text)
    print(path)
    say(f"next: change it, then 'voicesim scenario check {path}' and 'voicesim scenario play {path}'")


def _refuse_to_overwrite(path: Path, *, force: bool) -> None:
    from voicesim.errors import InputError

    if path.exists() and not force:
        raise InputError(f"{path} is there already", hint="take another name, or write over it by --force")
    if not path.parent.is_dir():
        raise InputError(f"there is no folder {path.parent}", hint="make it first, or name another")


def _asked(given: dict[str, str]) -> dict[str, str]:
    from voicesim.scenario.template import DIFFICULTIES, GENDERS, MOODS, Answers

    defaults = Answers()
    choices = (
        ("gender", "The customer's voice", GENDERS),
        ("mood", "The mood at the start", tuple(MOODS)),
        ("difficulty", "How difficult", DIFFICULTIES),
    )
    answers = {
        key: click.prompt(question, default=getattr(defaults, key), err=True)
        for key, question in QUESTIONS
        if key not in given
    }
    return answers | {
        key: click.prompt(
            question, default=getattr(defaults, key), type=click.Choice(list(options)), err=True
        )
        for key, question, options in choices
        if key not in given
    }


def _check(text: str) -> None:
    """Whatever was answered, what is written can be played."""
    from voicesim.cli.wiring import load_tables
    from voicesim.errors import ScenarioError
    from voicesim.scenario.check import check_scenario
    from voicesim.scenario.load import read_scenario

    for problem in check_scenario(
        read_scenario(text, name="your answers"), known_behaviours=load_tables().ids
    ):
        if problem.is_error:
            raise ScenarioError(problem.message, path="your answers", hint=problem.hint)
        say(f"advice: {problem.message}; {problem.hint}")
