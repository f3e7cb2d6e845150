"""Options that several commands share."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import click


class FiniteRange(click.FloatRange):
    """A number within bounds; what is not a number lies within none."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:  # noqa: ANN401 - as click
        """The number, or click's complaint."""
        number: float = super().convert(value, param, ctx)
        if not math.isfinite(number):
            self.fail(f"{value} is not a number", param, ctx)
        return number


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
