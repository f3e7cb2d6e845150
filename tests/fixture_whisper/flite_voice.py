"""Speech of Debian's Flite with the times of its words, straight from libflite.

The library says where every word begins and ends, which the ``flite`` program does not. Durations are the
same in both, so that these times are the truth for the recordings in ``audio_fixtures/`` too.
"""

from __future__ import annotations

import ctypes
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

RATE_HZ: Final = 16_000
VOICES: Final = ("slt", "rms")

_VOID = ctypes.c_void_p
_TEXT = ctypes.c_char_p
_START = b"R:SylStructure.daughter1.daughter1.R:Segment.p.end"
_END = b"R:SylStructure.daughtern.daughtern.R:Segment.end"
_STRETCH = b"duration_stretch"
_NAMES: Final = {"duration_stretch": _STRETCH}
"""Flite keeps the pointers to the names of features, so that these must live on."""


class _Wave(ctypes.Structure):
    _fields_ = (
        ("type", _TEXT),
        ("sample_rate", ctypes.c_int),
        ("num_samples", ctypes.c_int),
        ("num_channels", ctypes.c_int),
        ("samples", ctypes.POINTER(ctypes.c_short)),
    )


class _VoiceHead(ctypes.Structure):
    """The first members of ``cst_voice``."""

    _fields_ = (("name", _TEXT), ("features", _VOID))


@dataclass(frozen=True, slots=True, kw_only=True)
class Spoken:
    """A text as one of Flite's voices says it."""

    text: str
    samples: npt.NDArray[np.float32]
    """16 kHz, with the voice's own silence at both ends."""
    spans_s: tuple[tuple[float, float], ...]
    """Where each of ``text.split()`` is said."""


class Flite:
    """libflite with its US English voices.

    Raises:
        OSError: the library is not installed (``apt-get install flite``).
    """

    def __init__(self) -> None:
        self._lib = ctypes.CDLL("libflite.so.1", mode=ctypes.RTLD_GLOBAL)
        for name in ("cmulex", "usenglish"):
            ctypes.CDLL(f"libflite_{name}.so.1", mode=ctypes.RTLD_GLOBAL)
        for name, result, *arguments in (
            ("flite_synth_text", _VOID, _TEXT, _VOID),
            ("utt_relation", _VOID, _VOID, _TEXT),
            ("relation_head", _VOID, _VOID),
            ("item_next", _VOID, _VOID),
            ("item_daughter", _VOID, _VOID),
            ("ffeature_float", ctypes.c_float, _VOID, _TEXT),
            ("utt_wave", ctypes.POINTER(_Wave), _VOID),
            ("delete_utterance", None, _VOID),
            ("feat_present", ctypes.c_int, _VOID, _TEXT),
            ("feat_float", ctypes.c_float, _VOID, _TEXT),
            ("feat_set_float", None, _VOID, _TEXT, ctypes.c_float),
            ("feat_remove", ctypes.c_int, _VOID, _TEXT),
        ):
            function: Any = getattr(self._lib, str(name))
            function.restype, function.argtypes = result, arguments
        self._lib.flite_init()
        self._voices = {name: self._load(name) for name in VOICES}

    def say(self, text: str, voice: str, stretch: float = 1.0) -> Spoken:
        """Render a text.

        Args:
            text: words and punctuation; each word with a blank must be one that Flite speaks.
            voice: as in a manifest: ``slt`` or ``rms``, then features that differ from the voice's own
                (``rms duration_stretch=1.25``).
            stretch: durations are this many times those of ``voice``.

        Raises:
            ValueError: Flite saw other words than ``text.split()``.
        """
        name, *settings = voice.split()
        loaded = self._voices[name]
        wanted: dict[bytes, float | None] = {_STRETCH: stretch}
        for feature, _, value in (item.partition("=") for item in settings):
            factor = stretch if feature == "duration_stretch" else 1.0
            wanted[_NAMES.setdefault(feature, feature.encode("ascii"))] = factor * float(value)
        features = ctypes.cast(loaded, ctypes.POINTER(_VoiceHead)).contents.features
        own = {feature: self._feature(features, feature) for feature in wanted}
        self._set_features(features, wanted)
        utterance = self._lib.flite_synth_text(text.encode("ascii"), loaded)
        try:
            wave = self._lib.utt_wave(utterance).contents
            if wave.sample_rate != RATE_HZ:
                raise ValueError(f"the voice {name} speaks at {wave.sample_rate} Hz")
            samples = np.array(wave.samples[: wave.num_samples], dtype=np.float32) / np.float32(32768.0)
            spans = self._spans(utterance)
        finally:
            self._lib.delete_utterance(utterance)
            self._set_features(features, own)
        if len(spans) != len(text.split()):
            raise ValueError(f"flite speaks {len(spans)} words in {text!r}")
        return Spoken(text=text, samples=samples, spans_s=tuple(spans))

    def _feature(self, features: int, name: bytes) -> float | None:
        return float(self._lib.feat_float(features, name)) if self._lib.feat_present(features, name) else None

    def _set_features(self, features: int, wanted: Mapping[bytes, float | None]) -> None:
        for name, value in wanted.items():
            if value is None:
                self._lib.feat_remove(features, name)
            else:
                self._lib.feat_set_float(features, name, value)

    def _load(self, name: str) -> int:
        library = ctypes.CDLL(f"libflite_cmu_us_{name}.so.1", mode=ctypes.RTLD_GLOBAL)
        register: Any = getattr(library, f"register_cmu_us_{name}")
        register.restype, register.argtypes = _VOID, (_TEXT,)
        loaded: int = register(None)
        return loaded

    def _spans(self, utterance: int) -> list[tuple[float, float]]:
        """The span of each token: of all words that it is spoken as."""
        spans = []
        token = self._lib.relation_head(self._lib.utt_relation(utterance, b"Token"))
        while token:
            words = []
            word = self._lib.item_daughter(token)
            while word:
                words.append((self._lib.ffeature_float(word, _START), self._lib.ffeature_float(word, _END)))
                word = self._lib.item_next(word)
            if words:
                spans.append((words[0][0], words[-1][1]))
            token = self._lib.item_next(token)
        return spans
