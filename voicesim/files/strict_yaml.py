"""Strict reading of the files that people write: every mistake in one line, with file, line and advice.

YAML is read with a safe parser and by the plain rules of YAML 1.2; JSON by RFC 8259. Unknown keys, duplicate
keys and values of the wrong type are errors. The shape of a file is a pydantic model with ``extra="forbid"``.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

from voicesim.errors import CallFolderError, InputError, RubricError, ScenarioError
from voicesim.files.complaints import locate, worst_complaint
from voicesim.files.tree import BadTextError, Node, json_tree, parse_json, parse_yaml

if TYPE_CHECKING:
    from pydantic import BaseModel

Model = TypeVar("Model", bound="BaseModel")


@dataclass(frozen=True, slots=True)
class _Blame:
    """Who is told: the error class, the file's shown name and what kind of file it is."""

    error: type[InputError]
    where: str
    what: str

    def fail(
        self, message: str, *, line: int | None = None, key: str | None = None, hint: str | None = None
    ) -> NoReturn:
        message = _one_line(message)
        hint = None if hint is None else _one_line(hint)
        if issubclass(self.error, ScenarioError | RubricError):
            raise self.error(message, path=self.where, line=line, key=key, hint=hint)
        place = self.where if line is None else f"{self.where}:{line}"
        raise self.error(f"{place}: {message}", hint=hint)


def _one_line(text: str) -> str:
    kept = "".join(char if char.isprintable() else " " for char in text)
    return " ".join(kept.split())


def load_yaml(
    source: Path | str,
    model: type[Model],
    *,
    error: type[InputError] = ScenarioError,
    what: str = "scenario",
    name: str | None = None,
) -> Model:
    """Read a YAML file into a model.

    Args:
        source: a file, or (as ``str``) the text itself.
        model: its shape; values are checked strictly (``"5"`` is no number, ``yes`` is no truth value).
        error: class of every complaint.
        what: the kind of file, for messages: ``scenario``, ``rubric``.
        name: shown instead of the path.

    Raises:
        error: missing, unreadable, not UTF-8, not YAML, empty, or not of that shape.
    """
    return load_yaml_with_lines(source, model, error=error, what=what, name=name)[0]


class Lines:
    """Which line of a file a value stands on."""

    def __init__(self, root: Node) -> None:
        self._root = root

    def of(self, *path: str | int) -> int:
        """The 1-based line of a key or of a list's item; where it is not there, of the block around it."""
        return locate(self._root, path)[1]


def load_yaml_with_lines(
    source: Path | str,
    model: type[Model],
    *,
    error: type[InputError] = ScenarioError,
    what: str = "scenario",
    name: str | None = None,
) -> tuple[Model, Lines]:
    """As :func:`load_yaml`, with the lines that its values stand on, for checks that come later."""
    blame = _blame(source, error, what, name)
    text = _text_of(source, blame)
    root = _parsed(lambda: parse_yaml(text), blame)
    _check_root(root.value, blame)
    return _validated(model, root.plain(), lambda: root, blame), Lines(root)


def load_json(
    source: Path | str,
    model: type[Model],
    *,
    error: type[InputError] = CallFolderError,
    what: str = "call folder",
    name: str | None = None,
) -> Model:
    """Read a JSON file into a model; as :func:`load_yaml`."""
    blame = _blame(source, error, what, name)
    text = _text_of(source, blame)
    if not text.strip():
        _check_root(None, blame)
    data = _parsed(lambda: parse_json(text), blame)
    _check_root(data, blame)
    return _validated(model, data, lambda: json_tree(text), blame)


def read_text(
    path: Path, *, error: type[InputError] = ScenarioError, what: str = "scenario", name: str | None = None
) -> str:
    """Read a UTF-8 text file, without its byte order mark.

    Raises:
        error: missing, a folder, unreadable or not UTF-8.
    """
    return _text_of(path, _blame(path, error, what, name))


def _blame(source: Path | str, error: type[InputError], what: str, name: str | None) -> _Blame:
    shown = name or (str(source) if isinstance(source, Path) else f"<{what}>")
    return _Blame(error, _one_line(shown.encode("utf-8", "replace").decode()), what)


def _text_of(source: Path | str, blame: _Blame) -> str:
    if isinstance(source, str):
        return source
    try:
        raw = source.read_bytes()
    except FileNotFoundError:
        blame.fail(f"there is no such {blame.what} file", hint=_similar_file(source))
    except IsADirectoryError:
        blame.fail(f"this is a folder, not a {blame.what} file", hint="name the file in it")
    except PermissionError:
        blame.fail("no permission to read it", hint="check who may read the file")
    except (OSError, ValueError) as exc:
        reason = exc.strerror if isinstance(exc, OSError) and exc.strerror else str(exc)
        blame.fail(f"it cannot be read: {reason}", hint="check the path")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as exc:
        blame.fail("not UTF-8 text", line=raw.count(b"\n", 0, exc.start) + 1, hint="save the file as UTF-8")


def _similar_file(path: Path) -> str:
    try:
        names = [entry.name for entry in path.parent.iterdir()]
    except (OSError, ValueError):
        return f"there is no folder {path.parent} either; check the path"
    close = get_close_matches(path.name, names, n=1)
    return f"did you mean {path.parent / close[0]}?" if close else "check the path"


def _parsed(parse: Callable[[], Any], blame: _Blame) -> Any:  # noqa: ANN401 - a parsed file is of any type
    try:
        return parse()
    except BadTextError as exc:
        blame.fail(exc.message, line=exc.line, hint=exc.hint)


def _check_root(value: object, blame: _Blame) -> None:
    if value is None:
        blame.fail(f"the {blame.what} file is empty", hint="is it the right file?")
    if not isinstance(value, dict):
        blame.fail(
            f"a {blame.what} file begins with keys, this one does not", line=1, hint="is it the right file?"
        )


def _validated(model: type[Model], data: object, tree: Callable[[], Node], blame: _Blame) -> Model:
    from pydantic import ValidationError

    try:
        # Through JSON, because only there strict mode takes a list for a tuple and a word for an enum.
        return model.model_validate_json(json.dumps(data), strict=True)
    except ValidationError as exc:
        complaint = worst_complaint(exc, tree(), model)
        blame.fail(complaint.message, line=complaint.line, key=complaint.key, hint=complaint.hint)
    except (RecursionError, UnicodeError) as exc:
        blame.fail(f"it cannot be checked: {exc}", hint="is it the right file?")
