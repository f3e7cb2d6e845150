"""Listening for the customer in the microphone after each of his lines, to put the latency right."""

from __future__ import annotations

from collections import deque
from typing import Final

import numpy as np

from voicesim.audio.clip import BLOCK_SAMPLES, SAMPLE_RATE_HZ, Samples
from voicesim.lines.delay import estimate_echo_path

STRETCH_S: Final = 3.0
"""The end of a line that is listened for. Longer tells no more and takes more than the 15 ms that it costs."""

LEAST_SOUND_S: Final = 0.5
"""Less of the customer than this proves nothing."""

AFTER_S: Final = 0.32
"""Silence after a line that is waited for, so that its end has reached the microphone."""

MAX_LAG_S: Final = 0.5
"""How far the latency may be off: the time stamps of one start in ten were, by up to that much."""

_STRETCH_BLOCKS: Final = round(STRETCH_S * SAMPLE_RATE_HZ / BLOCK_SAMPLES)
_AFTER_BLOCKS: Final = round(AFTER_S * SAMPLE_RATE_HZ / BLOCK_SAMPLES)
_LEAST_BLOCKS: Final = round(LEAST_SOUND_S * SAMPLE_RATE_HZ / BLOCK_SAMPLES)


class LineListener:
    """Keeps the last seconds of both channels and looks at them when a line is over."""

    def __init__(self) -> None:
        self._microphone: deque[Samples] = deque(maxlen=_STRETCH_BLOCKS)
        self._heard: deque[Samples] = deque(maxlen=_STRETCH_BLOCKS)
        self._delays: deque[int] = deque(maxlen=_STRETCH_BLOCKS)
        self._n_sounding = 0
        self._n_quiet = 0
        self._n_spoilt = 0

    def spoil(self) -> None:
        """The output has just stumbled: a stretch with a seam in it has two delays, and may give the old one."""
        self._n_spoilt = _STRETCH_BLOCKS

    def step(self, microphone: Samples, heard: Samples, delay_samples: int) -> int | None:
        """Take a block of both channels.

        Args:
            microphone: 512 samples.
            heard: 512 samples, placed by ``delay_samples``.
            delay_samples: from output position to microphone index.

        Returns:
            The delay at which the customer was found, when a line is over and he was; else ``None``.
        """
        self._microphone.append(microphone)
        self._heard.append(heard)
        self._delays.append(delay_samples)
        self._n_spoilt = max(0, self._n_spoilt - 1)
        if heard.any():
            self._n_sounding += 1
            self._n_quiet = 0
            return None
        self._n_quiet += 1
        if self._n_quiet != _AFTER_BLOCKS:
            return None
        n_sounding, self._n_sounding = self._n_sounding, 0
        if n_sounding < _LEAST_BLOCKS or self._n_spoilt > 0:
            return None
        return self._look()

    def _look(self) -> int | None:
        path = estimate_echo_path(
            np.concatenate(self._heard), np.concatenate(self._microphone), max_lag_s=MAX_LAG_S
        )
        if path is None or not path.is_sure:
            return None
        # The delay moves between lines only, so the line's last block was placed as all of it was.
        return self._delays[-1 - _AFTER_BLOCKS] + path.lag_samples
