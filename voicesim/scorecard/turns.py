"""Who answered what: the trainee's turns, each with what the customer said before it.

Conventions: a turn of the trainee is everything said until the customer says more than a back-channel (two words or
fewer, with no cue in them). Turns are counted from 0.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from voicesim.audio.span import Span
from voicesim.behaviour.calls import Said, customer_says
from voicesim.behaviour.observation import Observation
from voicesim.behaviour.tables import Tables
from voicesim.speech.call import Call
from voicesim.speech.words import Utterance

_BACKCHANNEL_WORDS: Final = 2


@dataclass(frozen=True, slots=True)
class Turn:
    """What the trainee said between two utterances of the customer."""

    index: int
    before: tuple[Said, ...]
    """What the customer said since the trainee's last turn."""
    cues: frozenset[str]
    """Cues in it."""
    utterances: tuple[int, ...]
    """Indices into the trainee's utterances."""
    span: Span
    expects: frozenset[str]
    """Behaviours that the scenario waits for here."""
    words_certain: float
    """Share (0..1) of its words that reached the confidence gate."""
    moods: frozenset[str]
    """Words of the moods that the customer spoke in before it: "very angry" is "very" and "angry"."""


def trainee_turns(call: Call, tables: Tables, gate: float) -> tuple[Turn, ...]:
    """The trainee's turns in order of time; utterances without words are left out."""
    events: list[tuple[int, int, int, Said | None]] = [
        (said.span.start, 0, i, said) for i, said in enumerate(customer_says(call))
    ]
    events += [(u.span.start, 1, i, None) for i, u in enumerate(call.trainee.utterances) if u.words]
    turns: list[Turn] = []
    before: list[Said] = []
    now: list[int] = []

    def close() -> None:
        if now:
            turns.append(_turn(len(turns), call, tables, before, now, gate))
            before.clear()
            now.clear()

    for _, _, index, said in sorted(events, key=lambda event: event[:3]):
        if said is None:
            now.append(index)
        elif not (now and _is_backchannel(said, call.trainee.utterances[now[-1]], tables)):
            close()
            before.append(said)
    close()
    return tuple(turns)


def _is_backchannel(said: Said, before: Utterance, tables: Tables) -> bool:
    """Whether the customer only says that he follows; a short answer to a question is a turn."""
    is_short = len(said.text.split()) <= _BACKCHANNEL_WORDS and not tables.cues_in(said.text)
    return is_short and not tables.n_questions(before.text)


def _turn(
    index: int, call: Call, tables: Tables, before: Iterable[Said], utterances: list[int], gate: float
) -> Turn:
    spoken = [call.trainee.utterances[i] for i in utterances]
    span = Span(spoken[0].span.start, max(u.span.end for u in spoken))
    words = [word for u in spoken for word in u.words]
    before = tuple(before)
    return Turn(
        index=index,
        before=before,
        cues=frozenset(cue for said in before for cue in tables.cues_in(said.text)),
        utterances=tuple(utterances),
        span=span,
        expects=frozenset(
            name for moment in call.moments if moment.span.contains(span.start) for name in moment.expects
        ),
        words_certain=sum(word.confidence >= gate for word in words) / len(words),
        moods=_moods(before),
    )


def _moods(before: Iterable[Said]) -> frozenset[str]:
    plain = " ".join(said.mood for said in before).lower().replace("_", " ").replace("-", " ")
    return frozenset(plain.split())


def observations_by_turn(
    turns: Iterable[Turn], observations: Iterable[Observation]
) -> dict[int, tuple[Observation, ...]]:
    """What was observed in each turn, in order of time."""
    turn_of = {utterance: turn.index for turn in turns for utterance in turn.utterances}
    found: dict[int, list[Observation]] = {}
    for seen in observations:
        if seen.utterance in turn_of:
            found.setdefault(turn_of[seen.utterance], []).append(seen)
    return {index: tuple(group) for index, group in found.items()}
