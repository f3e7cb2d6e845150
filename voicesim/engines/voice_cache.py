"""Rendered lines on disk, found again by their content.

The key is a hash of everything that shapes the sound: words, style, engine and its settings. An entry is written
in one step; one that cannot be read is rendered anew. The cache holds scenario lines only, never a trainee.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
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


def render_all(
    lines: Sequence[LineToRender],
    voice: Voice,
    *,
    folder: Path | None = None,
    progress: Callable[[float], None] | None = None,
) -> dict[str, Clip]:
    """All lines, from the cache where they are there, rendered where not.

    Args:
        lines: to render; equal words in equal style are rendered once.
        voice: the synthesizer; used from several threads at once.
        folder: of the cache; created when needed. One that cannot be written only costs time.
        progress: told the fraction done.

    Returns:
        Clips by line id.

    Raises:
        EngineError: the synthesizer is missing or failed.
    """
    folder = folder or default_cache_folder()
    engine = voice.identity
    keys = {line_id: line_key(text, style, engine) for line_id, text, style in lines}
    todo = {keys[line_id]: (text, style) for line_id, text, style in lines}
    pool = ThreadPoolExecutor(max_workers=min(4, os.cpu_count() or 1), thread_name_prefix="voice")
    try:
        coming = {key: pool.submit(_cached, folder / f"{key}.flac", voice, *todo[key]) for key in todo}
        by_key: dict[str, Clip] = {}
        for number, (key, future) in enumerate(coming.items()):
            by_key[key] = future.result()
            if progress is not None:
                progress((number + 1) / len(coming))
    finally:
        # One line that fails, or Ctrl-C, leaves the rest unrendered.
        pool.shutdown(wait=True, cancel_futures=True)
    return {line_id: by_key[key] for line_id, key in keys.items()}


def _cached(path: Path, voice: Voice, text: str, style: VoiceStyle) -> Clip:
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
