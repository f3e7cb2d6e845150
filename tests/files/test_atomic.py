"""A file is written whole or not at all."""

from __future__ import annotations

import errno
import os
import stat

import pytest

from voicesim.errors import InputError
from voicesim.files.atomic import FileWriteError, write_bytes, write_text
from voicesim.files.shipped import shipped_folder


def test_it_writes_and_replaces_and_leaves_nothing_else(tmp_path):
    path = tmp_path / "a.txt"
    write_text(path, "café\n")
    assert path.read_bytes() == "café\n".encode()
    path.chmod(0o640)
    write_bytes(path, b"new")
    assert path.read_bytes() == b"new"
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert [p.name for p in tmp_path.iterdir()] == ["a.txt"]


def test_places_that_cannot_be_written(tmp_path):
    with pytest.raises(FileWriteError, match="there is no folder"):
        write_text(tmp_path / "nowhere" / "a.txt", "x")
    with pytest.raises(FileWriteError, match="this is a folder"):
        write_text(tmp_path, "x")
    (tmp_path / "file").write_text("kept")
    with pytest.raises(FileWriteError, match="there is no folder"):
        write_text(tmp_path / "file" / "a.txt", "x")
    assert [p.name for p in tmp_path.rglob("*")] == ["file"]
    assert issubclass(FileWriteError, InputError)


@pytest.mark.parametrize(
    ("code", "said"),
    [(errno.ENOSPC, "the disk is full"), (errno.EACCES, "no permission"), (errno.EIO, "cannot be written")],
)
def test_a_failing_disk_leaves_the_old_file(tmp_path, monkeypatch, code, said):
    path = tmp_path / "a.txt"
    path.write_text("old")

    def fail(_descriptor):
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(FileWriteError, match=said) as caught:
        write_text(path, "new")
    assert "\n" not in caught.value.message
    assert caught.value.hint
    assert path.read_text() == "old"
    assert [p.name for p in tmp_path.iterdir()] == ["a.txt"]


def test_the_shipped_folders_are_found():
    assert shipped_folder("scenarios").name == "scenarios"
    assert shipped_folder("audio_fixtures").is_dir()
