"""Rendered lines on disk, found again by their content.

The key is a hash of everything that shapes the sound: words, style, engine and its settings. An entry is written
in one step; one that cannot be read is rendered anew. The cache holds scenario lines only, never a trainee.
"""

from __future__ import annotations

import hashlib
import io
import json
from dataclasses import asdict
from pathlib import Path

import numpy as np

from voicesim.audio.clip import SAMPLE_RATE_HZ, Clip
from voicesim.errors import VoicesimError
from voicesim.files.atomic import write_bytes
from voicesim.ports import Voice, VoiceStyle
from voicesim.speech.call import EngineId

LineToRender = tuple[str, str, VoiceStyle]
"""Line id, words, style."""


def default_cache_folder() -> Path:
    """Where rendered lines are kept between calls."""
    import platformdirs

    return Path(platformdirs.user_cache_dir("voicesim", appauthor=False)) / "lines"


def line_key(text: str, style: VoiceStyle, engine: EngineId) -> str:
    """Hash of all that shapes a rendered line."""
    parts = {
        "text": text,
        "style": asdict(style),
        "engine": {**asdict(engine), "settings": dict(engine.settings)},
    }
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def cached_line(path: Path, voice: Voice, text: str, style: VoiceStyle) -> Clip:
    """A line, from the cache where it is there, else rendered and put there.

    Args:
        path: of its file; a folder that cannot be written only costs time.
        voice: the synthesizer.
        text: its words.
        style: how they are spoken.

    Raises:
        EngineError: the synthesizer is missing or failed.
    """
    clip = _read(path)
    if clip is not None:
        return clip
    data = _encoded(voice.render(text, style))
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_bytes(path, data)
    except (OSError, VoicesimError):
        pass
    # What comes from the synthesizer and what comes from the cache must be the same samples.
    return _decoded(data)


def _encoded(clip: Clip) -> bytes:
    import soundfile

    out = io.BytesIO()
    soundfile.write(out, clip.samples, SAMPLE_RATE_HZ, format="FLAC", subtype="PCM_16")
    return out.getvalue()


def _decoded(data: bytes) -> Clip:
    import soundfile

    samples, rate_hz = soundfile.read(io.BytesIO(data), dtype="float32")
    if rate_hz != SAMPLE_RATE_HZ or samples.ndim != 1 or len(samples) == 0:
        raise ValueError("not a line that voicesim rendered")
    return Clip(np.ascontiguousarray(samples))


def _read(path: Path) -> Clip | None:
    try:
        return _decoded(path.read_bytes())
    except (OSError, RuntimeError, ValueError):
        return None
