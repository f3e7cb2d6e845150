"""A stream's line found again under bursts, drift and losses that are put in on purpose."""

from __future__ import annotations

import numpy as np
import pytest

from voicesim.lines.clocks import DRIFT_AFTER_S, TRUST_AFTER_S, WINDOW_S, StreamClock

RATE_HZ = 16_000
CALLBACK = 400


def observed(
    clock: StreamClock,
    *,
    seconds: float,
    rng: np.random.Generator,
    ppm: float = 0.0,
    late_s: float = 0.03,
    first_s: float = 100.0,
    first_frame: int = 0,
    lost: tuple[float, int] | None = None,
) -> None:
    """Callbacks of 400 frames, each late by up to ``late_s``; ``lost`` is (moment, frames)."""
    frames = first_frame
    for n in range(1, int(seconds * RATE_HZ / CALLBACK)):
        due_s = n * CALLBACK / (RATE_HZ * (1.0 + ppm * 1e-6))
        if lost is not None and due_s >= lost[0]:
            frames -= lost[1]
            lost = None
        frames += CALLBACK
        clock.observe(first_s + due_s + rng.uniform(0.0, late_s), frames)


def test_the_offset_is_that_of_the_callback_that_was_in_time(rng):
    clock = StreamClock(RATE_HZ)
    observed(clock, seconds=5.0, rng=rng)
    assert clock.offset_s == pytest.approx(-100.0, abs=2e-3)
    assert clock.offset_s <= -100.0


def test_nothing_is_said_before_enough_was_seen(rng):
    clock = StreamClock(RATE_HZ)
    assert clock.offset_s is None
    assert clock.elapsed() == (0.0, 0)
    assert clock.drift_ppm is None
    observed(clock, seconds=TRUST_AFTER_S / 2, rng=rng)
    assert clock.offset_s is None


def test_after_a_silence_the_past_is_not_believed(rng):
    clock = StreamClock(RATE_HZ)
    observed(clock, seconds=3.0, rng=rng)
    clock.observe(100.0 + 3.0 + 2.0 * WINDOW_S, 3 * RATE_HZ)
    assert clock.offset_s is None


@pytest.mark.parametrize("ppm", [-150.0, 0.0, 80.0])
def test_drift_is_found_within_a_few_ppm(rng, ppm):
    clock = StreamClock(RATE_HZ)
    observed(clock, seconds=120.0, rng=rng, ppm=ppm)
    assert clock.drift_ppm == pytest.approx(ppm, abs=15.0)
    assert clock.lost_s == 0.0


def test_drift_of_a_short_stretch_is_not_said(rng):
    clock = StreamClock(RATE_HZ)
    observed(clock, seconds=DRIFT_AFTER_S, rng=rng)
    assert clock.drift_ppm is None


@pytest.mark.parametrize("n_lost", [800, 4000, 16_000])
def test_lost_frames_are_counted_and_are_no_drift(rng, n_lost):
    clock = StreamClock(RATE_HZ)
    observed(clock, seconds=60.0, rng=rng, ppm=40.0, lost=(31.3, n_lost))
    assert clock.lost_s == pytest.approx(n_lost / RATE_HZ, abs=5e-3)
    assert clock.drift_ppm == pytest.approx(40.0, abs=60.0)


def test_a_stall_that_catches_up_loses_nothing(rng):
    clock = StreamClock(RATE_HZ)
    observed(clock, seconds=10.0, rng=rng, first_s=0.0)
    # Nothing for three seconds, then all of it at once.
    for n in range(1, 121):
        clock.observe(13.0 + 1e-4 * n, 10 * RATE_HZ - CALLBACK + n * CALLBACK)
    observed(clock, seconds=10.0, rng=rng, first_s=13.0, first_frame=13 * RATE_HZ - CALLBACK)
    assert clock.lost_s == pytest.approx(0.0, abs=0.03)


@pytest.mark.parametrize("late_s", [0.0, 0.03, 0.1])
def test_frames_and_wall_time_are_compared_without_the_bursts(rng, late_s):
    clock = StreamClock(RATE_HZ)
    observed(clock, seconds=300.0, rng=rng, late_s=late_s)
    wall_s, frames = clock.elapsed()
    assert wall_s > 290.0
    assert frames / wall_s == pytest.approx(RATE_HZ, rel=2e-4)


def test_counting_begins_anew_without_forgetting_the_offset(rng):
    clock = StreamClock(RATE_HZ)
    observed(clock, seconds=30.0, rng=rng, lost=(11.0, 4000))
    assert clock.lost_s > 0.2
    offset_s = clock.offset_s
    clock.start_counting()
    assert clock.offset_s == offset_s
    assert clock.lost_s == 0.0
    assert clock.elapsed() == (0.0, 0)
    clock.clear()
    assert clock.offset_s is None
