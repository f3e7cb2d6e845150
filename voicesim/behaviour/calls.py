"""The behaviours of a whole call."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from voicesim.audio.span import Span
from voicesim.behaviour.observation import Observation
from voicesim.behaviour.tables import Tables
from voicesim.speech.call import Call

DEFAULT_GATE = 0.5
"""Confidence gate where the call does not say which recogniser wrote its words."""


HOLD_S: Final = 3.0
"""A silence of the trainee as long as this, after the customer has spoken, is a wait to be thanked for."""


@dataclass(frozen=True, slots=True)
class Said:
    """Something that the customer said."""

    span: Span
    text: str
    mood: str = ""
    moment: str = ""


def customer_says(call: Call) -> tuple[Said, ...]:
    """What the customer said, in order of time: the exact lines of a rehearsal, else the recognised utterances.

    A line counts with what was heard of it; one that was never heard is left out.
    """
    if call.lines:
        said = [Said(line.heard, line.text, line.mood, line.moment) for line in call.lines if line.heard]
    elif call.customer is not None:
        said = [Said(u.span, u.text) for u in call.customer.utterances if u.words]
    else:
        said = []
    return tuple(sorted(said, key=lambda s: (s.span.start, s.span.end, s.text)))


def contexts(call: Call) -> tuple[str, ...]:
    """For each utterance of the trainee what the customer said before it.

    That is everything since the trainee's previous utterance, or, where the trainee goes on alone, what came
    before that one. Order is by where an utterance starts.
    """
    said = customer_says(call)
    out: list[str] = []
    taken, last = 0, ""
    for utterance in call.trainee.utterances:
        fresh: list[str] = []
        while taken < len(said) and said[taken].span.start < utterance.span.start:
            fresh.append(said[taken].text)
            taken += 1
        last = " ".join(fresh) or last
        out.append(last)
    return tuple(out)


def observe_call(call: Call, tables: Tables) -> tuple[Observation, ...]:
    """Every behaviour of the trainee, in order of time; each at most once an utterance.

    Args:
        call: its trainee's utterances are looked through, each with what the customer said before.
        tables: what is looked for.
    """
    gate = call.recognition.confidence_gate if call.recognition else DEFAULT_GATE
    brief = call.brief
    heard_before: list[str] = []
    found: list[Observation] = []
    before = contexts(call)
    for index, utterance in enumerate(call.trainee.utterances):
        heard_before.append(before[index])
        found.extend(
            tables.observe(
                utterance.words,
                context=before[index],
                is_first=index == 0,
                utterance=index,
                gate=gate,
                glossary=_own_terms(tables, brief.glossary if brief else (), heard_before),
                customer_name=brief.customer_name if brief else "",
            )
        )
    ordered = sorted(found, key=lambda seen: (seen.utterance, seen.span.start))
    return tuple(seen for seen in ordered if _fits_the_call(seen, ordered, call))


def _fits_the_call(seen: Observation, ordered: Sequence[Observation], call: Call) -> bool:
    """What one utterance cannot tell: a greeting opens the call, and thanks for waiting need a wait."""
    if seen.behaviour_id == "greeting":
        return all(
            o is seen or o.behaviour_id != "greeting" for o in ordered if o.utterance <= seen.utterance
        )
    if seen.behaviour_id != "thanks_hold":
        return True
    if any(o.behaviour_id == "asks_hold" and o.utterance < seen.utterance for o in ordered):
        return True
    start = call.trainee.utterances[seen.utterance].span.start
    earlier = [u.span.end for u in call.utterances() if u.span.end <= start]
    return bool(earlier) and start - max(earlier) >= HOLD_S * call.trainee.clip.sample_rate_hz


def _own_terms(tables: Tables, glossary: Iterable[str], heard: list[str]) -> tuple[str, ...]:
    """The terms that the customer has not used first."""
    return tuple(term for term in glossary if not any(tables.mentions(text, term) for text in heard))
