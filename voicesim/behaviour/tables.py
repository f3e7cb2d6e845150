"""The behaviours that are looked for, and looking for them in one utterance.

Conventions: a behaviour counts once an utterance, however often it is there; of several matches the first that
the recogniser is certain of is taken. :meth:`Tables.explain` shows the matches that do not count, and why.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from voicesim.audio.span import Span
from voicesim.behaviour.behaviours import Behaviour, Block, Cue, Lexicon
from voicesim.behaviour.conditions import Heard, condition_refusal
from voicesim.behaviour.groups import Hit, PatternGroup, Written
from voicesim.behaviour.lexing import Tokens, tokenise, words_of
from voicesim.behaviour.observation import Observation
from voicesim.behaviour.pattern import Grid
from voicesim.speech.words import Word


@dataclass(frozen=True, slots=True)
class Explained:
    """A pattern that is in an utterance, and whether it counts."""

    behaviour_id: str
    pattern: str
    quote: str
    reason: str
    """Why it does not count; empty when it does."""

    @property
    def counts(self) -> bool:
        """Whether the behaviour is observed by it."""
        return not self.reason


@dataclass(frozen=True, slots=True)
class _Match:
    behaviour: Behaviour
    block: Block
    pattern: str
    hit: Hit
    refusal: str


class Tables:
    """All behaviours and customer cues, ready to run.

    Made by :func:`~voicesim.behaviour.loading.load_tables`. Running it changes nothing that can be seen:
    patterns are compiled when first needed.
    """

    def __init__(self, behaviours: Sequence[Behaviour], cues: Sequence[Cue], lexicon: Lexicon) -> None:
        self.behaviours = tuple(behaviours)
        self.cues = tuple(cues)
        self._lexicon = lexicon
        owned = [
            (b, block, p) for b in self.behaviours for block in b.blocks for p in block.patterns.patterns
        ]
        self._owners = [(behaviour, block) for behaviour, block, _ in owned]
        self._all = PatternGroup([pattern for *_, pattern in owned], lexicon.lists)
        self._named = [(b, block) for b in self.behaviours for block in b.blocks if block.takes != "patterns"]
        self._grid_of = lru_cache(maxsize=256)(lambda text: self._grid(words_of(text)))

    @property
    def ids(self) -> tuple[str, ...]:
        """Ids of the behaviours, in the order of the tables."""
        return tuple(behaviour.behaviour_id for behaviour in self.behaviours)

    def behaviour(self, behaviour_id: str) -> Behaviour | None:
        """A behaviour by its id."""
        return next((b for b in self.behaviours if b.behaviour_id == behaviour_id), None)

    def observe(
        self,
        words: Sequence[Word],
        *,
        context: str = "",
        is_first: bool = False,
        utterance: int = 0,
        gate: float = 0.5,
        glossary: Iterable[str] = (),
        customer_name: str = "",
    ) -> tuple[Observation, ...]:
        """The behaviours in one utterance of the trainee, each at most once, in the order of the tables.

        Args:
            words: as recognised.
            context: what the customer said before.
            is_first: whether it is the trainee's first utterance of the call.
            utterance: its index, carried into the observations.
            gate: confidence (0..1) that every matched word has to reach for the observation to be certain.
            glossary: internal terms that need an explanation.
            customer_name: as the scenario gives it.
        """
        heard = self._hear(words, context, is_first)
        best: dict[str, Observation] = {}
        for match in self._matches(heard, glossary, customer_name):
            known = best.get(match.behaviour.behaviour_id)
            if match.refusal or (known is not None and known.is_certain):
                continue
            seen = _observation(match, heard, utterance, gate)
            if known is None or seen.is_certain:
                best[match.behaviour.behaviour_id] = seen
        return tuple(best[behaviour_id] for behaviour_id in self.ids if behaviour_id in best)

    def explain(
        self,
        text: str,
        *,
        context: str = "",
        is_first: bool = False,
        glossary: Iterable[str] = (),
        customer_name: str = "",
    ) -> tuple[Explained, ...]:
        """Every pattern that is in a sentence, those that do not count with the reason."""
        heard = self._hear(words_of(text), context, is_first)
        return tuple(
            Explained(m.behaviour.behaviour_id, m.pattern, _quote(heard, m.hit), m.refusal)
            for m in self._matches(heard, glossary, customer_name)
        )

    def cues_in(self, text: str) -> tuple[str, ...]:
        """Ids of the customer cues in what the customer said, in the order of the tables."""
        grid = self._grid_of(text)
        return tuple(cue.cue_id for cue in self.cues if self._is_in(cue, grid))

    def mentions(self, text: str, term: str) -> bool:
        """Whether a term is in a text, in any spelling."""
        return bool(term) and PatternGroup((Written(_plain(term)),), self._lexicon.lists).is_in(
            self._grid_of(text)
        )

    def n_questions(self, text: str) -> int:
        """How many questions a text asks: by question marks where there are any, else by how sentences begin."""
        from voicesim.behaviour.conditions import count_questions

        return count_questions(self._grid_of(text), self._lexicon.questions)

    # --- matching -----------------------------------------------------------------------------------------

    def _grid(self, words: Sequence[Word]) -> Grid:
        lexicon = self._lexicon
        tokens = tokenise(words, small_words=lexicon.small_words, small_phrases=lexicon.small_phrases)
        forms = tuple(lexicon.vocabulary.expand(forms) for forms in tokens.forms)
        small = tuple(
            is_small or (meant != said and not meant.isdisjoint(lexicon.small_words))
            for is_small, said, meant in zip(tokens.is_small, tokens.forms, forms, strict=True)
        )
        return Grid(replace(tokens, forms=forms, is_small=small))

    def _hear(self, words: Sequence[Word], context: str, is_first: bool) -> Heard:
        return Heard(words, self._grid(words), self._grid_of(context), is_first)

    def _matches(self, heard: Heard, glossary: Iterable[str], customer_name: str) -> list[_Match]:
        found = list(self._all_matches(heard, glossary, customer_name))
        if not any(match.block.gives_way_to for match in found):
            return found
        taken = {
            (match.behaviour.behaviour_id, _sentence(heard.tokens, match.hit))
            for match in found
            if not match.refusal and not match.block.gives_way_to
        }
        return [_giving_way(match, heard.tokens, taken) for match in found]

    def _all_matches(self, heard: Heard, glossary: Iterable[str], customer_name: str) -> Iterator[_Match]:
        for hit in self._all.hits(heard.grid):
            behaviour, block = self._owners[hit.index]
            yield self._match(behaviour, block, heard, hit, self._all.patterns[hit.index].text)
        for behaviour, block in self._named:
            terms = glossary if block.takes == "glossary" else (customer_name, *customer_name.split())
            written = [Written(plain) for term in terms if (plain := _plain(term))]
            group = PatternGroup(written, self._lexicon.lists)
            for hit in group.hits(heard.grid):
                yield self._match(behaviour, block, heard, hit, written[hit.index].text)

    def _match(self, behaviour: Behaviour, block: Block, heard: Heard, hit: Hit, pattern: str) -> _Match:
        excepted = behaviour.exceptions.hits(heard.grid) if behaviour.exceptions else ()
        exception = next(
            (other for other in excepted if other.start < hit.end and hit.start < other.end), None
        )
        if exception is not None:
            refusal = f"the exception {behaviour.exceptions.patterns[exception.index].text}"
        else:
            refusal = condition_refusal(
                block, heard, hit, self._lexicon.questions
            ) or self._lexicon.guards.refusal(heard.grid, hit.start, hit.end, block.ignore)
        return _Match(behaviour, block, pattern, hit, refusal)

    def _is_in(self, cue: Cue, grid: Grid) -> bool:
        ignore = frozenset(("report", "quotation"))
        for hit in cue.patterns.hits(grid):
            excepted = any(o.start < hit.end and hit.start < o.end for o in cue.exceptions.hits(grid))
            if not excepted and not self._lexicon.guards.refusal(grid, hit.start, hit.end, ignore):
                return True
        return False


def _sentence(tokens: Tokens, hit: Hit) -> int:
    """Where the sentence of a match begins."""
    return max(i for i in range(hit.start + 1) if tokens.begins[i])


def _giving_way(match: _Match, tokens: Tokens, taken: set[tuple[str, int]]) -> _Match:
    if match.refusal or not match.block.gives_way_to:
        return match
    sentence = _sentence(tokens, match.hit)
    first = next((b for b in sorted(match.block.gives_way_to) if (b, sentence) in taken), "")
    return replace(match, refusal=f"the sentence is {first}") if first else match


def _plain(term: str) -> str:
    """A term as a pattern: its words, without what the pattern language gives a meaning."""
    return " ".join("".join(c for c in word if c.isalnum() or c in "'-") for word in term.split()).strip()


def _matched_words(heard: Heard, hit: Hit) -> Sequence[Word]:
    first, last = heard.tokens.word[hit.start], heard.tokens.word[hit.end - 1]
    return heard.words[first : last + 1]


def _quote(heard: Heard, hit: Hit) -> str:
    return " ".join(word.text for word in _matched_words(heard, hit))


def _observation(match: _Match, heard: Heard, utterance: int, gate: float) -> Observation:
    words = _matched_words(heard, match.hit)
    confidence = min(word.confidence for word in words)
    return Observation(
        behaviour_id=match.behaviour.behaviour_id,
        span=Span(words[0].span.start, max(word.span.end for word in words)),
        quote=_quote(heard, match.hit),
        pattern=match.pattern,
        confidence=confidence,
        utterance=utterance,
        costs_points=match.behaviour.costs_points,
        is_certain=confidence >= gate,
    )
