"""The pattern language: what a coach writes in a table, made into something that runs over tokens.

One pattern a line::

    i am sorry               these words in this order, in any spelling ("I'm", "im"); small words such as
                             "just" or "really" and fillers may stand between
    (thank you | thanks)     one of
    so?  (for that)?         may be missing
    apolog*                  any word that begins so
    ...    ...2              up to 4 (2) further words, none of them "not", within the sentence
    {feeling}                a word list of _words.yaml; {word} is any one word, {number} any number
    !word  !(a | b)          not if this follows at once ("um" may stand between)
    ^  $                     begin and end of a sentence (openers such as "okay" and closers such as "please"
                             do not count)

Matching is exact: a token has one of the forms that a pattern names, or it has not; spelling tolerance is put into
those forms before (see :mod:`voicesim.behaviour.vocabulary`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final, Protocol, TypeAlias

from voicesim.behaviour.lexing import FILLED_PAUSES, Tokens, is_negation
from voicesim.behaviour.spelling import APOSTROPHES, NUMBER, spell, word_set

_LEXEME: Final = re.compile(r"\(|\)\??|\||\{[a-z_]+\}\??|\.\.\.\d*|\^|\$|!|[^\s()|{}!^$]+")
_DEFAULT_GAP: Final = 4
_MAX_PASSED: Final = 4
"""Small words that may stand between two words of a pattern."""

COMMON: Final = word_set(
    "i you we it the a an to is are am was be of for and that this in on at my your our me us can could will "
    "would do does did have has had not with so if or what there as by from up all any get go just now here"
)
OPENERS: Final = word_set(
    "okay alright so well and but yes no sure right great perfect good hi hello oh ah now then because absolutely "
    "awesome excellent wonderful fantastic thanks thank sorry lovely brilliant cool fine also plus"
)
CLOSERS: Final = word_set(
    "please sir madam today okay then thanks now there mate for me thank you yet so far"
)


class PatternSyntaxError(ValueError):
    """A pattern that cannot be read; the message says why."""


class Grid:
    """An utterance as bit masks: bit i of a mask stands for token i, one bit more for the end.

    All places where a pattern could begin are tried at once: a mask of places goes through the elements of a
    pattern, and what comes out is the mask of places behind the match.
    """

    __slots__ = (
        "all", "at_begin", "at_end", "begins", "filled", "forms", "found", "free", "kept", "known", "masks", "plain",
        "runs", "small", "tokens",
    )  # fmt: skip

    def __init__(self, tokens: Tokens) -> None:
        n = len(tokens)
        self.tokens = tokens
        self.all = (1 << n) - 1
        self.masks: dict[int, int] = {}
        """Places of a literal, by its ``id``."""
        self.runs: dict[tuple[int, Places], Places] = {}
        """Where a choice led to, by its ``id`` and the places."""
        self.found: dict[int, object] = {}
        """What a group of patterns found, by its ``id``."""
        self.kept: list[object] = []
        """Whoever has an entry by ``id``: while it lives nobody else gets that id."""
        self.forms: dict[str, int] = {}
        for i, forms in enumerate(tokens.forms):
            for form in forms:
                self.forms[form] = self.forms.get(form, 0) | 1 << i
        self.known = frozenset(self.forms)
        self.small = _mask(tokens.is_small)
        self.begins = _mask(tokens.begins)
        negations = _mask([is_negation(forms) for forms in tokens.forms])
        self.free = self.all & ~self.begins & ~negations
        self.plain = self.all & ~negations & ~self.small
        self.filled = _mask([first in FILLED_PAUSES for first in tokens.first])
        self.at_begin = _mask([_at_begin(tokens, i) for i in range(n)])
        self.at_end = _mask([_at_end(tokens, i) for i in range(n + 1)])

    def behind_small(self, places: int) -> int:
        """These places and those behind small words of the same sentence, four at most; none begins a sentence."""
        skipped = self.small & ~self.begins
        reached = places
        for _ in range(_MAX_PASSED):
            places = (places & skipped) << 1
            if not places:
                break
            reached |= places
        return reached & ~self.begins

    def gap(self, places: int, longest: int) -> int:
        """These places and all behind up to so many words that a gap may pass over."""
        reached = places
        for _ in range(longest + 1):
            moving = places & self.small & self.free
            while moving:
                moving = (moving << 1) & ~reached
                reached |= moving
                places |= moving
                moving &= self.small & self.free
            places = ((places & self.free & ~self.small) << 1) & ~reached
            if not places or _ == longest:
                break
            reached |= places
        return reached


def _mask(flags: Sequence[bool]) -> int:
    mask = 0
    for i, flag in enumerate(flags):
        if flag:
            mask |= 1 << i
    return mask


Places: TypeAlias = "tuple[int, int]"
"""Two masks of places: where a pattern may still begin, and where it goes on. Before the first word of a pattern no
small words are passed over, and it may begin a sentence; any later word may do neither."""


class Element(Protocol):
    """A piece of a pattern."""

    @property
    def is_optional(self) -> bool:
        """Whether it may be missing."""

    def run(self, grid: Grid, places: Places) -> Places:
        """The places behind it, in an utterance; its being optional is for the caller to see to."""

    def needs(self) -> tuple[frozenset[str], ...]:
        """Sets of forms, of each of which one at least must be in the utterance."""

    def first(self) -> frozenset[str] | None:
        """Forms that a match can begin with; ``None`` when anything goes."""


@dataclass(frozen=True, slots=True)
class Literal:
    """One token, in any of some forms; ``apolog*`` is a form too."""

    forms: frozenset[str]
    is_optional: bool = False

    def run(self, grid: Grid, places: Places) -> Places:
        """As :meth:`Element.run`."""
        mask = grid.masks.get(id(self))
        if mask is None:
            mask = 0
            for form in self.forms & grid.known:
                mask |= grid.forms[form]
            grid.masks[id(self)] = mask
            grid.kept.append(self)
        if not mask:
            return (0, 0)
        fresh, moved = places
        return (0, ((fresh | grid.behind_small(moved)) & mask) << 1) if moved else (0, (fresh & mask) << 1)

    def needs(self) -> tuple[frozenset[str], ...]:
        """As :meth:`Element.needs`."""
        return () if self.is_optional else (self.forms,)

    def first(self) -> frozenset[str] | None:
        """As :meth:`Element.first`."""
        return self.forms


@dataclass(frozen=True, slots=True)
class AnyWord:
    """Any one word of the sentence, small ones and negations apart."""

    is_optional: bool = False

    def run(self, grid: Grid, places: Places) -> Places:
        """As :meth:`Element.run`."""
        fresh, moved = places
        return (0, ((fresh | grid.behind_small(moved)) & grid.plain) << 1)

    def needs(self) -> tuple[frozenset[str], ...]:
        """As :meth:`Element.needs`."""
        return ()

    def first(self) -> frozenset[str] | None:
        """As :meth:`Element.first`."""
        return None


@dataclass(frozen=True, slots=True)
class _Choice:
    """One of several elements."""

    options: tuple[Element, ...]
    is_optional: bool = False

    def run(self, grid: Grid, places: Places) -> Places:
        key = (id(self), places)
        known = grid.runs.get(key)
        if known is not None:
            return known
        fresh = moved = 0
        for option in self.options:
            f, m = option.run(grid, places)
            fresh |= f
            moved |= m
        grid.runs[key] = (fresh, moved)
        grid.kept.append(self)
        return (fresh, moved)

    def needs(self) -> tuple[frozenset[str], ...]:
        if self.is_optional:
            return ()
        joined = _joined([min(option.needs(), key=_commonness, default=None) for option in self.options])
        return () if joined is None else (joined,)

    def first(self) -> frozenset[str] | None:
        return _joined([option.first() for option in self.options])


@dataclass(frozen=True, slots=True)
class _Gap:
    """Up to some words of any kind, within the sentence, none of them a negation."""

    longest: int
    is_optional: bool = True

    def run(self, grid: Grid, places: Places) -> Places:
        fresh, moved = places
        return (0, grid.gap(moved | fresh, self.longest) & ~fresh | moved)

    def needs(self) -> tuple[frozenset[str], ...]:
        return ()

    def first(self) -> frozenset[str] | None:
        return None


@dataclass(frozen=True, slots=True)
class _Edge:
    """Begin or end of a sentence."""

    is_begin: bool
    is_optional: bool = False

    def run(self, grid: Grid, places: Places) -> Places:
        edge = grid.at_begin if self.is_begin else grid.at_end
        return (places[0] & edge, places[1] & edge)

    def needs(self) -> tuple[frozenset[str], ...]:
        return ()

    def first(self) -> frozenset[str] | None:
        return None


def _at_begin(tokens: Tokens, at: int) -> bool:
    while at > 0 and not tokens.begins[at]:
        at -= 1
        is_thanks = tokens.first[at] == "you" and at > 0 and tokens.first[at - 1] == "thank"
        if not (tokens.is_small[at] or tokens.first[at] in OPENERS or is_thanks):
            return False
    return True


def _at_end(tokens: Tokens, at: int) -> bool:
    while at < len(tokens) and not tokens.begins[at]:
        if not (tokens.is_small[at] or tokens.first[at] in CLOSERS):
            return False
        at += 1
    return True


@dataclass(frozen=True, slots=True)
class _Without:
    """Nothing, provided that an element does not follow at once."""

    inner: Element
    is_optional: bool = False

    def run(self, grid: Grid, places: Places) -> Places:
        fresh, moved = places
        both = fresh | moved
        follows = 0
        for i in range(both.bit_length()):
            if both >> i & 1:
                ahead = i
                while grid.filled >> ahead & 1:
                    ahead += 1
                if not grid.begins >> ahead & 1 and any(self.inner.run(grid, (1 << ahead, 0))):
                    follows |= 1 << i
        return (fresh & ~follows, moved & ~follows)

    def needs(self) -> tuple[frozenset[str], ...]:
        return ()

    def first(self) -> frozenset[str] | None:
        return None


@dataclass(frozen=True, slots=True)
class _Chain:
    """Elements one after the other, small words between them passed over."""

    parts: tuple[Element, ...]
    is_optional: bool = False

    def run(self, grid: Grid, places: Places) -> Places:
        for part in self.parts:
            fresh, moved = part.run(grid, places)
            if part.is_optional:
                fresh |= places[0]
                moved |= places[1]
            if not (fresh or moved):
                return (0, 0)
            places = (fresh, moved)
        return places

    def needs(self) -> tuple[frozenset[str], ...]:
        return () if self.is_optional else tuple(forms for part in self.parts for forms in part.needs())

    def first(self) -> frozenset[str] | None:
        seen: frozenset[str] = frozenset()
        for part in self.parts:
            if isinstance(part, _Edge | _Without):
                continue
            forms = part.first()
            if forms is None:
                return None
            seen |= forms
            if not part.is_optional:
                return seen
        return None


def _joined(sets: Sequence[frozenset[str] | None]) -> frozenset[str] | None:
    out: frozenset[str] = frozenset()
    for forms in sets:
        if forms is None:
            return None
        out |= forms
    return out


def _commonness(forms: frozenset[str]) -> tuple[int, int, tuple[str, ...]]:
    return (len(forms & COMMON), len(forms), tuple(sorted(forms)))


def anchor_of(element: Element) -> frozenset[str] | None:
    """The rarest of the sets of forms that an element needs; ``None`` when it needs none."""
    return min(element.needs(), key=_commonness, default=None)


# --- reading a pattern ------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Reader:
    lexemes: list[str]
    lists: Callable[[str], Element]
    at: int = 0

    def alternatives(self) -> Element:
        options = [self.chain()]
        while self.at < len(self.lexemes) and self.lexemes[self.at] == "|":
            self.at += 1
            options.append(self.chain())
        return _choice(options) if len(options) > 1 else options[0]

    def chain(self) -> Element:
        parts: list[Element] = []
        while self.at < len(self.lexemes) and self.lexemes[self.at] not in {"|", ")", ")?"}:
            parts.extend(self.item())
        if not parts:
            raise PatternSyntaxError("nothing stands where words are expected")
        return parts[0] if len(parts) == 1 else _Chain(tuple(parts))

    def item(self) -> Sequence[Element]:
        lexeme = self.lexemes[self.at]
        self.at += 1
        if lexeme == "(":
            return (self.group(),)
        if lexeme in {"^", "$"}:
            return (_Edge(lexeme == "^"),)
        if lexeme == "!":
            return (self.without(),)
        if lexeme.startswith("..."):
            return (_Gap(int(lexeme[3:]) if lexeme[3:] else _DEFAULT_GAP),)
        if lexeme.startswith("{"):
            found = self.lists(lexeme.rstrip("?").strip("{}"))
            return (_optional(found) if lexeme.endswith("?") else found,)
        return _literals(lexeme)

    def group(self) -> Element:
        inner = self.alternatives()
        if self.at == len(self.lexemes):
            raise PatternSyntaxError("a bracket is not closed")
        closing = self.lexemes[self.at]
        self.at += 1
        return _optional(inner) if closing == ")?" else inner

    def without(self) -> Element:
        if self.at == len(self.lexemes):
            raise PatternSyntaxError("nothing stands after '!'")
        parts = self.item()
        return _Without(parts[0] if len(parts) == 1 else _Chain(tuple(parts)))


@cache
def _literal(forms: frozenset[str], *, is_optional: bool = False) -> Literal:
    """The same object for the same forms: a grid looks each of them up once."""
    return Literal(forms, is_optional)


@cache
def _one_of(options: tuple[Element, ...], *, is_optional: bool = False) -> _Choice:
    return _Choice(options, is_optional)


def _literals(lexeme: str) -> Sequence[Element]:
    is_optional = lexeme.endswith("?") and len(lexeme) > 1
    word = lexeme[:-1] if is_optional else lexeme
    if word.endswith("*"):
        parts: tuple[Element, ...] = (_literal(frozenset((prefix_form(word),))),)
    else:
        spelled = spell(word.lower().translate(APOSTROPHES))
        parts = tuple(_literal(frozenset(form for form in forms if form != NUMBER)) for forms in spelled)
    if not parts or not any(char.isalnum() for char in word):
        raise PatternSyntaxError(f"{lexeme!r} is no word")
    if is_optional:
        return (_optional(parts[0] if len(parts) == 1 else _Chain(parts)),)
    return parts


def prefix_form(word: str) -> str:
    """The form that stands for every word beginning so.

    >>> prefix_form("Apolog*")
    'apolog*'
    """
    stem = word.rstrip("*").lower()
    if len(stem) < 3:
        raise PatternSyntaxError(f"{word!r}: write at least three letters before the star")
    return f"{stem}*"


def _optional(element: Element) -> Element:
    match element:
        case Literal():
            return _literal(element.forms, is_optional=True)
        case _Choice():
            return _one_of(element.options, is_optional=True)
        case _Chain():
            return _Chain(element.parts, is_optional=True)
        case _:
            return _one_of((element,), is_optional=True)


def _choice(options: Sequence[Element]) -> Element:
    """Single words are joined to one set, so that a long word list costs one look-up."""
    singles = [o for o in options if isinstance(o, Literal) and not o.is_optional]
    others = [o for o in options if o not in singles]
    merged = [_literal(frozenset(form for o in singles for form in o.forms))] if singles else []
    all_options: tuple[Element, ...] = (*merged, *others)
    return all_options[0] if len(all_options) == 1 else _one_of(all_options)


def compile_pattern(written: str, lists: Callable[[str], Element]) -> Element:
    """Make a pattern of one written line.

    Args:
        written: as in the table.
        lists: gives the element of a named word list; raises :class:`PatternSyntaxError` for an unknown one.

    Raises:
        PatternSyntaxError: not a pattern.
    """
    reader = _Reader(_LEXEME.findall(written), lists)
    if not reader.lexemes:
        raise PatternSyntaxError("the pattern is empty")
    element = reader.alternatives()
    if reader.at < len(reader.lexemes):
        raise PatternSyntaxError("a bracket is closed that was not opened")
    if anchor_of(element) is None:
        raise PatternSyntaxError("at least one word must be there; all of these may be missing")
    return element


def compile_list(written: Sequence[str], lists: Callable[[str], Element]) -> Element:
    """Make a word list of its written entries, each a small pattern.

    Raises:
        PatternSyntaxError: an entry is not a pattern.
    """
    if not written:
        raise PatternSyntaxError("the list is empty")
    return _choice([compile_pattern(entry, lists) for entry in written])
