"""The words of a channel's utterances: one session each, or packed into the windows that a recogniser hears at once.

Conventions: each utterance is given with up to 0.25 s of the sound around it. A recogniser of the Whisper family
hears 30 s at once and works as long on two seconds as on thirty, so several utterances go into one window, in
order, with a fifth of a second of silence between their margins, and the times of the words are moved back. A word
belongs to the utterance that it overlaps most; one that lies in the silence between two belongs to the nearer one.
A window of several utterances that gives no words at all is heard again one utterance at a time, as a window that a
recogniser made nothing but noise of would take all its utterances with it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final

import numpy as np

from voicesim.audio.clip import SAMPLE_RATE_HZ, Clip, Samples
from voicesim.audio.span import Span, Timeline
from voicesim.ports import Recogniser, WindowRecogniser
from voicesim.speech.words import Word

MARGIN_SAMPLES: Final = round(0.25 * SAMPLE_RATE_HZ)
"""Sound around an utterance that the recogniser is given, as in a live call."""
GAP_SAMPLES: Final = round(0.2 * SAMPLE_RATE_HZ)
OPEN_WINDOWS: Final = 8
"""An utterance goes into the first of so many last windows that has room for it."""
AT_ONCE: Final = 2
"""Windows handed over together. On a processor two take a tenth less work than one after the other; more gain nothing
and hold more sound in memory."""


@dataclass(frozen=True, slots=True)
class Piece:
    """An utterance in a window."""

    index: int
    """Of the utterance."""
    around: Span
    """What of the recording is in the window: the utterance and its margins."""
    at: int
    """Where that begins in the window."""

    @property
    def shift(self) -> int:
        """From the window's samples to the recording's."""
        return self.around.start - self.at


@dataclass(frozen=True, slots=True)
class Window:
    """Utterances that are recognised together."""

    pieces: tuple[Piece, ...]

    def sound(self, clip: Clip) -> Samples:
        """What the recogniser hears."""
        last = self.pieces[-1]
        out = np.zeros(last.at + len(last.around), np.float32)
        for piece in self.pieces:
            out[piece.at : piece.at + len(piece.around)] = clip.cut(piece.around)
        return out


def words_of_utterances(
    clip: Clip, spans: Timeline, recogniser: Recogniser, tell: Callable[[int], None] = lambda _: None
) -> list[tuple[Word, ...]]:
    """The words of each utterance, at their times in the recording.

    Args:
        clip: the channel.
        spans: its utterances.
        recogniser: packed into its windows where it has such.
        tell: told how many utterances are done.

    Raises:
        EngineFailedError: the engine broke.
    """
    tell(0)
    if isinstance(recogniser, WindowRecogniser):
        return _in_windows(clip, spans, recogniser, tell)
    found: list[tuple[Word, ...]] = []
    for piece in _pieces(spans, len(clip)):
        found.append(_in_session(clip, piece, recogniser))
        tell(len(found))
    return found


def _in_session(clip: Clip, piece: Piece, recogniser: Recogniser) -> tuple[Word, ...]:
    session = recogniser.session()
    try:
        session.accept(clip.cut(piece.around))
        return tuple(_moved(word, piece) for word in session.finish())
    finally:
        session.close()


def _in_windows(
    clip: Clip, spans: Timeline, recogniser: WindowRecogniser, tell: Callable[[int], None]
) -> list[tuple[Word, ...]]:
    found: list[tuple[Word, ...]] = [()] * len(spans)
    n_done = 0
    windows = pack(spans, len(clip), round(recogniser.window_s * SAMPLE_RATE_HZ))
    for first in range(0, len(windows), AT_ONCE):
        batch = windows[first : first + AT_ONCE]
        heard = recogniser.recognise_windows([window.sound(clip) for window in batch])
        for window, words in zip(batch, heard, strict=True):
            if words or len(window.pieces) == 1:
                for index, said in unpack(window, words, spans).items():
                    found[index] = said
            else:
                for piece in window.pieces:
                    found[piece.index] = _in_session(clip, replace(piece, at=0), recogniser)
        n_done += sum(len(window.pieces) for window in batch)
        tell(n_done)
    return found


def pack(spans: Timeline, n_samples: int, window_samples: int) -> tuple[Window, ...]:
    """Utterances in windows, as many in one as it holds.

    Args:
        spans: utterances of one channel.
        n_samples: length of the channel.
        window_samples: length of a window; a longer utterance has a longer window to itself.
    """
    windows: list[list[Piece]] = []
    for piece in _pieces(spans, n_samples):
        for window in windows[-OPEN_WINDOWS:]:
            at = window[-1].at + len(window[-1].around) + GAP_SAMPLES
            if at + len(piece.around) <= window_samples:
                window.append(replace(piece, at=at))
                break
        else:
            windows.append([piece])
    return tuple(Window(tuple(pieces)) for pieces in windows)


def _pieces(spans: Timeline, n_samples: int) -> Iterable[Piece]:
    """Utterances with their margins; no sound is in two of them."""
    edges = [0, *((left.end + right.start) // 2 for left, right in pairwise(spans)), n_samples]
    for i, span in enumerate(spans):
        low, high = edges[i], edges[i + 1]
        start, end = max(low, span.start - MARGIN_SAMPLES), min(high, span.end + MARGIN_SAMPLES)
        yield Piece(i, Span(start, max(start, end)), 0)


def unpack(window: Window, words: Sequence[Word], spans: Timeline) -> dict[int, tuple[Word, ...]]:
    """A window's words at their times in the recording, by utterance."""
    found: dict[int, list[Word]] = {piece.index: [] for piece in window.pieces}
    for word in words:
        piece = max(
            window.pieces, key=lambda piece: _closeness(word.span, spans[piece.index].shift(-piece.shift))
        )
        found[piece.index].append(_moved(word, piece))
    return {index: tuple(said) for index, said in found.items()}


def _closeness(word: Span, utterance: Span) -> tuple[int, int]:
    """The samples they share; where there are none, how near they are."""
    away = max(0, utterance.start - word.end, word.start - utterance.end)
    return word.overlap(utterance), -away


def _moved(word: Word, piece: Piece) -> Word:
    """A word of the window, in the recording; it never leaves its piece."""
    start, end = (
        min(max(edge + piece.shift, piece.around.start), piece.around.end)
        for edge in (word.span.start, word.span.end)
    )
    return Word(word.text, Span(start, end), word.confidence)
