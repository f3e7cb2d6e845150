"""The response gap in real time with the work of a base-size Whisper: ``python -m tests.timing.real_gap``.

Settings are those of ``voicesim call``, as in the table of ``python -m tests.live.turn_ends``.
"""

from __future__ import annotations

import functools
import sys
import tempfile
from pathlib import Path

import numpy as np

from tests.timing.base_model import base_model
from tests.timing.true_words import load
from voicesim.callfolder.writer import FolderWriter
from voicesim.cli.casting import Speaking, scripted
from voicesim.cli.output import Progress
from voicesim.cli.rehearsal import _gaps, _simulated
from voicesim.cli.wiring import load_tables
from voicesim.engines.detector_silero import SileroDetector
from voicesim.files.shipped import shipped_folder
from voicesim.live.jobs import ProcessJobs
from voicesim.live.session import rehearse
from voicesim.speech.listening import Listener

CALLS = (("parcel", "demo-polite"), ("billed_twice", "demo-angry"))

MOST_TOKENS = 100


def base_gap() -> dict[str, object]:
    """Play both demonstration calls in real time."""
    gaps_s: list[float] = []
    for scenario, trainee in CALLS:
        gaps_s += _play(scenario, trainee)
    return {
        "what": "response gap, real time, work of a base-size Whisper, true words",
        "median_s": round(float(np.median(gaps_s)), 3),
        "p95_s": round(float(np.percentile(gaps_s, 95)), 3),
        "n": len(gaps_s),
        "goal": "median <= 0.8 s, p95 <= 1.2 s, on two idle cores",
    }


def main() -> None:
    """Print the figures."""
    sys.stdout.write("".join(f"{name}: {value}\n" for name, value in base_gap().items()))


def _play(scenario: str, trainee: str) -> tuple[float, ...]:
    jobs = ProcessJobs(functools.partial(load, str(base_model(MOST_TOKENS))))
    cast = scripted(scenario, Speaking(is_virtual=True))(Progress(is_quiet=True))
    line = _simulated(shipped_folder("audio_fixtures") / trainee, is_real_time=True).simulated
    assert line is not None
    with tempfile.TemporaryDirectory() as name:
        folder = FolderWriter(Path(name) / "call", {})
        outcome = rehearse(
            scenario=cast.scenario,
            voices=cast.voices,
            tables=load_tables(),
            listener=Listener(SileroDetector().session().step),
            jobs=jobs,
            line=line,
            folder=folder,
        )
        folder.close("complete", {})
        cast.close()
        sys.stderr.write(f"{trainee}: {outcome.ending}, {outcome.report}\n")
        return _gaps(line, folder.path)


if __name__ == "__main__":
    main()
