"""``voicesim scenario play``: a whole call in the terminal, typed."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click

from voicesim.cli.llm import llm_options
from voicesim.cli.output import colour_on, say

if TYPE_CHECKING:
    from voicesim.cli.llm import TypedWords
    from voicesim.scenario.model import Scenario
    from voicesim.scenario.turn import Note, State
    from voicesim.scenario.typed import Typed, TypedCall

EXIT_INTERRUPTED = 130


@click.command("play")
@click.argument("name", metavar="NAME|FILE")
@click.option("--plain", is_flag=True, help="Only what is said: no mood, no matches.")
@click.option(
    "--difficulty",
    type=click.Choice(["easy", "normal", "hard"]),
    default="normal",
    show_default=True,
    help="How much the customer tells unasked.",
)
@llm_options
def play(*, name: str, plain: bool, difficulty: str, **llm: Any) -> int:  # noqa: ANN401 - as click gives them
    """Play a scenario with typed words: no sound, and after each line what it did.

    Type what you would say. An empty line is a silence; a line that begins with ! cuts the customer short; Ctrl-D
    ends the call. Works from a pipe: one turn a line.
    """
    from voicesim.cli.llm import TypedWords, chosen_llm, open_llm, wake
    from voicesim.cli.output import Progress
    from voicesim.cli.scenarios import load_named
    from voicesim.cli.wiring import load_tables
    from voicesim.scenario.difficulty import Difficulty, at_difficulty
    from voicesim.scenario.typed import TypedCall

    options = chosen_llm(**llm)
    scenario = at_difficulty(load_named(name)[0], Difficulty(difficulty))
    words = None
    if options is not None:
        model = open_llm(options)
        wake(model, Progress())
        words = TypedWords(model, scenario, options.seed)
    call = TypedCall(scenario, load_tables(), reword=words)
    say(f"{scenario.title}: {scenario.summary.strip()}")
    say("(an empty line is a silence, ! at its beginning cuts in, Ctrl-D ends the call)")
    board = _Board(scenario, is_plain=plain, words=words)
    board.customer(call)
    try:
        while call.ending is None:
            line = _ask()
            if line is None:
                board.broken_off(call)
                return 0
            board.turn(call.type(line), line)
            board.customer(call)
    except KeyboardInterrupt:
        board.broken_off(call)
        return EXIT_INTERRUPTED
    board.end(call)
    return 0


def _ask() -> str | None:
    """The next line, or None at the end of the input."""
    if not sys.stdin.isatty():
        line = sys.stdin.readline()
        return line.rstrip("\r\n") if line else None
    try:
        return input("you: ")
    except EOFError:
        return None


class _Board:
    """What is shown of the call."""

    def __init__(self, scenario: Scenario, *, is_plain: bool, words: TypedWords | None) -> None:
        self._scenario = scenario
        self._words = words
        self._is_plain = is_plain
        self._echoes = not sys.stdin.isatty()
        self._is_coloured = colour_on(sys.stdout)
        self._shown: set[str] = set()

    def customer(self, call: TypedCall) -> None:
        """What the customer says."""
        for text in call.said:
            print(f"{self._bold(self._scenario.customer_name)}: {text}")
        if self._is_plain:
            return
        if self._words is not None and call.said:
            self._aside(self._words.note)
        self._aside(self._state(call.step.state))

    def turn(self, typed: Typed, line: str) -> None:
        """What the trainee said and did by it."""
        if self._echoes:
            print(f"you: {'(silence)' if typed.was_silent else line.strip()}")
        self._shown.update(typed.behaviours)
        if self._is_plain:
            return
        if not typed.was_silent:
            self._aside(f"observed: {', '.join(typed.behaviours) or 'nothing'}")
        for note in typed.step.notes:
            text = _note_text(note)
            if text:
                self._aside(text)

    def broken_off(self, call: TypedCall) -> None:
        """The trainee has gone."""
        print()
        self._aside(f"you hung up. {self._state(call.step.state)}")

    def end(self, call: TypedCall) -> None:
        """How it came out."""
        ending = call.ending
        assert ending is not None
        name = f" ({ending.ending_id})" if ending.ending_id else ""
        print(f"\nending: {ending.ending}{name}, mood {call.step.state.mood:+g}")
        for title, names, is_bad in (
            ("must", self._scenario.must, False),
            ("must not", self._scenario.must_not, True),
        ):
            for behaviour in names:
                was_shown = behaviour in self._shown
                verdict = "shown" if was_shown else "not shown"
                print(f"{title}: {behaviour}: {verdict}{' (fails the call)' if was_shown is is_bad else ''}")

    def _state(self, state: State) -> str:
        from voicesim.scenario.machine import due, hint

        where = f"mood {state.mood:+g} ({self._scenario.band(state.mood).name})"
        if state.ending is not None:
            return where
        waits = due(self._scenario, state)
        where += f", moment {state.moment_id}" + (f", due: {', '.join(waits)}" if waits else "")
        help_text = hint(self._scenario, state)
        return f"{where}\n   hint: {help_text}" if help_text else where

    def _aside(self, text: str) -> None:
        text = f"   {text}"
        print(click.style(text, dim=True) if self._is_coloured else text)

    def _bold(self, text: str) -> str:
        return click.style(text, bold=True) if self._is_coloured else text


def _note_text(note: Note) -> str:  # noqa: PLR0911 - one answer a kind of note
    """A note of the machine, for a reader; what the state says anyway is left out."""
    match note.kind:
        case "met":
            where, _, target = note.what.partition(": ")
            return f"met in {where}: goes to {target}"
        case "unmet":
            return f"nothing met that {note.what} listens for"
        case "not_understood":
            return "no words understood"
        case "fact":
            return f"tells {note.what}" + (" (again)" if note.value > 1 else "")
        case "read_back":
            return f"read back {'rightly' if note.value else 'wrongly'}: {note.what}"
        case "mood":
            return f"mood {note.value:+g} for {note.what}"
        case _:
            return ""
