"""Writing a call folder while the call runs.

``call.flac`` and ``events.jsonl`` grow as things happen; ``call.json`` says ``running`` from the start and
``complete`` or ``aborted`` at the end; everything else is written at the end, each file in one step. A folder
left behind by a crash is readable up to its last second.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from voicesim.audio.clip import SAMPLE_RATE_HZ, Samples
from voicesim.callfolder.flac import FlacWriter
from voicesim.callfolder.records import recognition_to_json, utterance_to_json, utterances_from_events
from voicesim.errors import CallFolderError
from voicesim.files.atomic import write_bytes, write_text
from voicesim.results import Json
from voicesim.speech.call import Recognition

SCHEMA_VERSION: Final = 1
"""Of ``call.json``, ``events.jsonl`` and ``transcript.json``."""


def to_json_text(data: Json) -> str:
    """Readable JSON with a fixed layout: keys as given, no NaN, a newline at the end."""
    return json.dumps(data, ensure_ascii=False, allow_nan=False, indent=2) + "\n"


def check_free(path: Path) -> None:
    """See that a call can be kept there, before anything is made.

    Raises:
        CallFolderError: it exists with something in it, or cannot be looked into.
    """
    try:
        if path.exists() and (not path.is_dir() or any(path.iterdir())):
            raise CallFolderError(
                f"{path} exists and is not an empty folder", hint="name another folder by --out"
            )
    except OSError as exc:
        raise _unwritable(path, exc) from exc


def _unwritable(path: Path, exc: OSError) -> CallFolderError:
    return CallFolderError(
        f"cannot write into {path}: {exc.strerror or exc}",
        hint="choose a folder with room and write permission by --out",
    )


class FolderWriter:
    """The folder of one call.

    Args:
        path: created with its parents; must not exist yet, or be empty.
        about: what ``call.json`` says from the start (engines, devices, dates).

    Raises:
        CallFolderError: it exists with something in it, or cannot be written.
    """

    def __init__(self, path: Path, about: Mapping[str, Json]) -> None:
        self.path = path
        self._about: dict[str, Json] = {"schema_version": SCHEMA_VERSION, "status": "running", **about}
        check_free(path)
        try:
            path.mkdir(parents=True, exist_ok=True)
            self._flac = FlacWriter(path / "call.flac")
            self._events = (path / "events.jsonl").open("w", encoding="utf-8", newline="\n")
        except OSError as exc:
            raise _unwritable(path, exc) from exc
        self._save_about()

    @property
    def n_samples(self) -> int:
        """Samples recorded so far."""
        return self._flac.n_samples

    def write(self, heard: Samples, microphone: Samples) -> None:
        """Record one block of both channels."""
        self._flac.write(heard, microphone)

    def log(self, at_samples: int, event: str, fields: Mapping[str, Json]) -> None:
        """Append an event, at once."""
        record = {"at": at_samples, "event": event, **fields}
        try:
            self._events.write(json.dumps(record, ensure_ascii=False, allow_nan=False) + "\n")
            self._events.flush()
        except OSError as exc:
            raise CallFolderError(
                f"cannot write events.jsonl in {self.path}: {exc.strerror or exc}",
                hint="free some room; what was recorded so far is kept",
            ) from exc

    def snapshot(self, name: str, content: str | bytes) -> None:
        """Keep a copy of a file that the score depends on (``scenario.yaml``, ``rubric.yaml`` …)."""
        data = content.encode() if isinstance(content, str) else content
        write_bytes(self.path / name, data)

    def stop_recording(self) -> None:
        """Finish the sound and the events; the folder can be read from now on."""
        self._flac.close()
        self._events.close()

    def discard_if_empty(self) -> None:
        """Take the folder away again if no sound was recorded."""
        if self.n_samples == 0:
            self.stop_recording()
            shutil.rmtree(self.path, ignore_errors=True)

    def close(self, status: str, about: Mapping[str, Json]) -> None:
        """Finish the folder.

        Args:
            status: ``complete`` or ``aborted``.
            about: added to ``call.json``.
        """
        self.stop_recording()
        self._about |= {
            "status": status,
            "n_samples": self.n_samples,
            "sample_rate_hz": SAMPLE_RATE_HZ,
            **about,
        }
        self._save_about()

    def _save_about(self) -> None:
        write_text(self.path / "call.json", to_json_text(self._about))


def transcript_to_json_text(folder: Path, recognition: Recognition) -> str:
    """``transcript.json`` of a call, from the utterances that its events hold."""
    lines = (folder / "events.jsonl").read_text(encoding="utf-8").splitlines()
    utterances = utterances_from_events(json.loads(line) for line in lines)
    return to_json_text(
        {
            "schema_version": SCHEMA_VERSION,
            "recognition": recognition_to_json(recognition),
            "utterances": [utterance_to_json(u) for u in sorted(utterances, key=lambda u: u.span)],
        }
    )
