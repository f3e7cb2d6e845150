"""``voicesim behaviour``: list, show and try what words can show."""

from __future__ import annotations

import json
import textwrap
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from voicesim.cli.options import behaviours_option
from voicesim.cli.output import width
from voicesim.errors import RubricError

if TYPE_CHECKING:
    from voicesim.behaviour.behaviours import Behaviour, Block
    from voicesim.behaviour.tables import Explained, Tables

_LONGEST_PATTERN: Final = 160


@click.group("behaviour")
def command() -> None:
    """List, show and try what a trainee's words can show."""


@command.command("list")
@behaviours_option
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def list_(*, behaviours: tuple[Path, ...], as_json: bool) -> None:
    """List the behaviours by family; those marked - cost points."""
    from voicesim.cli.wiring import load_tables

    tables = load_tables(behaviours)
    if as_json:
        print(json.dumps([_about(b) for b in tables.behaviours], indent=2, ensure_ascii=False))
        return
    wide = max(len(name) for name in tables.ids)
    family = ""
    for behaviour in tables.behaviours:
        if behaviour.family != family:
            print(f"{'' if not family else chr(10)}{behaviour.family}")
            family = behaviour.family
        print(
            f"{'-' if behaviour.costs_points else ' '} {behaviour.behaviour_id:<{wide}}  {behaviour.counts}"
        )


@command.command("show")
@click.argument("behaviour_id", metavar="ID")
@behaviours_option
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def show(*, behaviour_id: str, behaviours: tuple[Path, ...], as_json: bool) -> None:
    """Show a behaviour's patterns, exceptions and examples."""
    from voicesim.cli.wiring import load_tables

    behaviour = _named(load_tables(behaviours), behaviour_id)
    lists = {
        "examples": [_written(e.context, e.text) for e in behaviour.examples],
        "look-alikes that do not count": [_written(e.context, e.text) for e in behaviour.look_alikes],
    }
    if as_json:
        about = {
            **_about(behaviour),
            "patterns": [
                {"patterns": [p.text for p in block.patterns.patterns], "conditions": _conditions(block)}
                for block in behaviour.blocks
            ],
            "exceptions": [p.text for p in behaviour.exceptions.patterns],
            "examples": lists["examples"],
            "look_alikes": lists["look-alikes that do not count"],
        }
        print(json.dumps(about, indent=2, ensure_ascii=False))
        return
    cost = "; costs points" if behaviour.costs_points else ""
    print(f"{behaviour.title} ({behaviour.behaviour_id}; {behaviour.source}{cost})\n{behaviour.counts}")
    for block in behaviour.blocks:
        conditions = "; ".join(_conditions(block))
        _print_list(f"patterns{' - ' + conditions if conditions else ''}", _patterns_of(block))
    _print_list("exceptions", [p.text for p in behaviour.exceptions.patterns])
    for title, lines in lists.items():
        _print_list(title, lines)


def _patterns_of(block: Block) -> list[str]:
    named = {"glossary": "(the scenario's glossary)", "customer_name": "(the customer's name)"}
    return [p.text for p in block.patterns.patterns] or [named.get(block.takes, "")]


@command.command("try")
@click.argument("sentence", required=False)
@click.option("--context", default="", metavar="TEXT", help="What the customer said before.")
@click.option(
    "--jsonl",
    "source",
    metavar="FILE",
    help='Judge lines of {"id", "context", "text"} instead; writes lines of {"id", "behaviours"}. - is stdin.',
)
@behaviours_option
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def try_(
    *, sentence: str | None, context: str, source: str | None, behaviours: tuple[Path, ...], as_json: bool
) -> None:
    """Say what is seen in a sentence, by which pattern, and what is not counted and why.

    A sentence without context is taken as the first of a call.
    """
    if (sentence is None) == (source is None):
        raise click.UsageError("name a sentence or --jsonl FILE, and not both")
    if source is not None:
        if as_json or context:
            raise click.UsageError("--jsonl lines bring their own context and are answered as JSON")
        _judge_lines(source, behaviours)
        return
    from voicesim.behaviour.lexing import words_of
    from voicesim.cli.wiring import load_tables

    tables = load_tables(behaviours)
    text = sentence or ""
    seen = tables.observe(words_of(text), context=context, is_first=not context)
    counted = {o.behaviour_id for o in seen}
    # Of what is counted anyway it does not matter which other patterns failed.
    not_counted = {
        (e.behaviour_id, e.quote, e.reason): e
        for e in tables.explain(text, context=context, is_first=not context)
        if not e.counts and e.behaviour_id not in counted
    }
    if as_json:
        report = {
            "text": text,
            "context": context,
            "observed": [
                {
                    "behaviour": o.behaviour_id,
                    "quote": o.quote,
                    "pattern": o.pattern,
                    "confidence": o.confidence,
                    "costs_points": o.costs_points,
                }
                for o in seen
            ],
            "not_counted": [
                {"behaviour": e.behaviour_id, "quote": e.quote, "pattern": e.pattern, "reason": e.reason}
                for e in not_counted.values()
            ],
        }
        print(json.dumps(report, indent=2, ensure_ascii=False))
        return
    if not seen:
        print("nothing is seen in it")
    for o in seen:
        cost = "  costs points" if o.costs_points else ""
        print(f"{o.behaviour_id}  “{o.quote}”  confidence {o.confidence:.2f}{cost}")
        _print_wrapped(f"by: {_short(o.pattern)}")
    _print_not_counted(list(not_counted.values()))


def _print_not_counted(found: list[Explained]) -> None:
    if found:
        print("\nnot counted")
    for e in found:
        print(f"  {e.behaviour_id}  “{e.quote}”")
        _print_wrapped(f"because: {_short(e.reason)}")


def _judge_lines(source: str, folders: tuple[Path, ...]) -> None:
    from voicesim.behaviour.lexing import words_of
    from voicesim.cli.behaviour_lines import read_lines
    from voicesim.cli.wiring import load_tables

    lines = read_lines(source)
    tables = load_tables(folders)
    for line in lines:
        seen = tables.observe(words_of(line.text), context=line.context, is_first=not line.context)
        ids = [o.behaviour_id for o in seen]
        print(json.dumps({"id": line.line_id, "behaviours": ids}, ensure_ascii=False))


def _named(tables: Tables, behaviour_id: str) -> Behaviour:
    found = tables.behaviour(behaviour_id)
    if found is not None:
        return found
    import difflib

    near = difflib.get_close_matches(behaviour_id, tables.ids, n=1)
    hint = f"did you mean '{near[0]}'?" if near else "'voicesim behaviour list' names them"
    raise RubricError(f"there is no behaviour '{behaviour_id}'", hint=hint)


def _about(behaviour: Behaviour) -> dict[str, object]:
    return {
        "id": behaviour.behaviour_id,
        "title": behaviour.title,
        "counts": behaviour.counts,
        "costs_points": behaviour.costs_points,
        "family": behaviour.family,
        "table": behaviour.source,
    }


def _conditions(block: Block) -> list[str]:
    """The conditions of a block of patterns, in words."""
    groups = {
        "only after the customer says": block.after_customer,
        "not after the customer says": block.not_after_customer,
        "only with": block.together_with,
        "not with": block.not_with,
    }
    found = [
        f"{title} {' / '.join(p.text for p in group.patterns)}" for title, group in groups.items() if group
    ]
    if block.position != "anywhere":
        place = {"first": "in the first utterance", "whole": "with nothing else said"}
        found.append(place.get(block.position, f"at the {block.position} of an utterance"))
    if block.min_words:
        found.append(f"in {block.min_words} words or more")
    if block.max_words is not None:
        found.append(f"in {block.max_words} words or fewer")
    if block.asks is not None:
        found.append("in a question" if block.asks else "not in a question")
    if block.one_question:
        found.append("if it is the only question")
    if block.gives_way_to:
        found.append(f"not where {', '.join(sorted(block.gives_way_to))} is seen")
    return found


def _written(context: str, text: str) -> str:
    return f"{context} => {text}" if context else text


def _print_list(title: str, lines: list[str]) -> None:
    if lines:
        print(f"\n{title}")
    for line in lines:
        print(f"  {line}")


def _print_wrapped(text: str) -> None:
    print(textwrap.fill(text, width(), initial_indent="    ", subsequent_indent="      "))


def _short(pattern: str) -> str:
    return pattern if len(pattern) <= _LONGEST_PATTERN else f"{pattern[:_LONGEST_PATTERN].rstrip()} …"
