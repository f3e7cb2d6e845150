"""One rehearsal from the first block to the closed folder."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from voicesim.audio.clip import SAMPLE_RATE_HZ, Clip
from voicesim.behaviour.tables import Tables
from voicesim.callfolder.writer import FolderWriter
from voicesim.errors import DeviceError
from voicesim.live.call import LiveCall
from voicesim.live.improviser import Improviser
from voicesim.live.practice import Console, Practice
from voicesim.live.settings import LiveConfig
from voicesim.ports import Jobs, Line, LineReport
from voicesim.results import Json
from voicesim.scenario.model import Scenario
from voicesim.speech.listening import Listener

LAST_WORDS_S: Final = 5.0
"""After a call was broken off, words of the last turn are waited for this long."""

FAR_AHEAD_SAMPLES: Final = 60 * SAMPLE_RATE_HZ


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How a rehearsal came to its end."""

    ending: str
    """``resolved``, ``gave_up``, ``time_limit`` or ``aborted``."""
    n_samples: int
    report: LineReport | None
    """``None`` when the line broke."""
    device_error: DeviceError | None = None
    was_interrupted: bool = False
    """Ctrl-C."""


def rehearse(  # noqa: PLR0913 - all that a call is made of
    *,
    scenario: Scenario,
    voices: Mapping[str, Clip],
    tables: Tables,
    listener: Listener,
    jobs: Jobs,
    line: Line,
    folder: FolderWriter,
    config: LiveConfig | None = None,
    improviser: Improviser | None = None,
    console: Console | None = None,
) -> Outcome:
    """Play the call and close its recording; whatever happens, what was recorded is kept.

    Args:
        scenario: what the customer does.
        voices: a rendered clip for every line of the scenario.
        tables: behaviours that the customer listens for.
        listener: speech activity of the trainee.
        jobs: recognition; closed at the end.
        line: where the sound comes from and goes.
        folder: written while the call runs; its recording is stopped, the folder itself is left to close.
        config: settings.
        improviser: finds other words for the customer's lines; closed at the end.
        console: keys and hints; practice only.

    Raises:
        CallFolderError: the disk is full or the folder was taken away.
    """
    report: LineReport | None = None
    device_error: DeviceError | None = None
    was_interrupted = False
    try:
        call = LiveCall(
            scenario=scenario,
            voices=voices,
            tables=tables,
            listener=listener,
            jobs=jobs,
            recorder=folder,
            config=config,
            improviser=improviser,
        )
        try:
            process = call.process if console is None else Practice(call, console).process
            report = line.run(process, call.is_over)
        except KeyboardInterrupt:
            was_interrupted = True
            report = line.report
        except DeviceError as exc:
            device_error = exc
            report = line.report
            folder.log(call.now_samples, "device_lost", {"error": exc.message})
        if not call.is_over():
            call.abort()
        _take_last_words(call)
        return Outcome(
            ending=call.ending or "aborted",
            n_samples=call.now_samples,
            report=report,
            device_error=device_error,
            was_interrupted=was_interrupted,
        )
    finally:
        if improviser is not None:
            improviser.close()
        jobs.close()
        folder.stop_recording()


def _take_last_words(call: LiveCall) -> None:
    until_s = time.monotonic() + LAST_WORDS_S
    try:
        while call.drain(FAR_AHEAD_SAMPLES) and time.monotonic() < until_s:
            time.sleep(0.02)
    except KeyboardInterrupt:
        return


def line_to_json(report: LineReport) -> dict[str, Json]:
    """What ``call.json`` says of the line."""
    return {
        "kind": report.kind,
        "latency_s": round(report.latency_s, 4),
        "latency_source": report.latency_source,
        "faults": dict(report.faults),
        "details": dict(report.details),
    }
