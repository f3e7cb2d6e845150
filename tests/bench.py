"""Timings that matter to a user, as ratios to the length of the sound: ``make bench``.

Machines are noisy and differ, so everything is measured in one run and set against the sound's own length. The
response gap is what a trainee waits; it is measured in real time on the recorded call itself.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

_TRAINEE_WORDS = 750


def _gap(folder: Path) -> dict[str, object]:
    """A real-time simulated call: from the trainee's last audible sample to the customer's first."""
    from voicesim.cli.rehearsal import RehearsalOptions, run_rehearsal
    from voicesim.files.shipped import shipped_folder

    out = folder / "gap"
    run_rehearsal(
        RehearsalOptions(
            scenario="parcel",
            simulate=shipped_folder("audio_fixtures") / "demo-polite",
            is_real_time=True,
            recogniser="pocketsphinx",
            out=out,
        )
    )
    about = json.loads((out / "call.json").read_text())
    gaps_s = sorted(about["response_gaps_s"])
    return {
        "what": "response gap, real time, pocketsphinx",
        "median_s": round(statistics.median(gaps_s), 3),
        "p95_s": round(gaps_s[min(len(gaps_s) - 1, int(0.95 * len(gaps_s)))], 3),
        "of_it_endpoint_silence_s": 0.7,
        "n": len(gaps_s),
        "goal": "median <= 0.9 s",
    }


def _timed(what: str, sound_s: float, work: Callable[[], object], goal: str = "") -> dict[str, object]:
    work()
    times_s = []
    for _ in range(3):
        began_s = time.perf_counter()
        work()
        times_s.append(time.perf_counter() - began_s)
    return {"what": what, "times_real_time": round(sound_s / statistics.median(times_s), 1), "goal": goal}


def _rooms(folder: Path) -> list[dict[str, object]]:
    """Rooms one by one over the call that was just recorded."""
    from voicesim.behaviour.loading import load_tables
    from voicesim.cli.wiring import engines_for, load_rubric
    from voicesim.intake.call import call_from_folder
    from voicesim.measure.registry import measure_call
    from voicesim.scorecard.judge import score
    from voicesim.speech.listening import Listener, listen

    engines = engines_for(None)
    assert engines.pitch is not None
    call = call_from_folder(folder / "gap", engines)
    clip, pitch = call.trainee.clip, engines.pitch
    tables, rubric = load_tables(), load_rubric(None)
    return [
        _timed("a call folder read, listened to and pitched", call.duration_s, lambda: call_from_folder(
            folder / "gap", engines
        )),
        _timed("speech activity, one channel", call.duration_s, lambda: listen(
            Listener(engines.detector.session().step), clip.samples, None
        )),
        _timed("pitch, one channel", call.duration_s, lambda: pitch.track(clip)),
        _timed("all measures, two channels", call.duration_s, lambda: measure_call(call), ">= 100 x"),
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


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="for programs")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="voicesim-bench-") as name:
        stdout, sys.stdout = sys.stdout, sys.stderr
        try:
            rows = [_gap(Path(name)), *_rooms(Path(name)), _words()]
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
