from __future__ import annotations

import numpy as np
import pytest
import scipy.signal
import soundfile

from voicesim.audio.clip import SAMPLE_RATE_HZ, Clip
from voicesim.audio.span import Span
from voicesim.engines import pitch_swiftf0
from voicesim.engines.pitch_swiftf0 import HOP_SAMPLES, SwiftF0Tracker, available
from voicesim.errors import EngineNotInstalledError, ParameterError


@pytest.fixture(scope="module")
def tracker() -> SwiftF0Tracker:
    return SwiftF0Tracker()


def _pink(n_samples: int, rng) -> np.ndarray:
    spectrum = np.fft.rfft(rng.normal(size=n_samples))
    spectrum[1:] /= np.sqrt(np.arange(1, len(spectrum)))
    spectrum[0] = 0.0
    return np.fft.irfft(spectrum, n_samples)


def _clean(voice, rng):
    return voice


def _telephone(voice, rng):
    band = scipy.signal.butter(6, (300, 3400), "bandpass", fs=SAMPLE_RATE_HZ, output="sos")
    return scipy.signal.sosfiltfilt(band, voice)


def _pink_15_db(voice, rng):
    noise = _pink(len(voice), rng)
    loud = voice[np.abs(voice) > 0.0]
    return voice + noise * np.sqrt(np.mean(loud**2) / np.mean(noise**2)) * 10 ** (-15 / 20)


def _quiet(voice, rng):
    return voice * 10 ** (-40 / 20)


@pytest.mark.parametrize("condition", [_clean, _telephone, _pink_15_db, _quiet])
@pytest.mark.parametrize("median_hz", [95.0, 180.0, 280.0])
def test_exact_f0_of_a_synthetic_voice(tracker, spoken, f0_contour, rng, condition, median_hz):
    truth_hz = f0_contour(median_hz, 20.0, seed=int(median_hz))
    track = tracker.track(Clip(np.asarray(condition(spoken(truth_hz), rng), np.float32)))
    at_frames = truth_hz[::HOP_SAMPLES]
    # Frames at a phrase's edge hear both voice and pause: they are neither.
    inside = np.convolve(at_frames > 0, np.ones(3), "same") == 3
    outside = np.convolve(at_frames > 0, np.ones(5), "same") == 0
    both = track.voiced & inside
    cents = 1200 * np.log2(track.f0_hz[both] / at_frames[both])
    assert np.median(np.abs(cents)) < 10.0
    assert np.mean(np.abs(cents) > 100.0) < 0.01
    assert both.sum() / inside.sum() >= 0.95
    assert np.mean(track.voiced[outside]) < 0.1


def test_frames_lie_at_their_samples(tracker, spoken):
    """A falling glide: a track that came a frame late would read higher throughout."""
    glide_hz = 300.0 * 2.0 ** (-np.arange(2 * SAMPLE_RATE_HZ) / SAMPLE_RATE_HZ)
    track = tracker.track(Clip(spoken(glide_hz)))
    frames = track.frames_in(Span(8_000, 24_000))
    truth_hz = glide_hz[np.arange(frames.start, frames.stop) * track.hop_samples + track.first_sample]
    cents = 1200 * np.log2(track.f0_hz[frames] / truth_hz)
    assert track.voiced[frames].all()
    assert abs(np.median(cents)) < 1200 * HOP_SAMPLES / SAMPLE_RATE_HZ / 3


def test_gain_changes_nothing(tracker, spoken, f0_contour):
    voice = spoken(f0_contour(150.0, 5.0))
    loud, soft = (tracker.track(Clip((voice * gain).astype(np.float32))) for gain in (1.0, 2.0**-7))
    assert np.array_equal(loud.voiced, soft.voiced)
    assert np.array_equal(loud.f0_hz, soft.f0_hz)


def test_pieces_leave_no_seam(tracker, spoken, f0_contour, rng, monkeypatch):
    voice = spoken(f0_contour(150.0, 40.0)) + rng.normal(0, 0.001, 40 * SAMPLE_RATE_HZ).astype(np.float32)
    whole = tracker.track(Clip(voice))
    for piece_frames in (37, 400):
        monkeypatch.setattr(pitch_swiftf0, "_PIECE_FRAMES", piece_frames)
        pieces = tracker.track(Clip(voice))
        assert np.array_equal(pieces.voiced, whole.voiced)
        assert pieces.f0_hz == pytest.approx(whole.f0_hz, rel=1e-4)


def test_only_where_somebody_speaks(tracker, spoken, f0_contour):
    voice = spoken(f0_contour(150.0, 12.0))
    whole = tracker.track(Clip(voice))
    said = (Span(2 * SAMPLE_RATE_HZ, 4 * SAMPLE_RATE_HZ), Span(8 * SAMPLE_RATE_HZ, 9 * SAMPLE_RATE_HZ))
    part = tracker.track(Clip(voice), said)
    for span in said:
        frames = whole.frames_in(span)
        assert np.array_equal(part.voiced[frames], whole.voiced[frames])
        assert part.f0_hz[frames] == pytest.approx(whole.f0_hz[frames], rel=1e-4)
    assert whole.voiced[whole.frames_in(Span(5 * SAMPLE_RATE_HZ, 7 * SAMPLE_RATE_HZ))].any()
    assert not part.voiced[part.frames_in(Span(5 * SAMPLE_RATE_HZ, 7 * SAMPLE_RATE_HZ))].any()
    assert not tracker.track(Clip(voice), ()).voiced.any()


def test_a_faint_second_voice_in_the_pauses_is_left_out(tracker, spoken, f0_contour):
    own_hz = f0_contour(110.0, 10.0, seed=3)
    other_hz = np.where(own_hz > 0, 0.0, 220.0)
    own, other = spoken(own_hz), spoken(other_hz)
    beside = np.sqrt(np.mean(own[own_hz > 0] ** 2) / np.mean(other[other_hz > 0] ** 2))
    audible, faint = (
        tracker.track(Clip((own + beside * 10 ** (level_db / 20) * other).astype(np.float32)))
        for level_db in (-10, -27)
    )
    only_other = np.convolve(own_hz[::HOP_SAMPLES] > 0, np.ones(7), "same") == 0
    assert only_other.sum() > 50
    assert audible.voiced[only_other].mean() > 0.9, "at -10 dB it is a voice in its own right"
    assert not faint.voiced[only_other].any()


def test_a_steady_offset_does_not_open_the_gate(tracker, spoken, f0_contour):
    own_hz = f0_contour(110.0, 10.0, seed=3)
    other_hz = np.where(own_hz > 0, 0.0, 220.0)
    mixed = spoken(own_hz) + 10 ** (-30 / 20) * spoken(other_hz) + 0.05
    only_other = np.convolve(own_hz[::HOP_SAMPLES] > 0, np.ones(7), "same") == 0
    assert not tracker.track(Clip(mixed.astype(np.float32))).voiced[only_other].any()


def test_one_knock_does_not_hide_a_faint_voice(tracker, spoken, f0_contour):
    truth_hz = f0_contour(150.0, 10.0)
    sound = 10 ** (-30 / 20) * spoken(truth_hz)
    sound[4_000:4_030] = 1.0
    voiced = tracker.track(Clip(sound.astype(np.float32))).voiced
    inside = np.convolve(truth_hz[::HOP_SAMPLES] > 0, np.ones(3), "same") == 3
    assert voiced[inside].mean() > 0.95


def test_real_voice_against_praat(tracker, data_dir):
    parselmouth = pytest.importorskip("parselmouth")
    cents, spreads_st = [], []
    for path in sorted((data_dir / "speech" / "arctic").glob("*.flac"))[:10]:
        speech, rate = soundfile.read(path, dtype="float32")
        track = tracker.track(Clip(speech))
        pitch = parselmouth.Sound(speech.astype(np.float64), rate).to_pitch_ac(0.016, 65, pitch_ceiling=500)
        theirs_hz = np.array(
            [pitch.get_value_at_time(i * HOP_SAMPLES / rate) for i in range(len(track.f0_hz))]
        )
        both = track.voiced & np.isfinite(theirs_hz)
        cents.append(1200 * np.log2(track.f0_hz[both] / theirs_hz[both]))
        ours = 12 * np.log2(track.f0_hz[both])
        theirs = 12 * np.log2(theirs_hz[both])
        spreads_st.append([np.subtract(*np.percentile(x, (90, 10))) / 2.563 for x in (ours, theirs)])
    assert np.median(np.abs(np.concatenate(cents))) < 30.0
    assert abs(np.subtract(*np.median(spreads_st, axis=0))) < 0.3


@pytest.mark.parametrize("n_samples", [0, 1, 100, 256, 257, 5_000])
def test_one_frame_for_every_hop_begun(tracker, n_samples, rng):
    track = tracker.track(Clip(rng.normal(0, 0.1, n_samples).astype(np.float32)))
    assert len(track.f0_hz) == -(-n_samples // HOP_SAMPLES)


def test_digital_silence_and_noise_are_unvoiced(tracker, rng):
    assert not tracker.track(Clip(np.zeros(32_000, np.float32))).voiced.any()
    noise = rng.normal(0, 0.05, 32_000).astype(np.float32)
    assert tracker.track(Clip(noise)).voiced.mean() < 0.05


def test_another_rate_is_refused(tracker):
    with pytest.raises(ParameterError, match="16000 Hz"):
        tracker.track(Clip(np.zeros(8_000, np.float32), 8_000))


def test_missing_package_is_named(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "swift_f0", None)
    with pytest.raises(EngineNotInstalledError, match="swift-f0 is not installed") as caught:
        SwiftF0Tracker()
    assert "pip install" in str(caught.value.hint)


def test_available():
    assert available()[0]
