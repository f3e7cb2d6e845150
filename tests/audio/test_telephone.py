"""The telephone's sound against the standard library's G.711 and against tones of known level."""

import warnings

import numpy as np
import pytest

from voicesim.audio.clip import Clip
from voicesim.audio.telephone import mu_law_decode, mu_law_encode, telephone

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)
    audioop = pytest.importorskip("audioop", reason="removed from Python 3.13")


def test_every_code_decodes_as_the_standard_library_decodes_it():
    codes = np.arange(256, dtype=np.uint8)
    ours = np.rint(mu_law_decode(codes) * 32768).astype(int)
    theirs = np.frombuffer(audioop.ulaw2lin(codes.tobytes(), 2), dtype="<i2")
    np.testing.assert_array_equal(ours, theirs)


def test_every_16_bit_sample_is_coded_to_the_nearest_step_or_its_neighbour():
    pcm = np.arange(-32768, 32768, dtype="<i2")
    theirs = np.frombuffer(audioop.lin2ulaw(pcm.tobytes(), 2), dtype=np.uint8)
    ours = mu_law_encode((pcm / 32768).astype(np.float32))
    values = mu_law_decode(ours).astype(float), mu_law_decode(theirs).astype(float)
    # A segment spans 16 steps from its own start, which lies 33/8192 below its biased magnitude.
    step = (np.abs(values[1]) + 33 / 8192) / 16
    assert np.all(np.abs(values[0] - values[1]) <= step)
    assert np.mean(ours == theirs) > 0.97


@pytest.mark.parametrize(
    ("frequency_hz", "low_db", "high_db"),
    [
        (60, -300, -25),
        (150, -300, -9),
        (500, -1.0, 0.5),
        (1000, -1.0, 0.5),
        (2500, -1.0, 0.5),
        (5000, -300, -40),
    ],
)
def test_the_band_is_kept_and_the_rest_is_gone(frequency_hz, low_db, high_db):
    t = np.arange(16_000) / 16_000
    tone = (0.25 * np.sin(2 * np.pi * frequency_hz * t)).astype(np.float32)
    out = telephone(Clip(tone)).samples[4000:12_000]
    change_db = 20 * np.log10(np.sqrt(np.mean(out**2)) / np.sqrt(np.mean(tone[4000:12_000] ** 2)) + 1e-12)
    assert low_db <= change_db <= high_db


def test_nothing_moves_in_time():
    click = np.zeros(8000, np.float32)
    click[3000] = 0.8
    out = telephone(Clip(click)).samples
    assert len(out) == 8000
    assert abs(int(np.argmax(np.abs(out))) - 3000) <= 1
