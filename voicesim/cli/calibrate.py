"""``voicesim calibrate``: a trainee's own calm voice as the yardstick of later calls."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from voicesim.cli.output import Progress, say, shout, unicode_on
from voicesim.errors import InputError

if TYPE_CHECKING:
    from voicesim.audio.clip import Samples
    from voicesim.intake.calibration import Calibration, Take
    from voicesim.intake.engines import Engines

PROMPTS = (
    "Thank you for calling, you are through to customer support.",
    "I have your account open in front of me now.",
    "The parcel left our warehouse on Tuesday afternoon.",
    "You can keep the box and put the old one inside it.",
    "Our office is open from nine until half past five.",
    "The engineer will ring you before she sets off.",
    "Please hold the button down until the light turns blue.",
    "We sent the invoice to the address you gave us in June.",
    "It takes about three days for the money to show up.",
    "I will write that down and read it back to you.",
)
"""What is read: plain sentences of about three seconds, all vowels, nothing to be excited about."""

AUDIO = frozenset(
    {".wav", ".flac", ".mp3", ".ogg", ".opus", ".m4a", ".aac", ".wma", ".aif", ".aiff", ".au", ".gsm"}
)
_METER_FROM_DBOV, _METER_TO_DBOV, _METER_WIDTH = -60.0, 0.0, 30


@click.command("calibrate")
@click.option(
    "--trainee", required=True, metavar="NAME", help="Whose voice it is; 'call --trainee NAME' uses it."
)
@click.option("--input-device", metavar="NAME|NUMBER", help="Microphone; see 'voicesim devices'.")
@click.option("--output-device", metavar="NAME|NUMBER", help="Loudspeaker or headset of the same calls.")
@click.option(
    "--from",
    "sources",
    multiple=True,
    type=click.Path(path_type=Path),
    metavar="FILE|DIR",
    help="Calm recordings instead of the microphone; NAME.txt beside NAME.wav says what was read. Repeatable.",
)
@click.option("--device", default="", metavar="NAME", help="With --from: the microphone they were made with.")
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Write the baseline here.  [default: the user's data directory]",
)
@click.option("-q", "--quiet", is_flag=True, help="No talk on stderr but errors and what is to be read.")
def command(
    *,
    trainee: str,
    input_device: str | None,
    output_device: str | None,
    sources: tuple[Path, ...],
    device: str,
    out: Path | None,
    quiet: bool,
) -> int:
    """Learn a trainee's own calm voice, so that later calls are held against it.

    Ten short sentences are read into the microphone, calmly, as one would to a customer. Volume, liveliness, clarity
    and steadiness are then judged against one's own voice on one's own microphone. A noisy room or an overdriven
    microphone is refused. Nothing but a few numbers is kept: no sound, no words.
    """
    from voicesim.cli.wiring import engines_for
    from voicesim.intake.calibration import calibrate

    name = " ".join(trainee.split())
    if not name:
        raise click.UsageError("--trainee is empty")
    if device and not sources:
        raise click.UsageError("--device goes with --from; of a sound card the name is known")
    if sources and (input_device or output_device):
        raise click.UsageError("--input-device and --output-device do not go with --from")
    _check_place(out)
    progress = Progress(is_quiet=quiet)
    engines = engines_for(None)
    room: Samples | None = None
    if sources:
        takes = list(_recorded(_files(sources), engines, progress))
    else:
        takes, room, device = _read_out(input_device, output_device)
    progress("measuring", 0.0)
    found = calibrate(takes, engines, trainee=name, device=device, quiet=room)
    progress.done()
    print(_keep(found, out))
    return 0


def _check_place(out: Path | None) -> None:
    """Whether the baseline could be written, before anybody reads ten sentences."""
    if out is not None and not out.parent.is_dir():
        raise InputError(f"{out}: there is no folder {out.parent}", hint="make the folder first")
    if out is not None and not os.access(out.parent, os.W_OK):
        raise InputError(f"{out}: no permission to write it", hint="choose another place")


def _keep(found: Calibration, out: Path | None) -> str:
    """Write it, and say what it holds."""
    from voicesim.cli.baselines import baseline_path
    from voicesim.measure.schema import write_baseline

    baseline = found.baseline
    path = out or baseline_path(baseline.trainee, baseline.device)
    if out is None:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as exc:
            raise InputError(
                f"cannot make {path.parent}: {exc.strerror or exc}", hint="name another place with --out FILE"
            ) from exc
    write_baseline(path, baseline)
    if found.quality.has_gain_control:
        shout(
            "all sentences are equally loud: something evens the level out; switch automatic gain off, "
            "or volume cannot be compared"
        )
    if found.quality.snr_db is None:
        say("the noise of the room could not be measured: what is not speech is digital silence")
    noise = "" if found.quality.snr_db is None else f", {found.quality.snr_db:.0f} dB above the noise"
    on = f" on {baseline.device}" if baseline.device else ""
    return (
        f"baseline of {baseline.trainee}{on}: {baseline.n_utterances} sentences, {baseline.speech_s:.0f} s of speech\n"
        f"  level   {baseline.level_dbov:.1f} dBov{noise}\n"
        f"  pitch   {found.pitch_hz:.0f} Hz, spread {baseline.f0_spread_st:.1f} st\n"
        f"  pace    {baseline.articulation_sps:.1f} syllables a second\n"
        f"written to {path}"
    )


# --- recordings -------------------------------------------------------------------------------------------


def _files(sources: Iterable[Path]) -> list[Path]:
    found: list[Path] = []
    for source in sources:
        if not source.is_dir():
            found.append(source)
            continue
        inside = sorted(p for p in source.iterdir() if p.suffix.lower() in AUDIO and p.name[0] != ".")
        if not inside:
            raise InputError(
                f"there are no recordings in {source}", hint="name a folder with WAV, FLAC, MP3 … files in it"
            )
        found += inside
    return found


def _recorded(paths: list[Path], engines: Engines, progress: Progress) -> Iterable[Take]:
    from voicesim.intake.calibration import Take
    from voicesim.intake.channels import read_voice

    for n, path in enumerate(paths):
        progress("reading recordings", n / len(paths))
        with engines.decoder.open(path) as recording:
            rate_hz = recording.info.sample_rate_hz
        text = path.with_suffix(".txt")
        yield Take(
            samples=read_voice(path, engines.decoder).samples,
            text=_text(text) if text.is_file() else "",
            rate_hz=rate_hz,
        )


def _text(path: Path) -> str:
    from voicesim.files.strict_yaml import read_text

    return " ".join(read_text(path, error=InputError, what="text").split())


# --- the microphone ---------------------------------------------------------------------------------------


def _read_out(input_device: str | None, output_device: str | None) -> tuple[list[Take], Samples | None, str]:
    """Sentences from the microphone, the room without them, and the microphone's name."""
    from voicesim.engines.detector_silero import SileroDetector
    from voicesim.intake.calibration import Take
    from voicesim.lines.soundcard import SoundCardLine
    from voicesim.live.reading import Reading
    from voicesim.speech.listening import Listener

    meter = _Meter()
    reading = Reading(PROMPTS, Listener(SileroDetector().session().step), say=meter.say, meter=meter.show)
    line = SoundCardLine(input_device=input_device, output_device=output_device)
    say("Read each sentence aloud, calmly, as you would to a customer. Ctrl-C stops; nothing is kept then.")
    try:
        report = line.run(reading.process, reading.is_over)
    finally:
        meter.clear()
    if reading.refusal is not None:
        raise reading.refusal
    _tell_faults(report.faults)
    takes = [Take(samples=each.samples, text=each.text) for each in reading.done]
    return takes, reading.room, str(report.details.get("microphone", ""))


def _tell_faults(faults: object) -> None:
    lost = faults.get("lost_input_samples", 0) if isinstance(faults, dict) else 0
    if lost:
        shout(f"the microphone lost {lost} samples; if the numbers look odd, calibrate again")


class _Meter:
    """What to read, and under it how loud it comes in: a line that is rewritten on a terminal."""

    def __init__(self) -> None:
        self._is_tty = sys.stderr.isatty()
        self._sign = "█" if unicode_on(sys.stderr) else "#"
        self._hint = ""

    def say(self, kind: str, text: str) -> None:
        self.clear()
        self._hint = ""
        if kind == "again":
            shout(f"   once more: {text}")
        elif kind == "kept":
            say("   good")
        else:
            say(text)

    def show(self, level_dbov: float, hint: str) -> None:
        if not self._is_tty:
            if hint and hint != self._hint:
                say(f"   {hint}")
            self._hint = hint or self._hint
            return
        share = (level_dbov - _METER_FROM_DBOV) / (_METER_TO_DBOV - _METER_FROM_DBOV)
        n = round(_METER_WIDTH * min(1.0, max(0.0, share)))
        bar = self._sign * n + " " * (_METER_WIDTH - n)
        click.echo(f"\r\033[K   [{bar}] {level_dbov:4.0f} dBov  {hint}", err=True, nl=False)

    def clear(self) -> None:
        if self._is_tty:
            click.echo("\r\033[K", err=True, nl=False)
