"""Who said what, line by line, with what the scorecard found in it and what the customer left unsaid."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from voicesim.audio.span import Span
from voicesim.behaviour.observation import Observation
from voicesim.scorecard.card import Scorecard
from voicesim.speech.call import Call, CustomerLine
from voicesim.speech.utterances import scripted_utterance
from voicesim.speech.words import Party, Utterance, Word


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownWord:
    """A word and what the page shows of it."""

    text: str
    is_sure: bool = True
    """Whether it reached the recogniser's confidence gate."""
    seen: tuple[Observation, ...] = ()
    """Behaviours that it is part of."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One stretch of talk."""

    party: Party
    span: Span
    words: tuple[ShownWord, ...]
    unsaid: str = ""
    """What the customer would still have said, had the trainee not taken the floor."""
    seen: tuple[Observation, ...] = ()
    """Behaviours in this line, in order of time."""
    mood: str = ""


def transcript(card: Scorecard, call: Call) -> tuple[Line, ...]:
    """The lines of both parties in order of time.

    A rehearsal knows the customer's lines by heart; they stand in for what was recognised of them.
    """
    gate = call.recognition.confidence_gate if call.recognition else 0.0
    lines = [
        _trainee_line(utterance, [seen for seen in card.behaviours if seen.utterance == i], gate)
        for i, utterance in enumerate(call.trainee.utterances)
    ]
    if call.lines:
        lines += [_customer_line(line) for line in call.lines if line.heard]
    elif call.customer is not None:
        lines += [_recognised_line(utterance, gate) for utterance in call.customer.utterances]
    return tuple(
        sorted(lines, key=lambda line: (line.span.start, line.party is Party.TRAINEE, line.span.end))
    )


def _trainee_line(utterance: Utterance, seen: Sequence[Observation], gate: float) -> Line:
    words = tuple(
        ShownWord(
            text=word.text,
            is_sure=word.confidence >= gate,
            seen=tuple(one for one in seen if _lies_in(word, one.span)),
        )
        for word in utterance.words
    )
    ordered = tuple(sorted(seen, key=lambda one: (one.span, one.behaviour_id)))
    return Line(party=utterance.party, span=utterance.span, words=words, seen=ordered)


def _lies_in(word: Word, span: Span) -> bool:
    return span.contains((word.span.start + word.span.end) // 2) or (
        not word.span and span.contains(word.span.start)
    )


def _recognised_line(utterance: Utterance, gate: float) -> Line:
    words = tuple(ShownWord(text=word.text, is_sure=word.confidence >= gate) for word in utterance.words)
    return Line(party=utterance.party, span=utterance.span, words=words)


def _customer_line(line: CustomerLine) -> Line:
    """A line as it was heard; where it was cut off, its letters tell how far it had come."""
    heard = scripted_utterance(Party.CUSTOMER, line.text, line.planned, line.heard).words
    return Line(
        party=Party.CUSTOMER,
        span=line.heard,
        words=tuple(ShownWord(text=word.text) for word in heard),
        unsaid=" ".join(line.text.split()[len(heard) :]),
        mood=line.mood,
    )
