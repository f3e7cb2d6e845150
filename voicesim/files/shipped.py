"""Where the files that come with voicesim are."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from voicesim.errors import InputError

_PACKAGE = Path(__file__).resolve().parent.parent


def shipped_folder(name: Literal["scenarios", "audio_fixtures"]) -> Path:
    """The folder of shipped scenarios or recordings, in an installed package or in a checkout.

    Raises:
        InputError: the installation lacks it.
    """
    for folder in (_PACKAGE / "shipped" / name, _PACKAGE.parent / name):
        if folder.is_dir():
            return folder
    raise InputError(
        f"the folder {name!r} that comes with voicesim is missing from this installation",
        hint="install voicesim again",
    )
