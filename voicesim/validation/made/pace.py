"""Pauses, syllables and words a minute of made talk.

Conventions
    Each call is one voice that speaks in phrases of 1.5 to 4 s, parted by pauses of 0.3 to 2.0 s. A pause is found when
    one of the program's lies within 0.1 s of it at both ends. Closures of stops inside phrases last up to 70 ms.
    Every third call stands 20 dB above pink noise, every other comes over a telephone line.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from statistics import median
from typing import Final

import numpy as np

from voicesim.audio.clip import SAMPLE_RATE_HZ
from voicesim.audio.span import Span, total
from voicesim.intake.engines import Engines
from voicesim.measure.registry import measure_call
from voicesim.measure.voice import analyse
from voicesim.results import Measured
from voicesim.speech.call import EngineId, Recognition, Side
from voicesim.speech.words import Party, Utterance, Word
from voicesim.validation.made.stage import Stage, call_of, side_of
from voicesim.validation.made.turns import SPEAKERS
from voicesim.validation.rows import Row, at_least, at_most, between, row
from voicesim.validation.speaking import speak

PHRASES: Final = 9
_PAUSE_S: Final = (0.3, 2.0)
_SAME_S: Final = 0.1
_WORD: Final = "told"
_LONGER_WORD: Final = "number"


def rows(
    engines: Engines, progress: Callable[[float], None], *, voices: int = len(SPEAKERS), seed: int = 20261122
) -> tuple[Row, ...]:
    """What the pace is made of."""
    rng = np.random.default_rng(seed)
    found_pauses, speech_error, ratios, wpm_error, invented = [], [], [], [], 0
    for index, speaker in enumerate(SPEAKERS[:voices]):
        on_a_line = index % 2 == 0
        stage = Stage(1.0 + PHRASES * 6.2, rng, noise_dbov=-46.0 if index % 3 == 0 else -66.0)
        spans, n_syllables, n_words, said = [], 0, 0, []
        now_s = 0.7
        for _ in range(PHRASES):
            talk = speak(speaker, rng, rng.uniform(1.5, 4.0))
            spans.append(stage.put(Party.TRAINEE, now_s, talk.samples))
            n_syllables += len(talk.syllables)
            words = _words(len(talk.syllables), spans[-1])
            n_words += len(words)
            said.append(Utterance(Party.TRAINEE, spans[-1], words))
            now_s = spans[-1].end / SAMPLE_RATE_HZ + rng.uniform(*_PAUSE_S)
        side = side_of(
            stage.channel(Party.TRAINEE, on_a_line=on_a_line),
            engines,
            utterances=tuple(said),
            on_a_line=on_a_line,
        )
        silent = Side(clip=stage.channel(Party.CUSTOMER, on_a_line=on_a_line))
        call = call_of(side, silent, recognition=KNOWN)
        voice = analyse(call).trainee
        gaps = [Span(a.end, b.start) for a, b in pairwise(voice.runs)]
        true_gaps = [Span(a.end, b.start) for a, b in pairwise(spans)]
        hits = [any(_same(gap, true) for gap in gaps) for true in true_gaps]
        found_pauses += hits
        invented += len(gaps) - sum(any(_same(gap, true) for true in true_gaps) for gap in gaps)
        truth_s = total(spans) / SAMPLE_RATE_HZ
        speech_error.append(abs(voice.speech_s / truth_s - 1.0))
        if voice.syllables is not None:
            ratios.append(voice.syllables.total() / n_syllables)
        paced = measure_call(call)["pace"]
        if isinstance(paced, Measured):
            wpm_error.append(abs(paced.value / (60.0 * n_words / truth_s) - 1.0))
        progress((index + 1) / voices)
    n = voices
    recall = sum(found_pauses) / len(found_pauses)
    precision = sum(found_pauses) / max(1, sum(found_pauses) + invented)
    return (
        row(
            "pauses",
            "of 300 ms and more, found",
            "construction",
            recall,
            n=len(found_pauses),
            limits=at_least(0.95),
        ),
        row(
            "pauses",
            "found that were made",
            "construction",
            precision,
            n=sum(found_pauses) + invented,
            limits=at_least(0.95),
        ),
        row(
            "speech time",
            "median error",
            "construction",
            median(speech_error),
            n=n,
            unit="ratio",
            limits=at_most(0.02),
        ),
        row(
            "syllables",
            "heard over made, median of voices",
            "construction",
            median(ratios),
            n=len(ratios),
            unit="ratio",
            limits=between(0.85, 1.15),
        ),
        row(
            "pace",
            "words a minute, median error",
            "words known",
            median(wpm_error or [1.0]),
            n=len(wpm_error),
            unit="ratio",
            limits=at_most(0.03),
        ),
    )


KNOWN: Final = Recognition(engine=EngineId(engine="known", model="known", version="1"), writes_fillers=True)


def _words(n_syllables: int, span: Span) -> tuple[Word, ...]:
    """So many words that they have about as many syllables as were made."""
    tokens: list[str] = []
    left = n_syllables
    while left > 0:
        tokens.append(_LONGER_WORD if left >= 2 and len(tokens) % 5 in {1, 3} else _WORD)
        left -= 2 if tokens[-1] == _LONGER_WORD else 1
    edges = np.linspace(span.start, span.end, len(tokens) + 1).astype(int).tolist()
    return tuple(Word(text, Span(a, b), 0.95) for text, a, b in zip(tokens, edges, edges[1:], strict=False))


def _same(found: Span, made: Span) -> bool:
    limit = _SAME_S * SAMPLE_RATE_HZ
    return abs(found.start - made.start) <= limit and abs(found.end - made.end) <= limit
