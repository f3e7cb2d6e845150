"""Programme loudness after ITU-R BS.1770-4, as a second opinion beside the active speech level.

Conventions
    Mono, 0 dBov = full scale 1.0, result in LUFS. Power of the K-weighted signal in blocks of 400 ms, three
    quarters overlapping; blocks under -70 LUFS are left out, then those more than 10 LU under the mean of the
    rest. Sound shorter than a block, or under the gate, has no loudness (``None``). Constant memory.
    The weighting filters are those of the Recommendation, given there for 48 kHz, redesigned for the rate at
    hand from the same analogue prototypes: a shelf of +4.0 dB above 1.68 kHz and a high-pass at 38 Hz. At
    16 kHz they differ from the 48 kHz ones by less than 0.07 dB.

Source: ITU-R BS.1770-4, annex 1 (filters, eq. 1-7); EBU R 128 for the gates. The prototypes' parameters solve the
coefficients of annex 1 for frequency, gain and quality.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import numpy as np
import numpy.typing as npt

from voicesim.audio.clip import SAMPLE_RATE_HZ

_STEP_S: Final = 0.1
_STEPS_PER_BLOCK: Final = 4
_ABSOLUTE_GATE_LUFS: Final = -70.0
_RELATIVE_GATE_LU: Final = -10.0
_OFFSET_LU: Final = -0.691

_RECOMMENDED_RATE_HZ: Final = 48_000
_SHELF_HZ: Final = 1681.974450955533
_SHELF_DB: Final = 3.999843853973347
_SHELF_Q: Final = 0.7071752369554196
_SHELF_EXPONENT: Final = 0.4996667741545416
_HIGH_PASS_HZ: Final = 38.13547087602444
_HIGH_PASS_Q: Final = 0.5003270373238773


def k_weighting(sample_rate_hz: int) -> npt.NDArray[np.float64]:
    """The two filters as second-order sections, shape (2, 6).

    Source: BS.1770-4 tables 1 and 2, by the bilinear transform of their analogue prototypes.
    """
    k = np.tan(np.pi * _SHELF_HZ / sample_rate_hz)
    high = 10.0 ** (_SHELF_DB / 20.0)
    band = high**_SHELF_EXPONENT
    shelf_b = [high + band * k / _SHELF_Q + k * k, 2.0 * (k * k - high), high - band * k / _SHELF_Q + k * k]
    shelf_a = [1.0 + k / _SHELF_Q + k * k, 2.0 * (k * k - 1.0), 1.0 - k / _SHELF_Q + k * k]
    shelf = np.array([*shelf_b, *shelf_a]) / shelf_a[0]
    pass_a = _high_pass_poles(sample_rate_hz)
    # The Recommendation leaves its high-pass with the gain that 48 kHz happens to give it.
    gain = _high_pass_poles(_RECOMMENDED_RATE_HZ)[0] / pass_a[0]
    high_pass = np.array([gain, -2.0 * gain, gain, *(pass_a / pass_a[0])])
    return np.stack([shelf, high_pass])


def _high_pass_poles(sample_rate_hz: int) -> npt.NDArray[np.float64]:
    k = np.tan(np.pi * _HIGH_PASS_HZ / sample_rate_hz)
    return np.array([1.0 + k / _HIGH_PASS_Q + k * k, 2.0 * (k * k - 1.0), 1.0 - k / _HIGH_PASS_Q + k * k])


def loudness_lufs(
    blocks: Iterable[npt.NDArray[np.floating]], sample_rate_hz: int = SAMPLE_RATE_HZ
) -> float | None:
    """Integrated loudness of consecutive blocks of samples.

    Args:
        blocks: shape (n_samples,) each, in order.
        sample_rate_hz: positive.

    >>> tone = np.sin(2 * np.pi * 997 * np.arange(48_000 * 2) / 48_000)
    >>> round(loudness_lufs([tone], 48_000), 1)
    -3.0
    """
    from scipy.signal import sosfilt

    sections = k_weighting(sample_rate_hz)
    state = np.zeros((len(sections), 2))
    step = round(_STEP_S * sample_rate_hz)
    left = np.zeros(0)
    powers: list[npt.NDArray[np.float64]] = []
    for block in blocks:
        if len(block) == 0:
            continue
        weighted, state = sosfilt(sections, np.asarray(block, np.float64), zi=state)
        joined = np.concatenate([left, weighted])
        whole = len(joined) // step * step
        powers.append(np.square(joined[:whole]).reshape(-1, step).mean(axis=1))
        left = joined[whole:]
    steps = np.concatenate(powers) if powers else np.zeros(0)
    if len(steps) < _STEPS_PER_BLOCK:
        return None
    return _gated(np.convolve(steps, np.full(_STEPS_PER_BLOCK, 1.0 / _STEPS_PER_BLOCK), "valid"))


def _gated(power: npt.NDArray[np.float64]) -> float | None:
    kept = power[power > _power(_ABSOLUTE_GATE_LUFS)]
    if len(kept) == 0:
        return None
    kept = kept[kept > np.mean(kept) * 10.0 ** (_RELATIVE_GATE_LU / 10.0)]
    return _OFFSET_LU + 10.0 * float(np.log10(np.mean(kept)))


def _power(lufs: float) -> float:
    return float(10.0 ** ((lufs - _OFFSET_LU) / 10.0))
