"""Pitch of a voice by swift-f0, whose model travels inside its package.

Conventions: 16 kHz; a frame every 256 samples (16 ms), frame ``i`` centred on sample ``256 * i``; f0 between
:data:`F0_MIN_HZ` and :data:`F0_MAX_HZ`. A frame is voiced when the model's confidence reaches
:data:`MIN_CONFIDENCE` and its level (RMS of the 32 ms around it, offset removed) lies no more than
:data:`GATE_DB` below the median level of such frames: the customer's voice leaking from a headset is pitched
sound too.

The model wants a peak of about 0.5, so the clip is scaled first; the result does not depend on its gain. The
scale follows the loudest frames but the topmost :data:`PEAK_IGNORED_RATIO` of them, so that one knock on the
microphone does not make the voice faint; what lies above is clipped at full scale. Digital silence is
unvoiced. The clip is worked through in pieces with enough of their neighbours that no frame feels a seam.

Source: swift-f0, MIT licence (github.com/lars76/swift-f0); frame centres, confidence limit and receptive
field by its own documentation.
"""

from __future__ import annotations

import importlib.metadata
import importlib.util
from collections.abc import Iterator
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from voicesim.audio.clip import SAMPLE_RATE_HZ, Clip, Samples
from voicesim.audio.pitch import PitchTrack
from voicesim.audio.span import Span, Timeline, union
from voicesim.engines.complaint import one_line
from voicesim.errors import EngineFailedError, EngineNotInstalledError, ParameterError
from voicesim.speech.call import EngineId

HOP_SAMPLES: Final = 256
MIN_CONFIDENCE: Final = 0.5
GATE_DB: Final = 20.0
F0_MIN_HZ: Final = 50.0
F0_MAX_HZ: Final = 800.0
TARGET_PEAK: Final = 0.5
PEAK_IGNORED_RATIO: Final = 0.005

_PIECE_FRAMES: Final = 1_800
_NEIGHBOUR_FRAMES: Final = 16
"""The model reaches 2815 samples (11 frames) to both sides."""

_MARGIN_FRAMES: Final = 31
"""Half a second: detectors are late, and the measures widen what they found by less."""

_SILENCE_PEAK: Final = 1e-7
"""Below -140 dBov nothing was recorded: no converter reaches that far."""

_INSTALL_HINT: Final = 'pip install "swift-f0>=0.3"'

Frames = npt.NDArray[np.float32]


def available() -> tuple[bool, str]:
    """Whether the engine can be used, and its version or what is missing."""
    missing = [name for name in ("swift_f0", "onnxruntime") if importlib.util.find_spec(name) is None]
    if missing:
        return False, f"{' and '.join(missing)} not installed ({_INSTALL_HINT})"
    return True, f"swift-f0 {importlib.metadata.version('swift-f0')}"


class SwiftF0Tracker:
    """The model, loaded once.

    Raises:
        EngineNotInstalledError: swift-f0 or onnxruntime is missing, or too old.
        EngineFailedError: the model cannot be loaded.
    """

    def __init__(self) -> None:
        try:
            import swift_f0
        except ImportError as error:
            raise EngineNotInstalledError("swift-f0 is not installed", hint=_INSTALL_HINT) from error
        if not hasattr(swift_f0, "PitchStream"):
            raise EngineNotInstalledError("the installed swift-f0 is too old", hint=_INSTALL_HINT)
        try:
            self._model = swift_f0.SwiftF0(threads=1, spin=False)
        except Exception as error:
            raise EngineFailedError(f"the pitch model cannot be loaded: {one_line(error)}") from error
        self.identity = EngineId(
            engine="swift-f0",
            model="swift-f0",
            version=importlib.metadata.version("swift-f0"),
            settings={"min_confidence": MIN_CONFIDENCE, "gate_db": GATE_DB, "hop_samples": HOP_SAMPLES},
        )

    def track(self, clip: Clip, within: Timeline | None = None) -> PitchTrack:
        """Pitch of a clip of any length.

        Args:
            clip: 16 kHz.
            within: where somebody speaks; farther than 0.5 s from it nothing is looked for, and no frame is voiced.

        Raises:
            ParameterError: for another rate.
            EngineFailedError: the model broke.
        """
        if clip.sample_rate_hz != SAMPLE_RATE_HZ:
            raise ParameterError(f"the pitch tracker works at {SAMPLE_RATE_HZ} Hz, got {clip.sample_rate_hz}")
        n_frames = -(-len(clip) // HOP_SAMPLES)
        f0_hz, confidence = np.zeros(n_frames, np.float32), np.zeros(n_frames, np.float32)
        peak = _robust_peak(clip.samples)
        if peak > _SILENCE_PEAK:
            for start, end in _pieces(n_frames, within):
                self._piece(clip.samples, np.float32(TARGET_PEAK / peak), start, end, f0_hz, confidence)
        voiced = _above_gate(confidence >= MIN_CONFIDENCE, _frame_power(clip.samples))
        return PitchTrack(
            f0_hz=np.where(voiced, f0_hz, np.float32(0.0)),
            voiced=voiced,
            hop_samples=HOP_SAMPLES,
            first_sample=0,
            tracker=f"{self.identity.engine} {self.identity.version}",
        )

    def _piece(
        self, samples: Samples, scale: np.float32, start: int, end: int, f0_hz: Frames, confidence: Frames
    ) -> None:
        """Fill in the frames of a piece."""
        left = max(0, start - _NEIGHBOUR_FRAMES)
        wanted = samples[left * HOP_SAMPLES : (end + _NEIGHBOUR_FRAMES) * HOP_SAMPLES]
        # The model gives whole hops only: filled up, the last frame has its own.
        sound = np.zeros(-(-len(wanted) // HOP_SAMPLES) * HOP_SAMPLES, np.float32)
        np.clip(wanted * scale, -1.0, 1.0, out=sound[: len(wanted)])
        try:
            found: Any = self._model.detect(sound, SAMPLE_RATE_HZ, fmin=F0_MIN_HZ, fmax=F0_MAX_HZ)
        except Exception as error:
            raise EngineFailedError(f"the pitch model broke: {one_line(error)}") from error
        f0_hz[start:end] = found.pitch_hz[start - left : end - left]
        confidence[start:end] = found.confidence[start - left : end - left]


def _pieces(n_frames: int, within: Timeline | None) -> Iterator[tuple[int, int]]:
    """First frame and end of each piece to look at."""
    if within is None:
        stretches: Timeline = (Span(0, n_frames),)
    else:
        stretches = union(
            Span(
                max(0, span.start // HOP_SAMPLES - _MARGIN_FRAMES),
                min(n_frames, -(-span.end // HOP_SAMPLES) + _MARGIN_FRAMES),
            )
            for span in within
            if span.start < n_frames * HOP_SAMPLES
        )
    for stretch in stretches:
        for start in range(stretch.start, stretch.end, _PIECE_FRAMES):
            yield start, min(start + _PIECE_FRAMES, stretch.end)


def _robust_peak(samples: Samples) -> float:
    """Largest magnitude of a clip but for its few loudest frames."""
    n_whole = len(samples) // HOP_SAMPLES * HOP_SAMPLES
    if n_whole == 0:
        return float(np.max(np.abs(samples), initial=0.0))
    peaks = np.zeros(n_whole // HOP_SAMPLES, np.float32)
    for start in range(0, len(peaks), _PIECE_FRAMES):
        piece = samples[start * HOP_SAMPLES : min((start + _PIECE_FRAMES) * HOP_SAMPLES, n_whole)]
        frames = piece.reshape(-1, HOP_SAMPLES)
        np.maximum(frames.max(axis=1), -frames.min(axis=1), out=peaks[start : start + len(frames)])
    kept = len(peaks) - 1 - int(PEAK_IGNORED_RATIO * len(peaks))
    return float(np.partition(peaks, kept)[kept])


def _frame_power(samples: Samples) -> npt.NDArray[np.float64]:
    """Variance of the 512 samples around each frame's centre (an offset is no level), shape (n_frames,)."""
    n_frames = -(-len(samples) // HOP_SAMPLES)
    sums = np.zeros((2, n_frames + 1))
    for start in range(0, n_frames, _PIECE_FRAMES):
        piece = samples[start * HOP_SAMPLES : (start + _PIECE_FRAMES) * HOP_SAMPLES].astype(np.float64)
        whole = np.zeros(-(-len(piece) // HOP_SAMPLES) * HOP_SAMPLES)
        whole[: len(piece)] = piece
        hops = whole.reshape(-1, HOP_SAMPLES)
        sums[:, start + 1 : start + 1 + len(hops)] = hops.sum(axis=1), np.square(hops).sum(axis=1)
    mean, power = (sums[:, :-1] + sums[:, 1:]) / (2 * HOP_SAMPLES)
    variance: npt.NDArray[np.float64] = np.maximum(power - np.square(mean), 0.0)
    return variance


def _above_gate(voiced: npt.NDArray[np.bool_], power: npt.NDArray[np.float64]) -> npt.NDArray[np.bool_]:
    """The voiced frames that are not too faint beside the others."""
    if not voiced.any():
        return voiced
    least = float(np.median(power[voiced])) * 10.0 ** (-GATE_DB / 10.0)
    gated: npt.NDArray[np.bool_] = voiced & (power >= least)
    return gated
