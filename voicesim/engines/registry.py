"""Engines by name, whether each can be used here, and the choice of a recogniser.

Nothing is imported before it is used: names lead to modules and classes.
"""

from __future__ import annotations

import difflib
import importlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Protocol

from voicesim.engines.complaint import one_line
from voicesim.errors import EngineError, UnknownEngineError, VoicesimError
from voicesim.ports import Recogniser, Voice

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

ENGINES: Final = {
    "pyav": "voicesim.engines.decoder_av:AvDecoder",
    "silero": "voicesim.engines.detector_silero:SileroDetector",
    "swift-f0": "voicesim.engines.pitch_swiftf0:SwiftF0Tracker",
    "webrtc": "voicesim.engines.echo_webrtc:WebRtcEchoCanceller",
    "faster-whisper": "voicesim.engines.recogniser_faster_whisper:FasterWhisperRecogniser",
    "pocketsphinx": "voicesim.engines.recogniser_pocketsphinx:PocketsphinxRecogniser",
    "pyttsx3": "voicesim.engines.voice_pyttsx3:Pyttsx3Voice",
    "piper": "voicesim.engines.voice_piper:PiperVoice",
}
"""Classes by the short name of their engine."""

RECOGNISERS: Final = ("auto", "whisper", "faster-whisper", "pocketsphinx")

_WHISPER: Final = ("whisper", "faster-whisper")
_USAGE: Final = "auto, whisper, whisper:MODEL, pocketsphinx, or a model's folder"
_TOLD_EVERY: Final = 0.1

Say = Callable[[str], None]
Progress = Callable[[str, float], None]


class ClosableVoice(Voice, Protocol):
    """A voice that may keep programs running."""

    def close(self) -> None:
        """End them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """Whether an engine can be used."""

    name: str
    is_available: bool
    detail: str
    """Version and model, or what is missing."""
    hint: str = ""
    """How to get it."""


def engine_class(name: str) -> Any:  # noqa: ANN401 - classes of different ports
    """The class behind an engine's name.

    Raises:
        UnknownEngineError: no engine of that name.
    """
    if name not in ENGINES:
        close = difflib.get_close_matches(name, ENGINES, n=1)
        guess = f"did you mean {close[0]}? " if close else ""
        raise UnknownEngineError(
            f"there is no engine called {name}", hint=f"{guess}known: {', '.join(ENGINES)}"
        )
    module, _, attribute = ENGINES[name].partition(":")
    return getattr(importlib.import_module(module), attribute)


# --- can it be used? ------------------------------------------------------------------------------------


def probe_engines() -> tuple[Probe, ...]:
    """What ``voicesim doctor`` tells of the engines; loads no model and asks no network."""
    return (*(_probe(name, module) for name, module in PROBES.items()), _probe_model())


def _probe(name: str, module: str) -> Probe:
    try:
        is_available, detail = importlib.import_module(module).available()
    except Exception as error:  # noqa: BLE001 - a broken installation is what a doctor is there for
        return Probe(name=name, is_available=False, detail=one_line(error), hint="install it anew")
    if is_available:
        return Probe(name=name, is_available=True, detail=detail)
    # ``available`` says what is missing and, in brackets, what brings it.
    missing, _, remedy = detail.partition(" (")
    return Probe(name=name, is_available=False, detail=missing, hint=remedy.removesuffix(")"))


def _probe_model() -> Probe:
    from voicesim.engines.whisper_models import DEFAULT_MODEL, cached_folder

    name = "Whisper model"
    try:
        folder = cached_folder(DEFAULT_MODEL)
    except VoicesimError as error:
        return Probe(name=name, is_available=False, detail=error.message, hint=error.hint or "")
    if folder is None:
        later = "it is fetched when first needed; where that fails pocketsphinx stands in"
        return Probe(name=name, is_available=True, detail=f"{DEFAULT_MODEL} is not on this machine; {later}")
    return Probe(name=name, is_available=True, detail=f"{DEFAULT_MODEL} in {folder}")


# --- which voice? ---------------------------------------------------------------------------------------


def choose_voice(spec: str) -> ClosableVoice:
    """The synthesizer that a person means; close it when nothing more is to be said.

    Args:
        spec: ``pyttsx3``, or ``piper:FILE`` with a Piper voice.

    Raises:
        UnknownEngineError: no synthesizer of that name.
        EngineNotInstalledError: its program is missing.
        ModelNotFoundError: the voice file is.
    """
    name, colon, model = spec.partition(":")
    voice: ClosableVoice
    if spec == "pyttsx3":
        voice = engine_class("pyttsx3")()
    elif name == "piper" and model and colon:
        voice = engine_class("piper")(Path(model).expanduser())
    else:
        raise UnknownEngineError(
            f"there is no synthesizer called {spec}", hint="known: pyttsx3, piper:FILE with a Piper voice"
        )
    return voice


# --- which recogniser? ----------------------------------------------------------------------------------


def choose_recogniser(
    spec: str, *, say: Say, progress: Progress | None = None, cache: Path | None = None
) -> tuple[Recogniser, bool]:
    """The recogniser that a person means, loaded.

    Args:
        spec: ``auto`` (a Whisper model from the cache or the hub, else pocketsphinx); ``whisper`` or
            ``whisper:MODEL`` with a short name, hub id or folder; ``pocketsphinx``; or a model's folder.
        say: told in plain sentences when a stand-in is taken.
        progress: told ``(what, fraction)`` while a model is fetched; without one ``say`` is told.
        cache: the Hugging Face cache; its usual place by default.

    Returns:
        The recogniser, and whether it stands in for a better one that could not be had.

    Raises:
        UnknownEngineError: no recogniser of that name.
        EngineNotInstalledError: its package is missing.
        ModelNotFoundError: its model is nowhere to be had, or is not whole.
    """
    progress = progress or _Teller(say)
    name, colon, model = spec.partition(":")
    if spec == "auto":
        return _automatic(say, progress, cache)
    if spec == "pocketsphinx":
        return _pocketsphinx(), False
    if name in _WHISPER and (model or not colon):
        return _whisper(model, progress, cache), False
    if Path(spec).expanduser().is_dir() or "/" in spec or "\\" in spec:
        return engine_class("faster-whisper")(Path(spec).expanduser()), False
    raise _no_recogniser(spec)


def _automatic(say: Say, progress: Progress, cache: Path | None) -> tuple[Recogniser, bool]:
    try:
        return _whisper("", progress, cache), False
    except EngineError as error:
        fallback = _pocketsphinx()
        say(f"NO WHISPER MODEL: {error.message}.")
        say(
            "The small recogniser pocketsphinx stands in. It follows clear speech close to the microphone and "
            "gets many words wrong: what was said is scored only where its words can be trusted, how it was "
            "said is measured all the same."
        )
        say(f"For better words: {error.hint or 'run voicesim doctor'}.")
        return fallback, True


def _whisper(model: str, progress: Progress, cache: Path | None) -> Recogniser:
    from voicesim.engines.whisper_models import DEFAULT_MODEL, fetched_folder

    recogniser: Recogniser
    whisper = engine_class("faster-whisper")
    folder = Path(model).expanduser()
    if model and (folder.is_dir() or _is_clearly_a_path(model)):
        recogniser = whisper(folder)
    else:
        name = model or DEFAULT_MODEL
        recogniser = whisper(fetched_folder(name, progress=progress, cache=cache), name=name)
    return recogniser


def _pocketsphinx() -> Recogniser:
    recogniser: Recogniser = engine_class("pocketsphinx")()
    return recogniser


def _is_clearly_a_path(model: str) -> bool:
    """``ORG/NAME`` may be a hub id; more separators, or a dot or tilde before them, may not."""
    return "\\" in model or model.count("/") > 1 or model.startswith(("/", ".", "~"))


def _no_recogniser(spec: str) -> UnknownEngineError:
    from voicesim.engines.whisper_models import HUB_IDS

    meant = {**{name: name for name in RECOGNISERS}, **{size: f"whisper:{size}" for size in HUB_IDS}}
    close = difflib.get_close_matches(spec, meant, n=1)
    guess = f"did you mean {meant[close[0]]}? " if close else ""
    return UnknownEngineError(f"there is no recogniser called {spec}", hint=f"{guess}known: {_USAGE}")


class _Teller:
    """Progress in a few lines, where nobody gave a better way to show it."""

    def __init__(self, say: Say) -> None:
        self._say = say
        self._next = 0.0

    def __call__(self, what: str, fraction: float) -> None:
        if fraction >= self._next:
            self._say(f"{what}: {fraction:.0%}")
            self._next = fraction - fraction % _TOLD_EVERY + _TOLD_EVERY
