"""When the words can be judged, and when not."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tests.measure.builders import RATE, Stage, recognition, recording
from voicesim.audio.clip import Clip
from voicesim.engines.detector_silero import SileroDetector
from voicesim.engines.pitch_swiftf0 import SwiftF0Tracker
from voicesim.engines.recogniser_pocketsphinx import PocketsphinxRecogniser
from voicesim.measure.transcript_gate import content_gate
from voicesim.results import Measured, Reason
from voicesim.speech.call import Call, Layout, Recognition, Side
from voicesim.speech.listening import Listener, listen
from voicesim.speech.utterances import group_speech
from voicesim.speech.words import Party, Utterance, Word

TEXT = "we can send you a new parcel on the next free day"


def call(
    confidences: tuple[float, ...], *, text: str = TEXT, syllables_hz: float = 13 / 4, n: int = 6
) -> Call:
    stage = Stage(2.0 + 6.0 * n)
    for i in range(n):
        confidence = confidences[i % len(confidences)]
        stage.say(
            Party.TRAINEE, 1 + 6 * i, 5 + 6 * i, text=text, confidence=confidence, syllables_hz=syllables_hz
        )
    return stage.call()


def test_sure_words_can_be_judged() -> None:
    found = content_gate(call((0.9, 0.9, 0.3)))

    assert isinstance(found, Measured)
    assert found.value == pytest.approx(2 / 3, abs=0.01)
    assert len(found.evidence) == 2 * 12
    assert found.evidence[0].quote == "we"


def test_unsure_words_cannot() -> None:
    found = content_gate(call((0.9, 0.3)))

    assert found.reason is Reason.TRANSCRIPT_UNRELIABLE
    assert "50%" in found.explanation
    assert "60%" in found.explanation


def test_a_stand_in_over_a_telephone_line_must_be_surer() -> None:
    base = call((0.9, 0.9, 0.3))
    phone = replace(base, trainee=replace(base.trainee, source_rate_hz=8000))
    stand_in = replace(phone, recognition=recognition(is_fallback=True))

    assert isinstance(content_gate(phone), Measured)
    assert content_gate(stand_in).reason is Reason.TRANSCRIPT_UNRELIABLE
    assert "telephone" in content_gate(stand_in).explanation


def test_words_that_do_not_fit_the_sound_cannot_be_judged() -> None:
    invented = content_gate(call((0.99,), text=f"{TEXT} {TEXT}"))
    dropped = content_gate(call((0.99,), text="parcel day"))

    assert invented.reason is Reason.TRANSCRIPT_UNRELIABLE
    assert "2.0 times the syllables" in invented.explanation
    assert dropped.reason is Reason.TRANSCRIPT_UNRELIABLE


def test_nothing_recognised() -> None:
    silent = call((0.9,), text="")

    assert content_gate(silent).reason is Reason.NO_TRANSCRIPT
    assert content_gate(replace(silent, recognition=None)).reason is Reason.NO_TRANSCRIPT
    assert content_gate(call((0.9,), text="hello", n=2)).reason is Reason.TOO_LITTLE_SPEECH


def test_in_one_channel_nobody_knows_whose_words_they_are() -> None:
    base = call((0.9,))

    assert content_gate(replace(base, layout=Layout.MONO, customer=None)).reason is Reason.MONO
    assert content_gate(replace(base, layout=Layout.FAKE_STEREO)).reason is Reason.FAKE_STEREO


def recognised(samples: np.ndarray, *, source_rate_hz: int) -> Call:
    """A call of one side, through the engines."""
    recogniser, clip = PocketsphinxRecogniser(), Clip(samples)
    speech = listen(Listener(SileroDetector().session().step), samples, None)
    utterances = []
    for span in group_speech(speech):
        session = recogniser.session()
        first = max(0, span.start - RATE // 4)
        session.accept(samples[first : span.end + RATE // 4])
        words = tuple(Word(w.text, w.span.shift(first), w.confidence) for w in session.finish())
        session.close()
        utterances.append(Utterance(Party.TRAINEE, span, words))
    side = Side(
        clip=clip,
        speech=speech,
        utterances=tuple(utterances),
        pitch=SwiftF0Tracker().track(clip),
        source_rate_hz=source_rate_hz,
    )
    silent = Side(clip=Clip(np.zeros_like(samples)))
    written = Recognition(engine=recogniser.identity, writes_fillers=False, is_fallback=True)
    return Call(call_id="x", layout=Layout.TWO_CHANNEL, trainee=side, customer=silent, recognition=written)


@pytest.mark.engines
def test_the_stand_in_is_trusted_with_clear_speech(data_dir: Path) -> None:
    gap = np.zeros(RATE, np.float32)
    sentences = [recording(p) for p in sorted((data_dir / "speech" / "arctic").glob("*.flac"))[30:36]]

    found = content_gate(
        recognised(np.concatenate([np.concatenate([s, gap]) for s in sentences]), source_rate_hz=16_000)
    )

    assert isinstance(found, Measured)
    assert found.value >= 0.6


@pytest.mark.engines
def test_the_stand_in_is_not_trusted_with_a_telephone_call(data_dir: Path) -> None:
    import soundfile
    import soxr

    samples, rate = soundfile.read(data_dir / "calls" / "auto-repairs-49.flac", dtype="float32")
    agent = soxr.resample(samples[25 * rate : 55 * rate, 1], rate, RATE).astype(np.float32)

    found = content_gate(recognised(agent, source_rate_hz=rate))

    assert found.reason is Reason.TRANSCRIPT_UNRELIABLE
