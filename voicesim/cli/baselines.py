"""Where trainees' baselines are kept, and which one a call is held against.

Conventions: ``baselines/NAME/DEVICE.json`` in the user's data directory; names are made fit for a file name, and a few
letters of a hash keep apart what then looks the same.
"""

from __future__ import annotations

import hashlib
import re
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from voicesim.measure.baseline import Baseline

_LONGEST = 40


def baselines_folder() -> Path:
    """The folder of all baselines; it need not exist."""
    from platformdirs import user_data_path

    return user_data_path("voicesim", appauthor=False) / "baselines"


def baseline_path(trainee: str, device: str) -> Path:
    """Where the baseline of a trainee on a device is kept."""
    return baselines_folder() / _file_name(trainee) / f"{_file_name(device or 'any device')}.json"


def find_baseline(trainee: str, microphone: str) -> tuple[Path, Baseline] | None:
    """A trainee's baseline: that of the microphone, else the newest.

    Raises:
        InputError: a baseline of the trainee cannot be read.
    """
    from voicesim.measure.schema import read_baseline

    if not trainee.strip():
        return None
    folder = baselines_folder() / _file_name(trainee)
    try:
        paths = sorted(folder.glob("*.json"), key=lambda path: (path.stat().st_mtime_ns, path.name))
    except OSError:
        return None
    found = [(path, read_baseline(path)) for path in paths]
    same = [each for each in found if microphone and each[1].device == microphone]
    return (same or found)[-1] if found else None


def _file_name(name: str) -> str:
    folded = " ".join(name.split()).casefold()
    plain = re.sub(r"[^\w]+", "-", folded).strip("-_")[:_LONGEST] or "unnamed"
    return f"{plain}-{hashlib.sha256(folded.encode()).hexdigest()[:6]}"
