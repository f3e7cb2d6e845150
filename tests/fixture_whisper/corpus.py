"""The speech to learn from: the fixtures' utterances, the same texts said otherwise, and their words shuffled."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt
import soundfile
import yaml

from tests.fixture_whisper.flite_voice import RATE_HZ, VOICES, Flite, Spoken
from tests.fixture_whisper.vocabulary import Vocabulary

STRETCHES: Final = (0.9, 0.95, 1.0, 1.0, 1.05, 1.1)
"""Durations against the fixture's own."""

PLAIN_STRETCHES: Final = (0.95, 1.1, 1.3)
"""Durations against a voice's own, for voices with no other features."""

N_SHUFFLED: Final = 360
PAUSE_S: Final = 0.05
"""Flite pauses at punctuation alone, and for longer than this."""

_FORMAT: Final = "voicesim-trainee/1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fixture:
    """One recorded utterance of ``audio_fixtures/`` and what is known of it."""

    name: str
    """Folder and file, without the suffix."""
    voice: str
    spoken: Spoken
    """The samples are the recording's; the times are libflite's."""


@dataclass(frozen=True, slots=True)
class SaidWord:
    """A word, its tokens (punctuation that clings to it included), and where it sounds."""

    ids: tuple[int, ...]
    start_s: float
    end_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """Sound with its words; times count from its first sample."""

    samples: npt.NDArray[np.float32]
    words: tuple[SaidWord, ...]


def read_fixtures(folder: Path, flite: Flite) -> tuple[Fixture, ...]:
    """All utterances of all simulated trainees, in order of folder and manifest.

    Raises:
        ValueError: a manifest of another format, or a recording that Flite would say otherwise.
    """
    fixtures = []
    for manifest in sorted(folder.glob("*/manifest.yaml")):
        about = yaml.safe_load(manifest.read_text("utf-8"))
        if about["format"] != _FORMAT:
            raise ValueError(f"{manifest} has the format {about['format']}, not {_FORMAT}")
        for utterance in about["utterances"]:
            path = manifest.parent / utterance["file"]
            samples, rate_hz = soundfile.read(path, dtype="float32")
            spoken = flite.say(utterance["text"], about["voice"])
            if rate_hz != RATE_HZ or len(samples) != len(spoken.samples):
                raise ValueError(f"{path} is not what flite says: render it anew with audio_fixtures/make.py")
            recorded = Spoken(text=spoken.text, samples=samples, spans_s=spoken.spans_s)
            name = f"{manifest.parent.name}/{path.stem}"
            fixtures.append(Fixture(name=name, voice=about["voice"], spoken=recorded))
    return tuple(fixtures)


def write_truth(fixtures: Sequence[Fixture], path: Path) -> None:
    """Write what libflite said of the fixtures, so that checking the model needs no Flite."""
    truth = {
        fixture.name: {
            "voice": fixture.voice,
            "text": fixture.spoken.text,
            "n_samples": len(fixture.spoken.samples),
            "spans_s": [[round(float(edge_s), 3) for edge_s in span] for span in fixture.spoken.spans_s],
        }
        for fixture in fixtures
    }
    lines = (f"{json.dumps(name)}: {json.dumps(about)}" for name, about in truth.items())
    path.write_text("{\n" + ",\n".join(lines) + "\n}\n", "utf-8")


def read_truth(path: Path, folder: Path) -> tuple[Fixture, ...]:
    """The fixtures that a model was made for, with their recordings.

    Args:
        path: of what :func:`write_truth` wrote.
        folder: the recordings, ``audio_fixtures/``.

    Raises:
        ValueError: a recording is not the one that was described.
    """
    fixtures = []
    for name, about in json.loads(path.read_text("utf-8")).items():
        samples, rate_hz = soundfile.read(folder / f"{name}.flac", dtype="float32")
        if rate_hz != RATE_HZ or len(samples) != about["n_samples"]:
            raise ValueError(f"{name} changed: make the model anew (python -m tests.fixture_whisper.make)")
        spans = tuple((start_s, end_s) for start_s, end_s in about["spans_s"])
        spoken = Spoken(text=about["text"], samples=samples, spans_s=spans)
        fixtures.append(Fixture(name=name, voice=about["voice"], spoken=spoken))
    return tuple(fixtures)


def render_variations(fixtures: Sequence[Fixture], flite: Flite) -> dict[str, list[Spoken]]:
    """Each fixture's text in several speeds, and plainly in every voice, by the fixture's name; its own voice first."""
    rendered: dict[str, list[Spoken]] = {}
    for fixture in fixtures:
        text = fixture.spoken.text
        own = [flite.say(text, fixture.voice, stretch) for stretch in STRETCHES]
        plain = [flite.say(text, voice, stretch) for voice in VOICES for stretch in PLAIN_STRETCHES]
        rendered[fixture.name] = own + plain
    return rendered


def shuffled_texts(texts: Sequence[str], rng: np.random.Generator) -> Iterator[str]:
    """Sentences of the same words in another order: half follow the texts' pairs of words, half nothing.

    What cannot be heard stays as in the texts: only a sentence's first word is written large, names apart, and
    a question is told by its first word.
    """
    sentences = [sentence.split() for text in texts for sentence in re.findall(r"[^.?!]+[.?!]", text)]
    inner = {word.rstrip(".?!") for words in sentences for word in words[1:]}
    large = {word for word in inner if word[0].isupper()}
    follow: dict[str, list[str]] = {}
    for words in sentences:
        plain = [words[0] if words[0] in large else words[0].lower()] + [w.rstrip(".?!") for w in words[1:]]
        for word, after in itertools.pairwise(plain):
            follow.setdefault(word, []).append(after)
    pool = sorted(inner | {after for afters in follow.values() for after in afters})
    for index in range(N_SHUFFLED):
        opening = sentences[rng.integers(len(sentences))]
        said = [opening[0] if opening[0] in large else opening[0].lower()]
        n_words = int(rng.integers(2, 12))
        while len(said) < n_words:
            afters = follow.get(said[-1], []) if index % 2 and rng.random() < 0.9 else []
            choice = afters or pool
            said.append(choice[rng.integers(len(choice))])
        said[0] = opening[0]
        yield " ".join(said).rstrip(".?!,") + opening[-1][-1]


def cut(spoken: Spoken, vocabulary: Vocabulary, rng: np.random.Generator, *, part: bool) -> Piece:
    """A spoken text, or a stretch of it between two of its pauses, with random silence left at both ends."""
    spans = spoken.spans_s
    first, last = _stretch_between_pauses(spans, rng) if part else (0, len(spans) - 1)
    duration_s = len(spoken.samples) / RATE_HZ
    from_s = spans[first][0] - float(rng.uniform(0.0, 0.2))
    to_s = spans[last][1] + float(rng.uniform(0.0, 0.2))
    if rng.random() < 0.15:  # as by a detector that begins late and ends early
        from_s = spans[first][0] + float(rng.uniform(0.0, 0.05))
        to_s = spans[last][1] - float(rng.uniform(0.0, 0.05))
    from_s = max(from_s, spans[first - 1][1] if first else 0.0)
    to_s = min(to_s, spans[last + 1][0] if last + 1 < len(spans) else duration_s)
    texts = spoken.text.split()
    words = tuple(
        SaidWord(
            tuple(vocabulary.encode_word(texts[index])),
            max(spans[index][0] - from_s, 0.0),
            min(spans[index][1], to_s) - from_s,
        )
        for index in range(first, last + 1)
    )
    return Piece(samples=spoken.samples[round(from_s * RATE_HZ) : round(to_s * RATE_HZ)], words=words)


def _stretch_between_pauses(
    spans: Sequence[tuple[float, float]], rng: np.random.Generator
) -> tuple[int, int]:
    """The first and the last word of a random run of phrases."""
    opens = [0] + [index for index in range(1, len(spans)) if spans[index][0] - spans[index - 1][1] > PAUSE_S]
    first = int(rng.integers(len(opens)))
    last = int(rng.integers(first, len(opens)))
    return opens[first], (opens[last + 1] if last + 1 < len(opens) else len(spans)) - 1
