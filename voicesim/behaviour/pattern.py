"""The pattern language: what a coach writes in a table, made into something that runs over tokens.

One pattern a line::

    i am sorry               these words in this order, in any spelling ("I'm", "im"); small words such as
                             "just" or "really" and fillers may stand between
    (thank you | thanks)     one of
    so?  (for that)?         may be missing
    apolog*                  any word that begins so
    ...    ...2              up to 4 (2) further words, none of them "not", within the sentence
    {feeling}                a word list of _words.yaml; {word} is any one word, {number} any number
    !word  !(a | b)          not if this follows here
    ^  $                     begin and end of a sentence (openers such as "okay" and closers such as "please"
                             do not count)

Matching is exact set intersection on the forms of a token; spelling tolerance is put into those forms before
(see :mod:`voicesim.behaviour.vocabulary`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from voicesim.behaviour.lexing import Tokens, is_negation
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
    "awesome excellent wonderful fantastic thanks thank you sorry lovely brilliant cool fine also plus"
)
CLOSERS: Final = word_set(
    "please sir madam today okay then thanks now there mate for me thank you yet so far"
)


class PatternSyntaxError(ValueError):
    """A pattern that cannot be read; the message says why."""


class Element(Protocol):
    """A piece of a pattern."""

    def ends(self, tokens: Tokens, at: int) -> Sequence[int]:
        """Where a match that begins at ``at`` may end (exclusive); empty when there is none."""

    def anchor(self) -> frozenset[str] | None:
        """Forms of which at least one must be there; ``None`` when nothing must."""

    def first(self) -> frozenset[str] | None:
        """Forms that a match can begin with; ``None`` when anything goes."""

    @property
    def is_optional(self) -> bool:
        """Whether it may be missing."""


@dataclass(frozen=True, slots=True)
class Literal:
    """One token, in any of some forms; ``apolog*`` is a form too."""

    forms: frozenset[str]
    is_optional: bool = False

    def ends(self, tokens: Tokens, at: int) -> Sequence[int]:
        """As :meth:`Element.ends`."""
        if at < len(tokens) and not self.forms.isdisjoint(tokens.forms[at]):
            return (at + 1,)
        return ()

    def anchor(self) -> frozenset[str] | None:
        """As :meth:`Element.anchor`."""
        return None if self.is_optional else self.forms

    def first(self) -> frozenset[str] | None:
        """As :meth:`Element.first`."""
        return self.forms


@dataclass(frozen=True, slots=True)
class _Choice:
    """One of several elements."""

    options: tuple[Element, ...]
    is_optional: bool = False

    def ends(self, tokens: Tokens, at: int) -> Sequence[int]:
        return sorted({end for option in self.options for end in option.ends(tokens, at)})

    def anchor(self) -> frozenset[str] | None:
        return None if self.is_optional else _joined([option.anchor() for option in self.options])

    def first(self) -> frozenset[str] | None:
        return _joined([option.first() for option in self.options])


@dataclass(frozen=True, slots=True)
class _Gap:
    """Up to some words of any kind, within the sentence, none of them a negation."""

    longest: int
    is_optional: bool = True

    def ends(self, tokens: Tokens, at: int) -> Sequence[int]:
        out = [at]
        passed = 0
        while at < len(tokens) and not tokens.begins[at] and not is_negation(tokens.forms[at]):
            passed += not tokens.is_small[at]
            if passed > self.longest:
                break
            at += 1
            out.append(at)
        return out

    def anchor(self) -> frozenset[str] | None:
        return None

    def first(self) -> frozenset[str] | None:
        return None


@dataclass(frozen=True, slots=True)
class AnyWord:
    """Any one word of the sentence, small ones and negations apart."""

    is_optional: bool = False

    def ends(self, tokens: Tokens, at: int) -> Sequence[int]:
        """As :meth:`Element.ends`."""
        if at < len(tokens) and not tokens.is_small[at] and not is_negation(tokens.forms[at]):
            return (at + 1,)
        return ()

    def anchor(self) -> frozenset[str] | None:
        """As :meth:`Element.anchor`."""
        return None

    def first(self) -> frozenset[str] | None:
        """As :meth:`Element.first`."""
        return None


@dataclass(frozen=True, slots=True)
class _Edge:
    """Begin or end of a sentence."""

    is_begin: bool
    is_optional: bool = False

    def ends(self, tokens: Tokens, at: int) -> Sequence[int]:
        return (at,) if (_at_begin if self.is_begin else _at_end)(tokens, at) else ()

    def anchor(self) -> frozenset[str] | None:
        return None

    def first(self) -> frozenset[str] | None:
        return None


def _at_begin(tokens: Tokens, at: int) -> bool:
    while at < len(tokens) and at > 0 and not tokens.begins[at]:
        at -= 1
        if not (tokens.is_small[at] or tokens.first[at] in OPENERS):
            return False
    return at < len(tokens)


def _at_end(tokens: Tokens, at: int) -> bool:
    while at < len(tokens) and not tokens.begins[at]:
        if not (tokens.is_small[at] or tokens.first[at] in CLOSERS):
            return False
        at += 1
    return True


@dataclass(frozen=True, slots=True)
class _Without:
    """Nothing, provided that an element does not follow."""

    inner: Element
    is_optional: bool = False

    def ends(self, tokens: Tokens, at: int) -> Sequence[int]:
        if at < len(tokens) and not tokens.begins[at]:
            for ahead in _reach(tokens, at):
                if self.inner.ends(tokens, ahead):
                    return ()
        return (at,)

    def anchor(self) -> frozenset[str] | None:
        return None

    def first(self) -> frozenset[str] | None:
        return None


@dataclass(frozen=True, slots=True)
class _Chain:
    """Elements one after the other, small words between them passed over."""

    parts: tuple[Element, ...]
    is_optional: bool = False

    def ends(self, tokens: Tokens, at: int) -> Sequence[int]:
        here = {at}
        for part in self.parts:
            there = set(here) if part.is_optional else set()
            for place in sorted(here):
                there.update(_step(part, tokens, place, at))
            if not there:
                return ()
            here = there
        return sorted(here)

    def anchor(self) -> frozenset[str] | None:
        if self.is_optional:
            return None
        found = [forms for part in self.parts if (forms := part.anchor()) is not None]
        return min(found, key=_commonness) if found else None

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


def _step(part: Element, tokens: Tokens, place: int, start: int) -> set[int]:
    if isinstance(part, _Gap | _Edge | _Without):
        return set(part.ends(tokens, place))
    if isinstance(part, _Choice):
        return {end for option in part.options for end in _step(option, tokens, place, start)}
    out: set[int] = set()
    for ahead in (place,) if place == start else _reach(tokens, place):
        if ahead < len(tokens) and (ahead == start or not tokens.begins[ahead]):
            out.update(part.ends(tokens, ahead))
    return out


def _reach(tokens: Tokens, place: int) -> range:
    """This place and those that lie behind small words only."""
    ahead = place
    while ahead < len(tokens) and ahead - place < _MAX_PASSED and tokens.is_small[ahead]:
        ahead += 1
        if ahead < len(tokens) and tokens.begins[ahead]:
            return range(place, ahead)
    return range(place, ahead + 1)


def _joined(sets: Sequence[frozenset[str] | None]) -> frozenset[str] | None:
    out: frozenset[str] = frozenset()
    for forms in sets:
        if forms is None:
            return None
        out |= forms
    return out


def _commonness(forms: frozenset[str]) -> tuple[int, int, tuple[str, ...]]:
    return (len(forms & COMMON), len(forms), tuple(sorted(forms)))


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


def _literals(lexeme: str) -> Sequence[Element]:
    is_optional = lexeme.endswith("?") and len(lexeme) > 1
    word = lexeme[:-1] if is_optional else lexeme
    if word.endswith("*"):
        parts: tuple[Element, ...] = (Literal(frozenset((prefix_form(word),))),)
    else:
        spelled = spell(word.lower().translate(APOSTROPHES))
        parts = tuple(Literal(frozenset(form for form in forms if form != NUMBER)) for forms in spelled)
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
            return Literal(element.forms, is_optional=True)
        case _Choice():
            return _Choice(element.options, is_optional=True)
        case _Chain():
            return _Chain(element.parts, is_optional=True)
        case _:
            return _Choice((element,), is_optional=True)


def _choice(options: Sequence[Element]) -> Element:
    """Single words are joined to one set, so that a long word list costs one look-up."""
    singles = [o for o in options if isinstance(o, Literal) and not o.is_optional]
    others = [o for o in options if o not in singles]
    merged = [Literal(frozenset(form for o in singles for form in o.forms))] if singles else []
    all_options: tuple[Element, ...] = (*merged, *others)
    return all_options[0] if len(all_options) == 1 else _Choice(all_options)


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
    if element.anchor() is None:
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
