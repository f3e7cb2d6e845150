"""Loudness against vectors made from the Recommendation, and against pyloudnorm."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyloudnorm
import pytest

from tests.measure.builders import recording
from voicesim.measure.loudness import k_weighting, loudness_lufs


def sine(rate_hz: int, peak_dbov: float, duration_s: float, hz: float = 1000.0) -> np.ndarray:
    return 10 ** (peak_dbov / 20) * np.sin(2 * np.pi * hz * np.arange(round(duration_s * rate_hz)) / rate_hz)


@pytest.mark.parametrize("rate_hz", [16_000, 48_000])
def test_997_hz_at_full_scale_is_minus_3_01(rate_hz: int) -> None:
    """BS.1770-4 annex 1: a 0 dB FS, 997 Hz sine in one channel reads -3.01 LKFS."""
    assert loudness_lufs([sine(rate_hz, 0.0, 5.0, 997.0)], rate_hz) == pytest.approx(-3.01, abs=0.1)


# EBU Tech 3341 cases 1-5, in one channel: 3.01 LU below the stereo ones.
CASES = [
    ([(-23.0, 20.0)], -23.0),
    ([(-33.0, 20.0)], -33.0),
    ([(-36.0, 10.0), (-23.0, 60.0), (-36.0, 10.0)], -23.0),
    ([(-72.0, 10.0), (-36.0, 10.0), (-23.0, 60.0), (-36.0, 10.0), (-72.0, 10.0)], -23.0),
    ([(-26.0, 20.0), (-20.0, 20.1), (-26.0, 20.0)], -23.0),
]


@pytest.mark.parametrize(("parts", "expected"), CASES)
@pytest.mark.parametrize("rate_hz", [16_000, 48_000])
def test_gates(parts: list[tuple[float, float]], expected: float, rate_hz: int) -> None:
    sound = [sine(rate_hz, dbov, duration_s) for dbov, duration_s in parts]

    assert loudness_lufs(sound, rate_hz) == pytest.approx(expected - 3.01, abs=0.1)


def test_filters_are_those_of_the_recommendation() -> None:
    """BS.1770-4 tables 1 and 2, for 48 kHz."""
    shelf, high_pass = k_weighting(48_000)

    assert shelf[:3] == pytest.approx([1.53512485958697, -2.69169618940638, 1.19839281085285], abs=1e-8)
    assert shelf[4:] == pytest.approx([-1.69065929318241, 0.73248077421585], abs=1e-8)
    assert high_pass[:3] == pytest.approx([1.0, -2.0, 1.0], abs=1e-12)
    assert high_pass[4:] == pytest.approx([-1.99004745483398, 0.99007225036621], abs=1e-8)


def test_agrees_with_pyloudnorm_on_speech(data_dir: Path) -> None:
    for name in ("speech/jfk.flac", "calls/callytics-call01.flac"):
        sound = recording(data_dir / name).astype(np.float64)
        expected = pyloudnorm.Meter(16_000).integrated_loudness(sound)
        assert loudness_lufs(np.array_split(sound, 7)) == pytest.approx(expected, abs=0.1)


def test_gain_moves_it_by_the_gain(rng: np.random.Generator) -> None:
    noise = rng.normal(0, 0.05, 64_000)

    assert loudness_lufs([2 * noise]) - loudness_lufs([noise]) == pytest.approx(6.0206, abs=1e-6)


def test_too_short_or_too_faint_has_none() -> None:
    assert loudness_lufs([np.ones(1000)]) is None
    assert loudness_lufs([np.zeros(64_000)]) is None
    assert loudness_lufs([sine(16_000, -80.0, 3.0)]) is None
