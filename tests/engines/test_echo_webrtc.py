"""Echo cancellation in a simulated room, judged by the detector that a call uses."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
import soundfile

from voicesim.audio.clip import BLOCK_SAMPLES, SAMPLE_RATE_HZ
from voicesim.engines.detector_silero import SileroDetector
from voicesim.engines.echo_webrtc import DELAY_SAMPLES, FRAME_SAMPLES, HELD_BACK_SAMPLES, WebRtcEchoCanceller
from voicesim.errors import ParameterError

Float32 = npt.NDArray[np.float32]

ROOM_T60_S = 0.3
NOISE_DBOV = -60.0


@pytest.fixture(scope="module")
def detector() -> SileroDetector:
    return SileroDetector()


@pytest.fixture(scope="module")
def canceller() -> WebRtcEchoCanceller:
    return WebRtcEchoCanceller()


@pytest.fixture(scope="module")
def voices(repository) -> dict[str, list[Float32]]:
    """Recorded utterances of two voices, at -20 dBov each."""

    def read(name: str) -> Float32:
        samples, rate_hz = soundfile.read(repository / "audio_fixtures" / name, dtype="float32")
        assert rate_hz == SAMPLE_RATE_HZ
        return (samples * 0.1 / np.sqrt(np.mean(np.square(samples)))).astype(np.float32)

    return {
        "customer": [read(f"poor/{n:02}.flac") for n in (2, 4, 5)],
        "trainee": [read(f"demo-polite/{n:02}.flac") for n in (2, 3)],
    }


def timeline(pieces: list[Float32], *, gap_s: float, first_s: float = 0.5) -> Float32:
    """Utterances one after the other, with digital silence around them."""
    gap = np.zeros(int(gap_s * SAMPLE_RATE_HZ), np.float32)
    out = [np.zeros(int(first_s * SAMPLE_RATE_HZ), np.float32)]
    for piece in pieces:
        out += [piece, gap]
    joined = np.concatenate(out)
    return np.concatenate([joined, np.zeros(-len(joined) % BLOCK_SAMPLES, np.float32)])


def room(rng: np.random.Generator, *, delay_s: float, echo_db: float) -> npt.NDArray[np.float64]:
    """Impulse response: a direct path and an exponentially decaying tail, of a known energy."""
    n = np.arange(int(0.4 * SAMPLE_RATE_HZ))
    response = 0.1 * rng.standard_normal(len(n)) * 10.0 ** (-3.0 * n / SAMPLE_RATE_HZ / ROOM_T60_S)
    response[0] = 1.0
    response *= 10.0 ** (echo_db / 20.0) / np.sqrt(np.sum(np.square(response)))
    return np.concatenate([np.zeros(int(delay_s * SAMPLE_RATE_HZ)), response])


def through(response: npt.NDArray[np.float64], sound: Float32, rng: np.random.Generator) -> Float32:
    """What the microphone hears of it, with the room's noise."""
    echo = np.convolve(sound, response)[: len(sound)]
    noise = 10.0 ** (NOISE_DBOV / 20.0) * rng.standard_normal(len(sound))
    return (echo + noise).astype(np.float32)


def cancelled(canceller: WebRtcEchoCanceller, microphone: Float32, heard: Float32) -> Float32:
    """The cleaned microphone, block by block, with its declared delay taken off."""
    session = canceller.session()
    blocks = range(0, len(microphone), BLOCK_SAMPLES)
    clean = [session.process(microphone[n : n + BLOCK_SAMPLES], heard[n : n + BLOCK_SAMPLES]) for n in blocks]
    assert all(block.shape == (BLOCK_SAMPLES,) for block in clean)
    late = np.concatenate(clean)[session.delay_samples :]
    return np.concatenate([late, np.zeros(session.delay_samples, np.float32)])


def reads_as_speech(detector: SileroDetector, sound: Float32) -> npt.NDArray[np.bool_]:
    """Per block, with the threshold of a call."""
    session = detector.session()
    return np.array(
        [session.step(sound[n : n + BLOCK_SAMPLES]) >= 0.5 for n in range(0, len(sound), BLOCK_SAMPLES)]
    )


def sounding(sound: Float32) -> npt.NDArray[np.bool_]:
    return np.abs(sound.reshape(-1, BLOCK_SAMPLES)).max(axis=1) > 0.0


@pytest.mark.parametrize("echo_db", [-10.0, -25.0])
@pytest.mark.parametrize("delay_s", [0.02, 0.06, 0.12])
def test_the_customer_alone_reads_as_speech_before_and_not_after(
    voices, detector, canceller, rng, delay_s, echo_db
):
    heard = timeline(voices["customer"], gap_s=1.0)
    microphone = through(room(rng, delay_s=delay_s, echo_db=echo_db), heard, rng)
    far_only = sounding(heard)
    assert reads_as_speech(detector, microphone)[far_only].mean() > 0.4
    clean = cancelled(canceller, microphone, heard)
    assert reads_as_speech(detector, clean)[far_only].mean() < 0.02


@pytest.mark.parametrize("delay_s", [0.0, 0.04, 0.12])
def test_people_are_cancelled_and_found_as_well_as_synthetic_voices(
    data_dir, detector, canceller, rng, delay_s
):
    paths = sorted((data_dir / "speech" / "arctic").glob("*.flac"))[:5]
    *customers, other = [soundfile.read(path, dtype="float32")[0] for path in paths]
    heard = timeline([np.concatenate(customers)], gap_s=4.0)
    trainee = np.zeros_like(heard)
    at = len(trainee) - 4 * SAMPLE_RATE_HZ
    trainee[at : at + len(other)] = other[: len(trainee) - at]
    microphone = through(room(rng, delay_s=delay_s, echo_db=-15.0), heard, rng) + trainee
    far_only = sounding(heard)
    assert reads_as_speech(detector, microphone)[far_only].mean() > 0.4
    found = reads_as_speech(detector, cancelled(canceller, microphone, heard))
    assert found[far_only].mean() < 0.02
    truth = reads_as_speech(detector, trainee)
    assert found[truth].mean() > 0.85


@pytest.mark.parametrize("error_s", [-0.02, -0.01, -0.002, 0.0, 0.0005, 0.002, 0.02])
def test_the_alignment_may_be_wrong_by_what_is_promised(voices, detector, canceller, rng, error_s):
    # A loopback measurement lays `heard` exactly where the echo is: the canceller's weak spot.
    heard = timeline(voices["customer"], gap_s=1.0)
    echo = through(room(rng, delay_s=0.0, echo_db=-10.0), heard, rng)
    microphone = np.roll(echo, round(error_s * SAMPLE_RATE_HZ))
    clean = cancelled(canceller, microphone, heard)
    assert reads_as_speech(detector, clean)[sounding(heard)].mean() < 0.02


def test_without_holding_back_an_exact_alignment_would_fail(voices, detector, canceller, rng):
    # The reason for HELD_BACK_SAMPLES: the module alone, on the same sound.
    import pywebrtc_audio

    heard = timeline(voices["customer"], gap_s=1.0)
    microphone = through(room(rng, delay_s=0.0, echo_db=-10.0), heard, rng)
    clean = pywebrtc_audio.EchoCanceller(sample_rate=SAMPLE_RATE_HZ).process(microphone, heard)
    assert reads_as_speech(detector, clean)[sounding(heard)].mean() > 0.1  # held back, it is below 0.02


@pytest.mark.parametrize("echo_db", [-10.0, -25.0])
@pytest.mark.parametrize("delay_s", [0.0, 0.06, 0.12])
def test_the_trainee_is_still_found(voices, detector, canceller, rng, delay_s, echo_db):
    customer = timeline(voices["customer"], gap_s=6.0)
    trainee = np.zeros_like(customer)
    at = int(0.5 * SAMPLE_RATE_HZ) + len(voices["customer"][0]) + SAMPLE_RATE_HZ // 2
    trainee[at : at + len(voices["trainee"][0])] = voices["trainee"][0]
    # The second utterance begins inside the customer's second one.
    at = int(0.5 * SAMPLE_RATE_HZ) + len(voices["customer"][0]) + 6 * SAMPLE_RATE_HZ + SAMPLE_RATE_HZ
    talk_over = voices["trainee"][1]
    trainee[at : at + len(talk_over)] += talk_over
    microphone = through(room(rng, delay_s=delay_s, echo_db=echo_db), customer, rng) + trainee
    truth = reads_as_speech(detector, trainee)
    found = reads_as_speech(detector, cancelled(canceller, microphone, customer))
    near_only, both = truth & ~sounding(customer), truth & sounding(customer)
    assert near_only.sum() > 60
    assert both.sum() > 60
    assert found[near_only].mean() > 0.9
    # AEC3 takes a part of the trainee with the customer while both speak; he must not vanish.
    assert found[both].mean() > 0.5


def test_the_trainees_level_hardly_changes(voices, canceller):
    trainee = timeline(voices["trainee"], gap_s=0.5)
    clean = cancelled(canceller, trainee, np.zeros_like(trainee))
    change_db = 10.0 * np.log10(np.mean(np.square(clean)) / np.mean(np.square(trainee)))
    # The module's high-pass filter takes something of the lowest voices.
    assert abs(change_db) < 1.0


def test_the_result_is_as_late_as_it_says(canceller, rng):
    noise = (0.1 * rng.standard_normal(60 * BLOCK_SAMPLES)).astype(np.float32)
    session = canceller.session()
    silence = np.zeros(BLOCK_SAMPLES, np.float32)
    out = np.concatenate([session.process(block, silence) for block in noise.reshape(-1, BLOCK_SAMPLES)])
    middle = slice(20 * BLOCK_SAMPLES, 40 * BLOCK_SAMPLES)
    match = np.correlate(out[20 * BLOCK_SAMPLES : 43 * BLOCK_SAMPLES], noise[middle], "valid")
    late = int(np.argmax(np.abs(match)))
    assert late == session.delay_samples == DELAY_SAMPLES


def test_blocks_give_what_one_piece_gives(voices, canceller, rng):
    # Truth: the module itself, fed at once with both channels laid as the session lays them.
    import pywebrtc_audio

    heard = timeline(voices["customer"][:2], gap_s=0.5)
    microphone = through(room(rng, delay_s=0.02, echo_db=-10.0), heard, rng)
    n = len(heard) - len(heard) % FRAME_SAMPLES
    held = np.concatenate([np.zeros(HELD_BACK_SAMPLES, np.float32), microphone])
    whole = pywebrtc_audio.EchoCanceller(sample_rate=SAMPLE_RATE_HZ).process(
        held[:n].copy(), heard[:n].copy()
    )
    session = canceller.session()
    blocks = range(0, len(heard), BLOCK_SAMPLES)
    pieces = [
        session.process(microphone[k : k + BLOCK_SAMPLES], heard[k : k + BLOCK_SAMPLES]) for k in blocks
    ]
    out = np.concatenate(pieces)
    backlog = 128
    assert not out[:backlog].any()
    # Not rtol: both ran the same instructions on the same frames.
    np.testing.assert_array_equal(out[backlog:], whole[: len(out) - backlog])


def test_inputs_are_left_alone_and_may_be_read_only(canceller, rng):
    microphone, heard = rng.standard_normal((2, BLOCK_SAMPLES)).astype(np.float32) * 0.1
    before = microphone.copy(), heard.copy()
    for block in (microphone, heard):
        block.flags.writeable = False
    canceller.session().process(microphone, heard)
    np.testing.assert_array_equal(microphone, before[0])
    np.testing.assert_array_equal(heard, before[1])


@pytest.mark.parametrize("length", [0, 160, 511, 513])
def test_a_block_of_another_length_is_refused(canceller, length):
    good, bad = np.zeros(BLOCK_SAMPLES, np.float32), np.zeros(length, np.float32)
    with pytest.raises(ParameterError, match="512"):
        canceller.session().process(bad, good)
    with pytest.raises(ParameterError, match="512"):
        canceller.session().process(good, bad)


def test_samples_that_are_no_numbers_are_refused(canceller):
    good = np.zeros(BLOCK_SAMPLES, np.float32)
    bad = np.full(BLOCK_SAMPLES, np.nan, np.float32)
    with pytest.raises(ParameterError, match="finite"):
        canceller.session().process(bad, good)


def test_sessions_share_nothing(voices, canceller, rng):
    heard = timeline(voices["customer"][:1], gap_s=0.5)
    microphone = through(room(rng, delay_s=0.02, echo_db=-10.0), heard, rng)
    first = cancelled(canceller, microphone, heard)
    cancelled(canceller, heard, microphone)
    np.testing.assert_array_equal(cancelled(canceller, microphone, heard), first)
