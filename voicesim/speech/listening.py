"""From the microphone to speech activity, the same way while a call runs and when it is scored.

The customer's sound that comes back through the microphone must not read as the trainee. Where an echo
canceller is at hand it cleans what the detector hears (and nothing else); where the echo cannot be removed the
detector is deaf while the customer is heard, and for a moment after.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np

from voicesim.audio.clip import BLOCK_SAMPLES, SAMPLE_RATE_HZ, Samples
from voicesim.audio.span import Span, Timeline
from voicesim.speech.activity import Activity, ActivityConfig, ActivityTracker, chunk_level_dbov

DEAF_AFTER_S: Final = 0.25
"""How long the detector stays deaf after the customer's last sound, in half-duplex: a room's reverberation and
the spread of a loudspeaker's delay."""


class Listener:
    """Speech activity of the trainee, block by block.

    Args:
        detect: probability of speech in a block of 512 samples (a detector's session).
        cancel: ``cancel(microphone, heard) -> microphone`` without the customer (an echo canceller's session).
        cancel_delay_samples: how much later than the microphone its result comes; the times given out are
            those of the microphone.
        is_half_duplex: be deaf while the customer is heard.
        config: of the activity tracker.
    """

    def __init__(
        self,
        detect: Callable[[Samples], float],
        *,
        cancel: Callable[[Samples, Samples], Samples] | None = None,
        cancel_delay_samples: int = 0,
        is_half_duplex: bool = False,
        config: ActivityConfig | None = None,
    ) -> None:
        self._detect = detect
        self._cancel = cancel
        self._delay = cancel_delay_samples if cancel is not None else 0
        self._is_half_duplex = is_half_duplex
        self._tracker = ActivityTracker(config)
        self._deaf_for = 0

    def step(self, microphone: Samples, heard: Samples) -> Activity:
        """Take the next block of both channels."""
        clean = microphone if self._cancel is None else self._cancel(microphone, heard)
        probability = self._detect(clean)
        if self._is_half_duplex:
            if np.any(heard):
                self._deaf_for = round(DEAF_AFTER_S * SAMPLE_RATE_HZ)
            elif self._deaf_for > 0:
                self._deaf_for -= len(heard)
            if self._deaf_for > 0:
                probability = 0.0
        activity = self._tracker.step(probability, chunk_level_dbov(clean))
        if self._delay == 0:
            return activity
        onset, offset = (max(0, sample - self._delay) for sample in (activity.onset, activity.offset))
        return Activity(activity.is_speech, onset, offset, activity.is_candidate)

    def finish(self) -> Timeline:
        """All speech so far."""
        spans = self._tracker.finish()
        return tuple(Span(max(0, s.start - self._delay), max(0, s.end - self._delay)) for s in spans)


def listen(listener: Listener, microphone: Samples, heard: Samples | None) -> Timeline:
    """Speech of a whole channel.

    Args:
        listener: fresh.
        microphone: shape (n_samples,).
        heard: the customer's channel, shape (n_samples,), or ``None``.

    Returns:
        Sorted, disjoint spans inside the channel.
    """
    n_samples = len(microphone)
    silence = np.zeros(BLOCK_SAMPLES, dtype=np.float32)
    for start in range(0, n_samples, BLOCK_SAMPLES):
        mic_block = _whole(microphone[start : start + BLOCK_SAMPLES])
        heard_block = silence if heard is None else _whole(heard[start : start + BLOCK_SAMPLES])
        listener.step(mic_block, heard_block)
    return tuple(Span(s.start, min(s.end, n_samples)) for s in listener.finish() if s.start < n_samples)


def _whole(block: Samples) -> Samples:
    if len(block) == BLOCK_SAMPLES:
        return block
    return np.concatenate([block, np.zeros(BLOCK_SAMPLES - len(block), dtype=np.float32)])
