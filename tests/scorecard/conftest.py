"""Calls from written dialogues, with times but without sound."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pytest

from voicesim.audio.clip import Clip
from voicesim.audio.span import Span
from voicesim.behaviour.loading import load_tables
from voicesim.behaviour.tables import Tables
from voicesim.results import Evidence, Measured
from voicesim.scorecard.rubric import Rubric, default_rubric
from voicesim.speech.call import Call, Layout, Side
from voicesim.speech.words import Party, Utterance, Word

RATE = 16_000
WORD = 5_000
PAUSE = 8_000


def build_call(dialogue: str | Sequence[tuple[str, str]], *, confidence: float = 1.0, **more: object) -> Call:
    """``C: …`` and ``T: …`` lines, one after the other."""
    if isinstance(dialogue, str):
        lines = [line.strip().split(":", 1) for line in dialogue.strip().splitlines() if line.strip()]
        dialogue = [(who.strip(), text.strip()) for who, text in lines]
    at, trainee, customer = RATE, [], []
    for who, text in dialogue:
        start = at
        words = []
        for word in text.split():
            words.append(Word(word, Span(at, at + WORD), confidence if who == "T" else 1.0))
            at += WORD
        utterance = Utterance(
            Party.TRAINEE if who == "T" else Party.CUSTOMER, Span(start, max(at, start + WORD)), tuple(words)
        )
        (trainee if who == "T" else customer).append(utterance)
        at += PAUSE
    clip = Clip(np.zeros(at + RATE, np.float32))
    defaults = {
        "call_id": "dialogue",
        "layout": Layout.TWO_CHANNEL,
        "trainee": Side(clip=clip, utterances=tuple(trainee)),
        "customer": Side(clip=clip, utterances=tuple(customer)),
    }
    return Call(**{**defaults, **more})  # type: ignore[arg-type]


def measured(value: float, unit: str = "x", details: dict[str, float] | None = None) -> Measured:
    evidence = (Evidence(start_s=1.0, end_s=2.0, label="there", value=value),)
    return Measured(value=value, unit=unit, definition="a test", evidence=evidence, details=details or {})


GOOD_MEASURES = {
    "pace": measured(140, "wpm"),
    "interruptions": measured(0, "per customer minute"),
    "volume": measured(-22, "dBov", {"evenness_db": 2.0, "trailing_off_db": -3.0}),
    "upbeat_tone": measured(1.5, "U", {}),
}
CONTENT = measured(0.9, "")


@pytest.fixture(scope="session")
def tables() -> Tables:
    return load_tables()


@pytest.fixture(scope="session")
def rubric() -> Rubric:
    return default_rubric()


@pytest.fixture(scope="session")
def call_of() -> Callable[..., Call]:
    return build_call


@pytest.fixture(scope="session")
def good_measures() -> dict[str, Measured]:
    return GOOD_MEASURES


@pytest.fixture(scope="session")
def judged(tables, rubric):
    """Judge a dialogue: ``judged(text, measures=…, content=…, rubric=…, **call)`` gives the scorecard."""
    from voicesim.scorecard.judge import judge

    default = rubric

    def run(dialogue, *, measures=None, content=CONTENT, rubric=None, **more):
        call = dialogue if isinstance(dialogue, Call) else build_call(dialogue, **more)
        return judge(
            call,
            rubric or default,
            tables,
            measures=GOOD_MEASURES if measures is None else measures,
            content=content,
        )

    return run
