"""What the customer makes of a turn of the trainee: questions, what was waited for, mere attention."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Final

from voicesim.scenario.model import Fact, Listening, Moment, Scenario
from voicesim.scenario.moods import EMPATHY
from voicesim.scenario.numerals import in_signs
from voicesim.scenario.phrases import asks_about, folded, holds, places, questions_in
from voicesim.scenario.turn import HeardTurn, State

WHOLE_BELOW_DIGITS: Final = 3
"""A number of fewer digits must stand by itself: "ten" is not in "one oh three"."""

MAX_ANSWERS: Final = 2
"""How often the customer gives one fact."""

_ASKING: Final = frozenset({"asks_for_details", "clarifying_question", "direct_question"})
_ONLY_ATTENTION: Final = frozenset({"acknowledges"})
_SMALL_TURN_WORDS: Final = 3
_SMALL_WORDS: Final = frozenset(
    (
        *("okay", "ok", "yes", "yeah", "yep", "right", "sure", "i", "see", "got", "it", "well", "oh", "ah"),
        *("mm", "mhm", "hm", "hmm", "uh", "um", "huh", "alright", "all"),
    )
)


def asked_facts(scenario: Scenario, state: State, heard: HeardTurn, words: Sequence[str]) -> tuple[Fact, ...]:
    """Facts that are asked for in a turn and that the customer is still willing to give."""
    told = dict(state.told)
    questions = [folded(o.quote) for o in heard.observations if o.behaviour_id in _ASKING]
    questions += questions_in(heard.text)

    def is_asked(phrase: Sequence[str]) -> bool:
        return asks_about(words, phrase) or any(holds(question, phrase) for question in questions)

    asked = (fact for fact in scenario.facts if any(is_asked(phrase) for phrase in fact.asked_by))
    willing = tuple(fact for fact in asked if told.get(fact.fact_id, 0) < MAX_ANSWERS)
    # Those not told yet come first, so that asking again for all of them leads on.
    fresh_first = sorted(willing, key=lambda fact: told.get(fact.fact_id, 0))
    return willing if scenario.facts_a_turn is None else tuple(fresh_first[: scenario.facts_a_turn])


def phrases_in(moment: Moment, words: Sequence[str]) -> tuple[str, ...]:
    """Key phrases of a moment that stand in a turn."""
    listened = (phrase for listening in moment.listens_for for phrase in listening.phrases)
    signs = in_signs(words)
    return tuple(
        " ".join(phrase)
        for phrase in listened
        if holds(words, phrase) or _holds_signs(signs, in_signs(phrase))
    )


def _holds_signs(signs: Sequence[str], phrase: Sequence[str]) -> bool:
    """Whether a phrase with numbers in it stands there, a short number not as a part of a longer one."""
    n_digits = sum(sign.isdigit() for sign in phrase)
    if not n_digits:
        return holds(signs, phrase)
    for at, end in places(signs, phrase):
        before, after = signs[max(0, at - 1) : at], signs[end : end + 1]
        is_part = (phrase[0].isdigit() and any(s.isdigit() for s in before)) or (
            phrase[-1].isdigit() and any(s.isdigit() for s in after)
        )
        if n_digits >= WHOLE_BELOW_DIGITS or not is_part:
            return True
    return False


def is_in_time(moment: Moment, mood: float, behaviour: str) -> bool:
    """Whether a behaviour comes when it is worth most.

    Empathy is, for a customer who is unhappy, and where the moment calls for it; all else always is.
    """
    if behaviour not in EMPATHY or mood < 0.0:
        return True
    called_for = {*moment.expects, *(name for one in moment.listens_for for name in one.behaviours)}
    return not EMPATHY.isdisjoint(called_for)


def is_met(listening: Listening, state: State, told: Collection[str]) -> bool:
    """Whether something that is listened for has come, by all that was heard in the moment.

    Args:
        listening: what is listened for; with nothing named it is met by anything.
        state: after the turn was noted in it.
        told: facts given by now.
    """
    if state.mood < listening.mood_at_least:
        return False
    checks = [name in state.seen for name in listening.behaviours]
    checks += [name in told for name in listening.facts]
    checks += [" ".join(phrase) in state.heard for phrase in listening.phrases]
    return not checks or (all(checks) if listening.needs_all else any(checks))


def is_mere_attention(heard: HeardTurn, words: Sequence[str]) -> bool:
    """Whether a turn says no more than "okay" or "I see"."""
    is_small = len(words) <= _SMALL_TURN_WORDS and all(word in _SMALL_WORDS for word in words)
    return is_small or (bool(heard.behaviours) and set(heard.behaviours) <= _ONLY_ATTENTION)
