"""What the pattern tables see in their own examples, as written and misheard, as rows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from voicesim.behaviour.evaluation import Evaluation, evaluate
from voicesim.behaviour.tables import Tables
from voicesim.results import Json

RATES: Final = (0.0, 0.1, 0.2)
SEEDS: Final = (1, 2, 3)


@dataclass(frozen=True, slots=True, kw_only=True)
class WordsTable:
    """Every behaviour at every error rate."""

    evaluations: tuple[Evaluation, ...]

    def as_json(self) -> list[Json]:
        """For programs; the names are part of the format."""
        return [
            {
                "word_error_rate": round(each.word_error_rate, 4),
                "mean_f1": round(each.mean_f1, 4),
                "behaviours": [
                    {
                        "id": score.behaviour_id,
                        "precision": _rounded(score.precision),
                        "recall": _rounded(score.recall),
                        "f1": _rounded(score.f1),
                        "n_examples": score.right + score.missed,
                        "n_look_alikes": score.wrong + score.passed,
                    }
                    for score in each.scores
                ],
            }
            for each in self.evaluations
        ]


def words_table(tables: Tables, tell: Callable[[float], None]) -> WordsTable:
    """Precision, recall and F1 of every behaviour, with more and more words misheard."""
    found = []
    for index, rate in enumerate(RATES):
        found.append(evaluate(tables, noise=rate, seeds=SEEDS))
        tell((index + 1) / len(RATES))
    return WordsTable(evaluations=tuple(found))


def _rounded(share: float | None) -> float | None:
    return None if share is None else round(share, 4)
