"""A whole call in words alone: the machine and the tables, without sound.

Conventions: one line of text is one turn of the trainee. An empty line is a silence past the customer's patience; a
line that begins with ``!`` cuts into what he was saying.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from voicesim.behaviour.lexing import words_of
from voicesim.behaviour.tables import Tables
from voicesim.scenario.machine import begin, hear, silence
from voicesim.scenario.model import Scenario
from voicesim.scenario.turn import End, HeardTurn, Say, Step

CUT_IN: Final = "!"
HEARD_WHEN_CUT: Final = 0.4
"""How much of his line a customer has said when a typed line cuts in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Typed:
    """A turn, and what came of it."""

    step: Step
    behaviours: tuple[str, ...] = ()
    """Ids of what was observed in it."""
    was_silent: bool = False
    has_cut_in: bool = False


class TypedCall:
    """A call that is typed.

    Args:
        scenario: who the customer is.
        tables: what is observed in the words.
        reword: other words for what the customer says in a step; his written lines where it is left out. It is given
            the step and what the trainee said.
    """

    def __init__(
        self,
        scenario: Scenario,
        tables: Tables,
        *,
        reword: Callable[[Step, str], tuple[str, ...]] | None = None,
    ) -> None:
        self._reword = reword
        self._scenario = scenario
        self._tables = tables
        self._n_turns = 0
        self._last_line = ""
        self.step = begin(scenario)
        self.said = self._speak("")
        """What the customer says now."""

    @property
    def ending(self) -> End | None:
        """How the call ended, once it has."""
        last = self.step.actions[-1]
        return last if isinstance(last, End) else None

    def type(self, line: str) -> Typed:
        """Take a line of the trainee."""
        text = line.strip()
        has_cut_in = text.startswith(CUT_IN)
        text = text.removeprefix(CUT_IN).strip()
        if not text and not has_cut_in:
            self.step = silence(self._scenario, self.step.state)
            self.said = self._speak("")
            return Typed(step=self.step, was_silent=True)
        turn = HeardTurn(
            observations=self._tables.observe(
                words_of(text),
                context=self._last_line,
                is_first=self._n_turns == 0,
                utterance=self._n_turns,
                glossary=self._scenario.glossary,
                customer_name=self._scenario.customer_name,
            ),
            text=text,
            understood=bool(text),
        )
        if has_cut_in:
            turn = replace(turn, interrupted=True, heard_ratio=HEARD_WHEN_CUT)
        self._n_turns += 1
        self.step = hear(self._scenario, self.step.state, turn)
        self.said = self._speak(text)
        return Typed(step=self.step, behaviours=turn.behaviours, has_cut_in=has_cut_in)

    def _speak(self, trainee: str) -> tuple[str, ...]:
        written = tuple(action.text for action in self.step.actions if isinstance(action, Say))
        said = self._reword(self.step, trainee) if self._reword is not None and written else written
        # What the customer said last decides what it asks of the next turn.
        self._last_line = next(reversed(said), self._last_line)
        return said
