"""The response gap of a simulated call in real time, and what it is made of.

Each gap runs from the trainee's last audible sample to the customer's first. From the call's own events it is
parted: what the end of the turn was waited for, how much longer recognition took, and from the turn's end to the
first audible sample of the answer. What is left is the detector's idea of where the utterance ended.
"""

from __future__ import annotations

import json
import statistics
from collections.abc import Sequence
from pathlib import Path

import numpy as np


def response_gap(folder: Path, recogniser: str, title: str) -> dict[str, object]:
    """Play a call in real time.

    Args:
        folder: where the call goes.
        recogniser: as ``--recogniser``.
        title: what it is called in the output.
    """
    from voicesim.cli.rehearsal import RehearsalOptions, run_rehearsal
    from voicesim.files.shipped import shipped_folder

    trainee = shipped_folder("audio_fixtures") / "demo-polite"
    run_rehearsal(
        RehearsalOptions(
            scenario="parcel", simulate=trainee, is_real_time=True, recogniser=recogniser, out=folder
        )
    )
    gaps_s = json.loads((folder / "call.json").read_text("utf-8"))["response_gaps_s"]
    return {
        "what": f"response gap, real time, {title}",
        "median_s": round(statistics.median(gaps_s), 3),
        "p95_s": round(float(np.percentile(gaps_s, 95)), 3),
        **_parts(folder),
        "n": len(gaps_s),
        "goal": "median <= 0.9 s",
    }


def _parts(folder: Path) -> dict[str, object]:
    """Medians of what the gaps are made of."""
    import soundfile

    sound, rate_hz = soundfile.read(folder / "call.flac", dtype="float32")
    audible = np.flatnonzero(np.abs(sound[:, 0]) > 10.0 ** (-50.0 / 20.0))
    events = [json.loads(line) for line in (folder / "events.jsonl").read_text("utf-8").splitlines()]
    silences_s, left_s, line_s = [], [], []
    judged_s: float | None = None
    for number, event in enumerate(events):
        if event["event"] == "turn_judged":
            judged_s = event["silence_s"]
        elif event["event"] == "turn_ended":
            later = events[number:]
            words_at = next((e["at"] for e in later if e["event"] == "utterance"), None)
            answer = next((e["start"] for e in later if e["event"] == "line_started"), None)
            if words_at is not None and answer is not None:
                end = event["span"][1]
                silence_s = (event["at"] - end) / rate_hz if judged_s is None else judged_s
                silences_s.append(silence_s)
                left_s.append((words_at - end) / rate_hz - silence_s)
                line_s.append((audible[np.searchsorted(audible, answer)] - words_at) / rate_hz)
            judged_s = None
    return {
        "of_it_silence_s": _median(silences_s),
        "recognition_left_over_s": _median(left_s),
        "line_s": _median(line_s),
    }


def _median(values: Sequence[float]) -> float | None:
    return round(float(statistics.median(values)), 3) if values else None
