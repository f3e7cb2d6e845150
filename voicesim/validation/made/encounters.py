"""Two people who get in each other's way, in ways that were chosen beforehand.

Conventions
    A timeline is a row of encounters of a customer's line and a trainee's talk. What each encounter is was chosen
    first; times are drawn until it is that, and stays that if every start and end moves by 0.2 s. At least
    1.4 s of silence lie between encounters. A line that is yielded ends 0.0 to 0.2 s after the customer decided to.
    The rule is written here a second time, with its margins, and from the definition alone.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import numpy as np

from voicesim.audio.clip import SAMPLE_RATE_HZ, Samples
from voicesim.audio.span import Span
from voicesim.measure.overlaps import OverlapKind
from voicesim.speech.call import CustomerLine
from voicesim.speech.words import Party
from voicesim.validation.made.stage import Stage, at

MARGIN_S: Final = 0.2
_THRESHOLD_S: Final = 0.5
_APART_S: Final = (1.4, 2.0)
_TRIES: Final = 2000

Voice = Callable[[np.random.Generator, float], Samples]
"""``voice(rng, seconds)``: about so much speech without a pause, sounding from its first sample to its last."""


class Meant(StrEnum):
    """What an encounter was made to be."""

    ANSWER = "answer"
    TERMINAL = "terminal"
    BACK_CHANNEL = "back_channel"
    BUTTING_IN = "butting_in"
    DUAL_START = "dual_start"
    INTERRUPTION = "interruption"
    YIELDED_TO = "yielded_to"
    """An interruption before which the customer gives way; known in a rehearsal only."""
    BY_CUSTOMER = "by_customer"
    """The customer interrupts the trainee."""


KIND_OF: Final = {
    Meant.TERMINAL: OverlapKind.TERMINAL,
    Meant.BACK_CHANNEL: OverlapKind.BACK_CHANNEL,
    Meant.BUTTING_IN: OverlapKind.BUTTING_IN,
    Meant.DUAL_START: OverlapKind.DUAL_START,
    Meant.INTERRUPTION: OverlapKind.INTERRUPTION,
    Meant.YIELDED_TO: OverlapKind.INTERRUPTION,
}
"""What the measure calls them; an answer is no overlap, and the customer's own are not the trainee's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Encounter:
    """A line and what the trainee said around it."""

    meant: Meant
    line: Span
    """As planned."""
    heard: Span
    yielded_at: int | None
    trainee: Span

    @property
    def customer_line(self) -> CustomerLine:
        """As a rehearsal knows it."""
        return CustomerLine(
            line_id="made", text="", planned=self.line, heard=self.heard, yielded_at=self.yielded_at
        )


def is_clearly(  # noqa: PLR0911 - one return a kind
    meant: Meant, line_s: tuple[float, float], trainee_s: tuple[float, float]
) -> bool:
    """Whether times make what is meant, and still would if each moved by 0.2 s.

    Args:
        meant: the kind.
        line_s: begin and planned end of the customer's line.
        trainee_s: begin and end of the trainee's talk.
    """
    (a, b), (s, e) = line_s, trainee_s
    m, x = MARGIN_S, _THRESHOLD_S
    left, both = b - s, min(b, e) - max(a, s)
    began_well_inside = s - a >= 0.2 + m
    is_too_long_for_a_nod = e - s >= 1.0 + m
    if meant is Meant.ANSWER:
        return s >= b + 0.05
    if meant is Meant.DUAL_START:
        return 0.0 <= s - a <= 0.05 and is_too_long_for_a_nod
    if meant is Meant.BY_CUSTOMER:
        return a - s >= 0.2 + m and e - a >= x + m and b >= e + m and b - a >= 1.0 + m
    if meant is Meant.BACK_CHANNEL:
        return began_well_inside and 0.25 <= e - s <= 1.0 - m and e <= b + 0.1 - m
    if not (began_well_inside and is_too_long_for_a_nod):
        return False
    if meant is Meant.TERMINAL:
        return 0.0 < left <= x - m
    if meant is Meant.BUTTING_IN:
        return left >= x + m and both >= x + m and e <= b - m
    if meant is Meant.YIELDED_TO:
        return left >= x + m + 1.0
    return left >= x + m and both >= x + m and e >= b + m


def put_encounter(
    stage: Stage,
    meant: Meant,
    now_s: float,
    *,
    rng: np.random.Generator,
    customer: Voice,
    trainee: Voice,
    level_dbov: float = -26.0,
) -> tuple[Encounter, float]:
    """Put one encounter on a stage.

    Returns:
        The encounter, and the time at which the next one may begin.
    """
    for _ in range(_TRIES):
        line, talk = customer(rng, rng.uniform(2.2, 4.5)), trainee(rng, _talk_s(meant, rng))
        line_s, talk_s = len(line) / SAMPLE_RATE_HZ, len(talk) / SAMPLE_RATE_HZ
        a = now_s
        s = a + _offset_s(meant, rng, line_s, talk_s)
        if s < now_s:
            a, s = now_s + (now_s - s), now_s
        if is_clearly(meant, (a, a + line_s), (s, s + talk_s)):
            break
    else:
        raise AssertionError(f"no times make {meant}")
    planned = Span(at(a), at(a) + len(line))
    heard, yielded_at = planned, None
    if meant is Meant.YIELDED_TO:
        yielded_at = at(s + rng.uniform(0.35, 0.8))
        heard = Span(planned.start, min(planned.end, yielded_at + at(rng.uniform(0.0, 0.2))))
    gain_db = level_dbov + 26.0
    stage.put(Party.CUSTOMER, a, line[: len(heard)], gain_db=gain_db)
    spoken = stage.put(Party.TRAINEE, s, talk, gain_db=gain_db)
    after_s = max(heard.end, spoken.end) / SAMPLE_RATE_HZ + rng.uniform(*_APART_S)
    return Encounter(meant=meant, line=planned, heard=heard, yielded_at=yielded_at, trainee=spoken), after_s


def _talk_s(meant: Meant, rng: np.random.Generator) -> float:
    if meant is Meant.BACK_CHANNEL:
        return float(rng.uniform(0.3, 0.75))
    return float(rng.uniform(1.3, 3.0))


def _offset_s(meant: Meant, rng: np.random.Generator, line_s: float, talk_s: float) -> float:
    """Where the trainee begins, counted from the line's begin."""
    if meant is Meant.ANSWER:
        return line_s + float(rng.uniform(0.1, 0.8))
    if meant is Meant.DUAL_START:
        return float(rng.uniform(0.0, 0.05))
    if meant is Meant.BY_CUSTOMER:
        return -float(rng.uniform(0.4, max(0.5, talk_s - 0.7)))
    if meant is Meant.TERMINAL:
        return line_s - float(rng.uniform(0.03, 0.3))
    return float(rng.uniform(0.4, line_s))
