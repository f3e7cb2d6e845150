"""Speech activity by the Silero v6 model that travels inside the faster-whisper package.

Conventions: 16 kHz, chunks of 512 samples (32 ms). A session carries the recurrent state and the last 64
samples of the chunk before, as the model was trained; the first chunk follows on silence. There is one way
through the model, chunk after chunk, for live calls and for recordings alike, so that both see the same
probabilities bit for bit.

Source: Silero VAD v6, MIT licence (github.com/snakers4/silero-vad).
"""

from __future__ import annotations

import hashlib
import importlib.util
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from voicesim.audio.clip import BLOCK_SAMPLES, Samples
from voicesim.engines.complaint import one_line
from voicesim.errors import EngineFailedError, EngineNotInstalledError, ModelNotFoundError, ParameterError
from voicesim.speech.activity import PROBABILITY_DECIMALS
from voicesim.speech.call import EngineId

if TYPE_CHECKING:
    from voicesim.ports import DetectorSession

CONTEXT_SAMPLES: Final = 64
"""What the model sees of the chunk before, at 16 kHz."""

_STATE_SHAPE: Final = (1, 1, 128)
_MODEL_FILE: Final = "silero_vad_v6.onnx"
_INSTALL_HINT: Final = 'pip install "faster-whisper>=1.2.1" onnxruntime'


def model_path() -> Path:
    """Where the model lies, found without importing faster-whisper (which is slow).

    Raises:
        EngineNotInstalledError: faster-whisper is not installed.
        ModelNotFoundError: it is, but carries no Silero v6 model.
    """
    spec = importlib.util.find_spec("faster_whisper")
    if spec is None or not spec.submodule_search_locations:
        raise EngineNotInstalledError(
            "faster-whisper, which carries the speech activity model, is not installed", hint=_INSTALL_HINT
        )
    path = Path(next(iter(spec.submodule_search_locations))) / "assets" / _MODEL_FILE
    if not path.is_file():
        raise ModelNotFoundError(
            f"the installed faster-whisper carries no {_MODEL_FILE}",
            hint=f"take a version that does: {_INSTALL_HINT}",
        )
    return path


def available() -> tuple[bool, str]:
    """Whether the engine can be used, and its model or what is missing."""
    try:
        path = model_path()
    except (EngineNotInstalledError, ModelNotFoundError) as error:
        return False, f"{error} ({error.hint})"
    if importlib.util.find_spec("onnxruntime") is None:
        return False, f"onnxruntime is not installed ({_INSTALL_HINT})"
    return True, path.stem


FORGET_AFTER_CHUNKS: Final = 31
"""After this many chunks (1 s) without speech the state is cleared. Otherwise the network can settle on "no speech"
for minutes: on the loud caller of a recorded telephone call it found 38 % of his voiced frames and none after
144 s; cleared, 69 %. Labelled meetings gained a point of frame error."""

NO_SPEECH: Final = 0.35
"""Probability below which a chunk counts as without speech; rounded as everywhere, so that streaming and
whole-file runs clear alike."""


class SileroSession:
    """Speech detection over one channel, in order."""

    def __init__(self, model: Any) -> None:  # noqa: ANN401 - onnxruntime has no types
        self._model = model
        self._window = np.zeros((1, CONTEXT_SAMPLES + BLOCK_SAMPLES), np.float32)
        self._forget()

    def _forget(self) -> None:
        self._hidden = np.zeros(_STATE_SHAPE, np.float32)
        self._cell = np.zeros(_STATE_SHAPE, np.float32)
        self._window[:] = 0.0
        self._n_without = 0

    def step(self, chunk: Samples) -> float:
        """Probability that the next chunk holds speech.

        Args:
            chunk: float32, 512 finite samples at 16 kHz; left alone, may be read-only.

        Returns:
            0..1.

        Raises:
            ParameterError: for another length, or samples that are not finite (they would spoil the state
                for good).
            EngineFailedError: the model broke.
        """
        if chunk.shape != (BLOCK_SAMPLES,):
            raise ParameterError(f"a chunk has {BLOCK_SAMPLES} samples, got shape {chunk.shape}")
        if not np.isfinite(chunk).all():
            raise ParameterError("a chunk must be finite")
        window = self._window
        window[0, :CONTEXT_SAMPLES] = window[0, -CONTEXT_SAMPLES:]
        window[0, CONTEXT_SAMPLES:] = chunk
        try:
            probability, self._hidden, self._cell = self._model.run(
                ("speech_probs", "hn", "cn"), {"input": window, "h": self._hidden, "c": self._cell}
            )
        except Exception as error:
            raise EngineFailedError(f"the speech activity model broke: {one_line(error)}") from error
        value = float(probability.flat[0])
        self._n_without = self._n_without + 1 if round(value, PROBABILITY_DECIMALS) < NO_SPEECH else 0
        if self._n_without >= FORGET_AFTER_CHUNKS:
            self._forget()
        return value


class SileroDetector:
    """The model, loaded once; sessions share it.

    Raises:
        EngineNotInstalledError: onnxruntime or faster-whisper is missing.
        ModelNotFoundError: the model file is missing.
        EngineFailedError: it cannot be loaded.
    """

    def __init__(self) -> None:
        path = model_path()
        try:
            import onnxruntime
        except ImportError as error:
            raise EngineNotInstalledError("onnxruntime is not installed", hint=_INSTALL_HINT) from error
        options = onnxruntime.SessionOptions()
        # One thread: a chunk is too small to share, and the order of additions stays the same.
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        options.log_severity_level = 4
        try:
            content = path.read_bytes()
            self._model = onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])
        except Exception as error:
            raise EngineFailedError(
                f"the speech activity model cannot be loaded: {one_line(error)}",
                hint=f"install it anew: pip install --force-reinstall --no-deps {_INSTALL_HINT[12:]}",
            ) from error
        self.identity = EngineId(
            engine="silero",
            model=path.stem,
            version=hashlib.sha256(content).hexdigest()[:12],
            settings={
                "chunk_samples": BLOCK_SAMPLES,
                "context_samples": CONTEXT_SAMPLES,
                "forget_after_chunks": FORGET_AFTER_CHUNKS,
            },
        )

    def session(self) -> DetectorSession:
        """Fresh state."""
        return SileroSession(self._model)
