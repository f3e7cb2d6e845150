"""``voicesim demo``: one whole rehearsed call with nothing but this program."""

from __future__ import annotations

from pathlib import Path

import click


@click.command("demo")
@click.option("--angry", is_flag=True, help="The angry caller instead of the polite one.")
@click.option("--real-time", is_flag=True, help="At the speed of life instead of as fast as it goes.")
@click.option(
    "--recogniser",
    default="pocketsphinx",
    show_default=True,
    metavar="NAME",
    help="As in 'voicesim call'; the default needs no download.",
)
@click.option(
    "--out", type=click.Path(path_type=Path), metavar="DIR", help="The call folder.  [default: calls/DATE-…]"
)
def command(*, angry: bool, real_time: bool, recogniser: str, out: Path | None) -> int:
    """Play one whole rehearsed call, with no microphone, network or model.

    A synthesized customer calls, a recorded trainee answers; the words are recognised, the customer reacts, the
    call folder is written and scored, and a report is made.
    """
    from voicesim.cli.rehearsal import RehearsalOptions, run_rehearsal
    from voicesim.files.shipped import shipped_folder

    trainee = shipped_folder("audio_fixtures") / ("demo-angry" if angry else "demo-polite")
    return run_rehearsal(
        RehearsalOptions(
            scenario="billed_twice" if angry else "parcel",
            trainee="demo",
            simulate=trainee,
            is_real_time=real_time,
            recogniser=recogniser,
            out=out,
        )
    )
