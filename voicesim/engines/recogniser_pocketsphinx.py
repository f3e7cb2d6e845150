"""Recognition by pocketsphinx with the US English model of its own wheel: no download, no network.

Conventions: 16 kHz. Decoding goes on while sound arrives. Words are lower case, without alternate marks such
as ``(2)``, noises and silences. Frames of 10 ms become sample spans inside the session.

What makes it depend on nothing but the session's own samples:

- Samples are decoded in blocks of fixed size, however they arrive.
- The noise estimate starts anew at every session, and so does the cepstral mean: it is that of the session's
  first :data:`SETTLE_S` seconds, so that microphone and room matter less. The model's own mean, which the engine
  adapts only after several seconds, gave 96 % word errors instead of 32 % on an old broadcast, 85 % instead of
  53 % on acted sentences, and 31 % instead of 29 % on clean reading.
- The session is amplified by a constant that brings those seconds to :data:`TARGET_DBOV`, so that rounding to
  16 bits does not matter either.
- Faint noise of fixed values before and after keeps first and last words (28 % to 24 % word errors).

Confidence: the posteriors of the engine say 0.9 where half of the words are wrong, on voices that it does not
understand. :func:`confidence_of` turns three things into a probability: the word's posterior, the mean
posterior of its session, and whether the first pass heard the same word at the same time. Its weights are a
logistic regression over 1,865 recognised words of two sets of read sentences, one by a US speaker, one by many
non-native speakers. On 659 words of these sets (75 % and 30 % of them right) the mean confidence is 0.65 and
0.34; words at 0.5 and more are right in 84 % and 60 % of cases, words below in 50 % and 20 %. Weights fitted
anew without the sentences that they are tested on do no better or worse by more than two points in a hundred.
Fillers: of 32 "um" and "uh" in test sentences none came through as such; they turn into "them", "and", "but".
"""

from __future__ import annotations

import contextlib
import functools
import importlib.metadata
import importlib.util
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from voicesim.audio.clip import SAMPLE_RATE_HZ, Samples
from voicesim.audio.level import active_rms_dbov
from voicesim.audio.span import Span
from voicesim.engines.complaint import one_line
from voicesim.errors import EngineFailedError, EngineNotInstalledError, ModelNotFoundError, ParameterError
from voicesim.ports import RecogniserCapabilities, RecogniserSession
from voicesim.speech.call import EngineId
from voicesim.speech.words import Word

SETTLE_S: Final = 1.5
"""Sound that is waited for before decoding begins. More brings nothing; decoding catches up while the trainee
goes on, or within half a second after a short answer."""

TARGET_DBOV: Final = -27.0
"""Level of the loud part of speech, well inside 16 bits."""

LARGEST_GAIN_DB: Final = 30.0
"""What is fainter than that is no speech, and need not be made to sound like it."""

PAD_S: Final = 0.1
PAD_DBOV: Final = -75.0

MAX_HMM_PER_FRAME: Final = 5_000
"""Width of the search: a quarter faster than without limit, and no more errors."""

_BLOCK_SAMPLES: Final = 1_024
_FRAME_SAMPLES: Final = SAMPLE_RATE_HZ // 100
_MODEL: Final = "en-us"
_INSTALL_HINT: Final = "pip install pocketsphinx"

_NO_WORD: Final = re.compile(r"<.*>|\[.*\]|\+\+.*\+\+")
_ALTERNATE: Final = re.compile(r"\(\d+\)$")


def available() -> tuple[bool, str]:
    """Whether the engine can be used, and its version or what is missing."""
    if importlib.util.find_spec("pocketsphinx") is None:
        return False, f"pocketsphinx is not installed ({_INSTALL_HINT})"
    return True, f"pocketsphinx {importlib.metadata.version('pocketsphinx')}, model {_MODEL}"


def confidence_of(posterior: float, session_posterior: float, *, is_heard_twice: bool) -> float:
    """Probability that a recognised word is right.

    Args:
        posterior: of the word, as the engine gives it.
        session_posterior: mean over the words of the session.
        is_heard_twice: whether the first pass has the same word at the same time.

    Returns:
        0..1, rounded to three decimals.

    Source: logistic regression; see the module.
    """
    bounded = min(max(posterior, 0.001), 0.999)
    mean = min(max(session_posterior, 0.0), 1.0)
    odds = -3.11 + 0.28 * math.log(bounded / (1.0 - bounded)) + 4.44 * mean + 1.24 * is_heard_twice
    return round(1.0 / (1.0 + math.exp(-odds)), 3)


@dataclass(frozen=True, slots=True)
class _Heard:
    """A segment of the engine's answer that is a word."""

    text: str
    first_frame: int
    last_frame: int
    posterior: float

    def is_echoed_in(self, others: list[_Heard]) -> bool:
        length = self.last_frame - self.first_frame + 1
        return any(
            other.text == self.text
            and 2 * (min(self.last_frame, other.last_frame) - max(self.first_frame, other.first_frame) + 1)
            > length
            for other in others
        )


class PocketsphinxRecogniser:
    """The model; a decoder for each session that is open at the same time, kept for later ones.

    Raises:
        EngineNotInstalledError: pocketsphinx is missing.
        ModelNotFoundError: its model is not in its wheel.
        EngineFailedError: the model cannot be loaded.
    """

    def __init__(self) -> None:
        try:
            import pocketsphinx
        except ImportError as error:
            raise EngineNotInstalledError("pocketsphinx is not installed", hint=_INSTALL_HINT) from error
        self._native = pocketsphinx
        self._idle: list[Any] = []
        self.capabilities = RecogniserCapabilities(is_streaming=True, writes_fillers=False)
        self.identity = EngineId(
            engine="pocketsphinx",
            model=_MODEL,
            version=importlib.metadata.version("pocketsphinx"),
            settings={"max_hmm_per_frame": MAX_HMM_PER_FRAME, "target_dbov": TARGET_DBOV},
        )
        self._idle.append(self._new_decoder())

    def session(self) -> RecogniserSession:
        """Begin a stretch of speech."""
        return PocketsphinxSession(self)

    def lend(self, settle: Samples) -> Any:  # noqa: ANN401 - pocketsphinx has no types
        """A decoder that knows nothing of earlier sessions, with an utterance begun.

        Args:
            settle: the beginning of the session, whose cepstral mean it starts with.
        """
        decoder = self._idle.pop() if self._idle else self._new_decoder()
        with _translated():
            decoder.reinit_feat()
            decoder.start_utt()
            decoder.process_raw(_pcm(settle), no_search=True, full_utt=True)
            decoder.end_utt()
            mean = decoder.get_cmn(update=False)
            decoder.reinit_feat()
            decoder.set_cmn(mean)
            decoder.start_utt()
        return decoder

    def take_back(self, decoder: Any) -> None:  # noqa: ANN401 - pocketsphinx has no types
        """A decoder whose utterance is ended."""
        self._idle.append(decoder)

    def _new_decoder(self) -> Any:  # noqa: ANN401 - pocketsphinx has no types
        try:
            return self._native.Decoder(
                samprate=SAMPLE_RATE_HZ, maxhmmpf=MAX_HMM_PER_FRAME, loglevel="FATAL", logfn=None
            )
        except (RuntimeError, ValueError, OSError) as error:
            raise ModelNotFoundError(
                f"pocketsphinx cannot load its model {_MODEL}: {one_line(error)}",
                hint="install it anew: pip install --force-reinstall pocketsphinx",
            ) from error


class PocketsphinxSession:
    """Recognition of one stretch of speech, while it arrives."""

    def __init__(self, recogniser: PocketsphinxRecogniser) -> None:
        self._recogniser = recogniser
        self._decoder: Any = None
        self._gain = 1.0
        self._waiting: list[Samples] = []
        self._n_waiting = 0
        self._n_accepted = 0
        self._words: tuple[Word, ...] | None = None
        self._is_closed = False

    def accept(self, samples: Samples) -> None:
        """The next samples, 16 kHz, any number; they are left alone.

        Raises:
            ParameterError: after ``finish`` or ``close``, or for samples that are not finite.
            EngineFailedError: the engine broke.
        """
        if self._words is not None or self._is_closed:
            raise ParameterError("a recogniser session that is over accepts no more samples")
        if not np.isfinite(samples).all():
            raise ParameterError("samples for recognition must be finite")
        self._waiting.append(np.array(samples, np.float32))
        self._n_waiting += len(samples)
        self._n_accepted += len(samples)
        if self._decoder is None and self._n_waiting >= SETTLE_S * SAMPLE_RATE_HZ:
            self._begin()
        if self._decoder is not None:
            self._decode_blocks()

    def finish(self) -> tuple[Word, ...]:
        """The words of all that was accepted; a second call returns the same.

        Raises:
            EngineFailedError: the engine broke.
        """
        if self._words is None:
            is_empty = self._is_closed or (self._decoder is None and not any(map(np.any, self._waiting)))
            self._words = () if is_empty else self._finish()
        return self._words

    def close(self) -> None:
        """Free the decoder, finished or not."""
        self._is_closed = True
        self._waiting.clear()
        decoder, self._decoder = self._decoder, None
        if decoder is not None:
            with contextlib.suppress(RuntimeError):
                decoder.end_utt()
                self._recogniser.take_back(decoder)

    def _begin(self) -> None:
        sound = np.concatenate(self._waiting)
        settle = sound[: round(SETTLE_S * SAMPLE_RATE_HZ)]
        gain_db = min(TARGET_DBOV - active_rms_dbov(settle), LARGEST_GAIN_DB)
        self._gain = 10.0 ** (gain_db / 20.0)
        self._waiting = [sound]
        self._decoder = self._recogniser.lend(settle * self._gain)
        self._decode(_padding())

    def _decode_blocks(self) -> None:
        """Decode whole blocks; the rest waits."""
        if self._n_waiting < _BLOCK_SAMPLES:
            return
        sound = np.concatenate(self._waiting)
        whole = len(sound) // _BLOCK_SAMPLES * _BLOCK_SAMPLES
        for start in range(0, whole, _BLOCK_SAMPLES):
            self._decode(sound[start : start + _BLOCK_SAMPLES] * self._gain)
        self._waiting, self._n_waiting = [sound[whole:]], len(sound) - whole

    def _decode(self, sound: Samples) -> None:
        with _translated():
            self._decoder.process_raw(_pcm(sound))

    def _finish(self) -> tuple[Word, ...]:
        if self._decoder is None:
            self._begin()
        self._decode_blocks()
        if self._n_waiting:
            self._decode(np.concatenate(self._waiting) * self._gain)
        self._decode(_padding())
        with _translated():
            first_pass = list(_heard(self._decoder))
            self._decoder.end_utt()
            final = list(_heard(self._decoder))
        decoder, self._decoder = self._decoder, None
        self._recogniser.take_back(decoder)
        return self._to_words(final, first_pass)

    def _to_words(self, final: list[_Heard], first_pass: list[_Heard]) -> tuple[Word, ...]:
        if not final:
            return ()
        mean = sum(heard.posterior for heard in final) / len(final)
        return tuple(
            Word(
                heard.text,
                self._span(heard),
                confidence_of(heard.posterior, mean, is_heard_twice=heard.is_echoed_in(first_pass)),
            )
            for heard in final
        )

    def _span(self, heard: _Heard) -> Span:
        start = heard.first_frame * _FRAME_SAMPLES - len(_padding())
        end = (heard.last_frame + 1) * _FRAME_SAMPLES - len(_padding())
        inside = (min(max(0, at), self._n_accepted) for at in (start, end))
        return Span(*inside)


def _heard(decoder: Any) -> Iterator[_Heard]:  # noqa: ANN401 - pocketsphinx has no types
    """The words of the decoder's present answer."""
    if decoder.hyp() is None:
        return
    for segment in decoder.seg():
        if not _NO_WORD.fullmatch(segment.word):
            text = _ALTERNATE.sub("", segment.word).lower()
            yield _Heard(text, segment.start_frame, segment.end_frame, float(segment.prob))


@contextlib.contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except (RuntimeError, ValueError) as error:
        raise EngineFailedError(f"pocketsphinx broke: {one_line(error)}") from error


def _pcm(sound: Samples) -> bytes:
    pcm: bytes = np.clip(np.rint(sound * 32_768.0), -32_768, 32_767).astype("<i2").tobytes()
    return pcm


@functools.cache
def _padding() -> Samples:
    """Faint noise, the same every time."""
    noise = np.random.default_rng(0).standard_normal(round(PAD_S * SAMPLE_RATE_HZ)).astype(np.float32)
    return noise * np.float32(10.0 ** (PAD_DBOV / 20.0))
