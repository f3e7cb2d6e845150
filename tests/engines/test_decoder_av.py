from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import av
import numpy as np
import pytest
import soundfile

from voicesim.audio.clip import SAMPLE_RATE_HZ
from voicesim.engines.decoder_av import AvDecoder, available
from voicesim.errors import AudioFileError, ParameterError

TONE_HZ = 997.0
LEVEL_DBOV = -20.0

# (suffix, container, subtype, rate, tolerance in dB, may be longer by, in samples at 16 kHz)
FORMATS = [
    (".wav", "WAV", "PCM_U8", 16_000, 0.1, 0),
    (".wav", "WAV", "PCM_16", 16_000, 0.01, 0),
    (".wav", "WAV", "PCM_16", 8_000, 0.01, 0),
    (".wav", "WAV", "PCM_16", 11_025, 0.01, 0),
    (".wav", "WAV", "PCM_16", 22_050, 0.01, 0),
    (".wav", "WAV", "PCM_16", 44_100, 0.01, 0),
    (".wav", "WAV", "PCM_24", 48_000, 0.01, 0),
    (".wav", "WAV", "PCM_32", 48_000, 0.01, 0),
    (".wav", "WAV", "FLOAT", 44_100, 0.01, 0),
    (".wav", "WAV", "DOUBLE", 44_100, 0.01, 0),
    (".wav", "WAV", "ULAW", 8_000, 0.1, 0),
    (".wav", "WAV", "ALAW", 8_000, 0.1, 0),
    (".wav", "WAV", "IMA_ADPCM", 8_000, 0.2, 2_100),
    (".wav", "WAV", "GSM610", 8_000, 0.5, 640),
    (".w64", "W64", "PCM_16", 16_000, 0.01, 0),
    (".aiff", "AIFF", "PCM_16", 44_100, 0.01, 0),
    (".au", "AU", "ULAW", 8_000, 0.1, 0),
    (".flac", "FLAC", "PCM_16", 16_000, 0.01, 0),
    (".flac", "FLAC", "PCM_24", 48_000, 0.01, 0),
    (".mp3", "MP3", "MPEG_LAYER_III", 44_100, 0.2, 420),
    (".mp3", "MP3", "MPEG_LAYER_III", 16_000, 0.2, 1_200),
    (".ogg", "OGG", "VORBIS", 44_100, 0.2, 0),
    (".opus", "OGG", "OPUS", 48_000, 0.2, 0),
    (".m4a", "mp4", "aac", 44_100, 0.2, 400),
    (".webm", "webm", "libopus", 48_000, 0.2, 400),
]
IDS = [f"{container}-{subtype}-{rate}" for _, container, subtype, rate, _, _ in FORMATS]


@pytest.fixture(scope="module")
def decoder() -> AvDecoder:
    return AvDecoder()


def _write(path: Path, samples: np.ndarray, rate: int, container: str, subtype: str) -> None:
    """samples: (n_samples, n_channels)."""
    if container not in {"mp4", "webm"}:
        soundfile.write(path, samples, rate, format=container, subtype=subtype)
        return
    layout = "mono" if samples.shape[1] == 1 else "stereo"
    with av.open(str(path), "w", format=container) as out:
        stream = out.add_stream(subtype, rate=rate, layout=layout)
        stream.bit_rate = 128_000
        frame = av.AudioFrame.from_ndarray(
            np.ascontiguousarray(samples.reshape(1, -1), np.float32), format="flt", layout=layout
        )
        frame.sample_rate, frame.pts = rate, 0
        for packet in (*stream.encode(frame), *stream.encode(None)):
            out.mux(packet)


def _read(decoder: AvDecoder, path: Path) -> np.ndarray:
    with decoder.open(path) as recording:
        return np.concatenate(list(recording.blocks()), axis=1)


def _tone(hz: float, rate: int, seconds: float, level_dbov: float = LEVEL_DBOV) -> np.ndarray:
    time_s = np.arange(round(rate * seconds)) / rate
    return np.sqrt(2.0) * 10 ** (level_dbov / 20) * np.sin(2 * np.pi * hz * time_s)


def _level_of(hz: float, samples: np.ndarray) -> float:
    """Level of a sine of this frequency, by least squares over the middle, in dBov."""
    middle = samples[len(samples) // 4 : -len(samples) // 4].astype(np.float64)
    time_s = np.arange(len(middle)) / SAMPLE_RATE_HZ
    basis = np.stack([np.sin(2 * np.pi * hz * time_s), np.cos(2 * np.pi * hz * time_s)], axis=1)
    amplitude = np.linalg.norm(np.linalg.lstsq(basis, middle, rcond=None)[0])
    return 20 * np.log10(max(amplitude, 1e-12) / np.sqrt(2))


@pytest.mark.parametrize(
    ("suffix", "container", "subtype", "rate", "tolerance_db", "longer"), FORMATS, ids=IDS
)
def test_a_tone_keeps_its_level_length_and_channel(
    decoder, tmp_path, suffix, container, subtype, rate, tolerance_db, longer
):
    stereo = subtype != "GSM610"  # which is mono by its nature
    left = _tone(TONE_HZ, rate, 3.0)
    tones = np.stack([left, _tone(1_511.0, rate, 3.0, -30.0)], axis=1) if stereo else left[:, None]
    path = tmp_path / f"tone{suffix}"
    _write(path, tones, rate, container, subtype)
    with decoder.open(path) as recording:
        assert recording.info.n_channels == tones.shape[1]
        assert recording.info.sample_rate_hz == rate
        samples = np.concatenate(list(recording.blocks()), axis=1)
    assert samples.dtype == np.float32
    expected = round(len(left) * SAMPLE_RATE_HZ / rate)
    assert expected - 1 <= samples.shape[1] <= expected + 1 + longer
    assert _level_of(TONE_HZ, samples[0]) == pytest.approx(LEVEL_DBOV, abs=tolerance_db)
    if stereo:
        assert _level_of(1_511.0, samples[1]) == pytest.approx(-30.0, abs=max(tolerance_db, 0.05))
        assert _level_of(1_511.0, samples[0]) < -60.0
        assert _level_of(TONE_HZ, samples[1]) < -60.0


@pytest.mark.parametrize("rate", [8_000, 11_025, 16_000, 22_050, 44_100, 48_000])
def test_a_click_stays_where_it_is(decoder, tmp_path, rate):
    samples = np.zeros((4 * rate, 1))
    places_s = (0.25, 1.5, 3.75)
    for place_s in places_s:
        samples[round(place_s * rate)] = 0.5
    path = tmp_path / "click.wav"
    _write(path, samples, rate, "WAV", "PCM_16")
    found = np.abs(_read(decoder, path)[0])
    for place_s in places_s:
        around = round((place_s - 0.2) * SAMPLE_RATE_HZ)
        at = around + int(np.argmax(found[around : around + 6_400]))
        assert abs(at / SAMPLE_RATE_HZ - place_s) <= 0.001


@pytest.mark.parametrize(
    ("suffix", "container", "subtype", "rate"), [row[:4] for row in FORMATS if row[4] >= 0.2], ids=str
)
def test_sound_keeps_its_time_through_lossy_formats(decoder, tmp_path, rng, suffix, container, subtype, rate):
    """Bursts of noise at known times; the best fit of the envelope must lie within 2 ms."""
    band = np.convolve(rng.normal(size=3 * rate), np.hanning(max(3, rate // 1500)), "same")
    shape = np.zeros(3 * rate)
    for place_s in (0.4, 0.9, 1.7, 2.5):
        shape[round(place_s * rate) : round((place_s + 0.1) * rate)] = 1.0
    sound = 0.3 * shape * band / np.max(np.abs(band))
    path, reference = tmp_path / f"burst{suffix}", tmp_path / "burst.wav"
    _write(path, sound[:, None], rate, container, subtype)
    _write(reference, sound[:, None], rate, "WAV", "FLOAT")
    found, truth = _read(decoder, path)[0], _read(decoder, reference)[0]
    n = min(len(found), len(truth))
    product = np.fft.irfft(np.fft.rfft(found[:n], 2 * n) * np.conj(np.fft.rfft(truth[:n], 2 * n)))
    lag = int(np.argmax(product))
    lag = lag - 2 * n if lag > n else lag
    assert abs(lag) / SAMPLE_RATE_HZ <= 0.002


def test_sixteen_bit_full_scale_is_32768_exactly(decoder, tmp_path):
    values = np.array([-32768, -32767, -1, 0, 1, 16384, 32767], np.int16)
    path = tmp_path / "exact.wav"
    soundfile.write(path, np.tile(values, 100), SAMPLE_RATE_HZ, subtype="PCM_16")
    assert np.array_equal(_read(decoder, path)[0], np.tile(values, 100).astype(np.float64) / 32768.0)


def test_what_lies_above_the_band_does_not_fold_back(decoder, tmp_path):
    path = tmp_path / "high.wav"
    _write(path, _tone(11_000.0, 48_000, 2.0, -6.0)[:, None], 48_000, "WAV", "FLOAT")
    samples = _read(decoder, path)[0][1_000:-1_000]
    assert 20 * np.log10(np.sqrt(np.mean(np.square(samples, dtype=np.float64)))) < -100.0


def test_loud_floats_beyond_full_scale_come_through_unclipped(decoder, tmp_path):
    path = tmp_path / "hot.wav"
    _write(path, np.full((1_600, 1), 1.75), SAMPLE_RATE_HZ, "WAV", "FLOAT")
    assert np.all(_read(decoder, path) == 1.75)


def test_many_channels_are_told_and_kept_apart(decoder, tmp_path):
    path = tmp_path / "six.wav"
    levels = np.array([0.1, 0.2, 0.3, 0.4, 0.5, 0.6])
    _write(path, np.tile(levels, (16_000, 1)), SAMPLE_RATE_HZ, "WAV", "FLOAT")
    samples = _read(decoder, path)
    assert samples.shape == (6, 16_000)
    assert samples[:, 8_000] == pytest.approx(levels)


def test_sound_of_a_video_is_read(decoder, tmp_path):
    path = tmp_path / "meeting.mkv"
    with av.open(str(path), "w") as out:
        video = out.add_stream("mpeg4", rate=10)
        video.width = video.height = 64
        audio = out.add_stream("pcm_s16le", rate=16_000, layout="mono")
        picture = av.VideoFrame(64, 64, "yuv420p")
        sound = av.AudioFrame.from_ndarray(np.full((1, 16_000), 8_192, np.int16), format="s16", layout="mono")
        sound.sample_rate = 16_000
        for packet in (
            *video.encode(picture),
            *video.encode(None),
            *audio.encode(sound),
            *audio.encode(None),
        ):
            out.mux(packet)
    assert np.all(_read(decoder, path) == 0.25)


def test_block_size_does_not_change_the_sound(decoder, tmp_path, rng, monkeypatch):
    path = tmp_path / "noise.wav"
    _write(path, 0.1 * rng.normal(size=(30_000, 2)), 44_100, "WAV", "FLOAT")
    whole = _read(decoder, path)
    monkeypatch.setattr("voicesim.engines.decoder_av._BATCH_S", 0.01)
    assert np.array_equal(_read(decoder, path), whole)


# --- what is wrong with a file is said -------------------------------------------------------------------


def _long_flac(path: Path, rng) -> bytes:
    _write(path, 0.1 * rng.normal(size=(160_000, 1)), SAMPLE_RATE_HZ, "FLAC", "PCM_16")
    return path.read_bytes()


def test_missing_file(decoder, tmp_path):
    with pytest.raises(AudioFileError, match="there is no file"), decoder.open(tmp_path / "none.wav"):
        pass


def test_folder(decoder, tmp_path):
    with pytest.raises(AudioFileError, match="folder"), decoder.open(tmp_path):
        pass


def test_unreadable(decoder, tmp_path, monkeypatch):
    path = tmp_path / "locked.wav"
    path.write_bytes(b"x")

    def refuse(*args, **kwargs):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)
    with (
        pytest.raises(AudioFileError, match=r"locked\.wav cannot be read: Permission denied"),
        decoder.open(path),
    ):
        pass


@pytest.mark.parametrize("suffix", [".wav", ".flac", ".mp3", ".ogg", ".m4a", ".m3u8", ".txt"])
def test_text_under_any_name(decoder, tmp_path, suffix, capfd):
    path = tmp_path / f"notes{suffix}"
    path.write_text("#EXTM3U\n" * (suffix == ".m3u8") + "Dear customer,\nthank you for calling.\n" * 200)
    with pytest.raises(
        AudioFileError, match=r"not a recording|holds no audio|holds no sound|cannot be decoded"
    ) as caught:
        _read(decoder, path)
    assert caught.value.hint
    assert "\n" not in str(caught.value)
    assert capfd.readouterr() == ("", "")


def test_empty_file(decoder, tmp_path):
    path = tmp_path / "empty.wav"
    path.touch()
    with pytest.raises(AudioFileError, match=r"empty\.wav is empty"), decoder.open(path):
        pass


@pytest.mark.parametrize("suffix", [".wav", ".flac", ".ogg"])
def test_zero_samples(decoder, tmp_path, suffix):
    path = tmp_path / f"zero{suffix}"
    soundfile.write(path, np.zeros((0, 2)), SAMPLE_RATE_HZ)
    with pytest.raises(AudioFileError, match=r"not one sample|is empty"):
        decoder.open(path).__enter__()


def test_video_without_sound(decoder, tmp_path):
    path = tmp_path / "silent.mp4"
    with av.open(str(path), "w") as out:
        video = out.add_stream("mpeg4", rate=10)
        video.width = video.height = 64
        for packet in (*video.encode(av.VideoFrame(64, 64, "yuv420p")), *video.encode(None)):
            out.mux(packet)
    with pytest.raises(AudioFileError, match="holds no audio"), decoder.open(path):
        pass


def test_truncated_flac_names_the_second(decoder, tmp_path, rng, capfd):
    path = tmp_path / "cut.flac"
    content = _long_flac(path, rng)
    path.write_bytes(content[: len(content) * 6 // 10])
    with pytest.raises(AudioFileError, match=r"cut short (\d+\.\d) s in") as caught:
        _read(decoder, path)
    second = float(str(caught.value).rsplit(" s in", 1)[0].rsplit(" ", 1)[1])
    assert second == pytest.approx(6.0, abs=0.4)  # noise: bytes go with time
    assert capfd.readouterr() == ("", "")


def test_flac_cut_at_a_frame_boundary_is_noticed_by_its_length(decoder, tmp_path, rng):
    path = tmp_path / "cut.flac"
    content = _long_flac(path, rng)
    sizes = []
    with av.open(str(path)) as container:
        sizes = [packet.size for packet in container.demux(audio=0)]
    header = len(content) - sum(sizes)
    path.write_bytes(content[: header + sum(sizes[: len(sizes) // 2])])
    with pytest.raises(AudioFileError, match="cut short"):
        _read(decoder, path)


def test_damaged_flac_is_not_handed_out_as_sound(decoder, tmp_path, rng):
    path = tmp_path / "damaged.flac"
    content = bytearray(_long_flac(path, rng))
    content[len(content) // 2 : len(content) // 2 + 40] = b"\x55" * 40
    path.write_bytes(content)
    with pytest.raises(AudioFileError, match=r"broken .*[45]\.\d s in"):
        _read(decoder, path)


def test_truncated_wav(decoder, tmp_path):
    path = tmp_path / "cut.wav"
    _write(path, np.zeros((160_000, 2)), SAMPLE_RATE_HZ, "WAV", "PCM_16")
    path.write_bytes(path.read_bytes()[:200_000])
    with pytest.raises(AudioFileError, match=r"3\.1 s of the 10\.0 s"), decoder.open(path):
        pass


@pytest.mark.parametrize("size", [0, 0x7FFF_F000, 0xFFFF_FFFF])
def test_wav_from_a_pipe_with_no_length_in_its_header(decoder, tmp_path, size):
    path = tmp_path / "piped.wav"
    _write(path, np.full((16_000, 1), 0.5), SAMPLE_RATE_HZ, "WAV", "PCM_16")
    content = bytearray(path.read_bytes())
    at = content.index(b"data") + 4
    content[at : at + 4] = size.to_bytes(4, "little")
    path.write_bytes(content)
    assert _read(decoder, path).shape == (1, 16_000)


def test_truncated_m4a(decoder, tmp_path, rng):
    path = tmp_path / "cut.m4a"
    _write(path, 0.1 * rng.normal(size=(441_000, 1)), 44_100, "mp4", "aac")
    path.write_bytes(path.read_bytes()[:60_000])
    with pytest.raises(AudioFileError), decoder.open(path) as recording:
        list(recording.blocks())


def test_a_damaged_packet_of_mp3_leaves_the_rest_in_its_place(decoder, tmp_path):
    path = tmp_path / "scratch.mp3"
    sound = np.concatenate([_tone(TONE_HZ, 44_100, 3.0), np.zeros(44_100), _tone(TONE_HZ, 44_100, 1.0)])
    _write(path, sound[:, None], 44_100, "MP3", "MPEG_LAYER_III")
    whole = _read(decoder, path)
    content = bytearray(path.read_bytes())
    content[len(content) // 4 : len(content) // 4 + 300] = bytes(300)
    path.write_bytes(content)
    assert abs(_read(decoder, path).shape[1] - whole.shape[1]) <= SAMPLE_RATE_HZ // 10


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_samples_that_are_not_numbers(decoder, tmp_path, bad):
    samples = np.zeros((64_000, 2), np.float32)
    samples[40_000, 1] = bad
    path = tmp_path / "nan.wav"
    _write(path, samples, SAMPLE_RATE_HZ, "WAV", "FLOAT")
    with pytest.raises(AudioFileError, match=r"not numbers, 2\.5 s in"):
        _read(decoder, path)


def test_floats_scaled_like_integers(decoder, tmp_path):
    path = tmp_path / "scaled.wav"
    _write(path, np.full((16_000, 1), 12_000.0), SAMPLE_RATE_HZ, "WAV", "FLOAT")
    with pytest.raises(AudioFileError, match="beyond full scale"):
        _read(decoder, path)


def test_a_recording_is_read_once(decoder, tmp_path):
    path = tmp_path / "once.wav"
    _write(path, np.zeros((1_600, 1)), SAMPLE_RATE_HZ, "WAV", "PCM_16")
    with decoder.open(path) as recording:
        list(recording.blocks())
        with pytest.raises(ParameterError, match="once"):
            recording.blocks()


def test_a_name_that_looks_like_an_address(decoder, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    path = Path("http:call 100%d.wav")
    _write(path, np.zeros((1_600, 1)), SAMPLE_RATE_HZ, "WAV", "PCM_16")
    assert _read(decoder, path).shape == (1, 1_600)


# --- length ----------------------------------------------------------------------------------------------

_PEAK = """
import resource, sys
from pathlib import Path
from voicesim.engines.decoder_av import AvDecoder
with AvDecoder().open(Path(sys.argv[1])) as recording:
    samples = sum(block.shape[1] for block in recording.blocks())
print(samples, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="reads the peak memory in Linux units")
def test_memory_stays_flat_over_two_hours(tmp_path):
    peaks_kib = {}
    for minutes in (1, 120):
        path = tmp_path / f"{minutes}.wav"
        soundfile.write(path, np.zeros((0, 1), np.float32), 8_000, subtype="ALAW")
        header = bytearray(path.read_bytes())
        n_bytes = minutes * 60 * 8_000
        at = header.index(b"data") + 4
        header[at : at + 4] = n_bytes.to_bytes(4, "little")
        with path.open("wb") as file:  # a sparse file: nothing is written but its header
            file.write(header[: at + 4])
            file.truncate(at + 4 + n_bytes)
        done = subprocess.run(
            [sys.executable, "-c", _PEAK, str(path)], capture_output=True, text=True, check=True
        )
        samples, peak_kib = map(int, done.stdout.split())
        assert samples == minutes * 60 * SAMPLE_RATE_HZ
        peaks_kib[minutes] = peak_kib
    assert peaks_kib[120] - peaks_kib[1] < 16 * 1024


def test_available():
    assert available()[0]
