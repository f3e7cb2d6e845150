"""Utterances packed into windows: every word comes back to where it was said."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.fakes import KnownRecording, ScriptedRecogniser, voice_like
from voicesim.audio.clip import SAMPLE_RATE_HZ, Clip
from voicesim.audio.span import Span
from voicesim.intake.packing import GAP_SAMPLES, Piece, Window, pack, unpack, words_of_utterances
from voicesim.ports import WindowRecogniser
from voicesim.speech.words import Word

WINDOW = 30 * SAMPLE_RATE_HZ


class WindowedScript(ScriptedRecogniser):
    """A scripted recogniser that hears 8 s at once."""

    window_s = 8.0

    def __init__(self, known, *, deaf_to_longer_than_s=99.0):
        super().__init__(known)
        self.heard_s: list[float] = []
        self._deaf_above = deaf_to_longer_than_s * SAMPLE_RATE_HZ

    def recognise_windows(self, windows):
        self.heard_s += [len(window) / SAMPLE_RATE_HZ for window in windows]
        return tuple(self._words(window) for window in windows)

    def _words(self, window):
        if len(window) > self._deaf_above:
            return ()
        session = self.session()
        session.accept(window)
        return session.finish()


@pytest.fixture(scope="module")
def channel():
    """Seven utterances of 1 to 3 s with 1 to 4 s between them, and what is said in them."""
    rng = np.random.default_rng(9)
    parts, spans, known, at = [], [], [], 0
    for n in range(7):
        silence = np.zeros(round(rng.uniform(1.0, 4.0) * SAMPLE_RATE_HZ), np.float32)
        talk = voice_like(rng, rng.uniform(1.0, 3.0), f0_hz=90.0 + 10 * n)
        at += len(silence)
        spans.append(Span(at, at + len(talk)))
        known.append(KnownRecording.of(talk, " ".join(f"w{n}x{i}" for i in range(3 + n % 4))))
        parts += [silence, talk]
        at += len(talk)
    return Clip(np.concatenate([*parts, np.zeros(SAMPLE_RATE_HZ, np.float32)])), tuple(spans), known


def test_words_of_packed_utterances_come_back_exactly(channel):
    clip, spans, known = channel
    recogniser = WindowedScript(known)
    assert isinstance(recogniser, WindowRecogniser)
    told = []
    found = words_of_utterances(clip, spans, recogniser, told.append)
    for span, recording, words in zip(spans, known, found, strict=True):
        expected = [Word(w.text, w.span.shift(span.start), w.confidence) for w in recording.words]
        assert list(words) == expected
    total_s = sum(len(span) + 16_000 for span in spans) / SAMPLE_RATE_HZ
    assert len(recogniser.heard_s) <= np.ceil(total_s / 8.0) + 1
    assert max(recogniser.heard_s) <= 8.0
    assert told[0] == 0
    assert told[-1] == len(spans)


def test_a_recogniser_without_windows_gets_one_utterance_at_a_time(channel):
    clip, spans, known = channel
    recogniser = ScriptedRecogniser(known)
    assert not isinstance(recogniser, WindowRecogniser)
    found = words_of_utterances(clip, spans[:4], recogniser)
    assert recogniser.n_sessions == 4
    assert found == words_of_utterances(clip, spans[:4], WindowedScript(known))


def test_a_window_that_gives_nothing_is_heard_again_one_by_one(channel):
    clip, spans, known = channel
    recogniser = WindowedScript(known, deaf_to_longer_than_s=5.0)
    assert words_of_utterances(clip, spans, recogniser) == words_of_utterances(
        clip, spans, WindowedScript(known)
    )
    assert recogniser.n_sessions >= len(spans)


@given(
    st.lists(st.tuples(st.integers(1, 6 * SAMPLE_RATE_HZ), st.integers(1, 40 * SAMPLE_RATE_HZ)), max_size=30)
)
@settings(deadline=None, max_examples=60)
def test_every_utterance_is_in_one_window_and_no_sound_in_two(rows):
    spans, at = [], 0
    for silence, length in rows:
        spans.append(Span(at + silence, at + silence + length))
        at += silence + length
    windows = pack(tuple(spans), at, WINDOW)
    pieces = [piece for window in windows for piece in window.pieces]
    pieces.sort(key=lambda piece: piece.index)
    assert [piece.index for piece in pieces] == list(range(len(spans)))
    for window in windows:
        ends = [piece.at + len(piece.around) for piece in window.pieces]
        assert ends[-1] <= WINDOW or len(window.pieces) == 1
        assert [piece.index for piece in window.pieces] == sorted(piece.index for piece in window.pieces)
        assert [b.at - end for end, b in zip(ends, window.pieces[1:], strict=False)] == [GAP_SAMPLES] * (
            len(ends) - 1
        )
    for before, after in pairwise(pieces):
        assert before.around.end <= after.around.start
    for piece, span in zip(pieces, spans, strict=True):
        assert piece.around.start <= span.start
        assert span.end <= piece.around.end
        assert span.shift(-piece.shift).start >= piece.at


@pytest.mark.parametrize(
    ("start", "end", "utterance", "moved"),
    [
        (4_000, 20_000, 0, (104_000, 120_000)),
        (34_000, 38_500, 0, (134_000, 138_500)),
        pytest.param(37_000, 44_000, 0, (137_000, 140_000), id="in the silence, nearer to the first"),
        pytest.param(42_500, 47_000, 1, (500_000, 500_000), id="in the silence, nearer to the second"),
        pytest.param(41_000, 60_000, 1, (500_000, 512_000), id="begins in the silence, as Whisper has it"),
        pytest.param(30_000, 60_000, 1, (500_000, 512_000), id="in both: where most of it is"),
    ],
)
def test_a_word_belongs_to_the_utterance_it_overlaps_most(start, end, utterance, moved):
    spans = (Span(104_000, 136_000), Span(504_000, 540_000))
    window = Window((Piece(0, Span(100_000, 140_000), 0), Piece(1, Span(500_000, 544_000), 48_000)))
    found = unpack(window, [Word("word", Span(start, end), 0.7)], spans)
    assert found == {utterance: (Word("word", Span(*moved), 0.7),), 1 - utterance: ()}
