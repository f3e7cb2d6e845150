"""Callbacks of any size at any rate against blocks of 512 samples; every sample says which it is."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voicesim.audio.clip import BLOCK_SAMPLES, SAMPLE_RATE_HZ
from voicesim.lines.feeds import (
    LEAST_QUEUE_SAMPLES,
    MOST_QUEUE_SAMPLES,
    LoudspeakerFeed,
    MicrophoneFeed,
    RateConverter,
)
from voicesim.lines.heard import HeardTrack
from voicesim.lines.streams import InputRecord, OutputRecord, OutputSide


class Stamps:
    currentTime = 1.0  # noqa: N815 - PortAudio's name
    outputBufferDacTime = 1.1  # noqa: N815 - PortAudio's name


def silence(n_samples: int = BLOCK_SAMPLES) -> np.ndarray:
    return np.zeros(n_samples, np.float32)


@given(sizes=st.lists(st.integers(1, 1500), min_size=1, max_size=30), first=st.integers(0, 100_000))
@settings(deadline=None, max_examples=50)
def test_blocks_are_the_callbacks_in_order_and_know_their_place(sizes, first):
    feed = MicrophoneFeed(SAMPLE_RATE_HZ)
    at, blocks, places = first, [], []
    for size in sizes:
        samples = np.arange(at, at + size, dtype=np.float32)
        for block in feed.blocks(InputRecord(0.0, at, samples, 0.0)):
            blocks.append(block)
            places.append(feed.next_sample - BLOCK_SAMPLES)
        at += size
    assert len(blocks) == sum(sizes) // BLOCK_SAMPLES
    for block, place in zip(blocks, places, strict=True):
        np.testing.assert_array_equal(block, np.arange(place, place + BLOCK_SAMPLES, dtype=np.float32))


def test_what_the_callback_had_to_drop_is_silence_of_that_length():
    feed = MicrophoneFeed(SAMPLE_RATE_HZ)
    list(feed.blocks(InputRecord(0.0, 0, np.ones(512, np.float32), 0.0)))
    blocks = list(feed.blocks(InputRecord(0.0, 812, np.ones(724, np.float32), 0.0)))
    joined = np.concatenate(blocks)
    np.testing.assert_array_equal(joined, np.concatenate([silence(300), np.ones(724, np.float32)]))
    assert feed.missing_samples == 300


def test_a_restart_takes_its_place_from_the_next_callback():
    feed = MicrophoneFeed(SAMPLE_RATE_HZ)
    list(feed.blocks(InputRecord(0.0, 0, silence(700), 0.0)))
    feed.restart()
    assert len(list(feed.blocks(InputRecord(0.0, 50_000, silence(512), 0.0)))) == 1
    assert feed.next_sample == 50_512
    assert feed.missing_samples == 0


@pytest.mark.parametrize("rate_hz", [8_000, 44_100, 48_000])
def test_a_tone_at_a_native_rate_arrives_in_time_and_unchanged(rate_hz):
    feed = MicrophoneFeed(rate_hz)
    n = 3 * rate_hz
    tone = (0.5 * np.sin(2.0 * np.pi * 440.0 * np.arange(n) / rate_hz)).astype(np.float32)
    size = rate_hz // 40
    blocks = [b for k in range(0, n, size) for b in feed.blocks(InputRecord(0.0, k, tone[k : k + size], 0.0))]
    got = np.concatenate(blocks)
    expected = 0.5 * np.sin(2.0 * np.pi * 440.0 * np.arange(len(got)) / SAMPLE_RATE_HZ)
    assert len(got) > 2.8 * SAMPLE_RATE_HZ
    middle = slice(SAMPLE_RATE_HZ // 2, 2 * SAMPLE_RATE_HZ)
    np.testing.assert_allclose(got[middle], expected[middle], atol=1e-3)


def test_equal_rates_pass_through_untouched(rng):
    samples = rng.standard_normal(100).astype(np.float32)
    assert RateConverter(16_000, 16_000)(samples) is samples


class Loudspeaker:
    """A feed and the callback that plays what it gives, ``frames`` at a time."""

    def __init__(self, rate_hz: int = SAMPLE_RATE_HZ) -> None:
        self.side = OutputSide()
        self.side.prepare(rate_hz)
        self.heard = HeardTrack()
        self.feed = LoudspeakerFeed(rate_hz, self.side, self.heard)
        self.played: list[np.ndarray] = []

    def callback(self, frames: int) -> None:
        buffer = np.full((frames, 1), np.nan, np.float32)
        self.side.callback(buffer, frames, Stamps, None)
        self.played.append(buffer[:, 0].copy())
        while not self.side.records.empty():
            self.feed.follow(self.side.records.get())


def test_a_line_begins_behind_its_reserve_and_is_played_whole():
    speaker = Loudspeaker()
    line = np.arange(1, 4 * BLOCK_SAMPLES + 1, dtype=np.float32)
    began = [speaker.feed.accept(block) for block in line.reshape(-1, BLOCK_SAMPLES)]
    assert began == [True, False, False, False]
    for _ in range(12):
        speaker.callback(400)
    played = np.concatenate(speaker.played)
    assert np.flatnonzero(played)[0] == LEAST_QUEUE_SAMPLES
    np.testing.assert_array_equal(played[played != 0.0], line)


def test_between_lines_the_queue_stays_near_its_reserve_whatever_the_clocks_do():
    for frames in (500, 512, 530):
        speaker = Loudspeaker()
        levels = []
        for _ in range(400):
            speaker.feed.accept(silence())
            levels.append(speaker.feed.level_samples)
            speaker.callback(frames)
        assert min(levels) >= LEAST_QUEUE_SAMPLES
        assert max(levels) <= LEAST_QUEUE_SAMPLES + 2 * BLOCK_SAMPLES


def test_heard_is_what_was_played_even_when_a_line_ran_dry(rng):
    speaker = Loudspeaker()
    line = np.arange(1, 20 * BLOCK_SAMPLES + 1, dtype=np.float32)
    for n, block in enumerate(line.reshape(-1, BLOCK_SAMPLES)):
        speaker.feed.accept(block)
        speaker.callback(int(rng.integers(300, 700)) if n != 9 else 4000)
    for _ in range(10):
        speaker.feed.accept(silence())
        speaker.callback(700)
    played = np.concatenate(speaker.played)
    assert speaker.feed.n_ran_dry >= 1
    speaker.heard.start(0, 0)
    heard = np.concatenate([speaker.heard.take(0) for _ in range(len(played) // BLOCK_SAMPLES)])
    np.testing.assert_array_equal(heard, played[: len(heard)])


def test_the_reserve_grows_with_each_line_that_ran_dry_up_to_a_limit():
    speaker = Loudspeaker()
    for n in range(1, 12):
        speaker.feed.accept(np.ones(BLOCK_SAMPLES, np.float32))
        speaker.callback(10_000)
        assert speaker.feed.n_ran_dry == n
        speaker.feed.accept(silence())
        speaker.callback(10_000)
    assert speaker.feed.reserve_samples == MOST_QUEUE_SAMPLES


@pytest.mark.parametrize("rate_hz", [44_100, 48_000])
def test_at_a_native_rate_heard_keeps_the_samples_and_their_place(rate_hz, rng):
    speaker = Loudspeaker(rate_hz)
    noise = rng.standard_normal(30 * BLOCK_SAMPLES).astype(np.float32)
    line = (np.cumsum(noise - np.convolve(noise, np.ones(8) / 8, "same")) * 0.01 + 1e-3).astype(np.float32)
    line[line == 0.0] = 1e-4
    blocks = [*line.reshape(-1, BLOCK_SAMPLES), *[silence()] * 30]
    per_block = BLOCK_SAMPLES * rate_hz // SAMPLE_RATE_HZ
    for block in blocks:
        speaker.feed.accept(block)
        speaker.callback(per_block)
    played = np.concatenate(speaker.played)
    speaker.heard.start(0, 0)
    heard = np.concatenate([speaker.heard.take(0) for _ in range(len(blocks) - 2)])
    np.testing.assert_array_equal(heard[heard != 0.0], line)
    assert speaker.feed.n_ran_dry == 0
    # Where it lies: against what was played, brought back to 16 kHz by an independent way.
    moments = np.arange(len(heard)) * rate_hz / SAMPLE_RATE_HZ
    back = np.interp(moments, np.arange(len(played)), played)
    lags = range(-8, 9)
    window = slice(8 * BLOCK_SAMPLES, 28 * BLOCK_SAMPLES)
    scores = [float(np.dot(heard[window], np.roll(back, lag)[window])) for lag in lags]
    assert abs(lags[int(np.argmax(scores))]) <= 1


def test_a_record_that_was_lost_costs_nothing():
    speaker = Loudspeaker()
    speaker.feed.accept(np.arange(1, 513, dtype=np.float32))
    n = LEAST_QUEUE_SAMPLES + 512
    # One record for what two callbacks took: the counts are cumulative.
    speaker.feed.follow(OutputRecord(0.0, n + 100, n, 0, 0.0))
    speaker.heard.start(LEAST_QUEUE_SAMPLES, 0)
    np.testing.assert_array_equal(speaker.heard.take(0), np.arange(1, 513, dtype=np.float32))
