"""Active speech level against its definition, the standard's own vectors, and its own promises."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.measure.builders import RATE, at_level, recording, span, spans
from voicesim.audio.clip import Clip
from voicesim.measure.level import active_level, blocks_of, level_of


def speech_like(rng: np.random.Generator, duration_s: float) -> np.ndarray:
    """Noise in bursts of a third of a second, with levels that scatter by 6 dB, 0.6 s apart."""
    parts = []
    for _ in range(round(duration_s / 0.9)):
        parts += [rng.normal(0, 0.05 * 2 ** rng.normal(0, 0.5), RATE // 3), np.zeros(round(0.567 * RATE))]
    return np.concatenate(parts)


def test_a_steady_sound_has_its_rms_level(rng: np.random.Generator) -> None:
    for dbov in (-60.0, -40.0, -26.0, -12.0):
        noise = at_level(rng.normal(0, 1, 10 * RATE), dbov)
        assert active_level([noise]).active_dbov == pytest.approx(dbov, abs=0.1)


def test_a_full_scale_sine_lies_3_db_below_overload() -> None:
    sine = np.sin(2 * np.pi * 440 * np.arange(5 * RATE) / RATE)

    assert active_level([sine]).long_term_dbov == pytest.approx(-3.01, abs=0.01)


def test_bursts_have_the_level_of_the_burst_with_its_hangover(rng: np.random.Generator) -> None:
    """1 s of noise every 5 s: active are 1 s and the hangover of 0.2 s, however long the silence is."""
    burst = at_level(rng.normal(0, 1, RATE), -20.0)
    sound = np.concatenate([np.concatenate([burst, np.zeros(4 * RATE)]) for _ in range(10)])

    found = active_level([sound])

    assert found.active_dbov == pytest.approx(-20.0 + 10 * np.log10(1 / 1.2), abs=0.35)
    assert found.activity_ratio == pytest.approx(1.2 / 5, rel=0.1)


def test_itu_vectors(data_dir: Path) -> None:
    """ITU-T software tools library: -25.329 dBov at 96.625 % activity, and the same voice set to -30."""
    folder = data_dir / "loudness" / "p56"
    source = np.fromfile(folder / "voice.src", "<i2") / 32768
    normalised = np.fromfile(folder / "voice.nrm", "<i2") / 32768

    assert active_level([source]).active_dbov == pytest.approx(-25.329, abs=0.15)
    assert active_level([source]).activity_ratio == pytest.approx(0.96625, abs=0.01)
    assert active_level([source]).long_term_dbov == pytest.approx(-25.478, abs=0.002)
    assert active_level([normalised]).active_dbov == pytest.approx(-30.0, abs=0.15)


@pytest.mark.parametrize("gain_db", [-12.0, -6.0, 6.0])
def test_gain_moves_it_by_the_gain(rng: np.random.Generator, gain_db: float) -> None:
    sound = speech_like(rng, 20.0)
    louder = sound * 10 ** (gain_db / 20)

    moved = active_level([louder]).active_dbov - active_level([sound]).active_dbov

    assert moved == pytest.approx(gain_db, abs=0.01)


def test_ten_seconds_of_silence_hardly_move_it(rng: np.random.Generator) -> None:
    sound = speech_like(rng, 60.0)
    silence = np.zeros(10 * RATE)
    level = active_level([sound]).active_dbov

    for longer in (
        [sound, silence],
        [silence, sound],
        [sound[: len(sound) // 2], silence, sound[len(sound) // 2 :]],
    ):
        assert active_level(longer).active_dbov == pytest.approx(level, abs=0.05)


def test_silence_around_talk_does_not_move_its_level_at_all(data_dir: Path) -> None:
    voice = (np.fromfile(data_dir / "loudness" / "p56" / "voice.src", "<i2") / 32768).astype(np.float32)
    silence = np.zeros(10 * RATE, np.float32)
    alone = level_of(Clip(voice), [span(0.0, len(voice) / RATE)])
    padded = level_of(Clip(np.concatenate([silence, voice, silence])), [span(10.0, 10.0 + len(voice) / RATE)])

    assert padded.active_dbov == pytest.approx(alone.active_dbov, abs=1e-6)
    assert alone.active_dbov == pytest.approx(-25.329, abs=0.15)


def test_how_it_is_cut_into_blocks_does_not_matter(rng: np.random.Generator) -> None:
    sound = speech_like(rng, 9.0)
    whole = active_level([sound])

    for n in (2, 17, 301):
        parts = active_level(np.array_split(sound, n))
        assert parts.active_dbov == pytest.approx(whole.active_dbov, abs=1e-9)


@pytest.mark.parametrize(("snr_db", "bias_db"), [(30.0, 0.05), (20.0, 0.1), (15.0, 0.2), (12.0, 0.4)])
def test_noise_biases_the_level_of_speech_little(
    data_dir: Path, rng: np.random.Generator, snr_db: float, bias_db: float
) -> None:
    speech = np.concatenate(
        [recording(p) for p in sorted((data_dir / "speech" / "arctic").glob("*.flac"))[:8]]
    )
    clean = active_level([speech]).active_dbov
    noise = at_level(rng.normal(0, 1, len(speech)), clean - snr_db)

    assert abs(active_level([speech + noise]).active_dbov - clean) < bias_db


def test_silence_has_no_level() -> None:
    assert active_level([np.zeros(RATE)]) is None
    assert active_level([]) is None
    assert active_level([np.full(RATE, 1e-6)]) is None
    assert level_of(Clip(np.zeros(RATE, np.float32)), ()) is None


def test_blocks_hold_the_spans_and_nothing_else(rng: np.random.Generator) -> None:
    clip = Clip(rng.normal(0, 0.1, 3 * RATE).astype(np.float32))

    joined = np.concatenate(list(blocks_of(clip, spans((-1.0, 0.5), (1.0, 1.25), (2.5, 9.0)))))

    expected = np.concatenate(
        [clip.samples[: RATE // 2], clip.samples[RATE : RATE + RATE // 4], clip.samples[40000:]]
    )
    np.testing.assert_array_equal(joined, expected)
