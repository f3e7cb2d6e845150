"""The waist of the hour-glass: a call, wherever it came from.

A rehearsal, a recorded file and a test all end as one :class:`Call`. Measuring and scoring read nothing else.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from voicesim.audio.clip import Clip
from voicesim.audio.pitch import PitchTrack
from voicesim.audio.span import Span, Timeline
from voicesim.errors import ParameterError
from voicesim.speech.words import Party, Utterance


class Layout(StrEnum):
    """How the two parties lie in the recording."""

    TWO_CHANNEL = "two_channel"
    """A recording with a party in each channel."""
    LIVE = "live"
    """A rehearsal: two channels, and the customer's lines are known exactly."""
    FAKE_STEREO = "fake_stereo"
    """Two channels that hold the same sound: in truth mono."""
    MONO = "mono"
    """Both parties in one channel; ``trainee`` holds it all and ``customer`` is ``None``."""
    LABELLED_MONO = "labelled_mono"
    """Both parties in one channel, and the labels of a transcript say who spoke when: both sides hold the same
    clip, each its own ``speech``. Who spoke while the other did stays unknown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineId:
    """Which engine did a job, so that its work can be repeated."""

    engine: str
    """As chosen on the command line: ``faster-whisper``, ``pocketsphinx``, ``silero`` …"""
    model: str
    """Name, folder name or hub id of the model."""
    version: str
    """Version of the package, or hash of the model."""
    settings: Mapping[str, str | int | float | bool] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Recognition:
    """Who wrote the transcript and what it may be used for."""

    engine: EngineId
    writes_fillers: bool
    """Whether "um" and "uh" come through; the Whisper family leaves them out."""
    is_fallback: bool = False
    """Whether it stood in for a better recogniser that could not be had."""
    confidence_gate: float = 0.5
    """Words below it never cost points."""
    has_times: bool = True
    """Whether it says when its words were spoken; without, their spans are reckoned from their order alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One party of a call."""

    clip: Clip
    """The channel, 16 kHz. Both sides of a call have the same length and the same clock."""
    speech: Timeline = ()
    """Where this party speaks: the detector's segments, silences of 100 ms and more left out."""
    utterances: tuple[Utterance, ...] = ()
    """In order of time."""
    pitch: PitchTrack | None = None
    source_rate_hz: int = 16_000
    """Rate of the recording before decoding; 8000 means telephone band."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerLine:
    """A line of the synthesized customer, with the exact times that only a rehearsal knows."""

    line_id: str
    text: str
    planned: Span
    """From its first heard sample to where it would have ended unhindered."""
    heard: Span
    """What was really played; shorter than ``planned`` when the customer yielded."""
    yielded_at: int | None = None
    """Sample at which the customer decided to stop for the trainee."""
    mood: str = ""
    moment: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """A stretch of the call in which the scenario waits for something."""

    moment_id: str
    span: Span
    mood: str = ""
    """The customer's mood when it began."""
    expects: tuple[str, ...] = ()
    """Behaviours that are due here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MustFirst:
    """Something that the customer must have told before other things are spoken of."""

    fact: str
    """Id of the fact."""
    value: str
    """As the customer says it."""
    before: tuple[str, ...]
    """Words in a row, each enough to speak of what waits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Brief:
    """What the scenario tells the scorer; a plain recording has none."""

    scenario_id: str
    title: str = ""
    must: tuple[str, ...] = ()
    """Behaviours without which the call fails."""
    must_not: tuple[str, ...] = ()
    must_first: tuple[MustFirst, ...] = ()
    glossary: Mapping[str, str] = field(default_factory=dict)
    """Internal terms and their plain explanation."""
    facts: Mapping[str, str] = field(default_factory=dict)
    customer_name: str = ""
    read_out: tuple[str, ...] = ()
    """Lines that the trainee is to say word for word."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Echo:
    """How much of the customer came back through the microphone, by the check before the call."""

    customer_in_microphone_db: float | None
    """Level of the customer in the microphone relative to what was played; ``None`` if not found."""
    is_cancelled: bool = False
    """Whether echo cancellation feeds the detector."""
    is_severe: bool = False
    """Whether it could not be removed, so that talking at once cannot be told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """Two time-aligned sides, what each said, and the moments of the scenario.

    Raises:
        ParameterError: if the sides differ in length or rate.
    """

    call_id: str
    """A content-free name: file stem or folder name."""
    layout: Layout
    trainee: Side
    customer: Side | None
    lines: tuple[CustomerLine, ...] = ()
    """Exact lines of a rehearsal; empty for a recording."""
    moments: tuple[Moment, ...] = ()
    brief: Brief | None = None
    recognition: Recognition | None = None
    echo: Echo | None = None
    device_faults: Mapping[str, int] = field(default_factory=dict)
    """Counts of lost or late audio, by kind, from the line."""
    engines: Mapping[str, EngineId] = field(default_factory=dict)
    """Detector, pitch tracker and so on, for the provenance."""
    conditions: Mapping[str, str | int | float] = field(default_factory=dict)
    """How a rehearsal was played: ``mode`` (``test`` or ``practice``), ``difficulty``, ``background``, and how often
    it was paused or a line was said again; empty for a file."""
    ending: str = ""
    """How a rehearsal ended (``resolved``, ``gave_up``, ``time_limit``, ``aborted``); empty for a file."""
    microphone: str = ""
    """Name of the trainee's microphone; empty where it is not known."""

    def __post_init__(self) -> None:
        if self.customer is not None and (
            len(self.customer.clip) != len(self.trainee.clip)
            or self.customer.clip.sample_rate_hz != self.trainee.clip.sample_rate_hz
        ):
            raise ParameterError("both sides of a call must have the same length and rate")

    @property
    def is_two_sided(self) -> bool:
        """Whether the parties can be told apart by channel."""
        return self.layout in {Layout.TWO_CHANNEL, Layout.LIVE} and self.customer is not None

    @property
    def is_who_spoke_known(self) -> bool:
        """Whether the parties can be told apart, by channel or by the labels of a transcript."""
        return self.is_two_sided or self.layout is Layout.LABELLED_MONO

    @property
    def duration_s(self) -> float:
        """Length of the recording in seconds."""
        return self.trainee.clip.duration_s

    def utterances(self) -> tuple[Utterance, ...]:
        """Everybody's utterances in order of time (the customer first where two start together)."""
        both = self.trainee.utterances + (self.customer.utterances if self.customer else ())
        return tuple(sorted(both, key=lambda u: (u.span.start, u.party is Party.TRAINEE, u.span.end)))
