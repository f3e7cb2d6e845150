"""``voicesim selftest``: do the measures measure, on this machine?"""

from __future__ import annotations

import click

from voicesim import __version__
from voicesim.cli.output import Progress


@click.command("selftest")
@click.option("--json", "as_json", is_flag=True, help="For programs.")
@click.option("--quick", is_flag=True, help="Fewer calls and shorter sounds: under a minute.")
@click.option(
    "--only",
    "subjects",
    multiple=True,
    type=click.Choice(["levels", "pitch", "pace", "conversation", "tone", "strain", "turns"]),
    help="Only this subject; may be given more than once.",
)
@click.option("--seed", type=int, default=20261122, show_default=True, help="Other sounds, the same truth.")
def command(*, as_json: bool, quick: bool, subjects: tuple[str, ...], seed: int) -> int:
    """Measure made calls whose truth is known, and print the error of every measure.

    Needs no recording and no network. Levels, pauses, pitch, pace, tone and who interrupts whom are synthesized, at
    8 kHz with mu-law and at 16 kHz, with noise and with crosstalk. Exit 1 if a figure is out of its tolerance.
    """
    from voicesim.cli.proof import print_rows
    from voicesim.cli.wiring import engines_for
    from voicesim.validation.selftest import selftest

    progress = Progress()
    rows = selftest(engines_for(None), subjects=subjects, is_quick=quick, seed=seed, progress=progress)
    progress.done()
    print_rows(
        rows,
        as_json=as_json,
        about={"format": "voicesim-selftest/1", "version": __version__, "seed": seed, "quick": quick},
    )
    return 1 if any(row.is_reached is False for row in rows) else 0
