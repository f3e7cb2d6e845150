"""The shape of a scenario file (``voicesim-scenario/1``)."""

from __future__ import annotations

import re
from typing import Annotated, Any, Final, Literal, TypeAlias

from pydantic import AfterValidator, BaseModel, ConfigDict, Discriminator, Field, Tag, WithJsonSchema

from voicesim.audio.background import BackgroundKind
from voicesim.scenario.model import AfterInterruption, EndingKind

FORMAT: Final = "voicesim-scenario/1"

_ID: Final = re.compile(r"[a-z][a-z0-9_]*\Z")


def _id(value: str) -> str:
    if not _ID.match(value):
        raise ValueError(f"an id has small letters, digits and _ and begins with a letter, got {value!r}")
    return value


def _some_text(value: str) -> str:
    value = " ".join(value.split())
    if not value:
        raise ValueError("there must be some text")
    return value


def _mode(value: Any) -> str:  # noqa: ANN401 - whatever stands in the file
    return "moods" if isinstance(value, dict) else "text"


Id: TypeAlias = Annotated[
    str, AfterValidator(_id), WithJsonSchema({"type": "string", "pattern": "^[a-z][a-z0-9_]*$"})
]
Text: TypeAlias = Annotated[str, AfterValidator(_some_text)]
Words: TypeAlias = Annotated[
    Annotated[Text, Tag("text")] | Annotated[dict[Id, Text], Tag("moods")], Discriminator(_mode)
]
"""A line: its words, or a block of mood band → words with ``otherwise`` for the bands left out."""
Mood: TypeAlias = Annotated[float, Field(ge=-3.0, le=3.0)]
MoodChange: TypeAlias = Annotated[float, Field(ge=-6.0, le=6.0)]
Seconds: TypeAlias = Annotated[float, Field(gt=0.0, le=3600.0)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)


class VoiceFile(_Strict):
    """The customer's voice."""

    language: str = "en"
    """Language tag, such as en, en-GB or de; the nearest installed voice is taken."""
    gender: Literal["female", "male", ""] = ""
    name: str = ""
    """An installed voice by name; where it is missing, language, gender and age decide."""
    age: Literal["child", "adult", "senior", ""] = ""
    rate_wpm: int = Field(default=170, ge=80, le=400)
    """Words per minute."""
    pitch_st: float = Field(default=0.0, ge=-12.0, le=12.0)
    """Semitones up or down."""
    gain_db: float = Field(default=0.0, ge=-30.0, le=12.0)
    """Decibels up or down."""


class VoiceChangeFile(_Strict):
    """What a mood adds to the voice."""

    rate_wpm: int = Field(default=0, ge=-150, le=150)
    pitch_st: float = Field(default=0.0, ge=-12.0, le=12.0)
    gain_db: float = Field(default=0.0, ge=-30.0, le=12.0)


class MoodBandFile(_Strict):
    """A named stretch of the mood's scale from -3 to 3."""

    name: Id
    above: Mood = -3.0
    """Lower end; the band reaches to the next one's."""
    voice: VoiceChangeFile = VoiceChangeFile()
    yields: bool | None = None
    """Overrides the scenario's."""
    barge_in_after_s: Seconds | None = None
    """Overrides the scenario's."""
    patience_s: Seconds | None = None
    """Overrides the scenario's."""
    monologue_s: Seconds | None = None
    """Overrides the scenario's."""


DEFAULT_BANDS: Final = (
    MoodBandFile(name="angry", voice=VoiceChangeFile(rate_wpm=20, pitch_st=1.0, gain_db=3.0)),
    MoodBandFile(name="calm", above=-1.0),
    MoodBandFile(name="pleased", above=1.5, voice=VoiceChangeFile(pitch_st=0.5)),
)


class CustomerFile(_Strict):
    """Who calls."""

    name: Text
    voice: VoiceFile = VoiceFile()
    mood: Mood = 0.0
    """At the start of the call."""
    moods: tuple[MoodBandFile, ...] = Field(default=DEFAULT_BANDS, min_length=1)
    """Bands from the worst mood to the best."""
    mood_changes: dict[Id, MoodChange] = Field(default_factory=dict)
    """Behaviour or event → change of mood; what is not named keeps its usual effect. Events: interruption,
    silence, unmet, not_understood, repeated_question, too_fast, monologue, raised_voice, unthanked_hold,
    jargon_wall (three words of the glossary in one turn), calm_down (being told to)."""
    gives_up_at: Mood | None = None
    """The customer gives up when two turns in a row leave the mood this low."""
    patience_s: Seconds = 6.0
    """Silence after which he asks whether anybody is there."""
    yields: bool = True
    """Whether he falls silent when the trainee talks over him."""
    barge_in_after_s: Seconds = 1.0
    """How long the trainee must talk over him before he does. Below 1 s a back-channel can silence him."""
    too_fast_wpm: float | None = Field(default=None, ge=80.0, le=400.0)
    """Speech faster than this many words a minute is too fast for him."""
    monologue_s: Seconds | None = 30.0
    """A turn longer than this is too long for him."""


class WayFile(_Strict):
    """Where the call goes on."""

    go: Id
    """A moment or an ending."""
    says: Words | None = None
    """Said first."""
    mood: MoodChange = 0.0
    """Added to the mood."""


class ListeningFile(WayFile):
    """Something that is listened for. Name behaviours, facts or phrases, or several of them."""

    behaviours: tuple[Id, ...] = ()
    facts: tuple[Id, ...] = ()
    """Met once these have been told."""
    phrases: tuple[Text, ...] = ()
    """Words in a row, in any spelling of case and punctuation; ``...`` stands for up to four words between, and a
    word that ends in * for all that begin so."""
    needs: Literal["any", "all"] = "any"
    """Any one of them, or all, over one or several turns."""
    mood_at_least: Mood = -3.0
    """Counts only in a mood this good or better."""


class MomentFile(_Strict):
    """A stretch of the call in which the customer waits for something."""

    id: Id
    says: Words | None = None
    """On entering. A first moment without it lets the trainee greet first."""
    listens_for: tuple[ListeningFile, ...] = ()
    """In order; the first that is met decides where the call goes on."""
    again: tuple[Words, ...] = ()
    """Rephrasings, each said once, when the answer met nothing."""
    otherwise: WayFile | None = None
    """When nothing was met and the rephrasings are used up; the give-up ending if left out."""
    tells: tuple[Id, ...] = ()
    """Facts that says gives away."""
    expects: tuple[Id, ...] | None = None
    """Behaviours that are due here, for the scorer; if left out, those of the first listens_for."""
    hint: str = ""
    """What would help here, for a trainee in practice who has missed it."""
    silence: tuple[Words, ...] = ()
    """Said after silences here, in place of the scenario's lines."""
    patience_s: Seconds | None = None


class EndingFile(_Strict):
    """A way for the call to be over."""

    id: Id
    kind: EndingKind
    says: Words | None = None
    content_from: Mood | None = None
    """Of a resolution: in a worse mood than this it counts as resolved_cool."""


class FactFile(_Strict):
    """Something that the customer knows and tells when asked."""

    value: Text
    """As it is spoken: digits written as words."""
    asked_by: tuple[Text, ...] = ()
    """Phrases that name it (as in listens_for); a question with one of them asks for it."""
    says: Words | None = None
    """The answer."""
    again: Words | None = None
    """The answer when it is asked once more; the same if left out."""
    correction: Words | None = None
    """When it is read back wrongly; "No." and the value if left out."""


class MustFirstFile(_Strict):
    """Something that must be known before other things are spoken of: whom one speaks to, before his account."""

    fact: Id
    before: tuple[Text, ...] = Field(min_length=1)
    """Words in a row that the trainee may not say until the customer has told the fact."""


class InterruptionFile(_Strict):
    """What happens after the trainee cut the customer short."""

    then: AfterInterruption = AfterInterruption.REPEAT
    says: tuple[Words, ...] = ()
    """Said first, one after another as it happens again."""


class BackgroundFile(_Strict):
    """What is heard behind the customer."""

    kind: BackgroundKind
    below_voice_db: float | None = Field(default=None, ge=6.0, le=60.0)
    """How far it lies below the voice, in decibels; 35 for a line and 22 for a café if left out."""


class HoldFile(_Strict):
    """What happens when the trainee asks the customer to hold."""

    says: tuple[Words, ...] = ("Yes, I'll hold.", "All right, but please be quick.")
    """One after another; after that he holds no more."""
    patience_s: Seconds = 30.0


class MannerFile(_Strict):
    """What the customer says about the way he is spoken to, each line once."""

    too_fast: tuple[Words, ...] = ()
    monologue: tuple[Words, ...] = ()
    raised_voice: tuple[Words, ...] = ()
    jargon_wall: tuple[Words, ...] = ()
    calm_down: tuple[Words, ...] = ()


class ScenarioFile(_Strict):
    """A rehearsal."""

    format: Literal["voicesim-scenario/1"]
    id: Id
    title: Text
    summary: Text
    """What the trainee reads before the call."""
    goal: str = ""
    """What the trainee is to reach."""
    language: str = "en"
    difficulty: Literal["easy", "medium", "hard"] = "medium"
    skills: tuple[Id, ...] = ()
    """Skills that the call calls for."""
    customer: CustomerFile
    moments: tuple[MomentFile, ...] = Field(min_length=1)
    endings: tuple[EndingFile, ...] = Field(min_length=1)
    facts: dict[Id, FactFile] = Field(default_factory=dict)
    silence: tuple[Words, ...] = ("Hello? Are you still there?", "I can't hear you. Is anybody there?")
    """Said after silences, one after another; after one more the customer gives up."""
    not_understood: tuple[Words, ...] = (
        "Sorry, I didn't catch that.",
        "The line is bad. Could you say that again?",
    )
    """Said when no words were heard, one after another; then the call goes on as if nothing was met."""
    interruption: InterruptionFile = InterruptionFile()
    manner: MannerFile = MannerFile()
    hold: HoldFile = HoldFile()
    confirmation: Words | None = "Yes, that's right."
    """Said when a fact is read back rightly; null for nothing."""
    background: BackgroundFile | None = None
    time_limit_s: Seconds = 300.0
    must: tuple[Id, ...] = ()
    """Behaviours without which the call fails."""
    must_not: tuple[Id, ...] = ()
    """Behaviours that fail the call."""
    must_first: tuple[MustFirstFile, ...] = ()
    """What must be known before other things are spoken of; else the call fails."""
    read_out: tuple[Text, ...] = ()
    """Sentences that the trainee is to say word for word; how many of the words come across is their clarity."""
    glossary: dict[str, Text] = Field(default_factory=dict)
    """Internal terms and their plain words."""
    coach: str = ""
    """Notes for the coach."""


def scenario_json_schema() -> dict[str, Any]:
    """JSON Schema (draft 2020-12) of a scenario file, for editors."""
    schema = ScenarioFile.model_json_schema()
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"https://voicesim.invalid/{FORMAT}.schema.json",
        **schema,
    }
