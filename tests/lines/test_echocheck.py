"""The check before a call, in simulated rooms, with the detector and the canceller of a call."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.signal
import soundfile

from tests.fakes import EnergyDetector
from voicesim.audio.clip import BLOCK_SAMPLES, SAMPLE_RATE_HZ
from voicesim.engines.detector_silero import SileroDetector
from voicesim.engines.echo_webrtc import WebRtcEchoCanceller
from voicesim.errors import ParameterError
from voicesim.lines.delay import estimate_echo_path
from voicesim.lines.echocheck import (
    BEFORE_S,
    CHIRP_S,
    SPEECH_S,
    EchoDecision,
    check_echo,
    decide,
    make_probe,
    speech_share,
)
from voicesim.lines.pump import ProbeRecording


class SimulatedRoom:
    """A line that plays a probe into a room of which everything is known."""

    def __init__(
        self, response: np.ndarray | None, *, noise_dbov: float = -70.0, other: np.ndarray | None = None
    ):
        self._response = response
        self._noise_rms = 10.0 ** (noise_dbov / 20.0)
        self._other = other

    def play_probe(self, probe: np.ndarray) -> ProbeRecording:
        rng = np.random.default_rng(5)
        n = len(probe) + SAMPLE_RATE_HZ // 2
        n += -n % BLOCK_SAMPLES
        heard = np.zeros(n, np.float32)
        heard[: len(probe)] = probe
        microphone = self._noise_rms * rng.standard_normal(n)
        if self._response is not None:
            microphone += np.convolve(heard, self._response)[:n]
        if self._other is not None:
            microphone += np.resize(self._other, n)
        recorded = microphone.astype(np.float32)
        path = estimate_echo_path(heard, recorded, max_lag_s=1.0)
        return ProbeRecording(microphone=recorded, heard=heard, path=path, latency_s=0.25)


class NoCanceller:
    """Gives the microphone back as it is."""

    identity = WebRtcEchoCanceller().identity
    delay_samples = 0

    def session(self) -> NoCanceller:
        return self

    def process(self, microphone: np.ndarray, heard: np.ndarray) -> np.ndarray:
        return microphone


def room(echo_db: float) -> np.ndarray:
    rng = np.random.default_rng(3)
    n = np.arange(SAMPLE_RATE_HZ // 4)
    response = 0.1 * rng.standard_normal(len(n)) * 10.0 ** (-3.0 * n / SAMPLE_RATE_HZ / 0.3)
    response[0] = 1.0
    return response * 10.0 ** (echo_db / 20.0) / np.sqrt(np.sum(np.square(response)))


@pytest.fixture(scope="module")
def speech(repository) -> np.ndarray:
    return soundfile.read(repository / "audio_fixtures/poor/02.flac", dtype="float32")[0]


@pytest.fixture(scope="module")
def somebody(repository) -> np.ndarray:
    return soundfile.read(repository / "audio_fixtures/demo-angry/03.flac", dtype="float32")[0]


@pytest.fixture(scope="module")
def engines() -> dict[str, object]:
    return {"detector": SileroDetector(), "canceller": WebRtcEchoCanceller()}


def test_a_headset_is_clear(speech, engines):
    found = check_echo(SimulatedRoom(None), speech, **engines)
    assert found.decision is EchoDecision.CLEAR
    assert not found.is_disturbed
    assert found.customer_in_microphone_db is None
    assert found.loopback_latency_s is None
    assert found.raw_speech_share == 0.0
    assert found.cancelled_speech_share is None
    assert found.noise_dbov == pytest.approx(-70.0, abs=0.5)


@pytest.mark.parametrize("echo_db", [-10.0, -25.0])
def test_a_laptops_loudspeaker_is_cancelled(speech, engines, echo_db):
    found = check_echo(SimulatedRoom(room(echo_db)), speech, **engines)
    assert found.decision is EchoDecision.CANCEL
    assert not found.is_disturbed
    assert found.customer_in_microphone_db == pytest.approx(echo_db, abs=1.5)
    assert found.loopback_latency_s == 0.25
    assert found.raw_speech_share > 0.3
    assert found.cancelled_speech_share is not None
    assert found.cancelled_speech_share < 0.02


def test_an_echo_that_the_detector_does_not_mind_is_clear(speech, engines):
    found = check_echo(SimulatedRoom(room(-70.0), noise_dbov=-55.0), speech, **engines)
    assert found.decision is EchoDecision.CLEAR


def test_an_echo_that_nothing_removes_remains(speech, engines):
    found = check_echo(
        SimulatedRoom(room(-10.0)), speech, detector=engines["detector"], canceller=NoCanceller()
    )
    assert found.decision is EchoDecision.REMAINS
    assert not found.is_disturbed
    assert found.cancelled_speech_share == pytest.approx(found.raw_speech_share)


def test_somebody_who_speaks_meanwhile_is_not_taken_for_an_echo(speech, somebody, engines):
    found = check_echo(SimulatedRoom(None, other=somebody), speech, **engines)
    assert found.is_disturbed
    assert found.decision is EchoDecision.CANCEL
    assert found.customer_in_microphone_db is None


@pytest.mark.parametrize(
    ("raw", "cancelled", "is_found", "decision", "is_disturbed"),
    [
        (0.0, None, False, EchoDecision.CLEAR, False),
        (0.019, None, True, EchoDecision.CLEAR, False),
        (0.02, 0.0, True, EchoDecision.CANCEL, False),
        (0.6, 0.019, True, EchoDecision.CANCEL, False),
        (0.6, 0.02, True, EchoDecision.REMAINS, False),
        (0.6, None, True, EchoDecision.REMAINS, False),
        (0.6, 0.5, False, EchoDecision.CANCEL, True),
    ],
)
def test_the_rule(raw, cancelled, is_found, decision, is_disturbed):
    got = decide(raw_share=raw, cancelled_share=cancelled, is_found=is_found)
    assert got == (decision, is_disturbed)


def test_the_share_is_of_the_customers_time():
    # Heard for one second, of which the microphone holds sound for a quarter.
    heard = np.zeros(4 * SAMPLE_RATE_HZ, np.float32)
    heard[16_384 : 16_384 + 32 * BLOCK_SAMPLES] = 0.1
    microphone = np.zeros_like(heard)
    microphone[16_384 : 16_384 + 8 * BLOCK_SAMPLES] = 0.1
    microphone[40_960:61_440] = 0.1  # afterwards: not in the customer's time
    recording = ProbeRecording(microphone=microphone, heard=heard, path=None, latency_s=0.0)
    assert speech_share(recording, detector=EnergyDetector()) == pytest.approx(0.25)
    nothing = ProbeRecording(microphone=microphone, heard=np.zeros_like(heard), path=None, latency_s=0.0)
    assert speech_share(nothing, detector=EnergyDetector()) == 0.0


class LateCanceller:
    """Gives the microphone back as it is, eight blocks late."""

    identity = WebRtcEchoCanceller().identity
    delay_samples = 8 * BLOCK_SAMPLES

    def __init__(self) -> None:
        self._waiting = [np.zeros(BLOCK_SAMPLES, np.float32)] * 8

    def session(self) -> LateCanceller:
        return LateCanceller()

    def process(self, microphone: np.ndarray, heard: np.ndarray) -> np.ndarray:
        self._waiting.append(microphone)
        return self._waiting.pop(0)


def test_what_a_late_canceller_gives_is_laid_where_it_belongs():
    heard = np.zeros(4 * SAMPLE_RATE_HZ, np.float32)
    heard[32 * BLOCK_SAMPLES : 64 * BLOCK_SAMPLES] = 0.1
    microphone = np.zeros_like(heard)
    microphone[24 * BLOCK_SAMPLES : 32 * BLOCK_SAMPLES] = 0.1  # before the customer
    recording = ProbeRecording(microphone=microphone, heard=heard, path=None, latency_s=0.0)
    assert speech_share(recording, detector=EnergyDetector(), canceller=LateCanceller()) == 0.0


def test_the_probe_is_silence_a_sweep_and_the_beginning_of_the_line(speech):
    probe = make_probe(speech)
    n_before = round(BEFORE_S * SAMPLE_RATE_HZ)
    n_chirp = round(CHIRP_S * SAMPLE_RATE_HZ)
    assert not probe[:n_before].any()
    frequencies, power = scipy.signal.periodogram(probe[n_before : n_before + n_chirp], SAMPLE_RATE_HZ)
    in_band = power[(frequencies >= 300.0) & (frequencies <= 3400.0)].sum()
    assert in_band / power.sum() > 0.98
    assert np.max(np.abs(probe[n_before : n_before + n_chirp])) <= 0.1 + 1e-6
    n_speech = round(SPEECH_S * SAMPLE_RATE_HZ)
    np.testing.assert_array_equal(probe[-n_speech + 400 : -400], speech[400 : n_speech - 400])
    # Three seconds with the half second of listening after it and a quarter of latency.
    assert len(probe) / SAMPLE_RATE_HZ + 0.75 == pytest.approx(3.15, abs=0.1)


@pytest.mark.parametrize("line", [np.zeros(0, np.float32), np.zeros(16_000, np.float32)])
def test_a_line_that_cannot_be_heard_is_refused(line):
    with pytest.raises(ParameterError, match="can be heard"):
        make_probe(line)


def test_a_short_line_is_played_as_it_is():
    probe = make_probe(np.full(800, 0.1, np.float32))
    assert np.count_nonzero(probe[-800:]) > 700
