"""Fill VALIDATION.md with what the proofs print: ``python -m tests.validation_page FOLDER``.

FOLDER holds ``selftest.json``, ``validate.json`` (with --words) and ``oracles.json``; ``make validation DATA=DIR``
makes them first. Only what stands between the markers ``<!-- NAME -->`` and ``<!-- end NAME -->`` is replaced; the
words around are written by hand.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

PAGE = Path(__file__).resolve().parent.parent / "VALIDATION.md"


def main() -> int:
    folder = Path(sys.argv[1])
    made, real, beside = (
        json.loads((folder / f"{name}.json").read_text("utf-8"))
        for name in ("selftest", "validate", "oracles")
    )
    text = PAGE.read_text("utf-8")
    for name, body in (
        ("selftest", table(made["rows"])),
        ("validate", table(real["rows"])),
        ("oracles", table(beside["rows"])),
        ("versions", ", ".join(f"{name} {version}" for name, version in beside["oracles"].items()) + "."),
        ("missed", missed([*made["rows"], *real["rows"], *beside["rows"]])),
        ("words", words(real["words"])),
    ):
        text = filled(text, name, body)
    PAGE.write_text(text, "utf-8")
    return 0


def filled(text: str, name: str, body: str) -> str:
    begin, end = f"<!-- {name} -->", f"<!-- end {name} -->"
    before, found, rest = text.partition(begin)
    _, ended, after = rest.partition(end)
    if not (found and ended):
        raise SystemExit(f"{PAGE.name} lacks the markers of {name}")
    return f"{before}{begin}\n{body}\n{end}{after}"


def table(rows: list[dict[str, Any]]) -> str:
    lines = ["| measure | figure | against | n | value | target | |", "|---|---|---|---|---|---|---|"]
    for row in rows:
        note = f" ({row['note']})" if row["note"] else ""
        cells = (
            row["subject"], row["what"] + note, row["against"], str(row["n"]), value(row), target(row), verdict(row)
        )  # fmt: skip
        lines.append("| " + " | ".join(cell.replace("|", "/") for cell in cells) + " |")
    return "\n".join(lines)


def value(row: dict[str, Any]) -> str:
    if row["value"] is None:
        return "not measured"
    text = f"{number(row['value'])} {row['unit']}".strip()
    if row["interval"]:
        text += " ({} to {})".format(*(number(x) for x in row["interval"]))
    return text


def target(row: dict[str, Any]) -> str:
    limits = row["target"]
    if limits is None:
        return ""
    low, high = limits["low"], limits["high"]
    if low is None:
        return f"≤ {high:g}"
    if high is None:
        return f"≥ {low:g}"
    return f"± {high:g}" if low == -high else f"{low:g} to {high:g}"


def verdict(row: dict[str, Any]) -> str:
    return {True: "reached", False: "**not reached**", None: ""}[row["reached"]]


def missed(rows: list[dict[str, Any]]) -> str:
    found = [row for row in rows if row["reached"] is False]
    with_target = sum(row["target"] is not None for row in rows)
    lines = [f"{with_target - len(found)} of {with_target} targets are reached. Not reached:", ""]
    lines += [f"- {r['subject']}: {r['what']}, {r['against']}: {value(r)}, target {target(r)}" for r in found]
    return "\n".join(lines) if found else f"All {with_target} targets are reached."


def words(tables: list[dict[str, Any]]) -> str:
    heads = [f"{each['word_error_rate']:.0%} wrong" for each in tables]
    columns = " | ".join(f"{head}: precision | recall | F1" for head in heads)
    lines = [f"| behaviour | examples | look-alikes | {columns} |", "|---" * (3 + 3 * len(tables)) + "|"]
    for index, first in enumerate(tables[0]["behaviours"]):
        cells = [
            "-" if share is None else f"{share:.2f}"
            for each in tables
            for share in (each["behaviours"][index][key] for key in ("precision", "recall", "f1"))
        ]
        lines.append(
            f"| `{first['id']}` | {first['n_examples']} | {first['n_look_alikes']} | {' | '.join(cells)} |"
        )
    means = " | ".join(f"| | **{each['mean_f1']:.2f}**" for each in tables)
    lines.append(f"| **mean** | | {means} |")
    return "\n".join(lines)


def number(value: float) -> str:
    return f"{value:.4g}" if abs(value) >= 1e-4 else "0"


if __name__ == "__main__":
    sys.exit(main())
