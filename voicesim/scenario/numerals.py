"""Numbers and letters as people speak them: "double two nine", "B for Bravo", "forty seven"."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

_DIGITS: Final = {
    "zero": "0",
    "oh": "0",
    "nought": "0",
    "nil": "0",
    "one": "1",
    "two": "2",
    "three": "3",
    "four": "4",
    "five": "5",
    "six": "6",
    "seven": "7",
    "eight": "8",
    "nine": "9",
    "niner": "9",
}
_TEENS: Final = {
    "ten": "10",
    "eleven": "11",
    "twelve": "12",
    "thirteen": "13",
    "fourteen": "14",
    "fifteen": "15",
    "sixteen": "16",
    "seventeen": "17",
    "eighteen": "18",
    "nineteen": "19",
}
_TENS: Final = {
    "twenty": "2",
    "thirty": "3",
    "forty": "4",
    "fourty": "4",
    "fifty": "5",
    "sixty": "6",
    "seventy": "7",
    "eighty": "8",
    "ninety": "9",
}
_TIMES: Final = {"double": 2, "triple": 3, "treble": 3}
_ALPHABET: Final = frozenset(
    {
        *("alpha", "alfa", "bravo", "charlie", "delta", "echo", "foxtrot", "golf", "hotel", "india"),
        *("juliet", "juliett", "kilo", "lima", "mike", "november", "oscar", "papa", "quebec", "romeo"),
        *("sierra", "tango", "uniform", "victor", "whiskey", "whisky", "xray", "yankee", "zulu"),
    }
)
"""Source: the ICAO / ITU radiotelephony spelling alphabet; each word stands for its first letter."""

_WRITTEN: Final = re.compile(r"[0-9a-z]*[0-9][0-9a-z]*\Z")
_ORDINAL_OR_TIME: Final = re.compile(r"[0-9]+(?:st|nd|rd|th|am|pm|s)\Z")
_ORDINAL: Final = re.compile(r"([0-9]+)(?:st|nd|rd|th)\Z")
_ORDINALS: Final = {
    name: str(number)
    for number, name in enumerate(
        (
            *("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth"),
            *("eleventh", "twelfth", "thirteenth", "fourteenth", "fifteenth", "sixteenth", "seventeenth"),
            *("eighteenth", "nineteenth", "twentieth"),
        ),
        start=1,
    )
}
_PASSED_OVER: Final = frozenset(("and", "then", "dash", "hyphen", "space", "um", "uh", "er"))
_LIKE_DIGITS: Final = {"for": "4", "to": "2", "too": "2", "won": "1", "ate": "8", "o": "0"}
"""What recognisers write for digits; taken for them only between other digits."""


def spelled_runs(words: Sequence[str]) -> tuple[str, ...]:
    """Runs of digits and letters in a text.

    Args:
        words: folded, as by :func:`voicesim.scenario.phrases.folded`.

    Returns:
        Each run of two signs or more, letters small: "a b four seven" gives ``ab47``.
    """
    runs: list[str] = []
    run = ""
    at = 0
    while at < len(words):
        signs, n = _signs(words, at, inside=bool(run))
        if n:
            run += signs
            at += n
        elif run and words[at] in _PASSED_OVER:
            at += 1
        else:
            runs.append(run)
            run = ""
            at += 1
    runs.append(run)
    return tuple(run for run in runs if len(run) >= 2)


def _signs(words: Sequence[str], at: int, *, inside: bool) -> tuple[str, int]:
    """The signs that begin at a word, and how many words they take; none: ("", 0)."""
    word = words[at]
    after = words[at + 1] if at + 1 < len(words) else ""
    if word in _TIMES and after in _DIGITS:
        return _DIGITS[after] * _TIMES[word], 2
    if word in _TENS:
        return (
            (_TENS[word] + _DIGITS[after], 2)
            if after in _DIGITS and after != "zero"
            else (_TENS[word] + "0", 1)
        )
    if _WRITTEN.match(word) and not _ORDINAL_OR_TIME.match(word):
        return word, 1
    one = _DIGITS.get(word) or _TEENS.get(word) or (word[0] if word in _ALPHABET else "")
    if one:
        return one, 1
    if (
        inside
        and word in _LIKE_DIGITS
        and (after in _DIGITS or after in _TEENS or after in _LIKE_DIGITS or not after)
    ):
        return _LIKE_DIGITS[word], 1
    return _letter(words, at, inside=inside)


def _letter(words: Sequence[str], at: int, *, inside: bool) -> tuple[str, int]:
    word = words[at]
    if len(word) != 1 or not word.isascii() or not word.isalpha():
        return "", 0
    rest = tuple(words[at + 1 : at + 4])
    for link in (("for",), ("as", "in"), ("like",)):
        named = rest[len(link) : len(link) + 1]
        if rest[: len(link)] == link and named and named[0].startswith(word):
            return word, 2 + len(link)
    # "a" and "i" are words of their own where nothing is being spelled.
    return (word, 1) if inside or word not in {"a", "i"} else ("", 0)


def in_signs(words: Sequence[str]) -> tuple[str, ...]:
    """Words with everything that is a number or spelled out taken apart into single signs.

    However a number is spoken or a recogniser writes it, it comes out alike: "twenty five", "two five" and "25" give
    ``2 5``; "nine hundred" and "900" give ``9 0 0``; "A B for Bravo" gives ``a b``. Ordinals become ``1 st``.

    Args:
        words: folded; those of a phrase may hold ``...`` and words that end in ``*``, which are left alone.
    """
    out: list[str] = []
    at = 0
    while at < len(words):
        word = words[at]
        whole = _ORDINALS.get(word) or _written_ordinal(word)
        signs, n = ("", 0) if whole else _number(words, at)
        if whole:
            out += [*whole, "st"]
            at += 1
        elif n:
            out += signs
            at += n
        else:
            out.append(word)
            at += 1
    return tuple(out)


def _number(words: Sequence[str], at: int) -> tuple[str, int]:
    """The signs of a number or of a letter spelled out, without what only sounds like a digit."""
    if words[at] in _ALPHABET and not any(
        0 <= near < len(words) and (_is_sign(words[near])) for near in (at - 1, at + 1)
    ):
        # A hotel, golf and Mike are themselves where nothing is being spelled.
        return "", 0
    signs, n = _signs(words, at, inside=False)
    if n and signs.isdigit() and tuple(words[at + n : at + n + 1]) == ("hundred",):
        rest, m = _signs(words, at + n + 1, inside=False) if at + n + 1 < len(words) else ("", 0)
        return (
            (signs + rest.zfill(2), n + 1 + m) if rest.isdigit() and len(rest) < 3 else (signs + "00", n + 1)
        )
    return signs, n


def _is_sign(word: str) -> bool:
    one_letter = len(word) == 1 and word not in {"a", "i"}
    return one_letter or word in _ALPHABET or word in _DIGITS or word in _TENS or bool(_WRITTEN.match(word))


def _written_ordinal(word: str) -> str:
    found = _ORDINAL.match(word)
    return found.group(1) if found else ""


def distance(one: str, other: str) -> int:
    """Least number of signs to change, add or leave out to make one text of the other (Levenshtein 1966)."""
    row = list(range(len(other) + 1))
    for i, sign in enumerate(one, 1):
        diagonal, row[0] = row[0], i
        for j, against in enumerate(other, 1):
            cost = min(row[j] + 1, row[j - 1] + 1, diagonal + (sign != against))
            diagonal, row[j] = row[j], cost
    return row[-1]
