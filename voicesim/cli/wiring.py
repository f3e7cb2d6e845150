"""Where engines are chosen and handed to the rooms that know only ports."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from voicesim.cli.output import shout

if TYPE_CHECKING:
    from voicesim.behaviour.tables import Tables
    from voicesim.intake.engines import Engines
    from voicesim.measure.baseline import Baseline
    from voicesim.ports import Recogniser
    from voicesim.scorecard.rubric import Rubric


def engines_for(recogniser: str | None, *, progress: Callable[[str, float], None] | None = None) -> Engines:
    """The engines of this machine.

    Args:
        recogniser: as ``--recogniser``; ``None`` for no recognition at all.
        progress: told while a model is fetched.
    """
    from voicesim.engines.decoder_av import AvDecoder
    from voicesim.engines.detector_silero import SileroDetector
    from voicesim.engines.echo_webrtc import WebRtcEchoCanceller
    from voicesim.engines.pitch_swiftf0 import SwiftF0Tracker
    from voicesim.intake.engines import Engines

    loaded: list[tuple[Recogniser, bool]] = []

    def load() -> tuple[Recogniser, bool]:
        if not loaded:
            assert recogniser is not None
            loaded.append(load_recogniser(recogniser, progress=progress))
        return loaded[0]

    return Engines(
        decoder=AvDecoder(),
        detector=SileroDetector(),
        pitch=SwiftF0Tracker(),
        recogniser=None if recogniser is None else load,
        echo=WebRtcEchoCanceller(),
    )


def load_recogniser(
    spec: str, *, progress: Callable[[str, float], None] | None = None
) -> tuple[Recogniser, bool]:
    """A recogniser and whether it is a stand-in."""
    from voicesim.engines.registry import choose_recogniser

    return choose_recogniser(spec, say=shout, progress=progress)


def load_tables(extra_folders: Iterable[Path] = ()) -> Tables:
    """The behaviour tables that are part of voicesim, and those of further folders."""
    from voicesim.behaviour.loading import load_tables as load

    return load(extra_folders)


def load_rubric(path: Path | None, tables: Tables | None = None) -> Rubric:
    """A rubric file, or the default one; with tables, every behaviour and cue that it names must be among them."""
    from voicesim.scorecard.rubric import default_rubric
    from voicesim.scorecard.rubric import load_rubric as load

    if path is None:
        return default_rubric()
    if tables is None:
        return load(path)
    return load(path, known_behaviours=tables.ids, known_cues=[cue.cue_id for cue in tables.cues])


def load_baseline(path: Path | None) -> Baseline | None:
    """A trainee's baseline, if one is named."""
    if path is None:
        return None
    from voicesim.measure.schema import read_baseline

    return read_baseline(path)
