"""The folder of labelled recordings, and each recording as the program hears it.

Conventions
    The folder's layout is this; what is missing is not measured::

        loudness/p56/voice.src, voice.nrm   ITU-T test vectors, headerless 16 bit, 16 kHz
        emotion/NAME/SPEAKER_LABEL_*.flac   one acted sentence each; NAME ``ravdess`` holds sentences of 7 syllables
        overlap/NAME/*.flac, *.rttm         meetings; who speaks when (RTTM) in the first 30 s of each
        speech/NAME/*.flac, *.txt           one read sentence each, and its text
        speech/NAME/scores.json             [{"id": file stem, "text": …, "fluency": [expert scores], …}, …]

    One recording of a sentence is one utterance, from the first sound that the detector and the energy find to the
    last. What was worked out of a recording is kept while the proof runs.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import numpy as np

from voicesim.audio.clip import SAMPLE_RATE_HZ, Clip
from voicesim.audio.span import Span, Timeline, union
from voicesim.errors import InputError
from voicesim.intake.channels import read_voice
from voicesim.intake.engines import Engines
from voicesim.measure.prosody import Prosody, prosody_of
from voicesim.measure.voice import Voice, analyse
from voicesim.speech.listening import Listener, listen
from voicesim.validation.made.stage import call_of, side_of
from voicesim.validation.made.tone import utterance

SEED: Final = 20261121
QUICK_FILES: Final = 40
_LEVEL_FRAME: Final = 160
_LOUD_DB: Final = 35.0
_BRIDGE_S: Final = 0.25

Tell = Callable[[float], None]
"""``tell(fraction)``: how much of a subject is done."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """What one recorded sentence came to."""

    prosody: Prosody | None
    """``None`` where too little was heard."""
    runs: Timeline
    n_syllables: float
    speech_s: float
    turn_s: float
    """From the first sound to the last."""


class Recordings:
    """A folder of the layout above.

    Args:
        root: the folder.
        engines: with a decoder, a detector and a pitch tracker.
        most_files: at most so many of each set, chosen by a seeded draw; ``None`` for all.

    Raises:
        InputError: no such folder, or nothing in it that is known.
    """

    def __init__(self, root: Path, engines: Engines, *, most_files: int | None = None) -> None:
        layout = ("loudness", "emotion", "overlap", "speech")
        if not root.is_dir():
            raise InputError(f"{root} is no folder", hint="name the folder that holds the recordings")
        if not any((root / name).is_dir() for name in layout):
            raise InputError(
                f"{root} holds none of the folders {', '.join(layout)}",
                hint="'voicesim validate --help' shows the layout",
            )
        self.root, self.engines, self._most = root, engines, most_files
        self._heard: dict[Path, Heard] = {}

    @property
    def is_quick(self) -> bool:
        """Whether only some of the recordings are looked at."""
        return self._most is not None

    def sets(self, kind: str) -> tuple[Path, ...]:
        """The sets of a kind (``emotion``, ``speech`` …), by name."""
        folder = self.root / kind
        return tuple(sorted(p for p in folder.iterdir() if p.is_dir())) if folder.is_dir() else ()

    def files(self, folder: Path, *, most: int | None = None) -> tuple[Path, ...]:
        """Recordings of a set, by name: all of them, or a seeded choice."""
        found = sorted(folder.glob("*.flac")) + sorted(folder.glob("*.wav"))
        limits = [limit for limit in (most, self._most) if limit is not None]
        if limits and len(found) > min(limits):
            chosen = np.random.default_rng(SEED).choice(len(found), min(limits), replace=False)
            found = [found[i] for i in sorted(chosen)]
        return tuple(found)

    def by_speaker(self, folder: Path) -> dict[str, dict[str, list[Path]]]:
        """Acted recordings by speaker and label; a choice takes whole speakers."""
        found: dict[str, dict[str, list[Path]]] = {}
        for path in sorted(folder.glob("*.flac")):
            speaker, label, *_ = [*path.stem.split("_"), ""]
            found.setdefault(speaker, {}).setdefault(label, []).append(path)
        if self._most is not None:
            return {speaker: found[speaker] for speaker in list(found)[:3]}
        return found

    def clip(self, path: Path) -> Clip:
        """A recording at 16 kHz."""
        return read_voice(path, self.engines.decoder)

    def speech(self, clip: Clip) -> Timeline:
        """What the detector finds."""
        return listen(Listener(self.engines.detector.session().step), clip.samples, None)

    def heard(self, path: Path) -> Heard:
        """A recorded sentence, worked out once."""
        if path not in self._heard:
            self._heard[path] = hear(self.clip(path), self.engines)
        return self._heard[path]

    def prosody(self, paths: list[Path]) -> list[Prosody]:
        """Of those sentences in which enough was heard."""
        found = (self.heard(path).prosody for path in paths)
        return [each for each in found if each is not None and each.is_voiced_enough]

    def text(self, path: Path) -> str:
        """What was read; empty where nobody wrote it down."""
        beside = path.with_suffix(".txt")
        return " ".join(beside.read_text("utf-8").split()) if beside.is_file() else ""

    def read_sets(self) -> tuple[Path, ...]:
        """Sets of sentences of one native reader."""
        return tuple(folder for folder in self.sets("speech") if not (folder / "scores.json").exists())

    def scores(self, folder: Path) -> list[dict[str, Any]]:
        """Experts' scores of a set; none where there is no such file.

        Raises:
            InputError: the file is not what it should be.
        """
        path = folder / "scores.json"
        if not path.is_file():
            return []
        try:
            rows = json.loads(path.read_text("utf-8"))
            return [row for row in rows if "id" in row and "fluency" in row]
        except (ValueError, TypeError) as exc:
            raise InputError(f"{path} cannot be read: {exc}", hint="see 'voicesim validate --help'") from exc


def hear(clip: Clip, engines: Engines, *, text: str = "", speech: Timeline | None = None) -> Heard:
    """One sentence as the program hears it; its words, and where it sounds, are known or not."""
    voice = whole_voice(clip, engines, text=text, speech=speech)
    runs = voice.runs
    found = prosody_of(voice)
    return Heard(
        prosody=found[0] if found else None,
        runs=runs,
        n_syllables=0.0 if voice.syllables is None else voice.syllables.total(),
        speech_s=voice.speech_s,
        turn_s=Span(runs[0].start, runs[-1].end).duration_s() if runs else 0.0,
    )


def loud(clip: Clip) -> Timeline:
    """Where a recording of one sentence sounds, by its level alone: within 35 dB of its loudest 10 ms."""
    n = len(clip) // _LEVEL_FRAME
    if n < 3:
        return ()
    power = (
        np.square(clip.samples[: n * _LEVEL_FRAME], dtype=np.float64).reshape(n, _LEVEL_FRAME).mean(axis=1)
    )
    level_db = np.convolve(10.0 * np.log10(power + 1e-12), np.full(3, 1.0 / 3.0), "same")
    on = np.flatnonzero(level_db > np.quantile(level_db, 0.99) - _LOUD_DB).tolist()
    spans = (Span(i * _LEVEL_FRAME, (i + 1) * _LEVEL_FRAME) for i in on)
    return union(spans, bridge_samples=round(_BRIDGE_S * SAMPLE_RATE_HZ))


def whole_voice(clip: Clip, engines: Engines, *, text: str = "", speech: Timeline | None = None) -> Voice:
    """A recording of one voice with all its speech taken as one utterance."""
    side = side_of(clip, engines)
    side = side if speech is None else replace(side, speech=speech)
    whole = Span(side.speech[0].start, side.speech[-1].end) if side.speech else Span(0, 0)
    utterances = (utterance(whole, text),) if whole else ()
    return analyse(call_of(replace(side, utterances=utterances), None)).trainee
