"""The promises of each port, kept by every engine that is installed and by the stand-ins of the tests."""

from __future__ import annotations

import json
import pickle
import shutil
from dataclasses import asdict

import numpy as np
import pytest
import soundfile

from tests.engines.scripted_whisper import write_scripted_whisper
from tests.fakes import EnergyDetector, KnownRecording, ScriptedRecogniser, voice_like
from voicesim.audio.clip import BLOCK_SAMPLES, SAMPLE_RATE_HZ, Clip
from voicesim.engines import (
    decoder_av,
    detector_silero,
    echo_webrtc,
    pitch_swiftf0,
    recogniser_faster_whisper,
    recogniser_pocketsphinx,
    voice_pyttsx3,
)
from voicesim.errors import AudioFileError, ParameterError
from voicesim.ports import VoiceStyle
from voicesim.speech.call import EngineId
from voicesim.speech.words import Word

pytestmark = pytest.mark.engines


def _installed(module) -> None:
    is_available, detail = module.available()
    if not is_available:
        pytest.skip(detail)


def _check_identity(identity) -> None:
    """What goes into a scorecard's provenance, and between processes."""
    assert isinstance(identity, EngineId)
    assert identity.engine
    assert identity.version
    assert pickle.loads(pickle.dumps(identity)) == identity
    assert json.dumps(asdict(identity))


@pytest.fixture(scope="module")
def speech(repository):
    """A spoken line, 16 kHz, read-only."""
    samples, rate = soundfile.read(repository / "audio_fixtures" / "demo-polite" / "01.flac", dtype="float32")
    assert rate == SAMPLE_RATE_HZ
    samples.flags.writeable = False
    return samples


# --- recognisers ----------------------------------------------------------------------------------------


def _pocketsphinx(speech, tmp):
    _installed(recogniser_pocketsphinx)
    return recogniser_pocketsphinx.PocketsphinxRecogniser()


def _faster_whisper(speech, tmp):
    _installed(recogniser_faster_whisper)
    folder = write_scripted_whisper(tmp / "whisper", ("Good", "morning."))
    return recogniser_faster_whisper.FasterWhisperRecogniser(folder)


def _scripted(speech, tmp):
    return ScriptedRecogniser([KnownRecording.of(speech, "good morning")])


@pytest.fixture(scope="module", params=[_pocketsphinx, _faster_whisper, _scripted])
def recogniser(request, speech, tmp_path_factory):
    return request.param(speech, tmp_path_factory.mktemp("models"))


def _recognise(recogniser, samples, step=BLOCK_SAMPLES) -> tuple[Word, ...]:
    session = recogniser.session()
    for start in range(0, len(samples), step):
        session.accept(samples[start : start + step])
    words = session.finish()
    assert session.finish() == words
    session.close()
    return words


def test_a_recogniser_gives_words_inside_what_it_was_given(recogniser, speech):
    words = _recognise(recogniser, speech)
    assert words
    for word in words:
        assert word.text == word.text.strip() != ""
        assert 0 <= word.span.start <= word.span.end <= len(speech)
        assert 0.0 <= word.confidence <= 1.0
    starts = [word.span.start for word in words]
    assert starts == sorted(starts)
    assert recogniser.capabilities.is_streaming in {True, False}
    _check_identity(recogniser.identity)


def test_a_recogniser_does_not_mind_how_samples_arrive_or_what_came_before(recogniser, speech, rng):
    once = _recognise(recogniser, speech)
    _recognise(recogniser, rng.normal(0.0, 0.05, SAMPLE_RATE_HZ).astype(np.float32))
    assert _recognise(recogniser, speech, 7_001) == once


def test_a_recogniser_given_nothing_gives_nothing(recogniser):
    assert _recognise(recogniser, np.zeros(0, np.float32)) == ()


def test_a_recogniser_session_may_be_dropped(recogniser, speech):
    session = recogniser.session()
    session.accept(speech)
    session.close()
    session.close()
    recogniser.session().close()


# --- detectors ------------------------------------------------------------------------------------------


def _silero():
    _installed(detector_silero)
    return detector_silero.SileroDetector()


@pytest.fixture(scope="module", params=[_silero, EnergyDetector])
def detector(request):
    return request.param()


def test_a_detector_tells_speech_from_silence_and_leaves_its_input_alone(detector, speech):
    session = detector.session()
    before = speech.copy()
    probabilities = [
        session.step(speech[start : start + BLOCK_SAMPLES])
        for start in range(0, len(speech) - BLOCK_SAMPLES, BLOCK_SAMPLES)
    ]
    assert np.array_equal(speech, before)
    assert all(isinstance(p, float) and 0.0 <= p <= 1.0 for p in probabilities)
    assert max(probabilities) > 0.8
    silent = detector.session()
    assert max(silent.step(np.zeros(BLOCK_SAMPLES, np.float32)) for _ in range(50)) < 0.5
    _check_identity(detector.identity)


def test_detector_sessions_share_nothing(detector, speech):
    chunks = [speech[start : start + BLOCK_SAMPLES] for start in range(0, 40 * BLOCK_SAMPLES, BLOCK_SAMPLES)]
    alone = detector.session()
    expected = [alone.step(chunk) for chunk in chunks]
    one, other = detector.session(), detector.session()
    found = []
    for chunk in chunks:
        other.step(np.ascontiguousarray(chunk[::-1]))
        found.append(one.step(chunk))
    assert found == expected


# --- pitch ----------------------------------------------------------------------------------------------


def test_a_pitch_tracker_follows_the_clip(rng):
    _installed(pitch_swiftf0)
    tracker = pitch_swiftf0.SwiftF0Tracker()
    voice = voice_like(rng, 2.0, f0_hz=140.0)
    clip = Clip(np.concatenate([voice, np.zeros(SAMPLE_RATE_HZ, np.float32)]))
    track = tracker.track(clip)
    assert len(track.voiced) * track.hop_samples >= len(clip)
    last = track.first_sample + (len(track.voiced) - 1) * track.hop_samples
    assert last <= len(clip)
    middle = track.frames_in(type(clip.span)(SAMPLE_RATE_HZ // 2, 3 * SAMPLE_RATE_HZ // 2))
    assert np.median(track.f0_hz[middle][track.voiced[middle]]) == pytest.approx(140.0, rel=0.01)
    assert not track.voiced[track.frames_in(type(clip.span)(5 * SAMPLE_RATE_HZ // 2, len(clip)))].any()
    assert np.isfinite(track.f0_hz).all()
    assert track.tracker
    _check_identity(tracker.identity)


# --- decoder --------------------------------------------------------------------------------------------


def test_a_decoder_gives_every_channel_at_16_khz(tmp_path, rng):
    _installed(decoder_av)
    decoder = decoder_av.AvDecoder()
    path = tmp_path / "call.flac"
    soundfile.write(path, rng.normal(0.0, 0.05, (4_000, 2)), 8_000)
    with decoder.open(path) as recording:
        assert (recording.info.n_channels, recording.info.sample_rate_hz) == (2, 8_000)
        assert recording.info.codec == "flac"
        blocks = list(recording.blocks())
    assert all(
        block.dtype == np.float32 and block.shape[0] == 2 and np.isfinite(block).all() for block in blocks
    )
    assert sum(block.shape[1] for block in blocks) == 8_000
    with pytest.raises(AudioFileError) as caught, decoder.open(tmp_path / "none.flac"):
        pass
    assert caught.value.hint
    _check_identity(decoder.identity)


# --- echo -----------------------------------------------------------------------------------------------


def test_an_echo_canceller_keeps_the_length_and_its_inputs(rng):
    _installed(echo_webrtc)
    canceller = echo_webrtc.WebRtcEchoCanceller()
    session = canceller.session()
    assert session.delay_samples >= 0
    for _ in range(20):
        microphone, heard = rng.normal(0.0, 0.05, (2, BLOCK_SAMPLES)).astype(np.float32)
        before = microphone.copy(), heard.copy()
        cleaned = session.process(microphone, heard)
        assert cleaned.shape == (BLOCK_SAMPLES,)
        assert cleaned.dtype == np.float32
        assert np.isfinite(cleaned).all()
        assert np.array_equal(microphone, before[0])
        assert np.array_equal(heard, before[1])
    _check_identity(canceller.identity)


# --- voice ----------------------------------------------------------------------------------------------


def test_a_voice_speaks_a_trimmed_line_the_same_every_time(capfd):
    if shutil.which("espeak-ng") is None:
        _installed(voice_pyttsx3)
    voice = voice_pyttsx3.Pyttsx3Voice()
    try:
        clip = voice.render("Where is my parcel?", VoiceStyle())
        again = voice.render("Where is my parcel?", VoiceStyle())
        with pytest.raises(ParameterError):
            voice.render(" ", VoiceStyle())
    finally:
        voice.close()
    assert clip.sample_rate_hz == SAMPLE_RATE_HZ
    assert 0.5 < clip.duration_s < 5.0
    assert np.max(np.abs(clip.samples)) < 1.0
    audible = np.flatnonzero(np.abs(clip.samples) > 1e-3)
    assert audible[0] < SAMPLE_RATE_HZ // 20
    assert audible[-1] > len(clip) - SAMPLE_RATE_HZ // 20
    assert np.array_equal(clip.samples, again.samples)
    assert capfd.readouterr() == ("", "")
    _check_identity(voice.identity)
