"""A scenario: who calls, what he wants, what he listens for, and every line that he can say.

Conventions: the mood is a number from -3 (furious) to 3 (delighted). Bands give it names; a band reaches from
its ``above`` to that of the next. Lines are written for all moods or band by band; ``line_id`` names slot and
band (``story.says@angry``), so that every line can be spoken in its mood's voice before the call.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from voicesim.audio.background import Background
from voicesim.errors import ParameterError
from voicesim.ports import VoiceStyle
from voicesim.speech.call import MustFirst

OTHERWISE: Final = "otherwise"
"""Key, in a file, of a line for every mood that has none of its own."""

MOOD_LIMIT: Final = 3.0
"""The mood stays within ± this."""

MOOD_DECIMALS: Final = 2
"""Moods are rounded, so that sums in another order give the same band."""


class EndingKind(StrEnum):
    """How a call can end; the values are part of the call folder's format."""

    RESOLVED = "resolved"
    RESOLVED_COOL = "resolved_cool"
    """Solved, and the customer is not the happier for it."""
    ESCALATED = "escalated"
    """A supervisor has to take over."""
    GAVE_UP = "gave_up"
    HUNG_UP = "hung_up"
    """In anger."""
    TIME_LIMIT = "time_limit"


class AfterInterruption(StrEnum):
    """What the customer does once the trainee who cut him short has finished."""

    REPEAT = "repeat"
    """Says the cut line again, unless the trainee has answered it meanwhile."""
    GO_ON = "go_on"
    """Leaves it unsaid."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MoodBand:
    """A named stretch of the mood's scale and how the customer is in it."""

    name: str
    above: float
    """The band's lower end, included."""
    style: VoiceStyle
    """The scenario's voice with this band's changes."""
    yields: bool
    """Whether the customer falls silent for a trainee who talks over him."""
    barge_in_after_s: float
    """How long the trainee must talk over him before he does."""
    patience_s: float
    """Silence after which the customer asks whether anybody is there."""
    monologue_s: float | None = None
    """A turn longer than this is too long for him in this mood."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spoken:
    """A thing to say, with its words for every mood."""

    slot: str
    """Where in the scenario it stands: ``story.says``, ``story.again.1``."""
    texts: Mapping[str, str]
    """Words by band, for every band."""
    line: int = 0

    def line_id(self, band: str) -> str:
        """Name of the line in a band."""
        return f"{self.slot}@{band}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line with its voice, ready for rendering."""

    line_id: str
    text: str
    style: VoiceStyle
    mood: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """Where the call goes on."""

    go: str
    """A moment or an ending."""
    says: Spoken | None = None
    """Said before what comes next there."""
    mood: float = 0.0
    """Added to the mood on the way."""
    line: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Listening:
    """Something that the customer listens for in a moment."""

    way: Way
    behaviours: tuple[str, ...] = ()
    facts: tuple[str, ...] = ()
    """Facts that have been told by now, whenever it was."""
    phrases: tuple[tuple[str, ...], ...] = ()
    """Words in a row, made by :func:`voicesim.scenario.phrases.phrase_of`."""
    needs_all: bool = False
    """All of it, over one or several turns in the moment; else any one."""
    mood_at_least: float = -MOOD_LIMIT
    line: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """A stretch of the call in which the customer waits for something."""

    moment_id: str
    says: Spoken | None
    """On entering; without it the customer waits for the trainee to speak."""
    listens_for: tuple[Listening, ...]
    """In order; the first that is met decides."""
    otherwise: Way
    """When nothing is met and the rephrasings are used up."""
    again: tuple[Spoken, ...] = ()
    """Rephrasings, one a try."""
    tells: tuple[str, ...] = ()
    """Facts that ``says`` gives away."""
    expects: tuple[str, ...] = ()
    """Behaviours that are due here, for the scorer."""
    hint: str = ""
    """What would help here, for a trainee in practice who has missed it."""
    silence: tuple[Spoken, ...] = ()
    """Said after silences here, in place of the scenario's."""
    patience_s: float | None = None
    line: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """A way for the call to be over."""

    ending_id: str
    kind: EndingKind
    says: Spoken | None = None
    content_from: float | None = None
    """Of a resolution: in a worse mood than this it is ``resolved_cool``."""
    line: int = 0

    def kind_in(self, mood: float) -> EndingKind:
        """What it comes to in a mood."""
        is_cool = self.content_from is not None and mood < self.content_from
        return EndingKind.RESOLVED_COOL if is_cool and self.kind is EndingKind.RESOLVED else self.kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """Something that the customer knows and tells when asked."""

    fact_id: str
    value: str
    asked_by: tuple[tuple[str, ...], ...] = ()
    """Words in a row that name it; a question with them asks for it."""
    says: Spoken | None = None
    again: Spoken | None = None
    """When asked a second time."""
    correction: Spoken | None = None
    """When it is read back wrongly."""
    line: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """A rehearsal: the customer and everything that can come of the call."""

    scenario_id: str
    title: str
    summary: str
    customer_name: str
    language: str
    bands: tuple[MoodBand, ...]
    """By ``above``, rising; the first begins at -3."""
    mood: float
    """At the start."""
    mood_changes: Mapping[str, float]
    """What a behaviour of the trainee, or an event, adds to the mood."""
    moments: tuple[Moment, ...]
    """The call begins at the first."""
    endings: tuple[Ending, ...]
    facts: tuple[Fact, ...] = ()
    silence: tuple[Spoken, ...] = ()
    """After one silence, a second … ; after one more the customer gives up."""
    not_understood: tuple[Spoken, ...] = ()
    complaints: Mapping[str, tuple[Spoken, ...]] = field(default_factory=dict)
    """Said about ``interruption``, ``too_fast``, ``monologue``, ``raised_voice``, ``jargon_wall``, ``calm_down``, one
    after another."""
    after_interruption: AfterInterruption = AfterInterruption.REPEAT
    too_fast_wpm: float | None = None
    """Speech faster than this is too fast for him."""
    hold: tuple[Spoken, ...] = ()
    """Said when asked to hold, one after another; after that he does not hold any more."""
    hold_patience_s: float = 30.0
    background: Background = field(default_factory=Background)
    """What is heard behind the customer."""
    facts_a_turn: int | None = None
    """How many facts he gives in one answer; ``None`` for all that are asked for."""
    confirmation: Spoken | None = None
    """When a fact is read back rightly."""
    gives_up_at: float | None = None
    """The customer gives up when two turns in a row leave the mood this low: one chance to mend it."""
    time_limit_s: float = 300.0
    must: tuple[str, ...] = ()
    must_not: tuple[str, ...] = ()
    must_first: tuple[MustFirst, ...] = ()
    read_out: tuple[str, ...] = ()
    """Sentences that the trainee is to say word for word."""
    glossary: Mapping[str, str] = field(default_factory=dict)
    skills: tuple[str, ...] = ()
    """Skills that the call calls for."""
    difficulty: str = "medium"
    goal: str = ""
    """What the trainee is to reach."""
    coach: str = ""
    """Notes for the coach."""
    path: str = ""
    """The file, as it was named."""
    key_lines: Mapping[str, int] = field(default_factory=dict, compare=False)
    """Lines of the file's top keys."""

    @property
    def patience_s(self) -> float:
        """Silence borne at the start of the call."""
        return self.moments[0].patience_s or self.band(self.mood).patience_s

    def band(self, mood: float) -> MoodBand:
        """The band that a mood lies in."""
        return next((b for b in reversed(self.bands) if b.above <= mood), self.bands[0])

    def moment(self, moment_id: str) -> Moment:
        """A moment by its id.

        Raises:
            ParameterError: there is none.
        """
        for moment in self.moments:
            if moment.moment_id == moment_id:
                return moment
        raise ParameterError(f"no moment {moment_id!r}")

    def ending(self, ending_id: str) -> Ending | None:
        """An ending by its id."""
        return next((e for e in self.endings if e.ending_id == ending_id), None)

    def ending_of(self, kind: EndingKind) -> Ending | None:
        """The first ending of a kind."""
        return next((e for e in self.endings if e.kind is kind), None)

    def expects(self, moment_id: str) -> tuple[str, ...]:
        """Behaviours that are due in a moment; none at an ending."""
        return next((m.expects for m in self.moments if m.moment_id == moment_id), ())

    def spoken(self) -> Iterator[Spoken]:
        """Everything that can be said, roughly in the order of the call."""
        for moment in self.moments:
            yield from _present(moment.says)
            yield from moment.again
            yield from moment.silence
            for listening in moment.listens_for:
                yield from _present(listening.way.says)
            yield from _present(moment.otherwise.says)
        for fact in self.facts:
            yield from _present(fact.says, fact.again, fact.correction)
        yield from _present(self.confirmation)
        yield from (*self.silence, *self.not_understood, *self.hold)
        for lines in self.complaints.values():
            yield from lines
        yield from _present(*(ending.says for ending in self.endings))

    def lines(self) -> tuple[Line, ...]:
        """Every line that the customer can ever say, with its voice; those of the first mood come first."""
        first = self.band(self.mood)
        bands = (first, *(band for band in self.bands if band is not first))
        return tuple(
            Line(
                line_id=spoken.line_id(band.name),
                text=spoken.texts[band.name],
                style=band.style,
                mood=band.name,
            )
            for band in bands
            for spoken in self.spoken()
        )


def _present(*found: Spoken | None) -> Iterator[Spoken]:
    return (spoken for spoken in found if spoken is not None)
