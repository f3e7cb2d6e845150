"""From recognised words to tokens that patterns can be laid over.

Conventions: a token is one spoken word in folded spelling (see :mod:`voicesim.behaviour.spelling`), with every
form that it may be read as. Contractions become several tokens. Cut-off words and immediate repetitions of one to
three words are taken as false starts and left out. Punctuation, where the transcript has it, marks sentence ends;
nothing needs it. The quote of a match is made of the words as they were recognised.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from voicesim.audio.span import Span
from voicesim.behaviour.spelling import APOSTROPHES, NUMBER, spell, word_set
from voicesim.speech.words import Word

FILLED_PAUSES: Final = word_set("um uh er erm uhm umm uhh mm mmm hm hmm ah ahm eh em mhm")
LINK: Final = "{link}"
SMILE: Final = "{smile}"
LAUGH: Final = "{laugh}"
HANDLE: Final = "{handle}"
SIGNATURE: Final = "{signature}"
"""Form of an agent's initials or name under a written message ("^JK", "-Becky")."""
QUESTION_MARK: Final = "{question_mark}"
"""Form of the token that stands for a question mark."""
NAME_LIKE: Final = "{capitalised}"
"""Form of a word that is written with a capital inside a sentence."""

_LINK: Final = re.compile(
    r"(?:https?://|www\.)\S+|\S+@\S+\.\w+|\S+\.(?:com|co\.uk|org|net)(?:/\S*)?", re.IGNORECASE
)
_SMILE: Final = re.compile(r"([:;=]-?[)D]+|\(:|[\U0001F600-\U0001F60F\U0001F642\U0001F923\U0001F44D]+)")
_SPLITTERS: Final = (
    _SMILE,
    re.compile(r"(?<=\.\.\.)|(?<=\u2026)"),
    re.compile(r"(?<=[A-Za-z])/(?=[A-Za-z])|--|\u2014|(?<=[a-z])\u2013"),
    re.compile(r"(?<=[a-z]{2}[.?!])(?=[A-Z][a-z])|(?<=[A-Za-z]{2},)(?=[A-Za-z])"),
)
_LAUGH: Final = re.compile(
    r"(?:a*(?:ha){2,}h?|h[ae]h[ae]+\w*|hehe\w*|lol|lmao|rofl|laugh(?:s|ter)|chuckles?)\Z"
)
_SHAPES: Final = (
    (_SMILE, SMILE),
    (_LINK, LINK),
    (re.compile(r"@\S+"), HANDLE),
    (re.compile(r"\^[A-Za-z]+|[-*/][A-Z][A-Za-z]*"), SIGNATURE),
)
_PART: Final = re.compile(r"\(?\d/\d\)?")
_DOTTED: Final = re.compile(r"(?:[a-z]\.)+[a-z]\Z|\d+[ap]\.m\Z")
_OPENING: Final = "\"'([{<\u201c\u2018\u00ab*_~"
_CLOSING: Final = "\"')]}>\u201d\u00bb*_~"
_STOPS: Final = ".?!;"
_ABBREVIATIONS: Final = word_set("mr. mrs. ms. dr. st. no. e.g. i.e. a.m. p.m. etc. approx. ext. vs.")
_SILENT: Final = frozenset({"'s", HANDLE, SIGNATURE, QUESTION_MARK})
_NO_PHRASES: Final[Mapping[str, Sequence[tuple[str, ...]]]] = {}
_NEGATIONS: Final = frozenset(("not", "never"))
_POSSESSIVE_HOSTS: Final = word_set(
    "your order account customer user the an a member policy transaction tracking valid photo ticket booking "
    "case reference my new client employee and email or caller apple login government security"
)
_NO_NAMES: Final = word_set(
    "i my your the this we you our it that if is are was can could would will do did have has had and but "
    "so or for to in on at from with by of as please thanks thank okay ok sorry hi hello hey yes no let "
    "just also then now here there how what when where which who why may might monday tuesday wednesday "
    "thursday friday saturday sunday january february march april june july august september october "
    "november december dm pm am asap id vip sms pin faq app tv us uk usa again since once unfortunately "
    "sir madam maam sure great good perfect not any all some one two don't i'm i'll i've we're we'll "
    "we've you're it's that's there's let's can't english customer service support account order number "
    "email phone name date address plan gold silver bronze platinum manager agent team department message"
)
_AFTER_I_WOULD: Final = word_set(
    "like love be need have suggest recommend say want appreciate rather also just happily ask advise feel hate"
)
_AFTER_WE_WILL: Final = word_set("be get have send fix sort do make need look take let call go find see put")
_BEFORE_WE_WILL: Final = word_set("and so but then okay alright yes")


@dataclass(frozen=True, slots=True)
class Tokens:
    """An utterance as parallel columns, one entry a token."""

    forms: tuple[frozenset[str], ...]
    """Every form that the token may be read as."""
    first: tuple[str, ...]
    """The likeliest form."""
    word: tuple[int, ...]
    """Index of the word that the token came from."""
    is_small: tuple[bool, ...]
    """Whether a pattern may pass over it: fillers and small words such as "just" or "really"."""
    begins: tuple[bool, ...]
    """Whether a sentence (by punctuation) begins here; true of the first token."""
    after_comma: tuple[bool, ...]
    is_quoted: tuple[bool, ...]
    asks: tuple[bool, ...]
    """Whether the sentence around it ends with a question mark."""

    def __len__(self) -> int:
        return len(self.first)


@dataclass(slots=True)
class _Draft:
    """A token while the utterance is read."""

    forms: tuple[str, ...]
    word: int
    begins: bool
    after_comma: bool
    is_quoted: bool
    asks: bool = False
    is_small: bool = False


def tokenise(
    words: Sequence[Word],
    *,
    small_words: frozenset[str] = frozenset(),
    small_phrases: Mapping[str, Sequence[tuple[str, ...]]] = _NO_PHRASES,
) -> Tokens:
    """Tokens of an utterance.

    Args:
        words: as recognised; punctuation and capitals may be there or not.
        small_words: folded words that patterns may pass over.
        small_phrases: the same for phrases of several words, by their first word.
    """
    drafts = _without_false_starts(_read(words))
    _mark_small(drafts, small_words, small_phrases)
    return Tokens(
        forms=tuple(frozenset(d.forms) for d in drafts),
        first=tuple(d.forms[0] for d in drafts),
        word=tuple(d.word for d in drafts),
        is_small=tuple(d.is_small for d in drafts),
        begins=tuple(d.begins or i == 0 for i, d in enumerate(drafts)),
        after_comma=tuple(d.after_comma for d in drafts),
        is_quoted=tuple(d.is_quoted for d in drafts),
        asks=tuple(d.asks for d in drafts),
    )


def words_of(text: str) -> tuple[Word, ...]:
    """Written text as words, each a millisecond of nothing after the other, for patterns without audio.

    >>> [word.text for word in words_of("Hi there!")]
    ['Hi', 'there!']
    """
    return tuple(Word(part, Span(i * 16, i * 16 + 16)) for i, part in enumerate(text.split()))


# --- reading ----------------------------------------------------------------------------------------------


def _read(words: Sequence[Word]) -> list[_Draft]:
    drafts: list[_Draft] = []
    begins, comma, in_quotes = True, False, False
    sentence = 0
    signature = _signature(words)
    for index, word in enumerate(words):
        for chunk in _chunks(word.text if index not in signature else "^" + word.text.lstrip("-^*/")):
            core, opened, closed, stop, has_comma = _peel(chunk)
            in_quotes = in_quotes or opened
            for forms in _forms_of(core, is_first=begins and not drafts[sentence:]):
                drafts.append(_Draft(forms, index, begins, comma, in_quotes))
                begins = comma = False
            in_quotes = in_quotes and not closed
            comma = comma or has_comma
            if stop:
                if "?" in stop and drafts[sentence:]:
                    drafts.append(
                        _Draft(
                            (QUESTION_MARK,),
                            drafts[-1].word,
                            begins=False,
                            after_comma=False,
                            is_quoted=False,
                        )
                    )
                for draft in drafts[sentence:]:
                    draft.asks = "?" in stop
                sentence, begins = len(drafts), True
    if in_quotes:
        for draft in drafts:
            draft.is_quoted = False
    return _read_between(drafts)


def _signature(words: Sequence[Word]) -> frozenset[int]:
    """Index of the name at the end of a written message that a dash sets off ("Thanks - Anna 1/2")."""
    last = len(words) - 1
    while last > 0 and (_PART.fullmatch(words[last].text) or _LINK.fullmatch(words[last].text)):
        last -= 1
    is_name = last > 1 and words[last].text.isalpha() and words[last].text[:1].isupper()
    return (
        frozenset((last,)) if is_name and words[last - 1].text in {"-", "\u2013", "\u2014"} else frozenset()
    )


@lru_cache(maxsize=4096)
def _chunks(text: str) -> tuple[str, ...]:
    text = unicodedata.normalize("NFKC", text).translate(APOSTROPHES)
    if text.isalpha() or _LINK.search(text):
        return (text,)
    parts = [text]
    for splitter in _SPLITTERS:
        parts = [piece for part in parts for piece in splitter.split(part) if piece and not piece.isspace()]
    return tuple(parts)


@lru_cache(maxsize=4096)
def _peel(chunk: str) -> tuple[str, bool, bool, str, bool]:
    """The bare word, whether a quotation opens and closes, the sentence end after it, and any comma."""
    if _SMILE.fullmatch(chunk):
        return chunk, False, False, "", False
    opened = chunk[:1] in {'"', "\u201c"}
    core = chunk.lstrip(_OPENING)
    tail = ""
    while core and (core[-1] in _STOPS + _CLOSING + ",:\u2026" or (core[-1] == "-" and len(core) == 1)):
        tail = core[-1] + tail
        core = core[:-1]
    closed = '"' in tail or "\u201d" in tail
    if not core and chunk.strip("\"'") in {"", ",", "-"}:
        return "", opened, closed, "", "," in chunk or "-" in chunk
    if f"{core.lower()}." in _ABBREVIATIONS and tail == ".":
        return core, opened, closed, "", False
    is_trailing_off = "..." in tail or "\u2026" in tail
    stop = "" if is_trailing_off and "?" not in tail else "".join(char for char in tail if char in _STOPS)
    return core, opened, closed, stop, bool(tail) and not stop


@lru_cache(maxsize=4096)
def _forms_of(core: str, *, is_first: bool) -> tuple[tuple[str, ...], ...]:
    if not core or core.endswith("-"):
        return ()
    for shape, form in _SHAPES:
        if shape.fullmatch(core):
            return ((form,),)
    lower = core.lower().strip("#&")
    if _DOTTED.match(lower):
        lower = lower.replace(".", "")
    if not lower:
        return (("and",),) if core == "&" else ()
    if _LAUGH.match(lower):
        return ((LAUGH, lower),)
    spelled = spell(lower)
    if core[:1].isupper() and not is_first and len(spelled) == 1 and lower not in _NO_NAMES:
        return ((*spelled[0], NAME_LIKE),)
    return spelled


def _read_between(drafts: list[_Draft]) -> list[_Draft]:
    """Words that need their neighbours: "id" and "ill" without apostrophe, "well" for "we'll"."""
    out: list[_Draft] = []
    for i, draft in enumerate(drafts):
        before = drafts[i - 1].forms[0] if i and not draft.begins else ""
        after = drafts[i + 1].forms[0] if i + 1 < len(drafts) else ""
        head = draft.forms[0]
        parts: tuple[tuple[str, ...], ...] = ()
        if head == "id" and before not in _POSSESSIVE_HOSTS and after in _AFTER_I_WOULD:
            parts = (("i",), ("would", "had"))
        elif head == "well" and after in _AFTER_WE_WILL and (not before or before in _BEFORE_WE_WILL):
            parts = (("we",), ("will",))
        elif (
            head == "were"
            and (not before or before in _BEFORE_WE_WILL)
            and after in {"going", "happy", "here", "sorry"}
        ):
            parts = (("we",), ("are",))
        if not parts:
            out.append(draft)
            continue
        for n, forms in enumerate(parts):
            out.append(
                _Draft(
                    forms,
                    draft.word,
                    draft.begins and n == 0,
                    draft.after_comma and n == 0,
                    draft.is_quoted,
                    draft.asks,
                )
            )
    return out


# --- false starts and small words -------------------------------------------------------------------------


def _without_false_starts(drafts: list[_Draft]) -> list[_Draft]:
    """The last of immediate repetitions ("we can we can", "I um I"); digits that repeat are data, not stutter."""
    spoken = [i for i, d in enumerate(drafts) if d.forms[0] not in FILLED_PAUSES]
    heads = [drafts[i].forms[0] for i in spoken]
    dropped: set[int] = set()
    for at in range(len(spoken)):
        for n in (3, 2, 1):
            if heads[at : at + n] == heads[at + n : at + 2 * n] and _is_stutter(
                drafts, spoken[at + n : at + 2 * n]
            ):
                dropped.update(spoken[at : at + n])
                first, second = drafts[spoken[at]], drafts[spoken[at + n]]
                second.begins = second.begins or first.begins
                break
    return [draft for k, draft in enumerate(drafts) if k not in dropped] if dropped else drafts


def _is_stutter(drafts: list[_Draft], again: list[int]) -> bool:
    return bool(again) and not any(drafts[k].begins or NUMBER in drafts[k].forms for k in again)


def _mark_small(
    drafts: list[_Draft], small_words: frozenset[str], small_phrases: Mapping[str, Sequence[tuple[str, ...]]]
) -> None:
    heads = [draft.forms[0] for draft in drafts]
    for draft, head in zip(drafts, heads, strict=True):
        draft.is_small = draft.is_small or head in small_words or head in FILLED_PAUSES or head in _SILENT
    for i, head in enumerate(heads):
        for phrase in small_phrases.get(head, ()):
            n = len(phrase)
            if tuple(heads[i : i + n]) == phrase and not any(d.begins for d in drafts[i + 1 : i + n]):
                for draft in drafts[i : i + n]:
                    draft.is_small = True


def phrases_by_head(phrases: Iterable[tuple[str, ...]]) -> Mapping[str, tuple[tuple[str, ...], ...]]:
    """Phrases by their first word, as :func:`tokenise` wants them."""
    found: dict[str, tuple[tuple[str, ...], ...]] = {}
    for phrase in phrases:
        found[phrase[0]] = (*found.get(phrase[0], ()), phrase)
    return found


def is_negation(forms: frozenset[str]) -> bool:
    """Whether a token turns what follows into its opposite."""
    return not forms.isdisjoint(_NEGATIONS)
