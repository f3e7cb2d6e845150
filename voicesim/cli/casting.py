"""Who plays the customer: a scenario with a synthesizer's voice, or a recorded customer with his own."""

from __future__ import annotations

import functools
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from voicesim.cli.output import Progress

if TYPE_CHECKING:
    from voicesim.audio.clip import Clip
    from voicesim.results import Json
    from voicesim.scenario.model import Scenario


@dataclass(frozen=True, slots=True, kw_only=True)
class Cast:
    """A scenario whose lines have been given their sound."""

    scenario: Scenario
    source: bytes
    """The scenario's file."""
    voices: dict[str, Clip]
    """A clip for every line."""
    identity: dict[str, Json]
    """What the call folder says of the voice."""


Casting = Callable[[Progress], Cast]
"""The slow part: rendering, or reading a recording."""


def scripted(name: str, *, telephone: bool) -> Casting:
    """A scenario with a synthesized voice.

    Args:
        name: of the scenario, or its file; read at once.
        telephone: whether the customer sounds as over a telephone.

    Raises:
        ScenarioError: there is none, or it cannot be played.
    """
    from voicesim.cli.scenarios import load_named

    scenario, path = load_named(name)
    return functools.partial(_render, scenario, path.read_bytes(), telephone)


def _render(scenario: Scenario, source: bytes, telephone: bool, progress: Progress) -> Cast:
    from voicesim.callfolder.records import engine_to_json
    from voicesim.engines.voice_cache import render_all
    from voicesim.engines.voice_pyttsx3 import Pyttsx3Voice

    lines = [(line.line_id, line.text, line.style) for line in scenario.lines()]
    with closing(Pyttsx3Voice()) as voice:
        voices = render_all(
            lines, voice, progress=functools.partial(progress, "preparing the customer's voice")
        )
        identity = engine_to_json(voice.identity)
    if telephone:
        from voicesim.audio.telephone import telephone as over_telephone

        voices = {line_id: over_telephone(clip) for line_id, clip in voices.items()}
    return Cast(scenario=scenario, source=source, voices=voices, identity=identity)


def recorded(path: Path, *, recogniser: str | None, trainee_channel: str | None) -> Casting:
    """The customer of a call folder or a two-channel recording.

    Args:
        path: of the call.
        recogniser: writes down what the customer of a recording says; ``None``: nobody does.
        trainee_channel: as in ``voicesim score``.

    Raises:
        InputError: there is no such call.
    """
    from voicesim.errors import InputError

    if not path.exists():
        raise InputError(f"no such call: {path}", hint="name a call folder or a two-channel recording")
    return functools.partial(_cut_out, path, recogniser, trainee_channel)


def _cut_out(path: Path, recogniser: str | None, trainee_channel: str | None, progress: Progress) -> Cast:
    from voicesim.cli.wiring import engines_for, load_tables
    from voicesim.intake.recorded_voice import call_to_replay, recorded_voices
    from voicesim.scenario.load import read_scenario
    from voicesim.scenario.replay import replay_of

    engines = engines_for(recogniser, progress=progress)
    call = call_to_replay(path, engines, trainee_channel=trainee_channel, progress=progress)
    assert call.customer is not None
    replay = replay_of(call, known_behaviours=load_tables().ids)
    return Cast(
        scenario=read_scenario(replay.text, name=str(path)),
        source=replay.text.encode(),
        voices=recorded_voices(call.customer.clip, replay.parts),
        identity={"engine": "recording", "model": call.call_id, "version": "1", "settings": {}},
    )
