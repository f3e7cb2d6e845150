"""Syllables from the sound alone: made ones, sentences of seven, texts of known length, faster and slower."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from tests.measure.builders import HOP, RATE, buzz, exact_pitch, loud_span, recording, span
from voicesim.audio.clip import Clip
from voicesim.audio.pitch import PitchTrack
from voicesim.audio.span import total
from voicesim.measure.envelope import envelope_of
from voicesim.measure.spelling import syllables_in
from voicesim.measure.syllables import Syllables, find_syllables


def made(
    rate_sps: float, *, duration_s: float = 10.0, dip_db: float = 15.0, gain_db: float = 0.0
) -> Syllables:
    f0_hz = np.full(round(duration_s * RATE), 150.0)
    sound = buzz(f0_hz, level_dbov=-26.0 + gain_db, syllables_hz=rate_sps, dip_db=dip_db)
    pitch = exact_pitch(f0_hz, np.ones(len(f0_hz), np.bool_))
    return find_syllables(envelope_of(Clip(sound)), (span(0, duration_s),), pitch)


@pytest.mark.parametrize("rate_sps", [2.0, 3.5, 5.0, 6.5])
def test_deep_dips_part_syllables(rate_sps: float) -> None:
    assert made(rate_sps).total() == pytest.approx(10 * rate_sps, rel=0.06)


def test_shallow_ripples_are_no_syllables() -> None:
    assert made(5.0, dip_db=1.0).total() < 8


def test_the_gain_does_not_matter() -> None:
    assert made(4.0, gain_db=-20.0).total() == pytest.approx(made(4.0).total(), abs=0.01)


def test_unvoiced_sound_has_few_syllables(rng: np.random.Generator) -> None:
    bursts = rng.normal(0, 0.1, 10 * RATE) * (np.sin(2 * np.pi * 4 * np.arange(10 * RATE) / RATE) > 0)
    n = len(bursts) // HOP
    silent = PitchTrack(np.zeros(n, np.float32), np.zeros(n, np.bool_), HOP, 0, "none")

    found = find_syllables(envelope_of(Clip(bursts.astype(np.float32))), (span(0, 10),), silent)

    assert found.total() < 0.4 * 40


def test_only_speech_is_looked_at() -> None:
    f0_hz = np.full(10 * RATE, 150.0)
    pitch = exact_pitch(f0_hz, np.ones(len(f0_hz), np.bool_))
    found = find_syllables(envelope_of(Clip(buzz(f0_hz, syllables_hz=4.0))), (span(2, 5),), pitch)

    assert found.total() == pytest.approx(12, abs=1.0)
    assert found.count(span(0, 1.5)) == 0.0
    assert found.count(span(3, 4)) == pytest.approx(4, abs=0.6)


def test_no_speech_has_none() -> None:
    f0_hz = np.full(RATE, 150.0)
    pitch = exact_pitch(f0_hz, np.ones(len(f0_hz), np.bool_))

    assert find_syllables(envelope_of(Clip(buzz(f0_hz))), (), pitch).total() == 0.0


def counted(samples: np.ndarray, tracker: object) -> tuple[float, float]:
    """Syllables and seconds of a recorded sentence."""
    clip = Clip(samples)
    where = loud_span(samples)
    return find_syllables(envelope_of(clip), where, tracker.track(clip)).total(), total(where) / RATE


@pytest.mark.engines
def test_sentences_of_seven_syllables(data_dir: Path) -> None:
    from voicesim.engines.pitch_swiftf0 import SwiftF0Tracker

    tracker = SwiftF0Tracker()
    found = np.array(
        [
            counted(recording(p), tracker)
            for p in sorted((data_dir / "emotion" / "ravdess").glob("*.flac"))[::3]
        ]
    )
    errors_sps = (found[:, 0] - 7) / found[:, 1]

    assert len(found) == 176
    assert 0.95 <= np.median(found[:, 0] / 7) <= 1.05
    assert np.sqrt(np.mean(errors_sps**2)) <= 0.5


@pytest.mark.engines
def test_texts_of_known_length(data_dir: Path) -> None:
    from voicesim.engines.pitch_swiftf0 import SwiftF0Tracker

    tracker = SwiftF0Tracker()
    folder = data_dir / "speech"
    rows = json.loads((folder / "speechocean" / "scores.json").read_text("utf-8"))
    fluent = [r for r in rows if np.mean(r["fluency"]) >= 8 and np.mean(r["accuracy"]) >= 8][::4]
    pairs = [(folder / "speechocean" / f"{r['id']}.flac", r["text"]) for r in fluent]
    pairs += [
        (p, p.with_suffix(".txt").read_text("utf-8")) for p in sorted((folder / "arctic").glob("*.flac"))[::4]
    ]
    found = np.array([(counted(recording(p), tracker)[0], syllables_in(text)) for p, text in pairs])

    assert len(found) > 50
    assert found[:, 0].sum() / found[:, 1].sum() == pytest.approx(1.0, abs=0.05)
    assert np.corrcoef(found.T)[0, 1] > 0.9


def at_tempo(samples: np.ndarray, tempo: float) -> np.ndarray:
    """The same speech faster or slower at the same pitch, by FFmpeg's overlap-add (atempo)."""
    import av
    from av.filter import Graph

    graph = Graph()
    source = graph.add_abuffer(sample_rate=RATE, format="flt", layout="mono", time_base=Fraction(1, RATE))
    stretch, sink = graph.add("atempo", str(tempo)), graph.add("abuffersink")
    source.link_to(stretch)
    stretch.link_to(sink)
    graph.configure()
    frame = av.AudioFrame.from_ndarray(samples[None, :], format="flt", layout="mono")
    frame.sample_rate, frame.pts = RATE, 0
    source.push(frame)
    source.push(None)
    parts = []
    while True:
        try:
            parts.append(sink.pull().to_ndarray().ravel())
        except (av.error.BlockingIOError, av.error.EOFError):
            return np.concatenate(parts).astype(np.float32)


@pytest.mark.engines
def test_faster_speech_reads_faster(data_dir: Path) -> None:
    from voicesim.engines.pitch_swiftf0 import SwiftF0Tracker

    tracker = SwiftF0Tracker()
    rates = []
    for path in sorted((data_dir / "speech" / "arctic").glob("*.flac"))[::6]:
        samples = recording(path)
        versions = [samples if tempo == 1.0 else at_tempo(samples, tempo) for tempo in (1 / 1.15, 1.0, 1.15)]
        rates.append([n / seconds for n, seconds in (counted(version, tracker) for version in versions)])
    slower, same, faster = np.array(rates).T

    assert len(same) == 20
    assert np.mean(slower < same) >= 0.9
    assert np.mean(faster > same) >= 0.9
    assert np.median(faster / same) > 1.07
    assert np.median(slower / same) < 1 / 1.07
