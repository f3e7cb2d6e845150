"""Who plays the customer: a scenario with a synthesizer's voice, or a recorded customer with his own."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from voicesim.cli.output import Progress

if TYPE_CHECKING:
    from voicesim.audio.clip import Clip
    from voicesim.cli.llm import LlmOptions
    from voicesim.engines.chat_openai import OpenAiChat
    from voicesim.live.improviser import ModelImproviser
    from voicesim.results import Json
    from voicesim.scenario.model import Scenario


def nothing() -> None:
    """Where nothing is to be ended."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cast:
    """A scenario whose lines have been given their sound."""

    scenario: Scenario
    source: bytes
    """The scenario's file."""
    voices: Mapping[str, Clip]
    """A clip for every line."""
    identity: dict[str, Json]
    """What the call folder says of the voice."""
    improviser: ModelImproviser | None = None
    """Finds other words while the call runs."""
    language_model: dict[str, Json] | None = None
    """What the call folder says of it."""

    at_close: Callable[[], None] = nothing

    def close(self) -> None:
        """End what is still running."""
        if self.improviser is not None:
            self.improviser.close()
        self.at_close()


Casting = Callable[[Progress], Cast]
"""The slow part: rendering, or reading a recording."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Speaking:
    """How a scenario's customer is to speak."""

    telephone: bool = False
    """As over a telephone."""
    difficulty: str = "normal"
    voice: str = "pyttsx3"
    """The synthesizer, as ``--voice`` names it."""
    llm: LlmOptions | None = None
    """Finds other words than the written ones."""
    is_virtual: bool = False
    """Whether the call's time is."""


def scripted(name: str, speaking: Speaking) -> Casting:
    """A scenario with a synthesized voice.

    Args:
        name: of the scenario, or its file; read at once.
        speaking: how.

    Raises:
        ScenarioError: there is none, or it cannot be played.
        InputError: the language model's address is none, or not allowed.
    """
    from voicesim.cli.llm import open_llm
    from voicesim.cli.scenarios import load_named
    from voicesim.scenario.difficulty import Difficulty, at_difficulty

    scenario, path = load_named(name)
    scenario = at_difficulty(scenario, Difficulty(speaking.difficulty))
    model = None if speaking.llm is None else open_llm(speaking.llm)
    return functools.partial(_render, scenario, path.read_bytes(), speaking, model)


def _render(
    scenario: Scenario, source: bytes, speaking: Speaking, model: OpenAiChat | None, progress: Progress
) -> Cast:
    from voicesim.callfolder.records import engine_to_json
    from voicesim.engines.registry import choose_voice
    from voicesim.engines.voice_bank import N_FIRST, VoiceBank

    if model is not None:
        from voicesim.cli.llm import wake

        # A model that is not there is found out before anything slow is begun.
        wake(model, progress)
    dress = _over_telephone if speaking.telephone else _as_it_is
    lines = [(line.line_id, line.text, line.style) for line in scenario.lines()]
    with ExitStack() as stack:
        voice = stack.enter_context(closing(choose_voice(speaking.voice)))
        bank = VoiceBank(lines, voice, dress=dress)
        stack.callback(bank.close)
        # In virtual time all of it is there at once, and nothing depends on how fast this machine is.
        bank.wait(
            None if speaking.is_virtual else N_FIRST,
            progress=functools.partial(progress, "preparing the customer's voice"),
        )
        n_there, n_all = bank.counts
        if n_there < n_all:
            progress(f"{n_there} of {n_all} lines are there, the rest is spoken while the call runs", 1.0)
        improviser = None
        if speaking.llm is not None and model is not None:
            from voicesim.live.improviser import ModelImproviser

            improviser = ModelImproviser(
                model,
                voice,
                seed=speaking.llm.seed,
                dress=dress,
                is_virtual=speaking.is_virtual,
            )
            improviser.warm(band.style for band in scenario.bands)
        return Cast(
            scenario=scenario,
            source=source,
            voices=bank,
            identity=engine_to_json(voice.identity),
            improviser=improviser,
            language_model=(
                None
                if improviser is None or model is None or speaking.llm is None
                else {**engine_to_json(model.identity), "seed": speaking.llm.seed}
            ),
            # The voice goes on living, for the lines to come and for what is improvised.
            at_close=stack.pop_all().close,
        )


def _over_telephone(clip: Clip) -> Clip:
    from voicesim.audio.telephone import telephone

    return telephone(clip)


def _as_it_is(clip: Clip) -> Clip:
    return clip


def recorded(
    path: Path, *, recogniser: str | None, trainee_channel: str | None, transcript: Path | None
) -> Casting:
    """The customer of a call folder or a two-channel recording.

    Args:
        path: of the call.
        recogniser: writes down what the customer of a recording says; ``None``: nobody does.
        trainee_channel: as in ``voicesim score``.
        transcript: of a recording, in the recogniser's place.

    Raises:
        InputError: there is no such call.
    """
    from voicesim.errors import InputError

    if not path.exists():
        raise InputError(f"no such call: {path}", hint="name a call folder or a two-channel recording")
    return functools.partial(_cut_out, path, recogniser, trainee_channel, transcript)


def _cut_out(
    path: Path,
    recogniser: str | None,
    trainee_channel: str | None,
    transcript: Path | None,
    progress: Progress,
) -> Cast:
    from voicesim.cli.wiring import engines_for, load_tables
    from voicesim.intake.recorded_voice import call_to_replay, recorded_voices
    from voicesim.scenario.load import read_scenario
    from voicesim.scenario.replay import replay_of

    engines = engines_for(recogniser, progress=progress)
    call = call_to_replay(
        path, engines, trainee_channel=trainee_channel, transcript=transcript, progress=progress
    )
    assert call.customer is not None
    replay = replay_of(call, known_behaviours=load_tables().ids)
    return Cast(
        scenario=read_scenario(replay.text, name=str(path)),
        source=replay.text.encode(),
        voices=recorded_voices(call.customer.clip, replay.parts),
        identity={"engine": "recording", "model": call.call_id, "version": "1", "settings": {}},
    )
