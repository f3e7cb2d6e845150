"""What of the customer left the loudspeaker, laid on the microphone's clock.

Conventions: 16 kHz. *Output position* counts every sample that the output has consumed since it was opened,
the silence that it played for want of anything else included. *Delay* is what must be added to an output
position to get the index of the microphone sample in which it is heard; it may be negative, because the two
counters do not start together.

A new delay takes effect only between lines: exact zeros are left out or put in, and no sample that was
handed out for playing is ever dropped, doubled or changed.
"""

from __future__ import annotations

from collections import deque
from typing import Final

import numpy as np

from voicesim.audio.clip import BLOCK_SAMPLES, Samples

QUIET_SAMPLES: Final = BLOCK_SAMPLES
"""The delay may change after this much exact silence."""


class HeardTrack:
    """Follows what was handed out, what of it was consumed, and gives it back block by block."""

    def __init__(self) -> None:
        self._handed_out: deque[Samples] = deque()
        # Consumed and not given back yet: output positions [_read, _consumed).
        self._timeline: deque[Samples] = deque()
        self._read = 0
        self._consumed = 0
        self._microphone = 0
        self._quiet = QUIET_SAMPLES
        self._sounded_last = False
        self.adjusted_samples = 0
        """How far the delay was moved between lines, all moves added up regardless of direction."""
        self.gap_samples = 0
        """Silence put into a line because the output had not consumed its next samples yet."""

    @property
    def delay_samples(self) -> int:
        """The delay in use."""
        return self._microphone - self._read

    @property
    def microphone_samples(self) -> int:
        """Index of the next microphone sample."""
        return self._microphone

    @property
    def consumed_samples(self) -> int:
        """Output position of the next sample that the output will consume."""
        return self._consumed

    def hand_out(self, samples: Samples) -> None:
        """Samples were queued for the output."""
        if len(samples):
            self._handed_out.append(samples)

    def consume(self, queued_samples: int, silence_samples: int) -> bool:
        """The output took queued samples, then silence.

        Args:
            queued_samples: of those handed out, oldest first.
            silence_samples: played because nothing was queued.

        Returns:
            Whether the silence cut into a line.
        """
        left = queued_samples
        while left > 0 and self._handed_out:
            chunk = _split_first(self._handed_out, left)
            self._timeline.append(chunk)
            self._sounded_last = bool(chunk[-1] != 0.0)
            left -= len(chunk)
        cut = self._sounded_last and silence_samples > 0
        if left + silence_samples > 0:
            self._timeline.append(np.zeros(left + silence_samples, np.float32))
            self._sounded_last = False
        self._consumed += queued_samples + silence_samples
        return cut

    def start(self, microphone_samples: int, delay_samples: int) -> None:
        """Begin at a microphone sample; what was played before it is let go.

        Args:
            microphone_samples: index of the first sample that :meth:`take` answers.
            delay_samples: from output position to microphone index.
        """
        self._microphone = microphone_samples
        error = microphone_samples - delay_samples - self._read
        if error < 0:
            self._timeline.appendleft(np.zeros(-error, np.float32))
            self._read += error
        while error > 0 and self._timeline:
            n = len(_split_first(self._timeline, error))
            self._read += n
            error -= n
        self._quiet = QUIET_SAMPLES

    def take(self, delay_samples: int) -> Samples:
        """The customer during the microphone's next 512 samples.

        Args:
            delay_samples: the best knowledge of the delay; taken up as far as silence allows.

        Returns:
            float32, 512 samples; exact zeros where nothing was played.
        """
        block = np.zeros(BLOCK_SAMPLES, np.float32)
        error = self._microphone - delay_samples - self._read
        held = 0
        if self._quiet >= QUIET_SAMPLES and error > 0:
            self._skip_silence(error)
        elif self._quiet >= QUIET_SAMPLES and error < 0:
            held = min(-error, BLOCK_SAMPLES)
            self.adjusted_samples += held
        self._fill(block, held)
        self._microphone += BLOCK_SAMPLES
        sounding = np.flatnonzero(block)
        self._quiet = BLOCK_SAMPLES - 1 - int(sounding[-1]) if len(sounding) else self._quiet + BLOCK_SAMPLES
        return block

    def _fill(self, block: Samples, start: int) -> None:
        """Copy what was consumed into ``block`` from ``start`` on."""
        while start < len(block) and self._timeline:
            chunk = _split_first(self._timeline, len(block) - start)
            block[start : start + len(chunk)] = chunk
            start += len(chunk)
            self._read += len(chunk)
        was_sounding = block[start - 1] != 0.0 if start else self._quiet == 0
        if was_sounding and self._handed_out and self._handed_out[0][0] != 0.0:
            self.gap_samples += len(block) - start

    def _skip_silence(self, wanted: int) -> None:
        """Leave out up to ``wanted`` samples, as long as they are exact zeros."""
        while wanted > 0 and self._timeline:
            sounding = np.flatnonzero(self._timeline[0][:wanted])
            n = min(wanted, len(self._timeline[0])) if not len(sounding) else int(sounding[0])
            if n:
                _split_first(self._timeline, n)
            self._read += n
            self.adjusted_samples += n
            wanted -= n
            if len(sounding):
                return


def _split_first(chunks: deque[Samples], at_most: int) -> Samples:
    """Take the first chunk, or as much of it as is asked for."""
    chunk = chunks.popleft()
    if len(chunk) > at_most:
        chunks.appendleft(chunk[at_most:])
        chunk = chunk[:at_most]
    return chunk
