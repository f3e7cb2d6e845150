"""How well the tables see what their own examples show, as written and as a recogniser would mishear them.

Conventions: every behaviour is judged on its own examples and look-alikes alone. Shares are 0..1; a share without a
denominator is ``None``.

Source: precision, recall and F1 as van Rijsbergen, Information Retrieval (1979), defines them; word error rate is the
word-level edit distance over the number of words said, as recognisers are commonly compared by.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from statistics import fmean

from voicesim.behaviour.behaviours import Behaviour
from voicesim.behaviour.lexing import words_of
from voicesim.behaviour.noise import RecogniserNoise, plain, word_errors
from voicesim.behaviour.tables import Tables


@dataclass(frozen=True, slots=True, kw_only=True)
class BehaviourScore:
    """One behaviour, counted over its examples and look-alikes (over all seeds, where the words are misheard)."""

    behaviour_id: str
    costs_points: bool
    right: int
    """Examples that it was seen in."""
    missed: int
    """Examples that it was not seen in."""
    wrong: int
    """Look-alikes that it was seen in."""
    passed: int
    """Look-alikes that it was not seen in."""

    @property
    def precision(self) -> float | None:
        """Of what was seen, the share that was there."""
        return _share(self.right, self.right + self.wrong)

    @property
    def recall(self) -> float | None:
        """Of what was there, the share that was seen."""
        return _share(self.right, self.right + self.missed)

    @property
    def f1(self) -> float | None:
        """Harmonic mean of precision and recall."""
        return _share(2 * self.right, 2 * self.right + self.wrong + self.missed)


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    """All behaviours under one condition."""

    asked_error_rate: float
    """Word errors per word that were asked for, 0..1; 0: the examples as written."""
    word_error_rate: float
    """Word errors per word that were made."""
    scores: tuple[BehaviourScore, ...]
    """In the order of the tables."""

    @property
    def mean_f1(self) -> float:
        """Mean F1 over the behaviours (macro)."""
        return fmean(score.f1 or 0.0 for score in self.scores) if self.scores else 0.0


def evaluate(tables: Tables, *, noise: float = 0.0, seeds: Iterable[int] = (1,)) -> Evaluation:
    """Count what the tables see in their own examples.

    Args:
        tables: patterns and examples.
        noise: word errors per word, 0..1; with 0 the examples are taken as they are written, with more as a
            recogniser would write them: misheard, in lower case, without punctuation.
        seeds: one misheard copy of every example for each; of no effect without noise.
    """
    copies = tuple(seeds) if noise > 0.0 else (0,)
    recogniser = RecogniserNoise(lexicon(tables)) if noise > 0.0 else None
    made, said = 0, 0
    scores: list[BehaviourScore] = []
    for behaviour in tables.behaviours:
        seen = {True: [0, 0], False: [0, 0]}
        for is_positive, text, context in _examples(behaviour):
            for seed in copies:
                heard = text
                if recogniser is not None:
                    heard = recogniser.misheard(text, rate=noise, seed=seed)
                    made += word_errors(text, heard)
                    said += len(plain(text))
                is_seen = any(
                    o.behaviour_id == behaviour.behaviour_id
                    for o in tables.observe(words_of(heard), context=context, is_first=not context)
                )
                seen[is_positive][is_seen] += 1
        scores.append(
            BehaviourScore(
                behaviour_id=behaviour.behaviour_id,
                costs_points=behaviour.costs_points,
                right=seen[True][True],
                missed=seen[True][False],
                wrong=seen[False][True],
                passed=seen[False][False],
            )
        )
    return Evaluation(
        asked_error_rate=noise if recogniser else 0.0,
        word_error_rate=made / said if said else 0.0,
        scores=tuple(scores),
    )


def lexicon(tables: Tables) -> tuple[str, ...]:
    """Every word of the tables' examples."""
    return tuple(
        sorted({word for b in tables.behaviours for _, text, _ in _examples(b) for word in plain(text)})
    )


def _examples(behaviour: Behaviour) -> Iterator[tuple[bool, str, str]]:
    """Whether it shows the behaviour, its text, and what the customer said before."""
    for is_positive, examples in ((True, behaviour.examples), (False, behaviour.look_alikes)):
        for example in examples:
            yield is_positive, example.text, example.context


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None
