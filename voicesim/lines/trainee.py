"""A simulated trainee: recorded utterances in a folder, in the order in which they are said.

A folder with a ``manifest.yaml`` says it all; without one, its audio files are taken in the order of their names.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from voicesim.errors import ScenarioError
from voicesim.files.strict_yaml import load_yaml_with_lines

MANIFEST: Final = "manifest.yaml"

AUDIO_SUFFIXES: Final = frozenset(
    {".wav", ".flac", ".mp3", ".ogg", ".opus", ".m4a", ".mp4", ".webm", ".gsm", ".au"}
)

DEFAULT_AFTER_S: Final = 0.4


@dataclass(frozen=True, slots=True, kw_only=True)
class TraineeUtterance:
    """One recorded utterance."""

    path: Path
    text: str = ""
    """What is said in it; empty where nobody wrote it down."""
    behaviours: tuple[str, ...] = ()
    """What it shows, by the definitions."""
    after_s: float = DEFAULT_AFTER_S
    """Starts this long after the end of the customer's line."""
    interrupts_after_s: float | None = None
    """Starts this long after the beginning of the customer's line instead."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trainee:
    """A simulated trainee."""

    trainee_id: str
    title: str
    utterances: tuple[TraineeUtterance, ...]
    opens: bool = True
    """Whether the first utterance is said before the customer has spoken."""
    scenario_id: str | None = None
    """The scenario that the utterances answer."""
    voice: str = ""
    licence: str = ""
    origin: str = ""


def load_trainee(folder: Path) -> Trainee:
    """Read a folder of recorded utterances.

    Args:
        folder: with a ``manifest.yaml``, or with audio files alone.

    Raises:
        ScenarioError: no such folder, nothing in it, or a manifest with a mistake.
    """
    if not folder.is_dir():
        hint = "name the folder that holds the recordings" if folder.exists() else "check the path"
        raise ScenarioError("there is no such folder of a simulated trainee", path=str(folder), hint=hint)
    manifest = folder / MANIFEST
    return _from_manifest(manifest) if manifest.exists() else _from_files(folder)


def _from_manifest(manifest: Path) -> Trainee:
    from voicesim.lines.schema import TraineeFile

    file, lines = load_yaml_with_lines(manifest, TraineeFile, error=ScenarioError, what="trainee manifest")
    for i, utterance in enumerate(file.utterances):
        _check_recording(manifest, utterance.file, utterance.sha256, lines.of("utterances", i, "file"))
    return Trainee(
        trainee_id=file.id,
        title=file.title,
        opens=file.opens,
        scenario_id=file.scenario,
        voice=file.voice,
        licence=file.licence,
        origin=file.origin,
        utterances=tuple(
            TraineeUtterance(
                path=manifest.parent / utterance.file,
                text=utterance.text,
                behaviours=utterance.behaviours,
                after_s=utterance.after_s,
                interrupts_after_s=utterance.interrupts_after_s,
            )
            for utterance in file.utterances
        ),
    )


def _check_recording(manifest: Path, name: str, sha256: str | None, line: int) -> None:
    path = manifest.parent / name
    if not path.is_file():
        raise ScenarioError(
            f"the recording {name!r} is not in the folder",
            path=str(manifest),
            line=line,
            key="file",
            hint=f"put it beside {MANIFEST}, or correct the name",
        )
    if sha256 is not None and _digest(path) != sha256:
        raise ScenarioError(
            f"the recording {name!r} is not the one that was described",
            path=str(manifest),
            line=line,
            key="sha256",
            hint="restore the recording, or correct its sha256",
        )


def _from_files(folder: Path) -> Trainee:
    files = [path for path in folder.iterdir() if path.suffix.lower() in AUDIO_SUFFIXES and path.is_file()]
    if not files:
        raise ScenarioError(
            "the folder holds no recordings",
            path=str(folder),
            hint=f"put audio files into it, or a {MANIFEST}",
        )
    files.sort(key=lambda path: _natural(path.name))
    return Trainee(
        trainee_id=folder.resolve().name,
        title=folder.resolve().name,
        utterances=tuple(TraineeUtterance(path=path) for path in files),
    )


def _natural(name: str) -> tuple[tuple[int, str], ...]:
    """Order of names in which 2 comes before 10."""
    return tuple((int(part), "") if part.isdigit() else (-1, part) for part in re.split(r"([0-9]+)", name))


def _digest(path: Path) -> str | None:
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError:
        return None
