"""Syllables on sentences of known length, tempo that was changed, and what experts call fluent."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import numpy as np

from voicesim.audio.clip import Clip
from voicesim.validation.real.recordings import Recordings, Tell, hear, loud
from voicesim.validation.rows import Row, at_least, at_most, between, rank_correlation, resampled, row

SYLLABLES: Final = {"ravdess": 7}
"""Sets of which every sentence has exactly so many."""
TEMPOS: Final = (1 / 1.15, 1.15)
TEMPO_FILES: Final = 40
WINDOW: Final = 512
"""Of the phase vocoder: 32 ms, so that syllables are not smeared into each other."""


def rows(recordings: Recordings, tell: Tell) -> tuple[Row, ...]:
    """Everything about how fast somebody speaks."""
    found: list[Row] = []
    for folder in recordings.sets("emotion"):
        if folder.name in SYLLABLES:
            found += _counts(recordings, folder, SYLLABLES[folder.name])
    tell(0.4)
    for folder in recordings.sets("speech"):
        if (folder / "scores.json").exists():
            found += _fluency(recordings, folder)
        else:
            found += _tempo(recordings, folder)
    tell(1.0)
    return tuple(found)


def _counts(recordings: Recordings, folder: Path, truth: int) -> list[Row]:
    """Counted where the sentence sounds by its level, and where the detector finds speech."""
    found = []
    for how in ("", ", where the detector finds speech"):
        heard = [
            recordings.heard(path)
            if how
            else hear(clip := recordings.clip(path), recordings.engines, speech=loud(clip))
            for path in recordings.files(folder)
        ]
        spoken = [each for each in heard if each.speech_s > 0.0]
        ratios = [each.n_syllables / truth for each in spoken]
        squares = [((each.n_syllables - truth) / each.speech_s) ** 2 for each in spoken]
        against = f"{folder.name}, sentences of {truth} syllables{how}"
        middle = float(np.median(ratios)) if spoken else None
        rmse = float(np.sqrt(np.mean(squares))) if spoken else None
        n, limits = len(spoken), (None, None) if how else (between(0.95, 1.05), at_most(0.5))
        found += [
            row("syllable rate", "counted over spoken, median", against, middle, n=n, limits=limits[0]),
            row("syllable rate", "RMS error, syllables/s", against, rmse, n=n, limits=limits[1]),
        ]
    return found


def _tempo(recordings: Recordings, folder: Path) -> tuple[Row, ...]:
    """15 % faster and slower at the same pitch, by a phase vocoder."""
    from librosa.effects import time_stretch

    moved: list[bool] = []
    changes: list[float] = []
    for path in recordings.files(folder, most=TEMPO_FILES):
        clip = recordings.clip(path)
        same = recordings.heard(path)
        for tempo in TEMPOS:
            changed = hear(Clip(time_stretch(clip.samples, rate=tempo, n_fft=WINDOW)), recordings.engines)
            if same.speech_s > 0.0 and changed.speech_s > 0.0 and same.n_syllables > 0.0:
                ratio = (changed.n_syllables / changed.speech_s) / (same.n_syllables / same.speech_s)
                moved.append((ratio > 1.0) == (tempo > 1.0))
                changes.append(float(np.log(ratio) / np.log(tempo)))
    against = f"{folder.name}, tempo changed by 15 % (phase vocoder)"
    n = len(moved)
    return (
        row(
            "syllable rate",
            "moves the right way",
            against,
            float(np.mean(moved or [False])),
            n=n,
            limits=at_least(1.0),
        ),
        row(
            "syllable rate",
            "share of the change that is seen, median",
            against,
            float(np.median(changes or [0.0])),
            n=n,
            unit="ratio",
        ),
    )


def _fluency(recordings: Recordings, folder: Path) -> tuple[Row, ...]:
    """What experts call fluent, against what is measured of the same sentence."""
    files = {path.stem: path for path in recordings.files(folder)}
    judged = [
        (files[str(r["id"])], float(np.mean(r["fluency"])))
        for r in recordings.scores(folder)
        if str(r["id"]) in files
    ]
    pairs = [(recordings.heard(path), score) for path, score in judged]
    pairs = [(heard, score) for heard, score in pairs if heard.speech_s > 0.0]
    scores = np.array([score for _, score in pairs])
    columns = {
        "speaking rate (syllables a second, pauses included)": [h.n_syllables / h.turn_s for h, _ in pairs],
        "articulation rate (pauses left out)": [h.n_syllables / h.speech_s for h, _ in pairs],
        "share of pauses": [1.0 - h.speech_s / h.turn_s for h, _ in pairs],
        "number of pauses": [float(len(h.runs) - 1) for h, _ in pairs],
    }
    against = f"{folder.name}, mean fluency score of experts"
    found = []
    for name, values in columns.items():
        rho = rank_correlation(values, scores)
        interval = resampled(rank_correlation, values, scores) if len(values) > 3 else None
        limits = at_least(0.5) if name.startswith("speaking") else None
        found.append(
            row(
                "pace and people",
                f"Spearman's rho of {name}",
                against,
                rho,
                n=len(values),
                interval=interval,
                limits=limits,
            )
        )
    return tuple(found)
