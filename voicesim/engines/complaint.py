"""What a native library complains about, in the one line that an error message may have."""

from __future__ import annotations

from typing import Final

_LONGEST: Final = 200


def one_line(error: BaseException) -> str:
    r"""The text of an exception on one line, cut to a readable length; its class name where it has none.

    >>> one_line(ValueError("first\n  second"))
    'first second'
    """
    text = " ".join(str(error).split()) or type(error).__name__
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
