"""The sound of a telephone line: 300 to 3400 Hz, 8 kHz, G.711 mu-law.

Conventions: 16 kHz in, 16 kHz out, the same length, no delay.

Source: band edges ITU-T G.712 (voice-frequency channels); mu-law ITU-T G.711, table 2a, mu = 255 in eight
linear segments, 14-bit input.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from voicesim.audio.clip import SAMPLE_RATE_HZ, Clip, Samples

LINE_RATE_HZ: Final = 8_000
BAND_HZ: Final = (300.0, 3400.0)
BIAS: Final = 33
"""Added to the 13-bit magnitude before its segment is sought (G.711)."""
CLIP: Final = 8158
"""Greatest magnitude that the code can hold after the bias is added."""


def mu_law_encode(samples: Samples) -> npt.NDArray[np.uint8]:
    """G.711 mu-law codes.

    Args:
        samples: float32 in [-1, 1], any shape.
    """
    linear = np.rint(np.asarray(samples, dtype=np.float64) * 8192.0).astype(np.int64)
    magnitude = np.minimum(np.abs(linear), CLIP) + BIAS
    segment = np.floor(np.log2(magnitude)).astype(np.int64) - 5
    step = (magnitude >> (segment + 1)) & 0x0F
    code = (segment << 4) | step
    sign = np.where(linear < 0, 0x80, 0x00)
    return np.asarray(~(code | sign) & 0xFF, dtype=np.uint8)


def mu_law_decode(codes: npt.NDArray[np.uint8]) -> Samples:
    """Samples that G.711 mu-law codes stand for, float32 in [-1, 1]."""
    inverted = ~codes.astype(np.int64) & 0xFF
    segment = (inverted >> 4) & 0x07
    step = inverted & 0x0F
    magnitude = (((step << 1) | 0x21) << segment) - BIAS
    return (np.where(inverted & 0x80, -magnitude, magnitude) / 8192.0).astype(np.float32)


def telephone(clip: Clip) -> Clip:
    """A clip as it comes out of a telephone.

    Args:
        clip: 16 kHz.
    """
    import soxr
    from scipy.signal import butter, sosfiltfilt

    if len(clip) == 0:
        return clip
    narrow = soxr.resample(clip.samples, SAMPLE_RATE_HZ, LINE_RATE_HZ, quality="HQ")
    sections = butter(3, BAND_HZ, btype="bandpass", fs=LINE_RATE_HZ, output="sos")
    # Padded, because zero-phase filtering wants more than a few samples at either end.
    padded = np.pad(narrow, 400)
    band = sosfiltfilt(sections, padded)[400 : 400 + len(narrow)]
    coded = mu_law_decode(mu_law_encode(np.clip(band, -1.0, 1.0).astype(np.float32)))
    wide = soxr.resample(coded, LINE_RATE_HZ, SAMPLE_RATE_HZ, quality="HQ")
    out = np.zeros(len(clip), np.float32)
    n = min(len(out), len(wide))
    out[:n] = wide[:n]
    return Clip(np.clip(out, -1.0, 1.0).astype(np.float32), SAMPLE_RATE_HZ)
