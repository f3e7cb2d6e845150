"""The frames of one audio stream in order, with everything that is wrong with them said.

Conventions: positions are samples at the stream's own rate, counted from its first decoded sample.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from voicesim.errors import AudioFileError, EngineFailedError

LOST_AT_MOST_S: Final = 0.5
"""A lossy stream may have this much that cannot be decoded: a few packets, too short to change a measure."""

GAP_FROM_S: Final = 0.1
"""Time stamps of lossy streams are coarse; a smaller jump is no gap."""

FINE_GAP_FROM_S: Final = 0.01
"""The same for lossless streams, and after a packet that was lost."""

LONGEST_GAP_S: Final = 3600.0
"""A jump beyond this is a broken time stamp, not a pause."""

_LOSSLESS_PREFIXES: Final = ("pcm_", "flac", "alac", "wavpack", "tta", "ape")
_TOLD_LENGTH: Final = frozenset({"flac", "mov,mp4,m4a,3gp,3g2,mj2", "caf", "aiff", "w64"})
"""Containers whose stream length is written down, not estimated from the bit rate."""

_OFFSET_AND_SCALE: Final = {
    "u8": (-128.0, 2.0**-7),
    "s16": (0.0, 2.0**-15),
    "s32": (0.0, 2.0**-31),
    "s64": (0.0, 2.0**-63),
    "flt": (0.0, 1.0),
    "dbl": (0.0, 1.0),
}
_BROKEN_HINT: Final = "copy or export it again; the part before can be cut out and used"


def samples_of(frame: Any) -> npt.NDArray[np.float32]:  # noqa: ANN401 - PyAV
    """The samples of an ``av.AudioFrame``, full scale 1.0.

    Returns:
        float32, shape (n_channels, n_samples).

    Raises:
        EngineFailedError: for a sample format that is not known.
    """
    name = frame.format.name
    kind = name[:-1] if frame.format.is_planar else name
    if kind not in _OFFSET_AND_SCALE:
        raise EngineFailedError(f"the decoder gives samples of the unknown kind {name}")
    offset, scale = _OFFSET_AND_SCALE[kind]
    native = frame.to_ndarray()
    if not frame.format.is_planar:
        native = native.reshape(-1, frame.layout.nb_channels).T
    if kind == "dbl":
        # Values beyond float32 turn to infinity, which the reader of the samples refuses.
        with np.errstate(over="ignore"):
            return np.ascontiguousarray(native, dtype=np.float32)
    samples = native.astype(np.float32)
    if offset:
        samples += np.float32(offset)
    if scale != 1.0:
        samples *= np.float32(scale)
    return np.ascontiguousarray(samples)


def is_lossless(codec: str) -> bool:
    """Whether a codec gives back what went in, sample for sample.

    >>> is_lossless("pcm_mulaw"), is_lossless("opus")
    (True, False)
    """
    return codec.startswith(_LOSSLESS_PREFIXES)


class FrameReader:
    """Demultiplexes and decodes one stream.

    Args:
        container: an open ``av`` input container.
        stream: one of its audio streams.
        name: the file, for error messages.
        native_error: the base of PyAV's exceptions.
    """

    def __init__(self, container: Any, stream: Any, name: str, native_error: type[Exception]) -> None:  # noqa: ANN401 - PyAV
        self.codec: str = stream.codec_context.name
        self._container = container
        self._stream = stream
        self._name = name
        self._native_error = native_error
        self._is_lossless = is_lossless(self.codec)
        self._position_s = 0.0
        self._lost_s = 0.0
        self._has_just_lost = False
        self._origin: float | None = None
        if self.codec == "flac":
            # Without this FFmpeg hands out damaged frames as if they were sound.
            stream.codec_context.options = {"err_detect": "crccheck+bitstream+buffer+explode"}

    def frames(self) -> Iterator[Any]:
        """The frames that hold samples.

        Raises:
            AudioFileError: when the stream breaks, with the second where it does.
        """
        packets = self._container.demux(self._stream)
        while True:
            try:
                packet = next(packets, None)
            except (self._native_error, OSError) as error:
                raise self._broken() from error
            if packet is None:
                return
            try:
                decoded = packet.decode()
            except EOFError:
                return
            except (self._native_error, ValueError) as error:
                self._lose(packet, error)
                continue
            for frame in decoded:
                if frame.samples:
                    self._position_s += frame.samples / frame.sample_rate
                    yield frame

    def _lose(self, packet: Any, error: Exception) -> None:  # noqa: ANN401 - PyAV
        duration_s = (
            float(packet.duration * packet.time_base) if packet.duration and packet.time_base else 0.05
        )
        self._lost_s += duration_s
        self._has_just_lost = True
        if self._is_lossless or self._lost_s > LOST_AT_MOST_S:
            raise self._broken() from error

    def _broken(self) -> AudioFileError:
        if self._position_s == 0.0:
            return AudioFileError(f"{self._name} cannot be decoded from its start", hint=_BROKEN_HINT)
        return AudioFileError(
            f"{self._name} is broken or cut short {self._position_s:.1f} s in", hint=_BROKEN_HINT
        )

    def skipped_samples(self, frame: Any, n_done: int) -> int:  # noqa: ANN401 - PyAV
        """How many samples the stream leaves out before a frame.

        Args:
            frame: the next frame.
            n_done: samples before it, silence for earlier gaps included.

        Raises:
            AudioFileError: for a gap in a lossless stream, or one beyond reason.
        """
        if frame.pts is None or frame.time_base is None:
            return 0
        at_s = float(frame.pts * frame.time_base)
        expected_s = n_done / frame.sample_rate
        if self._origin is None:
            self._origin = at_s - expected_s
        gap_s = at_s - self._origin - expected_s
        is_fine = self._is_lossless or self._has_just_lost
        self._has_just_lost = False
        if abs(gap_s) < (FINE_GAP_FROM_S if is_fine else GAP_FROM_S):
            return 0
        if gap_s < 0.0:
            # Joined or wrapped time stamps: the sound itself goes on.
            self._origin += gap_s
            return 0
        if self._is_lossless or gap_s > LONGEST_GAP_S:
            raise AudioFileError(f"{self._name} is broken {expected_s:.1f} s in", hint=_BROKEN_HINT)
        samples: int = round(gap_s * frame.sample_rate)
        return samples

    def check_length(self, n_done: int, sample_rate_hz: int) -> None:
        """Compare what was decoded with what the container announced.

        Args:
            n_done: samples decoded, silence for gaps included.
            sample_rate_hz: of those samples (the header's may differ).

        Raises:
            AudioFileError: when the end is missing.
        """
        stream = self._stream
        if stream.duration is None or self._container.format.name not in _TOLD_LENGTH:
            return
        announced_s = float(stream.duration * stream.time_base)
        decoded_s = n_done / sample_rate_hz
        if announced_s - decoded_s > (FINE_GAP_FROM_S if self._is_lossless else LOST_AT_MOST_S):
            raise AudioFileError(
                f"{self._name} is cut short: {decoded_s:.1f} s of the {announced_s:.1f} s it announces",
                hint=_BROKEN_HINT,
            )
