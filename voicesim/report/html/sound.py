"""The recording on the page: inside it, or beside it where it is too big to be inside."""

from __future__ import annotations

import base64
import re
from typing import Final
from urllib.parse import quote

from voicesim.errors import ParameterError
from voicesim.report.html.markup import Markup, element

INLINE_LIMIT_BYTES: Final = 25_000_000
"""Audio beyond this is linked: base64 adds a third, and a browser holds the page in memory as text."""

_AUDIO_TYPE: Final = re.compile(r"audio/[a-z0-9][a-z0-9.+-]*")
_SIGNATURES: Final = (
    (0, b"fLaC", "audio/flac"),
    (0, b"OggS", "audio/ogg"),
    (0, b"ID3", "audio/mpeg"),
    (0, b"\xff\xfb", "audio/mpeg"),
    (4, b"ftyp", "audio/mp4"),
    (8, b"WAVE", "audio/wav"),
)


def audio_type_of(audio: bytes) -> str | None:
    """The media type of a recording by its first bytes; ``None`` for one that browsers do not play."""
    return next((kind for at, sign, kind in _SIGNATURES if audio[at : at + len(sign)] == sign), None)


def audio_source(audio: bytes, audio_type: str, *, audio_file: str | None, inline_limit_bytes: int) -> str:
    """The address of the recording as the page uses it: the recording itself, or its file beside the page.

    Raises:
        ParameterError: not a media type of audio; no audio; too big to be inside and no file to link; a name
            that leads away from the page's folder.
    """
    if audio_file is not None:
        if audio_file in {"", ".", ".."} or "/" in audio_file or "\\" in audio_file:
            raise ParameterError(f"the linked recording lies beside the page, got {audio_file!r}")
        return "./" + quote(audio_file)
    if not _AUDIO_TYPE.fullmatch(audio_type):
        raise ParameterError(f"an audio type reads audio/..., got {audio_type!r}")
    if not audio:
        raise ParameterError("a report needs the recording, got no bytes")
    if len(audio) > inline_limit_bytes:
        raise ParameterError(
            f"{len(audio)} bytes of audio are too many to lie inside the page",
            hint="write the recording beside the page and link it by its file name",
        )
    return Markup(f"data:{audio_type};base64,{base64.b64encode(audio).decode('ascii')}")


def player(source: str, *, is_inside: bool) -> Markup:
    """The bar at the foot of the page that holds the only audio element."""
    return element(
        "div",
        element("audio", id="audio", controls=True, preload="auto" if is_inside else "metadata", src=source),
        element("p", "Press any time, line or mark to hear it.", id="now", class_="now"),
        element("p", id="trouble", class_="trouble", role="alert", hidden=True),
        class_="player",
        role="region",
        aria_label="Player",
    )
