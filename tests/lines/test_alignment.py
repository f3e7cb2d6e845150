"""The delay between both counters, against simulated devices whose latencies are known."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest

from voicesim.audio.clip import SAMPLE_RATE_HZ
from voicesim.lines.alignment import DEADBAND_S, Alignment, LatencySource
from voicesim.lines.streams import InputRecord, OutputRecord

CALLBACK_S = 0.025


@dataclass
class Devices:
    """Two streams with true latencies; what their callbacks say may differ from the truth."""

    rng: np.random.Generator
    latency_in_s: float = 0.03
    latency_out_s: float = 0.11
    stamp_error_s: float = 0.0
    has_stamps: bool = True
    input_rate_hz: int = 16_000
    output_rate_hz: int = 16_000
    input_ppm: float = 0.0
    now_s: float = 50.0
    start_in_s: float = 50.0
    start_out_s: float = 49.2
    buffer_s: float = 0.0
    """How much fuller than at first the driver keeps its output buffer."""
    silent_s: float = 0.0
    """How much of the output's time was silence that the driver put in."""
    lost_s: float = 0.0
    """How much of the microphone's sound the driver has thrown away."""
    lost_sound: bool = False
    """Whether the next callback comes after it did."""
    ran_dry: bool = False
    """Whether the next callback comes after an underflow."""

    def true_delay(self) -> int:
        """What sounds now is the microphone's one index and the output's other position, at 16 kHz."""
        index_s = (self.now_s - self.start_in_s) * (1.0 + self.input_ppm * 1e-6) - self.lost_s
        position_s = self.now_s - self.start_out_s - self.silent_s
        return round((index_s - position_s) * SAMPLE_RATE_HZ)

    def run(self, alignment: Alignment, for_s: float) -> None:
        frames_in, frames_out = self.counts()
        until_s = self.now_s + for_s
        while self.now_s < until_s:
            self.now_s += CALLBACK_S
            late_s = self.rng.uniform(0.0, 0.01)
            before_in, before_out = frames_in, frames_out
            frames_in, frames_out = self.counts()
            n_in, n_out = frames_in - before_in, frames_out - before_out
            nan = float("nan")
            age_s = self.latency_in_s + late_s + n_in / self.input_rate_hz + self.stamp_error_s
            ahead_s = self.latency_out_s + self.buffer_s - late_s - n_out / self.output_rate_hz
            samples = np.zeros(n_in, np.float32)
            moment_s = self.now_s + late_s
            age_s = age_s if self.has_stamps else nan
            alignment.see_input(InputRecord(moment_s, before_in, samples, age_s, self.lost_sound))
            self.lost_sound = False
            alignment.see_output(
                OutputRecord(
                    moment_s, frames_out, 0, before_out, ahead_s if self.has_stamps else nan, self.ran_dry
                )
            )
            self.ran_dry = False
            alignment.delay_samples()

    def counts(self) -> tuple[int, int]:
        """What both callbacks have counted by now: sound that is old already, sound that is yet to be heard."""
        index_s = (self.now_s - self.latency_in_s - self.start_in_s) * (
            1.0 + self.input_ppm * 1e-6
        ) - self.lost_s
        position_s = self.now_s + self.latency_out_s + self.buffer_s - self.start_out_s - self.silent_s
        return round(index_s * self.input_rate_hz), round(position_s * self.output_rate_hz)


def alignment_for(devices: Devices) -> Alignment:
    return Alignment(
        input_rate_hz=devices.input_rate_hz,
        output_rate_hz=devices.output_rate_hz,
        claimed_latencies_s=(0.1, 0.1),
    )


def error_s(alignment: Alignment, devices: Devices) -> float:
    return abs(alignment.delay_samples() - devices.true_delay()) / SAMPLE_RATE_HZ


@pytest.mark.parametrize("rates", [(16_000, 16_000), (44_100, 48_000)])
def test_time_stamps_give_the_delay_where_they_are_right(rng, rates):
    devices = Devices(rng, input_rate_hz=rates[0], output_rate_hz=rates[1])
    alignment = alignment_for(devices)
    devices.run(alignment, 2.0)
    alignment.use_stamps()
    assert alignment.source is LatencySource.TIME_STAMPS
    assert error_s(alignment, devices) < 0.012


@pytest.mark.parametrize("has_stamps", [False, True])
def test_without_sensible_stamps_what_is_declared_stands_in(rng, has_stamps):
    devices = Devices(rng, has_stamps=has_stamps, stamp_error_s=5.0)
    alignment = alignment_for(devices)
    devices.run(alignment, 2.0)
    alignment.use_stamps()
    assert alignment.source is LatencySource.DECLARED
    claimed_off_s = 0.2 - (devices.latency_in_s + devices.latency_out_s)
    assert error_s(alignment, devices) == pytest.approx(claimed_off_s, abs=0.012)


def test_a_loopback_puts_wrong_stamps_right(rng):
    devices = Devices(rng, stamp_error_s=0.2)
    alignment = alignment_for(devices)
    devices.run(alignment, 2.0)
    alignment.use_stamps()
    assert error_s(alignment, devices) > 0.15
    alignment.use_loopback(devices.true_delay())
    assert alignment.source is LatencySource.LOOPBACK
    assert error_s(alignment, devices) == 0.0
    alignment.use_stamps()
    assert alignment.source is LatencySource.LOOPBACK
    assert alignment.n_measured == 1
    assert alignment.largest_correction_s == 0.0


def test_drift_is_followed_within_the_deadband(rng):
    devices = Devices(rng, input_ppm=120.0)
    alignment = alignment_for(devices)
    devices.run(alignment, 5.0)
    alignment.use_loopback(devices.true_delay())
    worst_s = 0.0
    for _ in range(60):
        devices.run(alignment, 5.0)
        worst_s = max(worst_s, error_s(alignment, devices))
    # 36 ms of drift in five minutes.
    assert worst_s < DEADBAND_S + 0.005
    assert alignment.drift_ppm == pytest.approx(120.0, abs=15.0)


def test_silence_that_the_driver_put_in_is_followed_within_seconds(rng):
    devices = Devices(rng)
    alignment = alignment_for(devices)
    devices.run(alignment, 5.0)
    alignment.use_loopback(devices.true_delay())
    devices.silent_s += 0.3
    assert error_s(alignment, devices) > 0.25
    devices.run(alignment, 10.0)
    assert error_s(alignment, devices) < 0.012


@pytest.mark.parametrize("side", ["output", "input"])
def test_after_a_fault_of_the_driver_the_counts_are_right_within_a_second(rng, side):
    devices = Devices(rng)
    alignment = alignment_for(devices)
    devices.run(alignment, 5.0)
    alignment.use_loopback(devices.true_delay())
    if side == "output":
        devices.silent_s, devices.ran_dry = 0.3, True
    else:
        devices.lost_s, devices.lost_sound = 0.3, True
    devices.run(alignment, 1.0)
    assert error_s(alignment, devices) < 0.005


def test_a_fuller_buffer_moves_the_counts_and_not_the_delay(rng):
    devices = Devices(rng)
    alignment = alignment_for(devices)
    devices.run(alignment, 5.0)
    alignment.use_loopback(devices.true_delay())
    devices.buffer_s += 0.19
    devices.run(alignment, 15.0)
    assert error_s(alignment, devices) < 0.012


def test_after_an_underflow_the_lesser_of_both_changes_is_true(rng):
    # As measured on PulseAudio: the driver threw sound away and fills its buffer more than before.
    devices = Devices(rng)
    alignment = alignment_for(devices)
    devices.run(alignment, 5.0)
    alignment.use_loopback(devices.true_delay())
    devices.silent_s -= 0.103
    devices.buffer_s += 0.19
    devices.run(alignment, 12.0)
    assert error_s(alignment, devices) < 0.012


def test_counts_and_stamps_that_contradict_each_other_move_nothing(rng):
    devices = Devices(rng)
    alignment = alignment_for(devices)
    devices.run(alignment, 5.0)
    alignment.use_loopback(devices.true_delay())
    devices.buffer_s -= 0.025
    devices.stamp_error_s -= 0.04
    devices.run(alignment, 12.0)
    assert error_s(alignment, devices) == 0.0


def test_stamps_that_wander_alone_move_nothing(rng):
    devices = Devices(rng)
    alignment = alignment_for(devices)
    devices.run(alignment, 5.0)
    alignment.use_loopback(devices.true_delay())
    for error in np.linspace(0.0, 0.06, 20):
        devices.stamp_error_s = float(error)
        devices.run(alignment, 1.0)
    assert error_s(alignment, devices) == 0.0


def test_before_the_streams_were_seen_nothing_is_settled(rng):
    devices = Devices(rng)
    alignment = alignment_for(devices)
    assert not alignment.is_ready
    assert alignment.delay_samples() == 0
    alignment.use_loopback(123)
    assert alignment.n_measured == 0
    devices.run(alignment, 1.0)
    assert alignment.is_ready
    alignment.clear()
    assert not alignment.is_ready


def test_stamps_far_above_what_was_asked_for_are_suspicious(rng):
    alignment = alignment_for(Devices(rng))
    assert not alignment.is_suspicious(0.2)
    assert alignment.is_suspicious(0.37)
