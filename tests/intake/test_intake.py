"""From files to calls, with channels that are known by construction."""

import numpy as np
import pytest
import soundfile

from tests.fakes import EnergyDetector, KnownRecording, ScriptedRecogniser, voice_like
from voicesim.audio.span import Span
from voicesim.callfolder.writer import FolderWriter
from voicesim.engines.decoder_av import AvDecoder
from voicesim.errors import AudioFileError
from voicesim.intake.call import call_from_folder, call_from_recording
from voicesim.intake.engines import Engines
from voicesim.speech.call import Layout
from voicesim.speech.words import Party

RATE_HZ = 16_000


def _engines(recogniser=None):
    return Engines(
        decoder=AvDecoder(),
        detector=EnergyDetector(),
        recogniser=None if recogniser is None else lambda: (recogniser, False),
    )


def _talk(rng, at_s, duration_s, total_s, f0_hz=120.0):
    out = np.zeros(round(total_s * RATE_HZ), np.float32)
    sound = voice_like(rng, duration_s, f0_hz=f0_hz)
    out[round(at_s * RATE_HZ) : round(at_s * RATE_HZ) + len(sound)] = sound
    return out, sound


def _wav(path, *channels, rate_hz=RATE_HZ):
    soundfile.write(path, np.stack(channels, axis=1), rate_hz, subtype="PCM_16")
    return path


@pytest.fixture
def two_sided(tmp_path, rng):
    left, customer = _talk(rng, 1.0, 2.0, 8.0)
    right, trainee = _talk(rng, 4.0, 2.5, 8.0, f0_hz=200.0)
    return _wav(tmp_path / "call.wav", left, right), customer, trainee


def _is_near(span, start_s, end_s, tolerance_s=0.07):
    return abs(span.start_s() - start_s) <= tolerance_s and abs(span.end_s() - end_s) <= tolerance_s


def test_the_trainee_is_in_the_right_channel_unless_said_otherwise(two_sided):
    path, *_ = two_sided
    call = call_from_recording(path, _engines())
    assert call.layout is Layout.TWO_CHANNEL
    assert _is_near(call.trainee.speech[0], 4.0, 6.5)
    assert _is_near(call.customer.speech[0], 1.0, 3.0)
    swapped = call_from_recording(path, _engines(), trainee_channel="left")
    assert _is_near(swapped.trainee.speech[0], 1.0, 3.0)


def test_words_of_both_parties_come_at_their_times(two_sided):
    path, customer, trainee = two_sided
    known = [KnownRecording.of(customer, "where is my parcel"), KnownRecording.of(trainee, "let me look")]
    call = call_from_recording(path, _engines(ScriptedRecogniser(known)))
    assert [(u.party, u.text) for u in call.utterances()] == [
        (Party.CUSTOMER, "where is my parcel"),
        (Party.TRAINEE, "let me look"),
    ]
    first = call.trainee.utterances[0].words[0]
    assert first.span.start_s() == pytest.approx(4.0, abs=0.02)
    assert call.recognition.engine.engine == "scripted"


def test_a_mono_recording_holds_both_and_says_so(tmp_path, rng):
    left, _ = _talk(rng, 1.0, 2.0, 5.0)
    call = call_from_recording(_wav(tmp_path / "m.wav", left), _engines())
    assert call.layout is Layout.MONO
    assert call.customer is None


@pytest.mark.parametrize("gain", [1.0, 0.5, -1.0])
def test_two_channels_with_the_same_sound_are_fake_stereo(tmp_path, rng, gain):
    left, _ = _talk(rng, 1.0, 2.0, 5.0)
    call = call_from_recording(_wav(tmp_path / "f.wav", left, gain * left), _engines())
    assert call.layout is Layout.FAKE_STEREO


def test_a_loud_bleed_is_not_fake_stereo(tmp_path, rng):
    left, _ = _talk(rng, 1.0, 2.0, 8.0)
    right, _ = _talk(rng, 4.0, 2.0, 8.0, f0_hz=210.0)
    path = _wav(tmp_path / "b.wav", left + 0.3 * right, right + 0.3 * left)
    assert call_from_recording(path, _engines()).layout is Layout.TWO_CHANNEL


@pytest.mark.parametrize(
    ("channels", "says", "hint"),
    [
        (lambda t: [t] * 6, "6 channels", "two channels"),
        (lambda t: [t * 0, t * 0], "digital silence", "connected"),
        (lambda t: [t, t * 0], r"trainee's channel \(right\) is silent", "--trainee-channel left"),
        (lambda t: [t[:0], t[:0]], "no sound", ""),
    ],
)
def test_what_cannot_be_scored_is_one_clear_error(tmp_path, rng, channels, says, hint):
    talk, _ = _talk(rng, 0.5, 1.0, 2.0)
    path = _wav(tmp_path / "x.wav", *channels(talk))
    with pytest.raises(AudioFileError, match=says) as caught:
        call_from_recording(path, _engines())
    assert hint in (caught.value.hint or "")


SCENARIO = """
format: voicesim-scenario/1
id: small
title: Small
summary: One thing.
customer: {name: Alex}
moments: [{id: opening, listens_for: [{behaviours: [greeting], go: done}]}]
endings: [{id: done, kind: resolved}, {id: lost, kind: gave_up}]
"""


def test_a_call_folder_gives_its_exact_lines_and_its_own_words(tmp_path, rng):
    heard, _ = _talk(rng, 3.0, 1.5, 8.0)
    microphone, _ = _talk(rng, 0.5, 1.5, 8.0, f0_hz=200.0)
    engine = {"engine": "scripted", "model": "m", "version": "1", "settings": {}, "writes_fillers": True}
    folder = FolderWriter(tmp_path / "call", {"recognition": engine, "echo": None})
    folder.snapshot("scenario.yaml", SCENARIO)
    folder.write(heard, microphone)
    folder.log(0, "moment", {"moment": "opening", "mood": "calm", "expects": ["greeting"]})
    words = [["hello", 8000, 20_000, 0.9], ["there", 20_000, 32_000, 0.3]]
    row = {"party": "trainee", "start": 8000, "end": 32_000, "text": "hello there", "words": words}
    folder.log(40_000, "utterance", row)
    plan = {"line": 0, "line_id": "a@calm", "text": "one two three four", "mood": "calm", "moment": "opening"}
    folder.log(44_000, "line_planned", {**plan, "n_samples": 48_000})
    folder.log(48_000, "line_started", {"line": 0, "start": 48_000})
    folder.log(72_512, "line_ended", {"line": 0, "heard": [48_000, 72_000], "yielded_at": 71_000})
    folder.log(80_000, "ending", {"ending": "resolved"})
    folder.close("complete", {})
    call = call_from_folder(tmp_path / "call", _engines(ScriptedRecogniser([])))
    assert call.layout is Layout.LIVE
    assert call.ending == "resolved"
    assert call.lines[0].planned == Span(48_000, 96_000)
    assert call.customer.speech == (Span(48_000, 72_000),)
    assert call.customer.utterances[0].text == "one two"
    assert [w.text for w in call.trainee.utterances[0].words] == ["hello", "there"]
    assert call.brief.scenario_id == "small"
    assert _is_near(call.trainee.speech[0], 0.5, 2.0)
