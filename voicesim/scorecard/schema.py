"""The shape of a rubric, as a file: what is judged, by which rules, for how many points."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

Id = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
Share = Annotated[float, Field(ge=0.0, le=1.0)]
Curve = tuple[tuple[float, Share], ...]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class LevelFile(_Strict):
    """A band of the scale, for all skills."""

    id: Id
    title: str
    at_least: float = Field(ge=0.0, le=100.0)


class SectionFile(_Strict):
    """A part of the card."""

    id: Id
    title: str


class _RuleFile(_Strict):
    id: Id
    title: str = Field(description="what is looked at, in a few words")
    points: float = Field(gt=0.0, description="weight among the rules of its skill; they are scaled to 100")
    advice: str = Field(
        description=(
            "what would have kept the points; "
            "may name {at}, {quote}, {customer}, {value}, {unit}, {count}, {times}, {points}"
        )
    )
    source: str = Field(min_length=1, description="where its thresholds come from")


class CurveFile(_Strict):
    """A measure, and the share of points that its values earn."""

    measure: Id
    detail: str = Field(default="", description="a number among the measure's details, instead of its value")
    unit: str = Field(default="", description="only where the measure comes in this unit")
    curve: Curve = Field(description="[value, share of the points]; straight between, level outside")


class AllowanceFile(_Strict):
    """How many of the counted events are free: one for every so many of something else, one at least."""

    count: Id = Field(description="detail of the measure: how many events its value counts")
    per: Id = Field(description="detail of the measure: how many occasions there were")
    every: int = Field(ge=1)


class MeasureRuleFile(_RuleFile, CurveFile):
    """Points for a measured value."""

    kind: Literal["measured"]
    instead: tuple[CurveFile, ...] = Field(
        default=(), description="used in this order where the measure itself is not measured"
    )
    allowance: AllowanceFile | None = None
    advice_above: str = Field(default="", description="advice where the value lies above the best values")


class ShowsRuleFile(_RuleFile):
    """Points for showing a behaviour often enough."""

    kind: Literal["shows"]
    any_of: tuple[Id, ...] = Field(min_length=1)
    at_least: int = Field(default=1, ge=1, description="more than this earns nothing more")
    place: Literal["opening", "closing", "anywhere"] = "anywhere"
    after: tuple[Id, ...] = Field(default=(), description="only where the customer gave one of these cues")
    best_after: tuple[Id, ...] = Field(
        default=(),
        description="behaviours of the trainee after which it belongs: the last of them is where it is missed",
    )


class DueRuleFile(_RuleFile):
    """Points for answering what the customer brings: each time counts."""

    kind: Literal["due"]
    any_of: tuple[Id, ...] = Field(min_length=1)
    after: tuple[Id, ...] = Field(description="cues of the customer that call for it")
    moods: tuple[str, ...] = Field(
        default=(), description="moods of a scenario that call for it, when the customer falls into one"
    )
    within_turns: int = Field(default=1, ge=1)
    again_after_turns: int = Field(
        default=4,
        ge=1,
        description="a customer who stays that way calls for it again only after this many turns",
    )


class AvoidRuleFile(_RuleFile):
    """Points that are kept unless a behaviour takes them away."""

    kind: Literal["avoid"]
    any_of: tuple[Id, ...] = Field(min_length=1)
    points_each: float = Field(gt=0.0)
    after: tuple[Id, ...] = Field(
        default=(), description="only from the first of these cues of the customer on"
    )
    moods: tuple[str, ...] = Field(
        default=(), description="only from the first of these moods of a scenario on"
    )
    free_every_turns: int = Field(
        default=0, ge=0, description="one is free for every so many turns of the trainee; 0: none is"
    )
    earns: bool = Field(
        default=True,
        description="false: leaving it out earns nothing, doing it takes from what the other rules earned",
    )


class OrderRuleFile(_RuleFile):
    """Points for doing one thing before another."""

    kind: Literal["order"]
    first: tuple[Id, ...] = Field(min_length=1)
    then: tuple[Id, ...] = Field(min_length=1)
    after: tuple[Id, ...] = Field(default=(), description="only where the customer gave one of these cues")


class PairRuleFile(_RuleFile):
    """Points for ending what was begun: each time counts."""

    kind: Literal["pair"]
    first: tuple[Id, ...] = Field(min_length=1)
    then: tuple[Id, ...] = Field(min_length=1)
    within_turns: int = Field(default=3, ge=1)


RuleFile = Annotated[
    MeasureRuleFile | ShowsRuleFile | DueRuleFile | AvoidRuleFile | OrderRuleFile | PairRuleFile,
    Field(discriminator="kind"),
]


class SkillFile(_Strict):
    """A row of the card."""

    id: Id
    title: str
    section: Id
    weight: float = Field(ge=0.0)
    about: str
    sources: tuple[str, ...] = Field(min_length=1, description="where it comes from")
    looks_like: dict[str, str] = Field(description="level: what the call sounds like then")
    minimum: float = Field(
        default=0.0, ge=0.0, le=100.0, description="a lower score of this skill fails the call"
    )
    rules: tuple[RuleFile, ...]


class AutoFailFile(_Strict):
    """What the scenario's own lists do to the card."""

    must: str = Field(
        default="card",
        description=(
            "what fails where a behaviour that the scenario asks for never came: card, nothing, or a section; "
            "a failed card does not pass, a failed section counts as 0"
        ),
    )
    must_not: str = Field(
        default="card",
        description="what fails where a behaviour that the scenario rules out came: card, nothing, or a section",
    )


class RubricFile(_Strict):
    """A rubric."""

    format: Literal["voicesim-rubric/1"]
    id: Id
    version: int = Field(ge=1)
    title: str
    about: str = ""
    least_words: int = Field(default=20, ge=1, description="of the trainee, below which words are not judged")
    pass_at: float = Field(default=0.0, ge=0.0, le=100.0, description="overall score that passes; 0: any")
    auto_fail: AutoFailFile = AutoFailFile()
    glossary: dict[str, str] = Field(
        default={},
        description="internal terms and their plain words, beside the scenario's; one left unexplained is jargon",
    )
    levels: tuple[LevelFile, ...]
    sections: tuple[SectionFile, ...]
    skills: tuple[SkillFile, ...]


def rubric_schema() -> dict[str, Any]:
    """The JSON Schema of a rubric file."""
    return RubricFile.model_json_schema()
