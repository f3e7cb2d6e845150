"""Reading a call folder, finished or left behind by a crash."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from voicesim.callfolder.records import (
    echo_from_json,
    lines_from_events,
    moments_from_events,
    recognition_from_json,
    utterance_from_json,
    utterances_from_events,
)
from voicesim.callfolder.writer import SCHEMA_VERSION
from voicesim.errors import CallFolderError
from voicesim.speech.call import CustomerLine, Echo, Moment, Recognition
from voicesim.speech.words import Utterance


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredCall:
    """What a call folder holds beside its sound."""

    path: Path
    audio_path: Path
    status: str
    """``complete``, ``aborted``, or ``running`` where the program was cut off."""
    about: Mapping[str, Any]
    """``call.json``."""
    events: tuple[Mapping[str, Any], ...]
    transcript: tuple[Utterance, ...]
    recognition: Recognition | None
    echo: Echo | None
    ending: str
    device_faults: Mapping[str, int] = field(default_factory=dict)
    scenario_path: Path | None = None
    """The snapshot that the call was played from."""
    baseline_path: Path | None = None
    rubric_path: Path | None = None

    @property
    def microphone(self) -> str:
        """The trainee's microphone; empty for a simulated trainee, or where the call broke off."""
        details = self.about.get("line", {}).get("details", {})
        return str(details.get("microphone", ""))

    @property
    def conditions(self) -> dict[str, str | int | float]:
        """How the call was played, as far as the folder says; the events know best whether it was practice."""
        settings = self.about.get("settings")
        settings = settings if isinstance(settings, dict) else {}
        found: dict[str, str | int | float] = {}
        modes = [
            event["mode"] for event in self.events if event["event"] == "call_started" and "mode" in event
        ]
        if modes:
            found["mode"] = str(modes[0])
        for key in ("difficulty", "background", "background_below_voice_db"):
            if isinstance(settings.get(key), str | int | float):
                found[key] = settings[key]
        if found.get("background", "none") == "none":
            found.pop("background", None)
            found.pop("background_below_voice_db", None)
        for key, event in (("pauses", "paused"), ("said_again", "said_again")):
            n = sum(one["event"] == event for one in self.events)
            if n:
                found[key] = n
        return found

    def lines(self, n_samples: int) -> tuple[CustomerLine, ...]:
        """The customer's lines in a recording of that length.

        Raises:
            CallFolderError: an event is damaged.
        """
        with _damage_in(self.path):
            return lines_from_events(self.events, n_samples)

    def moments(self, n_samples: int) -> tuple[Moment, ...]:
        """The scenario's moments in a recording of that length.

        Raises:
            CallFolderError: an event is damaged.
        """
        with _damage_in(self.path):
            return moments_from_events(self.events, n_samples)


def is_call_folder(path: Path) -> bool:
    """Whether a path looks like a call folder."""
    return path.is_dir() and (path / "call.flac").is_file()


def read_folder(path: Path) -> StoredCall:
    """Read a call folder.

    Raises:
        CallFolderError: a part is missing or broken, or was written by a newer voicesim.
    """
    audio_path = path / "call.flac"
    if not audio_path.is_file():
        raise CallFolderError(
            f"{path} is not a call folder: it has no call.flac",
            hint="name a folder that 'voicesim call' wrote, or a recording",
        )
    about = _read_json(path / "call.json")
    if not isinstance(about, dict):
        raise CallFolderError(
            f"{path / 'call.json'} does not hold a JSON object", hint="restore it from a backup"
        )
    version = about.get("schema_version")
    if version != SCHEMA_VERSION:
        raise CallFolderError(
            f"{path} has schema version {version!r}, this voicesim reads {SCHEMA_VERSION}",
            hint="update voicesim",
        )
    events = _read_events(path / "events.jsonl")
    with _damage_in(path):
        return _stored(path, audio_path, about, events)


@contextmanager
def _damage_in(path: Path) -> Iterator[None]:
    try:
        yield
    except (KeyError, TypeError, ValueError) as exc:
        raise CallFolderError(
            f"{path}: a record is damaged ({type(exc).__name__}: {exc})", hint="restore it from a backup"
        ) from exc


def _stored(
    path: Path, audio_path: Path, about: Mapping[str, Any], events: tuple[Mapping[str, Any], ...]
) -> StoredCall:
    recognition = about.get("recognition")
    echo = about.get("echo")
    endings = [event["ending"] for event in events if event["event"] == "ending"]
    if (path / "transcript.json").is_file():
        stored = _read_json(path / "transcript.json")
        transcript = tuple(utterance_from_json(row) for row in stored["utterances"])
    else:
        transcript = utterances_from_events(events)
    return StoredCall(
        path=path,
        audio_path=audio_path,
        status=str(about.get("status", "running")),
        about=about,
        events=events,
        transcript=transcript,
        recognition=recognition_from_json(recognition) if recognition else None,
        echo=echo_from_json(echo) if echo else None,
        ending=str(endings[-1]) if endings else "aborted",
        device_faults={str(k): int(v) for k, v in about.get("device_faults", {}).items()},
        scenario_path=_if_there(path / "scenario.yaml"),
        baseline_path=_if_there(path / "baseline.json"),
        rubric_path=_if_there(path / "rubric.yaml"),
    )


def _if_there(path: Path) -> Path | None:
    return path if path.is_file() else None


def _read_json(path: Path) -> Any:  # noqa: ANN401 - what a JSON file holds is checked by the caller
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as exc:
        raise CallFolderError(
            f"{path.parent} has no {path.name}", hint="restore it from a backup, or score call.flac itself"
        ) from exc
    except (OSError, UnicodeDecodeError, json.JSONDecodeError) as exc:
        raise CallFolderError(
            f"cannot read {path}: {exc}", hint="restore it from a backup, or score call.flac itself"
        ) from exc


def _read_events(path: Path) -> tuple[Mapping[str, Any], ...]:
    """All whole lines; a last line cut short by a crash is left out."""
    try:
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError as exc:
        raise CallFolderError(
            f"cannot read {path}: {exc.strerror or exc}", hint="score call.flac itself instead"
        ) from exc
    events: list[Mapping[str, Any]] = []
    for number, line in enumerate(lines, 1):
        try:
            event = json.loads(line)
        except json.JSONDecodeError as exc:
            if number == len(lines):
                break
            raise CallFolderError(f"{path}:{number}: not JSON: {exc.msg}", hint="restore it") from exc
        if not isinstance(event, dict) or "event" not in event or "at" not in event:
            raise CallFolderError(f"{path}:{number}: not an event", hint="restore it from a backup")
        events.append(event)
    return tuple(events)
