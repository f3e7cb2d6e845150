"""Lossless sound on disk, written while a call runs.

Conventions: FLAC, 16 bit, 16 kHz, left the customer as heard, right the trainee. A block of the encoder is
4096 samples, so a power cut costs at most 0.26 s plus what :class:`FlacWriter` has not been given yet.
"""

from __future__ import annotations

from pathlib import Path
from types import TracebackType
from typing import Final, Self

import numpy as np

from voicesim.audio.clip import SAMPLE_RATE_HZ, Samples
from voicesim.errors import CallFolderError

INT16_SCALE: Final = 32768.0
"""float32 1.0 stands for this int16 value, in every file that voicesim reads or writes."""


class FlacWriter:
    """A two-channel FLAC file that grows.

    Args:
        path: written anew.

    Raises:
        CallFolderError: the file cannot be written.
    """

    def __init__(self, path: Path) -> None:
        import soundfile

        self._path = path
        self.n_samples = 0
        try:
            self._file = soundfile.SoundFile(
                path, mode="w", samplerate=SAMPLE_RATE_HZ, channels=2, format="FLAC", subtype="PCM_16"
            )
        except (OSError, RuntimeError) as exc:
            raise _cannot_write(path, exc) from exc

    def write(self, customer: Samples, trainee: Samples) -> None:
        """Append one block of both channels, float32; what exceeds full scale is clipped."""
        both = np.stack([customer, trainee], axis=1)
        pcm = np.clip(np.rint(both * INT16_SCALE), -32768, 32767).astype(np.int16)
        try:
            self._file.write(pcm)
        except (OSError, RuntimeError) as exc:
            raise _cannot_write(self._path, exc) from exc
        self.n_samples += len(customer)

    def close(self) -> None:
        """Finish the file's header."""
        if not self._file.closed:
            self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def encode_flac(customer: Samples | None, trainee: Samples) -> bytes:
    """One or two channels (customer left, trainee right) as a FLAC file in memory.

    Args:
        customer: float32, shape (n_samples,), or ``None`` for a mono recording.
        trainee: float32, shape (n_samples,).
    """
    import io

    import soundfile

    channels = [trainee] if customer is None else [customer, trainee]
    out = io.BytesIO()
    with soundfile.SoundFile(
        out, mode="w", samplerate=SAMPLE_RATE_HZ, channels=len(channels), format="FLAC", subtype="PCM_16"
    ) as file:
        step = SAMPLE_RATE_HZ * 60
        for start in range(0, len(trainee), step):
            block = np.stack([c[start : start + step] for c in channels], axis=1)
            file.write(np.clip(np.rint(block * INT16_SCALE), -32768, 32767).astype(np.int16))
    return out.getvalue()


def _cannot_write(path: Path, exc: Exception) -> CallFolderError:
    return CallFolderError(
        f"cannot write {path.name} in {path.parent}: {exc}",
        hint="choose a folder with room and write permission by --out",
    )
