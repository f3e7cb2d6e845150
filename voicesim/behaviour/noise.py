"""Transcripts as a recogniser would get them wrong, for trying the patterns against.

Conventions: errors are drawn word by word at a given rate. An error replaces the word by one that sounds or looks
like it (the nearer, the likelier), drops it, or puts a short word before it; words of up to three letters go wrong
more often than others, and nearly all that is dropped is short. Errors come in clusters: each text has a rate of its
own, exponentially distributed around the given one and at most three times as high. The same text, rate and seed
give the same errors.

Source: Goldwater, Jurafsky and Manning, Which words are hard to recognize? (2010): closed-class and short words have
the higher error rates and take most of the deletions, and acoustically similar words replace each other; that
substitutions are about three fifths and insertions about 15 % is what conversational telephone speech is commonly
reported with. The exponential is the simplest distribution with one parameter that clusters.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterable
from typing import Final

from voicesim.behaviour.vocabulary import letter_distance, sound_of

_INSERTIONS: Final = 0.15
_DELETIONS: Final = {True: 0.35, False: 0.10}
"""Of all errors, at short words and at others."""
_INSERTED: Final = (
    "the",
    "a",
    "and",
    "to",
    "it",
    "of",
    "i",
    "in",
    "is",
    "that",
    "you",
    "so",
    "uh",
    "oh",
    "at",
)
_SHORT: Final = 3
_SHORT_WEIGHT: Final = 1.3
_LONG_WEIGHT: Final = 0.8
_CHOICES: Final = (0.55, 0.80, 0.92, 1.0)
"""Up to where a draw of 0..1 picks the nearest word, the second nearest and so on."""
_MAX_LONGER: Final = 2
_MAX_LETTERS_APART: Final = 4
"""Letters that one of two words has and the other has not; more of them sound like nothing in common."""
_WORST: Final = 3.0


class RecogniserNoise:
    """A recogniser that mishears.

    Args:
        lexicon: the words that it knows; it never writes any other.
    """

    def __init__(self, lexicon: Iterable[str]) -> None:
        words = sorted({word.lower() for word in lexicon if word.isalpha()})
        self._by_sound = [(sound_of(word), word) for word in words]
        self._confusions: dict[str, tuple[str, ...]] = {}

    def misheard(self, text: str, *, rate: float, seed: int = 0) -> str:
        """A text with errors, in lower case and without punctuation, as recognisers write.

        Args:
            text: what was said.
            rate: errors per word, 0..1.
            seed: another seed, other errors.
        """
        words = plain(text)
        weights = [_SHORT_WEIGHT if len(word) <= _SHORT else _LONG_WEIGHT for word in words]
        scale = rate * _severity(f"{seed}|{text}") * len(words) / (sum(weights) or 1.0)
        out: list[str] = []
        for index, (word, weight) in enumerate(zip(words, weights, strict=True)):
            chance, kind, choice = _draw(f"{seed}|{index}|{text}")
            if chance >= weight * scale:
                out.append(word)
            elif kind < _INSERTIONS:
                out += [_INSERTED[int(choice * len(_INSERTED))], word]
            elif kind >= _INSERTIONS + _DELETIONS[len(word) <= _SHORT]:
                out.append(self._instead(word, choice))
        return " ".join(out)

    def _instead(self, word: str, choice: float) -> str:
        near = self._near(word)
        rank = next(i for i, share in enumerate(_CHOICES) if choice < share)
        return near[min(rank, len(near) - 1)] if near else word

    def _near(self, word: str) -> tuple[str, ...]:
        """The words that are likeliest heard instead, the nearest first."""
        found = self._confusions.get(word)
        if found is None:
            sound, letters = sound_of(word), set(word)
            ranked = sorted(
                (letter_distance(sound, other_sound) + letter_distance(word, other) / 2.0, other)
                for other_sound, other in self._by_sound
                if other != word
                and abs(len(other) - len(word)) <= _MAX_LONGER
                and len(letters.symmetric_difference(other)) <= _MAX_LETTERS_APART
            )
            found = self._confusions[word] = tuple(other for _, other in ranked[: len(_CHOICES)])
        return found


def plain(text: str) -> tuple[str, ...]:
    """The words of a text as recognisers write them, in lower case and without punctuation.

    >>> plain("Don't worry, I'll check.")
    ("don't", 'worry', "i'll", 'check')
    """
    kept = (char if char.isalnum() or char in " '-" else " " for char in text.lower().replace("\u2019", "'"))
    return tuple(word for word in "".join(kept).split() if any(char.isalnum() for char in word))


def word_errors(said: str, heard: str) -> int:
    """Words to add, drop or change between two texts (word-level edit distance)."""
    return letter_distance(plain(said), plain(heard))


def _severity(key: str) -> float:
    """How much worse than the average a text is heard; 1 on average."""
    return min(-math.log(1.0 - _draw(key)[0]), _WORST) / (1.0 - math.exp(-_WORST))


def _draw(key: str) -> tuple[float, float, float]:
    """Three numbers in 0..1 that depend on the key alone."""
    digest = hashlib.sha256(key.encode("utf-8")).digest()
    a, b, c = (int.from_bytes(digest[i : i + 6], "big") / float(1 << 48) for i in (0, 6, 12))
    return (a, b, c)
