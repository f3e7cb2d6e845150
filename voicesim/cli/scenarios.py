"""Finding a scenario by what a person calls it."""

from __future__ import annotations

import difflib
from pathlib import Path
from typing import TYPE_CHECKING

from voicesim.errors import ScenarioError

if TYPE_CHECKING:
    from voicesim.scenario.model import Scenario
    from voicesim.speech.call import Brief


def shipped_scenarios() -> dict[str, Path]:
    """The scenarios that come with voicesim, by name."""
    from voicesim.files.shipped import shipped_folder

    return {path.stem: path for path in sorted(shipped_folder("scenarios").glob("*.yaml"))}


def find_scenario(wanted: str) -> Path:
    """The file that a name or a path means.

    Raises:
        ScenarioError: there is none.
    """
    if wanted.endswith((".yaml", ".yml")) or "/" in wanted or "\\" in wanted:
        return Path(wanted)
    shipped = shipped_scenarios()
    if wanted in shipped:
        return shipped[wanted]
    near = difflib.get_close_matches(wanted, shipped, n=1)
    guess = f"did you mean {near[0]!r}? " if near else ""
    raise ScenarioError(
        f"no scenario {wanted!r}", hint=f"{guess}there are: {', '.join(shipped)}; or name a file"
    )


def load_named(wanted: str) -> tuple[Scenario, Path]:
    """A scenario that can be played, and its file.

    Raises:
        ScenarioError: there is none, or it cannot be played.
    """
    from voicesim.cli.wiring import load_tables
    from voicesim.scenario.load import load_scenario

    path = find_scenario(wanted)
    return load_scenario(path, known_behaviours=load_tables().ids), path


def brief_named(wanted: str) -> Brief:
    """What a scenario tells the scorer."""
    from voicesim.scenario.load import brief_of

    return brief_of(load_named(wanted)[0])
