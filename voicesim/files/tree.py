"""A parsed file as a tree that still knows its lines."""

from __future__ import annotations

import json
import math
import re
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

import yaml

MAX_NODES: Final = 200_000
"""Aliases can unfold a small file into a huge one; no file written by hand comes near this."""

_MAX_TEXT: Final = 4_000_000
_MAX_FAST_DEPTH: Final = 100
_INT: Final = re.compile(r"[-+]?(?:0|[1-9][0-9]*)\Z")
_FLOAT: Final = re.compile(r"[-+]?(?:0|[1-9][0-9]*)\.[0-9]*(?:[eE][-+][0-9]+)?\Z")
_SURROGATE: Final = re.compile("[\ud800-\udfff]")
_NULLS: Final = frozenset({"", "~", "null", "Null", "NULL"})
_BOOLS: Final = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_scanstring = json.decoder.scanstring  # type: ignore[attr-defined]
_JSON_SPACE: Final = re.compile(r"[ \t\n\r]*")
_JSON_SCALAR: Final = re.compile(r"[-+.0-9A-Za-z]+")

Scalar: TypeAlias = "str | int | float | bool | None"


class BadTextError(Exception):
    """The text is no such file.

    Args:
        message: what is wrong.
        line: 1-based, where known.
        hint: what to do next.
    """

    def __init__(self, message: str, *, line: int | None = None, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.line = line
        self.hint = hint


@dataclass(frozen=True, slots=True)
class Node:
    """A value and the 1-based line that it begins on."""

    value: Scalar | dict[str, Entry] | list[Node]
    line: int

    def plain(self) -> Any:  # noqa: ANN401 - a parsed file is of any type
        """The value without lines."""
        if isinstance(self.value, dict):
            return {key: entry.node.plain() for key, entry in self.value.items()}
        if isinstance(self.value, list):
            return [node.plain() for node in self.value]
        return self.value


@dataclass(frozen=True, slots=True)
class Entry:
    """A key of a mapping: its line, and what it holds."""

    line: int
    node: Node


class _Loader(yaml.SafeLoader):
    """Composes nodes and resolves no scalar: what a plain scalar means is decided in :func:`_scalar`."""

    yaml_implicit_resolvers: dict[str, Any] = {}  # noqa: RUF012 - PyYAML's own class attribute


class _FastLoader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]  # PyYAML may lack it
    """The same in C (libyaml), twenty times as fast, where PyYAML was built with it."""

    yaml_implicit_resolvers: dict[str, Any] = {}  # noqa: RUF012 - PyYAML's own class attribute


def _compose(text: str) -> yaml.Node | None:
    """The node tree; the fast parser reads what is right, the slow one tells in words what is wrong."""
    try:
        if _depth(text) <= _MAX_FAST_DEPTH:
            return yaml.compose(text, Loader=_FastLoader)
    except (yaml.YAMLError, ValueError, ArithmeticError, LookupError, AttributeError, TypeError):
        pass
    return yaml.compose(text, Loader=_Loader)


def _depth(text: str) -> int:
    """How deeply the document nests, or a little more than allowed: libyaml composes on the C stack."""
    depth = deepest = 0
    for event in yaml.parse(text, Loader=_FastLoader):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            deepest = max(deepest, depth)
            if deepest > _MAX_FAST_DEPTH:
                break
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
    return deepest


def parse_yaml(text: str) -> Node:
    """Parse one YAML document.

    Plain scalars follow YAML 1.2 with the traps of 1.1 taken out: ``yes``, ``no``, ``on``, ``12:30`` and
    dates are text, and so are numbers with a leading zero (``0042`` is an account number, not 34).

    Raises:
        BadTextError: on anything that is not one plain YAML document.
    """
    if len(text) > _MAX_TEXT:
        raise BadTextError("the file is too large to have been written by hand", hint="is it the right file?")
    try:
        root = _compose(text)
    except yaml.YAMLError as exc:
        raise _yaml_error(exc, text) from exc
    except RecursionError as exc:
        raise BadTextError("nested too deeply", hint="is it the right file?") from exc
    except (ValueError, ArithmeticError, LookupError, AttributeError, TypeError) as exc:
        # PyYAML leaks built-in errors on some escapes and directives.
        raise BadTextError(f"not YAML: {exc}", hint="check escapes and lines that begin with %") from exc
    if root is None:
        return Node(None, 1)
    return _Builder().build(root)


def _yaml_error(exc: yaml.YAMLError, text: str) -> BadTextError:
    line = None
    problem = "it cannot be parsed"
    if isinstance(exc, yaml.MarkedYAMLError):
        mark = exc.problem_mark or exc.context_mark
        line = None if mark is None else mark.line + 1
        problem = exc.problem or exc.context or problem
    elif isinstance(exc, yaml.reader.ReaderError):
        line = text.count("\n", 0, exc.position) + 1
        problem = "a character that no text file holds"
    return BadTextError(f"not YAML: {problem}", line=line, hint=_yaml_hint(problem))


def _yaml_hint(problem: str) -> str:
    if "\\t" in problem:
        return "indent with spaces, not with tabs"
    if "mapping values" in problem:
        return "put text that holds a colon and a space into quotes, and check the indentation"
    if "another document" in problem:
        return "one file holds one document: remove the line ---"
    if "alias" in problem:
        return "put text that begins with * or & into quotes"
    return "check the indentation and the quotes at this line and the one before it"


class _Builder:
    """From PyYAML's nodes to :class:`Node`, aliases unfolded."""

    def __init__(self) -> None:
        self._n_nodes = 0
        self._open: set[int] = set()

    def build(self, raw: yaml.Node) -> Node:
        try:
            return self._node(raw)
        except RecursionError as exc:
            raise BadTextError("nested too deeply", hint="is it the right file?") from exc

    def _node(self, raw: yaml.Node) -> Node:
        line = raw.start_mark.line + 1
        self._n_nodes += 1
        if self._n_nodes > MAX_NODES:
            raise BadTextError("aliases unfold into too many values", line=line, hint="write them out")
        if isinstance(raw, yaml.ScalarNode):
            return Node(_scalar(raw, line), line)
        if id(raw) in self._open:
            raise BadTextError("an alias holds itself", line=line, hint="write the value out")
        self._open.add(id(raw))
        value = self._mapping(raw) if isinstance(raw, yaml.MappingNode) else self._sequence(raw)
        self._open.remove(id(raw))
        return Node(value, line)

    def _mapping(self, raw: yaml.MappingNode) -> dict[str, Entry]:
        _check_tag(raw, "tag:yaml.org,2002:map")
        entries: dict[str, Entry] = {}
        for key, item in raw.value:
            line = key.start_mark.line + 1
            if not isinstance(key, yaml.ScalarNode) or not key.value:
                raise BadTextError(
                    "a key must be a word", line=line, hint="put text that holds { [ or ? in quotes"
                )
            name = _text(key.value, line)
            if name in entries:
                raise BadTextError(
                    f"duplicate key {name!r}, first on line {entries[name].line}",
                    line=line,
                    hint="keep one of the two",
                )
            entries[name] = Entry(line, self._node(item))
        return entries

    def _sequence(self, raw: yaml.Node) -> list[Node]:
        _check_tag(raw, "tag:yaml.org,2002:seq")
        return [self._node(item) for item in raw.value]


def _check_tag(raw: yaml.Node, *allowed: str) -> None:
    if raw.tag not in allowed:
        tag = str(raw.tag).replace("tag:yaml.org,2002:", "!!")
        raise BadTextError(
            f"tag {tag} is not allowed",
            line=raw.start_mark.line + 1,
            hint="remove it; put text that begins with ! into quotes",
        )


def _text(value: str, line: int) -> str:
    if _SURROGATE.search(value):
        raise BadTextError(
            "half of a surrogate pair is no character", line=line, hint="write the character itself"
        )
    return value


def _scalar(raw: yaml.ScalarNode, line: int) -> Scalar:
    # With no implicit resolvers every untagged scalar has the tag str; the style tells plain from quoted.
    _check_tag(raw, "tag:yaml.org,2002:str")
    value = _text(str(raw.value), line)
    return value if raw.style else _plain_scalar(value, line)


def _plain_scalar(value: str, line: int) -> Scalar:
    if value in _NULLS:
        return None
    if value in _BOOLS:
        return _BOOLS[value]
    if _INT.match(value) or _FLOAT.match(value):
        return _number(value, line)
    return value


def _number(value: str, line: int) -> int | float:
    if len(value) > 40 or not math.isfinite(float(value)):
        raise BadTextError(
            "a number too long to be one", line=line, hint="put digits that are a name into quotes"
        )
    return int(value) if _INT.match(value) else float(value)


# --- JSON -------------------------------------------------------------------------------------------------


def parse_json(text: str) -> Any:  # noqa: ANN401 - a parsed file is of any type
    """Parse JSON (RFC 8259: no NaN, no duplicate keys).

    Raises:
        BadTextError: on anything else.
    """
    try:
        return json.loads(text, object_pairs_hook=_pairs, parse_constant=_constant, parse_float=_json_float)
    except json.JSONDecodeError as exc:
        raise BadTextError(
            f"not JSON: {exc.msg}", line=exc.lineno, hint="check commas, quotes and brackets near this line"
        ) from exc
    except RecursionError as exc:
        raise BadTextError("nested too deeply", hint="is it the right file?") from exc
    except ValueError as exc:
        raise BadTextError(f"not JSON: {exc}", hint="is it the right file?") from exc


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        seen: set[str] = set()
        twice = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]
        raise BadTextError(f"duplicate key {twice!r}", hint="keep one of the two")
    return found


def _constant(name: str) -> float:
    raise BadTextError(f"not JSON: {name} is no number", hint="leave the value out, or write null")


def _json_float(text: str) -> float:
    value = float(text)
    return value if math.isfinite(value) else _constant(text)


def json_tree(text: str) -> Node:
    """The lines of JSON that :func:`parse_json` has accepted."""
    return _JsonLines(text).value(0)[0]


class _JsonLines:
    """A reader of valid JSON that keeps positions; slow, so only asked where something is wrong."""

    def __init__(self, text: str) -> None:
        self._text = text

    def value(self, at: int) -> tuple[Node, int]:
        at = self._skip(at)
        line = self._text.count("\n", 0, at) + 1
        match self._text[at]:
            case "{":
                entries, at = self._object(at + 1)
                return Node(entries, line), at
            case "[":
                items, at = self._array(at + 1)
                return Node(items, line), at
            case '"':
                string, at = _scanstring(self._text, at + 1)
                return Node(string, line), at
        found = _JSON_SCALAR.match(self._text, at)
        assert found is not None
        return Node(json.loads(found.group()), line), found.end()

    def _skip(self, at: int) -> int:
        found = _JSON_SPACE.match(self._text, at)
        assert found is not None
        return found.end()

    def _object(self, at: int) -> tuple[dict[str, Entry], int]:
        entries: dict[str, Entry] = {}
        while self._text[at := self._skip(at)] != "}":
            at = self._skip(at + 1) if self._text[at] == "," else at
            line = self._text.count("\n", 0, at) + 1
            key, at = _scanstring(self._text, at + 1)
            node, at = self.value(self._skip(at) + 1)
            entries[key] = Entry(line, node)
        return entries, at + 1

    def _array(self, at: int) -> tuple[list[Node], int]:
        items: list[Node] = []
        while self._text[at := self._skip(at)] != "]":
            at = at + 1 if self._text[at] == "," else at
            node, at = self.value(at)
            items.append(node)
        return items, at + 1
