"""Recognition by faster-whisper (Whisper on CTranslate2).

Conventions: 16 kHz. A session gathers a stretch of speech and recognises it as a whole. Decoding is at temperature 0
with a fixed beam (greedily in a session, where somebody waits for the answer), without the text before, without
Whisper's own speech detection: stretches come from voicesim's. Up to 30 s are one window, which is encoded and
decoded once, without time stamps in the text (Whisper would decode what it thinks is left over again); longer
stretches are decoded in Whisper's own steps. 8-bit weights on the processor, on a bounded number of threads. A folder
is all it reads: the network is never asked here.

What is known to be made up is dropped:

- Segments with a no-speech probability above 0.6 and a mean log probability below -1 (the rule of Whisper
  itself), or whose text compresses by more than 2.4 (loops).
- Of one to four words that repeat more than three times without a pause in between, all but the first round.

Whisper leaves "um" and "uh" out, and its word times are good to about 0.3 s: they say which words belong to a
stretch, not when somebody stopped. ``Word.confidence`` is its mean token probability, which is too high in noise.

Source: Radford et al. 2022 (arXiv 2212.04356), section 4.5, for the thresholds.
"""

from __future__ import annotations

import bisect
import hashlib
import importlib.metadata
import importlib.util
import itertools
import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Final, Protocol

import numpy as np

from voicesim.audio.clip import SAMPLE_RATE_HZ, Samples
from voicesim.audio.span import Span
from voicesim.engines.complaint import one_line
from voicesim.engines.whisper_models import check_folder
from voicesim.errors import EngineFailedError, EngineNotInstalledError, ModelNotFoundError, ParameterError
from voicesim.ports import RecogniserCapabilities, RecogniserSession
from voicesim.speech.call import EngineId
from voicesim.speech.words import Word

BEAM_SIZE: Final = 5
LIVE_BEAM_SIZE: Final = 1
"""Of sessions."""
MOST_THREADS: Final = 4
COMPUTE_TYPE: Final = "int8"

NO_SPEECH_ABOVE: Final = 0.6
LOG_PROBABILITY_BELOW: Final = -1.0
COMPRESSION_ABOVE: Final = 2.4
ROUNDS_AT_MOST: Final = 3
LOOP_WORDS: Final = 4
LOOP_GAP_S: Final = 1.0
"""A pause of this length ends a loop: somebody may well say the same again later."""

WINDOW_S: Final = 30.0
"""What Whisper hears at once; less is filled up with silence and costs the same."""

LEAST_S: Final = 0.1
"""Less sound than this holds no word."""

_INSTALL_HINT: Final = "pip install faster-whisper"


class _Segment(Protocol):
    """What is used of faster-whisper's ``Segment``."""

    words: Sequence[Any] | None
    start: float
    end: float
    no_speech_prob: float
    avg_logprob: float
    compression_ratio: float


def available() -> tuple[bool, str]:
    """Whether the engine can be used, and its version and model or what is missing."""
    if importlib.util.find_spec("faster_whisper") is None:
        return False, f"faster-whisper is not installed ({_INSTALL_HINT})"
    return True, f"faster-whisper {importlib.metadata.version('faster-whisper')}"


class FasterWhisperRecogniser:
    """A model, loaded.

    Args:
        folder: the model, as CTranslate2 writes it.
        name: what the user calls it; the folder's name by default.
        language: spoken language, for models that know several.
        n_threads: processor threads; as many as there are cores, four at most, by default.

    Raises:
        ModelNotFoundError: the folder lacks something, or is no Whisper model.
        EngineNotInstalledError: faster-whisper is missing.
    """

    window_s = WINDOW_S

    def __init__(
        self, folder: Path, *, name: str = "", language: str = "en", n_threads: int | None = None
    ) -> None:
        check_folder(folder)
        try:
            import faster_whisper
        except ImportError as error:
            raise EngineNotInstalledError("faster-whisper is not installed", hint=_INSTALL_HINT) from error
        threads = n_threads or max(1, min(MOST_THREADS, os.cpu_count() or 1))
        try:
            # A folder with its own tokenizer, which check_folder saw to: no reason to ask the network.
            self._model = faster_whisper.WhisperModel(
                str(folder), device="cpu", compute_type=COMPUTE_TYPE, cpu_threads=threads, num_workers=1
            )
            n_mels, n_wanted = len(self._model.feature_extractor.mel_filters), self._model.model.n_mels
        except Exception as error:
            raise ModelNotFoundError(
                f"the model folder {folder.name} cannot be loaded: {one_line(error)}",
                hint="fetch or convert the model anew",
            ) from error
        if n_mels != n_wanted:
            raise ModelNotFoundError(
                f"the model folder {folder.name} lacks a preprocessor_config.json with {n_wanted} mel bands",
                hint="copy preprocessor_config.json from the original model into the folder",
            )
        self._batched = faster_whisper.BatchedInferencePipeline(self._model)
        self._language = language
        self.capabilities = RecogniserCapabilities(is_streaming=False, writes_fillers=False)
        self.identity = EngineId(
            engine="faster-whisper",
            model=name or folder.name,
            version=importlib.metadata.version("faster-whisper"),
            settings={
                "beam_size": BEAM_SIZE,
                "live_beam_size": LIVE_BEAM_SIZE,
                "temperature": 0.0,
                "compute_type": COMPUTE_TYPE,
                "language": language,
                "weights": _fingerprint(folder / "model.bin"),
            },
        )

    def session(self) -> RecogniserSession:
        """Begin a stretch of speech."""
        return FasterWhisperSession(self)

    def words_of(self, samples: Samples) -> tuple[Word, ...]:
        """Recognise a whole stretch, as a session does: greedily.

        Raises:
            EngineFailedError: the engine broke.
        """
        return self._recognise((samples,), beam_size=LIVE_BEAM_SIZE)[0]

    def recognise_windows(self, windows: Sequence[Samples]) -> tuple[tuple[Word, ...], ...]:
        """Recognise several stretches at once; those of up to 30 s share the work.

        Raises:
            EngineFailedError: the engine broke.
        """
        return self._recognise(windows, beam_size=BEAM_SIZE)

    def _recognise(self, windows: Sequence[Samples], *, beam_size: int) -> tuple[tuple[Word, ...], ...]:
        found: list[tuple[Word, ...]] = [()] * len(windows)
        together: list[int] = []
        for i, window in enumerate(windows):
            if len(window) < LEAST_S * SAMPLE_RATE_HZ or not window.any():
                continue
            if len(window) <= WINDOW_S * SAMPLE_RATE_HZ:
                together.append(i)
            else:
                segments = self._segments(
                    self._model.transcribe, window, beam_size=beam_size, vad_filter=False
                )
                found[i] = without_loops(to_words(believable(segments), len(window)))
        if together:
            sounds = [windows[i] for i in together]
            for i, words in zip(together, self._together(sounds, beam_size), strict=True):
                found[i] = words
        return tuple(found)

    def _together(self, windows: list[Samples], beam_size: int) -> list[tuple[Word, ...]]:
        # Each begins at a whole second: faster-whisper rounds times to hundredths, from the first sample of all.
        starts = [0]
        for window in windows:
            starts.append(starts[-1] + -(-len(window) // SAMPLE_RATE_HZ) * SAMPLE_RATE_HZ)
        sound = np.zeros(starts[-1], np.float32)
        for start, window in zip(starts, windows, strict=False):
            sound[start : start + len(window)] = window
        # It cuts at whole samples, rounded down: half a sample more keeps each edge where it is.
        clips = [
            {"start": start / SAMPLE_RATE_HZ, "end": (start + len(window) + 0.5) / SAMPLE_RATE_HZ}
            for start, window in zip(starts, windows, strict=False)
        ]
        segments = self._segments(
            self._batched.transcribe,
            sound,
            beam_size=beam_size,
            clip_timestamps=clips,
            without_timestamps=True,
            batch_size=len(windows),
        )
        groups: list[list[_Segment]] = [[] for _ in windows]
        for segment in segments:
            middle = (segment.start + segment.end) / 2 * SAMPLE_RATE_HZ
            groups[min(bisect.bisect_right(starts, middle), len(windows)) - 1].append(segment)
        return [
            without_loops(to_words(believable(group), len(window), offset_s=start / SAMPLE_RATE_HZ))
            for group, window, start in zip(groups, windows, starts, strict=False)
        ]

    def _segments(self, transcribe: Any, samples: Samples, **how: object) -> list[_Segment]:  # noqa: ANN401 - untyped
        try:
            segments, _ = transcribe(
                samples,
                language=self._language,
                temperature=0.0,
                condition_on_previous_text=False,
                word_timestamps=True,
                no_speech_threshold=NO_SPEECH_ABOVE,
                log_prob_threshold=LOG_PROBABILITY_BELOW,
                compression_ratio_threshold=COMPRESSION_ABOVE,
                **how,
            )
            return list(segments)
        except Exception as error:
            raise EngineFailedError(f"faster-whisper broke: {one_line(error)}") from error


class FasterWhisperSession:
    """Recognition of one stretch of speech, at its end."""

    def __init__(self, recogniser: FasterWhisperRecogniser) -> None:
        self._recogniser = recogniser
        self._samples: list[Samples] = []
        self._words: tuple[Word, ...] | None = None
        self._is_closed = False

    def accept(self, samples: Samples) -> None:
        """The next samples, 16 kHz, any number; they are left alone.

        Raises:
            ParameterError: after ``finish`` or ``close``, or for samples that are not finite.
        """
        if self._words is not None or self._is_closed:
            raise ParameterError("a recogniser session that is over accepts no more samples")
        if not np.isfinite(samples).all():
            raise ParameterError("samples for recognition must be finite")
        self._samples.append(np.array(samples, np.float32))

    def finish(self) -> tuple[Word, ...]:
        """The words of all that was accepted; a second call returns the same.

        Raises:
            EngineFailedError: the engine broke.
        """
        if self._words is None:
            sound = np.concatenate([np.zeros(0, np.float32), *self._samples])
            self._words = self._recogniser.words_of(sound)
            self._samples.clear()
        return self._words

    def close(self) -> None:
        """Free the samples, finished or not."""
        self._is_closed = True
        self._samples.clear()


def believable(segments: Iterable[_Segment]) -> Iterable[_Segment]:
    """The segments that are not known to be made up."""
    for segment in segments:
        is_silence = segment.no_speech_prob > NO_SPEECH_ABOVE and segment.avg_logprob < LOG_PROBABILITY_BELOW
        if not is_silence and segment.compression_ratio <= COMPRESSION_ABOVE:
            yield segment


def to_words(segments: Iterable[_Segment], n_samples: int, *, offset_s: float = 0.0) -> tuple[Word, ...]:
    """Words with spans inside the stretch, in order.

    Args:
        segments: their times count from ``offset_s`` before the stretch.
        n_samples: length of the stretch.
        offset_s: where the stretch begins.
    """
    words: list[Word] = []
    latest = 0
    for native in (word for segment in segments for word in segment.words or ()):
        text = native.word.strip()
        if not text:
            continue
        start = min(max(round((native.start - offset_s) * SAMPLE_RATE_HZ), latest), n_samples)
        end = min(max(round((native.end - offset_s) * SAMPLE_RATE_HZ), start), n_samples)
        words.append(Word(text, Span(start, end), round(min(max(float(native.probability), 0.0), 1.0), 3)))
        latest = start
    return tuple(words)


def without_loops(words: Sequence[Word]) -> tuple[Word, ...]:
    """Without what is repeated again and again in one breath."""
    kept: list[Word] = []
    at = 0
    while at < len(words):
        length = next((n for n in range(1, LOOP_WORDS + 1) if _rounds(words, at, n) > ROUNDS_AT_MOST), 0)
        if length:
            kept += words[at : at + length]
            at += length * _rounds(words, at, length)
        else:
            kept.append(words[at])
            at += 1
    return tuple(kept)


def _rounds(words: Sequence[Word], at: int, length: int) -> int:
    """How often ``length`` words from ``at`` on are said in a row."""
    pattern = [_bare(word) for word in words[at : at + length]]
    rounds = 1
    while True:
        start = at + rounds * length
        following = words[start : start + length]
        if [_bare(word) for word in following] != pattern:
            return rounds
        joined = words[start - 1 : start + length]
        gaps = (b.span.start - a.span.end for a, b in itertools.pairwise(joined))
        if any(gap > LOOP_GAP_S * SAMPLE_RATE_HZ for gap in gaps):
            return rounds
        rounds += 1


def _bare(word: Word) -> str:
    return "".join(character for character in word.text.casefold() if character.isalnum()) or word.text


def _fingerprint(path: Path) -> str:
    """Of a file's size, beginning and end, which tell models apart without reading all of them."""
    size = path.stat().st_size
    digest = hashlib.sha256(str(size).encode())
    with path.open("rb") as file:
        digest.update(file.read(1 << 20))
        file.seek(max(0, size - (1 << 20)))
        digest.update(file.read())
    return digest.hexdigest()[:12]
