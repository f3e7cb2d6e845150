"""What the recording itself is like, as numbers beside the judgement of :mod:`voicesim.measure.quality`.

Conventions
    Both are of the trainee's channel. An unknown noise is no reason to forbid anything; it is told.
"""

from __future__ import annotations

from typing import Final

from voicesim.measure.places import number
from voicesim.measure.quality import CLIPPED_RUNS_LIMIT, LEAST_SNR_DB, Quality
from voicesim.measure.voice import Voice
from voicesim.results import Json, Measured, NotMeasured, Reason, Result

_SNR: Final = (
    "Active speech level less the noise between the trainee's speech (10th percentile of 32 ms levels)."
)
_CLIPPING: Final = (
    "Runs of three and more samples at 0.985 of the channel's own peak and above, per second of speech."
)


def snr(voice: Voice, quality: Quality) -> Result:
    """How far the trainee's speech stands above the noise."""
    if quality.snr_db is None or voice.noise_dbov is None:
        why = (
            "what is not speech is digital silence"
            if quality.is_gated
            else "there is no pause to measure the noise in"
        )
        return NotMeasured(reason=Reason.NOTHING_TO_SCORE, explanation=why, unit="dB", definition=_SNR)
    details: dict[str, Json] = {
        "noise_dbov": number(voice.noise_dbov),
        "is_gated": quality.is_gated,
        "is_narrow_band": quality.is_narrow_band,
        "leak_of_customer_db": None if quality.leak_db is None else number(quality.leak_db),
        "has_gain_control": quality.has_gain_control,
        "has_noise_suppression": quality.has_noise_suppression,
    }
    low = quality.snr_db < LEAST_SNR_DB
    return Measured(
        value=number(quality.snr_db),
        unit="dB",
        definition=_SNR,
        details=details,
        cautions=(f"Below {LEAST_SNR_DB:g} dB level and tone are not measured.",) if low else (),
    )


def clipping(quality: Quality) -> Result:
    """How much the recording is overdriven."""
    over = quality.clipped_runs_per_s >= CLIPPED_RUNS_LIMIT
    return Measured(
        value=number(quality.clipped_runs_per_s),
        unit="runs/s",
        definition=_CLIPPING,
        cautions=(f"From {CLIPPED_RUNS_LIMIT:g} runs a second on level and liveliness are not measured.",)
        if over
        else (),
    )
