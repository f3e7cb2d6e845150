"""Markup, and the one place where text becomes part of it.

Whatever is not :class:`Markup` is text and is escaped, element content and attribute values alike. Characters
that could steer the reading direction or that HTML does not allow are replaced.
"""

from __future__ import annotations

import html
from collections.abc import Iterable
from typing import Final, TypeAlias

from voicesim.report.wording import clean, clock, spoken_clock

_VOID: Final = frozenset({"meta", "br", "input", "hr", "img", "link"})
_SECONDS_DECIMALS: Final = 3


class Markup(str):
    """Text that is markup already. Only this module and the page's own template make it."""

    __slots__ = ()


Child: TypeAlias = "str | None"
Attribute: TypeAlias = "str | float | bool | None"

NOTHING: Final = Markup()


def escape(text: str) -> Markup:
    """Text as element content or as a quoted attribute value; markup stays as it is."""
    return text if isinstance(text, Markup) else Markup(html.escape(clean(text), quote=True))


def element(tag: str, *children: Child, **attributes: Attribute) -> Markup:
    """An element.

    Args:
        tag: its name.
        *children: text, which is escaped, or markup; ``None`` is left out.
        **attributes: a trailing underscore is dropped (``class_``), others become hyphens. ``True`` is
            written without a value; ``False`` and ``None`` are left out.
    """
    opened = f"<{tag}{''.join(_attribute(name, value) for name, value in attributes.items())}>"
    inner = "".join(escape(child) for child in children if child is not None)
    return Markup(opened if tag in _VOID else f"{opened}{inner}</{tag}>")


def join(pieces: Iterable[str], between: str = "") -> Markup:
    """Pieces of text or markup one after the other."""
    return Markup(escape(between).join(escape(piece) for piece in pieces))


def plain(value: float) -> str:
    """A number as attributes want it: no exponent, no trailing zeros."""
    text = f"{value:.{_SECONDS_DECIMALS}f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def play_button(start_s: float, *children: Child, end_s: float | None = None, class_: str = "play") -> Markup:
    """A button that plays the call from a second.

    Args:
        start_s: where to play from.
        *children: what stands behind its time.
        end_s: where the passage ends, which the picture shows while it plays.
        class_: its class.
    """
    return element(
        "button",
        element("span", f"Play from {spoken_clock(start_s)}", class_="unseen"),
        element("span", clock(start_s), class_="at", aria_hidden="true"),
        *children,
        type="button",
        class_=class_,
        data_start_s=plain(start_s),
        data_end_s=None if end_s is None else plain(end_s),
    )


def disclosure(summary: str, *children: Child, class_: str | None = None) -> Markup:
    """Something to open on demand; nothing where there is nothing inside."""
    inside = join(child for child in children if child)
    return element("details", element("summary", summary), inside, class_=class_) if inside else NOTHING


def _attribute(name: str, value: Attribute) -> str:
    if value is None or value is False:
        return ""
    name = name.rstrip("_").replace("_", "-")
    if value is True:
        return f" {name}"
    text = value if isinstance(value, str) else plain(value)
    return f' {name}="{escape(text)}"'
