"""Measures of how a trainee talks, from words and places together: length, questions, repetition, fit to the moment.

Conventions
    Content words are words of four letters and more. Two utterances say the same where the content words that they
    share are at least three quarters of all that are in either, or where eight words in a row are the same; words
    that showed a good behaviour are left out, and so are utterances of fewer than five content words. Questions are
    counted by clause ("what was it and when did it start" asks twice); two are the same where they share three
    fifths of their content words, two at least, or where the trainee says so ("what was the street again"). A
    question that the customer asked to hear again is not a repeated one. Words below the recogniser's confidence gate
    are as if they had not been recognised: they cost nothing. All of them are ``NotMeasured`` with a
    reason where they cannot be told.

Names, in this order:

    ====================  ==================  ======================================================
    words_per_turn        words a turn        mean; words that showed a good behaviour are not counted
    stacked_questions     utterances          with two questions and more
    said_again            utterances          that say what an earlier one said
    repeated_questions    questions           that were asked before
    slowing_for_nervous   ratio               pace after a nervous customer against the usual pace
    bright_at_upset       utterances          lively ones right after an upset customer
    fillers               ratio               utterances with um, uh and the like, of all
    ====================  ==================  ======================================================

Source: the shares and least lengths are choices of this project; they keep set phrases ("how can I help you") apart
from repetition.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from statistics import mean, median
from typing import Final

from voicesim.audio.span import Span
from voicesim.behaviour.calls import DEFAULT_GATE
from voicesim.behaviour.tables import Tables
from voicesim.measure.moods import UPSET_MOODS
from voicesim.measure.tone import LIVELY_ABOVE
from voicesim.results import Evidence, Measured, NotMeasured, Reason, Result
from voicesim.scorecard.evidence import of_observation, of_span
from voicesim.scorecard.facts import Facts
from voicesim.scorecard.turns import Turn
from voicesim.speech.words import Utterance

NERVOUS_MOODS: Final = ("afraid", "anxious", "confused", "frightened", "nervous", "scared", "worried")
LEAST_TURNS: Final = 3
LEAST_TURN_WORDS: Final = 4
SAME: Final = 0.75
SAME_QUESTION: Final = 0.6
LEAST_CONTENT: Final = 5
LEAST_CONTENT_OF_A_QUESTION: Final = 2
MAX_REQUEST_WORDS: Final = 5
LEAST_USUAL: Final = 3
_CONTENT_LETTERS: Final = 4
SAME_RUN: Final = 8
_SENTENCE: Final = re.compile(r"[^.?!]+[.?!]*")
_AND_ASKS: Final = re.compile(
    r"\b(?:and|or|plus)\s+(?=(?:also\s+)?(?:what|when|where|which|who|why|how|is|are|was|were|did|do|does|have|has|can|could|would|will)\b)",
    re.IGNORECASE,
)
_SAYS_AGAIN: Final = re.compile(
    r"\b(what|when|where|which|who|how)\b.*\bagain\W*$|\bdid you say\b|\bwhat was (it|that) again\b"
)
_WORD: Final = re.compile(r"[a-z0-9]+")
_AGAIN: Final = re.compile(r"\b(sorry|pardon|what|again|repeat|hear|huh|who|which)\b")


def talk_measures(facts: Facts, tables: Tables) -> dict[str, Result]:
    """All of them, by name.

    Args:
        facts: the call with its turns, observations and measures.
        tables: for what counts as a question and as good.
    """
    return {name: measure(facts, tables) for name, measure in _MEASURES.items()}


# --- how much and how often -------------------------------------------------------------------------------


def _words_per_turn(facts: Facts, tables: Tables) -> Result:
    if (missing := _without_words(facts)) is not None:
        return missing
    counted = [
        (turn, n_counted)
        for turn in facts.turns
        for n_words, n_counted in [_words_of(turn, facts, tables)]
        if n_words >= LEAST_TURN_WORDS
    ]
    if len(counted) < LEAST_TURNS:
        return _too_few(
            f"{len(counted)} turns have {LEAST_TURN_WORDS} words and more, {LEAST_TURNS} are needed"
        )
    return Measured(
        value=round(mean(n for _, n in counted), 2),
        unit="words a turn",
        definition=(
            f"Mean over turns of {LEAST_TURN_WORDS} words and more; words that showed a good behaviour are not counted."
        ),
        evidence=tuple(_turn_place(facts, turn, "turn", float(n)) for turn, n in counted),
    )


def _words_of(turn: Turn, facts: Facts, tables: Tables) -> tuple[int, int]:
    """All words of a turn, and those outside of good behaviours."""
    spoken = [_certain(facts, i) for i in turn.utterances]
    plain = sum(len(_plain_words(u, _good_spans(facts, turn, tables))) for u in spoken)
    return sum(len(u.words) for u in spoken), plain


def _good_spans(facts: Facts, turn: Turn, tables: Tables) -> tuple[Span, ...]:
    return tuple(
        seen.span
        for seen in facts.seen.get(turn.index, ())
        if (behaviour := tables.behaviour(seen.behaviour_id)) is not None and not behaviour.costs_points
    )


def _plain_words(utterance: Utterance, good: Iterable[Span]) -> list[str]:
    """An utterance's words outside of good behaviours."""
    spans = tuple(good)
    return [
        word.text
        for word in utterance.words
        if not any(span.start <= word.span.start and word.span.end <= span.end for span in spans)
    ]


def _stacked_questions(facts: Facts, tables: Tables) -> Result:
    if (missing := _without_words(facts)) is not None:
        return missing
    stacked = [u for u in _spoken(facts) if len(_questions(u.text, tables)) > 1]
    return _count(
        stacked, "utterances", "Utterances with two questions and more.", "several questions at once"
    )


def _questions(text: str, tables: Tables) -> list[str]:
    """The clauses of a text that ask something."""
    clauses = [clause for part in _SENTENCE.findall(text) for clause in _AND_ASKS.split(part)]
    return [clause for clause in clauses if clause.strip() and tables.n_questions(clause)]


def _said_again(facts: Facts, tables: Tables) -> Result:
    if (missing := _without_words(facts)) is not None:
        return missing
    earlier: list[frozenset[str]] = []
    runs: set[tuple[str, ...]] = set()
    again: list[Utterance] = []
    for turn in facts.turns:
        good = _good_spans(facts, turn, tables)
        for utterance in (_certain(facts, i) for i in turn.utterances):
            text = " ".join(_plain_words(utterance, good))
            content, words = _content(text), _WORD.findall(text.lower())
            if len(content) < LEAST_CONTENT:
                continue
            new = {tuple(words[i : i + SAME_RUN]) for i in range(len(words) - SAME_RUN + 1)}
            if any(_overlap(content, other) >= SAME for other in earlier) or not runs.isdisjoint(new):
                again.append(utterance)
            earlier.append(content)
            runs |= new
    return _count(again, "utterances", "Utterances that say what an earlier one said.", "said before")


def _repeated_questions(facts: Facts, tables: Tables) -> Result:
    if (missing := _without_words(facts)) is not None:
        return missing
    asked: list[frozenset[str]] = []
    again: list[Utterance] = []
    for turn in facts.turns:
        heard_badly = any(_asks_to_repeat(said.text) for said in turn.before)
        for utterance in (_certain(facts, i) for i in turn.utterances):
            questions = _questions(utterance.text, tables)
            contents = [c for q in questions if len(c := _content(q)) >= LEAST_CONTENT_OF_A_QUESTION]
            is_same = any(_overlap(c, other) >= SAME_QUESTION for c in contents for other in asked)
            is_told = any(_SAYS_AGAIN.search(question.lower()) for question in questions)
            if turn.index and not heard_badly and (is_same or is_told):
                again.append(utterance)
            asked += contents
    return _count(
        again, "questions", "Utterances that ask what the trainee had asked before.", "asked before"
    )


def _asks_to_repeat(text: str) -> bool:
    plain = text.lower()
    return len(plain.split()) <= MAX_REQUEST_WORDS and bool(_AGAIN.search(plain))


def _fillers(facts: Facts, tables: Tables) -> Result:
    del tables
    missing = facts.unheard.get("filler") or _without_words(facts)
    if missing is not None:
        return missing
    counted = [u for u in _spoken(facts) if len(u.words) >= LEAST_TURN_WORDS]
    if len(counted) < LEAST_TURNS:
        return _too_few(
            f"{len(counted)} utterances have {LEAST_TURN_WORDS} words and more, {LEAST_TURNS} are needed"
        )
    heard = [seen for seen in facts.found(facts.turns, ("filler",)) if seen.is_certain]
    return Measured(
        value=round(min(1.0, len(heard) / len(counted)), 3),
        unit="ratio",
        definition=(
            f"Utterances with a filler, of all utterances of {LEAST_TURN_WORDS} words and more; "
            "several fillers in one utterance are one."
        ),
        evidence=tuple(of_observation(seen, "filler") for seen in heard),
    )


# --- fit to the moment ------------------------------------------------------------------------------------


def _slowing_for_nervous(facts: Facts, tables: Tables) -> Result:
    del tables
    called = _called_for(facts, "nervous", NERVOUS_MOODS)
    if not called:
        return _not_called_for("nobody was nervous")
    pace = facts.measures.get("pace")
    if not isinstance(pace, Measured):
        return pace if pace is not None else _too_few("the pace was not measured")
    inside = [piece for piece in pace.evidence if _is_in(piece, called)]
    usual = [piece.value for piece in pace.evidence if piece not in inside and piece.value is not None]
    values = [piece.value for piece in inside if piece.value is not None]
    if not values or len(usual) < LEAST_USUAL:
        return _too_few("too few utterances have a pace of their own")
    usual_pace = median(usual)
    return Measured(
        value=round(mean(values) / usual_pace, 3),
        unit="ratio",
        definition="Mean pace of the turns after a nervous customer over the median pace of all other utterances.",
        evidence=tuple(replace(piece, value=_share(piece.value, usual_pace)) for piece in inside),
    )


def _share(value: float | None, whole: float) -> float | None:
    return None if value is None else round(value / whole, 3)


def _bright_at_upset(facts: Facts, tables: Tables) -> Result:
    del tables
    called = _called_for(facts, "upset", sorted(UPSET_MOODS))
    if not called:
        return _not_called_for("nobody was upset")
    tone = facts.measures.get("liveliness")
    if not isinstance(tone, Measured):
        return tone if tone is not None else _too_few("the liveliness was not measured")
    bright = [
        piece for piece in tone.evidence if _is_in(piece, called) and (piece.value or 0.0) > LIVELY_ABOVE
    ]
    return Measured(
        value=float(len(bright)),
        unit="utterances",
        definition=f"Utterances right after an upset customer with a liveliness above {LIVELY_ABOVE:g}.",
        evidence=tuple(replace(piece, value=None) for piece in bright),
    )


def _called_for(facts: Facts, cue: str, moods: Iterable[str]) -> tuple[Turn, ...]:
    return facts.called_for((cue,) if facts.content is None else (), moods)


def _is_in(piece: Evidence, turns: Iterable[Turn]) -> bool:
    return any(t.span.start_s() - 1e-3 <= piece.start_s < t.span.end_s() for t in turns)


# --- results ----------------------------------------------------------------------------------------------


def _without_words(facts: Facts) -> NotMeasured | None:
    if facts.content is not None:
        return facts.content
    return None if facts.turns else _too_few("the trainee says nothing")


def _too_few(why: str) -> NotMeasured:
    return NotMeasured(reason=Reason.TOO_LITTLE_SPEECH, explanation=why)


def _not_called_for(why: str) -> NotMeasured:
    return NotMeasured(reason=Reason.NOT_CALLED_FOR, explanation=why)


def _count(utterances: Sequence[Utterance], unit: str, definition: str, label: str) -> Measured:
    return Measured(
        value=float(len(utterances)),
        unit=unit,
        definition=definition,
        evidence=tuple(of_span(u.span, label, u.text) for u in utterances),
    )


def _turn_place(facts: Facts, turn: Turn, label: str, value: float) -> Evidence:
    words = facts.place_of(turn, label)
    return of_span(turn.span, label, words.quote, value)


def _spoken(facts: Facts) -> Iterable[Utterance]:
    return (_certain(facts, i) for turn in facts.turns for i in turn.utterances)


def _certain(facts: Facts, index: int) -> Utterance:
    """An utterance of the trainee with the words alone that reached the recogniser's confidence gate."""
    recognition = facts.call.recognition
    gate = recognition.confidence_gate if recognition else DEFAULT_GATE
    utterance = facts.call.trainee.utterances[index]
    words = tuple(word for word in utterance.words if word.confidence >= gate)
    return utterance if len(words) == len(utterance.words) else replace(utterance, words=words)


def _content(text: str) -> frozenset[str]:
    return frozenset(word for word in _WORD.findall(text.lower()) if len(word) >= _CONTENT_LETTERS)


def _overlap(a: frozenset[str], b: frozenset[str]) -> float:
    """Shared content words over all of either (Jaccard)."""
    return len(a & b) / len(a | b)


_MEASURES: Final[Mapping[str, Callable[[Facts, Tables], Result]]] = {
    "words_per_turn": _words_per_turn,
    "stacked_questions": _stacked_questions,
    "said_again": _said_again,
    "repeated_questions": _repeated_questions,
    "slowing_for_nervous": _slowing_for_nervous,
    "bright_at_upset": _bright_at_upset,
    "fillers": _fillers,
}
NAMES: Final = tuple(_MEASURES)
"""Every one of these measures, in order."""
