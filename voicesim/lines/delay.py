"""Finding the customer in the microphone: how late, how loud, how surely.

The way from loudspeaker to microphone is estimated as one linear filter, the regularised quotient of the two
spectra (a Wiener deconvolution). Its highest tap is the delay, and the height of that tap above the other
lags says how sure it is. What the microphone holds besides (noise, the trainee) only raises those others.

Source: regularised inverse filtering, O. Kirkeby and P. A. Nelson, "Digital filter design for inversion
problems in sound reproduction", J. Audio Eng. Soc. 47 (1999), used here to identify instead of to invert.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt

from voicesim.audio.clip import SAMPLE_RATE_HZ, Samples
from voicesim.errors import ParameterError

REGULARISATION: Final = 1e-2
"""Share of the mean power of the played spectrum below which a frequency does not count."""

SURE_PEAK_RATIO: Final = 10.0
"""Highest tap over the RMS of the other lags that proves a delay. Unrelated noise stays below 5 over the
32 000 lags of +-1 s (the greatest of as many normal deviates is 4.2), unrelated speech below 7."""

ROOM_S: Final = 0.1
"""How much of the filter after its highest tap is counted as the room's echo."""

BEFORE_S: Final = 0.004
"""How much before it."""

LEAST_ECHO_DB: Final = -100.0
"""What stands for no echo at all: below the quantisation of 16 bits."""

_ROOM: Final = round(ROOM_S * SAMPLE_RATE_HZ)
_BEFORE: Final = round(BEFORE_S * SAMPLE_RATE_HZ)

Spectrum: TypeAlias = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class EchoPath:
    """The way from the loudspeaker into the microphone."""

    lag_samples: int
    """How much later than ``heard`` the microphone holds the customer."""
    peak_ratio: float
    """Highest tap over the RMS of the lags that are no part of the room."""
    echo_db: float
    """Level of the customer in the microphone over the level that was played, noise left out; an upper bound
    where the path is not sure."""

    @property
    def is_sure(self) -> bool:
        """Whether the customer is in the microphone beyond doubt."""
        return self.peak_ratio >= SURE_PEAK_RATIO


def estimate_echo_path(heard: Samples, microphone: Samples, *, max_lag_s: float) -> EchoPath | None:
    """Find what was played in what was recorded.

    Args:
        heard: what was played, float32 at 16 kHz, shape (n_samples,).
        microphone: what was recorded, of the same length.
        max_lag_s: search this far both ways.

    Returns:
        The path, sure or not; ``None`` when nothing was played.

    Raises:
        ParameterError: for channels of different lengths.
    """
    if heard.shape != microphone.shape:
        raise ParameterError(f"both channels must be of one length, got {heard.shape} and {microphone.shape}")
    if not heard.any():
        return None
    max_lag = round(max_lag_s * SAMPLE_RATE_HZ)
    n_fft = 1 << (len(heard) + max_lag - 1).bit_length()
    spectrum = np.fft.rfft(heard.astype(np.float64), n_fft)
    recorded = np.fft.rfft(microphone.astype(np.float64), n_fft)
    power: Spectrum = np.square(np.abs(spectrum))
    taps = np.fft.irfft(recorded * np.conj(spectrum) / (power + REGULARISATION * power.mean()), n_fft)
    lags: Spectrum = np.concatenate([taps[-max_lag:], taps[: max_lag + 1]])
    peak = int(np.argmax(np.abs(lags)))
    room = slice(max(0, peak - _BEFORE), min(len(lags), peak + _ROOM))
    others = np.concatenate([lags[: room.start], lags[room.stop :]])
    height = float(np.abs(lags[peak]))
    # The floor keeps a perfect loop, whose other lags are rounding errors, from dividing by zero.
    noise = max(float(np.sqrt(np.mean(np.square(others)))) if len(others) else 0.0, 1e-9 * height)
    return EchoPath(
        lag_samples=peak - max_lag,
        peak_ratio=height / noise if height > 0.0 else 0.0,
        echo_db=_echo_db(lags, room, power, n_fft),
    )


def _echo_db(lags: Spectrum, room: slice, power: Spectrum, n_fft: int) -> float:
    """Level of the room's part of the filter, driven by what was played, over the level of that.

    As much is taken off as equally long parts of the other lags would give, which hold noise alone.
    """

    def through(part: Spectrum) -> float:
        return float(np.sum(np.square(np.abs(np.fft.rfft(part, n_fft))) * power) / np.sum(power))

    length = room.stop - room.start
    starts = range(0, len(lags) - length + 1, max(length, len(lags) // 8))
    empty = [start for start in starts if start + length <= room.start or start >= room.stop]
    noise = float(np.mean([through(lags[start : start + length]) for start in empty])) if empty else 0.0
    echo = max(through(lags[room]) - noise, 0.1 * noise, 10.0 ** (LEAST_ECHO_DB / 10.0))
    return 10.0 * float(np.log10(echo))
