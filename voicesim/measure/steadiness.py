"""How steady the trainee's voice stays while the customer is provoking, and how soon it is steady again.

Conventions
    A turn is an utterance with enough voice. It is *provoked* when it begins in a provocation: while the scenario has
    the customer in a provoking mood (angry, impatient, …), or, where there is no scenario, up to the next turn after
    the customer said something provoking (those places are handed in: they come from words). The yardstick are
    the trainee's own *calm* turns, medians and scatter (1.4826 times the median absolute deviation): three and more
    before the first provocation; where there are fewer, the baseline; where there is none, three and more from any
    time without provocation, which is said. The provoked turns are never part of it.
    For each turn, z is its distance from the calm median over the scatter, the scatter being at least 0.5 st for
    pitch, 1.5 dB for level, 1 dB for the alpha ratio, 5 % for the articulation rate and 0.4 st for the spread of
    pitch; z is held at 8. Of the first four only what lies above counts (a voice that drops is calming, not
    unsteady), of the spread both. With e = max(0, z - 1.5)::

        steadiness of a turn = 100 - 30 * sqrt(mean of e^2 over the cues), 0 at least

    The value is the mean over the provoked turns. Pitch and level both at 4 z, that is about 4 st and 6 dB up,
    give 53. Level is left out where something evens it out, the rate where the yardstick was read.
    *Recovery* counts the turns from the first one of a provocation until one has 75 and more again: 0 for who never
    lost it; the longest of the call. Both are about delivery: a cheerful voice is no calm one either, and a louder
    customer makes everybody louder.

Source: raised pitch is the commonest sign of stress, not a universal one (Giddens et al. 2013, J. Voice 27:390);
spread of pitch as control that is kept (Van Puyvelde et al. 2018, Front. Psychol. 9:1994). Up to 2 st and 3 dB
counts as steady, over 4 st or 6 dB as raised; floors, 1.5 and 30 are choices of this project. On RAVDESS and EmoDB
three angry turns are told from three calm ones with an area under the curve of 0.98 and 1.00.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import mean, median
from typing import Final

from voicesim.audio.span import Span, Timeline, union
from voicesim.measure.baseline import MAD_TO_SD, Baseline
from voicesim.measure.moods import PROVOKING_MOODS, is_one_of
from voicesim.measure.places import number, place
from voicesim.measure.prosody import Prosody
from voicesim.results import Evidence, Json, Measured, NotMeasured, Reason, Result
from voicesim.speech.call import Call

LEAST_CALM: Final = 3
FREE_Z: Final = 1.5
MOST_Z: Final = 8.0
POINTS_PER_Z: Final = 30.0
STEADY_FROM: Final = 75.0
NOTICEABLE: Final = (2.0, 3.0)
"""Semitones and dB from which a rise is noticeable."""
RAISED: Final = (4.0, 6.0)
FEW_PROVOKED: Final = 3

_RISING: Final = ("f0_st", "level_db", "alpha_db", "articulation_sps")
_EITHER_WAY: Final = ("f0_spread_st",)
_FLOORS: Final = {"f0_st": 0.5, "level_db": 1.5, "alpha_db": 1.0, "f0_spread_st": 0.4}
_RATE_FLOOR: Final = 0.05

UNIT: Final = "of 100"
UNIT_RECOVERY: Final = "turns"
_STEADINESS: Final = (
    "Mean over the turns after a provocation of 100 - 30 times how far pitch, level, alpha ratio, rate and spread of "
    "pitch lie beyond 1.5 scatters of the own calm turns (root mean square over the cues)."
)
_RECOVERY: Final = (
    "Turns after a provocation until one has 75 and more of 100 again, the longest of the call."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Yardstick:
    """Own calm turns: median and scatter of each cue."""

    middle: dict[str, float]
    scatter: dict[str, float]
    source: str
    """``turns before``, ``baseline`` or ``other turns``."""
    n_turns: int

    def strain(self, turn: Prosody) -> float:
        """How far a turn lies beyond what the calm turns scatter, in scatters."""
        beyond = [max(0.0, z - FREE_Z) for z in self.distances(turn).values()]
        return float((sum(each * each for each in beyond) / len(beyond)) ** 0.5)

    def distances(self, turn: Prosody) -> dict[str, float]:
        """By cue, how many scatters a turn lies above (of the spread: away from) the calm median."""
        found: dict[str, float] = {}
        for cue, middle in self.middle.items():
            z = (_value(turn, cue) - middle) / self.scatter[cue]
            found[cue] = min(MOST_Z, abs(z) if cue in _EITHER_WAY else z)
        return found

    def points(self, turn: Prosody) -> float:
        """Steadiness of one turn, 0..100."""
        return round(max(0.0, 100.0 - POINTS_PER_Z * self.strain(turn)), 1)


def yardstick_from(
    turns: Sequence[Prosody], *, with_level: bool = True, source: str = "turns before"
) -> Yardstick:
    """A yardstick from calm turns, of which there must be some."""
    cues = [cue for cue in (*_RISING, *_EITHER_WAY) if with_level or cue != "level_db"]
    middle = {cue: median(_value(t, cue) for t in turns) for cue in cues}
    scatter = {cue: MAD_TO_SD * median(abs(_value(t, cue) - middle[cue]) for t in turns) for cue in cues}
    return Yardstick(middle=middle, scatter=_floored(scatter, middle), source=source, n_turns=len(turns))


def yardstick_of(baseline: Baseline, *, with_level: bool = True) -> Yardstick:
    """A baseline as the yardstick; its rate is left out, since people speak faster than they read."""
    cues = [
        cue
        for cue in (*_RISING, *_EITHER_WAY)
        if cue != "articulation_sps" and (with_level or cue != "level_db")
    ]
    middle = {cue: getattr(baseline, "level_dbov" if cue == "level_db" else cue) for cue in cues}
    scatter = {cue: getattr(baseline.scatter, cue) for cue in cues}
    return Yardstick(
        middle=middle,
        scatter=_floored(scatter, middle),
        source="baseline",
        n_turns=baseline.n_utterances,
    )


def _floored(scatter: dict[str, float], middle: dict[str, float]) -> dict[str, float]:
    floors = {**_FLOORS, "articulation_sps": _RATE_FLOOR * middle.get("articulation_sps", 0.0)}
    return {cue: max(value, floors[cue]) for cue, value in scatter.items()}


def _value(turn: Prosody, cue: str) -> float:
    return turn.level_dbov if cue == "level_db" else float(getattr(turn, cue))


# --- provocations -----------------------------------------------------------------------------------------


def provocations_of(call: Call, provoking: Timeline | None) -> Timeline | None:
    """Where the customer provokes: by the moods of the scenario and of its lines, or by what was said.

    Args:
        call: its lines know their mood exactly, its moments the mood in which they began.
        provoking: the customer's provoking utterances, found by their words; ``None`` where nobody looked.

    Returns:
        Stretches in which a turn of the trainee is provoked; ``None`` where nobody can tell.
    """
    if _has_moods(call):
        lines = sorted((line for line in call.lines if line.mood), key=lambda line: line.heard.start)
        ends = [*(line.heard.start for line in lines), len(call.trainee.clip)][1:]
        by_line = [
            Span(line.heard.start, max(line.heard.start, end))
            for line, end in zip(lines, ends, strict=True)
            if is_one_of(line.mood, PROVOKING_MOODS)
        ]
        by_moment = [m.span for m in call.moments if is_one_of(m.mood, PROVOKING_MOODS)]
        return union(by_line if lines else by_moment)
    return None if provoking is None else tuple(sorted(provoking))


def _has_moods(call: Call) -> bool:
    return any(line.mood for line in call.lines) or any(m.mood for m in call.moments)


def _provoked(turns: Sequence[Prosody], provocations: Timeline, *, by_mood: bool) -> list[list[int]]:
    """For each provocation, the turns that it provokes."""
    if by_mood:
        inside = [[i for i, t in enumerate(turns) if p.contains(t.span.start)] for p in provocations]
        return [indices for indices in inside if indices]
    answers = [next((i for i, t in enumerate(turns) if t.span.end > p.end), None) for p in provocations]
    return [[i] for i in dict.fromkeys(answers) if i is not None]


# --- the measures -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Composure:
    """How every turn stands against the calm ones; what both measures are made of."""

    turns: tuple[Prosody, ...]
    provoked: tuple[tuple[int, ...], ...]
    """Turns of each provocation, by index."""
    yardstick: Yardstick
    points: tuple[float, ...]
    """Of every turn."""

    @property
    def tried(self) -> tuple[int, ...]:
        """Every provoked turn, once."""
        return tuple(sorted({i for indices in self.provoked for i in indices}))


def composure(
    call: Call,
    prosody: tuple[Prosody, ...],
    baseline: Baseline | None,
    *,
    provoking: Timeline | None,
    with_level: bool,
) -> Composure | NotMeasured:
    """Provoked turns and what to hold them against.

    Args:
        call: for its moods.
        prosody: of the trainee's utterances.
        baseline: one that fits this call, where there is one.
        provoking: the customer's provoking utterances; ``None`` where nobody looked.
        with_level: whether the level can be trusted.
    """
    turns = tuple(u for u in prosody if u.is_voiced_enough)
    provocations = provocations_of(call, provoking)
    if provocations is None:
        return _missing(
            Reason.NO_TRANSCRIPT, "nobody knows when the customer was provoking: no scenario, no words"
        )
    if not provocations:
        return _missing(Reason.NOT_CALLED_FOR, "the customer never was provoking")
    provoked = _provoked(turns, provocations, by_mood=_has_moods(call))
    if not provoked:
        return _missing(
            Reason.TOO_LITTLE_SPEECH, "the trainee never spoke with enough voice after a provocation"
        )
    yardstick = _yardstick(turns, provoked, provocations[0], baseline, with_level=with_level)
    if yardstick is None:
        return _missing(
            Reason.NO_BASELINE,
            f"there is no baseline, and fewer than {LEAST_CALM} turns without provocation to compare with",
        )
    return Composure(
        turns=turns,
        provoked=tuple(tuple(indices) for indices in provoked),
        yardstick=yardstick,
        points=tuple(yardstick.points(turn) for turn in turns),
    )


def _yardstick(
    turns: tuple[Prosody, ...],
    provoked: list[list[int]],
    first: Span,
    baseline: Baseline | None,
    *,
    with_level: bool,
) -> Yardstick | None:
    tried = {i for indices in provoked for i in indices}
    before = [t for t in turns if t.span.end <= first.start]
    if len(before) >= LEAST_CALM:
        return yardstick_from(before, with_level=with_level)
    if baseline is not None:
        return yardstick_of(baseline, with_level=with_level)
    others = [t for i, t in enumerate(turns) if i not in tried]
    if len(others) >= LEAST_CALM:
        return yardstick_from(others, with_level=with_level, source="other turns")
    return None


def steadiness(found: Composure | NotMeasured) -> Result:
    """How steady the voice is in the turns after a provocation."""
    if isinstance(found, NotMeasured):
        return _as(found, UNIT, _STEADINESS)
    tried, yardstick = found.tried, found.yardstick
    shifts = {
        cue: median(_value(found.turns[i], cue) for i in tried) - middle
        for cue, middle in yardstick.middle.items()
    }
    details: dict[str, Json] = {
        "n_provocations": len(found.provoked),
        "n_provoked_turns": len(tried),
        "n_calm_turns": yardstick.n_turns,
        "yardstick": yardstick.source,
        "band": _band(shifts),
        "lowest": min(found.points[i] for i in tried),
        "pitch_shift_st": number(shifts["f0_st"]),
        "level_shift_db": number(shifts["level_db"]) if "level_db" in shifts else None,
        "alpha_ratio_shift_db": number(shifts["alpha_db"]),
        "rate_shift_ratio": number(shifts["articulation_sps"] / yardstick.middle["articulation_sps"])
        if "articulation_sps" in shifts
        else None,
        "pitch_spread_shift_st": number(shifts["f0_spread_st"]),
        "z": {
            cue: number(mean(yardstick.distances(found.turns[i])[cue] for i in tried))
            for cue in yardstick.middle
        },
    }
    return Measured(
        value=number(mean(found.points[i] for i in tried)),
        unit=UNIT,
        definition=_STEADINESS,
        evidence=tuple(place(found.turns[i].span, "provoked turn", value=found.points[i]) for i in tried),
        details=details,
        cautions=_cautions(found),
    )


def steadiness_recovery(found: Composure | NotMeasured) -> Result:
    """Turns until the voice is steady again, the longest of the call."""
    if isinstance(found, NotMeasured):
        return _as(found, UNIT_RECOVERY, _RECOVERY)
    counts: list[int] = []
    lasting: list[Evidence] = []
    n_open = 0
    for indices in found.provoked:
        first = indices[0]
        back = next((i for i in range(first, len(found.turns)) if found.points[i] >= STEADY_FROM), None)
        n_open += back is None
        n_turns = (len(found.turns) if back is None else back) - first
        counts.append(n_turns)
        if n_turns:
            last = found.turns[first + n_turns - 1]
            lasting.append(
                place(Span(found.turns[first].span.start, last.span.end), "not steady", value=float(n_turns))
            )
    never = ("The voice was not steady again before the call ended.",) if n_open else ()
    return Measured(
        value=float(max(counts)),
        unit=UNIT_RECOVERY,
        definition=_RECOVERY,
        evidence=tuple(lasting),
        details={
            "n_provocations": len(counts),
            "n_without_recovery": n_open,
            "turns": counts,
            "steady_from": STEADY_FROM,
        },
        cautions=(*never, *_cautions(found)),
    )


def _band(shifts: dict[str, float]) -> str:
    st, db = number(shifts["f0_st"]), number(shifts.get("level_db", 0.0))
    if st > RAISED[0] or db > RAISED[1]:
        return "raised"
    return "noticeable" if st > NOTICEABLE[0] or db > NOTICEABLE[1] else "steady"


def _cautions(found: Composure) -> tuple[str, ...]:
    cautions: list[str] = []
    if len(found.tried) < FEW_PROVOKED:
        cautions.append(f"Only {len(found.tried)} turns followed a provocation: the value is uncertain.")
    if found.yardstick.source == "other turns":
        cautions.append(
            "The calm turns come from after the provocation too, when some of it may still be in the voice."
        )
    if found.yardstick.source == "baseline":
        cautions.append(
            "Held against sentences that were read: people speak a little livelier than they read."
        )
    return tuple(cautions)


def _missing(reason: Reason, explanation: str) -> NotMeasured:
    return NotMeasured(reason=reason, explanation=explanation)


def _as(found: NotMeasured, unit: str, definition: str) -> NotMeasured:
    return NotMeasured(reason=found.reason, explanation=found.explanation, unit=unit, definition=definition)
