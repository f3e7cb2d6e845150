"""Ways of working, timed turn by turn, so that whatever else the machine does hits all of them alike."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Took:
    """How long something took."""

    wall_s: float
    cpu_s: float
    """Processor time of all threads: what it would take alone on one processor."""


def medians(*works: Callable[[], object], rounds: int = 5, warm_up: bool = True) -> list[Took]:
    """Medians of each, over some rounds in which each is done once."""
    if warm_up:
        for work in works:
            work()
    found: list[list[Took]] = [[] for _ in works]
    for _ in range(rounds):
        for work, times in zip(works, found, strict=True):
            wall_s, cpu_s = time.perf_counter(), time.process_time()
            work()
            times.append(Took(time.perf_counter() - wall_s, time.process_time() - cpu_s))
    return [
        Took(statistics.median(t.wall_s for t in times), statistics.median(t.cpu_s for t in times))
        for times in found
    ]
