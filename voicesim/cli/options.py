"""Options that several commands share."""

from __future__ import annotations

from pathlib import Path

import click

recogniser_option = click.option(
    "--recogniser",
    default="auto",
    show_default=True,
    metavar="NAME",
    help="auto, pocketsphinx, whisper, whisper:MODEL (a name such as small.en or a hub id), or a model's folder.",
)

rubric_option = click.option(
    "--rubric",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="A rubric of your own.  [default: the call folder's, else the one that is part of voicesim]",
)

baseline_option = click.option(
    "--baseline",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="The trainee's own baseline; volume and tone are then judged against it.",
)

behaviours_option = click.option(
    "--behaviours",
    type=click.Path(path_type=Path),
    multiple=True,
    metavar="DIR",
    help="A folder of your own behaviour tables, beside those of voicesim; may be repeated.",
)
