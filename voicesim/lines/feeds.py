"""Between callbacks of any size at any rate and blocks of 512 samples at 16 kHz.

Conventions: *frames* are at a device's rate, *samples* at 16 kHz. The converters keep the time line: sample i
of what was handed out stands at frame i x rate / 16000 of what is played, whatever they hold back.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np

from voicesim.audio.clip import BLOCK_SAMPLES, SAMPLE_RATE_HZ, Samples
from voicesim.lines.heard import HeardTrack
from voicesim.lines.streams import InputRecord, OutputRecord, OutputSide

LEAST_QUEUE_SAMPLES: Final = 4 * BLOCK_SAMPLES
"""What waits for the output when a line begins, and the whole delay that the program adds to the device's own:
128 ms. A callback takes 38 ms of it at once; the rest covers a pump that comes late. With both cores busy that
came up to 56 ms after the block before, and once in some minutes 190."""

CONVERTER_SAMPLES: Final = 2 * BLOCK_SAMPLES
"""More of it where the rate is converted: soxr gives its output in lumps (44.1 kHz: of up to 58 ms)."""

MOST_QUEUE_SAMPLES: Final = 10 * BLOCK_SAMPLES
"""The reserve grows by a block each time a line ran dry, up to this."""


class RateConverter:
    """Streaming conversion from one rate to another; equal rates pass through.

    Args:
        from_hz: rate of what comes.
        to_hz: rate of what goes.
    """

    def __init__(self, from_hz: int, to_hz: int) -> None:
        self._stream = None
        if from_hz != to_hz:
            import soxr

            self._stream = soxr.ResampleStream(from_hz, to_hz, 1, dtype="float32", quality=soxr.HQ)

    def __call__(self, samples: Samples) -> Samples:
        """The next piece, as far as the filter can say yet (it holds back some 40 ms)."""
        if self._stream is None:
            return samples
        converted: Samples = self._stream.resample_chunk(np.ascontiguousarray(samples))
        return converted


class MicrophoneFeed:
    """Callbacks in, blocks of 512 samples out.

    Args:
        rate_hz: of the device.
    """

    def __init__(self, rate_hz: int) -> None:
        self._rate_hz = rate_hz
        self._convert = RateConverter(rate_hz, SAMPLE_RATE_HZ)
        self._pending: list[Samples] = []
        self._n_pending = 0
        self._next_frame: int | None = None
        self.next_sample = 0
        """Index of the first sample of the next block, counted since the stream was opened."""
        self.missing_samples = 0
        """Samples that the callback had to drop; silence stands in for them."""

    def restart(self) -> None:
        """Begin anew with the next callback: what was before it is not wanted."""
        self._convert = RateConverter(self._rate_hz, SAMPLE_RATE_HZ)
        self._pending.clear()
        self._n_pending = 0
        self._next_frame = None
        self.missing_samples = 0

    def blocks(self, record: InputRecord) -> Iterator[Samples]:
        """The blocks that a callback completes."""
        if self._next_frame is None:
            self._next_frame = record.first_frame
            self.next_sample = round(record.first_frame * SAMPLE_RATE_HZ / self._rate_hz)
        missing = record.first_frame - self._next_frame
        if missing > 0:
            self.missing_samples += round(missing * SAMPLE_RATE_HZ / self._rate_hz)
            self._append(np.zeros(missing, np.float32))
        self._append(record.samples)
        self._next_frame = record.first_frame + len(record.samples)
        if self._n_pending < BLOCK_SAMPLES:
            return
        joined = np.concatenate(self._pending)
        whole = len(joined) - len(joined) % BLOCK_SAMPLES
        self._pending = [joined[whole:]]
        self._n_pending = len(joined) - whole
        for start in range(0, whole, BLOCK_SAMPLES):
            self.next_sample += BLOCK_SAMPLES
            yield joined[start : start + BLOCK_SAMPLES]

    def _append(self, frames: Samples) -> None:
        converted = self._convert(frames)
        self._pending.append(converted)
        self._n_pending += len(converted)


class LoudspeakerFeed:
    """Blocks of 512 samples in, and what became of them.

    Between lines the queue is kept near its reserve by leaving out or putting in exact silence, so that the
    two devices' clocks cannot run it full or dry; inside a line nothing is touched.

    Args:
        rate_hz: of the device.
        side: the output stream's end.
        heard: told of what is handed out and consumed.
    """

    def __init__(self, rate_hz: int, side: OutputSide, heard: HeardTrack) -> None:
        self._rate_hz = rate_hz
        self._side = side
        self._heard = heard
        self._convert = RateConverter(SAMPLE_RATE_HZ, rate_hz)
        self._was_sounding = False
        self._seen_samples = 0
        self._seen_silence = 0
        converting = CONVERTER_SAMPLES if rate_hz != SAMPLE_RATE_HZ else 0
        self.reserve_samples = LEAST_QUEUE_SAMPLES + converting
        """What the queue holds when a line begins."""
        self.n_ran_dry = 0
        """How often the output found nothing to play inside a line."""

    @property
    def level_samples(self) -> int:
        """What waits to be played."""
        return self._side.level_frames * SAMPLE_RATE_HZ // self._rate_hz

    def accept(self, customer: Samples) -> bool:
        """Queue what ``process`` returned.

        Returns:
            Whether a line begins with it.
        """
        is_sounding = bool(customer.any())
        begins = is_sounding and not self._was_sounding
        if not self._was_sounding:
            level = self.level_samples
            if level < self.reserve_samples:
                self._push(np.zeros(self.reserve_samples - level, np.float32))
            elif not is_sounding and level > self.reserve_samples:
                return False
        self._was_sounding = is_sounding
        self._push(customer)
        return begins

    def _push(self, samples: Samples) -> None:
        self._heard.hand_out(samples)
        self._side.push(self._convert(samples))

    def follow(self, record: OutputRecord) -> None:
        """Take the counts of an output callback."""
        queued = record.queued_frames * SAMPLE_RATE_HZ // self._rate_hz
        silence = round((record.frames - record.queued_frames) * SAMPLE_RATE_HZ / self._rate_hz)
        n_queued, n_silence = queued - self._seen_samples, silence - self._seen_silence
        self._seen_samples, self._seen_silence = queued, silence
        if self._heard.consume(n_queued, n_silence):
            self.n_ran_dry += 1
            self.reserve_samples = min(self.reserve_samples + BLOCK_SAMPLES, MOST_QUEUE_SAMPLES)
