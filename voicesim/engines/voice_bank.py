"""A customer's lines, the first of them spoken before the call and the rest while it runs.

Conventions: lines are rendered in the order in which they are given, one that is wanted now before all others. Until
the first ones are there all cores work; afterwards a single thread goes on, beside the call.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

from voicesim.audio.clip import Clip
from voicesim.engines.voice_cache import LineToRender, cached_line, default_cache_folder, line_key
from voicesim.errors import VoicesimError
from voicesim.ports import Voice, VoiceStyle

N_FIRST: Final = 16
"""Lines that are there before the call: what a customer may say in the first minute."""


class VoiceBank(Mapping[str, Clip]):
    """Clips by line id; one that is not there yet is waited for. Safe to use from several threads.

    Args:
        lines: to render, those that come first in the call first; equal words in equal style are rendered once.
        voice: the synthesizer; used from several threads at once.
        folder: of the cache; the usual one by default.
        dress: changes each clip, as for a telephone.
    """

    def __init__(
        self,
        lines: Sequence[LineToRender],
        voice: Voice,
        *,
        folder: Path | None = None,
        dress: Callable[[Clip], Clip] = lambda clip: clip,
    ) -> None:
        self._voice = voice
        self._folder = folder or default_cache_folder()
        self._dress = dress
        self._keys = {line_id: line_key(text, style, voice.identity) for line_id, text, style in lines}
        self._waiting = {self._keys[line_id]: (text, style) for line_id, text, style in lines}
        self._n_all = len(self._waiting)
        self._clips: dict[str, Clip] = {}
        self._error: BaseException | None = None
        self._is_closed = False
        self._n_wanted_workers = min(4, os.cpu_count() or 1)
        self._changed = threading.Condition()
        self._workers = [
            threading.Thread(target=self._work, args=(number,), name=f"voice {number}", daemon=True)
            for number in range(self._n_wanted_workers)
        ]
        for worker in self._workers:
            worker.start()

    def wait(self, n: int | None = N_FIRST, *, progress: Callable[[float], None] | None = None) -> None:
        """Wait for so many lines; the rest is rendered by one thread from then on.

        Args:
            n: how many; ``None`` for all.
            progress: told the fraction of them that is done.

        Raises:
            EngineError: the synthesizer is missing or failed.
        """
        wanted = self._n_all if n is None else min(n, self._n_all)
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._is_further(wanted), timeout=0.1)
                n_done, error = len(self._clips), self._error
            if error is not None:
                raise error
            if progress is not None:
                progress(min(1.0, n_done / max(1, wanted)))
            if n_done >= wanted:
                break
        self._n_wanted_workers = 1

    def _is_further(self, wanted: int) -> bool:
        return self._error is not None or len(self._clips) >= wanted

    @property
    def counts(self) -> tuple[int, int]:
        """How many different lines are there, and of how many."""
        return len(self._clips), self._n_all

    def is_ready(self, line_id: str) -> bool:
        """Whether a line can be had at once; one that cannot is rendered next."""
        key = self._keys[line_id]
        with self._changed:
            if key in self._clips or self._error is not None:
                return True
            if key in self._waiting:
                self._waiting = {key: self._waiting.pop(key), **self._waiting}
            return False

    def __getitem__(self, line_id: str) -> Clip:
        key = self._keys[line_id]
        if not self.is_ready(line_id):
            with self._changed:
                self._changed.wait_for(lambda: key in self._clips or self._error is not None)
        with self._changed:
            if key not in self._clips and self._error is not None:
                raise self._error
            return self._clips[key]

    def __contains__(self, line_id: object) -> bool:
        return line_id in self._keys

    def __iter__(self) -> Iterator[str]:
        return iter(self._keys)

    def __len__(self) -> int:
        return len(self._keys)

    def close(self) -> None:
        """Stop rendering; a second call does nothing."""
        with self._changed:
            self._is_closed = True
            self._waiting.clear()
        for worker in self._workers:
            worker.join()

    def _next(self, number: int) -> tuple[str, tuple[str, VoiceStyle]] | None:
        with self._changed:
            is_over = self._is_closed or self._error is not None or number >= self._n_wanted_workers
            if is_over or not self._waiting:
                return None
            key = next(iter(self._waiting))
            return key, self._waiting.pop(key)

    def _work(self, number: int) -> None:
        while (item := self._next(number)) is not None:
            key, (text, style) = item
            try:
                clip = self._dress(cached_line(self._folder / f"{key}.flac", self._voice, text, style))
            except (VoicesimError, OSError, ValueError, RuntimeError) as exc:
                with self._changed:
                    # The end of the voice at the end of the call is no failure.
                    self._error = None if self._is_closed else exc
                    self._changed.notify_all()
                return
            with self._changed:
                self._clips[key] = clip
                self._changed.notify_all()
