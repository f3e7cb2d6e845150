"""The made voice is what it says it is, by programs that did not make it."""

from __future__ import annotations

import numpy as np
import parselmouth
import pytest

from voicesim.validation.speaking import Speaker, cut, speak

RATE = 16_000


@pytest.mark.parametrize("f0_hz", [100.0, 220.0])
def test_praat_hears_the_pitch_that_was_made(f0_hz):
    talk = speak(Speaker(f0_hz=f0_hz), np.random.default_rng(1), 4.0)

    praat = parselmouth.Sound(talk.samples.astype(np.float64), RATE).to_pitch_ac(pitch_floor=60.0)
    heard, at = praat.selected_array["frequency"], (praat.xs() * RATE).astype(int)
    both = (heard > 0) & (talk.f0_hz[at] > 0)
    cents = 1200 * np.abs(np.log2(heard[both] / talk.f0_hz[at][both]))

    assert np.mean(both) > 0.6
    assert np.median(cents) < 10


@pytest.mark.parametrize("duration_s", [0.3, 1.0, 2.517])
def test_it_lasts_as_long_as_asked_and_sounds_at_both_ends(duration_s):
    talk = speak(Speaker(f0_hz=150.0), np.random.default_rng(2), duration_s, level_dbov=-30.0)
    edge = round(0.03 * RATE)

    assert len(talk) == round(duration_s * RATE)
    assert 10 * np.log10(np.mean(np.square(talk.samples, dtype=np.float64))) == pytest.approx(-30.0, abs=0.01)
    assert np.std(talk.samples[:edge]) > 10 ** (-50 / 20)
    assert np.std(talk.samples[-edge:]) > 10 ** (-50 / 20)


def test_its_spread_and_tempo_are_as_asked():
    talk = speak(Speaker(f0_hz=120.0, spread_st=2.5, rate_sps=4.0), np.random.default_rng(3), 30.0)
    st = 12 * np.log2(talk.f0_hz[talk.f0_hz > 0] / 120.0)

    assert np.std(st) == pytest.approx(2.5, abs=0.3)
    assert len(talk.syllables) == 120
    assert (np.diff(talk.syllables) > 0.1 * RATE).all()


def test_the_same_seed_says_the_same():
    one, two = (speak(Speaker(f0_hz=120.0), np.random.default_rng(4), 1.0).samples for _ in range(2))

    np.testing.assert_array_equal(one, two)


def test_a_cut_begins_and_ends_between_syllables():
    rng = np.random.default_rng(5)
    talk = speak(Speaker(f0_hz=120.0), rng, 8.0)

    for wanted_s in (0.4, 1.5, 3.0):
        piece = cut(talk, rng, wanted_s)
        assert len(piece) / RATE == pytest.approx(wanted_s, abs=0.45)
        assert len(piece.f0_hz) == len(piece.samples)
        assert ((piece.syllables >= 0) & (piece.syllables < len(piece))).all()
