"""What pydantic found wrong, in words that the author of the file understands."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, Final

from voicesim.files.tree import Node

if TYPE_CHECKING:
    from pydantic import BaseModel, ValidationError
    from pydantic_core import ErrorDetails

_MAX_QUOTED: Final = 40

_WANTED: Final[Mapping[str, str]] = {
    "string_type": "text",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "int_parsing": "a whole number",
    "float_type": "a number",
    "float_parsing": "a number",
    "finite_number": "a number",
    "bool_type": "true or false",
    "list_type": "a list",
    "tuple_type": "a list",
    "set_type": "a list",
    "frozen_set_type": "a list",
    "dict_type": "a block of keys",
    "mapping_type": "a block of keys",
    "model_type": "a block of keys",
    "model_attributes_type": "a block of keys",
    "dataclass_type": "a block of keys",
}

_ADVICE: Final[Mapping[str, str]] = {
    "string_type": "put it into quotes if it is meant as text",
    "bool_type": "write true or false, without quotes",
    "int_type": "write a whole number in digits, without quotes",
    "int_from_float": "write a whole number",
    "float_type": "write digits, without quotes",
    "list_type": "write one item a line, each after a dash",
    "tuple_type": "write one item a line, each after a dash",
    "dict_type": "write its keys on lines of their own, indented",
    "model_type": "write its keys on lines of their own, indented",
    "model_attributes_type": "write its keys on lines of their own, indented",
}


@dataclass(frozen=True, slots=True)
class Complaint:
    """One thing that is wrong."""

    message: str
    line: int | None
    key: str | None
    hint: str | None


def worst_complaint(exc: ValidationError, root: Node, model: type[BaseModel]) -> Complaint:
    """The complaint that the author should read first.

    An unknown key comes before a missing one, since a typo makes both; then the earlier line wins.
    """
    details = exc.errors(include_url=False)
    complaints = [(_rank(detail), _complaint(detail, root, model)) for detail in details]
    complaints.sort(key=lambda found: (found[0], found[1].line or 0))
    first = complaints[0][1]
    more = len(complaints) - 1
    if more and first.hint:
        return Complaint(first.message, first.line, first.key, f"{first.hint} (and {more} more after that)")
    return first


def _rank(detail: ErrorDetails) -> int:
    return {"extra_forbidden": 0, "missing": 2}.get(detail["type"], 1)


def _complaint(detail: ErrorDetails, root: Node, model: type[BaseModel]) -> Complaint:
    kind, loc = detail["type"], tuple(detail["loc"])
    node, line, path = locate(root, loc)
    key = str(loc[-1]) if loc else None
    place = _shown(path)
    if kind == "extra_forbidden":
        inside = _shown(path[:-1])
        within = f" in {inside}" if inside else ""
        known = sorted(_known_keys(model, path[:-1]))
        return Complaint(
            f"unknown key {key!r}{within}", line, key, _did_you_mean(str(key), known, "keys here")
        )
    if kind == "missing":
        within = f" in {place}" if place else ""
        return Complaint(f"key {key!r} is missing{within}", line, key, f"add {key}: to it")
    subject = f"{place!r}" if place else "the file"
    if kind in {"literal_error", "enum"}:
        return _choice(detail, node, line, key, subject)
    wanted = _WANTED.get(kind)
    if wanted is not None:
        message = f"{subject} should be {wanted}, got {_described(node)}"
        return Complaint(message, line, key, _ADVICE.get(kind, "check the value"))
    text = detail["msg"].removeprefix("Value error, ").removeprefix("Assertion failed, ")
    text = text.removeprefix("Input should ").removeprefix("String should ").removeprefix("Value should ")
    verb = (
        "should " if text != detail["msg"] and not detail["msg"].startswith(("Value error", "Assert")) else ""
    )
    value = f", got {_described(node)}" if verb and node is not None else ""
    return Complaint(f"{subject}: {verb}{text}{value}", line, key, "change the value")


def _choice(
    detail: ErrorDetails, node: Node | None, line: int | None, key: str | None, subject: str
) -> Complaint:
    expected = str(detail.get("ctx", {}).get("expected", ""))
    choices = [
        part.strip().strip("'\"") for part in expected.replace(" or ", ", ").split(",") if part.strip()
    ]
    given = node.value if node is not None else None
    message = f"{subject} cannot be {_described(node)}"
    return Complaint(message, line, key, _did_you_mean(str(given), choices, "choices"))


def _did_you_mean(given: str, known: Sequence[str], noun: str) -> str:
    close = get_close_matches(given, known, n=1, cutoff=0.6) or get_close_matches(
        given.lower(), [name for name in known if name == name.lower()], n=1, cutoff=0.6
    )
    if close:
        return f"did you mean {close[0]!r}?"
    return f"the {noun} are {', '.join(known)}" if known else "remove it"


def _described(node: Node | None) -> str:
    match None if node is None else node.value:
        case None:
            return "nothing"
        case dict():
            return "a block of keys"
        case list():
            return "a list"
        case bool() as value:
            return str(value).lower()
        case int() | float() as value:
            return f"the number {value}"
        case value:
            shown = value if len(value) <= _MAX_QUOTED else f"{value[:_MAX_QUOTED]}…"
            return f"the text {shown!r}"


def _shown(path: Sequence[str | int]) -> str:
    shown = ""
    for step in path:
        # People count from one.
        shown += f"[{step + 1}]" if isinstance(step, int) else f".{step}" if shown else step
    return shown


def locate(root: Node, loc: Sequence[str | int]) -> tuple[Node, int, tuple[str | int, ...]]:
    """The node at a location, its line, and the location without the labels that pydantic adds for unions."""
    node: Node = root
    line = root.line
    path: list[str | int] = []
    for step in loc:
        value = node.value
        if isinstance(value, dict) and str(step) in value:
            entry = value[str(step)]
            node, line = entry.node, entry.line
        elif isinstance(value, list) and isinstance(step, int) and step < len(value):
            node = value[step]
            line = node.line
        else:
            continue
        path.append(step)
    return node, line, tuple(path)


def _known_keys(model: type[BaseModel], path: Sequence[str | int]) -> set[str]:
    schema = model.model_json_schema()
    places = list(_unfold(schema, schema))
    for step in path:
        places = [inner for place in places for inner in _descend(place, step, schema)]
    return {key for place in places for key in place.get("properties", {})}


def _descend(
    place: Mapping[str, Any], step: str | int, schema: Mapping[str, Any]
) -> Iterator[Mapping[str, Any]]:
    if isinstance(step, int):
        prefix = place.get("prefixItems", [])
        inner = prefix[step] if step < len(prefix) else place.get("items")
    else:
        inner = place.get("properties", {}).get(step, place.get("additionalProperties"))
    if isinstance(inner, Mapping):
        yield from _unfold(inner, schema)


def _unfold(place: Mapping[str, Any], schema: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """A schema with its references and alternatives written out."""
    if "$ref" in place:
        name = str(place["$ref"]).rpartition("/")[2]
        yield from _unfold(schema["$defs"][name], schema)
        return
    yield place
    for group in ("anyOf", "oneOf", "allOf"):
        for inner in place.get(group, ()):
            yield from _unfold(inner, schema)
