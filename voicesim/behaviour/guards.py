"""What takes the meaning out of matched words: negation, somebody else's words, quotation.

Conventions: negation reaches over at most three words, and not past a comma, a sentence end, or a word such as
"but". A match that begins a clause of its own ("don't worry, I will check") is out of its reach, unless a verb of
saying or thinking joins them ("I'm not saying I'm sorry").

Source: a window of three words is what keyword systems in contact centres and clinical text commonly use
(Chapman et al. 2001, NegEx, uses up to five; three loses little in short spoken clauses).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from voicesim.behaviour.groups import PatternGroup
from voicesim.behaviour.lexing import Tokens, is_negation
from voicesim.behaviour.pattern import Grid
from voicesim.behaviour.spelling import word_set

_REACH: Final = 3
_REPORT_REACH: Final = 2
_BREAKS: Final = word_set("but and so because however though although then")
_CLAUSE_STARTS: Final = word_set(
    "i we you he she they it that this there let what how thank thanks sorry please which who when where could can "
    "would may is are do did my our your in"
)
_SUBJECTS: Final = word_set("i we")
_LEADS_IN: Final = word_set("i we am are was were do did would will can could must have want to like need be")
_JOINS: Final = word_set(
    "say saying said think thinking mean meaning guarantee promise that if whether sure believe certain pretend"
)


@dataclass(frozen=True, slots=True)
class Guards:
    """The guards, with the phrases that the word lists give them."""

    harmless: PatternGroup
    """Phrases with a negation that does not reach what follows ("no problem", "don't worry")."""
    reports: PatternGroup
    """What makes the words after it somebody else's ("he said", "you told me")."""

    def refusal(self, grid: Grid, start: int, end: int, ignore: frozenset[str]) -> str:
        """Why tokens ``[start, end)`` do not mean what they say; empty when they do."""
        tokens = grid.tokens
        if "quotation" not in ignore and end > start and all(tokens.is_quoted[start:end]):
            return "in quotation marks"
        start = _clause_start(tokens, start)
        if "negation" not in ignore and self._is_negated(grid, start):
            return "negated"
        if "report" not in ignore and self._is_reported(grid, start):
            return "somebody else's words"
        return ""

    def _is_negated(self, grid: Grid, start: int) -> bool:
        tokens = grid.tokens
        at, passed = start, 0
        while at > 0 and passed < _REACH and not tokens.begins[at] and not tokens.after_comma[at]:
            at -= 1
            if is_negation(tokens.forms[at]):
                return self._reaches(grid, at, start)
            if tokens.first[at] in _BREAKS:
                return False
            passed += not tokens.is_small[at]
        return False

    def _reaches(self, grid: Grid, negation: int, start: int) -> bool:
        tokens = grid.tokens
        if any(hit.start <= negation < hit.end for hit in self.harmless.hits(grid)):
            return False
        if tokens.first[start] not in _CLAUSE_STARTS:
            return True
        if tokens.first[start] == "let":
            return False
        return tokens.first[start - 1] in _JOINS

    def _is_reported(self, grid: Grid, start: int) -> bool:
        tokens = grid.tokens
        if not self.reports:
            return False
        for hit in self.reports.hits(grid):
            between = range(hit.end, start)
            if (
                hit.end <= start
                and len(between) <= _REPORT_REACH
                and not any(
                    tokens.begins[k] or not (tokens.is_small[k] or tokens.first[k] in _JOINS) for k in between
                )
            ):
                return not (start < len(tokens) and tokens.begins[start] and not tokens.is_quoted[start])
        return False


def _clause_start(tokens: Tokens, start: int) -> int:
    """Where the subject of a match that begins inside its clause stands ("I am" before "sorry")."""
    at = start
    while at > 0 and not tokens.begins[at] and (tokens.first[at - 1] in _LEADS_IN or tokens.is_small[at - 1]):
        at -= 1
        if tokens.first[at] in _SUBJECTS:
            return at
    return start
