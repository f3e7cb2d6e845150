"""Scoring one recording or call folder: what ``score`` runs, and what a call ends with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from voicesim.errors import InputError

if TYPE_CHECKING:
    from voicesim.behaviour.tables import Tables
    from voicesim.intake.engines import Engines, Progress
    from voicesim.intake.transcripts.parties import Role
    from voicesim.measure.baseline import Baseline
    from voicesim.report.skills import Reader
    from voicesim.scorecard.card import Scorecard
    from voicesim.scorecard.rubric import Rubric
    from voicesim.speech.call import Brief, Call

PAGE_AUDIO_LIMIT_BYTES = 25_000_000
"""A page with more sound than this keeps it in a file beside it."""
SOUND_ENDING = "-sound.flac"
"""How that file ends after the page's name: never the name of the recording that was scored."""


def plain_progress(stage: str, fraction: float) -> None:
    """Say nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoringOptions:
    """What the user may choose."""

    engines: Engines
    tables: Tables
    rubric: Rubric | None = None
    """``None``: a call folder's own, else the default."""
    baseline: Baseline | None = None
    """``None``: a call folder's own, else none."""
    brief: Brief | None = None
    trainee_channel: str | None = None
    transcript: Path | None = None
    """The words of a recording, where they exist already."""
    parties: Mapping[str, Role] | None = None
    """Whose the labels of the transcript are, where the user said so."""


def score_path(path: Path, options: ScoringOptions, progress: Progress) -> tuple[Call, Scorecard]:
    """A call folder or a recording, scored.

    Raises:
        VoicesimError: it cannot be.
    """
    from voicesim.callfolder.reader import is_call_folder
    from voicesim.cli.wiring import load_baseline, load_rubric
    from voicesim.intake.call import call_from_folder, call_from_recording
    from voicesim.intake.labelled import call_with_transcript
    from voicesim.scorecard.judge import score

    rubric_path = baseline_path = None
    if path.is_dir():
        if not is_call_folder(path):
            raise InputError(
                f"{path} is a folder, but not a call folder: it has no call.flac",
                hint="name recordings, or folders that 'voicesim call' wrote",
            )
        if options.transcript is not None:
            raise InputError(
                f"{path} is a call folder and has its own words",
                hint="leave --transcript out, or score its call.flac",
            )
        rubric_path = path / "rubric.yaml"
        baseline_path = path / "baseline.json"
        call = call_from_folder(path, options.engines, progress=progress)
    elif options.transcript is not None:
        call = call_with_transcript(
            path,
            options.transcript,
            options.engines,
            parties=options.parties,
            trainee_channel=options.trainee_channel,
            brief=options.brief,
            progress=progress,
        )
    else:
        call = call_from_recording(
            path,
            options.engines,
            trainee_channel=options.trainee_channel,
            brief=options.brief,
            progress=progress,
        )
    rubric = options.rubric or load_rubric(
        rubric_path if rubric_path and rubric_path.is_file() else None, options.tables
    )
    baseline = options.baseline or load_baseline(
        baseline_path if baseline_path and baseline_path.is_file() else None
    )
    progress("scoring", 0.0)
    return call, score(call, rubric, baseline, options.tables)


def write_page(card: Scorecard, call: Call, path: Path, *, reader: Reader = "coach") -> None:
    """The scorecard as one page with its sound, for the coach or for the trainee.

    Raises:
        InputError: it cannot be written.
    """
    from voicesim.callfolder.flac import encode_flac
    from voicesim.files.atomic import write_bytes, write_text
    from voicesim.report.html import card_to_html

    customer = call.customer.clip.samples if call.customer is not None and call.is_two_sided else None
    audio = encode_flac(customer, call.trainee.clip.samples)
    if len(audio) > PAGE_AUDIO_LIMIT_BYTES:
        beside = path.with_name(f"{path.stem}{SOUND_ENDING}")
        write_bytes(beside, audio)
        page = card_to_html(
            card, call, audio=audio, audio_type="audio/flac", audio_file=beside.name, reader=reader
        )
    else:
        page = card_to_html(card, call, audio=audio, audio_type="audio/flac", reader=reader)
    write_text(path, page)
