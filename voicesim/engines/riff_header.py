"""Whether a WAV file ends before the length that its header announces (FFmpeg does not say).

Source: Multimedia Programming Interface and Data Specifications 1.0 (RIFF, WAVE), IBM and Microsoft, 1991.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_PLACEHOLDER_BYTES: Final = 0x7FFF_0000
"""Recorders that write to a pipe announce 0, or a size from here up, because they do not know."""

_TOLERANCE_S: Final = 0.01
_MOST_CHUNKS: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Shortfall:
    """A WAV file that ends too early."""

    announced_s: float
    present_s: float


def missing_bytes(path: Path) -> Shortfall | None:
    """What is missing at the end of a RIFF WAVE file.

    Args:
        path: any file.

    Returns:
        ``None`` when nothing is missing, when the header does not tell, or when it is no RIFF WAVE file.

    Raises:
        OSError: the file cannot be read.
    """
    size = path.stat().st_size
    bytes_per_s = 0
    with path.open("rb") as file:
        head = file.read(12)
        if len(head) < 12 or head[:4] != b"RIFF" or head[8:] != b"WAVE":
            return None
        for _ in range(_MOST_CHUNKS):
            chunk = file.read(8)
            if len(chunk) < 8:
                return None
            name, length = struct.unpack("<4sI", chunk)
            if name == b"data":
                present = size - file.tell()
                return _shortfall(length, present, bytes_per_s)
            if name == b"fmt " and length >= 16:
                content = file.read(16)
                bytes_per_s = struct.unpack("<I", content[8:12])[0] if len(content) == 16 else 0
                file.seek(length - 16 + length % 2, 1)
            else:
                file.seek(length + length % 2, 1)
    return None


def _shortfall(announced: int, present: int, bytes_per_s: int) -> Shortfall | None:
    if (
        not bytes_per_s
        or announced >= _PLACEHOLDER_BYTES
        or announced - present <= _TOLERANCE_S * bytes_per_s
    ):
        return None
    return Shortfall(announced_s=announced / bytes_per_s, present_s=present / bytes_per_s)
