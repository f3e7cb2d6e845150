"""``voicesim rehearse``: a recorded call once more, with its own customer."""

from __future__ import annotations

from pathlib import Path

import click

from voicesim.cli.options import baseline_option, recogniser_option, rubric_option


@click.command("rehearse")
@click.argument("call", type=click.Path(path_type=Path), metavar="CALL")
@click.option(
    "--trainee-channel",
    type=click.Choice(["left", "right"]),
    help="Which channel of a recording is the trainee.  [default: right]",
)
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
@recogniser_option
@click.option(
    "--transcript",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="A recording's words, as in 'voicesim score'; else the customer is recognised.",
)
@click.option("--no-words", is_flag=True, help="Do not write down what the customer of a recording says.")
@rubric_option
@baseline_option
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="The new call folder.  [default: calls/DATE-rehearsed_again]",
)
@click.option("-q", "--quiet", is_flag=True, help="No talk on stderr but errors.")
def command(
    *,
    call: Path,
    trainee_channel: str | None,
    trainee: str,
    input_device: str | None,
    output_device: str | None,
    echo_check: bool,
    simulate: Path | None,
    real_time: bool,
    recogniser: str,
    transcript: Path | None,
    no_words: bool,
    rubric: Path | None,
    baseline: Path | None,
    out: Path | None,
    quiet: bool,
) -> int:
    """Rehearse a recorded call again: its customer speaks, you answer anew.

    CALL is a call folder or a recording with a party in each channel. Each turn of the customer is played when you
    have finished yours, and the call ends as a call folder and a scorecard. A recording cannot react: it says what
    it said then whatever you answer, talks on when you talk over it, and repeats nothing.
    """
    from voicesim.cli.rehearsal import RehearsalOptions, run_rehearsal

    if transcript is not None and no_words:
        raise click.UsageError("--transcript brings words and --no-words leaves them out; choose one")
    if real_time and simulate is None:
        raise click.UsageError("--real-time goes with --simulate")
    return run_rehearsal(
        RehearsalOptions(
            scenario="",
            recording=call,
            recording_channel=trainee_channel,
            recording_words=not no_words and transcript is None,
            recording_transcript=transcript,
            trainee=trainee,
            simulate=simulate,
            is_real_time=real_time,
            input_device=input_device,
            output_device=output_device,
            echo_check=echo_check,
            recogniser=recogniser,
            rubric=rubric,
            baseline=baseline,
            out=out,
            is_quiet=quiet,
        )
    )
