"""A recorded call as a scenario: the customer's turns become its moments, said again by the recording itself.

Conventions: a turn of the customer is what he says until the trainee speaks; what the trainee says entirely inside it
and within :data:`BACK_CHANNEL_S` ("mm-hm") does not end it. Whatever the trainee of the rehearsal says leads on to the
next turn: a recording cannot react. Its customer talks on when talked over, bears long silences, and his mood has no
scale.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from voicesim.audio.clip import SAMPLE_RATE_HZ
from voicesim.audio.span import Span
from voicesim.errors import ParameterError
from voicesim.speech.call import Call, CustomerLine
from voicesim.speech.words import Party, Utterance

BACK_CHANNEL_S: Final = 1.0
MAX_PAUSE_S: Final = 1.0
"""A longer pause inside a turn, while the trainee was searching or holding, is cut to this."""

PATIENCE_S: Final = 30.0
"""Silence after which a recorded customer is taken to be left alone."""

NO_WORDS: Final = "[no words]"
"""Stands for a turn whose words nobody knows."""

MOOD: Final = "recorded"
LAST: Final = "played_out"


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedTurn:
    """What the customer said until the trainee spoke."""

    text: str
    parts: tuple[Span, ...]
    """Where it lies in the recording; between two parts there was a longer pause."""
    expects: tuple[str, ...] = ()
    """Behaviours that were due after it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Replay:
    """A recorded call, ready to be rehearsed."""

    text: str
    """The scenario file."""
    parts: Mapping[str, tuple[Span, ...]] = field(default_factory=dict)
    """Stretches of the recording by line id; nothing else is ever said."""


def replay_of(call: Call, *, known_behaviours: Collection[str] | None = None) -> Replay:
    """The scenario that says a recorded call again.

    Args:
        call: two-sided, with the customer's utterances; words are taken from them where they have any.
        known_behaviours: what can be observed today; what an older call expected beyond that is left out.

    Raises:
        ParameterError: the customer's side is missing, or he says nothing.
    """
    turns = recorded_turns(call)
    if known_behaviours is not None:
        turns = tuple(
            replace(turn, expects=tuple(e for e in turn.expects if e in known_behaviours)) for turn in turns
        )
    trainee = [u for u in call.trainee.utterances if not _is_back_channel(u, call)]
    first, last = turns[0].parts[0].start, turns[-1].parts[-1].start
    trainee_opens = any(u.span.start < first for u in trainee)
    customer_closes = not any(u.span.end > last for u in trainee)
    text = _scenario_text(call, turns, trainee_opens=trainee_opens, customer_closes=customer_closes)
    ids = [f"{_turn_id(n)}.says@{MOOD}" for n in range(len(turns))]
    if customer_closes:
        ids[-1] = f"{LAST}.says@{MOOD}"
    return Replay(text=text, parts={line_id: turn.parts for line_id, turn in zip(ids, turns, strict=True)})


def recorded_turns(call: Call) -> tuple[RecordedTurn, ...]:
    """The customer's turns, in order.

    Raises:
        ParameterError: as :func:`replay_of`.
    """
    if call.customer is None or not call.customer.utterances:
        raise ParameterError("the customer says nothing in this recording")
    groups: list[list[Utterance]] = []
    is_open = False
    for utterance in call.utterances():
        if utterance.party is Party.TRAINEE:
            is_open = is_open and _is_back_channel(utterance, call)
        elif is_open:
            groups[-1].append(utterance)
        else:
            groups.append([utterance])
            is_open = True
    return tuple(_turn(call, group) for group in groups)


def _turn(call: Call, group: Sequence[Utterance]) -> RecordedTurn:
    line = next((one for one in call.lines if _is_line_of(one, group[-1])), None)
    moment = next((m for m in call.moments if line is not None and m.moment_id == line.moment), None)
    return RecordedTurn(
        text=" ".join(u.text for u in group if u.text) or NO_WORDS,
        parts=tuple(u.span for u in group),
        expects=() if moment is None else moment.expects,
    )


def _is_line_of(line: CustomerLine, utterance: Utterance) -> bool:
    return line.heard.overlap(utterance.span) > 0


def _is_back_channel(utterance: Utterance, call: Call) -> bool:
    assert call.customer is not None
    is_short = len(utterance.span) <= BACK_CHANNEL_S * SAMPLE_RATE_HZ
    return is_short and any(
        u.span.start <= utterance.span.start and utterance.span.end <= u.span.end
        for u in call.customer.utterances
    )


# --- the file ---------------------------------------------------------------------------------------------


def _turn_id(number: int) -> str:
    return f"turn_{number + 1}"


def _scenario_text(
    call: Call, turns: Sequence[RecordedTurn], *, trainee_opens: bool, customer_closes: bool
) -> str:
    """The file, written out so that a call folder holds what its score depends on.

    JSON is YAML, so every value stands as JSON on a line of its own.
    """
    brief = call.brief
    name = call.call_id or "a recording"
    steps = turns[:-1] if customer_closes else turns
    ids = [*(_turn_id(n) for n in range(len(steps))), LAST]
    moments = [_moment(_turn_id(n), turn, ids[n + 1]) for n, turn in enumerate(steps)]
    if trainee_opens or not moments:
        moments.insert(0, {"id": "opening", **_leads_to(ids[0]), "expects": []})
    closing = {"says": turns[-1].text} if customer_closes else {}
    top: dict[str, object] = {
        "format": "voicesim-scenario/1",
        "id": "rehearsed_again",
        "title": f"Rehearsed again: {name if brief is None else brief.title or name}",
        "summary": "A recorded call. The customer says what he said then, whatever you answer.",
        "customer": {
            "name": (brief.customer_name if brief else "") or "The recorded customer",
            "moods": [{"name": MOOD}],
            "patience_s": PATIENCE_S,
            "yields": False,
            "monologue_s": None,
        },
        "moments": moments,
        "endings": [
            {"id": LAST, "kind": "resolved", **closing},
            {"id": "left_alone", "kind": "gave_up"},
        ],
        "silence": [],
        "not_understood": [],
        "interruption": {"then": "go_on"},
        "hold": {"says": []},
        "confirmation": None,
        "time_limit_s": min(3600.0, round(2.0 * call.duration_s + 120.0, 1)),
        "must": list(brief.must if brief else ()),
        "must_not": list(brief.must_not if brief else ()),
        "glossary": dict(brief.glossary if brief else {}),
    }
    lines = [
        f"{key}: {json.dumps(value, ensure_ascii=False)}" for key, value in top.items() if key != "moments"
    ]
    lines += ["moments:", *(f"  - {json.dumps(moment, ensure_ascii=False)}" for moment in moments)]
    return "\n".join(lines) + "\n"


def _moment(moment_id: str, turn: RecordedTurn, target: str) -> dict[str, object]:
    return {"id": moment_id, "says": turn.text, **_leads_to(target), "expects": list(turn.expects)}


def _leads_to(target: str) -> dict[str, object]:
    return {"listens_for": [{"go": target}], "otherwise": {"go": target}}
