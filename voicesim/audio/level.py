"""Levels in dBov: dB relative to digital overload.

Conventions: full scale 1.0 = 0 dBov, as the level of a constant of 1.0; a full-scale sine has -3.01 dBov.
Levels are RMS. Digital silence has no level and gives :data:`SILENCE_DBOV`.

Source: ITU-T G.100.1 (dBov).
"""

from __future__ import annotations

from typing import Final

import numpy as np

from voicesim.audio.clip import SAMPLE_RATE_HZ, Samples

SILENCE_DBOV: Final = -120.0
"""Stands for digital silence; below anything that 16 bits can hold."""

FRAME_S: Final = 0.032
ACTIVE_RANGE_DB: Final = 20.0


def db_to_ratio(gain_db: float) -> float:
    """Amplitude ratio of a gain.

    >>> round(db_to_ratio(-6.0206), 4)
    0.5
    """
    return float(10.0 ** (gain_db / 20.0))


def ratio_to_db(ratio: float) -> float:
    """Gain of an amplitude ratio; not below :data:`SILENCE_DBOV`."""
    return max(SILENCE_DBOV, 20.0 * float(np.log10(ratio))) if ratio > 0.0 else SILENCE_DBOV


def rms_dbov(samples: Samples) -> float:
    """Level of all samples together.

    Args:
        samples: float32, shape (n_samples,).

    Returns:
        dBov, at least :data:`SILENCE_DBOV`, which also stands for no samples.
    """
    if not len(samples):
        return SILENCE_DBOV
    return ratio_to_db(float(np.sqrt(np.mean(np.square(samples, dtype=np.float64)))))


def active_rms_dbov(samples: Samples, sample_rate_hz: int = SAMPLE_RATE_HZ) -> float:
    """Level of the frames that are at most 20 dB below the loudest: of speech without its pauses.

    A quick estimate for setting gains: up to 2 dB above the active speech level of ITU-T P.56 on clean speech,
    since it leaves soft sounds out. It must not be reported as that level.

    Args:
        samples: float32, shape (n_samples,).
        sample_rate_hz: their rate.

    Returns:
        dBov, at least :data:`SILENCE_DBOV`.
    """
    frame = max(1, round(FRAME_S * sample_rate_hz))
    n_frames = len(samples) // frame
    if n_frames < 2:
        return rms_dbov(samples)
    power = np.square(samples[: n_frames * frame], dtype=np.float64).reshape(n_frames, frame).mean(axis=1)
    loudest = float(power.max())
    if loudest == 0.0:
        return SILENCE_DBOV
    active = power[power >= loudest * 10.0 ** (-ACTIVE_RANGE_DB / 10.0)]
    return ratio_to_db(float(np.sqrt(active.mean())))
