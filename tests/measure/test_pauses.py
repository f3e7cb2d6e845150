"""Speech time and noise on talk whose pauses are known."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.measure.builders import RATE, Stage, recording, span, spans
from voicesim.audio.clip import Clip
from voicesim.audio.span import Span, total
from voicesim.measure.envelope import envelope_of
from voicesim.measure.level import level_of
from voicesim.measure.pauses import noise_level_dbov, pauses, sounding, touching
from voicesim.speech.words import Party

PARTS = ((1.0, 2.0), (2.2, 3.0), (3.3, 4.5), (5.5, 6.0))
"""Gaps of 0.2, 0.3 and 1.0 s."""


def stage(noise_dbov: float | None = -75.0, gain_db: float = 0.0) -> Stage:
    made = Stage(8.0, noise_dbov)
    for start_s, end_s in PARTS:
        made.say(Party.TRAINEE, start_s, end_s, level_dbov=-26.0 + gain_db, syllables_hz=0.0)
    return made


def runs_of(made: Stage, speech: tuple[Span, ...]) -> tuple[Span, ...]:
    clip = made.side(Party.TRAINEE).clip
    envelope = envelope_of(clip)
    level = level_of(clip, speech)
    return sounding(
        envelope, speech, active_dbov=level.active_dbov, noise_dbov=noise_level_dbov(envelope, speech)
    )


@pytest.mark.parametrize("gain_db", [-25.0, 0.0, 12.0])
@pytest.mark.parametrize("noise_below_db", [60.0, 20.0])
def test_pauses_from_250_ms_on_are_left_out(gain_db: float, noise_below_db: float) -> None:
    made = stage(-26.0 + gain_db - noise_below_db, gain_db)

    runs = runs_of(made, spans((1.0, 6.0)))

    expected = spans((1.0, 3.0), (3.3, 4.5), (5.5, 6.0))
    assert len(runs) == len(expected)
    for found, wanted in zip(runs, expected, strict=True):
        assert found.start_s() == pytest.approx(wanted.start_s(), abs=0.03)
        assert found.end_s() == pytest.approx(wanted.end_s(), abs=0.03)
    assert [p.duration_s() for p in pauses(runs, span(0, 8))] == pytest.approx([0.3, 1.0], abs=0.05)


def test_a_late_detector_is_corrected_by_up_to_a_tenth_of_a_second() -> None:
    runs = runs_of(stage(), spans((1.08, 2.95), (3.4, 4.4), (5.5, 6.05)))

    assert [r.start_s() for r in runs] == pytest.approx([1.0, 3.3, 5.5], abs=0.03)
    assert [r.end_s() for r in runs] == pytest.approx([3.0, 4.5, 6.0], abs=0.03)


def test_sound_that_the_detector_did_not_call_speech_does_not_count() -> None:
    assert total(runs_of(stage(), spans((1.0, 3.0)))) / RATE == pytest.approx(2.0, abs=0.05)


@pytest.mark.parametrize("dbov", [-70.0, -50.0, -35.0])
def test_noise_level(dbov: float) -> None:
    made = stage(dbov)

    found = noise_level_dbov(envelope_of(made.side(Party.TRAINEE).clip), spans((1.0, 6.0)))

    assert found == pytest.approx(dbov, abs=1.0)


def test_digital_silence_and_no_pause_leave_the_noise_unknown() -> None:
    assert noise_level_dbov(envelope_of(stage(None).side(Party.TRAINEE).clip), spans((1.0, 6.0))) is None
    assert noise_level_dbov(envelope_of(stage().side(Party.TRAINEE).clip), spans((0.0, 8.0))) is None


def test_touching() -> None:
    timeline = spans((0, 1), (2, 3), (4, 5))

    assert touching(timeline, spans((0.5, 0.6), (3.0, 4.1))) == spans((0, 1), (4, 5))
    assert touching(timeline, ()) == ()


@pytest.mark.engines
@pytest.mark.parametrize("pause_s", [0.3, 0.5])
def test_pauses_put_into_read_speech_are_found(
    data_dir: Path, rng: np.random.Generator, pause_s: float
) -> None:
    """A pause with the recording's own noise, at the faintest place of the middle third."""
    from voicesim.engines.detector_silero import SileroDetector
    from voicesim.speech.listening import Listener, listen

    detector = SileroDetector()
    found = []
    for path in sorted((data_dir / "speech" / "arctic").glob("*.flac"))[::3]:
        samples = recording(path)
        power = np.convolve(np.square(samples, dtype=np.float64), np.full(640, 1 / 640), "same")
        third = slice(len(samples) * 35 // 100, len(samples) * 65 // 100)
        at = third.start + int(np.argmin(power[third]))
        silence = rng.normal(0, np.sqrt(np.quantile(power, 0.02)), round(pause_s * RATE))
        clip = Clip(np.concatenate([samples[:at], silence, samples[at:]]).astype(np.float32))
        speech = listen(Listener(detector.session().step), clip.samples, None)
        envelope = envelope_of(clip)
        runs = sounding(
            envelope,
            speech,
            active_dbov=level_of(clip, speech).active_dbov,
            noise_dbov=noise_level_dbov(envelope, speech),
        )
        inserted = Span(at, at + len(silence))
        found.append(any(gap.overlap(inserted) > len(inserted) // 2 for gap in pauses(runs, clip.span)))

    assert len(found) == 40
    assert np.mean(found) >= 0.95
