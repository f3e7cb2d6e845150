"""``voicesim call``: rehearse a call."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from voicesim.cli.llm import chosen_llm, llm_options
from voicesim.cli.options import (
    FiniteRange,
    baseline_option,
    behaviours_option,
    recogniser_option,
    rubric_option,
)


@click.command("call")
@click.argument("scenario", default="parcel", metavar="[SCENARIO]")
@click.option("--trainee", default="", metavar="NAME", help="Who rehearses; kept in the call folder only.")
@click.option("--input-device", metavar="NAME|NUMBER", help="Microphone; see 'voicesim devices'.")
@click.option("--output-device", metavar="NAME|NUMBER", help="Loudspeaker or headset.")
@click.option(
    "--echo-check/--no-echo-check",
    default=True,
    show_default=True,
    help="Before the call, listen for three seconds whether the microphone hears the loudspeaker.",
)
@click.option(
    "--simulate",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="A simulated trainee instead of the sound card: a folder of recorded utterances.",
)
@click.option("--real-time", is_flag=True, help="With --simulate: at the speed of life.")
@click.option("--telephone", is_flag=True, help="The customer sounds as over a telephone.")
@click.option(
    "--end-silence-s",
    type=FiniteRange(0.2, 5.0),
    help="Silence after which your turn counts as over.  [default: as your words and your melody ask for]",
)
@click.option(
    "--practice/--test",
    "is_practice",
    default=False,
    show_default=True,
    help="Practice: live hints, a pause key, 'say that again'. A test has none of it, and the card says which.",
)
@click.option(
    "--difficulty",
    type=click.Choice(["easy", "normal", "hard"]),
    default="normal",
    show_default=True,
    help="How patient the customer is, how long he talks on, how much he tells unasked.",
)
@click.option(
    "--background",
    type=click.Choice(["none", "line", "cafe"]),
    help="What is heard behind the customer.  [default: the scenario's]",
)
@click.option(
    "--background-db",
    type=FiniteRange(6.0, 60.0),
    metavar="DB",
    help="How far it lies below the voice.  [default: line 35, cafe 22]",
)
@click.option(
    "--voice",
    default="pyttsx3",
    show_default=True,
    metavar="NAME",
    help="The customer's synthesizer: pyttsx3, or piper:FILE.onnx with your own Piper program and voice.",
)
@llm_options
@recogniser_option
@rubric_option
@behaviours_option
@baseline_option
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="The call folder.  [default: calls/DATE-SCENARIO]",
)
@click.option("-q", "--quiet", is_flag=True, help="No talk on stderr but errors.")
def command(
    *,
    scenario: str,
    trainee: str,
    input_device: str | None,
    output_device: str | None,
    echo_check: bool,
    simulate: Path | None,
    real_time: bool,
    telephone: bool,
    is_practice: bool,
    difficulty: str,
    background: str | None,
    background_db: float | None,
    voice: str,
    end_silence_s: float | None,
    recogniser: str,
    rubric: Path | None,
    behaviours: tuple[Path, ...],
    baseline: Path | None,
    out: Path | None,
    quiet: bool,
    **llm: Any,  # noqa: ANN401 - as click gives them
) -> int:
    """Rehearse a call: you are the agent, and you pick up first.

    SCENARIO is a name from 'voicesim scenario list' or a file. Both sides are recorded into a call folder while
    the call runs; Ctrl-C ends the call and keeps it. At the end the call is scored.
    """
    from voicesim.cli.rehearsal import RehearsalOptions, run_rehearsal

    if background_db is not None and background in (None, "none"):
        raise click.UsageError("--background-db goes with --background line or cafe")
    if real_time and simulate is None:
        raise click.UsageError("--real-time goes with --simulate")
    return run_rehearsal(
        RehearsalOptions(
            scenario=scenario,
            trainee=trainee,
            simulate=simulate,
            is_real_time=real_time,
            input_device=input_device,
            output_device=output_device,
            echo_check=echo_check,
            recogniser=recogniser,
            telephone=telephone,
            is_practice=is_practice,
            difficulty=difficulty,
            background=background,
            background_db=background_db,
            voice=voice,
            llm=chosen_llm(**llm),
            end_silence_s=end_silence_s,
            rubric=rubric,
            behaviours=behaviours,
            baseline=baseline,
            out=out,
            is_quiet=quiet,
        )
    )
