"""Tone of made voices: the same voice calm, higher, livelier and flatter, by known amounts.

Conventions
    A voice's baseline is made of ten calm utterances of 3 s; the others are new utterances of the same voice, its
    pitch 3 semitones higher, its spread 1 semitone wider, or nearly level. The words are given.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from statistics import median
from typing import Final

import numpy as np

from voicesim.audio.span import Span
from voicesim.intake.engines import Engines
from voicesim.measure.baseline import Baseline, baseline_from
from voicesim.measure.prosody import prosody_of
from voicesim.measure.registry import measure_call
from voicesim.measure.voice import analyse
from voicesim.results import Measured, Result
from voicesim.speech.call import Call, Side
from voicesim.speech.words import Party, Utterance, Word
from voicesim.validation.made.pace import KNOWN
from voicesim.validation.made.stage import Stage, call_of, side_of
from voicesim.validation.made.turns import SPEAKERS
from voicesim.validation.rows import Row, at_least, at_most, row
from voicesim.validation.speaking import Speaker, speak

UTTERANCES: Final = 10
_SPREAD_ST: Final = 1.8
_SHIFT_ST: Final = 3.0
_WIDER_ST: Final = 1.0
FRIENDLY: Final = "of course I will gladly help you with that"
HOSTILE: Final = "that is not my problem so calm down now"


def rows(
    engines: Engines, progress: Callable[[float], None], *, voices: int = 4, seed: int = 20261122
) -> tuple[Row, ...]:
    """What is told of a changed voice."""
    rng = np.random.default_rng(seed)
    shift_error, spread_error, lively, hostile, flat = [], [], [], [], []
    speakers = SPEAKERS[::2][:voices]
    for index, speaker in enumerate(speakers):
        calm = replace(speaker, spread_st=_SPREAD_ST)
        baseline = baseline_of(said(calm, rng, engines))
        higher = replace(calm, f0_hz=calm.f0_hz * 2.0 ** (_SHIFT_ST / 12.0), spread_st=_SPREAD_ST + _WIDER_ST)
        call = said(higher, rng, engines)
        found = measure_call(call, baseline=baseline)["liveliness"]
        if isinstance(found, Measured):
            shift_error.append(abs(_detail(found, "pitch_median_shift_st") - _SHIFT_ST))
            spread_error.append(abs(_detail(found, "pitch_spread_shift_st") - _WIDER_ST))
        lively.append(_is_upbeat(found))
        hostile.append(_is_upbeat(measure_call(_saying(call, HOSTILE), baseline=baseline)["liveliness"]))
        level = measure_call(said(replace(calm, spread_st=0.6), rng, engines))["pitch_spread"]
        flat.append(isinstance(level, Measured) and level.details["band"] == "monotone")
        progress((index + 1) / len(speakers))
    n = len(speakers)
    against = "construction"
    return (
        row(
            "tone",
            "pitch 3 st higher, median error",
            against,
            _median(shift_error),
            n=len(shift_error),
            unit="st",
            limits=at_most(0.3),
        ),
        row(
            "tone",
            "pitch spread 1 st wider, median error",
            against,
            _median(spread_error),
            n=len(spread_error),
            unit="st",
            limits=at_most(0.35),
        ),
        row(
            "tone",
            "livelier voice with friendly words, called upbeat",
            against,
            sum(lively) / n,
            n=n,
            limits=at_least(1.0),
        ),
        row(
            "tone",
            "the same voice with hostile words, called upbeat",
            against,
            sum(hostile) / n,
            n=n,
            limits=at_most(0.0),
        ),
        row("tone", "level pitch, called monotone", against, sum(flat) / n, n=n, limits=at_least(1.0)),
    )


def said(
    speaker: Speaker,
    rng: np.random.Generator,
    engines: Engines,
    *,
    text: str = FRIENDLY,
    level_dbov: float = -26.0,
) -> Call:
    """A call of one made voice: ten utterances, each a second apart, with given words."""
    stage = Stage(1.0 + 4.0 * UTTERANCES, rng, noise_dbov=-70.0)
    spans = [
        stage.put(
            Party.TRAINEE,
            0.5 + 4.0 * i,
            speak(speaker, rng, 3.0, level_dbov=level_dbov + rng.normal(0.0, 0.8)).samples,
        )
        for i in range(UTTERANCES)
    ]
    side = side_of(stage.channel(Party.TRAINEE), engines, utterances=tuple(utterance(s, text) for s in spans))
    return call_of(side, Side(clip=stage.channel(Party.CUSTOMER)), recognition=KNOWN)


def baseline_of(call: Call) -> Baseline:
    """The yardstick that a call of calm utterances makes."""
    voice = analyse(call).trainee
    level = -26.0 if voice.level is None else voice.level.active_dbov
    return baseline_from(prosody_of(voice), trainee="made", level_dbov=level)


def _saying(call: Call, text: str) -> Call:
    spoken = tuple(utterance(u.span, text) for u in call.trainee.utterances)
    return replace(call, trainee=replace(call.trainee, utterances=spoken))


def utterance(span: Span, text: str) -> Utterance:
    """Known words, spread over a span."""
    tokens = text.split()
    edges = np.linspace(span.start, span.end, len(tokens) + 1).astype(int).tolist()
    words = tuple(Word(t, Span(a, b), 0.95) for t, a, b in zip(tokens, edges, edges[1:], strict=False))
    return Utterance(Party.TRAINEE, span, words)


def _detail(found: Measured, name: str) -> float:
    value = found.details[name]
    return float(value) if isinstance(value, int | float) else float("nan")


def _is_upbeat(found: Result) -> bool:
    return isinstance(found, Measured) and found.details["is_upbeat"] is True


def _median(errors: list[float]) -> float | None:
    return median(errors) if errors else None
