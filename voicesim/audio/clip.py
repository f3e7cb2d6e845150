"""One channel of sound.

Conventions: mono, float32, nominal range [-1, 1], full scale 1.0 = 0 dBov. Inside voicesim everything runs
at :data:`SAMPLE_RATE_HZ`; other rates exist only between a file or a device and the resampler.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt

from voicesim.audio.span import Span
from voicesim.errors import ParameterError

SAMPLE_RATE_HZ: Final = 16_000
"""The rate of every clip after decoding."""

BLOCK_SAMPLES: Final = 512
"""What a live call is fed with: 32 ms, the input size of the Silero activity model at 16 kHz."""

Samples: TypeAlias = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Clip:
    """Mono sound at a known rate.

    Args:
        samples: float32, shape (n_samples,), finite; made read-only.
        sample_rate_hz: positive.

    Raises:
        ParameterError: for another dtype or shape, or a rate that is not positive.
    """

    samples: Samples
    sample_rate_hz: int = SAMPLE_RATE_HZ

    def __post_init__(self) -> None:
        if self.samples.ndim != 1 or self.samples.dtype != np.float32:
            shape, dtype = self.samples.shape, self.samples.dtype
            raise ParameterError(f"a clip is one-dimensional float32, got {dtype} of shape {shape}")
        if self.sample_rate_hz <= 0:
            raise ParameterError(f"sample_rate_hz must be positive, got {self.sample_rate_hz}")
        view = self.samples.view()
        view.flags.writeable = False
        object.__setattr__(self, "samples", view)

    def __len__(self) -> int:
        return len(self.samples)

    @property
    def span(self) -> Span:
        """The whole clip."""
        return Span(0, len(self.samples))

    @property
    def duration_s(self) -> float:
        """Length in seconds."""
        return len(self.samples) / self.sample_rate_hz

    def cut(self, span: Span) -> Samples:
        """The samples inside a span; what lies outside the clip is left out."""
        return self.samples[max(0, span.start) : max(0, span.end)]
