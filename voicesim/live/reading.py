"""Ten sentences read into a microphone, as a function of sound: what :mod:`voicesim.cli.calibrate` runs.

Conventions: blocks of 512 samples at 16 kHz; nothing is played. First two seconds of the room, then sentence after
sentence. A sentence is over when a second of speech and more has been heard and then a second of silence. It is asked
for again where the microphone was overdriven, where it was too faint or too short, and where nothing came in 15 s;
after three vain attempts the reading is given up, with the reason. The level is that of the last 0.3 s.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from voicesim.audio.clip import BLOCK_SAMPLES, SAMPLE_RATE_HZ, Samples
from voicesim.errors import InputError
from voicesim.speech.activity import FLOOR_DBOV, chunk_level_dbov
from voicesim.speech.listening import Listener

ROOM_S: Final = 2.0
NOISY_DBOV: Final = -42.0
"""A room as loud as this leaves less than 20 dB to a voice at the top of the usual range (-22 dBov)."""
FULL_SCALE: Final = 0.99
CLIPPED_SAMPLES: Final = 6
"""Samples at full scale in one sentence from which on it is overdriven."""
FAINT_DBOV: Final = -50.0
LOW_DBOV: Final = -38.0
HIGH_DBOV: Final = -12.0
LEAST_SPEECH_S: Final = 1.0
SILENCE_S: Final = 1.0
MARGIN_S: Final = 0.4
PATIENCE_S: Final = 15.0
MOST_ATTEMPTS: Final = 3
_METER_BLOCKS: Final = 10
_TELL_EVERY: Final = 3

Say = Callable[[str, str], None]
"""``say(kind, text)``: kinds are ``room``, ``sentence``, ``again`` and ``kept``."""
Meter = Callable[[float, str], None]
"""``meter(level_dbov, hint)``, about ten times a second."""


@dataclass(frozen=True, slots=True, eq=False)
class Sentence:
    """A sentence that was read."""

    text: str
    samples: Samples
    """From 0.4 s before its first sound to 0.4 s after its last, where there was so much."""


class Reading:
    """Listens until all sentences are read.

    Args:
        sentences: what is to be read.
        listener: fresh, of the trainee's microphone.
        say: told what to do next.
        meter: told the level.
    """

    def __init__(self, sentences: Sequence[str], listener: Listener, *, say: Say, meter: Meter) -> None:
        self._sentences = list(sentences)
        self._listener = listener
        self._say = say
        self._meter = meter
        self._blocks: list[Samples] = []
        self._levels: deque[float] = deque(maxlen=_METER_BLOCKS)
        self._begun_at = 0
        self._onset: int | None = None
        self._n_speech = 0
        self._n_full = 0
        self._n_vain = 0
        self._room: Samples | None = None
        self.done: list[Sentence] = []
        self.refusal: InputError | None = None

    @property
    def room(self) -> Samples | None:
        """The room without speech."""
        return self._room

    def is_over(self) -> bool:
        """Whether every sentence is read, or the reading was given up."""
        return self.refusal is not None or len(self.done) == len(self._sentences)

    def process(self, microphone: Samples, heard: Samples) -> Samples:
        """Take a block of the microphone; the answer is silence."""
        silence = np.zeros(BLOCK_SAMPLES, np.float32)
        if self.is_over():
            return silence
        activity = self._listener.step(microphone, heard)
        self._blocks.append(np.array(microphone, np.float32))
        self._levels.append(chunk_level_dbov(microphone))
        now = len(self._blocks) * BLOCK_SAMPLES
        if self._room is None:
            self._listen_to_the_room(now)
            return silence
        self._n_full += int(np.count_nonzero(np.abs(microphone) >= FULL_SCALE))
        if activity.is_speech and activity.onset >= self._begun_at:
            self._onset = activity.onset if self._onset is None else self._onset
            self._n_speech += BLOCK_SAMPLES
        self._tell(is_speech=activity.is_speech)
        if self._onset is not None and not activity.is_speech:
            self._judge(now, activity.offset)
        elif self._onset is None and now - self._begun_at > PATIENCE_S * SAMPLE_RATE_HZ:
            self._again(now, "nothing was heard: is the microphone muted?")
        return silence

    def _listen_to_the_room(self, now: int) -> None:
        if now == BLOCK_SAMPLES:
            self._say("room", f"Please be quiet for {ROOM_S:g} seconds.")
        if now < ROOM_S * SAMPLE_RATE_HZ:
            return
        self._room = np.concatenate(self._blocks)
        noise_dbov = float(np.median([chunk_level_dbov(block) for block in self._blocks]))
        if round(noise_dbov, 1) > NOISY_DBOV:
            self.refusal = InputError(
                f"the room is too noisy: {noise_dbov:.0f} dBov without anybody speaking, {NOISY_DBOV:.0f} at most",
                hint="close the window, stop the fan, or lower the microphone's gain, and start again",
            )
            return
        self._ask(now)

    def _ask(self, now: int) -> None:
        self._begun_at, self._onset, self._n_speech, self._n_full = now, None, 0, 0
        n = len(self.done)
        if n < len(self._sentences):
            self._say("sentence", f"{n + 1} of {len(self._sentences)}: {self._sentences[n]}")

    def _tell(self, *, is_speech: bool) -> None:
        if len(self._blocks) % _TELL_EVERY:
            return
        level_dbov = max(self._levels)
        hint = ""
        if self._n_full >= CLIPPED_SAMPLES:
            hint = "too loud: it clips"
        elif is_speech and level_dbov < LOW_DBOV:
            hint = "a little louder, or closer"
        elif is_speech and level_dbov > HIGH_DBOV:
            hint = "a little softer, or further away"
        self._meter(level_dbov, hint)

    def _judge(self, now: int, offset: int) -> None:
        """Whether a sentence is over, and whether it will do."""
        if now - offset < SILENCE_S * SAMPLE_RATE_HZ:
            return
        assert self._onset is not None
        margin = round(MARGIN_S * SAMPLE_RATE_HZ)
        recorded = np.concatenate(self._blocks)
        samples = recorded[max(0, self._onset - margin) : min(now, offset + margin)]
        loudest_dbov = max(
            (chunk_level_dbov(samples[at : at + 4800]) for at in range(0, len(samples), 4800)),
            default=FLOOR_DBOV,
        )
        if self._n_full >= CLIPPED_SAMPLES:
            self._again(now, "that was too loud for the microphone (it clips): move back, or lower its gain")
        elif loudest_dbov < FAINT_DBOV:
            self._again(now, "that was too faint: move closer, or raise the microphone's gain")
        elif self._n_speech < LEAST_SPEECH_S * SAMPLE_RATE_HZ:
            self._again(now, "that was too short: read the whole sentence in one go")
        else:
            self.done.append(Sentence(self._sentences[len(self.done)], samples))
            self._n_vain = 0
            self._say("kept", "")
            self._ask(now)

    def _again(self, now: int, why: str) -> None:
        self._n_vain += 1
        if self._n_vain >= MOST_ATTEMPTS:
            self.refusal = InputError(
                f"sentence {len(self.done) + 1} failed {MOST_ATTEMPTS} times: {why}",
                hint="put the microphone right and run 'voicesim calibrate' again; nothing was kept",
            )
            return
        self._say("again", why)
        self._ask(now)
