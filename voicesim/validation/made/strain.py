"""Steadiness and clarity of made voices: turns that are raised, and speech that is masked, by known amounts.

Conventions
    Steadiness: six calm turns and, after a provocation, four turns 4 semitones higher and 8 dB louder, or four more
    calm ones. Clarity: a baseline of ten utterances, then ten others of the same voice, as they are and in white noise
    18 dB below.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from statistics import median
from typing import Final

import numpy as np

from voicesim.audio.clip import Clip
from voicesim.audio.span import Span
from voicesim.intake.engines import Engines
from voicesim.measure.clarity import LESS_CLEAR_BELOW
from voicesim.measure.registry import measure_call
from voicesim.measure.steadiness import STEADY_FROM
from voicesim.results import Measured
from voicesim.speech.call import Moment, Side
from voicesim.speech.words import Party
from voicesim.validation.made.pace import KNOWN
from voicesim.validation.made.stage import Stage, at, call_of, noise, side_of
from voicesim.validation.made.tone import FRIENDLY, baseline_of, said, utterance
from voicesim.validation.made.turns import SPEAKERS
from voicesim.validation.rows import Row, at_least, row, within
from voicesim.validation.speaking import Speaker, speak

CALM_TURNS: Final = 6
PROVOKED_TURNS: Final = 4
_RAISED_ST: Final = 4.0
_RAISED_DB: Final = 8.0
_SNR_DB: Final = 18.0


def rows(
    engines: Engines, progress: Callable[[float], None], *, voices: int = 4, seed: int = 20261122
) -> tuple[Row, ...]:
    """Whether each is told from its calm, clear self."""
    rng = np.random.default_rng(seed)
    steady: list[float] = []
    raised: list[float] = []
    clear: list[float] = []
    masked: list[float] = []
    speakers = SPEAKERS[1::2][:voices]
    for index, speaker in enumerate(speakers):
        louder = replace(speaker, f0_hz=speaker.f0_hz * 2.0 ** (_RAISED_ST / 12.0))
        steady.append(_steadiness(speaker, speaker, 0.0, rng, engines))
        raised.append(_steadiness(speaker, louder, _RAISED_DB, rng, engines))
        baseline = baseline_of(said(speaker, rng, engines))
        call = said(speaker, rng, engines)
        behind = replace(call, trainee=replace(call.trainee, clip=_in_noise(call.trainee.clip, rng)))
        for made, values in ((call, clear), (behind, masked)):
            found = measure_call(made, baseline=baseline)["clarity"]
            values.append(found.value if isinstance(found, Measured) else float("nan"))
        progress((index + 1) / len(speakers))
    n, against = len(speakers), "construction"
    kept = sum(value >= STEADY_FROM for value in steady) / n
    seen = sum(value < STEADY_FROM for value in raised) / n
    dull = sum(value < LESS_CLEAR_BELOW for value in masked) / n
    return (
        row(
            "steadiness",
            "calm turns after a provocation, called steady",
            against,
            kept,
            n=n,
            limits=at_least(1.0),
        ),
        row(
            "steadiness",
            "raised turns (+4 st, +8 dB), called unsteady",
            against,
            seen,
            n=n,
            limits=at_least(1.0),
        ),
        row("clarity", "the same voice again, median", "0", median(clear), n=n, unit="C", limits=within(0.5)),
        row("clarity", "in noise at 18 dB, called less clear", against, dull, n=n, limits=at_least(1.0)),
    )


def _steadiness(
    calm: Speaker, then: Speaker, louder_db: float, rng: np.random.Generator, engines: Engines
) -> float:
    n = CALM_TURNS + PROVOKED_TURNS
    stage = Stage(1.0 + 4.0 * n, rng, noise_dbov=-70.0)
    spans = []
    for index in range(n):
        is_calm = index < CALM_TURNS
        level_dbov = -30.0 + rng.normal(0.0, 0.8) + (0.0 if is_calm else louder_db)
        talk = speak(calm if is_calm else then, rng, 3.0, level_dbov=level_dbov)
        spans.append(stage.put(Party.TRAINEE, 0.5 + 4.0 * index, talk.samples))
    said_all = tuple(utterance(span, FRIENDLY) for span in spans)
    side = side_of(stage.channel(Party.TRAINEE), engines, utterances=said_all)
    call = call_of(side, Side(clip=stage.channel(Party.CUSTOMER)), recognition=KNOWN)
    provoked = at(0.2 + 4.0 * CALM_TURNS)
    moments = (
        Moment(moment_id="calm", span=Span(0, provoked), mood="calm"),
        Moment(moment_id="angry", span=Span(provoked, len(side.clip)), mood="angry"),
    )
    found = measure_call(replace(call, moments=moments))["steadiness"]
    return found.value if isinstance(found, Measured) else float("nan")


def _in_noise(clip: Clip, rng: np.random.Generator) -> Clip:
    return Clip((clip.samples + noise(rng, len(clip), -26.0 - _SNR_DB)).astype(np.float32))
