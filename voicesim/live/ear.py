"""What the customer hears: turns of the trainee, each with its words.

Recognition of a turn begins at its tentative end. If the trainee goes on, a streaming recogniser keeps what it
heard and is given the rest. One that works on whole turns is given the turn anew, unless what it heard before the
pause was a whole sentence: that is kept too, so that a long turn never costs more than its last sentence.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np

from voicesim.audio.clip import BLOCK_SAMPLES, SAMPLE_RATE_HZ, Samples
from voicesim.audio.span import Span
from voicesim.ports import Delivery, Jobs
from voicesim.results import Json
from voicesim.speech.activity import Activity
from voicesim.speech.endpointing import (
    EARLY_TENTATIVE_S,
    Endpointer,
    EndpointerConfig,
    Resumed,
    TentativeEnd,
    TurnEnded,
    TurnEvent,
    TurnStarted,
)
from voicesim.speech.melody import Melody, MelodyTracker
from voicesim.speech.turn_end import is_whole, needed_silence
from voicesim.speech.words import Party, Utterance, Word

PRE_ROLL_S: Final = 0.25
"""Sound before the detected onset that the recogniser is given: the detector is late by 33 ms in the median
and 120 ms in one of ten."""

KEEP_S: Final = 1.0
"""How much of the past is kept outside turns; more than pre-roll and detection delay together."""

PARTING_S: Final = 0.12
"""A shorter pause never parts a turn into stretches that are recognised alone: it may be a stop inside a word."""

LONGEST_STOP_S: Final = 0.2
"""A longer silence is no stop inside a word."""

LEAST_WORD_S: Final = 0.16
"""What is said after a stop and is over sooner than this is the rest of the last word and asks for no recognition
of its own."""

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
class _Stretch:
    """Sound of a turn that is recognised in one piece."""

    job_id: int
    first: int
    """Sample that the job's audio begins at."""
    melody: Melody | None = None
    """How it ended."""
    answer: Delivery | None = None
    is_void: bool = False
    """Whether its words are not wanted any more."""
    next_first: int | None = None
    """Where what follows would begin, once the trainee has gone on and it is not yet known whether this
    stretch can stay."""

    def words(self) -> tuple[Word, ...]:
        """What was recognised, on the call's clock."""
        found = () if self.answer is None else self.answer.words
        return tuple(Word(w.text, w.span.shift(self.first), w.confidence) for w in found)


@dataclass(slots=True)
class _Turn:
    """A turn while its words are being fetched."""

    start: int
    stretches: list[_Stretch] = field(default_factory=list)
    asks_up_to: int | None = None
    """Sound up to here is still to be given to the recogniser."""
    rest_from: int | None = None
    """Where speech went on after a stop too short to part it, until it is known whether a word follows."""
    span: Span | None = None

    @property
    def has_words(self) -> bool:
        """Whether nothing is asked that was not answered."""
        return self.asks_up_to is None and all(one.answer and not one.is_void for one in self.stretches)

    def words(self) -> tuple[Word, ...]:
        """All words so far."""
        return tuple(word for stretch in self.stretches for word in stretch.words())


class Ear:
    """Turns and their words, block by block.

    Args:
        jobs: recognition.
        log: the call's record.
        config: of the endpointer.
    """

    def __init__(self, jobs: Jobs, log: Log, config: EndpointerConfig | None = None) -> None:
        config = config or EndpointerConfig()
        if config.end_s is None and not jobs.is_streaming:
            config = replace(config, tentative_s=min(config.tentative_s, EARLY_TENTATIVE_S))
        self._jobs = jobs
        self._log = log
        self._endpointer = Endpointer(config)
        self._melody = MelodyTracker()
        self._past: list[Samples] = []
        self._past_start = 0
        self._job_id = -1
        self._open_job: int | None = None
        """A streaming job that takes every block."""
        self._is_tentative = False
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
        self._melody.step(microphone, is_voice=activity.is_speech and activity.offset == now)
        if self._open_job is not None:
            self._jobs.submit(self._open_job, microphone)
        self._take_deliveries(now)
        events = self._endpointer.step(now, activity)
        for event in events:
            self._follow(event, now)
        if self._turns and self._is_another_word(self._turns[-1], activity):
            self._start_anew(self._turns[-1])
        if not self._endpointer.in_turn:
            self._forget(now)
        return events

    def collect(self, now: int) -> tuple[Said, ...]:
        """The turns whose words are all there by now, in order."""
        self._take_deliveries(now)
        said: list[Said] = []
        while self._turns and self._turns[0].span is not None and self._turns[0].has_words:
            said.append(_said(self._turns.pop(0)))
        return tuple(said)

    def break_off(self, now: int) -> None:
        """The call is over: the turn under way ends here, and its words are asked for."""
        if not self._turns or self._turns[-1].span is not None:
            return
        turn = self._turns[-1]
        turn.span = Span(turn.start, max(now, turn.start))
        if self._open_job is not None:
            self._jobs.finish(self._open_job, now)
            self._open_job = None
        elif not self._is_tentative and not self._jobs.is_streaming:
            turn.rest_from = None
            turn.asks_up_to = now
            self._ask(turn, now)

    # --- turns -------------------------------------------------------------------------------------------

    def _follow(self, event: TurnEvent, now: int) -> None:
        match event:
            case TurnStarted(start):
                self._turns.append(_Turn(start))
                self._melody.start_turn()
                self._is_tentative = False
                self._log("turn_started", {"start": start})
                if self._jobs.is_streaming:
                    self._open(start)
            case TentativeEnd(span):
                self._is_tentative = True
                self._log("turn_tentative", {"span": [span.start, span.end]})
                self._tentative(self._turns[-1], now)
            case Resumed(start, silence):
                self._is_tentative = False
                self._log("turn_resumed", {"start": start})
                self._resume(self._turns[-1], start, silence, now)
            case TurnEnded(span):
                self._turns[-1].span = span
                self._log("turn_ended", {"span": [span.start, span.end]})

    def _tentative(self, turn: _Turn, now: int) -> None:
        if self._open_job is not None:
            self._jobs.finish(self._open_job, now)
            self._open_job = None
        elif turn.rest_from is not None:
            turn.rest_from = turn.stretches[-1].next_first = None
            turn.stretches[-1].melody = self._melody.melody()
            self._judge(turn)
        else:
            turn.asks_up_to = now
            self._ask(turn, now)

    def _resume(self, turn: _Turn, start: int, silence: int, now: int) -> None:
        if self._jobs.is_streaming:
            self._open(start)
        elif turn.asks_up_to is not None:
            # The stretch before the pause was never handed over: it goes with what follows.
            turn.asks_up_to = None
        else:
            if silence >= _samples(PARTING_S):
                turn.stretches[-1].next_first = max(start - _samples(PRE_ROLL_S), start - silence)
            if silence <= _samples(LONGEST_STOP_S):
                turn.rest_from = start if silence else now - BLOCK_SAMPLES

    def _is_another_word(self, turn: _Turn, activity: Activity) -> bool:
        return turn.rest_from is not None and activity.offset - turn.rest_from > _samples(LEAST_WORD_S)

    def _start_anew(self, turn: _Turn) -> None:
        """What was handed over may end in the middle of a word: the stretch is recognised again as a whole."""
        turn.rest_from = None
        if turn.stretches[-1].next_first is not None:
            return
        self._jobs.cancel(turn.stretches[-1].job_id)
        turn.stretches[-1].is_void = True

    def _open(self, start: int) -> None:
        """Begin a job that takes the sound while it comes."""
        first = max(self._past_start, start - _samples(PRE_ROLL_S))
        self._job_id += 1
        self._open_job = self._job_id
        self._turns[-1].stretches.append(_Stretch(self._job_id, first))
        self._jobs.submit(self._job_id, self._sound(first))

    # --- words -------------------------------------------------------------------------------------------

    def _ask(self, turn: _Turn, now: int) -> None:
        """Hand the sound of a whole stretch over, once it is known where that stretch begins."""
        if turn.asks_up_to is None:
            return
        first = max(self._past_start, turn.start - _samples(PRE_ROLL_S))
        if turn.stretches:
            last = turn.stretches[-1]
            if last.answer is None and not last.is_void:
                if self._jobs.has_begun(last.job_id):
                    return
                self._jobs.cancel(last.job_id)
            if last.next_first is not None and last.answer and is_whole(turn.words(), last.melody):
                first, last.next_first = last.next_first, None
            else:
                first = turn.stretches.pop().first
        self._job_id += 1
        turn.stretches.append(_Stretch(self._job_id, first, self._melody.melody()))
        self._jobs.submit(self._job_id, self._sound(first, turn.asks_up_to))
        self._jobs.finish(self._job_id, now)
        turn.asks_up_to = None

    def _take_deliveries(self, now: int) -> None:
        for delivery in self._jobs.poll(now):
            found = [
                (turn, one)
                for turn in self._turns
                for one in turn.stretches
                if one.job_id == delivery.job_id and not one.is_void
            ]
            self._log(
                "recognised",
                {"job": delivery.job_id, "n_words": len(delivery.words), "is_superseded": not found},
            )
            for turn, stretch in found:
                stretch.answer = delivery
                self._ask(turn, now)
                self._judge(turn)

    def _judge(self, turn: _Turn) -> None:
        """Say how much silence ends the turn, now that its words are known."""
        if (
            turn is not self._turns[-1]
            or not self._is_tentative
            or turn.span is not None
            or not turn.has_words
        ):
            return
        judgement = needed_silence(turn.words(), self._melody.melody())
        self._endpointer.need(judgement.silence_s)
        self._log("turn_judged", {"silence_s": judgement.silence_s, "because": judgement.because})

    # --- sound -------------------------------------------------------------------------------------------

    def _sound(self, first: int, end: int | None = None) -> Samples:
        past = np.concatenate(self._past)
        return past[first - self._past_start : None if end is None else end - self._past_start]

    def _forget(self, now: int) -> None:
        if any(turn.asks_up_to is not None for turn in self._turns):
            return
        while self._past and self._past_start + len(self._past[0]) <= now - _samples(KEEP_S):
            self._past_start += len(self._past.pop(0))


def _said(turn: _Turn) -> Said:
    assert turn.span is not None
    answers = [one.answer for one in turn.stretches if one.answer is not None]
    errors = [answer.error for answer in answers if answer.error]
    utterance = Utterance(Party.TRAINEE, turn.span, turn.words())
    return Said(utterance, errors[0] if errors else "", answers[-1].work_s if answers else 0.0)


def _samples(seconds: float) -> int:
    return round(seconds * SAMPLE_RATE_HZ)
