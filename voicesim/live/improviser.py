"""Other words for the customer, found and spoken beside a live call.

Conventions: the call asks once the machine has decided and goes on polling; whatever is not there within
:data:`LIMIT_S` on the call's clock comes too late, and the written lines are said. Asking never blocks in real time. In
virtual time the answer is waited for when it falls due, so that its place on the call's clock does not depend on the
machine.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as FutureTimeoutError
from dataclasses import dataclass
from typing import Final, Protocol

from voicesim.audio.clip import SAMPLE_RATE_HZ, Clip
from voicesim.errors import VoicesimError
from voicesim.ports import ChatMessage, ChatModel, Voice, VoiceStyle
from voicesim.scenario.improvise import cleaned

LIMIT_S: Final = 1.0
"""From the machine's decision to the first sample, model and synthesizer together."""

VIRTUAL_LATENCY_S: Final = 0.5
"""When an answer falls due where time is virtual."""

TOO_LATE: Final = "too late"


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """Other words that are wanted."""

    number: int
    """From 0, in the order of the call."""
    messages: Sequence[ChatMessage]
    style: VoiceStyle
    refusal: Callable[[str], str]
    """Why words may not be said; empty where they may."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Improvised:
    """What came of a request."""

    number: int
    seed: int
    text: str = ""
    """What was offered, said or not."""
    clip: Clip | None = None
    """Its sound; ``None`` where it is not said."""
    refused: str = ""
    """Why it is not said."""


class Improviser(Protocol):
    """Finds other words, and their sound."""

    is_remote: bool
    """Whether what it is told leaves this machine; then it is not told the trainee's words."""

    def ask(self, request: Request, now_samples: int) -> None:
        """Begin; a request that is under way is given up."""

    def poll(self, now_samples: int) -> Improvised | None:
        """What came of the last request, once it is known; by the time limit it always is."""

    def close(self) -> None:
        """Stop; what is under way is given up."""


class ModelImproviser:
    """Asks a language model and lets a voice speak its words.

    Args:
        model: the language model.
        voice: the customer's.
        seed: the first request's; each further one adds 1.
        dress: what is done to the sound of every line of this call (telephone, noise).
        is_virtual: whether time is.
    """

    def __init__(
        self,
        model: ChatModel,
        voice: Voice,
        *,
        seed: int,
        dress: Callable[[Clip], Clip] | None = None,
        is_virtual: bool = False,
    ) -> None:
        self.is_remote = model.is_remote
        self._model = model
        self._voice = voice
        self._seed = seed
        self._dress = dress
        self._is_virtual = is_virtual
        # One more than are ever awaited: an answer that is too late must not keep the next one waiting.
        self._pool = ThreadPoolExecutor(max_workers=2, thread_name_prefix="improviser")
        self._number = -1
        self._asked_at = 0
        self._future: Future[Improvised] | None = None

    def warm(self, styles: Iterable[VoiceStyle]) -> None:
        """Speak a word in every style, so that what is loaded for it is there before the call.

        Raises:
            EngineError: the voice is missing or failed.
        """
        for style in styles:
            self._voice.render("Hello.", style)

    def ask(self, request: Request, now_samples: int) -> None:
        """Begin."""
        if self._future is not None:
            self._future.cancel()
        self._number, self._asked_at = request.number, now_samples
        self._future = self._pool.submit(self._work, request, time.monotonic() + LIMIT_S)

    def poll(self, now_samples: int) -> Improvised | None:
        """What came of it."""
        if self._future is None:
            return None
        waited_s = (now_samples - self._asked_at) / SAMPLE_RATE_HZ
        if self._is_virtual and waited_s < VIRTUAL_LATENCY_S:
            return None
        if not self._is_virtual and not self._future.done() and waited_s < LIMIT_S:
            return None
        future, self._future = self._future, None
        try:
            return future.result(timeout=LIMIT_S if self._is_virtual else 0.0)
        except FutureTimeoutError:
            future.cancel()
            return Improvised(number=self._number, seed=self._seed + self._number, refused=TOO_LATE)

    def close(self) -> None:
        """Stop."""
        # A line that is still being rendered must not find its voice gone.
        self._pool.shutdown(wait=True, cancel_futures=True)

    def _work(self, request: Request, until_s: float) -> Improvised:
        seed = self._seed + request.number
        text = ""
        try:
            text = cleaned(self._model.complete(request.messages, seed=seed, limit_s=_left_s(until_s)))
            refused = request.refusal(text)
            if refused:
                return Improvised(number=request.number, seed=seed, text=text, refused=refused)
            clip = self._voice.render(text, request.style)
        except VoicesimError as exc:
            return Improvised(number=request.number, seed=seed, text=text, refused=exc.message)
        if self._dress is not None:
            clip = self._dress(clip)
        return Improvised(number=request.number, seed=seed, text=text, clip=clip)


def _left_s(until_s: float) -> float:
    return max(0.001, until_s - time.monotonic())
