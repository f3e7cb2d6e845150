"""Pitch over time, as a tracker hands it to the measures."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from voicesim.audio.span import Span
from voicesim.errors import ParameterError


@dataclass(frozen=True, slots=True, eq=False)
class PitchTrack:
    """f0 at evenly spaced frames of one channel.

    Args:
        f0_hz: float32, shape (n_frames,); meaningful only where ``voiced``.
        voiced: bool, shape (n_frames,).
        hop_samples: samples of the 16 kHz time line from one frame to the next.
        first_sample: sample index of the middle of frame 0.
        tracker: name and version, for the provenance.
    """

    f0_hz: npt.NDArray[np.float32]
    voiced: npt.NDArray[np.bool_]
    hop_samples: int
    first_sample: int
    tracker: str

    def __post_init__(self) -> None:
        if self.f0_hz.shape != self.voiced.shape or self.f0_hz.ndim != 1:
            raise ParameterError("f0_hz and voiced must be one-dimensional and of the same length")

    def frames_in(self, span: Span) -> slice:
        """The frames whose middle lies inside a span."""
        first = -(-(span.start - self.first_sample) // self.hop_samples)
        last = -(-(span.end - self.first_sample) // self.hop_samples)
        return slice(max(0, first), max(0, last))

    def voiced_f0_hz(self, span: Span) -> npt.NDArray[np.float32]:
        """f0 of the voiced frames inside a span, in Hz."""
        frames = self.frames_in(span)
        return self.f0_hz[frames][self.voiced[frames]]
