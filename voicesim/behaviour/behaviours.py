"""A behaviour as it runs: blocks of patterns with the conditions under which they count."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from voicesim.behaviour.groups import PatternGroup, pattern_lines
from voicesim.behaviour.guards import Guards
from voicesim.behaviour.pattern import Element
from voicesim.behaviour.schema import BehaviourFile, BlockFile, CueFile
from voicesim.behaviour.vocabulary import Vocabulary


@dataclass(frozen=True, kw_only=True)
class Block:
    """Patterns that count under the same conditions."""

    patterns: PatternGroup
    after_customer: PatternGroup
    not_after_customer: PatternGroup
    together_with: PatternGroup
    not_with: PatternGroup
    position: str
    min_words: int
    max_words: int | None
    ignore: frozenset[str]
    asks: bool | None
    one_question: bool
    gives_way_to: frozenset[str]
    takes: str


@dataclass(frozen=True, kw_only=True)
class Behaviour:
    """One behaviour, with its examples."""

    behaviour_id: str
    title: str
    counts: str
    """What counts, in a sentence."""
    family: str
    costs_points: bool
    blocks: tuple[Block, ...]
    exceptions: PatternGroup
    source: str = ""
    """Name of the file that it came from."""
    _examples: str = field(repr=False, default="")
    _look_alikes: str = field(repr=False, default="")

    @cached_property
    def examples(self) -> tuple[Example, ...]:
        """Utterances that show it."""
        return examples_of(self._examples)

    @cached_property
    def look_alikes(self) -> tuple[Example, ...]:
        """Utterances that look like it and do not show it."""
        return examples_of(self._look_alikes)


@dataclass(frozen=True, kw_only=True)
class Lexicon:
    """What all patterns share."""

    lists: Callable[[str], Element]
    """Word lists by name."""
    small_words: frozenset[str]
    small_phrases: Mapping[str, Sequence[tuple[str, ...]]]
    """By their first word."""
    guards: Guards
    questions: PatternGroup
    """How questions begin."""
    vocabulary: Vocabulary


@dataclass(frozen=True, slots=True)
class Example:
    """An utterance written by the author of a table."""

    text: str
    context: str = ""
    """What the customer said before."""


@dataclass(frozen=True, kw_only=True)
class Cue:
    """Something that the customer says and that asks for an answer of some kind."""

    cue_id: str
    title: str
    patterns: PatternGroup
    exceptions: PatternGroup
    examples: tuple[Example, ...]
    look_alikes: tuple[Example, ...]


def examples_of(block: str) -> tuple[Example, ...]:
    """The examples of a block of text, one a line: ``what the customer said => what the trainee said``."""
    out: list[Example] = []
    for line in pattern_lines(block):
        before, arrow, after = line.text.partition("=>")
        out.append(Example(after.strip(), before.strip()) if arrow else Example(line.text))
    return tuple(out)


def behaviour_of(
    file: BehaviourFile, *, family: str, source: str, lists: Callable[[str], Element]
) -> Behaviour:
    """A behaviour from its file."""
    blocks = (file, *file.also) if file.patterns or file.takes != "patterns" else file.also
    return Behaviour(
        behaviour_id=file.id,
        title=file.title,
        counts=file.counts,
        family=family,
        costs_points=file.costs_points,
        blocks=tuple(_block_of(block, lists) for block in blocks),
        exceptions=PatternGroup(pattern_lines(file.exceptions), lists),
        source=source,
        _examples=file.examples,
        _look_alikes=file.look_alikes,
    )


def cue_of(file: CueFile, lists: Callable[[str], Element]) -> Cue:
    """A cue from its file."""
    return Cue(
        cue_id=file.id,
        title=file.title,
        patterns=PatternGroup(pattern_lines(file.patterns), lists),
        exceptions=PatternGroup(pattern_lines(file.exceptions), lists),
        examples=examples_of(file.examples),
        look_alikes=examples_of(file.look_alikes),
    )


def _block_of(file: BlockFile, lists: Callable[[str], Element]) -> Block:
    def group(text: str) -> PatternGroup:
        return PatternGroup(pattern_lines(text), lists)

    return Block(
        patterns=group(file.patterns),
        after_customer=group(file.after_customer),
        not_after_customer=group(file.not_after_customer),
        together_with=group(file.together_with),
        not_with=group(file.not_with),
        position=file.position,
        min_words=file.min_words or 0,
        max_words=file.max_words,
        ignore=frozenset(file.ignore),
        asks=file.asks,
        one_question=file.one_question,
        gives_way_to=frozenset(file.gives_way_to),
        takes=file.takes,
    )
