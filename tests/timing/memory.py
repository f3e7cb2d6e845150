"""Peak memory of ``voicesim score`` on a long call against a short one, each in a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import soundfile

SHORT_MIN = 10
LONG_MIN = 120


def peak_memory(call: Path, folder: Path, long_min: int = LONG_MIN) -> dict[str, object]:
    """Score the same call, repeated to two lengths.

    Args:
        call: a recording of two channels.
        folder: for the long recordings.
        long_min: length of the longer one.
    """
    short_mb, long_mb = (_peak_mb(_repeated(call, folder, n_min)) for n_min in (SHORT_MIN, long_min))
    return {
        "what": f"peak memory of score without words, {long_min} min against {SHORT_MIN} min",
        "short_mb": round(short_mb),
        "long_mb": round(long_mb),
        "ratio": round(long_mb / short_mb, 2),
        "goal": "<= 1.3",
    }


def _repeated(call: Path, folder: Path, n_min: int) -> Path:
    sound, rate_hz = soundfile.read(call, dtype="int16")
    path = folder / f"{n_min}-minutes.flac"
    left = n_min * 60 * rate_hz
    with soundfile.SoundFile(path, "w", rate_hz, sound.shape[1], format="FLAC", subtype="PCM_16") as file:
        while left > 0:
            file.write(sound[:left])
            left -= len(sound)
    return path


def _peak_mb(path: Path) -> float:
    """Largest resident size, by the kernel's own count."""
    command = [sys.executable, "-m", "voicesim", "score", str(path), "--no-words", "--format", "json", "-q"]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise RuntimeError(f"scoring {path.name} failed with {process.returncode}")
    unit = 1024 * 1024 if sys.platform == "darwin" else 1024
    return usage.ru_maxrss / unit
