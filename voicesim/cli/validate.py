"""``voicesim validate``: the measures against labelled recordings, the patterns against their examples."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from voicesim import __version__
from voicesim.cli.output import Progress

if TYPE_CHECKING:
    from voicesim.validation.rows import Row
    from voicesim.validation.words import WordsTable

_SUBJECTS = ("level", "activity", "pace", "turns", "tone", "clarity", "invariance")


@click.command("validate")
@click.option(
    "--data",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="A folder of labelled recordings, laid out as below.",
)
@click.option(
    "--words", is_flag=True, help="What the patterns see in their own examples, as written and misheard."
)
@click.option("--json", "as_json", is_flag=True, help="For programs.")
@click.option("--quick", is_flag=True, help="A choice of the recordings, the same one every time.")
@click.option(
    "--only", "subjects", multiple=True, type=click.Choice(_SUBJECTS), help="Only this subject; repeatable."
)
@click.option("--strict", is_flag=True, help="Exit 1 if a target is not reached.")
def command(
    *, data: Path | None, words: bool, as_json: bool, quick: bool, subjects: tuple[str, ...], strict: bool
) -> int:
    """Hold the measures against recordings that somebody else labelled, and say which targets are reached.

    \b
    The folder of --data; what is missing is left out:
      loudness/p56/voice.src, voice.nrm   ITU-T test vectors, 16 bit, 16 kHz
      emotion/NAME/SPEAKER_LABEL_*.flac   acted sentences: neutral, calm, happy, sad, angry
      overlap/NAME/*.flac and *.rttm      who speaks when in the first 30 s of meetings
      speech/NAME/*.flac and *.txt        sentences of one reader, and their texts
      speech/NAME/*.flac, scores.json     sentences of many, and experts' fluency scores
    """  # noqa: D301 - \b keeps the layout as it is
    from voicesim.cli.proof import print_rows, print_words
    from voicesim.cli.wiring import engines_for, load_tables

    if data is None and not words:
        raise click.UsageError("nothing to do: give --data DIR, --words, or both")
    progress = Progress()
    rows: tuple[Row, ...] = ()
    table: WordsTable | None = None
    if data is not None:
        from voicesim.validation.validate import validate

        rows = validate(data, engines_for(None), subjects=subjects, is_quick=quick, progress=progress)
    if words:
        from voicesim.validation.words import words_table

        table = words_table(load_tables(), lambda fraction: progress("words", fraction))
    progress.done()
    about = {"format": "voicesim-validate/1", "version": __version__, "quick": quick}
    if as_json:
        print_rows(rows, as_json=True, about=about if table is None else {**about, "words": table.as_json()})
    else:
        if data is not None:
            print_rows(rows, as_json=False, about=about)
        if table is not None:
            print_words(table)
    return 1 if strict and any(row.is_reached is False for row in rows) else 0
