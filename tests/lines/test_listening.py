"""The delay measured again after each line."""

from __future__ import annotations

import numpy as np
import pytest

from voicesim.audio.clip import BLOCK_SAMPLES, SAMPLE_RATE_HZ
from voicesim.lines.listening import AFTER_S, LEAST_SOUND_S, LineListener


def feed(listener: LineListener, microphone: np.ndarray, heard: np.ndarray, delay: int) -> list[int]:
    n_whole = len(heard) - len(heard) % BLOCK_SAMPLES
    found = [
        listener.step(microphone[n : n + BLOCK_SAMPLES], heard[n : n + BLOCK_SAMPLES], delay)
        for n in range(0, n_whole, BLOCK_SAMPLES)
    ]
    return [delay for delay in found if delay is not None]


def line_at(rng: np.random.Generator, *, at_s: float, for_s: float, whole_s: float) -> np.ndarray:
    sound = np.zeros(round(whole_s * SAMPLE_RATE_HZ), np.float32)
    start, n = round(at_s * SAMPLE_RATE_HZ), round(for_s * SAMPLE_RATE_HZ)
    sound[start : start + n] = 0.1 * rng.standard_normal(n)
    return sound


@pytest.mark.parametrize("lag", [-2000, -17, 0, 640, 5000])
def test_the_customer_in_the_microphone_gives_the_true_delay(rng, lag):
    heard = line_at(rng, at_s=1.0, for_s=2.0, whole_s=5.0)
    assert feed(LineListener(), np.roll(heard, lag), heard, -900) == [-900 + lag]


def test_each_line_is_looked_at_once_when_it_is_over(rng):
    first = line_at(rng, at_s=0.5, for_s=1.0, whole_s=3.0)
    second = line_at(rng, at_s=0.5, for_s=5.0, whole_s=7.0)
    listener = LineListener()
    assert feed(listener, np.roll(first, 100), first, 0) == [100]
    assert feed(listener, np.roll(second, 300), second, 0) == [300]


def test_a_microphone_without_the_customer_gives_nothing(rng):
    heard = line_at(rng, at_s=1.0, for_s=2.0, whole_s=5.0)
    noise = (0.01 * rng.standard_normal(len(heard))).astype(np.float32)
    assert feed(LineListener(), noise, heard, 0) == []
    assert feed(LineListener(), np.zeros_like(heard), heard, 0) == []


def test_a_line_in_which_the_output_stumbled_is_not_believed(rng):
    heard = line_at(rng, at_s=0.5, for_s=2.0, whole_s=3.0)
    late = np.where(np.arange(len(heard)) < 2 * SAMPLE_RATE_HZ, np.roll(heard, 100), np.roll(heard, 2000))
    listener = LineListener()
    half = 40 * BLOCK_SAMPLES
    assert feed(listener, late[:half], heard[:half], 0) == []
    listener.spoil()
    assert feed(listener, late[half:], heard[half:], 0) == []
    after = line_at(rng, at_s=2.5, for_s=2.0, whole_s=5.5)
    assert feed(listener, np.roll(after, 2000), after, 0) == [2000]


def test_too_short_a_sound_proves_nothing(rng):
    heard = line_at(rng, at_s=1.0, for_s=LEAST_SOUND_S - 0.1, whole_s=4.0)
    assert feed(LineListener(), np.roll(heard, 100), heard, 0) == []


def test_a_pause_inside_a_line_is_not_its_end(rng):
    heard = line_at(rng, at_s=0.5, for_s=1.0, whole_s=4.0)
    heard += line_at(rng, at_s=1.5 + AFTER_S - 0.1, for_s=1.0, whole_s=4.0)
    assert feed(LineListener(), np.roll(heard, 50), heard, 0) == [50]
