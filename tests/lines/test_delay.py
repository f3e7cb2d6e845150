"""The customer found in the microphone: how late, how loud, how surely; truth by construction."""

from __future__ import annotations

import numpy as np
import pytest
import soundfile

from voicesim.audio.clip import SAMPLE_RATE_HZ
from voicesim.errors import ParameterError
from voicesim.lines.delay import LEAST_ECHO_DB, SURE_PEAK_RATIO, estimate_echo_path

N = 4 * SAMPLE_RATE_HZ


@pytest.fixture(scope="module")
def voices(repository) -> tuple[np.ndarray, np.ndarray]:
    def read(name: str) -> np.ndarray:
        samples, rate_hz = soundfile.read(repository / "audio_fixtures" / name, dtype="float32")
        assert rate_hz == SAMPLE_RATE_HZ
        return samples

    played = np.zeros(N, np.float32)
    line = read("demo-polite/01.flac")[: 2 * SAMPLE_RATE_HZ]
    played[SAMPLE_RATE_HZ : SAMPLE_RATE_HZ + len(line)] = line
    other = np.resize(read("demo-angry/03.flac"), N)
    return played, other


def echo_of(played: np.ndarray, rng: np.random.Generator, *, lag: int, echo_db: float) -> np.ndarray:
    """Through a room with a decay of 0.3 s, at exactly this level against what was played."""
    n = np.arange(SAMPLE_RATE_HZ // 4)
    response = 0.1 * rng.standard_normal(len(n)) * 10.0 ** (-3.0 * n / SAMPLE_RATE_HZ / 0.3)
    response[0] = 1.0
    echo = np.roll(np.convolve(played, response)[: len(played)], lag)
    scale = 10.0 ** (echo_db / 20.0) * np.sqrt(np.sum(np.square(played)) / np.sum(np.square(echo)))
    return (scale * echo).astype(np.float32)


@pytest.mark.parametrize("lag", [-7000, -3, 0, 1, 320, 12_345])
def test_a_loop_is_found_to_the_sample(voices, lag):
    played = voices[0]
    path = estimate_echo_path(played, np.roll(played, lag), max_lag_s=1.0)
    assert path is not None
    assert path.lag_samples == lag
    assert path.is_sure
    assert path.echo_db == pytest.approx(0.0, abs=0.5)


@pytest.mark.parametrize("echo_db", [-10.0, -25.0, -40.0])
def test_an_echo_is_found_with_its_level(voices, rng, echo_db):
    played = voices[0]
    noise = 1e-3 * 10.0 ** (echo_db / 20.0) * rng.standard_normal(N)
    microphone = (echo_of(played, rng, lag=320, echo_db=echo_db) + noise).astype(np.float32)
    path = estimate_echo_path(played, microphone, max_lag_s=1.0)
    assert path is not None
    assert path.is_sure
    assert path.lag_samples == 320
    assert path.echo_db == pytest.approx(echo_db, abs=1.0)


@pytest.mark.parametrize("what", ["noise", "somebody else", "somebody else, shifted"])
def test_what_is_not_the_customer_is_not_taken_for_him(voices, rng, what):
    played, other = voices
    microphone = {
        "noise": (0.01 * rng.standard_normal(N)).astype(np.float32),
        "somebody else": other,
        "somebody else, shifted": np.roll(other, 5000),
    }[what]
    path = estimate_echo_path(played, microphone, max_lag_s=1.0)
    assert path is not None
    assert not path.is_sure
    assert path.peak_ratio < 0.7 * SURE_PEAK_RATIO


def test_somebody_speaking_over_a_loud_echo_does_not_move_it(voices, rng):
    played, other = voices
    microphone = echo_of(played, rng, lag=160, echo_db=0.0) + 0.1 * other
    path = estimate_echo_path(played, microphone.astype(np.float32), max_lag_s=0.5)
    assert path is not None
    assert path.is_sure
    assert path.lag_samples == 160


def test_a_silent_microphone_holds_nobody(voices):
    path = estimate_echo_path(voices[0], np.zeros(N, np.float32), max_lag_s=0.5)
    assert path is not None
    assert not path.is_sure
    assert path.echo_db == LEAST_ECHO_DB


def test_nothing_played_is_nothing_to_find():
    silent = np.zeros(N, np.float32)
    assert estimate_echo_path(silent, silent + 0.1, max_lag_s=0.5) is None


def test_channels_of_different_lengths_are_refused(voices):
    with pytest.raises(ParameterError, match="one length"):
        estimate_echo_path(voices[0], voices[0][:-1], max_lag_s=0.5)
