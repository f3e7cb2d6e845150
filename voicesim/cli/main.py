"""The command line: which commands there are, and what an error looks like.

Commands are imported when they are run, so that ``--help`` answers at once.
"""

from __future__ import annotations

import errno
import importlib
import os
import sys
from typing import Final

import click

from voicesim import __version__
from voicesim.errors import VoicesimError

COMMANDS: Final = {
    "demo": "Play one whole rehearsed call, with no microphone, network or model.",
    "call": "Rehearse a call: a customer speaks, you answer, a scorecard says how it went.",
    "rehearse": "Rehearse a recorded call again, with its own customer.",
    "calibrate": "Learn your own calm voice: what volume, tone and clarity are held against.",
    "score": "Score recorded calls and call folders.",
    "scenario": "List, show, write, check and play scenarios.",
    "behaviour": "List, show and try what a trainee's words can show.",
    "rubric": "Check, show and compare rubrics.",
    "devices": "List microphones and loudspeakers.",
    "selftest": "Measure made calls whose truth is known, and print the error of every measure.",
    "validate": "Hold the measures against labelled recordings, the patterns against their examples.",
    "doctor": "Say what is installed, what is missing and how to get it.",
}

EXIT_USAGE: Final = 2
EXIT_INPUT: Final = 3
EXIT_BUG: Final = 70
EXIT_INTERRUPTED: Final = 130

_OUTPUT_FAILURES: Final = (errno.ENOSPC, errno.EDQUOT, errno.EIO)
"""What writing to stdout meets on a full or broken disk."""


class _LazyGroup(click.Group):
    """A group whose commands live one a module, in ``voicesim.cli``."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        del ctx
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        del ctx
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = importlib.import_module(f"voicesim.cli.{cmd_name}").command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and not args[0].startswith("-") and args[0] not in COMMANDS:
            import difflib

            near = difflib.get_close_matches(args[0], COMMANDS, n=1)
            hint = f"; did you mean '{near[0]}'?" if near else ""
            raise click.UsageError(f"no command '{args[0]}'{hint}", ctx)
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.command(cls=_LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="voicesim")
def cli() -> None:
    """Rehearse a phone-support call out loud and learn, fairly and exactly, how it went.

    Everything runs on this machine; no sound, no transcript and no name leaves it unless you allow it by name.
    """


def main() -> int:  # noqa: C901, PLR0911 - one exit a kind of error
    """Run the command line; every error a user can meet is printed here, once."""
    try:
        code = cli.main(prog_name="voicesim", standalone_mode=False)
    except click.exceptions.Exit as exc:
        return exc.exit_code
    except click.UsageError as exc:
        if type(exc).__name__ == "NoArgsIsHelpError":  # click 8.2 and later; its message is the whole help
            print(exc.format_message(), file=sys.stderr)
            return EXIT_USAGE
        where = exc.ctx.command_path if exc.ctx else "voicesim"
        return _complain(exc.format_message().rstrip("."), f"see '{where} --help'", EXIT_USAGE)
    except click.ClickException as exc:
        return _complain(exc.format_message(), None, exc.exit_code)
    except (KeyboardInterrupt, click.Abort):
        return _complain("interrupted", None, EXIT_INTERRUPTED)
    except VoicesimError as exc:
        return _complain(exc.message, exc.hint, exc.exit_code)
    except BrokenPipeError:
        # Whoever read our output has gone; what Python would still flush goes nowhere.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as exc:
        if exc.errno not in _OUTPUT_FAILURES:
            return _report_bug(exc)
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return _complain(
            f"the output cannot be written: {exc.strerror}",
            "free some space, or choose another place",
            EXIT_INPUT,
        )
    except Exception as exc:  # noqa: BLE001 - the last resort: a bug must not end in a traceback
        return _report_bug(exc)
    return code if isinstance(code, int) else 0


def _complain(message: str, hint: str | None, code: int) -> int:
    print(f"error: {' '.join(message.split())}", file=sys.stderr)
    if hint:
        print(f"hint: {' '.join(hint.split())}", file=sys.stderr)
    return code


def _report_bug(exc: Exception) -> int:
    import tempfile
    import traceback

    with tempfile.NamedTemporaryFile(
        "w", prefix="voicesim-bug-", suffix=".txt", delete=False, encoding="utf-8"
    ) as file:
        traceback.print_exception(exc, file=file)
    return _complain(
        f"this is a bug in voicesim: {type(exc).__name__}",
        f"please report it with the output of 'voicesim doctor --json' and the file {file.name}",
        EXIT_BUG,
    )
