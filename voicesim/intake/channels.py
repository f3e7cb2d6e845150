"""From a file to one clip a party, and what the file's channels really are.

The rule for the channels, where nothing else is said: the trainee is in the right one (channel 2), as in the
folders that voicesim writes; a recording with one channel holds both.
"""

from __future__ import annotations

import mmap
import tempfile
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Final

import numpy as np

from voicesim.audio.clip import SAMPLE_RATE_HZ, Clip
from voicesim.errors import AudioFileError
from voicesim.intake.engines import Progress
from voicesim.ports import Decoder, Recording, RecordingInfo
from voicesim.speech.call import Layout

IN_MEMORY_SAMPLES: Final = 20 * 60 * SAMPLE_RATE_HZ
"""Longer channels stay on disk and are mapped."""

RESIDENT_SAMPLES: Final = 1 << 22
"""Of such a channel about this much is in memory: 16 MB."""

ROWS_AT_ONCE: Final = 128

SAME_SOUND_RESIDUAL: Final = 1e-4
"""Channels of which one explains the other up to this share of the power (-40 dB) hold the same sound."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Channels:
    """A decoded recording."""

    layout: Layout
    trainee: Clip
    customer: Clip | None
    info: RecordingInfo


class _OnDisk(np.memmap):
    """Samples on disk of which only what was lately cut out is in memory.

    Whatever was let go comes back from the file when somebody looks at it, so that cuts stay good.
    """

    _n_cut = 0

    def __getitem__(self, index: Any) -> Any:  # noqa: ANN401 - as numpy has it
        if isinstance(index, np.ndarray) and index.ndim == 2 and len(index):
            # Rows from all over the file, each of which brings 64 kB and more into memory.
            rows = range(0, len(index), ROWS_AT_ONCE)
            return np.concatenate([self._cut(index[row : row + ROWS_AT_ONCE], lets_go=True) for row in rows])
        return self._cut(index)

    def _cut(self, index: Any, *, lets_go: bool = False) -> Any:  # noqa: ANN401 - as numpy has it
        cut = np.asarray(super().__getitem__(index))
        self._n_cut += cut.size
        if lets_go or self._n_cut > RESIDENT_SAMPLES:
            self._n_cut = cut.size
            mapped = getattr(self, "_mmap", None)
            if hasattr(mmap, "MADV_DONTNEED") and mapped is not None:
                mapped.madvise(mmap.MADV_DONTNEED)
        return cut


class _Spool:
    """Channels on their way to disk, and the sums that tell same sound from different."""

    def __init__(self, n_channels: int) -> None:
        self.files: list[IO[bytes]] = [
            tempfile.TemporaryFile(prefix="voicesim-")  # noqa: SIM115 - lives as long as its clip
            for _ in range(n_channels)
        ]
        self.n_samples = 0
        self.power = np.zeros(n_channels)
        self.cross = 0.0

    def write(self, block: np.ndarray[tuple[int, int], np.dtype[np.float32]]) -> None:
        for file, channel in zip(self.files, block, strict=True):
            file.write(np.ascontiguousarray(channel, dtype="<f4").tobytes())
        self.n_samples += block.shape[1]
        wide = block.astype(np.float64)
        self.power += np.sum(wide * wide, axis=1)
        if len(wide) == 2:
            self.cross += float(np.dot(wide[0], wide[1]))

    @property
    def is_same_sound(self) -> bool:
        if len(self.files) != 2 or not np.all(self.power > 0.0):
            return False
        return 1.0 - self.cross**2 / float(np.prod(self.power)) < SAME_SOUND_RESIDUAL

    def close(self) -> None:
        """Give the files back; a mapped clip keeps what it needs."""
        for file in self.files:
            file.close()

    def clip(self, channel: int) -> Clip:
        file = self.files[channel]
        file.flush()
        file.seek(0)
        if self.n_samples <= IN_MEMORY_SAMPLES:
            return Clip(np.frombuffer(file.read(), dtype="<f4").astype(np.float32, copy=False))
        return Clip(_OnDisk(file, dtype="<f4", mode="r"))


def read_channels(
    path: Path, decoder: Decoder, *, trainee_channel: str | None, progress: Progress
) -> Channels:
    """Decode a recording of one or two channels.

    Args:
        path: any format that the decoder reads.
        decoder: the decoder.
        trainee_channel: ``left``, ``right`` or ``None`` for the rule above.
        progress: told as it goes.

    Raises:
        AudioFileError: unreadable, empty, silent, or with more than two channels.
    """
    with decoder.open(path) as recording:
        info = recording.info
        if info.n_channels > 2:
            raise AudioFileError(
                f"{path.name} has {info.n_channels} channels; voicesim reads one or two",
                hint="mix or cut it to two channels, one a party, and try again",
            )
        with closing(_Spool(info.n_channels)) as spool:
            _read(recording, spool, progress)
            return _checked(path, spool, info, trainee_channel)


def _read(recording: Recording, spool: _Spool, progress: Progress) -> None:
    progress("decoding", 0.0)
    for block in recording.blocks():
        spool.write(block)
    progress("decoding", 1.0)


def _checked(path: Path, spool: _Spool, info: RecordingInfo, trainee_channel: str | None) -> Channels:
    if spool.n_samples == 0:
        raise AudioFileError(f"{path.name} holds no sound", hint="record it again")
    if not np.any(spool.power > 0.0):
        raise AudioFileError(
            f"{path.name} holds nothing but digital silence",
            hint="check that the recorder was connected to the call",
        )
    return _assign(path, spool, info, trainee_channel)


def _assign(path: Path, spool: _Spool, info: RecordingInfo, trainee_channel: str | None) -> Channels:
    if info.n_channels == 1:
        return Channels(layout=Layout.MONO, trainee=spool.clip(0), customer=None, info=info)
    if spool.is_same_sound:
        return Channels(layout=Layout.FAKE_STEREO, trainee=spool.clip(0), customer=None, info=info)
    index = 0 if trainee_channel == "left" else 1
    if spool.power[index] == 0.0:
        name, other = ("left", "right") if index == 0 else ("right", "left")
        raise AudioFileError(
            f"{path.name}: the trainee's channel ({name}) is silent",
            hint=f"if the trainee is in the other one, say --trainee-channel {other}",
        )
    return Channels(
        layout=Layout.TWO_CHANNEL, trainee=spool.clip(index), customer=spool.clip(1 - index), info=info
    )


def read_voice(path: Path, decoder: Decoder) -> Clip:
    """One voice from a recording: its only channel, or the mean of two.

    Raises:
        AudioFileError: unreadable, empty or silent.
    """
    with decoder.open(path) as recording:
        parts = [block.mean(axis=0, dtype=np.float32) for block in recording.blocks()]
    samples = np.concatenate(parts) if parts else np.zeros(0, np.float32)
    if not np.any(samples):
        raise AudioFileError(f"{path.name} holds no sound", hint="record it again")
    return Clip(samples)
