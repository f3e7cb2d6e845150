"""The options of a language model as the customer's tongue, and what they open."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

import click

from voicesim.cli.output import Progress, shout

if TYPE_CHECKING:
    from voicesim.engines.chat_openai import OpenAiChat
    from voicesim.scenario.model import Scenario
    from voicesim.scenario.turn import Say, Step

WAKE_LIMIT_S = 60.0
"""A server that loads its model when it is first asked may take this long, before the call."""

F = TypeVar("F", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True, kw_only=True)
class LlmOptions:
    """Which model, and what it may be told."""

    url: str
    model: str
    key_env: str = ""
    allows_remote: bool = False
    seed: int = 0


def llm_options(command: F) -> F:
    """Add the options to a command; it is given one argument ``llm``."""
    options = (
        click.option(
            "--llm",
            "llm_url",
            metavar="URL",
            help="A language model finds other words for the customer, within facts and mood: any server that speaks "
            "the OpenAI chat API, such as http://localhost:11434/v1.  [default: off]",
        ),
        click.option("--llm-model", default="", metavar="NAME", help="The model, as the server calls it."),
        click.option(
            "--llm-key-env", default="", metavar="VAR", help="Environment variable that holds its key."
        ),
        click.option("--llm-seed", type=int, metavar="N", help="For the same words again.  [default: drawn]"),
        click.option(
            "--llm-allow-remote",
            is_flag=True,
            help="It may be another machine: the scenario and what the customer says then leave this one.",
        ),
    )
    for option in reversed(options):
        command = option(command)
    return command


def chosen_llm(
    *, llm_url: str | None, llm_model: str, llm_key_env: str, llm_seed: int | None, llm_allow_remote: bool
) -> LlmOptions | None:
    """What the options mean; ``None`` for no model.

    Raises:
        click.UsageError: half of it was said.
    """
    if llm_url is None:
        if llm_model or llm_key_env or llm_seed is not None or llm_allow_remote:
            raise click.UsageError(
                "--llm-model, --llm-key-env, --llm-seed and --llm-allow-remote go with --llm"
            )
        return None
    if not llm_model:
        raise click.UsageError("--llm goes with --llm-model")
    seed = int.from_bytes(os.urandom(3)) if llm_seed is None else llm_seed
    return LlmOptions(
        url=llm_url, model=llm_model, key_env=llm_key_env, allows_remote=llm_allow_remote, seed=seed
    )


def open_llm(options: LlmOptions) -> OpenAiChat:
    """The model; nothing is asked of it yet.

    Raises:
        InputError: no address, one that is not allowed, or no key where one was named.
    """
    from voicesim.engines.chat_openai import OpenAiChat
    from voicesim.errors import InputError

    key = os.environ.get(options.key_env, "") if options.key_env else ""
    if options.key_env and not key:
        raise InputError(
            f"the environment variable {options.key_env} is not set", hint="put the server's key into it"
        )
    model = OpenAiChat(options.url, options.model, key=key, allows_remote=options.allows_remote)
    if model.is_remote:
        shout(
            f"The language model at {options.url} is not on this machine: the scenario's title, the customer's "
            "facts and all that he says leave it. What you say does not."
        )
        if options.url.startswith("http:"):
            shout("And they are sent unencrypted.")
    return model


def wake(model: OpenAiChat, progress: Progress) -> None:
    """Ask something before the call, so that a model that must be loaded is, and a wrong address is found out.

    Raises:
        EngineFailedError: it does not answer.
    """
    from voicesim.ports import ChatMessage

    progress("waking the language model", 0.0)
    model.complete((ChatMessage(role="user", text="Say hello."),), seed=0, limit_s=WAKE_LIMIT_S)
    progress.done()


class TypedWords:
    """Other words in a call that is typed.

    Args:
        model: finds them.
        scenario: who the customer is.
        seed: the first question's.
    """

    def __init__(self, model: OpenAiChat, scenario: Scenario, seed: int) -> None:
        from voicesim.scenario.improvise import Heard

        self._model = model
        self._scenario = scenario
        self._seed = seed
        self._heard = Heard()
        self.note = ""
        """What came of the last question."""

    def __call__(self, step: Step, trainee: str) -> tuple[str, ...]:
        """What the customer says in a step: other words, or the written lines."""
        from voicesim.scenario.turn import Say

        says = [action for action in step.actions if isinstance(action, Say)]
        self._heard = self._heard.then(trainee, is_customer=False)
        text, refused = self._ask(step, says)
        self.note = f"written line: {refused}" if refused else f"improvised, seed {self._seed}"
        self._seed += 1
        said = tuple(say.text for say in says) if refused else (text,)
        self._heard = self._heard.then(" ".join(said), is_customer=True)
        return said

    def _ask(self, step: Step, says: list[Say]) -> tuple[str, str]:
        from voicesim.errors import EngineFailedError
        from voicesim.live.improviser import LIMIT_S
        from voicesim.scenario.improvise import cleaned, messages_for, refusal

        messages = messages_for(
            self._scenario, step.state, says, self._heard, tells_trainee=not self._model.is_remote
        )
        try:
            text = cleaned(self._model.complete(messages, seed=self._seed, limit_s=LIMIT_S))
        except EngineFailedError as exc:
            return "", exc.message
        return text, refusal(text, self._scenario, says, self._heard)
