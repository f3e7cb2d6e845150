"""Echo cancellation by WebRTC's AEC3, through pywebrtc-audio, for deciding who speaks and for nothing else.

Conventions: 16 kHz; blocks of 512 samples outside, frames of 160 (10 ms) inside. Noise suppression and gain
control stay off: both would change what the detector hears of the trainee.

The canceller looks for the echo *after* its reference and for nothing before it: with the echo at 0 to 0.5 ms
after the reference (which is what a measured alignment gives) four fifths of the customer's time still read
as speech. So the microphone is held back against what was heard, by more than the 20 ms that the alignment may
be wrong.
"""

from __future__ import annotations

import importlib.metadata
import importlib.util
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from voicesim.audio.clip import BLOCK_SAMPLES, SAMPLE_RATE_HZ, Samples
from voicesim.engines.complaint import one_line
from voicesim.errors import EngineFailedError, EngineNotInstalledError, ParameterError
from voicesim.speech.call import EngineId

if TYPE_CHECKING:
    from voicesim.ports import EchoSession

FRAME_SAMPLES: Final = SAMPLE_RATE_HZ // 100
"""AEC3 works on 10 ms."""

HELD_BACK_SAMPLES: Final = 384
"""How much later than ``heard`` the canceller gets the microphone: 24 ms."""

_INSIDE_SAMPLES: Final = 128
"""What AEC3 itself holds back, measured with noise: 8 ms, the same with and without a reference."""

_BACKLOG_SAMPLES: Final = 128
"""The most that whole frames leave over of any number of blocks: 512 k modulo 160 is 0, 32, 64, 96 or 128."""

DELAY_SAMPLES: Final = HELD_BACK_SAMPLES + _BACKLOG_SAMPLES + _INSIDE_SAMPLES
"""How late the cleaned microphone comes: 40 ms."""

_INSTALL_HINT: Final = 'pip install "pywebrtc-audio>=0.2.0"'


def available() -> tuple[bool, str]:
    """Whether the engine can be used, and its version or what is missing."""
    if importlib.util.find_spec("pywebrtc_audio") is None:
        return False, f"pywebrtc-audio is not installed ({_INSTALL_HINT})"
    return True, importlib.metadata.version("pywebrtc-audio")


class WebRtcEchoSession:
    """Echo cancellation over one call, in order."""

    delay_samples: Final = DELAY_SAMPLES

    def __init__(self, canceller: Any) -> None:  # noqa: ANN401 - pywebrtc-audio's class is loaded late
        self._canceller = canceller
        self._microphone = np.zeros(HELD_BACK_SAMPLES, np.float32)
        self._heard = np.zeros(0, np.float32)
        self._clean = np.zeros(_BACKLOG_SAMPLES, np.float32)

    def process(self, microphone: Samples, heard: Samples) -> Samples:
        """The microphone without the customer.

        Args:
            microphone: 512 finite samples at 16 kHz; left alone.
            heard: what left the loudspeaker during the same block; left alone.

        Returns:
            512 samples, late by :data:`DELAY_SAMPLES`.

        Raises:
            ParameterError: for blocks of another length, or samples that are not finite.
            EngineFailedError: the canceller broke.
        """
        for block in (microphone, heard):
            if block.shape != (BLOCK_SAMPLES,):
                raise ParameterError(f"a block has {BLOCK_SAMPLES} samples, got shape {block.shape}")
            if not np.isfinite(block).all():
                raise ParameterError("a block must be finite")
        self._microphone = np.concatenate([self._microphone, microphone])
        self._heard = np.concatenate([self._heard, heard])
        whole = len(self._heard) - len(self._heard) % FRAME_SAMPLES
        try:
            clean = self._canceller.process(self._microphone[:whole].copy(), self._heard[:whole].copy())
        except Exception as error:
            raise EngineFailedError(f"the echo canceller broke: {one_line(error)}") from error
        self._microphone, self._heard = self._microphone[whole:], self._heard[whole:]
        self._clean = np.concatenate([self._clean, clean])
        block, self._clean = self._clean[:BLOCK_SAMPLES], self._clean[BLOCK_SAMPLES:]
        return block


class WebRtcEchoCanceller:
    """AEC3 with every other processing of WebRTC's module off.

    Raises:
        EngineNotInstalledError: pywebrtc-audio is missing.
    """

    def __init__(self) -> None:
        try:
            import pywebrtc_audio
        except ImportError as error:
            raise EngineNotInstalledError("pywebrtc-audio is not installed", hint=_INSTALL_HINT) from error
        self._make = pywebrtc_audio.EchoCanceller
        self.identity = EngineId(
            engine="webrtc-aec3",
            model="",
            version=importlib.metadata.version("pywebrtc-audio"),
            settings={"frame_samples": FRAME_SAMPLES, "held_back_samples": HELD_BACK_SAMPLES},
        )

    def session(self) -> EchoSession:
        """Fresh state."""
        try:
            return WebRtcEchoSession(self._make(sample_rate=SAMPLE_RATE_HZ, num_channels=1))
        except Exception as error:
            raise EngineFailedError(f"the echo canceller does not start: {one_line(error)}") from error
