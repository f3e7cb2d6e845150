"""Timings that matter to a user, as ratios to the length of the sound: ``make bench``.

Machines are noisy and differ, so everything is measured in one run and set against the sound's own length. The
response gap is what a trainee waits; it is measured in real time on the recorded call itself.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Collection, Iterator
from pathlib import Path

from tests.timing.gap import response_gap
from tests.timing.measures import measures
from tests.timing.memory import LONG_MIN, peak_memory
from tests.timing.real_gap import base_gap
from tests.timing.words import score_with_words

PARTS = ("gap", "measures", "words", "memory")
_TRAINEE_WORDS = 750


def _timed(what: str, sound_s: float, work: Callable[[], object], goal: str = "") -> dict[str, object]:
    work()
    times_s = []
    for _ in range(3):
        began_s = time.perf_counter()
        work()
        times_s.append(time.perf_counter() - began_s)
    return {"what": what, "times_real_time": round(sound_s / statistics.median(times_s), 1), "goal": goal}


def _rooms(folder: Path) -> list[dict[str, object]]:
    """Rooms one by one over a call folder."""
    from voicesim.behaviour.loading import load_tables
    from voicesim.cli.wiring import engines_for, load_rubric
    from voicesim.intake.call import call_from_folder
    from voicesim.scorecard.judge import score
    from voicesim.speech.listening import Listener, listen

    engines = engines_for(None)
    assert engines.pitch is not None
    call = call_from_folder(folder, engines)
    clip, pitch = call.trainee.clip, engines.pitch
    tables, rubric = load_tables(), load_rubric(None)
    return [
        _timed("a call folder read, listened to and pitched", call.duration_s, lambda: call_from_folder(
            folder, engines
        )),
        _timed("speech activity, one channel", call.duration_s, lambda: listen(
            Listener(engines.detector.session().step), clip.samples, None
        )),
        _timed("pitch, one channel", call.duration_s, lambda: pitch.track(clip)),
        _timed("the whole scorecard", call.duration_s, lambda: score(call, rubric, None, tables)),
    ]  # fmt: skip


def _words() -> dict[str, object]:
    """Ten minutes of talk, half of it the trainee's at 150 words a minute, by what the tables' examples say."""
    from voicesim.behaviour.lexing import words_of
    from voicesim.behaviour.loading import load_tables

    tables = load_tables()
    examples = [
        e for rank in range(15) for b in tables.behaviours for e in (b.examples[rank], b.look_alikes[rank])
    ]
    said: list[tuple[str, str]] = []
    while sum(len(text.split()) for _, text in said) < _TRAINEE_WORDS:
        customer, trainee = examples[2 * len(said)], examples[2 * len(said) + 1]
        said.append((customer.text, trainee.text))
    turns = [(customer, words_of(trainee)) for customer, trainee in said]

    def judge() -> None:
        for context, words in turns:
            tables.observe(words, context=context)

    judge()
    times_ms = []
    for _ in range(9):
        began_s = time.perf_counter()
        judge()
        times_ms.append(1000.0 * (time.perf_counter() - began_s))
    return {
        "what": f"behaviours in the words of a ten-minute call, {len(turns)} turns",
        "median_ms": round(statistics.median(times_ms), 1),
        "goal": "<= 50 ms",
    }


def _all(folder: Path, only: Collection[str], long_min: int) -> Iterator[dict[str, object]]:
    """Row after row; a simulated call in real time comes first, and the others work on its recording."""
    call = folder / "pocketsphinx" / "call.flac"
    yield response_gap(call.parent, "pocketsphinx", "pocketsphinx")
    if "gap" in only:
        yield base_gap()
    if "measures" in only:
        yield from measures(call)
        yield from _rooms(call.parent)
        yield _words()
    if "words" in only:
        yield score_with_words(call)
    if "memory" in only:
        yield peak_memory(call, folder, long_min)


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="for programs")
    parser.add_argument("--only", nargs="+", choices=PARTS, default=PARTS, help="these parts alone")
    parser.add_argument("--long-min", type=int, default=LONG_MIN, help="length of the long call, minutes")
    options = parser.parse_args()
    load = f"{os.getloadavg()[0]:.1f} of {os.cpu_count()} processors busy at the start"
    print(load, file=sys.stderr)
    rows: list[dict[str, object]] = [{"what": "this machine", "load": load}]
    with tempfile.TemporaryDirectory(prefix="voicesim-bench-") as name:
        stdout, sys.stdout = sys.stdout, sys.stderr
        try:
            for row in _all(Path(name), options.only, options.long_min):
                print(row)
                rows.append(row)
        finally:
            sys.stdout = stdout
    if options.json:
        print(json.dumps(rows, indent=2))
        return 0
    for row in rows:
        figures = ", ".join(f"{key} {value}" for key, value in row.items() if key != "what" and value != "")
        print(f"{row['what']}: {figures}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
