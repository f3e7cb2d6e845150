"""Tolerance for misspelt and misheard words: which words of the patterns a token may stand for.

A word that the patterns know is taken at its word. Any other may stand for a word of the patterns that it begins
like and that is one slip of the pen away (a letter missing, added, changed or swapped with its neighbour), or that
sounds the same by a consonant key. Short words are never bent: "form" and "from" are a letter apart.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Final

_MIN_LETTERS: Final = 5
"""Of the shorter of the two words, give or take the letter that slipped."""
_MEMO_SIZE: Final = 50_000
_MAX_SOUND_DISTANCE: Final = 2
"""Letters that may differ between two words that sound alike: "purposes" is not "perhaps"."""

_SOUNDS: Final = (
    (re.compile(r"^(?:kn|gn)"), "n"),
    (re.compile(r"^wr"), "r"),
    (re.compile(r"ph"), "f"),
    (re.compile(r"gh"), ""),
    (re.compile(r"(?:tion|sion|cian)"), "xn"),
    (re.compile(r"(?:sh|ch|tch)"), "x"),
    (re.compile(r"c(?=[eiy])"), "s"),
    (re.compile(r"(?:ck|c|q)"), "k"),
    (re.compile(r"(?:dg|g)(?=[eiy])"), "j"),
    (re.compile(r"z"), "s"),
    (re.compile(r"d(?=$)"), "t"),
    (re.compile(r"[hwy]"), ""),
)
_VOWELS: Final = re.compile(r"(?<!^)[aeiou]+")
_DOUBLES: Final = re.compile(r"(.)\1+")


class Vocabulary:
    """The words of all patterns, and what may stand for them.

    Args:
        words: folded words and prefix forms (``apolog*``).
        names: folded names that nothing but themselves stands for: "loan" is no slip for "Logan".
    """

    def __init__(self, words: Iterable[str], *, names: Iterable[str] = ()) -> None:
        bendable = frozenset(words)
        self._names = frozenset(names) - bendable
        all_words = bendable | self._names
        self._words = frozenset(word for word in all_words if not word.endswith("*"))
        self._prefixes: dict[str, tuple[str, ...]] = {}
        for form in sorted(word for word in all_words if word.endswith("*")):
            self._prefixes[form[:3]] = (*self._prefixes.get(form[:3], ()), form)
        self._memo: dict[frozenset[str], frozenset[str]] = {}
        self._by_slip: dict[str, tuple[str, ...]] | None = None
        self._by_sound: dict[str, tuple[str, ...]] = {}

    def expand(self, forms: frozenset[str]) -> frozenset[str]:
        """The forms of a token, with the prefix forms that it fits and the words that it may stand for."""
        known = self._memo.get(forms)
        if known is None:
            if len(self._memo) >= _MEMO_SIZE:
                self._memo.clear()
            known = self._memo[forms] = self._expanded(forms)
        return known

    def _expanded(self, forms: frozenset[str]) -> frozenset[str]:
        out = set(forms)
        for form in sorted(forms):
            out.update(self._prefixes_of(form))
        if out == forms and forms.isdisjoint(self._words):
            for form in sorted(forms):
                if form.isalpha() and len(form) >= _MIN_LETTERS - 1:
                    for near in self._near(form):
                        out.add(near)
                        out.update(self._prefixes_of(near))
        return frozenset(out)

    def _prefixes_of(self, form: str) -> tuple[str, ...]:
        return tuple(p for p in self._prefixes.get(form[:3], ()) if form.startswith(p[:-1]))

    def _near(self, word: str) -> tuple[str, ...]:
        if self._by_slip is None:
            self._index()
        assert self._by_slip is not None
        found = {w for key in _slips(word) for w in self._by_slip.get(key, ())}
        slips = {w for w in found if w[0] == word[0] and _is_one_slip(word, w)}
        sounds = {
            w
            for w in self._by_sound.get(sound_of(word), ())
            if letter_distance(w, word) <= _MAX_SOUND_DISTANCE
        }
        return tuple(sorted(slips | sounds))

    def _index(self) -> None:
        by_slip: dict[str, list[str]] = {}
        by_sound: dict[str, list[str]] = {}
        for word in sorted(self._words - self._names):
            if word.isalpha() and len(word) >= _MIN_LETTERS:
                for key in _slips(word):
                    by_slip.setdefault(key, []).append(word)
                by_sound.setdefault(sound_of(word), []).append(word)
        self._by_slip = {key: tuple(words) for key, words in by_slip.items()}
        self._by_sound = {key: tuple(words) for key, words in by_sound.items()}


def _slips(word: str) -> tuple[str, ...]:
    """The word and every way to leave one letter out: two words a slip apart share one of them."""
    return (word, *(word[:i] + word[i + 1 :] for i in range(len(word))))


def _is_one_slip(a: str, b: str) -> bool:
    """Whether one letter missing, added, changed or swapped with its neighbour makes one word the other."""
    if abs(len(a) - len(b)) > 1:
        return False
    head = 0
    while head < min(len(a), len(b)) and a[head] == b[head]:
        head += 1
    rest_a, rest_b = a[head:], b[head:]
    if rest_a[2:] == rest_b[2:] and rest_a[:2] == rest_b[:2][::-1]:
        return True
    return rest_a[1:] == rest_b[1:] or rest_a[1:] == rest_b or rest_a == rest_b[1:]


def letter_distance(a: Sequence[str], b: Sequence[str]) -> int:
    """Letters (or words) to add, drop or change between two words (or texts).

    Source: Levenshtein, Binary codes capable of correcting deletions, insertions and reversals (1966).
    """
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, start=1):
        before, row[0] = row[0], i
        for j, y in enumerate(b, start=1):
            before, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, before + (x != y))
    return row[-1]


def sound_of(word: str) -> str:
    """A key that words of the same sound share: consonants by class, the vowels left out."""
    for rule, key in _SOUNDS:
        word = rule.sub(key, word)
    return _DOUBLES.sub(r"\1", _VOWELS.sub("", word))
