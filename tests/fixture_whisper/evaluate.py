"""Measure the frozen model on the fixtures, through faster-whisper: ``python -m tests.fixture_whisper.evaluate``."""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import jiwer
import numpy as np
import numpy.typing as npt
from faster_whisper import BatchedInferencePipeline, WhisperModel

from tests.fixture_whisper.corpus import PAUSE_S, Fixture, read_truth
from tests.fixture_whisper.flite_voice import RATE_HZ

Float32 = npt.NDArray[np.float32]

HERE: Final = Path(__file__).resolve().parent
MODEL: Final = HERE / "model"
FIXTURES: Final = HERE.parents[1] / "audio_fixtures"

TRUTH: Final = "truth.json"
"""In the model's folder: what it was made for."""

ROOM_DBOV: Final = -75.0
WINDOW_S: Final = 29.0
GAP_S: Final = 0.5

AS_VOICESIM: Final = {
    "language": "en",
    "beam_size": 5,
    "temperature": 0.0,
    "condition_on_previous_text": False,
    "word_timestamps": True,
}


@dataclass(frozen=True, slots=True)
class TimedWord:
    """A word without case and punctuation."""

    text: str
    start_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Sound:
    """Something to recognise, and the truth about it."""

    name: str
    samples: Float32
    words: tuple[TimedWord, ...]


@dataclass(slots=True)
class Tally:
    """Words right and wrong, and how far off the starts of the right ones are."""

    n_words: int = 0
    n_errors: int = 0
    first_errors_s: list[float] = field(default_factory=list)
    """Of the first words of what was recognised at once: Whisper's alignment begins them at its own start."""
    errors_s: list[float] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    def add(self, sound: Sound, found: Sequence[TimedWord]) -> None:
        """Count one sound."""
        true_texts, found_texts = [w.text for w in sound.words], [w.text for w in found]
        compared = jiwer.process_words(" ".join(true_texts), " ".join(found_texts))
        n_errors = compared.substitutions + compared.deletions + compared.insertions
        for chunk in compared.alignments[0]:
            if chunk.type == "equal":
                for a, b in zip(
                    range(chunk.ref_start_idx, chunk.ref_end_idx),
                    range(chunk.hyp_start_idx, chunk.hyp_end_idx),
                    strict=True,
                ):
                    error_s = abs(sound.words[a].start_s - found[b].start_s)
                    (self.errors_s if a else self.first_errors_s).append(error_s)
        self.n_words += len(true_texts)
        self.n_errors += n_errors
        if n_errors:
            self.wrong.append(f"{sound.name}: {' '.join(true_texts)} -> {' '.join(found_texts)}")

    @property
    def wer(self) -> float:
        """Word errors over true words."""
        return self.n_errors / max(self.n_words, 1)

    def __str__(self) -> str:
        errors_ms = 1000.0 * np.array(self.errors_s or [np.nan])
        first_ms = 1000.0 * float(np.median(self.first_errors_s or [np.nan]))
        median_ms, p90_ms = np.percentile(errors_ms, [50, 90])
        return (
            f"{self.n_words:5d} words  WER {100 * self.wer:5.2f} %  starts: median {median_ms:4.0f} ms, "
            f"p90 {p90_ms:4.0f} ms; first words {first_ms:4.0f} ms"
        )


def plain(text: str) -> str:
    """A word as it is compared."""
    return re.sub(r"[^a-z0-9']", "", text.lower())


def true_words(fixture: Fixture, at_s: float = 0.0) -> tuple[TimedWord, ...]:
    """The words of a fixture that begins at ``at_s``."""
    texts = fixture.spoken.text.split()
    return tuple(
        TimedWord(plain(text), at_s + start_s)
        for text, (start_s, _) in zip(texts, fixture.spoken.spans_s, strict=True)
    )


def room(n_samples: int, rng: np.random.Generator, dbov: float = ROOM_DBOV) -> Float32:
    """White noise."""
    rms = np.float32(10.0 ** (dbov / 20.0))
    return rms * rng.standard_normal(n_samples, dtype=np.float32)


def singles(fixtures: Sequence[Fixture], rng: np.random.Generator, *, noisy: bool) -> Iterator[Sound]:
    """Each utterance with 0.2 to 0.7 s before and after it."""
    for fixture in fixtures:
        before, after = (round(rng.uniform(0.2, 0.7) * RATE_HZ) for _ in range(2))
        samples = np.pad(fixture.spoken.samples, (before, after))
        if noisy:
            samples = samples + room(len(samples), rng)
        yield Sound(name=fixture.name, samples=samples, words=true_words(fixture, before / RATE_HZ))


def phrases(fixtures: Sequence[Fixture], rng: np.random.Generator) -> Iterator[Sound]:
    """Each stretch between two pauses, with the pauses' halves and 0.2 s of room around it."""
    margin = RATE_HZ // 5
    for fixture in fixtures:
        spans, words = fixture.spoken.spans_s, true_words(fixture)
        opens = [
            index
            for index in range(len(spans))
            if index == 0 or spans[index][0] - spans[index - 1][1] > PAUSE_S
        ]
        for first, after in zip(opens, [*opens[1:], len(spans)], strict=True):
            begin_s = (spans[first - 1][1] + spans[first][0]) / 2 if first else 0.0
            end_s = (spans[after - 1][1] + spans[after][0]) / 2 if after < len(spans) else 1e9
            samples = np.pad(
                fixture.spoken.samples[round(begin_s * RATE_HZ) :][: round((end_s - begin_s) * RATE_HZ)],
                margin,
            )
            moved = tuple(
                TimedWord(word.text, word.start_s - begin_s + margin / RATE_HZ) for word in words[first:after]
            )
            yield Sound(name=fixture.name, samples=samples + room(len(samples), rng), words=moved)


def packed(
    fixtures: Sequence[Fixture], rng: np.random.Generator, *, gap_s: float = GAP_S, window_s: float = WINDOW_S
) -> Iterator[Sound]:
    """Windows with as many utterances of a folder as go into them, in order, with gaps of digital silence."""
    for folder in sorted({fixture.name.split("/")[0] for fixture in fixtures}):
        parts: list[Float32] = []
        words: list[TimedWord] = []
        for fixture in fixtures:
            if fixture.name.split("/")[0] != folder:
                continue
            samples = fixture.spoken.samples + room(len(fixture.spoken.samples), rng)
            n_before = sum(map(len, parts))
            if (n_before + len(samples)) / RATE_HZ > window_s:
                yield Sound(name=folder, samples=np.concatenate(parts), words=tuple(words))
                parts, words, n_before = [], [], 0
            words += true_words(fixture, n_before / RATE_HZ)
            parts += [samples, np.zeros(round(gap_s * RATE_HZ), np.float32)]
        yield Sound(name=folder, samples=np.concatenate(parts), words=tuple(words))


def calls(fixtures: Sequence[Fixture], rng: np.random.Generator) -> Iterator[Sound]:
    """Each folder as one channel of a call, with 2 to 6 s between utterances."""
    for whole in packed(fixtures, rng, gap_s=float(rng.uniform(2.0, 6.0)), window_s=1e9):
        yield Sound(name=whole.name, samples=whole.samples + room(len(whole.samples), rng), words=whole.words)


Recognise = Callable[[Float32], tuple[TimedWord, ...]]


def recogniser(transcribe: Callable[..., Any], **options: object) -> Recognise:
    """Words and starts by one way of calling faster-whisper."""

    def recognise(samples: Float32) -> tuple[TimedWord, ...]:
        segments, _ = transcribe(samples, **options)
        words = [word for segment in segments for word in segment.words or []]
        return tuple(TimedWord(plain(word.word), word.start) for word in words if plain(word.word))

    return recognise


def tally(sounds: Iterator[Sound], recognise: Recognise) -> Tally:
    """Recognise all and count."""
    counted = Tally()
    for sound in sounds:
        counted.add(sound, recognise(sound.samples))
    return counted


def main() -> int:
    """Print the table of the README."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--model", type=Path, default=MODEL)
    parser.add_argument("--all", action="store_true", help="whole calls and the batched pipeline too")
    parser.add_argument("--wrong", action="store_true", help="print what was got wrong")
    options = parser.parse_args()
    fixtures = read_truth(options.model / TRUTH, FIXTURES)
    model = WhisperModel(str(options.model), device="cpu", compute_type="int8", cpu_threads=2)
    batched = BatchedInferencePipeline(model).transcribe
    usual = recogniser(model.transcribe, **AS_VOICESIM)
    rng = np.random.default_rng(7)
    rows: list[tuple[str, Iterator[Sound], Recognise]] = [
        ("single, digital silence", singles(fixtures, rng, noisy=False), usual),
        ("single, room", singles(fixtures, rng, noisy=True), usual),
        (
            "single, vad_filter",
            singles(fixtures, rng, noisy=True),
            recogniser(model.transcribe, **AS_VOICESIM, vad_filter=True),
        ),
        ("phrases", phrases(fixtures, rng), usual),
        *(
            (f"packed, gap {gap_s} s", packed(fixtures, rng, gap_s=gap_s), usual)
            for gap_s in (0.3, 0.5, 1.0, 2.0)
        ),
        (
            "packed, no time stamps",
            packed(fixtures, rng),
            recogniser(model.transcribe, **AS_VOICESIM, without_timestamps=True),
        ),
    ]
    if options.all:
        rows += [
            ("calls, plain", calls(fixtures, rng), usual),
            (
                "calls, vad_filter",
                calls(fixtures, rng),
                recogniser(model.transcribe, **AS_VOICESIM, vad_filter=True),
            ),
            ("calls, batched", calls(fixtures, rng), recogniser(batched, **AS_VOICESIM)),
            (
                "calls, batched, time stamps",
                calls(fixtures, rng),
                recogniser(batched, **AS_VOICESIM, without_timestamps=False),
            ),
        ]
    for name, sounds, recognise in rows:
        counted = tally(sounds, recognise)
        sys.stdout.write(f"{name:30s} {counted}\n")
        if options.wrong:
            sys.stdout.write("".join(f"    {line}\n" for line in counted.wrong))
    for name, samples in (
        ("zeros", np.zeros(5 * RATE_HZ, np.float32)),
        *((f"noise at {level} dBov", room(5 * RATE_HZ, rng, level)) for level in (-75.0, -50.0, -25.0)),
    ):
        sys.stdout.write(f"{name:30s} {' '.join(word.text for word in usual(samples)) or 'no text'}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
