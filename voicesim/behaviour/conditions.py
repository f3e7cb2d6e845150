"""Whether a match counts where it stands: place in the utterance, company, questions, what the customer said."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from voicesim.behaviour.behaviours import Block
from voicesim.behaviour.groups import Hit, PatternGroup
from voicesim.behaviour.lexing import LAUGH, NAME_LIKE, SMILE, Tokens
from voicesim.behaviour.pattern import CLOSERS, OPENERS, Grid
from voicesim.speech.words import Word

_LEAD: Final = 3
"""Words that may precede (follow) a match that has to stand at the start (end) of an utterance."""
_LIGHT: Final = frozenset((SMILE, LAUGH, NAME_LIKE))


@dataclass(frozen=True, slots=True)
class Heard:
    """An utterance of the trainee, ready to be looked through."""

    words: Sequence[Word]
    grid: Grid
    context: Grid
    """What the customer said before."""
    is_first: bool

    @property
    def tokens(self) -> Tokens:
        """The utterance's tokens."""
        return self.grid.tokens


def condition_refusal(block: Block, heard: Heard, hit: Hit, questions: PatternGroup) -> str:
    """Why a match does not count under the conditions of its block; empty when it does."""
    return (
        _length(block, heard.tokens)
        or _position(block, heard, hit)
        or _question(block, heard.grid, hit, questions)
        or _company(block, heard)
    )


def _length(block: Block, tokens: Tokens) -> str:
    n_words = sum(not small for small in tokens.is_small)
    if block.max_words is not None and n_words > block.max_words:
        return f"the utterance is longer than {block.max_words} words"
    if n_words < block.min_words:
        return f"the utterance is shorter than {block.min_words} words"
    return ""


def _position(block: Block, heard: Heard, hit: Hit) -> str:
    tokens = heard.tokens
    before = _weight(tokens, 0, hit.start, OPENERS)
    after = _weight(tokens, hit.end, len(tokens), CLOSERS)
    match block.position:
        case "first" if not heard.is_first:
            return "not the first utterance"
        case "start" | "first" if before > _LEAD:
            return "not at the start"
        case "end" if after > _LEAD:
            return "not at the end"
        case "whole" if before or after:
            return "something else is said"
        case _:
            return ""


def _weight(tokens: Tokens, start: int, end: int, light: frozenset[str]) -> int:
    return sum(
        not (tokens.is_small[i] or tokens.first[i] in light or not tokens.forms[i].isdisjoint(_LIGHT))
        for i in range(start, end)
    )


def _question(block: Block, grid: Grid, hit: Hit, questions: PatternGroup) -> str:
    if block.asks is not None and block.asks != _is_asked(grid, hit, questions):
        return "not a question" if block.asks else "a question"
    if block.one_question and count_questions(grid, questions) > 1:
        return "several questions"
    return ""


def _is_asked(grid: Grid, hit: Hit, questions: PatternGroup) -> bool:
    tokens = grid.tokens
    if tokens.asks[hit.start]:
        return True
    if any(tokens.asks):
        return False
    begin = max(i for i in range(hit.start + 1) if tokens.begins[i])
    return any(begin <= asked.start <= hit.start for asked in questions.hits(grid))


def count_questions(grid: Grid, questions: PatternGroup) -> int:
    """Sentences that ask: by question marks where there are any, else by how they begin."""
    tokens = grid.tokens
    marked = sum(tokens.asks[i] for i in range(len(tokens)) if tokens.begins[i])
    if marked:
        return marked
    count, reached = 0, 0
    for start, end in sorted((asked.start, asked.end) for asked in questions.hits(grid)):
        goes_on = "or" in tokens.first[max(start - 1, 0) : start + 1]
        count += start >= reached and not (count and goes_on)
        reached = max(reached, end)
    return count


def _company(block: Block, heard: Heard) -> str:
    if block.together_with and not block.together_with.is_in(heard.grid):
        return "what has to go with it is missing"
    if block.not_with and block.not_with.is_in(heard.grid):
        return "something in the same utterance speaks against it"
    if block.after_customer and not block.after_customer.is_in(heard.context):
        return "the customer said nothing that calls for it"
    if block.not_after_customer and block.not_after_customer.is_in(heard.context):
        return "not as an answer to what the customer said"
    return ""
