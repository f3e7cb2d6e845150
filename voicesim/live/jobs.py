"""Recognition beside a live call: inline where time is virtual, in a process of its own where it is real.

A process and not a thread: some recognisers hold Python's lock for a quarter of a second at the end of an
utterance, and the sound card's callbacks need it every few milliseconds.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import queue
import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from voicesim.audio.clip import SAMPLE_RATE_HZ, Samples
from voicesim.audio.span import Span
from voicesim.errors import EngineFailedError, VoicesimError
from voicesim.ports import Delivery, Recogniser, RecogniserCapabilities, RecogniserSession
from voicesim.speech.call import EngineId
from voicesim.speech.words import Word

if TYPE_CHECKING:
    from multiprocessing.connection import Connection


class InlineJobs:
    """Recognition in virtual time: done at once, delivered after a declared latency.

    Args:
        recogniser: loaded.
        latency_s: from ``finish`` to delivery, on the call's clock.
    """

    def __init__(self, recogniser: Recogniser, *, latency_s: float = 0.3) -> None:
        self.is_streaming = recogniser.capabilities.is_streaming
        self._recogniser = recogniser
        self._latency = round(latency_s * SAMPLE_RATE_HZ)
        self._sessions: dict[int, RecogniserSession] = {}
        self._ready: list[tuple[int, Delivery]] = []

    def submit(self, job_id: int, samples: Samples) -> None:
        """Hand over the next samples of a job."""
        if job_id not in self._sessions:
            self._sessions[job_id] = self._recogniser.session()
        self._sessions[job_id].accept(samples)

    def finish(self, job_id: int, now_samples: int) -> None:
        """Recognise."""
        session = self._sessions.pop(job_id, None)
        words, error = ((), "") if session is None else _words_of(session)
        self._ready.append((now_samples + self._latency, Delivery(job_id, words, 0.0, error)))

    def cancel(self, job_id: int) -> None:
        """Drop a job."""
        session = self._sessions.pop(job_id, None)
        if session is not None:
            session.close()
        self._ready = [(at, d) for at, d in self._ready if d.job_id != job_id]

    def has_begun(self, job_id: int) -> bool:
        """Always: the work is done at once."""
        del job_id
        return True

    def poll(self, now_samples: int) -> tuple[Delivery, ...]:
        """What is due."""
        due = tuple(d for at, d in self._ready if at <= now_samples)
        self._ready = [(at, d) for at, d in self._ready if at > now_samples]
        return due

    def close(self) -> None:
        """Drop everything."""
        for session in self._sessions.values():
            session.close()
        self._sessions.clear()
        self._ready.clear()


def _words_of(session: RecogniserSession) -> tuple[tuple[Word, ...], str]:
    try:
        return session.finish(), ""
    except VoicesimError as exc:
        return (), exc.message
    finally:
        session.close()


class ProcessJobs:
    """Recognition in a child process. Nothing here blocks the caller, once it has begun.

    Args:
        factory: loads the recogniser in the child, and says whether it is a stand-in; must be picklable.
        waits: for the recogniser to be loaded; else :meth:`wait` is to be called before anything else.

    Raises:
        VoicesimError: whatever the factory raised in the child.
        EngineFailedError: the child ended at its start.
    """

    def __init__(self, factory: Callable[[], tuple[Recogniser, bool]], *, waits: bool = True) -> None:
        context = multiprocessing.get_context("spawn")
        self._pipe, child_pipe = context.Pipe()
        self._child = context.Process(target=_serve, args=(child_pipe, factory), daemon=True)
        self._child.start()
        child_pipe.close()
        self._asked_at_s: dict[int, float] = {}
        self._begun = -1
        self._is_broken = False
        # The child reads nothing while it recognises, and a full pipe would block the call.
        self._outbox: queue.SimpleQueue[tuple[Any, ...] | None] = queue.SimpleQueue()
        self._sender = threading.Thread(target=self._drain, name="recogniser mail", daemon=True)
        self._sender.start()
        self.identity: EngineId
        self.capabilities: RecogniserCapabilities
        self.is_fallback = False
        self.is_streaming = False
        if waits:
            self.wait()

    def wait(self) -> None:
        """Wait until the recogniser is loaded.

        Raises:
            VoicesimError: whatever the factory raised in the child.
            EngineFailedError: the child ended at its start.
        """
        ready = self._receive()
        if isinstance(ready, VoicesimError):
            self.close()
            raise ready
        if ready is None:
            self.close()
            raise EngineFailedError("the recogniser's process ended at its start", hint="run voicesim doctor")
        self.identity, self.capabilities, self.is_fallback = ready
        self.is_streaming = self.capabilities.is_streaming

    def submit(self, job_id: int, samples: Samples) -> None:
        """Hand over the next samples of a job."""
        self._send(("submit", job_id, np.ascontiguousarray(samples).tobytes()))

    def finish(self, job_id: int, now_samples: int) -> None:
        """Ask for the words."""
        del now_samples
        self._asked_at_s[job_id] = time.perf_counter()
        self._send(("finish", job_id))

    def cancel(self, job_id: int) -> None:
        """Drop a job; its words, if they still come, are ignored."""
        self._asked_at_s.pop(job_id, None)
        self._send(("cancel", job_id))

    def has_begun(self, job_id: int) -> bool:
        """Whether the child has said that it works on it."""
        return self._begun >= job_id

    def poll(self, now_samples: int) -> tuple[Delivery, ...]:
        """What has come back."""
        del now_samples
        out: list[Delivery] = []
        while not self._is_broken and self._pipe.poll(0):
            answer = self._receive()
            if answer is None:
                break
            if isinstance(answer, int):
                self._begun = answer
                continue
            job_id, rows, error = answer
            asked_at_s = self._asked_at_s.pop(job_id, None)
            if asked_at_s is not None:
                words = tuple(Word(text, Span(start, end), conf) for text, start, end, conf in rows)
                out.append(Delivery(job_id, words, time.perf_counter() - asked_at_s, error))
        if self._is_broken or not self._child.is_alive():
            out.extend(
                Delivery(job_id, (), time.perf_counter() - at_s, "the recogniser's process ended")
                for job_id, at_s in self._asked_at_s.items()
            )
            self._asked_at_s.clear()
        return tuple(out)

    def close(self) -> None:
        """End the child."""
        self._send(("close",))
        self._outbox.put(None)
        self._child.join(timeout=1.0)
        if self._child.is_alive():
            self._child.kill()
            self._child.join()
        self._sender.join(timeout=1.0)
        self._pipe.close()
        self._is_broken = True

    def _send(self, message: tuple[Any, ...]) -> None:
        if not self._is_broken:
            self._outbox.put(message)

    def _drain(self) -> None:
        while (message := self._outbox.get()) is not None:
            try:
                self._pipe.send(message)
            except (BrokenPipeError, OSError):
                self._is_broken = True
                return

    def _receive(self) -> Any:  # noqa: ANN401 - a message of our own child
        try:
            return self._pipe.recv()
        except (EOFError, OSError):
            self._is_broken = True
            return None


def _serve(pipe: Connection, factory: Callable[[], tuple[Recogniser, bool]]) -> None:
    """The child: build the recogniser, then answer until told to close or the parent is gone."""
    import signal

    # Ctrl-C goes to the whole process group; the parent decides what ends.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        recogniser, is_fallback = factory()
    except VoicesimError as exc:
        pipe.send(exc)
        return
    pipe.send((recogniser.identity, recogniser.capabilities, is_fallback))
    with contextlib.suppress(EOFError, OSError):
        _answer_until_closed(pipe, recogniser)


def _answer_until_closed(pipe: Connection, recogniser: Recogniser) -> None:
    sessions: dict[int, RecogniserSession] = {}
    asked: list[int] = []
    while True:
        # All that was said meanwhile is read first: a job may be unwanted before it is begun.
        while not asked or pipe.poll(0):
            match pipe.recv():
                case ("submit", job_id, data):
                    if job_id not in sessions:
                        sessions[job_id] = recogniser.session()
                    sessions[job_id].accept(np.frombuffer(data, dtype=np.float32))
                case ("finish", job_id):
                    asked.append(job_id)
                case ("cancel", job_id):
                    session = sessions.pop(job_id, None)
                    if session is not None:
                        session.close()
                    asked = [other for other in asked if other != job_id]
                case _:
                    return
        job_id = asked.pop(0)
        session = sessions.pop(job_id, None)
        pipe.send(job_id)
        words, error = ((), "") if session is None else _words_of(session)
        rows = [(w.text, w.span.start, w.span.end, w.confidence) for w in words]
        pipe.send((job_id, rows, error))
