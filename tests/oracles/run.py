"""Independent programs beside ours, on the same sound: ``python -m tests.oracles.run --data DIR [--json]``.

The programs (Praat, pyloudnorm, webrtcvad, mir_eval, pyannote.core, call-ai-metrics) are installed for tests only;
nothing that ships imports them. The rows have the format of ``voicesim validate``.
"""

from __future__ import annotations

import argparse
import importlib.metadata
import sys
from collections.abc import Callable
from pathlib import Path

from tests.oracles import f0, loudness, overlap, speech_activity
from voicesim.cli.output import Progress, say
from voicesim.cli.proof import print_rows
from voicesim.cli.wiring import engines_for
from voicesim.validation.real.recordings import QUICK_FILES, Recordings
from voicesim.validation.rows import Row

ORACLES = (
    "praat-parselmouth", "pyloudnorm", "webrtcvad-wheels", "mir_eval", "pyannote.core", "call-ai-metrics", "jiwer",
)  # fmt: skip

SUBJECTS: dict[str, Callable[[Recordings, Callable[[float], None]], tuple[Row, ...]]] = {
    "loudness": loudness.rows,
    "f0": f0.rows,
    "speech activity": speech_activity.rows,
    "overlap": overlap.rows,
}


def versions() -> dict[str, str]:
    """Of the oracles, and of Praat itself."""
    import parselmouth

    found = {name: importlib.metadata.version(name) for name in ORACLES}
    return {**found, "Praat": parselmouth.PRAAT_VERSION}


def compare(data: Path, *, is_quick: bool = False) -> tuple[Row, ...]:
    """Every comparison."""
    recordings = Recordings(data, engines_for(None), most_files=QUICK_FILES if is_quick else None)
    progress = Progress()
    found: list[Row] = []
    for name, rows in SUBJECTS.items():
        progress(name, 0.0)
        found += rows(recordings, lambda fraction, name=name: progress(name, fraction))
    progress.done()
    return tuple(found)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.oracles.run", description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--quick", action="store_true")
    given = parser.parse_args()
    rows = compare(given.data, is_quick=given.quick)
    print_rows(rows, as_json=given.json, about={"format": "voicesim-oracles/1", "oracles": versions()})
    if not given.json:
        say("oracles: " + ", ".join(f"{name} {version}" for name, version in versions().items()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
