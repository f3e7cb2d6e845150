"""A trainee's own calm voice on one device, the yardstick of everything that is relative.

Conventions
    Made of at least eight utterances of calm speech, each of 0.6 s of voice and more: the medians over them, and how
    far single utterances scatter around them (robust: 1.4826 times the median absolute deviation). It compares
    with calls on the same device and of the same bandwidth only. Calls are never their own yardstick: the evenly
    cheerful and the evenly flat would both come out at 0.

Source: from eight utterances on, the error of a median pitch has a standard deviation of 0.24 semitones (0.45
from five, 0.92 from one); measured on three corpora of acted speech.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import Final

import numpy as np

from voicesim.errors import InputError, ParameterError
from voicesim.measure.prosody import Prosody
from voicesim.results import NotMeasured, Reason

LEAST_UTTERANCES: Final = 8
MAD_TO_SD: Final = 1.4826


@dataclass(frozen=True, slots=True, kw_only=True)
class Scatter:
    """How far single utterances lie from the median of their speaker, in the unit of each feature."""

    f0_st: float
    f0_spread_st: float
    alpha_db: float
    level_db: float
    articulation_sps: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Baseline:
    """Medians over a trainee's calm utterances.

    Raises:
        ParameterError: for no utterances, or a rate that is not positive.
    """

    trainee: str
    device: str
    """Microphone that it was made with; empty where it is not known."""
    n_utterances: int
    speech_s: float
    level_dbov: float
    """Active speech level."""
    f0_st: float
    """Median pitch, semitones above 27.5 Hz."""
    f0_spread_st: float
    """Median of the utterances' robust standard deviations of pitch."""
    alpha_db: float
    """Level of 1-5 kHz over 50 Hz-1 kHz in voiced frames."""
    articulation_sps: float
    """Syllables a second of speech time."""
    clear_band_db: float
    """Level of 1-3 kHz over everything else, in voiced frames."""
    modulation_ratio: float
    """Depth of the 2-8 Hz modulation of the envelope."""
    vowel_spread_db: float
    """How far the vowels lie apart (:mod:`voicesim.measure.distinctness`)."""
    audible_ratio: float
    """How much of the band of speech comes through."""
    speaking_sps: float
    """Syllables heard a second of an utterance, its pauses included."""
    scatter: Scatter
    written_sps: float | None = None
    """The same by the words that were read, where they are known."""
    is_narrow_band: bool = False
    """Whether it was made over a telephone line."""
    baseline_id: str = ""

    def __post_init__(self) -> None:
        if self.n_utterances < 1:
            raise ParameterError(f"a baseline is made of utterances, got {self.n_utterances}")
        for name in ("articulation_sps", "speaking_sps"):
            if getattr(self, name) <= 0.0:
                raise ParameterError(f"{name} must be positive, got {getattr(self, name)}")


def misfit(baseline: Baseline, *, microphone: str, is_narrow_band: bool) -> NotMeasured | None:
    """Why a baseline is no yardstick for a call; ``None`` where it is one.

    Args:
        baseline: any.
        microphone: of the call; empty where it is not known, and then taken to be the baseline's.
        is_narrow_band: whether the call came over a telephone line.
    """
    if baseline.device and microphone and baseline.device != microphone:
        explanation = (
            f"the baseline was made with the microphone {baseline.device}, this call with {microphone}"
        )
    elif baseline.is_narrow_band != is_narrow_band:
        kinds = ("a full-band microphone", "a telephone line")
        made, now = kinds[baseline.is_narrow_band], kinds[is_narrow_band]
        explanation = f"the baseline was made over {made}, this call over {now}"
    else:
        return None
    return NotMeasured(reason=Reason.NO_BASELINE, explanation=explanation)


def baseline_from(
    utterances: Sequence[Prosody],
    *,
    trainee: str,
    device: str = "",
    level_dbov: float,
    is_narrow_band: bool = False,
    baseline_id: str = "",
    least_utterances: int = LEAST_UTTERANCES,
) -> Baseline:
    """A baseline from calm utterances.

    Args:
        utterances: of one speaker on one device.
        trainee: whose.
        device: microphone.
        level_dbov: active speech level over all of them.
        is_narrow_band: whether they came over a telephone line.
        baseline_id: name under which scorecards refer to it; the trainee's by default.
        least_utterances: how many must have enough voice.

    Raises:
        InputError: fewer of them have.
    """
    usable = [u for u in utterances if u.is_voiced_enough]
    if len(usable) < least_utterances:
        raise InputError(
            f"a baseline needs {least_utterances} calm utterances with enough voice, got {len(usable)}",
            hint="read some more sentences, each of about three seconds",
        )

    def middle(values: Sequence[float]) -> float:
        return round(float(median(values)), 4)

    def scatter(values: Sequence[float]) -> float:
        deviations = np.abs(np.asarray(values) - median(values))
        return round(MAD_TO_SD * float(np.median(deviations)), 4)

    columns = {
        name: [getattr(u, name) for u in usable]
        for name in (
            "f0_st", "f0_spread_st", "alpha_db", "level_dbov", "articulation_sps", "clear_band_db", "modulation_ratio",
            "vowel_spread_db", "audible_ratio", "speaking_sps",
        )
    }  # fmt: skip
    written = [u.written_sps for u in usable if u.written_sps is not None]
    return Baseline(
        trainee=trainee,
        device=device,
        n_utterances=len(usable),
        speech_s=round(sum(u.speech_s for u in usable), 3),
        level_dbov=round(level_dbov, 3),
        f0_st=middle(columns["f0_st"]),
        f0_spread_st=middle(columns["f0_spread_st"]),
        alpha_db=middle(columns["alpha_db"]),
        articulation_sps=middle(columns["articulation_sps"]),
        clear_band_db=middle(columns["clear_band_db"]),
        modulation_ratio=middle(columns["modulation_ratio"]),
        vowel_spread_db=middle(columns["vowel_spread_db"]),
        audible_ratio=middle(columns["audible_ratio"]),
        speaking_sps=middle(columns["speaking_sps"]),
        written_sps=middle(written) if len(written) == len(usable) else None,
        scatter=Scatter(
            f0_st=scatter(columns["f0_st"]),
            f0_spread_st=scatter(columns["f0_spread_st"]),
            alpha_db=scatter(columns["alpha_db"]),
            level_db=scatter(columns["level_dbov"]),
            articulation_sps=scatter(columns["articulation_sps"]),
        ),
        is_narrow_band=is_narrow_band,
        baseline_id=baseline_id or trainee,
    )
