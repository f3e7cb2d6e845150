"""How the rows of a proof are printed."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from voicesim.validation.rows import Row
    from voicesim.validation.words import WordsTable

VERDICT = {True: "ok", False: "NOT REACHED", None: ""}


def print_rows(rows: Sequence[Row], *, as_json: bool, about: dict[str, object]) -> None:
    """Print a proof: a table for people, or one JSON object.

    Args:
        rows: in the order to be read.
        as_json: for programs.
        about: what else the JSON holds.
    """
    missed = sum(row.is_reached is False for row in rows)
    if as_json:
        document = {**about, "missed": missed, "rows": [row.as_json() for row in rows]}
        print(json.dumps(document, indent=2, ensure_ascii=False))
        return
    subject = ""
    for row in rows:
        if row.subject != subject:
            print(f"{'' if not subject else chr(10)}{row.subject}")
            subject = row.subject
        print("  " + _line(row))
        if row.note:
            print(f"      {row.note}")
    with_target = sum(row.limits is not None for row in rows)
    print(f"\n{with_target - missed} of {with_target} targets reached, {len(rows)} figures")


def _line(row: Row) -> str:
    value = "not measured" if row.value is None else f"{figure(row.value)} {row.unit}".strip()
    if row.interval is not None:
        value += f" ({figure(row.interval[0])} to {figure(row.interval[1])})"
    target = "" if row.limits is None else row.limits.text()
    return f"{row.what:<52} {value:>16}  {target:<16} {VERDICT[row.is_reached]:<11} n={row.n}, {row.against}"


def figure(value: float) -> str:
    """A number in four digits and no more decimals than four."""
    return f"{value:.4g}" if abs(value) >= 1e-4 else "0"


def print_words(table: WordsTable) -> None:
    """Print what the patterns see: a line a behaviour, a pair of columns an error rate."""
    rates = [f"{each.word_error_rate:.0%} of words wrong" for each in table.evaluations]
    print(f"\n{'':<28}" + "".join(f"{rate:>27}" for rate in rates))
    print(f"{'behaviour':<28}" + f"{'precision   recall       F1':>27}" * len(rates))
    for index, score in enumerate(table.evaluations[0].scores):
        line = [each.scores[index] for each in table.evaluations]
        cells = "".join(f"{_share(s.precision):>11}{_share(s.recall):>8}{_share(s.f1):>8}" for s in line)
        print(f"{score.behaviour_id:<28}{cells}")
    means = "".join(f"{'':>19}{_share(each.mean_f1):>8}" for each in table.evaluations)
    print(f"{'mean':<28}{means}")


def _share(value: float | None) -> str:
    return "-" if value is None else f"{value:.2f}"
