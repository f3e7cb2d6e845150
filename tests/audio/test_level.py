from __future__ import annotations

import numpy as np
import pytest

from voicesim.audio.level import SILENCE_DBOV, active_rms_dbov, db_to_ratio, ratio_to_db, rms_dbov


def test_full_scale_constant_is_0_dbov_and_full_scale_sine_3_below():
    assert rms_dbov(np.ones(1_000, np.float32)) == pytest.approx(0.0)
    sine = np.sin(2 * np.pi * np.arange(16_000) * 997 / 16_000).astype(np.float32)
    assert rms_dbov(sine) == pytest.approx(-3.0103, abs=0.001)


@pytest.mark.parametrize("gain_db", [-40.0, -6.0, 12.0])
def test_gain_moves_levels_by_itself(rng, gain_db):
    noise = rng.normal(0.0, 0.01, 16_000).astype(np.float32)
    changed = (noise * db_to_ratio(gain_db)).astype(np.float32)
    assert rms_dbov(changed) - rms_dbov(noise) == pytest.approx(gain_db, abs=1e-4)
    assert active_rms_dbov(changed) - active_rms_dbov(noise) == pytest.approx(gain_db, abs=1e-4)
    assert ratio_to_db(db_to_ratio(gain_db)) == pytest.approx(gain_db)


def test_silence_and_nothing_have_the_lowest_level():
    for samples in (np.zeros(0, np.float32), np.zeros(5_000, np.float32)):
        assert rms_dbov(samples) == active_rms_dbov(samples) == SILENCE_DBOV
    assert ratio_to_db(0.0) == SILENCE_DBOV


def test_pauses_do_not_lower_the_active_level(rng):
    speech = rng.normal(0.0, 0.1, 16_000).astype(np.float32)
    padded = np.concatenate([np.zeros(64_000, np.float32), speech, np.zeros(64_000, np.float32)])
    assert active_rms_dbov(padded) == pytest.approx(active_rms_dbov(speech), abs=0.5)
    assert rms_dbov(padded) < rms_dbov(speech) - 9.0


def test_near_the_active_speech_level_of_the_itu_test_voice(data_dir):
    for name, truth_dbov in (("voice.src", -25.329), ("voice.nrm", -30.0)):
        pcm = np.fromfile(data_dir / "loudness" / "p56" / name, dtype="<i2")
        above_db = active_rms_dbov((pcm / 32768.0).astype(np.float32)) - truth_dbov
        assert 0.0 <= above_db <= 2.0
