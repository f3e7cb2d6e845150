"""Is the trainee's turn over? By the words so far and the melody that they ended on.

Conventions: :func:`needed_silence` is pure and says why. The words fall into four classes: a *question* and a
*statement* that are whole, words that are *open* (they could end here or not), and words that are *unfinished*
("my number is", "because", "and the", "um"). A low end of the melody makes the silence shorter, one that climbs
makes it longer, except after a question, which may end high.

Sources: that the end of a turn is heard in syntax first and in pitch second: Ford & Thompson (1996), "Interactional
units in conversation"; de Ruiter, Mitterer & Enfield (2006), "Projecting the end of a speaker's turn". Pauses
inside turns last 0.4 to 1.0 s often enough that silence alone cannot tell: Heldner & Edlund (2010), "Pauses, gaps
and overlaps in conversations". The silences are a choice of this project, made on the sentences of its behaviour
tables and reported beside plain silence by ``python -m tests.live.turn_ends``.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from typing import Final

from voicesim.audio.clip import SAMPLE_RATE_HZ
from voicesim.speech.melody import Melody
from voicesim.speech.words import Word

FALLEN_ST: Final = 2.5
"""A melody that ends this far below the middle of the turn has come down."""

CLIMBED_ST: Final = -1.5
"""One that ends this far above it hangs in the air."""

CLAUSE_GAP_S: Final = 0.25
"""Words this far apart belong to different clauses, where nothing is punctuated."""

LEAST_STATEMENT_WORDS: Final = 4


class Completeness(StrEnum):
    """What the words so far are."""

    QUESTION = "question"
    CLOSING = "closing"
    STATEMENT = "statement"
    OPEN = "open"
    UNFINISHED = "unfinished"
    NO_WORDS = "no_words"


@dataclass(frozen=True, slots=True)
class Judgement:
    """How long a silence ends the turn now, and why."""

    silence_s: float
    because: str
    """Class and last words, then how the melody ended where that counts: ``statement: for you, low``."""


SILENCE_S: Final = {
    # class: (melody low, melody level or unknown, melody high)
    Completeness.QUESTION: (0.4, 0.45, 0.5),
    Completeness.CLOSING: (0.4, 0.45, 0.5),
    Completeness.STATEMENT: (0.5, 1.15, 1.15),
    Completeness.OPEN: (1.1, 1.15, 1.15),
    Completeness.UNFINISHED: (1.2, 1.6, 1.6),
    Completeness.NO_WORDS: (0.7, 0.7, 0.7),
}

LONGEST_S: Final = 1.6
"""However unfinished the words: a trainee who stops in the middle is answered after this."""


def needed_silence(words: Sequence[Word], melody: Melody | None) -> Judgement:
    """The silence that ends a turn of these words.

    Args:
        words: of the turn so far, in order.
        melody: how it ended, where enough of it was voiced.
    """
    completeness, because = completeness_of(words)
    low, level, high = SILENCE_S[completeness]
    if melody is None:
        return Judgement(level, because)
    if melody.fall_st >= FALLEN_ST:
        return Judgement(low, f"{because}, low")
    if melody.fall_st <= CLIMBED_ST:
        return Judgement(high, f"{because}, high")
    return Judgement(level, because)


def is_whole(words: Sequence[Word], melody: Melody | None) -> bool:
    """Whether words end with a whole sentence, so that what follows a pause can be understood without them.

    Args:
        words: up to the pause.
        melody: how they ended, where it is known.
    """
    completeness, _ = completeness_of(words)
    if completeness is Completeness.STATEMENT:
        is_low = melody is not None and melody.fall_st >= FALLEN_ST
        return is_low or words[-1].text.endswith((".", "!"))
    return completeness in {Completeness.QUESTION, Completeness.CLOSING}


# --- the words --------------------------------------------------------------------------------------------


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


_DETERMINERS: Final = (
    "a an the my your our their his its these those every each some any no another which whose"
)
_PREPOSITIONS: Final = (
    "of for with from at by into onto as without between during until through than per via to"
)
_CONJUNCTIONS: Final = "and or but because if when while although unless since whether where who how why"
_AUXILIARIES: Final = (
    "is are was were am be been being have has had do does did will would can could shall should may might must "
    "i'm you're we're they're it's that's there's he's she's what's who's where's i'll you'll we'll they'll it'll "
    "i've you've we've they've i'd you'd we'd isn't aren't wasn't don't doesn't didn't can't couldn't won't "
    "wouldn't shouldn't haven't hasn't"
)
_OTHERS: Final = "i we they he she um uh er erm hmm very quite just not let's"
_UNFINISHED: Final = _set(f"{_DETERMINERS} {_PREPOSITIONS} {_CONJUNCTIONS} {_AUXILIARIES} {_OTHERS}")

_UNFINISHED_PAIRS: Final = frozenset(
    tuple(pair.split())
    for pair in (
        *("let me", "give me", "tell me", "show me", "send me", "let us", "need you", "want you", "see you"),
        *(
            "i want",
            "i need",
            "you need",
            "you want",
            "like you",
            "i think",
            "i see that",
            "i believe",
            "i mean",
        ),
        *(
            "i guess",
            "i suppose",
            "going to",
            "able to",
            "have to",
            "sort of",
            "kind of",
            "i can see",
            "make sure",
        ),
        *(
            "can you",
            "could you",
            "would you",
            "will you",
            "do you",
            "did you",
            "are you",
            "have you",
            "may i",
        ),
        *(
            "can i",
            "could i",
            "shall i",
            "should i",
            "i would like",
            "in order",
            "such as",
            "like me",
            "like to",
        ),
        *(
            "so you",
            "and you",
            "that you",
            "if you",
            "when you",
            "what you",
            "how you",
            "because it",
            "that it",
        ),
        *("if it", "when it", "and it", "is there", "are there", "what it", "on your", "in the", "on the"),
        *("thank you for", "i completely", "i fully", "i totally", "i certainly", "i really", "must be"),
    )
    if len(pair.split()) == 2
)

_STRANDABLE: Final = _set("of for with from at by about to as into")
_STRANDABLE_IN_ANY: Final = frozenset(("with", "about"))
_ASKING: Final = _set("what where who whom which when why how whose what's where's who's how's when's")
_INVERTING: Final = _set(
    "is are was were am do does did can could will would shall should may might must have has had isn't aren't "
    "don't doesn't didn't can't couldn't won't wouldn't haven't hasn't"
)
_SUBJECTS: Final = _set(
    "i you we they he she it that this there these those the your my our anything anyone everything everybody "
    "someone somebody something anybody"
)
_ASKING_PAIRS: Final = frozenset(
    tuple(pair.split())
    for pair in (
        *(
            "can i",
            "could i",
            "may i",
            "shall i",
            "shall we",
            "can you",
            "could you",
            "would you",
            "will you",
        ),
        *("do you", "did you", "have you", "are you", "were you", "is there", "is it", "is that", "was it"),
    )
)
_LEADS: Final = _set(
    "so and but okay ok well right now yes no sure alright all oh thanks thank you sorry then first also please "
    "just great good perfect of course a moment i see"
)
_PRONOUNS: Final = _set("i you we they he she it that there this nobody everybody somebody everyone someone")
_SUBORDINATING: Final = _set("if when because since while although unless once whenever")
_NUMERALS: Final = _set(
    "zero oh one two three four five six seven eight nine double triple alpha bravo charlie delta echo foxtrot "
    "golf hotel india juliet kilo lima mike november oscar papa quebec romeo sierra tango uniform victor whiskey "
    "yankee zulu"
)
_TRANSITIVE: Final = _set(
    "help give take send read reach change leave put get make find tell show bring enter press confirm verify spell "
    "tried try keep hold need want like know say said see ask return cancel spoke"
)
"""Verbs that seldom end a turn and sometimes do."""

_OFTEN_GO_ON: Final = _set(
    "that this so too really then again there here on in out up new first second other different "
    "wrong same next nobody everybody somebody anybody everyone someone anyone"
)
"""Words that end a turn about as often as not."""

_SHORT_WORDS: Final = 3
_SHORT_CLAUSE_WORDS: Final = 5

_VERBISH: Final = re.compile(
    r"(?:'ll|'m|'re|'ve|'d|n't)\Z|\A(?:is|are|was|were|am|be|have|has|had|do|does|did|will|would|can|could|shall|"
    r"should|may|might|must|let|let's|thank|thanks|please|understand|know|hear|see|apologise|apologize|need|want|"
    r"looks?|seems?|sounds?|means?|says?|said|gets?|got|goes|went|comes?|came|takes?|took|makes?|made|sends?|sent|"
    r"gives?|gave|finds?|found|calls?|called|checks?|checked|helps?|hope|think|believe|appreciate|it's|that's|"
    r"there's|here's|what's)\Z"
)
_CLOSING: Final = tuple(
    tuple(text.split())
    for text in (
        *("goodbye", "bye", "good bye", "you're welcome", "you are welcome", "you're very welcome"),
        *("you are very welcome", "take care", "have a nice day", "have a good day", "have a lovely day"),
        *(
            "have a great day",
            "one moment please",
            "of course",
            "no problem",
            "thank you very much",
            "yes please",
        ),
    )
)
"""Ways to end a turn that little can follow."""

_QUESTION_TAGS: Final = ("please", "right", "correct", "okay", "yes")

_GOING_ON: Final = ("...", "\u2026", ",", "-", "\u2013")
"""Marks of a recogniser that heard a sentence break off."""

_BARE: Final = re.compile(r"[^\w']+")


def completeness_of(words: Sequence[Word]) -> tuple[Completeness, str]:
    """Whether words could be a whole turn, and the reason in a word or two."""
    tokens = [_BARE.sub("", word.text.casefold().replace("\u2019", "'")) for word in words]
    said = [(token, word) for token, word in zip(tokens, words, strict=True) if token]
    if not said:
        return Completeness.NO_WORDS, "no_words"
    mark = said[-1][1].text.rstrip("\"')")[-1:]
    clause = _last_clause(said)
    completeness = _class_of(clause, words[-1].text, mark)
    return completeness, f"{completeness.value}: {' '.join(clause[-2:])}"


def _class_of(clause: Sequence[str], last: str, mark: str) -> Completeness:
    """What a clause is; ``last`` is its last word with all its marks, ``mark`` the last of them."""
    hanging = Completeness.UNFINISHED if last.endswith(_GOING_ON) else _hanging(clause)
    if hanging is Completeness.UNFINISHED:
        return hanging
    if any(tuple(clause[-len(closing) :]) == closing for closing in _CLOSING):
        return Completeness.CLOSING
    if hanging is not None or _is_number(clause):
        return Completeness.OPEN
    if mark == "?" or _is_question(clause):
        return Completeness.QUESTION
    is_statement = len(clause) >= LEAST_STATEMENT_WORDS and any(_VERBISH.search(token) for token in clause)
    return Completeness.STATEMENT if is_statement else Completeness.OPEN


def _is_number(clause: Sequence[str]) -> bool:
    """Whether words end in digits or letters that are spelled out; more of them may follow."""
    if clause[-1] == "one":
        return len(clause) > 1 and clause[-2] in _NUMERALS
    return clause[-1] in _NUMERALS or len(clause[-1]) == 1


def _last_clause(said: Sequence[tuple[str, Word]]) -> list[str]:
    """The words since the last mark that ends a sentence, or since the last pause."""
    start = 0
    for i in range(1, len(said)):
        before, word = said[i - 1][1], said[i][1]
        gap_s = (word.span.start - before.span.end) / SAMPLE_RATE_HZ
        if before.text.endswith((".", "?", "!")) or gap_s >= CLAUSE_GAP_S:
            start = i
    return [token for token, _ in said[start:]]


def _hanging(clause: Sequence[str]) -> Completeness | None:
    """Whether words ask for more by their grammar, or might."""
    last, before = clause[-1], clause[-2] if len(clause) > 1 else ""
    core = _without_leads(clause)
    is_strandable = (last in _STRANDABLE and not _ASKING.isdisjoint(core)) or (
        last in _STRANDABLE_IN_ANY and bool(core) and core[0] in _INVERTING
    )
    if is_strandable and len(core) > _SHORT_WORDS:
        return None
    if (before, last) in _UNFINISHED_PAIRS or (before in _INVERTING and last in _PRONOUNS):
        return Completeness.UNFINISHED
    is_subordinate = bool(core) and core[0] in _SUBORDINATING
    if is_subordinate and len(core) <= _SHORT_CLAUSE_WORDS:
        return Completeness.UNFINISHED
    if last in _UNFINISHED:
        # "As soon as we can", "yes, it is": the pronoun makes it possible.
        is_possible = last in _INVERTING and before in _PRONOUNS
        return Completeness.OPEN if is_possible else Completeness.UNFINISHED
    return Completeness.OPEN if is_subordinate or last in _TRANSITIVE or last in _OFTEN_GO_ON else None


def _without_leads(clause: Sequence[str]) -> list[str]:
    """Without "so", "okay", "thank you" in front."""
    first = next((i for i, token in enumerate(clause) if token not in _LEADS), len(clause))
    return list(clause[first:])


def _is_question(clause: Sequence[str]) -> bool:
    """Whether the clause asks, by its first words or its last."""
    core = _without_leads(clause[_last_asking(clause) :])
    if len(core) > _SHORT_WORDS and core[-1] in _QUESTION_TAGS:
        core = core[:-1]
    if len(core) < _SHORT_WORDS:
        return False
    if core[0] in _INVERTING and core[1] in _SUBJECTS:
        return len(core) > _SHORT_WORDS + 1
    if core[0] in _ASKING:
        is_inverted = any(a in _INVERTING and b in _SUBJECTS for a, b in pairwise(core[1:]))
        return is_inverted or core[0].endswith("'s")
    return False


def _last_asking(clause: Sequence[str]) -> int:
    """Where the last question begins in words without marks: "thank you for calling | how can I help"."""
    for i in range(len(clause) - 3, 0, -1):
        first, second, third = clause[i : i + 3]
        if first in _ASKING and second in _INVERTING and third in _SUBJECTS:
            return i
        if (first, second) in _ASKING_PAIRS and clause[i - 1] not in _ASKING | _PRONOUNS:
            return i
    return 0
