"""Whose label is it: the trainee's, the customer's, or neither's.

Conventions: labels are compared without capitals and signs, so that "Customer-Service Rep" is "customer service
rep" and "spk_0" is "spk 0"; a number or letter at the end of a common label does not matter ("Agent 1"). What the
user told goes before what is common. Where exactly two labels are in a file and one is known, the other is the
other party's.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Final

from voicesim.errors import TranscriptError


class Role(StrEnum):
    """Whose words they are."""

    TRAINEE = "trainee"
    CUSTOMER = "customer"
    OTHER = "other"
    """Neither's: an announcement, somebody in the background. Left out."""


_COMMON: Final[Mapping[Role, frozenset[str]]] = {
    Role.TRAINEE: frozenset(
        {
            "adviser", "advisor", "agent", "assistant", "associate", "call handler", "call taker", "clerk",
            "consultant", "csa", "csr", "customer care", "customer service", "customer service advisor",
            "customer service agent", "customer service rep", "customer service representative",
            "customer support", "employee", "handler", "help desk", "helpdesk", "operator", "rep",
            "representative", "sales agent", "sales rep", "service agent", "service desk", "specialist", "support",
            "support agent", "support rep", "tech support", "technician", "trainee",
        }
    ),
    Role.CUSTOMER: frozenset(
        {"caller", "client", "consumer", "cust", "customer", "guest", "member", "patient", "subscriber", "user"}
    ),
    Role.OTHER: frozenset({"announcement", "automated voice", "bot", "ivr", "recording", "system", "voicemail"}),
}  # fmt: skip
_ENDING: Final = re.compile(r" (?:\d{1,3}|[a-z])$")


def plain_label(label: str) -> str:
    """A label as it is compared.

    >>> plain_label(" Customer-Service Rep "), plain_label("spk_0")
    ('customer service rep', 'spk 0')
    """
    return " ".join("".join(c if c.isalnum() else " " for c in label.casefold()).split())


class Parties:
    """Whose label is whose.

    Args:
        told: label to role, as the user said; goes before what is common.
    """

    def __init__(self, told: Mapping[str, Role] | None = None) -> None:
        self._told = {plain_label(label): role for label, role in (told or {}).items()}

    def with_defaults(self, more: Mapping[str, Role]) -> Parties:
        """The same with further labels known, where the user did not speak of them."""
        return Parties({**{plain_label(label): role for label, role in more.items()}, **self._told})

    def known(self, label: str) -> Role | None:
        """Whose a label is by what was told or is common; ``None`` where nobody knows."""
        plain = plain_label(label)
        if plain in self._told:
            return self._told[plain]
        for form in (plain, _ENDING.sub("", plain)):
            for role, names in _COMMON.items():
                if form in names:
                    return role
        return None

    def of(self, labels: Iterable[tuple[str, int | None]]) -> dict[str, Role]:
        """Whose each label of a transcript is.

        Args:
            labels: the labels, each with the line of its first appearance.

        Raises:
            TranscriptError: one is nobody's, two are the trainee's, or none is; ``path`` is left open.
        """
        lines = dict(labels)
        found = {label: self.known(label) for label in lines}
        unknown = [label for label, role in found.items() if role is None]
        people = [label for label, role in found.items() if role is not Role.OTHER]
        if len(unknown) == 1 and len({plain_label(label) for label in people}) == 2:
            known = next(role for label, role in found.items() if label in people and role is not None)
            found[unknown[0]] = Role.CUSTOMER if known is Role.TRAINEE else Role.TRAINEE
            unknown = []
        if unknown:
            raise _nobody(unknown, lines[unknown[0]])
        roles = {label: role for label, role in found.items() if role is not None}
        self._check(roles, lines)
        return roles

    def _check(self, roles: Mapping[str, Role], lines: Mapping[str, int | None]) -> None:
        missing = [label for label in self._told if label not in {plain_label(name) for name in lines}]
        trainees = {plain_label(label): label for label, role in roles.items() if role is Role.TRAINEE}
        guessed = [label for plain, label in trainees.items() if plain not in self._told]
        if len(trainees) > 1 and guessed:
            first, second = list(trainees.values())[:2]
            raise TranscriptError(
                f"“{first}” and “{second}” may both be the trainee",
                line=lines[second],
                hint=f'say who is who: --party "{first}=trainee" --party "{second}=other"',
            )
        if not trainees:
            close = difflib.get_close_matches(missing[0], lines, n=1) if missing else []
            names = ", ".join(f"“{label}”" for label in lines)
            raise TranscriptError(
                f"nobody in it is the trainee; its labels are {names}",
                hint=f'say who is: --party "{(close or list(lines))[0]}=trainee"',
            )


def _nobody(unknown: list[str], line: int | None) -> TranscriptError:
    named = ", ".join(f"“{label}”" for label in unknown[:4]) + (" …" if len(unknown) > 4 else "")
    roles = ("trainee", "customer", "other", "other")
    options = " ".join(f'--party "{label}={role}"' for label, role in zip(unknown, roles, strict=False))
    return TranscriptError(
        f"nobody knows who {named} {'is' if len(unknown) == 1 else 'are'}",
        line=line,
        hint=f"say who is who, for example {options}",
    )
