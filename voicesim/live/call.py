"""The live call as a function of sound.

``LiveCall.process(microphone, heard) -> customer``: three blocks of 512 samples at 16 kHz. ``microphone`` is
what came in, ``heard`` what of the customer's sound left the loudspeaker during that same block, and the result
is what to play next. The count of microphone samples is the only clock.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from voicesim.audio.clip import BLOCK_SAMPLES, SAMPLE_RATE_HZ, Clip, Samples
from voicesim.audio.span import Span
from voicesim.behaviour.tables import Tables
from voicesim.errors import ParameterError
from voicesim.live.ear import Ear, Said
from voicesim.live.improviser import Improviser
from voicesim.live.manner import MannerTracker
from voicesim.live.player import LineEnded, LineStarted, Player
from voicesim.live.practice import Mode, View
from voicesim.live.settings import LateVoices, LiveConfig, Recorder
from voicesim.live.tongue import Tongue
from voicesim.ports import Jobs
from voicesim.results import Json
from voicesim.scenario.machine import begin, due, hear, hint, silence, time_up
from voicesim.scenario.model import Scenario
from voicesim.scenario.turn import Action, End, HeardTurn, Say, Step, Wait
from voicesim.speech.activity import Activity
from voicesim.speech.listening import Listener

BACK_CHANNEL_S: Final = 1.0
"""An utterance that lies inside a line of the customer and is no longer than this asks for no answer."""

TERMINAL_S: Final = 0.5
"""Starting with no more than this of a line left is no interruption."""

LEAST_WORDS: Final = 8
"""A shorter turn has no pace that a customer would notice."""

TAIL_S: Final = 0.4
"""Recorded after the customer's last word."""


@dataclass(slots=True)
class _Spoken:
    """A line of the customer, on its way or heard."""

    say: Say
    n_samples: int
    start: int | None = None
    end: int | None = None
    has_yielded: bool = False

    def holds(self, sample: int) -> bool:
        """Whether the line was being heard at a sample."""
        return self.start is not None and self.start < sample and (self.end is None or sample < self.end)


class LiveCall:
    """A rehearsal in progress.

    Args:
        scenario: what the customer does.
        voices: a rendered clip for every line of the scenario, by line id.
        tables: behaviours that the customer listens for.
        listener: speech activity of the trainee.
        jobs: recognition.
        recorder: keeps both channels and the events.
        config: settings.
        improviser: finds other words for the customer's lines; the written ones where it is left out.

    Raises:
        ParameterError: a line of the scenario was not rendered.
    """

    def __init__(
        self,
        *,
        scenario: Scenario,
        voices: Mapping[str, Clip],
        tables: Tables,
        listener: Listener,
        jobs: Jobs,
        recorder: Recorder,
        config: LiveConfig | None = None,
        improviser: Improviser | None = None,
    ) -> None:
        missing = [line.line_id for line in scenario.lines() if line.line_id not in voices]
        if missing:
            raise ParameterError(f"lines without sound: {', '.join(missing)}")
        self._scenario = scenario
        self._voices = voices
        self._other_voices: dict[str, Clip] = {}
        self._tables = tables
        self._listener = listener
        self._recorder = recorder
        self._config = config or LiveConfig()
        self._ear = Ear(jobs, self._log, self._config.endpointer)
        self._player = Player()
        self._manner = MannerTracker()
        self._rate_wpm: float | None = None
        self._spoke_first = ""
        self._speaks = (False, False)
        self._hinted: tuple[str, ...] = ()
        self._turn_lines = 0
        self._tongue = Tongue(scenario, improviser, self._log)
        self._now = 0
        self._quiet_since = 0
        self._replies: list[Said] = []
        self._to_say: deque[Say] = deque()
        self._lines: list[_Spoken] = []
        self._last_line = ""
        self._n_turns = 0
        self._was_cut_in = False
        self._heard_ratio = 1.0
        self._unsaid: tuple[str, ...] = ()
        self._waiting_since: int | None = None
        self._ending: str | None = None
        self._over_at: int | None = None
        self._is_time_up = False
        self._moment = ""
        step = begin(scenario)
        self._state = step.state
        self._patience_s = scenario.patience_s
        self._log("call_started", {"scenario": scenario.scenario_id, "mode": self._config.mode.value})
        self._act(step)

    @property
    def now_samples(self) -> int:
        """Samples since the call began."""
        return self._now

    @property
    def ending(self) -> str | None:
        """How the call ended, once the customer has decided so."""
        return self._ending

    @property
    def is_silent(self) -> bool:
        """Whether the customer says nothing and is about to say nothing."""
        return not (self._player.is_busy or self._to_say or self._tongue.is_thinking)

    def is_over(self) -> bool:
        """Whether nothing more will be said."""
        return self._over_at is not None and self._now >= self._over_at

    def process(self, microphone: Samples, heard: Samples) -> Samples:
        """Take one block of sound, give the next.

        Args:
            microphone: float32, shape (512,).
            heard: float32, shape (512,); exact zeros where nothing of the customer was played.

        Returns:
            float32, shape (512,).

        Raises:
            ParameterError: for another shape.
        """
        if microphone.shape != (BLOCK_SAMPLES,) or heard.shape != (BLOCK_SAMPLES,):
            raise ParameterError(
                f"blocks have {BLOCK_SAMPLES} samples, got {microphone.shape} and {heard.shape}"
            )
        self._recorder.write(heard, microphone)
        start = self._now
        self._now += BLOCK_SAMPLES
        for event in self._player.note_heard(heard, start):
            self._follow_line(event)
        activity = self._listener.step(microphone, heard)
        self._manner.step(microphone, heard, activity, self._now)
        self._ear.step(microphone, self._now, activity)
        for said in self._ear.collect(self._now):
            self._take(said)
        self._decide(activity)
        self._watch(activity)
        return self._player.next_block()

    def abort(self) -> None:
        """End the call now, from outside (Ctrl-C, a lost device)."""
        self._ear.break_off(self._now)
        if self._ending is None:
            self._end("aborted")

    def drain(self, ahead_samples: int) -> bool:
        """After the last block: take words that are still to come.

        Args:
            ahead_samples: how far past the end of the call deliveries still count.

        Returns:
            Whether more words are awaited.
        """
        for said in self._ear.collect(self._now + ahead_samples):
            self._take(said)
        return self._ear.is_waiting

    # --- practice ----------------------------------------------------------------------------------------

    def note(self, event: str) -> None:
        """Put what the trainee asked for on record."""
        self._log(event, {})

    def say_again(self) -> None:
        """Let the customer repeat what he said last, once he is silent."""
        if self._ending is None and self.is_silent and self._lines:
            self._log("said_again", {})
            self._to_say.extend(line.say for line in self._lines[self._turn_lines :])

    def view(self, *, is_paused: bool = False, is_pausing: bool = False) -> View:
        """What a trainee in practice may see."""
        is_ended = self._ending is not None
        return View(
            due=() if is_ended else due(self._scenario, self._state),
            hint=hint(self._scenario, self._state),
            is_trainee_speaking=self._speaks[0],
            is_customer_speaking=self._speaks[1],
            spoke_first=self._spoke_first,
            level_dbov=self._manner.meter_dbov,
            usual_dbov=self._manner.usual_dbov,
            rate_wpm=self._rate_wpm,
            is_paused=is_paused,
            is_pausing=is_pausing,
        )

    def _watch(self, activity: Activity) -> None:
        """Note who speaks, and who of two began."""
        now = (activity.is_speech, self._player.is_busy and self._player.heard_from is not None)
        if now == (True, True) and not self._spoke_first:
            self._spoke_first = "trainee" if self._speaks == (True, False) else "customer"
        elif now != (True, True):
            self._spoke_first = ""
        self._speaks = now

    def _hint(self) -> None:
        """Put on record what was hinted at."""
        wanted = due(self._scenario, self._state)
        if self._config.mode is Mode.PRACTICE and self._ending is None and wanted != self._hinted:
            self._hinted = wanted
            self._log("hint", {"due": list(wanted)})

    # --- the customer's lines ----------------------------------------------------------------------------

    def _follow_line(self, event: LineStarted | LineEnded) -> None:
        line = self._lines[event.number]
        match event:
            case LineStarted(number, start):
                line.start = start
                self._log("line_started", {"line": number, "start": start})
            case LineEnded(number, heard, yielded_at, was_lost):
                line.start, line.end = heard.start, heard.end
                self._heard_ratio = min(1.0, len(heard) / line.n_samples)
                self._quiet_since = max(self._quiet_since, heard.end)
                self._log(
                    "line_ended",
                    {
                        "line": number,
                        "heard": [heard.start, heard.end],
                        "yielded_at": yielded_at,
                        "was_lost": was_lost,
                    },
                )

    def _start_next(self) -> None:
        """Begin the next line, once its sound is there."""
        line_id = self._to_say[0].line_id
        is_late = isinstance(self._voices, LateVoices) and line_id not in self._other_voices
        if not is_late or self._voices.is_ready(line_id):  # type: ignore[attr-defined] # as was just checked
            self._start_line(self._to_say.popleft())

    def _start_line(self, say: Say) -> None:
        clip = self._other_voices.get(say.line_id) or self._voices[say.line_id]
        number = len(self._lines)
        self._lines.append(_Spoken(say, len(clip)))
        self._last_line = say.text
        self._tongue.said(say)
        self._log(
            "line_planned",
            {
                "line": number,
                "line_id": say.line_id,
                "text": say.text,
                "mood": say.mood,
                "moment": say.moment_id,
                "n_samples": len(clip),
            },
        )
        self._player.play(number, clip, self._now)

    def _barge_in(self, activity: Activity) -> None:
        """Let the customer yield to a trainee who keeps talking over him."""
        heard_from = self._player.heard_from
        if (
            not self._player.is_busy
            or heard_from is None
            or self._player.has_yielded
            or not activity.is_speech
        ):
            return
        line = self._lines[self._player.number]
        overlap = self._now - max(activity.onset, heard_from)
        remaining = self._player.remaining_samples(self._now)
        enough = overlap >= _samples(line.say.barge_in_after_s)
        if self._config.allows_barge_in and line.say.yields and enough and remaining > _samples(TERMINAL_S):
            line.has_yielded = self._was_cut_in = True
            self._player.cut_short(self._now)
            merged = self._tongue.merged(line.say.line_id)
            self._unsaid = (*merged, *(say.line_id for say in self._to_say))
            self._to_say.clear()
            self._log("line_yielded", {"line": self._player.number, "unsaid": list(self._unsaid)})

    # --- the trainee's turns -----------------------------------------------------------------------------

    def _take(self, said: Said) -> None:
        utterance = said.utterance
        self._log(
            "utterance",
            {
                "party": utterance.party.value,
                "start": utterance.span.start,
                "end": utterance.span.end,
                "text": utterance.text,
                "words": [
                    [w.text, w.span.start, w.span.end, round(w.confidence, 4)] for w in utterance.words
                ],
                "error": said.error,
            },
        )
        self._quiet_since = max(self._quiet_since, utterance.span.end)
        if not self._is_back_channel(utterance.span):
            self._replies.append(said)

    def _is_back_channel(self, span: Span) -> bool:
        """Whether a turn asks for no answer; notes on the way whether it cut into a line."""
        line = next((line for line in self._lines if line.holds(span.start)), None)
        if line is None or line.start is None or line.has_yielded:
            return False
        ends_inside = line.end is None or span.end <= line.end
        if ends_inside and len(span) <= _samples(BACK_CHANNEL_S):
            return True
        remaining = line.start + line.n_samples - span.start
        overlap = (span.end if ends_inside or line.end is None else line.end) - span.start
        self._was_cut_in = self._was_cut_in or min(remaining, overlap) > _samples(TERMINAL_S)
        return False

    def _answer(self) -> None:
        """Let the customer hear all that was said since he last spoke."""
        replies, self._replies = self._replies, []
        words = tuple(word for said in replies for word in said.utterance.words)
        observations = self._tables.observe(
            words,
            context=self._last_line,
            is_first=self._n_turns == 0,
            utterance=self._n_turns,
            gate=self._config.confidence_gate,
            glossary=self._scenario.glossary,
            customer_name=self._scenario.customer_name,
        )
        self._n_turns += 1
        manner = self._manner.end_turn()
        duration_s = sum(said.utterance.span.duration_s() for said in replies)
        turn = HeardTurn(
            observations=observations,
            text=" ".join(word.text for word in words),
            understood=bool(words),
            interrupted=self._was_cut_in,
            heard_ratio=self._heard_ratio,
            unsaid=self._unsaid,
            duration_s=duration_s,
            rate_wpm=60.0 * len(words) / duration_s if len(words) >= LEAST_WORDS else None,
            is_raised=manner.is_raised,
        )
        self._rate_wpm = turn.rate_wpm
        self._log(
            "manner",
            {
                "level_dbov": manner.level_dbov,
                "usual_dbov": manner.usual_dbov,
                "rate_wpm": None if turn.rate_wpm is None else round(turn.rate_wpm, 1),
                "is_raised": turn.is_raised,
                "interrupted": turn.interrupted,
            },
        )
        self._was_cut_in = False
        self._heard_ratio = 1.0
        self._unsaid = ()
        self._tongue.hear(turn.text)
        self._act(hear(self._scenario, self._state, turn))

    # --- whose move is it? -------------------------------------------------------------------------------

    def _decide(self, activity: Activity) -> None:
        self._barge_in(activity)
        if self._over_at is not None or self._player.is_busy:
            return
        if self._is_thinking():
            return
        if self._to_say:
            self._start_next()
            return
        if self._ending is not None:
            self._over_at = self._now + _samples(TAIL_S)
            return
        if self._now >= _samples(self._scenario.time_limit_s) and not self._is_time_up:
            self._is_time_up = True
            self._act(time_up(self._scenario, self._state))
        elif self._ear.in_turn or self._is_waiting_for_words():
            return
        elif self._replies:
            self._answer()
        elif self._now - self._quiet_since >= _samples(self._patience_s):
            self._quiet_since = self._now
            self._log("silence", {})
            self._act(silence(self._scenario, self._state))

    def _is_waiting_for_words(self) -> bool:
        if not self._ear.is_waiting:
            self._waiting_since = None
            return False
        if self._waiting_since is None:
            self._waiting_since = self._now
        return self._now - self._waiting_since < _samples(self._config.words_limit_s)

    def _act(self, step: Step) -> None:
        self._state = step.state
        for note in step.notes:
            self._log("note", {"kind": note.kind, "what": note.what, "value": note.value})
        for action in step.actions:
            self._do(action)
        if any(isinstance(action, Say) for action in step.actions):
            self._turn_lines = len(self._lines)
        self._hint()
        self._tongue.consider(self._state, self._to_say, self._now)
        # What is about to be said is said at once, not a block later.
        if self._to_say and not self._player.is_busy and not self._tongue.is_thinking:
            self._start_next()

    def _is_thinking(self) -> bool:
        """Whether the customer still looks for other words than the written ones."""
        found = self._tongue.poll(self._now)
        if found is not None:
            self._other_voices[found.say.line_id] = found.clip
            self._to_say = deque([found.say])
        return self._tongue.is_thinking

    def _do(self, action: Action) -> None:
        match action:
            case Say():
                self._enter(action.moment_id, action.mood)
                self._to_say.append(action)
            case Wait():
                self._enter(action.moment_id, action.mood)
                self._patience_s = action.patience_s
            case End(ending=ending):
                self._end(ending)

    def _enter(self, moment_id: str, mood: str) -> None:
        if moment_id != self._moment:
            self._moment = moment_id
            expects = list(self._scenario.expects(moment_id))
            self._log("moment", {"moment": moment_id, "mood": mood, "expects": expects})

    def _end(self, ending: str) -> None:
        self._ending = ending
        self._log("ending", {"ending": ending})

    def _log(self, event: str, fields: Mapping[str, Json]) -> None:
        self._recorder.log(self._now, event, fields)


def _samples(seconds: float) -> int:
    return round(seconds * SAMPLE_RATE_HZ)
