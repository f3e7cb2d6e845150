"""A language model as the customer's tongue: what it is asked, and whether what it says may be said.

Conventions: the state machine has decided already; the model only finds other words for the lines that are written for
the turn. What it offers is held against them: every number, date and name of the written lines must be in it, and none
that the call has not heard from the customer or the trainee. What breaks a rule is not mended, it is refused, and the
written lines are said. That the words mean the same cannot be checked.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from voicesim.ports import ChatMessage
from voicesim.scenario.model import Scenario
from voicesim.scenario.numerals import in_signs
from voicesim.scenario.phrases import folded
from voicesim.scenario.spoken_words import COMMON_WORDS, DATE_WORDS, QUANTITY_WORDS
from voicesim.scenario.turn import Say, State

MAX_WORDS: Final = 30
"""About ten seconds of speech: longer and a caller on a telephone sounds like a reader."""

MAX_REMEMBERED: Final = 8
"""Turns of the conversation that the model is told."""

UNHEARD: Final = "(the agent answered)"
"""Stands for the trainee's words where they must not leave the machine."""

_NOT_SPOKEN: Final = re.compile(r"[^\w\s.,!?;:'\"\u2018\u2019\u201c\u201d\u2013\u2014\u2026-]|_")
_SPEAKER: Final = re.compile(r"^\s*[\w ]{1,30}:")
_META: Final = re.compile(
    r"\b(?:as an ai|language model|i am an ai|i'm an ai|assistant|role ?play|the agent|the customer)\b",
    re.IGNORECASE,
)
_WORD: Final = re.compile(r"[^\W\d_]+(?:['\u2019][^\W\d_]+)*|\d+|[.!?\u2026]")


_AMBIGUOUS: Final = frozenset({"one", "oh", "nil"})
"""Words for digits that mostly mean something else."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """The conversation so far."""

    turns: tuple[tuple[bool, str], ...] = ()
    """Whether it was the customer, and what was said; in order."""

    def then(self, text: str, *, is_customer: bool) -> Heard:
        """With one more turn; nothing said is no turn."""
        return Heard(turns=(*self.turns, (is_customer, text))) if text.strip() else self


def messages_for(
    scenario: Scenario, state: State, says: Sequence[Say], heard: Heard, *, tells_trainee: bool
) -> tuple[ChatMessage, ...]:
    """What the model is asked for a turn of the customer.

    Args:
        scenario: who the customer is.
        state: after the machine's decision.
        says: the written lines of the turn, at least one.
        heard: the conversation so far.
        tells_trainee: whether the trainee's words may be told.
    """
    facts = {fact.fact_id: fact.value for fact in scenario.facts}
    told = [f"{name.replace('_', ' ')}: {facts[name]}" for name, _ in state.told if name in facts]
    system = [
        f"You are {scenario.customer_name}, a customer on the telephone. It is about: {scenario.title}.",
        f"You feel {says[-1].mood.replace('_', ' ')} ({state.mood:+g} on a scale from -3, furious, to 3, delighted).",
        *([f"What you have told so far: {'; '.join(told)}."] if told else []),
        "You answer with nothing but the words that you speak: no markup, no stage directions, no name before them.",
    ]
    talk = [
        ChatMessage(role="assistant", text=text)
        if is_customer
        else ChatMessage(role="user", text=text if tells_trainee else UNHEARD)
        for is_customer, text in heard.turns[-MAX_REMEMBERED:]
    ]
    written = " ".join(say.text for say in says)
    task = (
        f"Say this now, in your own words and in your mood, in at most {MAX_WORDS} words. Keep every number, date and "
        f"name exactly as it is, add none, and promise and ask nothing else: {written}"
    )
    return (ChatMessage(role="system", text=" ".join(system)), *talk, ChatMessage(role="user", text=task))


def cleaned(offered: str) -> str:
    """An answer on one line, without the quotation marks that models put around speech."""
    text = " ".join(offered.split())
    for left, right in (('"', '"'), ("\u201c", "\u201d")):
        if len(text) > 1 and text[0] == left and text[-1] == right:
            text = text[1:-1].strip()
    return text


def refusal(text: str, scenario: Scenario, says: Sequence[Say], heard: Heard) -> str:
    """Why words may not be said; empty where they may.

    Args:
        text: as from :func:`cleaned`.
        scenario: who the customer is.
        says: the written lines of the turn.
        heard: the conversation so far; what was said in it may be said again.
    """
    n_words = len(text.split())
    faults = (
        ("no words", not folded(text)),
        (f"too long ({n_words} words)", n_words > MAX_WORDS),
        ("markup or stage directions", bool(_NOT_SPOKEN.search(text) or _SPEAKER.match(text))),
        ("out of the role", bool(_META.search(text))),
    )
    fault = next((why for why, is_so in faults if is_so), "")
    return fault or _against_facts(text, scenario, " ".join(say.text for say in says), heard)


def _against_facts(text: str, scenario: Scenario, written: str, heard: Heard) -> str:
    known = " ".join([written, scenario.customer_name, *(said for _, said in heard.turns)])
    words, known_words = set(_small_words(text)), set(_small_words(known))
    names = set(_names(text, at_beginnings=True)) - known_words - set(_plain_words(scenario))
    for what, added, left_out in (
        ("number", set(_numbers(text)) - set(_numbers(known)), set(_numbers(written)) - set(_numbers(text))),
        ("date", set(_dates(text)) - set(_dates(known)), set(_dates(written)) - set(_dates(text))),
        ("name", names, set(_names(written, at_beginnings=False)) - words),
    ):
        if added:
            return f"a {what} that is not in the facts"
        if left_out:
            return f"a {what} left out"
    return ""


def _numbers(text: str) -> Iterator[str]:
    """Numbers, each as its run of digits: "forty pounds" and "40 pounds" give ``40``."""
    words = folded(text)
    signs = in_signs(
        [word for at, word in enumerate(words) if word not in _AMBIGUOUS or _is_digit(words, at)]
    )
    run = ""
    for sign in (*signs, ""):
        if sign.isdigit():
            run += sign
            continue
        if run:
            yield run
        run = ""
        if sign in QUANTITY_WORDS:
            yield sign


def _is_digit(words: Sequence[str], at: int) -> bool:
    """Whether "one" is a digit: beside another one. Elsewhere it mostly means something else."""
    beside = (words[near] for near in (at - 1, at + 1) if 0 <= near < len(words))
    return any(word not in _AMBIGUOUS and in_signs((word,))[0].isdigit() for word in beside)


def _dates(text: str) -> Iterator[str]:
    return (word for word in folded(text) if word in DATE_WORDS)


def _plain_words(scenario: Scenario) -> Iterator[str]:
    """Words that the scenario itself writes small, and that so are no names."""
    for spoken in scenario.spoken():
        for text in spoken.texts.values():
            yield from (word.replace("\u2019", "'") for word in _WORD.findall(text) if word[0].islower())


def _small_words(text: str) -> Iterator[str]:
    return (word for whole in folded(text) for word in (whole, whole.split("'")[0]))


def _names(text: str, *, at_beginnings: bool) -> Iterator[str]:
    """Capitalised words that are no common ones.

    At the beginning of a sentence every word is capitalised; there, what is not commonly found is taken for a name
    where ``at_beginnings`` says so.
    """
    begins = True
    for word in _WORD.findall(text):
        if word in ".!?\u2026":
            begins = True
            continue
        small = word.replace("\u2019", "'").casefold().split("'")[0]
        is_common = not {small, word.replace("\u2019", "'").casefold()}.isdisjoint(COMMON_WORDS | DATE_WORDS)
        if word[0].isupper() and not is_common and (at_beginnings or not begins):
            yield small
        begins = False
