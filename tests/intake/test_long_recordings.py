"""A long recording stays on disk: cuts of it are its samples, and little of it is in memory at a time."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest
import scipy.signal  # noqa: F401 - loaded before memory is counted
import soundfile

from voicesim.audio.clip import BLOCK_SAMPLES, SAMPLE_RATE_HZ
from voicesim.audio.span import Span
from voicesim.engines.decoder_av import AvDecoder
from voicesim.engines.pitch_swiftf0 import HOP_SAMPLES, _robust_peak
from voicesim.intake import channels
from voicesim.intake.channels import read_channels
from voicesim.intake.engines import no_progress
from voicesim.measure.envelope import envelope_of

N_SAMPLES = 5 * 60 * SAMPLE_RATE_HZ + 7


@pytest.fixture(scope="module")
def recording(tmp_path_factory) -> tuple[Path, np.ndarray]:
    rng = np.random.default_rng(3)
    second = rng.integers(-3000, 3000, (SAMPLE_RATE_HZ, 2)).astype(np.int16)
    sound = np.resize(second, (N_SAMPLES, 2))
    sound[:: SAMPLE_RATE_HZ + 1] //= 2  # no two seconds are alike
    path = tmp_path_factory.mktemp("long") / "long.wav"
    soundfile.write(path, sound, SAMPLE_RATE_HZ)
    return path, sound.astype(np.float32) / 32768.0


@pytest.fixture(scope="module")
def on_disk(recording):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(channels, "IN_MEMORY_SAMPLES", 0)
        patch.setattr(channels, "RESIDENT_SAMPLES", 1 << 18)
        yield read_channels(recording[0], AvDecoder(), trainee_channel=None, progress=no_progress)


def test_cuts_are_the_samples_and_stay_so(recording, on_disk):
    clip, truth = on_disk.trainee, recording[1][:, 1]
    assert len(clip) == N_SAMPLES
    kept = clip.cut(Span(5, 20_005))
    for start in range(0, N_SAMPLES, 1_000_000):
        assert np.array_equal(clip.samples[start : start + 999], truth[start : start + 999])
    assert np.array_equal(kept, truth[5:20_005])
    places = np.array([[0, 7], [N_SAMPLES - 1, 12]])
    assert np.array_equal(clip.samples[places], truth[places])
    with pytest.raises(ValueError, match="read-only"):
        clip.samples[3:5] = 0.0


def test_the_loudest_frames_are_the_same_however_long_the_clip(on_disk, recording):
    truth = recording[1][:, 1]
    n_whole = N_SAMPLES // HOP_SAMPLES * HOP_SAMPLES
    peaks = np.sort(np.abs(truth[:n_whole].reshape(-1, HOP_SAMPLES)).max(axis=1))
    assert _robust_peak(on_disk.trainee.samples) == peaks[-1 - int(0.005 * len(peaks))]


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="counted by Linux alone")
def test_little_is_in_memory_at_a_time(on_disk):
    def resident_mb() -> float:
        lines = Path("/proc/self/status").read_text().splitlines()
        return next(int(line.split()[1]) / 1000.0 for line in lines if line.startswith("RssFile"))

    whole_mb = 4e-6 * N_SAMPLES
    before_mb = most_mb = resident_mb()
    samples = on_disk.customer.samples
    for start in range(0, N_SAMPLES, BLOCK_SAMPLES):
        float(samples[start : start + BLOCK_SAMPLES].max())
        if start % (200 * BLOCK_SAMPLES) == 0:
            most_mb = max(most_mb, resident_mb())
    envelope_of(on_disk.trainee)
    most_mb = max(most_mb, resident_mb())
    assert most_mb - before_mb < whole_mb / 4
