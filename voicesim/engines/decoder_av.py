"""Recordings of any common format, by PyAV (FFmpeg).

Conventions: channels stay apart; out comes float32 at 16 kHz, integer full scale 2^(bits-1) = 1.0, so that a
16-bit sample of -32768 is -1.0 exactly. Only the first audio stream of a file is read. The rate is changed by
soxr (band-limited, no delay), never by FFmpeg. Memory does not grow with the length of the file.

What is wrong with a file is never passed over:

- A lossless stream (PCM, G.711, FLAC ...) that breaks, skips or ends too early is an error.
- In a lossy stream packets that cannot be decoded become silence, so that everything after them keeps its
  time; more than :data:`~voicesim.engines.av_frames.LOST_AT_MOST_S` of them is an error.
- Gaps that a lossy stream declares by its time stamps (silence that was not sent) become silence.
- NaN, infinities and samples beyond :data:`LARGEST_SAMPLE` are errors, and so is a change of rate or
  channels.
"""

from __future__ import annotations

import importlib.metadata
import importlib.util
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from voicesim.audio.clip import SAMPLE_RATE_HZ
from voicesim.engines.av_frames import FrameReader, samples_of
from voicesim.engines.complaint import one_line
from voicesim.engines.riff_header import missing_bytes
from voicesim.errors import AudioFileError, EngineNotInstalledError, ParameterError
from voicesim.ports import Recording, RecordingInfo
from voicesim.speech.call import EngineId

LARGEST_SAMPLE: Final = 16.0
"""24 dB above full scale: no recorder means that, but files of wrongly scaled floats exist."""

_BATCH_S: Final = 1.0
_INSTALL_HINT: Final = "pip install av soxr"
_FORMATS_HINT: Final = "give a WAV, FLAC, MP3, OGG, Opus or M4A recording"

Block = npt.NDArray[np.float32]


def available() -> tuple[bool, str]:
    """Whether the engine can be used, and its version or what is missing."""
    missing = [name for name in ("av", "soxr") if importlib.util.find_spec(name) is None]
    if missing:
        return False, f"{' and '.join(missing)} not installed ({_INSTALL_HINT})"
    return True, f"PyAV {importlib.metadata.version('av')}"


class AvDecoder:
    """Opens recordings of any format that FFmpeg knows.

    Raises:
        EngineNotInstalledError: PyAV or soxr is missing.
    """

    def __init__(self) -> None:
        try:
            import av
            import soxr
        except ImportError as error:
            raise EngineNotInstalledError(
                f"{error.name or 'PyAV'} is not installed", hint=_INSTALL_HINT
            ) from error
        # PyAV keeps FFmpeg's chatter off stderr unless somebody asked for it.
        av.logging.set_level(None)
        self._av = av
        self.identity = EngineId(
            engine="pyav",
            model="ffmpeg " + ".".join(map(str, av.library_versions["libavcodec"])),
            version=importlib.metadata.version("av"),
            settings={"resampler": f"soxr {soxr.__version__} HQ"},
        )

    def open(self, path: Path) -> AbstractContextManager[Recording]:
        """Open a recording.

        Args:
            path: the file.

        Returns:
            A context manager; the recording may be read once, inside it.

        Raises:
            AudioFileError: missing, a folder, unreadable, no sound in it, or cut short in a way that its
                header shows.
        """
        return self._opened(path)

    @contextmanager
    def _opened(self, path: Path) -> Iterator[Recording]:
        _check_file(path)
        try:
            # "file:" and the whitelist: a name with a colon is no address, and a playlist reaches nothing.
            container = self._av.open(f"file:{path}", options={"protocol_whitelist": "file"})
        except (self._av.FFmpegError, OSError, ValueError) as error:
            raise AudioFileError(
                f"{path.name} is not a recording that can be decoded", hint=_FORMATS_HINT
            ) from error
        try:
            yield AvRecording(container, path.name, self._av.FFmpegError)
        finally:
            container.close()


class AvRecording:
    """A file that is being decoded.

    Raises:
        AudioFileError: it has no audio stream, or not one sample in it.
    """

    def __init__(self, container: Any, name: str, native_error: type[Exception]) -> None:  # noqa: ANN401 - PyAV
        if not container.streams.audio:
            raise AudioFileError(f"{name} holds no audio", hint=_FORMATS_HINT)
        self._name = name
        self._reader = FrameReader(container, container.streams.audio[0], name, native_error)
        self._frames = self._reader.frames()
        self._first = next(self._frames, None)
        if self._first is None:
            raise AudioFileError(
                f"{name} holds no sound: not one sample", hint="check that it is a recording"
            )
        self._info = RecordingInfo(
            n_channels=self._first.layout.nb_channels,
            sample_rate_hz=self._first.sample_rate,
            codec=self._reader.codec,
        )
        self._is_read = False

    @property
    def info(self) -> RecordingInfo:
        """Channels, native rate, codec."""
        return self._info

    def blocks(self) -> Iterator[Block]:
        """The sound at 16 kHz, about a second at a time.

        Yields:
            float32, shape (n_channels, n_samples), finite. Together round(n * 16000 / rate) samples.

        Raises:
            AudioFileError: the rest cannot be decoded; the message names the second.
            ParameterError: on a second reading.
        """
        if self._is_read:
            raise ParameterError("a recording can be read once; open the file anew")
        self._is_read = True
        source = self._batches()
        return source if self._info.sample_rate_hz == SAMPLE_RATE_HZ else self._resampled(source)

    def _resampled(self, source: Iterator[Block]) -> Iterator[Block]:
        import soxr

        n_channels = self._info.n_channels
        stream = soxr.ResampleStream(
            self._info.sample_rate_hz, SAMPLE_RATE_HZ, n_channels, dtype="float32", quality="HQ"
        )
        for block in source:
            out = stream.resample_chunk(np.ascontiguousarray(block.T))
            if len(out):
                yield np.ascontiguousarray(out.T)
        out = stream.resample_chunk(np.zeros((0, n_channels), np.float32), last=True)
        if len(out):
            yield np.ascontiguousarray(out.T)

    def _batches(self) -> Iterator[Block]:
        """The sound at its own rate, checked, a second at a time."""
        wanted = max(1, round(_BATCH_S * self._info.sample_rate_hz))
        waiting: list[Block] = []
        n_waiting = n_done = 0
        for block in self._placed():
            self._check_samples(block, n_done + n_waiting)
            waiting.append(block)
            n_waiting += block.shape[1]
            if n_waiting >= wanted:
                yield np.concatenate(waiting, axis=1)
                n_done, n_waiting, waiting = n_done + n_waiting, 0, []
        if waiting:
            yield np.concatenate(waiting, axis=1)

    def _placed(self) -> Iterator[Block]:
        """Frame after frame, with silence where the stream skips."""
        frame, n_done = self._first, 0
        self._first = None
        n_channels, rate = self._info.n_channels, self._info.sample_rate_hz
        while frame is not None:
            if (frame.layout.nb_channels, frame.sample_rate) != (n_channels, rate):
                raise AudioFileError(
                    f"{self._name} changes its rate or channels {n_done / rate:.1f} s in",
                    hint="convert it to FLAC with one rate and split it where it changes",
                )
            skipped = self._reader.skipped_samples(frame, n_done)
            n_done += skipped
            while skipped:
                length = min(skipped, rate)
                yield np.zeros((n_channels, length), np.float32)
                skipped -= length
            block = samples_of(frame)
            yield block
            n_done += block.shape[1]
            frame = next(self._frames, None)
        self._reader.check_length(n_done, rate)

    def _check_samples(self, block: Block, first_sample: int) -> None:
        good = np.abs(block) <= LARGEST_SAMPLE  # False for NaN
        if good.all():
            return
        at = int(np.argmin(good.all(axis=0)))
        kind = "beyond full scale" if np.isfinite(block[:, at]).all() else "that are not numbers"
        raise AudioFileError(
            f"{self._name} holds samples {kind}, {(first_sample + at) / self._info.sample_rate_hz:.1f} s in",
            hint="export it anew as 16-bit WAV or FLAC",
        )


def _check_file(path: Path) -> None:
    """What can be said before FFmpeg looks.

    Raises:
        AudioFileError: missing, a folder, not permitted, empty, or a WAV shorter than its header says.
    """
    try:
        if path.is_dir():
            raise AudioFileError(
                f"{path.name or path} is a folder, not a recording", hint="name a file in it"
            )
        with path.open("rb") as file:
            if not file.read(1):
                raise AudioFileError(f"{path.name} is empty", hint="record or copy it again")
        missing = missing_bytes(path)
    except FileNotFoundError as error:
        raise AudioFileError(f"there is no file {path}", hint="check the name and the folder") from error
    except OSError as error:
        raise AudioFileError(f"{path.name} cannot be read: {error.strerror or one_line(error)}") from error
    if missing:
        lengths = f"{missing.present_s:.1f} s of the {missing.announced_s:.1f} s it announces"
        raise AudioFileError(f"{path.name} is cut short: {lengths}", hint="copy or export it again")
