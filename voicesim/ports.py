"""What voicesim asks of the world outside: one Protocol a need, with the promises an adapter must keep.

Adapters live in ``engines/`` and ``lines/``. They translate vocabulary, units, errors and audio format, and
nothing else. A model is loaded once and shared; what belongs to one utterance is in a session. Adapters raise
only the classes of :mod:`voicesim.errors`, with the native error as the cause.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol, TypeAlias, runtime_checkable

import numpy as np
import numpy.typing as npt

from voicesim.audio.clip import Clip, Samples
from voicesim.audio.pitch import PitchTrack
from voicesim.audio.span import Timeline
from voicesim.speech.call import EngineId
from voicesim.speech.words import Word

# --- recordings -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingInfo:
    """What a file says of itself."""

    n_channels: int
    sample_rate_hz: int
    codec: str


class Recording(Protocol):
    """A file that is being decoded."""

    @property
    def info(self) -> RecordingInfo:
        """Channels, native rate, codec."""

    def blocks(self) -> Iterator[npt.NDArray[np.float32]]:
        """The sound at 16 kHz, block after block, shape (n_channels, n_samples), in constant memory.

        Raises:
            AudioFileError: when the rest cannot be decoded.
        """


class Decoder(Protocol):
    """Opens recordings of any common format."""

    identity: EngineId

    def open(self, path: Path) -> AbstractContextManager[Recording]:
        """Open a file.

        Raises:
            AudioFileError: missing, unreadable, or with no sound in it.
        """


# --- speech activity, pitch, echo ------------------------------------------------------------------------


class DetectorSession(Protocol):
    """Speech detection over one channel, in order."""

    def step(self, chunk: Samples) -> float:
        """Probability (0..1) that a chunk of 512 samples at 16 kHz holds speech; its input is left alone."""


class SpeechDetector(Protocol):
    """A speech activity model."""

    identity: EngineId

    def session(self) -> DetectorSession:
        """Fresh state."""


class PitchTracker(Protocol):
    """f0 of a voice."""

    identity: EngineId

    def track(self, clip: Clip, within: Timeline | None = None) -> PitchTrack:
        """Pitch of a 16 kHz clip, of any length (in constant memory).

        Args:
            clip: of any length.
            within: where somebody speaks; elsewhere nothing needs to be looked for. ``None``: everywhere.
        """


class EchoSession(Protocol):
    """Echo cancellation over one call, in order."""

    @property
    def delay_samples(self) -> int:
        """How late the result is."""

    def process(self, microphone: Samples, heard: Samples) -> Samples:
        """The microphone without the customer.

        Args:
            microphone: 512 samples at 16 kHz.
            heard: what left the loudspeaker during the same block.

        Returns:
            512 samples, late by ``delay_samples``.
        """


class EchoCanceller(Protocol):
    """Takes the customer out of the microphone, for deciding who speaks and for nothing else."""

    identity: EngineId

    def session(self) -> EchoSession:
        """Fresh state."""


# --- recognition -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class RecogniserCapabilities:
    """What a recogniser can do."""

    is_streaming: bool
    """Whether it works while audio arrives. Then each stretch between pauses is a session of its own; else
    a turn that goes on after a pause is recognised anew as a whole."""
    writes_fillers: bool


class RecogniserSession(Protocol):
    """Recognition of one stretch of speech."""

    def accept(self, samples: Samples) -> None:
        """The next samples, 16 kHz, any number."""

    def finish(self) -> tuple[Word, ...]:
        """The words of all that was accepted; spans count from the first accepted sample.

        A second call returns the same.

        Raises:
            EngineFailedError: the engine broke.
        """

    def close(self) -> None:
        """Free it, finished or not."""


class Recogniser(Protocol):
    """A speech recogniser with its model loaded."""

    identity: EngineId
    capabilities: RecogniserCapabilities

    def session(self) -> RecogniserSession:
        """Begin a stretch of speech."""


@runtime_checkable
class WindowRecogniser(Recogniser, Protocol):
    """A recogniser that hears so much sound at once, whatever is in it: many short stretches are better packed."""

    window_s: float

    def recognise_windows(self, windows: Sequence[Samples]) -> tuple[tuple[Word, ...], ...]:
        """The words of several stretches; spans count from the first sample of each.

        Raises:
            EngineFailedError: the engine broke.
        """


@dataclass(frozen=True, slots=True)
class Delivery:
    """Words that a job brought back."""

    job_id: int
    words: tuple[Word, ...]
    """Spans count from the job's first sample."""
    work_s: float
    """Seconds from ``finish`` to the result; 0 where time is virtual."""
    error: str = ""
    """The engine's complaint, when it broke; ``words`` is then empty."""


class Jobs(Protocol):
    """Slow work beside a live call: on a worker that never blocks it, or inline where time is virtual."""

    is_streaming: bool
    """As :class:`RecogniserCapabilities`."""

    def submit(self, job_id: int, samples: Samples) -> None:
        """Hand over the next samples of a job; the first call opens it."""

    def finish(self, job_id: int, now_samples: int) -> None:
        """No more samples: words, please."""

    def cancel(self, job_id: int) -> None:
        """Its words are no longer wanted."""

    def has_begun(self, job_id: int) -> bool:
        """Whether work on a finished job is under way or done, so that to cancel it would save nothing."""

    def poll(self, now_samples: int) -> tuple[Delivery, ...]:
        """What is ready by now, each delivered once."""

    def close(self) -> None:
        """Stop working; unfinished jobs are dropped."""


# --- the customer's voice --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class VoiceStyle:
    """How a line is to be spoken."""

    language: str = "en"
    """Language tag; the nearest installed voice is taken."""
    gender: str = ""
    """``female``, ``male`` or empty for any."""
    name: str = ""
    """An installed voice's name or id; where it is missing, language, gender and age decide."""
    age: str = ""
    """``child``, ``adult``, ``senior`` or empty for any."""
    rate_wpm: int = 170
    pitch_st: float = 0.0
    """Shift in semitones, on the rendered audio."""
    gain_db: float = 0.0


class Voice(Protocol):
    """Speaks the customer's lines, before the call; may be used from several threads at once."""

    identity: EngineId

    def render(self, text: str, style: VoiceStyle) -> Clip:
        """A line as 16 kHz sound, silence trimmed at both ends, peak below full scale.

        Raises:
            EngineNotInstalledError: no synthesizer.
            EngineFailedError: it gave no sound.
        """


# --- other words for the customer ------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatMessage:
    """A message to a language model."""

    role: str
    """``system``, ``user`` or ``assistant``."""
    text: str


class ChatModel(Protocol):
    """A language model; may be used from several threads at once."""

    identity: EngineId
    is_remote: bool
    """Whether what it is told leaves this machine."""

    def complete(self, messages: Sequence[ChatMessage], *, seed: int, limit_s: float) -> str:
        """Its answer, as it came.

        Args:
            messages: in order.
            seed: the same seed asks for the same answer; whether a server keeps to it is its own affair.
            limit_s: how long it may take, all in all.

        Raises:
            EngineFailedError: it cannot be reached, refused, was too slow or answered nonsense.
        """


# --- the line --------------------------------------------------------------------------------------------

Process: TypeAlias = Callable[[Samples, Samples], Samples]
"""``process(microphone, heard) -> customer``: three blocks of 512 samples at 16 kHz."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LineReport:
    """What a line knows at the end of a call."""

    kind: str
    """``soundcard`` or ``simulated``."""
    latency_s: float
    """From a sample handed out to the same sample leaving the loudspeaker, as ``heard`` was aligned with."""
    latency_source: str
    """``loopback``, ``time stamps`` or ``declared``."""
    faults: Mapping[str, int] = field(default_factory=dict)
    """Counts: ``input_overflow``, ``output_underflow``, ``lost_input_samples`` …"""
    details: Mapping[str, str | int | float] = field(default_factory=dict)
    """Device names, native rates, measured drift."""


class Line(Protocol):
    """Where a live call's sound comes from and goes."""

    @property
    def report(self) -> LineReport | None:
        """What is known of the call, also after :meth:`run` raised; ``None`` before it began."""

    def run(self, process: Process, is_over: Callable[[], bool]) -> LineReport:
        """Pump blocks through ``process`` until ``is_over()``.

        ``heard`` is what of the customer's audio left the loudspeaker during the microphone's block, sample
        for sample as ``process`` returned it, with exact zeros where nothing was played.

        Raises:
            DeviceError: the device could not be opened, or vanished.
        """
