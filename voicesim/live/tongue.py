"""The words that a turn of the customer is said in: the written ones, or others that are found in time."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from voicesim.audio.clip import Clip
from voicesim.live.improviser import Improviser, Request
from voicesim.results import Json
from voicesim.scenario.improvise import Heard, messages_for, refusal
from voicesim.scenario.model import Scenario
from voicesim.scenario.turn import Say, State


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherWords:
    """One line in the place of a turn's written ones."""

    say: Say
    clip: Clip


class Tongue:
    """Remembers the conversation, and asks for other words where there is an improviser.

    Args:
        scenario: who the customer is.
        improviser: finds the words; without one the written lines are said.
        log: of the call's events.
    """

    def __init__(
        self,
        scenario: Scenario,
        improviser: Improviser | None,
        log: Callable[[str, Mapping[str, Json]], None],
    ) -> None:
        self._scenario = scenario
        self._improviser = improviser
        self._log = log
        self._heard = Heard()
        self._written: tuple[Say, ...] = ()
        self._is_thinking = False
        self._n_asked = 0
        self._merged: dict[str, tuple[str, ...]] = {}

    @property
    def is_thinking(self) -> bool:
        """Whether the customer is about to speak and looks for his words."""
        return self._is_thinking

    def hear(self, text: str) -> None:
        """The trainee has said something."""
        self._heard = self._heard.then(text, is_customer=False)

    def said(self, say: Say) -> None:
        """The customer says something."""
        self._heard = self._heard.then(say.text, is_customer=True)

    def merged(self, line_id: str) -> tuple[str, ...]:
        """Ids of the written lines, but for the first, that a line stands for."""
        return self._merged.get(line_id, ())

    def consider(self, state: State, says: Sequence[Say], now_samples: int) -> None:
        """Begin to look for other words for a turn that has been decided."""
        if self._improviser is None or not says:
            return
        written, heard, scenario = tuple(says), self._heard, self._scenario
        messages = messages_for(scenario, state, written, heard, tells_trainee=not self._improviser.is_remote)
        band = next(band for band in scenario.bands if band.name == written[-1].mood)
        request = Request(
            number=self._n_asked,
            messages=messages,
            style=band.style,
            refusal=lambda text: refusal(text, scenario, written, heard),
        )
        self._n_asked += 1
        self._written, self._is_thinking = written, True
        self._improviser.ask(request, now_samples)

    def poll(self, now_samples: int) -> OtherWords | None:
        """Other words, once they are there; ``None`` while he thinks and where the written ones stand."""
        if self._improviser is None or not self._is_thinking:
            return None
        found = self._improviser.poll(now_samples)
        if found is None:
            return None
        self._is_thinking = False
        written = self._written
        self._log(
            "improvised",
            {
                "request": found.number,
                "seed": found.seed,
                "written": [say.line_id for say in written],
                "text": found.text,
                "refused": found.refused,
            },
        )
        if found.clip is None:
            return None
        line_id = f"improvised.{found.number}@{written[-1].mood}"
        self._merged[line_id] = tuple(say.line_id for say in written[1:])
        return OtherWords(say=replace(written[-1], line_id=line_id, text=found.text), clip=found.clip)
