"""Key phrases in what the trainee said."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from typing import Final

_WORD: Final = re.compile(r"[^\W_]+(?:'[^\W_]+)*")

_ASKING: Final = (
    "what",
    "what's",
    "which",
    "when",
    "where",
    "who",
    "how",
    "may",
    "can",
    "could",
    "would",
    "do",
    "have",
    "give",
    "tell",
    "read",
    "spell",
    "need",
    "please",
)
"""Words of which one stands in nearly every request for a piece of information."""


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


def sounds_like_asking(words: Sequence[str]) -> bool:
    """Whether a word is there that requests come with ("may I have", "what is", "please")."""
    return any(word in _ASKING for word in words)
