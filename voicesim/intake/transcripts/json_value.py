"""A value of a JSON file that knows its place, so that what is wrong with it can be told with a path."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING, TypeAlias

from voicesim.errors import TranscriptError

if TYPE_CHECKING:
    from voicesim.files.tree import Node

Path: TypeAlias = tuple[str | int, ...]

_LATEST_S = 400_000.0
"""No call is longer than this."""


class BadValueError(TranscriptError):
    """A value that is not what it should be.

    Args:
        message: what is wrong.
        where: its place.
    """

    def __init__(self, message: str, where: Path) -> None:
        super().__init__(f"{written(where)}: {message}", hint="export the transcript again")
        self.where = where


class JsonValue:
    """A value and its place in the file."""

    def __init__(self, value: object, where: Path = ()) -> None:
        self.value = value
        self.where = where

    def wrong(self, message: str) -> BadValueError:
        """An error at this place."""
        return BadValueError(message, self.where)

    def get(self, *keys: str) -> JsonValue | None:
        """What an object holds under the first of some keys that is there and not null.

        Raises:
            BadValueError: it is no object.
        """
        if not isinstance(self.value, dict):
            raise self.wrong("an object { } was expected")
        for key in keys:
            if self.value.get(key) is not None:
                return JsonValue(self.value[key], (*self.where, key))
        return None

    def need(self, *keys: str) -> JsonValue:
        """The same, where one must be there."""
        found = self.get(*keys)
        if found is None:
            raise self.wrong(f"“{keys[0]}” is missing")
        return found

    def each(self) -> Iterator[JsonValue]:
        """The items of an array."""
        if not isinstance(self.value, list):
            raise self.wrong("an array [ ] was expected")
        return (JsonValue(item, (*self.where, i)) for i, item in enumerate(self.value))

    def text(self) -> str:
        """Text; a number is taken as it is written."""
        if isinstance(self.value, bool) or not isinstance(self.value, str | int | float):
            raise self.wrong("text was expected")
        return str(self.value)

    def number(self) -> float:
        """A number, or one in quotes."""
        complaint = self.wrong(f"{str(self.value)[:40]!r} is no number")
        if isinstance(self.value, bool) or not isinstance(self.value, str | int | float):
            raise complaint
        try:
            found = float(self.value)
        except (ValueError, OverflowError):
            raise complaint from None
        if not math.isfinite(found):
            raise self.wrong("the number is not finite")
        return found

    def seconds(self, unit_s: float = 1.0) -> float:
        """A time, not before the start."""
        found = self.number() * unit_s
        if not 0.0 <= found <= _LATEST_S:
            raise self.wrong(f"{found:g} s is no time of a call")
        return found

    def confidence(self) -> float:
        """A number brought into 0..1."""
        return min(max(self.number(), 0.0), 1.0)


def written(where: Path) -> str:
    """A place as in code: ``results.items[3].start_time``."""
    out = ""
    for key in where:
        out += f"[{key}]" if isinstance(key, int) else f".{key}" if out else key
    return out or "the file"


def line_in(tree: Node, where: Path) -> int:
    """The line of a place, or of the last value on the way to it that is there."""
    line = tree.line
    for key in where:
        if isinstance(tree.value, dict) and key in tree.value:
            line, tree = tree.value[str(key)].line, tree.value[str(key)].node
        elif isinstance(tree.value, list) and isinstance(key, int) and key < len(tree.value):
            tree = tree.value[key]
            line = tree.line
        else:
            break
    return line
