"""Recognition by faster-whisper, by model name, hub id or folder.

Conventions: temperature 0 and a fixed beam, so that the same sound gives the same words; no conditioning on
earlier text; no speech detection of its own, because voicesim hands it nothing but speech.

What is dropped, as hallucination: a segment whose no-speech probability is above 0.6 while its mean
log-probability is below -1, and the third and further of equal words in a row.
Source: the two thresholds are faster-whisper's own defaults; repetition is the known failure of the model family on
sound that is not speech (Radford et al. 2022, section 4.5).
"""

from __future__ import annotations

import contextlib
import importlib.metadata
import importlib.util
import logging
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np

from voicesim.audio.clip import SAMPLE_RATE_HZ, Samples
from voicesim.audio.span import Span
from voicesim.engines.complaint import one_line
from voicesim.errors import EngineFailedError, EngineNotInstalledError, ModelNotFoundError
from voicesim.ports import RecogniserCapabilities
from voicesim.speech.call import EngineId
from voicesim.speech.words import Word

DEFAULT_MODEL: Final = "base.en"
BEAM: Final = 5
NO_SPEECH: Final = 0.6
LOW_LOG_PROBABILITY: Final = -1.0
MOST_REPEATS: Final = 2
"""Equal words in a row that are believed."""

NEEDED_FILES: Final = ("model.bin", "config.json", "tokenizer.json")
"""Without ``tokenizer.json`` faster-whisper reaches for the network."""

VOCABULARIES: Final = ("vocabulary.txt", "vocabulary.json")

LEAST_SAMPLES: Final = SAMPLE_RATE_HZ // 10
"""Less sound than this holds no word."""


def available() -> tuple[bool, str]:
    """Whether faster-whisper is installed, and its version or what is missing."""
    if importlib.util.find_spec("faster_whisper") is None:
        return False, "faster-whisper is not installed (pip install faster-whisper)"
    return True, importlib.metadata.version("faster-whisper")


def check_folder(folder: Path) -> None:
    """Whether a folder holds a whole model.

    Raises:
        ModelNotFoundError: naming what is missing.
    """
    if not folder.is_dir():
        raise ModelNotFoundError(f"there is no model folder {folder}", hint="check the path")
    missing = [name for name in NEEDED_FILES if not (folder / name).is_file()]
    if not any((folder / name).is_file() for name in VOCABULARIES):
        missing.append(VOCABULARIES[0])
    if missing:
        raise ModelNotFoundError(
            f"the model folder {folder} lacks {', '.join(missing)}",
            hint="copy the whole folder of a CTranslate2 Whisper model, such as Systran/faster-whisper-base.en",
        )


class FasterWhisperRecogniser:
    """A Whisper model. Implements :class:`voicesim.ports.Recogniser`.

    Args:
        model: a folder, or a model that has been fetched before, by name or hub id; nothing is downloaded here.
        name: what the scorecard calls it.
        n_threads: of the processor.

    Raises:
        EngineNotInstalledError: faster-whisper is missing.
        ModelNotFoundError: the folder is not whole, or the model was never fetched.
        EngineFailedError: it cannot be loaded.
    """

    def __init__(self, model: str | Path, *, name: str | None = None, n_threads: int | None = None) -> None:
        if not available()[0]:
            raise EngineNotInstalledError(
                "faster-whisper is not installed", hint="pip install faster-whisper"
            )
        is_folder = isinstance(model, Path)
        if isinstance(model, Path):
            check_folder(model)
        try:
            with _quiet():
                from faster_whisper import WhisperModel

                self._model: Any = WhisperModel(
                    str(model),
                    device="cpu",
                    compute_type="int8",
                    cpu_threads=n_threads or min(4, os.cpu_count() or 1),
                    local_files_only=True,
                )
        except Exception as exc:
            raise EngineFailedError(
                f"the Whisper model {model} cannot be loaded: {one_line(exc)}",
                hint="fetch it again, or take --recogniser pocketsphinx",
            ) from exc
        shown = name or (model.name if is_folder and isinstance(model, Path) else str(model))
        self.identity = EngineId(
            engine="faster-whisper",
            model=shown,
            version=importlib.metadata.version("faster-whisper"),
            settings={"beam": BEAM, "temperature": 0.0, "compute_type": "int8"},
        )
        self.capabilities = RecogniserCapabilities(is_streaming=False, writes_fillers=False)

    def session(self) -> FasterWhisperSession:
        """Begin a stretch of speech."""
        return FasterWhisperSession(self._model)


class FasterWhisperSession:
    """One stretch of speech."""

    def __init__(self, model: Any) -> None:  # noqa: ANN401 - faster-whisper's class is loaded late
        self._model = model
        self._parts: list[Samples] = []
        self._words: tuple[Word, ...] | None = None

    def accept(self, samples: Samples) -> None:
        """The next samples."""
        self._parts.append(np.array(samples, dtype=np.float32))

    def finish(self) -> tuple[Word, ...]:
        """The words of all that was accepted.

        Raises:
            EngineFailedError: the engine broke.
        """
        if self._words is None:
            audio = np.concatenate(self._parts) if self._parts else np.zeros(0, np.float32)
            self._words = self._recognise(audio)
        return self._words

    def close(self) -> None:
        """Free the sound."""
        self._parts.clear()

    def _recognise(self, audio: Samples) -> tuple[Word, ...]:
        if len(audio) < LEAST_SAMPLES or not np.any(audio):
            return ()
        try:
            segments, _ = self._model.transcribe(
                audio,
                language="en",
                beam_size=BEAM,
                temperature=0.0,
                condition_on_previous_text=False,
                word_timestamps=True,
                vad_filter=False,
            )
            believed = [s for s in segments if not _is_hallucinated(s)]
        except Exception as exc:
            raise EngineFailedError(
                f"faster-whisper broke: {one_line(exc)}",
                hint="try another model, or --recogniser pocketsphinx",
            ) from exc
        found = [word for segment in believed for word in (segment.words or [])]
        return _without_loops([_word(word, len(audio)) for word in found if word.word.strip()])


def _is_hallucinated(segment: Any) -> bool:  # noqa: ANN401 - faster-whisper has no types
    return bool(segment.no_speech_prob > NO_SPEECH and segment.avg_logprob < LOW_LOG_PROBABILITY)


def _word(word: Any, n_samples: int) -> Word:  # noqa: ANN401 - faster-whisper has no types
    start = min(n_samples, max(0, round(word.start * SAMPLE_RATE_HZ)))
    end = min(n_samples, max(start, round(word.end * SAMPLE_RATE_HZ)))
    return Word(word.word.strip(), Span(start, end), min(1.0, max(0.0, float(word.probability))))


def _without_loops(words: Sequence[Word]) -> tuple[Word, ...]:
    kept: list[Word] = []
    for word in words:
        before = kept[-MOST_REPEATS:]
        if len(before) == MOST_REPEATS and all(w.text.lower() == word.text.lower() for w in before):
            continue
        kept.append(word)
    return tuple(kept)


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Without the hub's own talk."""
    loggers = [logging.getLogger(name) for name in ("faster_whisper", "huggingface_hub")]
    before = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.ERROR)
    try:
        yield
    finally:
        for logger, level in zip(loggers, before, strict=True):
            logger.setLevel(level)
