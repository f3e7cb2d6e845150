"""f0 of made voices, whose pitch is known for every sample.

Conventions
    Looked at are the tracker's frames whose surroundings of 20 ms are voiced throughout. Error: in cents, of the
    frames that both call voiced. Recall: share of them that the tracker calls voiced. Gross errors are those of
    more than 20 %.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np

from voicesim.audio.clip import SAMPLE_RATE_HZ, Clip, Samples
from voicesim.audio.level import db_to_ratio
from voicesim.audio.telephone import telephone
from voicesim.intake.engines import Engines
from voicesim.validation.made.stage import noise
from voicesim.validation.made.turns import SPEAKERS
from voicesim.validation.rows import Row, at_least, at_most, row
from voicesim.validation.speaking import Talk, speak

PINK_SNR_DB: Final = 15.0
_AROUND: Final = round(0.01 * SAMPLE_RATE_HZ)

CONDITIONS: Final = ("clean", "telephone band", "pink noise at 15 dB", "40 dB fainter")


def rows(
    engines: Engines, progress: Callable[[float], None], *, duration_s: float = 15.0, seed: int = 20261122
) -> tuple[Row, ...]:
    """Error and recall in each condition."""
    assert engines.pitch is not None
    rng = np.random.default_rng(seed)
    talks = [speak(speaker, rng, duration_s) for speaker in SPEAKERS]
    found: list[Row] = []
    for number, condition in enumerate(CONDITIONS):
        cents, voiced = [], []
        for talk in talks:
            track = engines.pitch.track(Clip(_in(condition, talk.samples, rng)))
            at = track.first_sample + track.hop_samples * np.arange(len(track.f0_hz))
            inside = _voiced_around(talk, at)
            voiced.append(track.voiced[inside])
            both = inside & track.voiced
            truth = talk.f0_hz[np.minimum(at, len(talk) - 1)]
            cents.append(1200.0 * np.log2(track.f0_hz[both] / truth[both]))
        error, heard = np.abs(np.concatenate(cents)), np.concatenate(voiced)
        n = len(heard)
        gross = float(np.mean(error > 1200.0 * np.log2(1.2)))
        found += [
            row(
                "f0",
                f"median error, {condition}",
                "construction",
                float(np.median(error)),
                n=n,
                unit="cents",
                limits=at_most(10.0),
            ),
            row(
                "f0",
                f"voiced recall, {condition}",
                "construction",
                float(np.mean(heard)),
                n=n,
                limits=at_least(0.95),
            ),
            row("f0", f"gross errors, {condition}", "construction", gross, n=n, limits=at_most(0.02)),
        ]
        progress((number + 1) / len(CONDITIONS))
    return tuple(found)


def _voiced_around(
    talk: Talk, at: np.ndarray[tuple[int], np.dtype[np.int64]]
) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    n_voiced = np.concatenate([[0], np.cumsum(talk.f0_hz > 0.0)])
    low, high = np.clip(at - _AROUND, 0, len(talk)), np.clip(at + _AROUND, 0, len(talk))
    return np.asarray(n_voiced[high] - n_voiced[low] == 2 * _AROUND)


def _in(condition: str, samples: Samples, rng: np.random.Generator) -> Samples:
    if condition == "telephone band":
        return telephone(Clip(samples)).samples
    if condition == "pink noise at 15 dB":
        return (samples + noise(rng, len(samples), -26.0 - PINK_SNR_DB, pink=True)).astype(np.float32)
    if condition == "40 dB fainter":
        return samples * np.float32(db_to_ratio(-40.0))
    return samples
