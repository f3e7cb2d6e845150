"""What was heard, against a loudspeaker whose every sample is known."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voicesim.audio.clip import BLOCK_SAMPLES
from voicesim.lines.heard import QUIET_SAMPLES, HeardTrack


def line(n_samples: int, start: int = 1) -> np.ndarray:
    """Samples that say which they are, none of them zero."""
    return np.arange(start, start + n_samples, dtype=np.float32)


def silence(n_samples: int) -> np.ndarray:
    return np.zeros(n_samples, np.float32)


def take(track: HeardTrack, n_blocks: int, delay_samples: int) -> np.ndarray:
    return np.concatenate([track.take(delay_samples) for _ in range(n_blocks)])


@given(
    delay=st.integers(-3000, 3000),
    before=st.integers(0, 2000),
    length=st.integers(1, 3000),
    callback=st.integers(1, 700),
)
@settings(deadline=None, max_examples=60)
def test_with_a_steady_delay_every_sample_lies_where_it_was_played(delay, before, length, callback):
    track = HeardTrack()
    played = np.concatenate([silence(before), line(length)])
    track.hand_out(played)
    at = 0
    while at < len(played):
        n = min(callback, len(played) - at)
        track.consume(n, 0)
        at += n
    track.consume(0, 10_000)
    track.start(0, delay)
    heard = take(track, 20, delay)
    expected = silence(len(heard))
    first = before + delay
    kept = played[before + max(0, -first) :]
    expected[max(0, first) : max(0, first) + len(kept)] = kept[: max(0, len(expected) - max(0, first))]
    np.testing.assert_array_equal(heard, expected)


def test_silence_that_the_output_put_in_is_heard_as_silence():
    track = HeardTrack()
    track.hand_out(line(300))
    assert not track.consume(100, 0)
    assert track.consume(0, 50), "silence inside a line is a cut"
    assert not track.consume(200, 0)
    track.consume(0, 2000)
    track.start(0, 0)
    expected = np.concatenate([line(100), silence(50), line(200, start=101), silence(162)])
    np.testing.assert_array_equal(track.take(0), expected)


def test_silence_after_the_end_of_a_line_is_no_cut():
    track = HeardTrack()
    track.hand_out(np.concatenate([line(100), silence(28)]))
    assert not track.consume(128, 400)


def test_a_longer_delay_waits_for_the_end_of_the_line_and_puts_in_silence():
    track = HeardTrack()
    track.hand_out(np.concatenate([silence(BLOCK_SAMPLES), line(600), silence(3000), line(100, start=5000)]))
    track.consume(BLOCK_SAMPLES + 3700, 0)
    track.consume(0, 4000)
    track.start(0, 0)
    heard = np.concatenate([track.take(0), take(track, 12, 70)])
    at = np.flatnonzero(heard)
    # The silence before the line is long enough to take it up at once.
    assert at[0] == BLOCK_SAMPLES + 70
    assert at[600] == BLOCK_SAMPLES + 3600 + 70
    np.testing.assert_array_equal(heard[at], np.concatenate([line(600), line(100, start=5000)]))
    assert track.adjusted_samples == 70


def test_inside_a_line_the_delay_stays():
    track = HeardTrack()
    track.hand_out(np.concatenate([line(2000), silence(2000), line(100, start=5000)]))
    track.consume(4100, 5000)
    track.start(0, 0)
    heard = np.concatenate([track.take(0), take(track, 12, -200)])
    np.testing.assert_array_equal(heard[:2000], line(2000))
    # The next line comes earlier by what was left out of the silence between.
    assert np.flatnonzero(heard)[2000] == 4000 - 200
    assert track.adjusted_samples == 200


@pytest.mark.parametrize("delay", [-300, 300])
def test_a_line_with_a_short_pause_stays_in_one_piece(delay):
    whole = np.concatenate([line(900), silence(QUIET_SAMPLES - 200), line(900, start=2000)])
    track = HeardTrack()
    track.hand_out(whole)
    track.consume(len(whole), 6000)
    track.start(0, 0)
    heard = np.concatenate([track.take(0), take(track, 10, delay)])
    np.testing.assert_array_equal(heard[: len(whole)], whole)


def test_no_more_silence_is_left_out_than_there_is():
    track = HeardTrack()
    track.hand_out(np.concatenate([silence(QUIET_SAMPLES), line(700)]))
    track.consume(QUIET_SAMPLES + 700, 5000)
    track.start(0, 0)
    heard = take(track, 4, -5000)
    np.testing.assert_array_equal(heard[:700], line(700))


@given(
    delays=st.lists(st.integers(-4000, 4000), min_size=1, max_size=40),
    pieces=st.lists(st.tuples(st.integers(1, 2000), st.integers(0, 2500)), min_size=1, max_size=8),
)
@settings(deadline=None, max_examples=60)
def test_whatever_the_delay_does_no_sample_is_lost_doubled_or_changed(delays, pieces):
    track = HeardTrack()
    at = 1
    for n_sounding, n_silent in pieces:
        track.hand_out(np.concatenate([line(n_sounding, start=at), silence(n_silent)]))
        track.consume(n_sounding + n_silent, 0)
        at += n_sounding
    track.consume(0, 200_000)
    track.start(0, 0)
    blocks = [track.take(delay) for delay in delays]
    blocks += [track.take(delays[-1]) for _ in range(120)]
    heard = np.concatenate(blocks)
    np.testing.assert_array_equal(heard[heard != 0.0], line(at - 1))


def test_what_is_not_consumed_yet_is_heard_later_and_counted():
    track = HeardTrack()
    track.hand_out(line(1000))
    track.consume(300, 0)
    track.start(0, 0)
    first = track.take(0)
    np.testing.assert_array_equal(first[:300], line(300))
    assert not first[300:].any()
    assert track.gap_samples == 212
    track.consume(700, 0)
    second = take(track, 2, 0)
    np.testing.assert_array_equal(second[:700], line(700, start=301))


def test_a_start_lets_go_of_what_was_played_before():
    track = HeardTrack()
    track.hand_out(np.concatenate([line(1000), silence(1000), line(50, start=7000)]))
    track.consume(2050, 3000)
    track.start(1500, 0)
    heard = take(track, 3, 0)
    assert np.flatnonzero(heard)[0] == 500
    np.testing.assert_array_equal(heard[heard != 0.0], line(50, start=7000))
    assert track.microphone_samples == 1500 + 3 * BLOCK_SAMPLES
    assert track.delay_samples == 0


def test_the_counters_tell_where_things_stand():
    track = HeardTrack()
    track.hand_out(line(10))
    track.consume(10, 90)
    assert track.consumed_samples == 100
    track.start(1000, 970)
    assert track.delay_samples == 970
