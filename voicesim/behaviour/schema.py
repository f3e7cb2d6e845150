"""The shape of a behaviour table, as a file.

A table is a YAML file with one family of behaviours. Patterns and examples are blocks of text, one a line; what
follows ``#`` after two spaces is a remark. An example may begin with what the customer said before, ended by
``=>``. Every behaviour carries examples of what counts and of look-alikes that do not; they are tests.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Id = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class BlockFile(_Strict):
    """Patterns, and where they count."""

    patterns: str = Field(description="one pattern a line")
    after_customer: str = Field(
        default="", description="counts only if one of these is in what the customer said before"
    )
    not_after_customer: str = Field(default="", description="does not count if one of these is in it")
    together_with: str = Field(
        default="", description="counts only if one of these is in the same utterance too"
    )
    not_with: str = Field(
        default="", description="does not count if one of these is anywhere in the same utterance"
    )
    position: Literal["anywhere", "first", "start", "end", "whole"] = Field(
        default="anywhere",
        description="first: the trainee's first utterance; start, end: of the utterance; whole: nothing else is said",
    )
    max_words: int | None = Field(
        default=None, ge=1, description="counts only in utterances no longer than this"
    )
    min_words: int | None = Field(
        default=None, ge=1, description="counts only in utterances no shorter than this"
    )
    ignore: tuple[Literal["negation", "report", "quotation", "question"], ...] = Field(
        default=(), description="guards that do not apply: the patterns see to it themselves"
    )
    asks: bool | None = Field(
        default=None,
        description="true: only in a question; false: not in a question (where punctuation tells)",
    )
    one_question: bool = Field(
        default=False, description="counts only if the utterance asks a single question"
    )
    gives_way_to: tuple[Id, ...] = Field(
        default=(), description="does not count in a sentence that one of these behaviours was found in"
    )
    takes: Literal["patterns", "glossary", "customer_name"] = Field(
        default="patterns", description="glossary, customer_name: what the scenario names instead of patterns"
    )


class BehaviourFile(BlockFile):
    """One behaviour."""

    id: Id
    title: str
    counts: str = Field(description="what counts, in a sentence")
    costs_points: bool = False
    patterns: str = ""
    exceptions: str = Field(default="", description="a match that overlaps one of these does not count")
    also: tuple[BlockFile, ...] = Field(
        default=(), description="further patterns under conditions of their own"
    )
    examples: str = Field(description="utterances that show it, one a line")
    look_alikes: str = Field(description="utterances that look like it and do not show it, one a line")


class TableFile(_Strict):
    """A family of behaviours."""

    family: Id
    about: str = ""
    behaviours: tuple[BehaviourFile, ...]


class CueFile(_Strict):
    """Something that the customer says and that asks for an answer of some kind."""

    id: Id
    title: str
    patterns: str
    exceptions: str = ""
    examples: str
    look_alikes: str


class CuesFile(_Strict):
    """What the customer says that matters for what the trainee should do next."""

    cues: tuple[CueFile, ...]


class WordsFile(_Strict):
    """Word lists that patterns name in braces, and what the guards go by."""

    small_words: str = Field(description="words that patterns pass over")
    small_phrases: str = Field(description="phrases that patterns pass over")
    harmless_negations: str = Field(description="phrases with a negation that does not reach what follows")
    reports: str = Field(description="what makes the words after it somebody else's")
    question_forms: str = Field(description="how a question begins, for transcripts without question marks")
    lists: dict[str, str] = Field(description="name: its entries, one a line, each a small pattern")
