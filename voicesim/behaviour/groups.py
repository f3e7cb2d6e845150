"""Many patterns at once: an index by the one word that each of them needs, compiled when first needed."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from voicesim.behaviour.pattern import (
    COMMON,
    Element,
    Grid,
    PatternSyntaxError,
    anchor_of,
    compile_pattern,
    prefix_form,
)
from voicesim.behaviour.spelling import APOSTROPHES, NUMBER, spell

_INNERMOST: Final = re.compile(r"!?\([^()]*\)\??")
_NOT_WORDS: Final = re.compile(r"\{[a-z_]+\}|\.\.\.\d*")
_WORD: Final = re.compile(r"[^\s()|{}!^$?]+")
_NOT_PLAIN: Final = re.compile(r"!\S+|\{[a-z_]+\}\??|\.\.\.\d*|[\^$]|\S+\?(?=\s|$)")


@dataclass(frozen=True, slots=True)
class Written:
    """A pattern as its author wrote it."""

    text: str
    line: int | None = None
    """1-based line of the file, where known."""


@dataclass(frozen=True, slots=True)
class Hit:
    """A pattern found in an utterance."""

    index: int
    """Of the pattern in its group."""
    start: int
    end: int
    """Tokens ``[start, end)``."""


def pattern_lines(block: str, *, first_line: int | None = None) -> tuple[Written, ...]:
    """The patterns of a block of text, one a line; empty lines and remarks are left out.

    A remark is a line that begins with ``#``, or what follows two spaces and ``#``.
    """
    out: list[Written] = []
    for n, raw in enumerate(block.splitlines()):
        text = "" if raw.lstrip().startswith("#") else raw.split("  #", 1)[0].strip()
        if text:
            out.append(Written(text, None if first_line is None else first_line + n))
    return tuple(out)


class PatternGroup:
    """Patterns that are looked for together.

    Args:
        patterns: in order; the order decides which is named when several match.
        lists: word lists, as :func:`~voicesim.behaviour.pattern.compile_pattern` takes them.
    """

    def __init__(self, patterns: Sequence[Written], lists: Callable[[str], Element]) -> None:
        self.patterns = tuple(patterns)
        self._lists = lists
        self._compiled: dict[int, Element] = {}
        self._run: dict[int, tuple[tuple[frozenset[str], ...], frozenset[str] | None, Element]] = {}
        self._by_anchor: dict[str, list[int]] | None = None

    def __len__(self) -> int:
        return len(self.patterns)

    def __bool__(self) -> bool:
        return bool(self.patterns)

    def element(self, index: int) -> Element:
        """A pattern, compiled.

        Raises:
            PatternSyntaxError: not a pattern.
        """
        found = self._compiled.get(index)
        if found is None:
            found = self._compiled[index] = compile_pattern(self.patterns[index].text, self._lists)
        return found

    def hits(self, grid: Grid) -> tuple[Hit, ...]:
        """Every pattern that is there: at each place where it begins, its longest match."""
        known = grid.found.get(id(self))
        if known is None:
            known = grid.found[id(self)] = tuple(self._hits(grid))
            grid.kept.append(self)
        assert isinstance(known, tuple)
        return known

    def _hits(self, grid: Grid) -> Iterator[Hit]:
        for index in self._candidates(grid):
            needs, first, element = self._ready(index)
            for forms in needs:
                if forms.isdisjoint(grid.known):
                    break
            else:
                yield from _places(index, element, first, grid)

    def is_in(self, grid: Grid) -> bool:
        """Whether any of the patterns is there."""
        return bool(self.hits(grid))

    def _candidates(self, grid: Grid) -> list[int]:
        if self._by_anchor is None:
            self._by_anchor = self._index()
        found: set[int] = set()
        for form in grid.known & self._by_anchor.keys():
            found.update(self._by_anchor[form])
        return sorted(found)

    def _ready(self, index: int) -> tuple[tuple[frozenset[str], ...], frozenset[str] | None, Element]:
        known = self._run.get(index)
        if known is None:
            element = self.element(index)
            known = self._run[index] = (element.needs(), element.first(), element)
        return known

    def _index(self) -> dict[str, list[int]]:
        by_anchor: dict[str, list[int]] = {}
        for index, pattern in enumerate(self.patterns):
            anchor = _plain_anchor(pattern.text) or anchor_of(self.element(index)) or frozenset()
            for form in anchor:
                by_anchor.setdefault(form, []).append(index)
        return by_anchor


def _places(index: int, element: Element, first: frozenset[str] | None, grid: Grid) -> Iterator[Hit]:
    starts = grid.all
    if first is not None:
        starts = 0
        for form in first & grid.known:
            starts |= grid.forms[form]
    # With a single place to begin at, trying all places at once would only try it twice.
    if starts & (starts - 1) and not element.run(grid, (starts, 0))[1]:
        return
    while starts:
        place = starts & -starts
        starts ^= place
        behind = element.run(grid, (place, 0))[1]
        if behind > place:
            yield Hit(index, place.bit_length() - 1, behind.bit_length() - 1)


def _plain_anchor(text: str) -> frozenset[str] | None:
    """The rarest word that a pattern needs, read off its text; ``None`` where that takes compiling."""
    while (bare := _INNERMOST.sub(" ", text)) != text:
        text = bare
    if "|" in text:
        return None
    best: tuple[bool, int, frozenset[str]] | None = None
    for word in _NOT_PLAIN.sub(" ", text).split():
        for forms in spelled(word):
            if best is None or (bool(forms & COMMON), -len(word)) < best[:2]:
                best = (bool(forms & COMMON), -len(word), forms)
    # A common word would make the pattern a candidate everywhere; a group of rarer ones may be there instead.
    return None if best is None or best[0] else best[2]


def spelled(word: str) -> tuple[frozenset[str], ...]:
    """The forms of a word as a pattern names it, number-ness left out."""
    if word.endswith("*"):
        return (frozenset((prefix_form(word),)),)
    return tuple(
        frozenset(form for form in forms if form != NUMBER)
        for forms in spell(word.lower().translate(APOSTROPHES))
    )


def words_in(texts: Iterable[str]) -> frozenset[str]:
    """The folded words and prefix forms that patterns name, for the vocabulary."""
    written = {word for text in texts for word in _WORD.findall(_NOT_WORDS.sub(" ", text))}
    out: set[str] = set()
    for word in written:
        try:
            out.update(form for forms in spelled(word) for form in forms)
        except PatternSyntaxError:
            continue
    return frozenset(out)
