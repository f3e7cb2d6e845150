"""``voicesim score``: recordings and call folders in, scorecards out."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from voicesim.cli.options import (
    FiniteRange,
    baseline_option,
    behaviours_option,
    recogniser_option,
    rubric_option,
)
from voicesim.cli.output import Progress, colour_on, say, unicode_on, width
from voicesim.errors import VoicesimError

if TYPE_CHECKING:
    from voicesim.intake.transcripts.parties import Role
    from voicesim.report.skills import Reader

EXTENSIONS = {"text": ".txt", "json": ".json", "html": ".html"}


@click.command("score")
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="PATH…")
@click.option(
    "--trainee-channel",
    type=click.Choice(["left", "right"]),
    help="Which channel of a recording is the trainee.  [default: right]",
)
@click.option("--scenario", metavar="NAME|FILE", help="What was rehearsed: its facts and musts are scored.")
@click.option(
    "--transcript",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="The call's words: SRT, WebVTT, Amazon Transcribe or Whisper JSON, or lines like 'Agent: …'.",
)
@click.option(
    "--party",
    "parties",
    multiple=True,
    metavar="NAME=trainee|customer|other",
    help="Whose a label of the transcript is, where it says neither agent nor customer; may be repeated.",
)
@rubric_option
@behaviours_option
@baseline_option
@recogniser_option
@click.option("--no-words", is_flag=True, help="Recognise nothing: score only how it was said.")
@click.option(
    "--format",
    "form",
    type=click.Choice(list(EXTENSIONS)),
    default="text",
    show_default=True,
    help="text and json go to stdout, html to a file.",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    metavar="FILE|DIR",
    help="Write here instead; a folder when there are several PATHs.",
)
@click.option(
    "--fail-under",
    type=FiniteRange(0, 100),
    metavar="SCORE",
    help="Exit 1 below this overall, or where the call does not pass.",
)
@click.option(
    "--for",
    "reader",
    type=click.Choice(["coach", "trainee"]),
    default="coach",
    show_default=True,
    help="Who reads text and html: the coach sees which thresholds decide a level, the trainee what to change.",
)
@click.option("-q", "--quiet", is_flag=True, help="No talk on stderr but errors.")
def command(
    *,
    paths: tuple[Path, ...],
    trainee_channel: str | None,
    transcript: Path | None,
    parties: tuple[str, ...],
    scenario: str | None,
    rubric: Path | None,
    behaviours: tuple[Path, ...],
    baseline: Path | None,
    recogniser: str,
    no_words: bool,
    form: str,
    out: Path | None,
    fail_under: float | None,
    reader: Reader,
    quiet: bool,
) -> int:
    """Score recorded calls and call folders.

    PATH is a recording (WAV, FLAC, MP3, OGG, M4A …) with the customer in the left channel and the trainee in
    the right one, or a folder that 'voicesim call' wrote. Of a mono recording, what one channel cannot tell is
    not measured; a transcript with the speakers' labels tells who spoke. Several PATHs are scored one after
    the other; one that cannot be read never stops the rest.
    """
    from voicesim.cli.scenarios import brief_named
    from voicesim.cli.scoring import ScoringOptions
    from voicesim.cli.wiring import engines_for, load_baseline, load_rubric, load_tables

    roles = _roles(paths, transcript, parties, no_words=no_words)
    given = (path for path in (transcript, rubric, baseline) if path is not None)
    targets = _targets(paths, (*paths, *given), form, out)
    progress = Progress(is_quiet=quiet)
    tables = load_tables(behaviours)
    options = ScoringOptions(
        engines=engines_for(None if no_words or transcript else recogniser, progress=progress),
        tables=tables,
        rubric=None if rubric is None else load_rubric(rubric, tables),
        baseline=load_baseline(baseline),
        brief=None if scenario is None else brief_named(scenario),
        trainee_channel=trainee_channel,
        transcript=transcript,
        parties=roles,
    )
    n_failed = n_below = 0
    ignored = [
        name for name, value in (("--scenario", scenario), ("--trainee-channel", trainee_channel)) if value
    ]
    if ignored and not quiet and any(path.is_dir() for path in paths):
        say(f"note: {' and '.join(ignored)}: for recordings alone; a call folder brings its own")
    for path, target in targets.items():
        try:
            overall = _one(path, options, progress, form=form, target=target, reader=reader)
        except VoicesimError as exc:
            progress.done()
            if len(paths) == 1:
                raise
            n_failed += 1
            print(f"error: {path}: {exc.message}", file=sys.stderr)
            if exc.hint:
                print(f"hint: {exc.hint}", file=sys.stderr)
            continue
        if fail_under is not None and (overall is None or overall < fail_under):
            n_below += 1
    if n_below and not quiet:
        say(f"{n_below} of {len(paths)} below {fail_under:g}, not passed or not scorable (--fail-under)")
    if n_failed and not quiet:
        say(f"{len(paths) - n_failed} scored, {n_failed} failed")
    return 1 if n_failed or n_below else 0


def _roles(
    paths: tuple[Path, ...], transcript: Path | None, parties: tuple[str, ...], *, no_words: bool
) -> dict[str, Role]:
    """Whose labels are whose by ``--party``; what cannot go together is refused."""
    from voicesim.intake.transcripts.parties import Role

    if transcript is not None and len(paths) > 1:
        raise click.UsageError("--transcript is of one recording; name one PATH")
    if transcript is not None and no_words:
        raise click.UsageError("--transcript brings words and --no-words leaves them out; choose one")
    if parties and transcript is None:
        raise click.UsageError("--party explains a transcript; name one with --transcript")
    found: dict[str, Role] = {}
    for text in parties:
        label, _, role = text.rpartition("=")
        if not label.strip() or role.strip() not in set(Role):
            raise click.BadParameter(
                f"{text} is no NAME=trainee, NAME=customer or NAME=other", param_hint="--party"
            )
        found[label] = Role(role.strip())
    return found


def _targets(
    paths: tuple[Path, ...], read: tuple[Path, ...], form: str, out: Path | None
) -> dict[Path, Path | None]:
    """Where each card goes; no two to one file, and none to a file that is read here."""
    found: dict[Path, Path | None] = {}
    taken: dict[Path, Path] = {}
    inputs = {path.resolve() for path in read}
    for path in paths:
        target = _target(path, paths, form, out)
        if target is None or path in found:
            found.setdefault(path, target)
            continue
        place = target.resolve()
        if place in inputs:
            raise click.UsageError(f"--out {target} is one of the files to be read; name another one")
        if place in taken:
            raise click.UsageError(f"{taken[place]} and {path} would both be written to {target}")
        taken[place] = path
        found[path] = target
    return found


def _target(path: Path, paths: tuple[Path, ...], form: str, out: Path | None) -> Path | None:
    """The file to write, or None for stdout."""
    name = (path.resolve().name if path.is_dir() else path.stem) + EXTENSIONS[form]
    if out is not None:
        return out / name if len(paths) > 1 or out.is_dir() else out
    return Path(name) if form == "html" else None


def _one(
    path: Path, options: object, progress: Progress, *, form: str, target: Path | None, reader: Reader
) -> float | None:
    """Score one and write or print its card; its overall, ``None`` where there is none or it does not pass."""
    from voicesim.cli.scoring import ScoringOptions, score_path, write_page
    from voicesim.files.atomic import make_folder, write_bytes
    from voicesim.report.json_card import card_to_json
    from voicesim.report.text import card_to_text

    assert isinstance(options, ScoringOptions)
    call, card = score_path(path, options, progress)
    progress.done()
    if target is not None:
        make_folder(target.parent)
    if form == "html":
        assert target is not None
        write_page(card, call, target, reader=reader)
        print(target)
    elif target is not None:
        data = (
            card_to_json(card)
            if form == "json"
            else card_to_text(card, width=80, use_colour=False, reader=reader).encode()
        )
        write_bytes(target, data)
    elif form == "json":
        sys.stdout.buffer.write(card_to_json(card))
        sys.stdout.buffer.flush()
    else:
        print(
            card_to_text(
                card,
                width=width(),
                use_colour=colour_on(sys.stdout),
                use_unicode=unicode_on(sys.stdout),
                reader=reader,
            ),
            end="",
        )
    return None if card.overall.has_passed is False else card.overall.score
