"""The engines by name, and the choice of a recogniser."""

from __future__ import annotations

import difflib
import importlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from voicesim.errors import EngineError, UnknownEngineError
from voicesim.ports import Recogniser

PROBES: Final = {
    "decoder (PyAV)": "voicesim.engines.decoder_av",
    "speech activity (Silero)": "voicesim.engines.detector_silero",
    "pitch (swift-f0)": "voicesim.engines.pitch_swiftf0",
    "recogniser (faster-whisper)": "voicesim.engines.recogniser_faster_whisper",
    "recogniser (pocketsphinx)": "voicesim.engines.recogniser_pocketsphinx",
    "echo cancellation (WebRTC)": "voicesim.engines.echo_webrtc",
    "customer's voice (pyttsx3)": "voicesim.engines.voice_pyttsx3",
}
"""Modules with a cheap ``available() -> (is_available, detail)``."""

RECOGNISERS: Final = ("auto", "whisper", "faster-whisper", "pocketsphinx")


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """Whether an engine can be used."""

    name: str
    is_available: bool
    detail: str
    hint: str = ""


def probe_engines() -> tuple[Probe, ...]:
    """Every engine, and whether it can be used."""
    found = []
    for name, module in PROBES.items():
        is_available, detail = importlib.import_module(module).available()
        hint = "" if is_available else "install what is missing, then run voicesim doctor again"
        found.append(Probe(name=name, is_available=is_available, detail=detail, hint=hint))
    found.append(_probe_model())
    return tuple(found)


def _probe_model() -> Probe:
    from voicesim.engines.recogniser_faster_whisper import DEFAULT_MODEL
    from voicesim.engines.whisper_models import cached_model

    try:
        folder = cached_model(DEFAULT_MODEL)
    except EngineError as exc:
        return Probe(name="Whisper model", is_available=False, detail=exc.message, hint=exc.hint or "")
    if folder is None:
        detail = f"{DEFAULT_MODEL} is not on this machine; it is fetched when first needed, else pocketsphinx stands in"
        return Probe(name="Whisper model", is_available=True, detail=detail)
    return Probe(name="Whisper model", is_available=True, detail=f"{DEFAULT_MODEL} in {folder}")


def choose_recogniser(spec: str, *, say: Callable[[str], None]) -> tuple[Recogniser, bool]:
    """The recogniser that a person means.

    Args:
        spec: ``auto``; ``pocketsphinx``; ``whisper`` or ``faster-whisper``, with ``:MODEL`` behind it for another
            than ``base.en``; or a model's folder.
        say: told, loudly, when a stand-in is taken or a model is fetched.

    Returns:
        The recogniser, and whether it stands in for a better one that could not be had.

    Raises:
        UnknownEngineError: no recogniser of that name.
        EngineNotInstalledError: its package is missing.
        ModelNotFoundError: its model is nowhere to be had.
        EngineFailedError: it cannot be loaded.
    """
    name, _, model = spec.partition(":")
    if spec == "auto":
        return _auto(say)
    if spec == "pocketsphinx":
        return _pocketsphinx(), False
    if name in {"whisper", "faster-whisper"}:
        return _whisper(model, say), False
    if Path(spec).is_dir() or any(mark in spec for mark in "/\\"):
        from voicesim.engines.recogniser_faster_whisper import FasterWhisperRecogniser

        return FasterWhisperRecogniser(Path(spec)), False
    near = difflib.get_close_matches(name, RECOGNISERS, n=1)
    guess = f"did you mean {near[0]!r}? " if near else ""
    raise UnknownEngineError(
        f"no recogniser {spec!r}",
        hint=f"{guess}there are: {', '.join(RECOGNISERS)}; or name a model's folder",
    )


def _auto(say: Callable[[str], None]) -> tuple[Recogniser, bool]:
    from voicesim.engines.recogniser_faster_whisper import DEFAULT_MODEL

    try:
        return _whisper(DEFAULT_MODEL, say), False
    except EngineError as exc:
        say(f"no Whisper model: {exc.message}")
        say(
            "pocketsphinx stands in: it follows clear speech close to the microphone and little else, and what "
            "was said is scored only where its words can be trusted"
        )
        if exc.hint:
            say(f"for better words: {exc.hint}")
    return _pocketsphinx(), True


def _whisper(model: str, say: Callable[[str], None]) -> Recogniser:
    from voicesim.engines.recogniser_faster_whisper import DEFAULT_MODEL, FasterWhisperRecogniser
    from voicesim.engines.whisper_models import cached_model, fetch_model

    wanted = model or DEFAULT_MODEL
    folder = cached_model(wanted) or fetch_model(wanted, say=say)
    return FasterWhisperRecogniser(folder, name=wanted)


def _pocketsphinx() -> Recogniser:
    from voicesim.engines.recogniser_pocketsphinx import PocketsphinxRecogniser

    return PocketsphinxRecogniser()
