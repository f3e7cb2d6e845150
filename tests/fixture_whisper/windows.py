"""Windows of 30 s as a recogniser meets them: sound, what to write, and where each token is said."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Final

import numpy as np
import numpy.typing as npt
import scipy.signal
import torch
from faster_whisper.feature_extractor import FeatureExtractor

from tests.fixture_whisper.corpus import Piece, SaidWord, cut
from tests.fixture_whisper.flite_voice import RATE_HZ, Spoken
from tests.fixture_whisper.vocabulary import END, NO_SPEECH, NO_TIME_STAMPS, PREVIOUS, START, Vocabulary

Float32 = npt.NDArray[np.float32]
Int64 = npt.NDArray[np.int64]

N_FRAMES: Final = 1500
FRAME_S: Final = 0.02
WINDOW_S: Final = 30.0
N_MELS: Final = 80
MAX_TOKENS: Final = 224
"""Longer windows are made anew; Whisper's decoder has room for 448, half of it for what went before."""

LAST_FIRST_STAMP: Final = 50
"""Decoding takes no first time stamp beyond 1.00 s."""

SHARE_WITH_STAMPS: Final = 0.25
"""The other windows are transcribed without time stamps, as voicesim has it."""

CONTEXT_FRAMES: Final = 75
"""How far a frame is asked about the words before and after it."""

MANY: Final = 99
"""More pieces than go into a window."""

IGNORED: Final = -100
NOWHERE: Final = (-1, -1)

_SENTENCE_ENDS: Final = (".", "?", "!")


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """One example."""

    features: Float32
    """(80, 3000), as faster-whisper computes and pads them."""
    inputs: Int64
    """(n_tokens,) what the decoder is given."""
    targets: Int64
    """(n_tokens,) what it is to say; IGNORED where nothing is asked."""
    input_spans: Int64
    """(n_tokens, 2) frames where the input token is said, end excluded; NOWHERE where it is not."""
    target_spans: Int64
    """(n_tokens, 2) the same for the target token."""
    labels: Int64
    """(3, 1500) the word before, at and after each frame, as its token id; 0 for none."""


SHORT_FRAMES: Final = 480
"""A short window's sound and the encoder's reach beyond it."""

REACH_FRAMES: Final = 95


class Fill(Enum):
    """How much a window holds."""

    FULL = "as much speech as goes into it, with short gaps"
    SHORT = "what goes into its first seconds, mostly one piece"
    ANY = "anything from nothing to full"


class WindowMaker:
    """Makes examples without end.

    Args:
        fixtures: what is said of each fixture: its recording, then the other renderings.
        shuffled: other things said in the same words.
        seed: of all that is random here.
    """

    def __init__(
        self,
        fixtures: Sequence[Sequence[Spoken]],
        shuffled: Sequence[Spoken],
        vocabulary: Vocabulary,
        seed: int,
    ) -> None:
        self._fixtures = fixtures
        self._shuffled = shuffled
        self._vocabulary = vocabulary
        self._rng = np.random.default_rng(seed)
        self._order: list[int] = []
        """Fixtures come in random order, all of them before any comes again, so that a window seldom says one twice."""
        self._log_mel = LogMel()

    def make(self, fill: Fill = Fill.ANY, *, share_shuffled: float = 0.4) -> Window:
        """A random window.

        Args:
            fill: how much it holds.
            share_shuffled: how much of the speech is shuffled words.
        """
        while True:
            sound, words = self._compose(share_shuffled, fill)
            transcript = _Transcript(self._vocabulary, self._rng, words, len(sound) / RATE_HZ)
            if len(transcript.ids) <= MAX_TOKENS:
                break
        inputs, targets, input_spans, target_spans = transcript.example()
        return Window(
            features=self._features(sound),
            inputs=inputs,
            targets=targets,
            input_spans=input_spans,
            target_spans=target_spans,
            labels=_frame_labels(words),
        )

    # --- sound ------------------------------------------------------------------------------------------

    def _compose(self, share_shuffled: float, fill: Fill) -> tuple[Float32, list[SaidWord]]:
        """Pieces of speech behind one another, with noise."""
        rng = self._rng
        limit_s = (SHORT_FRAMES - REACH_FRAMES) * FRAME_S if fill is Fill.SHORT else WINDOW_S
        kind = rng.random()
        if fill is not Fill.FULL and kind < 0.04:
            return self._finish(np.zeros(round(rng.uniform(0.5, limit_s) * RATE_HZ), np.float32)), []
        n_pieces, gap_s = MANY, _some_gap(rng)
        at_s = float(rng.uniform(0.0, 0.7) if rng.random() < 0.75 else rng.exponential(3.0) % 15.0)
        if fill is Fill.FULL:
            gap_s, at_s = float(rng.uniform(0.1, 0.8)), float(rng.uniform(0.0, 0.7))
        elif fill is Fill.SHORT:
            n_pieces, gap_s, at_s = (
                int(rng.integers(1, 3)),
                float(rng.uniform(0.1, 0.8)),
                float(rng.uniform(0.0, 0.7)),
            )
        elif kind < 0.64:
            n_pieces = 1 if kind < 0.34 else int(rng.integers(2, 5))
        sound = np.zeros(round(WINDOW_S * RATE_HZ), np.float32)
        words: list[SaidWord] = []
        end_s = at_s
        gain = 10.0 ** (rng.uniform(-24.0, 6.0) / 20.0)
        pieces_noise = self._noise_level()
        while n_pieces > 0:
            piece = self._piece(share_shuffled)
            samples = piece.samples * np.float32(gain * 10.0 ** (rng.uniform(-3.0, 3.0) / 20.0))
            if at_s + len(samples) / RATE_HZ > limit_s and not (fill is Fill.SHORT and not words):
                break
            if pieces_noise > 0.0:
                samples = samples + self._noise(len(samples), pieces_noise)
            first = round(at_s * RATE_HZ)
            sound[first : first + len(samples)] = samples
            words += [SaidWord(w.ids, w.start_s + at_s, w.end_s + at_s) for w in piece.words]
            end_s = at_s + len(samples) / RATE_HZ
            at_s = end_s + (gap_s if fill is not Fill.ANY or rng.random() < 0.7 else _some_gap(rng))
            n_pieces -= 1
        tail_s = float(
            rng.uniform(0.0, 0.8) if rng.random() < 0.8 else rng.uniform(0.0, max(limit_s - end_s, 0.0))
        )
        length = min(round((end_s + tail_s) * RATE_HZ), round(max(limit_s, end_s) * RATE_HZ))
        return self._finish(sound[: max(length, RATE_HZ // 2)]), words

    def _piece(self, share_shuffled: float) -> Piece:
        rng = self._rng
        if rng.random() < share_shuffled:
            spoken = self._shuffled[rng.integers(len(self._shuffled))]
        else:
            if not self._order:
                self._order = list(rng.permutation(len(self._fixtures)))
            sayings = self._fixtures[self._order.pop()]
            spoken = sayings[0] if rng.random() < 0.4 else sayings[rng.integers(len(sayings))]
        return cut(spoken, self._vocabulary, rng, part=rng.random() < 0.35)

    def _noise_level(self) -> float:
        """RMS of a room, or nothing at all: packed windows are silent between what they hold, live ones not."""
        rng = self._rng
        return 0.0 if rng.random() < 0.5 else float(10.0 ** (rng.uniform(-80.0, -45.0) / 20.0))

    def _noise(self, n_samples: int, rms: float) -> Float32:
        white = self._rng.standard_normal(n_samples, dtype=np.float32)
        if self._rng.random() < 0.4:
            tilt = float(self._rng.uniform(0.3, 0.97))
            white = scipy.signal.lfilter([1.0 - tilt], [1.0, -tilt], white).astype(np.float32)
            white /= np.float32(max(float(np.std(white)), 1e-9))
        return np.float32(rms) * white

    def _finish(self, sound: Float32) -> Float32:
        """The room, sometimes the telephone's band, and a limit."""
        rng = self._rng
        if rng.random() < 0.45:
            sound = sound + self._noise(len(sound), max(self._noise_level(), 10.0 ** (-75.0 / 20.0)))
        if rng.random() < 0.1:
            band = scipy.signal.butter(3, (300.0, 3400.0), "bandpass", fs=RATE_HZ, output="sos")
            sound = scipy.signal.sosfilt(band, sound).astype(np.float32)
        return np.clip(sound, -1.0, 1.0)

    def _features(self, sound: Float32) -> Float32:
        """As faster-whisper does it: padded after the logarithm, with the log-mel value 0."""
        features = np.zeros((N_MELS, 2 * N_FRAMES), np.float32)
        found = self._log_mel(sound)[:, : 2 * N_FRAMES]
        features[:, : found.shape[1]] = found
        return features


class LogMel:
    """faster-whisper's log-mel spectrogram, by torch's FFT, which takes a tenth of the time."""

    def __init__(self) -> None:
        extractor = FeatureExtractor()
        self._n_fft, self._hop = extractor.n_fft, extractor.hop_length
        self._mel = torch.from_numpy(extractor.mel_filters)
        self._window = torch.hann_window(self._n_fft)

    def __call__(self, sound: Float32) -> Float32:
        """(80, n_frames), a frame each 10 ms."""
        padded = torch.nn.functional.pad(torch.from_numpy(sound), (0, self._hop))
        spectrum = torch.stft(padded, self._n_fft, self._hop, window=self._window, return_complex=True)
        power = spectrum[:, :-1].abs().square()
        log_mel = (self._mel @ power).clamp(min=1e-10).log10()
        found: Float32 = ((log_mel.clamp(min=float(log_mel.max()) - 8.0) + 4.0) / 4.0).numpy()
        return found


def _some_gap(rng: np.random.Generator) -> float:
    kind = rng.random()
    if kind < 0.6:
        return float(rng.uniform(0.1, 1.0))
    return float(rng.uniform(1.0, 3.0) if kind < 0.85 else rng.uniform(3.0, 12.0))


def _frame(time_s: float) -> int:
    return round(time_s / FRAME_S)


def _frame_labels(words: Sequence[SaidWord]) -> Int64:
    """The word before, at and after each frame."""
    labels = np.zeros((3, N_FRAMES), np.int64)
    edges = [(_frame(word.start_s), _frame(word.end_s), word.ids[0]) for word in words]
    for index, (start, end, word_id) in enumerate(edges):
        labels[1, start:end] = word_id
        until = edges[index + 1][1] if index + 1 < len(edges) else N_FRAMES
        labels[0, end : min(until, end + CONTEXT_FRAMES)] = word_id
        since = edges[index - 1][0] if index else 0
        labels[2, max(since, start - CONTEXT_FRAMES) : start] = word_id
    return labels


class _Transcript:
    """What a window's decoder reads and writes, token by token, each with its frames."""

    def __init__(
        self, vocabulary: Vocabulary, rng: np.random.Generator, words: Sequence[SaidWord], duration_s: float
    ) -> None:
        self._vocabulary = vocabulary
        self._rng = rng
        self._with_stamps = bool(rng.random() < SHARE_WITH_STAMPS)
        self.ids: list[int] = []
        self._spans: list[tuple[int, int]] = []
        self._n_before = 0
        if rng.random() < 0.08:
            self._add_previous()
        self._n_before = len(self.ids)
        self._add(vocabulary.id(START))
        if not self._with_stamps:
            self._add(vocabulary.id(NO_TIME_STAMPS))
        self._first_stamp_frame = _frame(words[0].start_s) if words else -1
        if words:
            self._add_words(words)
        elif self._with_stamps:
            self._add(vocabulary.first_stamp + int(rng.integers(LAST_FIRST_STAMP + 1)))
        end = _frame(words[-1].end_s if words else 0.0)
        self._add(vocabulary.id(END), (end, max(_frame(duration_s), end + 5)))

    def example(self) -> tuple[Int64, Int64, Int64, Int64]:
        """Inputs, targets, and the spans of both."""
        vocabulary = self._vocabulary
        ids, spans = np.array(self.ids, np.int64), np.array(self._spans, np.int64)
        inputs, targets = ids[:-1].copy(), ids[1:].copy()
        target_spans = spans[1:].copy()
        start = self._n_before
        targets[:start] = IGNORED
        # Whether there is speech is read off the step after START, with time stamps or without.
        if self._first_stamp_frame < 0:
            targets[start] = vocabulary.id(NO_SPEECH)
        else:
            first = self._first_stamp_frame
            targets[start] = vocabulary.first_stamp + min(first, LAST_FIRST_STAMP)
            target_spans[start] = _around(first)
            if self._with_stamps and first >= LAST_FIRST_STAMP:
                # Speech that begins later than the first stamp may say: any allowed stamp may have been taken.
                inputs[start + 1] = vocabulary.first_stamp + int(self._rng.integers(LAST_FIRST_STAMP + 1))
        return inputs, targets, spans[:-1], target_spans

    def _add(self, token: int, span: tuple[int, int] = NOWHERE) -> None:
        self.ids.append(token)
        self._spans.append(span)

    def _add_previous(self) -> None:
        """Some text that went before, with or without its time stamps."""
        rng, vocabulary = self._rng, self._vocabulary
        self._add(vocabulary.id(PREVIOUS))
        for _ in range(int(rng.integers(1, 30))):
            stamp = rng.random() < 0.15
            low, high = (vocabulary.first_stamp, len(vocabulary)) if stamp else (256, vocabulary.n_text)
            self._add(int(rng.integers(low, high)))

    def _add_words(self, words: Sequence[SaidWord]) -> None:
        opens = True
        for index, word in enumerate(words):
            start, end = _frame(word.start_s), _frame(word.end_s)
            is_last = index + 1 == len(words)
            after = end + 5 if is_last else _frame(words[index + 1].start_s)
            if opens and self._with_stamps:
                self._add_stamp(start, is_first=index == 0)
            self._add_word(word.ids, start, end, after)
            opens = is_last or self._vocabulary.tokens[word.ids[-1]] in _SENTENCE_ENDS
            if opens and self._with_stamps:
                self._add_stamp(end)

    def _add_stamp(self, frame: int, *, is_first: bool = False) -> None:
        shown = min(frame, LAST_FIRST_STAMP) if is_first else frame
        self._add(self._vocabulary.first_stamp + min(shown, N_FRAMES), _around(frame))

    def _add_word(self, ids: Sequence[int], start: int, end: int, after: int) -> None:
        """Parts of a word share its frames; punctuation has the pause behind it."""
        sounding = [token for token in ids if any(map(str.isalnum, self._vocabulary.tokens[token]))]
        edges = np.linspace(start, end, len(sounding) + 1).round().astype(int)
        n_said = 0
        for token in ids:
            if token in sounding:
                self._add(token, (int(edges[n_said]), max(int(edges[n_said + 1]), int(edges[n_said]) + 1)))
                n_said += 1
            elif n_said == len(sounding):
                self._add(token, (end, max(after, end + 3)))
            else:
                at = int(edges[n_said])
                self._add(token, (at - 1, at + 1))


def _around(frame: int) -> tuple[int, int]:
    return max(frame - 1, 0), max(frame - 1, 0) + 3
