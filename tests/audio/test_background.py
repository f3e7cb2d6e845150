"""What is behind the caller, at its stated level."""

import numpy as np
import pytest

from voicesim.audio.background import Background, BackgroundKind, render_background
from voicesim.audio.clip import SAMPLE_RATE_HZ
from voicesim.errors import ParameterError

KINDS = [BackgroundKind.LINE, BackgroundKind.CAFE]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("below_db", [15.0, 35.0])
def test_the_level_is_the_stated_one_below_the_voice(kind, below_db):
    clip = render_background(Background(kind=kind, below_voice_db=below_db), voice_dbov=-23.0)
    rms_dbov = 10 * np.log10(np.mean(clip.samples.astype(np.float64) ** 2))
    assert rms_dbov == pytest.approx(-23.0 - below_db, abs=0.01)


@pytest.mark.parametrize("kind", KINDS)
def test_the_loop_is_the_same_every_time_and_has_neither_a_seam_nor_silence(kind):
    clip, again = (
        render_background(Background(kind=kind, below_voice_db=20.0), voice_dbov=-23.0) for _ in range(2)
    )
    np.testing.assert_array_equal(clip.samples, again.samples)
    steps = np.abs(np.diff(np.concatenate([clip.samples, clip.samples[:1]])))
    assert steps[-1] <= np.percentile(steps, 99.9)
    tenths = clip.samples[: len(clip) - len(clip) % 1600].reshape(-1, 1600)
    levels_db = 10 * np.log10(np.mean(tenths.astype(np.float64) ** 2, axis=1))
    assert levels_db.min() > levels_db.mean() - 20.0


def test_a_line_stays_in_the_telephones_band():
    clip = render_background(Background(kind=BackgroundKind.LINE, below_voice_db=20.0), voice_dbov=-23.0)
    power = np.abs(np.fft.rfft(clip.samples.astype(np.float64))) ** 2
    frequencies = np.fft.rfftfreq(len(clip), 1 / SAMPLE_RATE_HZ)
    inside = power[(frequencies >= 300) & (frequencies <= 3400)].sum()
    assert inside / power.sum() > 0.95


def test_none_is_none_and_a_level_beyond_all_sense_is_refused():
    assert render_background(Background(), voice_dbov=-23.0) is None
    with pytest.raises(ParameterError, match="below the voice"):
        Background(kind=BackgroundKind.CAFE, below_voice_db=0.0)
