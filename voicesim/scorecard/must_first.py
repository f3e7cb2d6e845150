"""What must be known before other things are spoken of: whom one speaks to, before his account.

Conventions: a fact is known once the customer has said it, all words of its value in one of his utterances. What is
spoken of is found by words in a row, whatever their case and punctuation. Words that the recogniser is not certain of
fail nobody; somebody is asked to listen there.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from voicesim.results import Evidence
from voicesim.scorecard.by_words import is_uncertain
from voicesim.scorecard.card import Failure
from voicesim.scorecard.evidence import clock, of_span
from voicesim.scorecard.facts import Facts
from voicesim.scorecard.turns import Turn
from voicesim.speech.call import MustFirst

_WORD: Final = re.compile(r"[^\W_]+(?:'[^\W_]+)*")


def too_early(rule: MustFirst, facts: Facts, fails: str) -> tuple[tuple[Failure, ...], tuple[Evidence, ...]]:
    """Whether something was spoken of before a fact was known.

    Args:
        rule: the fact, and what waits for it.
        facts: of the call.
        fails: what a failure fails.

    Returns:
        The failure, if any, and the places to listen to.
    """
    wanted = set(_words(rule.value))
    for turn in facts.turns:
        if any(wanted <= set(_words(said.text)) for said in turn.before):
            return (), ()
        quote = _spoken_of(rule, facts, turn)
        if not quote:
            continue
        name = rule.fact.replace("_", " ")
        place = of_span(turn.span, f"before the {name} was known", quote)
        if is_uncertain((turn,)):
            return (), (place,)
        told = f"This scenario asks for the {name} first, and at {clock(place.start_s)} you spoke of “{quote}” before."
        return (
            Failure(kind="must_first", what=rule.fact, fails=fails, explanation=told, evidence=(place,)),
        ), ()
    return (), ()


def _spoken_of(rule: MustFirst, facts: Facts, turn: Turn) -> str:
    words = [w for i in turn.utterances for w in _words(facts.call.trainee.utterances[i].text)]
    for phrase in rule.before:
        wanted = _words(phrase)
        if wanted and any(words[at : at + len(wanted)] == wanted for at in range(len(words))):
            return phrase
    return ""


def _words(text: str) -> list[str]:
    plain = unicodedata.normalize("NFKC", text).replace("\u2019", "'").casefold()
    return [str(word) for word in _WORD.findall(plain)]
