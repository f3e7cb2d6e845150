"""What the customer hears: turns of the trainee, each with its words.

Recognition of a turn begins at its tentative end. If the trainee goes on, a recogniser that works on whole
turns starts again and its first answer is dropped; a streaming one keeps it and is given the rest.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from voicesim.audio.clip import SAMPLE_RATE_HZ, Samples
from voicesim.audio.span import Span
from voicesim.ports import Delivery, Jobs
from voicesim.results import Json
from voicesim.speech.activity import Activity
from voicesim.speech.endpointing import (
    Endpointer,
    EndpointerConfig,
    Resumed,
    TentativeEnd,
    TurnEnded,
    TurnEvent,
    TurnStarted,
)
from voicesim.speech.words import Party, Utterance, Word

PRE_ROLL_S: Final = 0.25
"""Sound before the detected onset that the recogniser is given: the detector is late by 33 ms in the median
and 120 ms in one of ten."""

KEEP_S: Final = 1.0
"""How much of the past is kept outside turns; more than pre-roll and detection delay together."""

Log = Callable[[str, Mapping[str, Json]], None]
"""``log(event, fields)``"""


@dataclass(frozen=True, slots=True)
class Said:
    """A turn of the trainee with the words that were recognised."""

    utterance: Utterance
    error: str
    """The recogniser's complaint, if it broke."""
    work_s: float
    """Recognition that was left over after the tentative end; 0 where time is virtual."""


@dataclass(slots=True)
class _Turn:
    """A turn while its words are being fetched."""

    start: int
    jobs: dict[int, int] = field(default_factory=dict)
    """Job id to the sample that the job's audio begins at."""
    answers: dict[int, Delivery] = field(default_factory=dict)
    span: Span | None = None

    @property
    def is_complete(self) -> bool:
        return self.span is not None and all(job in self.answers for job in self.jobs)


class Ear:
    """Turns and their words, block by block.

    Args:
        jobs: recognition.
        log: the call's record.
        config: of the endpointer.
    """

    def __init__(self, jobs: Jobs, log: Log, config: EndpointerConfig | None = None) -> None:
        self._jobs = jobs
        self._log = log
        self._endpointer = Endpointer(config)
        self._past: list[Samples] = []
        self._past_start = 0
        self._job_id = -1
        self._is_job_open = False
        self._turns: list[_Turn] = []

    @property
    def in_turn(self) -> bool:
        """Whether the trainee has the floor."""
        return self._endpointer.in_turn

    @property
    def is_waiting(self) -> bool:
        """Whether words of a finished turn are still to come."""
        return any(turn.span is not None for turn in self._turns)

    def step(self, microphone: Samples, now: int, activity: Activity) -> tuple[TurnEvent, ...]:
        """Take the next block and the activity after it."""
        self._past.append(microphone)
        if self._is_job_open:
            self._jobs.submit(self._job_id, microphone)
        events = self._endpointer.step(now, activity)
        for event in events:
            self._follow(event, now)
        if not self._endpointer.in_turn:
            self._forget(now)
        return events

    def _follow(self, event: TurnEvent, now: int) -> None:
        match event:
            case TurnStarted(start):
                self._turns.append(_Turn(start))
                self._log("turn_started", {"start": start})
                self._open_job(start)
            case TentativeEnd(span):
                self._log("turn_tentative", {"span": [span.start, span.end], "job": self._job_id})
                self._is_job_open = False
                self._jobs.finish(self._job_id, now)
            case Resumed(start):
                turn = self._turns[-1]
                self._log("turn_resumed", {"start": start, "job": self._job_id})
                if not self._jobs.is_streaming:
                    self._jobs.cancel(self._job_id)
                    turn.jobs.clear()
                    turn.answers.clear()
                    start = turn.start
                self._open_job(start)
            case TurnEnded(span):
                self._turns[-1].span = span
                self._log("turn_ended", {"span": [span.start, span.end]})

    def _open_job(self, start: int) -> None:
        self._job_id += 1
        first = max(self._past_start, start - round(PRE_ROLL_S * SAMPLE_RATE_HZ))
        self._turns[-1].jobs[self._job_id] = first
        self._is_job_open = True
        past = np.concatenate(self._past)
        self._jobs.submit(self._job_id, past[first - self._past_start :])

    def _forget(self, now: int) -> None:
        keep = round(KEEP_S * SAMPLE_RATE_HZ)
        while self._past and self._past_start + len(self._past[0]) <= now - keep:
            self._past_start += len(self._past.pop(0))

    def collect(self, now: int) -> tuple[Said, ...]:
        """The turns whose words are all there by now, in order."""
        for delivery in self._jobs.poll(now):
            turn = next((t for t in self._turns if delivery.job_id in t.jobs), None)
            self._log(
                "recognised",
                {"job": delivery.job_id, "n_words": len(delivery.words), "is_superseded": turn is None},
            )
            if turn is not None:
                turn.answers[delivery.job_id] = delivery
        said: list[Said] = []
        while self._turns and self._turns[0].is_complete:
            said.append(_said(self._turns.pop(0)))
        return tuple(said)

    def break_off(self, now: int) -> None:
        """The call is over: the turn under way ends here, and its words are asked for."""
        if self._is_job_open:
            self._is_job_open = False
            self._jobs.finish(self._job_id, now)
        if self._turns and self._turns[-1].span is None:
            self._turns[-1].span = Span(self._turns[-1].start, max(now, self._turns[-1].start))


def _said(turn: _Turn) -> Said:
    assert turn.span is not None
    words: list[Word] = []
    for job_id, first in sorted(turn.jobs.items()):
        words.extend(Word(w.text, w.span.shift(first), w.confidence) for w in turn.answers[job_id].words)
    answers = [turn.answers[job_id] for job_id in sorted(turn.jobs)]
    errors = [a.error for a in answers if a.error]
    utterance = Utterance(Party.TRAINEE, turn.span, tuple(words))
    return Said(utterance, errors[0] if errors else "", answers[-1].work_s if answers else 0.0)
