"""Key phrases in what the trainee said.

A phrase is words in a row, in any spelling of case and punctuation. ``...`` stands for up to four words of any
kind, and a word that ends in ``*`` for all that begin so: ``send ... back``, ``refund*``.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import Final

GAP: Final = "..."
"""In a phrase: some words between."""

GAP_WORDS: Final = 4
"""At most."""

_WORD: Final = re.compile(r"[^\W_]+(?:'[^\W_]+)*")
_SENTENCE: Final = re.compile(r"[^.!?]*[.!?]?")

_CUE_WORDS: Final = frozenset(
    (
        "what",
        "what's",
        "which",
        "when",
        "where",
        "where's",
        "who",
        "how",
        "whose",
        "please",
        "spell",
        "read",
        "why",
    )
)
_CUE_PAIRS: Final = frozenset(
    {
        *(("can", "i"), ("may", "i"), ("could", "i"), ("might", "i"), ("can", "you"), ("could", "you")),
        *(("would", "you"), ("will", "you"), ("give", "me"), ("tell", "me"), ("i", "need"), ("i'll", "need")),
        *(("need", "your"), ("need", "the"), ("have", "you")),
    }
)
"""Words, and words in a row, that requests for a piece of information come with."""

_VERBS: Final = frozenset(("is", "are", "was", "were", "do", "does", "did", "has"))
_SUBJECTS: Final = frozenset(
    ("he", "she", "it", "they", "there", "you", "your", "his", "her", "anyone", "anybody", "somebody")
)
"""A verb before its subject asks ("does he"), unless a subject stands before it ("what it is there")."""

_ASKED_WITHIN_WORDS: Final = 8
"""The thing that is asked for follows this soon after such words."""

_PLEASE_WITHIN_WORDS: Final = 3


def folded(text: str) -> tuple[str, ...]:
    """The words of a text, without case, accents' encoding and punctuation."""
    text = unicodedata.normalize("NFKC", text).replace("\u2019", "'").casefold()
    return tuple(_WORD.findall(text))


def phrase_of(text: str) -> tuple[str, ...]:
    """A phrase as it is looked for, from how an author writes it."""
    found: list[str] = []
    for part in text.replace("\u2026", GAP).split():
        if part == GAP:
            found.append(GAP)
            continue
        words = folded(part)
        found += words
        if part.endswith("*") and words:
            found[-1] += "*"
    # A gap at either end says nothing.
    while found and found[0] == GAP:
        del found[0]
    while found and found[-1] == GAP:
        del found[-1]
    return tuple(found)


def places(words: Sequence[str], phrase: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Where a phrase stands: index of its first word and index after its last."""
    for at in range(len(words) if phrase else 0):
        end = _match(words, at, phrase)
        if end is not None:
            yield at, end


def _match(words: Sequence[str], at: int, phrase: Sequence[str]) -> int | None:
    if not phrase:
        return at
    if phrase[0] == GAP:
        ends = (_match(words, at + skipped, phrase[1:]) for skipped in range(GAP_WORDS + 1))
        return next((end for end in ends if end is not None), None)
    if at >= len(words):
        return None
    wanted = phrase[0]
    fits = words[at].startswith(wanted[:-1]) if wanted.endswith("*") else words[at] == wanted
    return _match(words, at + 1, phrase[1:]) if fits else None


def holds(words: Sequence[str], phrase: Sequence[str]) -> bool:
    """Whether a phrase stands among words."""
    return next(places(words, phrase), None) is not None


def holds_any(words: Sequence[str], phrases: Iterable[Sequence[str]]) -> bool:
    """Whether one of several phrases is there."""
    return any(holds(words, phrase) for phrase in phrases)


def questions_in(text: str) -> tuple[tuple[str, ...], ...]:
    """The sentences with a question mark, folded; a recogniser that writes none gives none."""
    sentences = (found.group() for found in _SENTENCE.finditer(text))
    return tuple(folded(sentence) for sentence in sentences if sentence.endswith("?"))


def asks_about(words: Sequence[str], phrase: Sequence[str]) -> bool:
    """Whether the words ask for what a phrase names: "may I have your …", "your …, please"."""
    for at, end in places(words, phrase):
        if "please" in words[end : end + _PLEASE_WITHIN_WORDS]:
            return True
        # The phrase itself may begin with the words of a question: "what colour".
        if _has_cue(words[max(0, at - _ASKED_WITHIN_WORDS) : end]):
            return True
    return False


def _has_cue(words: Sequence[str]) -> bool:
    if any(word in _CUE_WORDS for word in words) or any(pair in _CUE_PAIRS for pair in pairwise(words)):
        return True
    before = ("", *words)
    return any(
        verb in _VERBS and subject in _SUBJECTS and before[i] not in _SUBJECTS
        for i, (verb, subject) in enumerate(pairwise(words))
    )
