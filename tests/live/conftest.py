"""A small call made by construction: buzzes for voices, a scripted recogniser for words."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pytest

from tests.fakes import EnergyDetector, KnownRecording, ScriptedRecogniser, voice_like
from voicesim.audio.clip import Clip
from voicesim.behaviour.observation import Observation
from voicesim.lines.simulated import Reply, SimulatedLine
from voicesim.live.call import LiveCall, LiveConfig
from voicesim.live.jobs import InlineJobs
from voicesim.scenario.load import read_scenario
from voicesim.speech.listening import Listener

SCENARIO = """
format: voicesim-scenario/1
id: small
title: A small call
summary: The customer asks one thing.
customer:
  name: Alex
  patience_s: 3.0
moments:
  - id: opening
    expects: [greeting]
    listens_for:
      - behaviours: [greeting]
        go: story
    otherwise: {go: story}
  - id: story
    says: my parcel has not come and I have been waiting for two weeks now
    listens_for:
      - behaviours: [apology]
        go: solved
    again: [did you hear what I said]
    otherwise: {go: lost}
endings:
  - {id: solved, kind: resolved, says: thank you goodbye}
  - {id: lost, kind: gave_up, says: I give up}
  - {id: late, kind: time_limit, says: I have to go}
"""

GREETING = "hello thank you for calling how can I help you"
SORRY = "I am so sorry that your parcel is late"


@dataclass
class MemoryRecorder:
    """A recorder that keeps everything in lists."""

    heard: list = field(default_factory=list)
    microphone: list = field(default_factory=list)
    events: list = field(default_factory=list)

    def write(self, heard, microphone):
        self.heard.append(heard.copy())
        self.microphone.append(microphone.copy())

    def log(self, at_samples, event, fields):
        self.events.append({"at": at_samples, "event": event, **fields})

    def named(self, name):
        return [e for e in self.events if e["event"] == name]

    def channel(self, name):
        return np.concatenate(getattr(self, name))


@dataclass
class Rehearsal:
    """A call that was played to its end."""

    call: LiveCall
    recorder: MemoryRecorder
    line: SimulatedLine
    recogniser: ScriptedRecogniser


class KeywordTables:
    """Sees a greeting in "hello" and an apology in "sorry"; the real tables have tests of their own."""

    def observe(self, words, **options):
        del options
        ids = {"hello": "greeting", "sorry": "apology"}
        return tuple(
            Observation(
                behaviour_id=ids[w.text],
                span=w.span,
                quote=w.text,
                pattern=w.text,
                confidence=1.0,
                utterance=0,
            )
            for w in words
            if w.text in ids
        )


class HangingUpLine(SimulatedLine):
    """Breaks off at a sample, as Ctrl-C does."""

    stop_at = 10**12

    def run(self, process, is_over):
        def cut(microphone, heard):
            self.n_blocks = getattr(self, "n_blocks", 0) + 1
            if self.n_blocks * 512 > self.stop_at:
                raise KeyboardInterrupt
            return process(microphone, heard)

        return super().run(cut, is_over)


@pytest.fixture
def play():
    """Play the small scenario against replies of ``(text, seconds, options)``."""

    def run(
        replies,
        *,
        scenario=SCENARIO,
        is_streaming=False,
        config=None,
        latency_blocks=1,
        silence_at=None,
        stop_at=None,
        improviser=None,
        wrap=None,
        voices_as=dict,
    ):
        rng = np.random.default_rng(11)
        known, played = [], []
        for number, (text, duration_s, *options) in enumerate(replies):
            sound = voice_like(rng, duration_s, f0_hz=110.0 + 37.0 * number)
            sound[:200] = 0.0
            for start_s, end_s in silence_at or ():
                sound[round(start_s * 16000) : round(end_s * 16000)] = 0.0
            settings = dict(options[0]) if options else {}
            sound *= np.float32(10 ** (settings.pop("level_db", 0.0) / 20))
            known.append(KnownRecording.of(sound, text))
            played.append(Reply(clip=Clip(sound), **settings))
        loaded = read_scenario(scenario)
        voices = {
            line.line_id: Clip(voice_like(rng, 0.15 * len(line.text.split()) + 0.5, f0_hz=220.0))
            for line in loaded.lines()
        }
        recogniser = ScriptedRecogniser(known, is_streaming=is_streaming)
        recorder = MemoryRecorder()
        call = LiveCall(
            scenario=loaded,
            voices=voices_as(voices),
            tables=KeywordTables(),
            listener=Listener(EnergyDetector().step),
            jobs=InlineJobs(recogniser, latency_s=0.2),
            recorder=recorder,
            config=config or LiveConfig(),
            improviser=improviser,
        )
        line = HangingUpLine(played, latency_blocks=latency_blocks)
        line.stop_at = stop_at or line.stop_at
        try:
            line.run(
                call.process if wrap is None else wrap(call),
                lambda: call.is_over() or call.now_samples > 120 * 16000,
            )
        except KeyboardInterrupt:
            call.abort()
            call.drain(16000)
        return Rehearsal(call, recorder, line, recogniser)

    return run
