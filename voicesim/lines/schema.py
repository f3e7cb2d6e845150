"""The shape of a simulated trainee's ``manifest.yaml`` (``voicesim-trainee/1``)."""

from __future__ import annotations

import re
from typing import Annotated, Final, Literal, TypeAlias

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, WithJsonSchema

_ID: Final = re.compile(r"[a-z][a-z0-9_]*\Z")
_SHA256: Final = re.compile(r"[0-9a-f]{64}\Z")


def _id(value: str) -> str:
    if not _ID.match(value):
        raise ValueError(f"an id has small letters, digits and _ and begins with a letter, got {value!r}")
    return value


def _file_name(value: str) -> str:
    if not value or value.startswith(".") or any(char in value for char in "/\\:\0"):
        raise ValueError(f"must be the name of a file in this folder, got {value!r}")
    return value


def _sha256(value: str) -> str:
    if not _SHA256.match(value):
        raise ValueError("must be 64 hexadecimal digits, as sha256sum prints them")
    return value


Id: TypeAlias = Annotated[
    str, AfterValidator(_id), WithJsonSchema({"type": "string", "pattern": "^[a-z][a-z0-9_]*$"})
]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)


class UtteranceFile(_Strict):
    """One recorded utterance."""

    file: Annotated[str, AfterValidator(_file_name)]
    """Name of the recording, beside the manifest."""
    text: str
    """What is said in it."""
    behaviours: tuple[Id, ...] = ()
    """What it shows, by the definitions, whatever a recogniser makes of it."""
    sha256: Annotated[str, AfterValidator(_sha256)] | None = None
    """Of the file; checked when it is read."""
    after_s: float = Field(default=0.4, ge=0.0, le=60.0)
    """Starts this long after the end of the customer's line."""
    interrupts_after_s: float | None = Field(default=None, ge=0.0, le=60.0)
    """Starts this long after the beginning of the customer's line instead, whether it is over or not."""


class TraineeFile(_Strict):
    """A simulated trainee."""

    format: Literal["voicesim-trainee/1"]
    id: Annotated[str, Field(min_length=1)]
    title: Annotated[str, Field(min_length=1)]
    scenario: Id | None = None
    """The scenario that the utterances answer."""
    opens: bool = True
    """Whether the first utterance is said before the customer has spoken."""
    voice: str = ""
    """Synthesizer's voice, or who spoke."""
    licence: Annotated[str, Field(min_length=1)]
    origin: Annotated[str, Field(min_length=1)]
    """Where the recordings come from."""
    utterances: tuple[UtteranceFile, ...] = Field(min_length=1)
    """In the order in which they are said."""
