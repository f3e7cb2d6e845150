"""Who waits, who talks and when nobody does, on made calls whose every turn is known.

Conventions
    Each call is the same row of turns, spoken by other voices: answers after 0.8, 1.4 and 0.4 s, a silence of 6 s, and
    a monologue of 12.2 s with a pause of 1.2 s in it. Every other call comes over a telephone line.
"""

from __future__ import annotations

from collections.abc import Callable
from statistics import median
from typing import Final

import numpy as np

from voicesim.audio.clip import SAMPLE_RATE_HZ
from voicesim.intake.engines import Engines
from voicesim.measure.registry import measure_call
from voicesim.results import Measured
from voicesim.speech.words import Party
from voicesim.validation.made.stage import Stage, call_of, side_of
from voicesim.validation.made.turns import SPEAKERS
from voicesim.validation.rows import Limits, Row, at_most, row
from voicesim.validation.speaking import speak

CALLS: Final = 6
TURNS: Final = (
    (Party.CUSTOMER, 0.5, 4.0),
    (Party.TRAINEE, 0.8, 3.0),
    (Party.CUSTOMER, 0.6, 3.5),
    (Party.TRAINEE, 1.4, 4.0),
    (Party.TRAINEE, 6.0, 3.0),
    (Party.CUSTOMER, 0.5, 3.0),
    (Party.TRAINEE, 0.4, 6.0),
    (Party.TRAINEE, 1.2, 5.0),
    (Party.CUSTOMER, 0.7, 2.5),
)
"""Who, after how many seconds of silence, for how long."""
TRUTH: Final[dict[str, tuple[float, str, Limits]]] = {
    "response_latency": (0.8, "s", at_most(0.06)),
    "patience": (0.8, "s", at_most(0.06)),
    "talk_share": (21.0 / 34.0, "ratio", at_most(0.01)),
    "longest_monologue": (12.2, "s", at_most(0.1)),
    "dead_air": (6.0, "s", at_most(0.1)),
    "interruptions": (0.0, "per min", at_most(0.0)),
    "customer_interruptions": (0.0, "per min", at_most(0.0)),
}


def rows(
    engines: Engines, progress: Callable[[float], None], *, calls: int = CALLS, seed: int = 20261122
) -> tuple[Row, ...]:
    """The median error of each measure."""
    rng = np.random.default_rng(seed)
    errors: dict[str, list[float]] = {name: [] for name in TRUTH}
    for index in range(calls):
        on_a_line = index % 2 == 0
        voices = {
            party: SPEAKERS[i]
            for party, i in zip(Party, rng.choice(len(SPEAKERS), 2, replace=False), strict=True)
        }
        stage, now_s = Stage(sum(gap + talk for _, gap, talk in TURNS) + 1.0, rng), 0.0
        for party, gap_s, talk_s in TURNS:
            now_s += gap_s
            where = stage.put(party, now_s, speak(voices[party], rng, talk_s).samples)
            now_s = where.end / SAMPLE_RATE_HZ
        trainee, customer = (
            side_of(stage.channel(party, on_a_line=on_a_line), engines, with_pitch=False, on_a_line=on_a_line)
            for party in (Party.TRAINEE, Party.CUSTOMER)
        )
        measures = measure_call(call_of(trainee, customer))
        for name, (truth, _, _) in TRUTH.items():
            found = measures[name]
            errors[name].append(abs(found.value - truth) if isinstance(found, Measured) else float("inf"))
        progress((index + 1) / calls)
    return tuple(
        row(
            "conversation",
            f"{name}, median error",
            "construction",
            median(errors[name]),
            n=calls,
            unit=unit,
            limits=limits,
            note=f"largest {max(errors[name]):.2g}",
        )
        for name, (_, unit, limits) in TRUTH.items()
    )
