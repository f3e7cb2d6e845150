"""Writing a file whole or not at all."""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
from pathlib import Path

from voicesim.errors import InputError


class FileWriteError(InputError):
    """A file could not be written; what was there before is untouched."""


def write_bytes(path: Path, data: bytes) -> None:
    """Write a file beside its place, then put it there in one step.

    Raises:
        FileWriteError: no folder, no permission, disk full.
    """
    temporary = path.with_name(f".{path.name[:40]}.{os.getpid()}-{secrets.token_hex(4)}.part")
    mode = _mode(path)
    made = False
    try:
        with temporary.open("xb") as file:
            made = True
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        if mode is not None:
            temporary.chmod(mode)
        temporary.replace(path)
        made = False
    except (OSError, ValueError) as exc:
        raise _explained(path, exc) from exc
    finally:
        if made:
            with contextlib.suppress(OSError):
                temporary.unlink()


def make_folder(path: Path) -> None:
    """Make a folder and those above it; one that is there is left as it is.

    Raises:
        FileWriteError: no permission, or a file is in its place.
    """
    try:
        path.mkdir(parents=True, exist_ok=True)
    except (OSError, ValueError) as exc:
        if isinstance(exc, FileExistsError | NotADirectoryError):
            raise FileWriteError(
                f"{path}: no folder can be made here, a file is in its place", hint="choose another place"
            ) from exc
        if isinstance(exc, FileNotFoundError):
            raise FileWriteError(f"{path}: no folder can be made here", hint="choose another place") from exc
        raise _explained(path, exc) from exc


def write_text(path: Path, text: str) -> None:
    """Write UTF-8 text, line ends left as they are; as :func:`write_bytes`."""
    write_bytes(path, text.encode("utf-8"))


def _mode(path: Path) -> int | None:
    """Permissions of the file that is replaced."""
    try:
        return path.stat().st_mode & 0o777
    except (OSError, ValueError):
        return None


def _explained(path: Path, exc: OSError | ValueError) -> FileWriteError:
    code = exc.errno if isinstance(exc, OSError) else None
    if code in {errno.EACCES, errno.EPERM, errno.EROFS}:
        return FileWriteError(
            f"{path}: no permission to write it", hint="choose another place, or check who may write there"
        )
    if code in {errno.ENOSPC, errno.EDQUOT}:
        return FileWriteError(f"{path}: the disk is full", hint="free some space, or choose another place")
    if code in {errno.ENOENT, errno.ENOTDIR}:
        return FileWriteError(f"{path}: there is no folder {path.parent}", hint="make the folder first")
    if code == errno.EISDIR:
        return FileWriteError(f"{path}: this is a folder", hint="name a file in it")
    reason = exc.strerror if isinstance(exc, OSError) and exc.strerror else str(exc)
    return FileWriteError(f"{path}: it cannot be written: {reason}", hint="choose another place")
