"""What every synthesizer's sound goes through, so that a customer sounds alike whoever speaks for him."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import numpy as np

from voicesim.audio.clip import SAMPLE_RATE_HZ, Samples
from voicesim.audio.level import active_rms_dbov, db_to_ratio
from voicesim.errors import EngineFailedError
from voicesim.ports import VoiceStyle

LEVEL_DBOV: Final = -23.0
"""Mean level of a line's loud parts, before the style's gain. Source: ITU-T P.800 speaks of -26 dBov for active
speech; 3 dB more keep a synthetic voice above a laptop's fan."""

PEAK: Final = 0.95
"""No sample exceeds it; a line that would is made quieter as a whole."""


def read_line(path: Path, *, hint: str) -> Samples:
    """The sound file that a synthesizer wrote, at 16 kHz, as one channel.

    Args:
        path: of the file.
        hint: what to do where there is none.

    Raises:
        EngineFailedError: no file, or no sound in it.
    """
    import soundfile
    import soxr

    try:
        samples, rate_hz = soundfile.read(path, dtype="float32", always_2d=True)
    except (OSError, RuntimeError) as exc:
        raise EngineFailedError("the speech synthesizer wrote no sound", hint=hint) from exc
    mono = samples.mean(axis=1, dtype=np.float32)
    if not np.any(mono):
        raise EngineFailedError("the speech synthesizer gave silence", hint="choose another voice")
    return np.asarray(soxr.resample(mono, rate_hz, SAMPLE_RATE_HZ, quality="HQ"), dtype=np.float32)


def finished(samples: Samples, style: VoiceStyle) -> Samples:
    """Trimmed, shifted, levelled.

    Args:
        samples: with some sound in them, 16 kHz.
        style: its pitch and gain are applied here.
    """
    samples = _trimmed(samples)
    if style.pitch_st != 0.0:
        samples = _shifted(samples, style.pitch_st)
    samples = samples * db_to_ratio(LEVEL_DBOV + style.gain_db - active_rms_dbov(samples))
    peak = float(np.max(np.abs(samples)))
    if peak > PEAK:
        samples = samples * (PEAK / peak)
    return np.ascontiguousarray(samples, dtype=np.float32)


def _shifted(samples: Samples, pitch_st: float) -> Samples:
    """The same length, higher or lower."""
    from librosa.effects import pitch_shift

    # The shifter looks at 2048 samples at a time and wants more than one such look.
    padded = np.concatenate([samples, np.zeros(max(0, 8192 - len(samples)), np.float32)])
    shifted = pitch_shift(padded, sr=SAMPLE_RATE_HZ, n_steps=pitch_st)
    return np.asarray(shifted[: len(samples)], dtype=np.float32)


def _trimmed(samples: Samples) -> Samples:
    """Without what is 50 dB below the peak at either end."""
    audible = np.flatnonzero(np.abs(samples) > np.max(np.abs(samples)) * 10.0 ** (-50.0 / 20.0))
    return samples[audible[0] : audible[-1] + 1]
