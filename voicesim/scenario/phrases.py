"""Key phrases in what the trainee said."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Final

_WORD: Final = re.compile(r"[^\W_]+(?:'[^\W_]+)*")

_CUE_WORDS: Final = frozenset(
    ("what", "what's", "which", "when", "where", "where's", "who", "how", "whose", "please", "spell", "read")
)
_CUE_PAIRS: Final = frozenset(
    {
        *(("can", "i"), ("may", "i"), ("could", "i"), ("might", "i"), ("can", "you"), ("could", "you")),
        *(("would", "you"), ("will", "you"), ("do", "you"), ("have", "you"), ("did", "you"), ("are", "you")),
        *(("give", "me"), ("tell", "me"), ("i", "need"), ("i'll", "need"), ("need", "your"), ("need", "the")),
    }
)
"""Words, and words in a row, that requests for a piece of information come with."""

_ASKED_WITHIN_WORDS: Final = 8
"""The thing that is asked for follows this soon after such words."""

_PLEASE_WITHIN_WORDS: Final = 3


def folded(text: str) -> tuple[str, ...]:
    """The words of a text, without case, accents' encoding and punctuation."""
    text = unicodedata.normalize("NFKC", text).replace("\u2019", "'").casefold()
    return tuple(_WORD.findall(text))


def holds(words: Sequence[str], phrase: Sequence[str]) -> bool:
    """Whether the words of a phrase stand in a row among others."""
    n = len(phrase)
    return n > 0 and any(tuple(words[i : i + n]) == tuple(phrase) for i in range(len(words) - n + 1))


def holds_any(words: Sequence[str], phrases: Iterable[Sequence[str]]) -> bool:
    """Whether one of several phrases is there."""
    return any(holds(words, phrase) for phrase in phrases)


def asks_about(words: Sequence[str], phrase: Sequence[str]) -> bool:
    """Whether the words ask for what a phrase names: "may I have your …", "your …, please"."""
    n = len(phrase)
    for at in range(len(words) - n + 1) if n else ():
        if tuple(words[at : at + n]) != tuple(phrase):
            continue
        # The phrase itself may begin with the words of a question: "what colour".
        before = [*words[max(0, at - _ASKED_WITHIN_WORDS) : at], *phrase]
        after = words[at + n : at + n + _PLEASE_WITHIN_WORDS]
        pairs = pairwise(before)
        if "please" in after or any(w in _CUE_WORDS for w in before) or any(p in _CUE_PAIRS for p in pairs):
            return True
    return False
