"""The small Whisper that knows the fixtures decodes them for real, through faster-whisper and voicesim's adapter.

Truth: the texts that Flite spoke and the times that libflite gave each word (``truth.json`` beside the model).
Word errors are counted by jiwer.
"""

from __future__ import annotations

import functools
import hashlib
import json
import subprocess
import sys
import time
import tomllib
from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
import yaml

from tests.fixture_whisper.corpus import Fixture, read_truth
from tests.fixture_whisper.evaluate import (
    AS_VOICESIM,
    FIXTURES,
    MODEL,
    TRUTH,
    Sound,
    Tally,
    TimedWord,
    calls,
    plain,
    recogniser,
    room,
    singles,
    tally,
    true_words,
)
from tests.fixture_whisper.flite_voice import RATE_HZ
from voicesim.audio.clip import Clip
from voicesim.audio.span import Span
from voicesim.engines.recogniser_faster_whisper import FasterWhisperRecogniser
from voicesim.intake.packing import pack, words_of_utterances
from voicesim.live.jobs import ProcessJobs

pytestmark = pytest.mark.engines

Float32 = npt.NDArray[np.float32]

MOST_WORD_ERRORS = 0.02
MOST_START_ERROR_S = 0.06
SILENCE_S = 0.15
"""Flite's own at both ends of what it says, about; a detector leaves it out."""


@pytest.fixture(scope="module")
def fixtures() -> tuple[Fixture, ...]:
    return read_truth(MODEL / TRUTH, FIXTURES)


@pytest.fixture(scope="module")
def adapter() -> FasterWhisperRecogniser:
    return FasterWhisperRecogniser(MODEL, n_threads=2)


@pytest.fixture(scope="module")
def whisper() -> Iterator[Any]:
    from faster_whisper import WhisperModel

    return WhisperModel(str(MODEL), device="cpu", compute_type="int8", cpu_threads=2)


def in_a_session(adapter: FasterWhisperRecogniser, samples: Float32) -> tuple[TimedWord, ...]:
    session = adapter.session()
    for first in range(0, len(samples), 512):
        session.accept(samples[first : first + 512])
    words = session.finish()
    session.close()
    return tuple(TimedWord(plain(word.text), word.span.start / RATE_HZ) for word in words)


def assert_heard(counted: Tally) -> None:
    assert counted.n_words > 0
    assert counted.wer <= MOST_WORD_ERRORS, counted.wrong
    assert np.median(counted.first_errors_s + counted.errors_s) <= MOST_START_ERROR_S, str(counted)


def whole_call(
    fixtures: tuple[Fixture, ...], folder: str, rng: np.random.Generator
) -> tuple[Sound, list[Span]]:
    """One party's channel: the folder's utterances in order, the other party's time between them, and their spans."""
    parts: list[Float32] = []
    words: list[TimedWord] = []
    spans = []
    for fixture in (f for f in fixtures if f.name.startswith(folder + "/")):
        parts.append(np.zeros(round(rng.uniform(2.0, 6.0) * RATE_HZ), np.float32))
        start = sum(map(len, parts))
        parts.append(fixture.spoken.samples)
        words += true_words(fixture, start / RATE_HZ)
        edge = round(SILENCE_S * RATE_HZ)
        spans.append(Span(start + edge, start + len(fixture.spoken.samples) - edge))
    samples = np.concatenate([*parts, np.zeros(RATE_HZ, np.float32)])
    return Sound(name=folder, samples=samples + room(len(samples), rng), words=tuple(words)), spans


def test_the_model_is_of_these_fixtures(fixtures: tuple[Fixture, ...]) -> None:
    known = {fixture.name: fixture.spoken.text for fixture in fixtures}
    listed = {}
    for manifest in FIXTURES.glob("*/manifest.yaml"):
        for utterance in yaml.safe_load(manifest.read_text("utf-8"))["utterances"]:
            path = manifest.parent / utterance["file"]
            listed[f"{manifest.parent.name}/{path.stem}"] = utterance["text"]
            assert hashlib.sha256(path.read_bytes()).hexdigest() == utterance["sha256"]
    assert known == listed, "make the model anew: python -m tests.fixture_whisper.make"


def test_the_model_is_small_and_in_no_wheel(repository: Any) -> None:
    assert sum(path.stat().st_size for path in MODEL.iterdir()) < 4_000_000
    build = tomllib.loads((repository / "pyproject.toml").read_text("utf-8"))["tool"]["hatch"]["build"]
    shipped = [*build["targets"]["wheel"]["packages"], *build["targets"]["wheel"]["force-include"]]
    assert not [folder for folder in shipped if MODEL.is_relative_to(repository / folder)]


def test_single_utterances(
    fixtures: tuple[Fixture, ...], adapter: FasterWhisperRecogniser, rng: np.random.Generator
) -> None:
    assert_heard(tally(singles(fixtures, rng, noisy=True), functools.partial(in_a_session, adapter)))


@pytest.mark.parametrize("is_packed", [True, False])
def test_whole_calls_packed_and_one_utterance_at_a_time(
    fixtures: tuple[Fixture, ...], adapter: FasterWhisperRecogniser, rng: np.random.Generator, is_packed: bool
) -> None:
    class Live:
        capabilities, identity, session = adapter.capabilities, adapter.identity, adapter.session

    counted = Tally()
    # One at a time is what single utterances and the demo below show too.
    for folder in ("demo-angry", "demo-polite", "poor") if is_packed else ("demo-angry",):
        sound, spans = whole_call(fixtures, folder, rng)
        windows = pack(tuple(spans), len(sound.samples), round(adapter.window_s * RATE_HZ))
        assert len(windows) < len(spans) / 2
        heard = words_of_utterances(Clip(sound.samples), tuple(spans), adapter if is_packed else Live())
        found = [TimedWord(plain(w.text), w.span.start / RATE_HZ) for words in heard for w in words]
        counted.add(sound, found)
    assert_heard(counted)


def test_a_whole_call_as_its_user_plays_it(fixtures: tuple[Fixture, ...], tmp_path: Any) -> None:
    out = tmp_path / "call"
    command = [sys.executable, "-m", "voicesim", "demo", "--recogniser", str(MODEL), "--out", str(out)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    events = [json.loads(line) for line in (out / "events.jsonl").read_text("utf-8").splitlines()]
    heard = [
        plain(row[0]) for e in events if e["event"] == "utterance" for row in e["words"] if plain(row[0])
    ]
    said = [w for f in fixtures if f.name.startswith("demo-polite/") for w in true_words(f)]
    counted = Tally()
    counted.add(
        Sound(name="demo", samples=np.zeros(0, np.float32), words=tuple(said)),
        [TimedWord(text, 0.0) for text in heard],
    )
    assert counted.wer <= MOST_WORD_ERRORS, counted.wrong


def test_faster_whispers_own_speech_detection(
    fixtures: tuple[Fixture, ...], whisper: Any, rng: np.random.Generator
) -> None:
    recognise = recogniser(whisper.transcribe, **AS_VOICESIM, vad_filter=True)
    assert_heard(tally(singles(fixtures[1::3], rng, noisy=True), recognise))


@pytest.mark.parametrize("without_timestamps", [False, True])
def test_the_batched_pipeline_over_whole_calls(
    fixtures: tuple[Fixture, ...], whisper: Any, rng: np.random.Generator, without_timestamps: bool
) -> None:
    from faster_whisper import BatchedInferencePipeline

    transcribe = BatchedInferencePipeline(whisper).transcribe
    recognise = recogniser(transcribe, **AS_VOICESIM, without_timestamps=without_timestamps)
    assert_heard(tally(calls(fixtures, rng), recognise))


@pytest.mark.parametrize("language", ["en", "fr", None])
def test_the_language_option(fixtures: tuple[Fixture, ...], whisper: Any, language: str | None) -> None:
    """An English-only model takes any language for English, as OpenAI's own English-only models do."""
    said = fixtures[0].spoken
    segments, about = whisper.transcribe(said.samples, language=language, beam_size=1, temperature=0.0)
    assert about.language == "en"
    assert [plain(word) for segment in segments for word in segment.text.split()] == [
        plain(word) for word in said.text.split()
    ]


def _recogniser() -> tuple[FasterWhisperRecogniser, bool]:
    return FasterWhisperRecogniser(MODEL, n_threads=1), False


def test_a_cancelled_utterance_brings_no_words_and_the_next_one_all_of_its(
    fixtures: tuple[Fixture, ...],
) -> None:
    unwanted, wanted = fixtures[0].spoken, fixtures[2].spoken
    jobs = ProcessJobs(_recogniser)
    try:
        jobs.submit(0, unwanted.samples)
        jobs.finish(0, 0)
        jobs.cancel(0)
        jobs.submit(1, wanted.samples)
        jobs.finish(1, 0)
        found = []
        until_s = time.monotonic() + 60.0
        while not found and time.monotonic() < until_s:
            found += jobs.poll(0)
    finally:
        jobs.close()
    (delivery,) = found
    assert delivery.job_id == 1
    assert [plain(word.text) for word in delivery.words] == [plain(text) for text in wanted.text.split()]


def test_an_utterance_whose_session_is_closed_is_not_recognised(
    fixtures: tuple[Fixture, ...], adapter: FasterWhisperRecogniser
) -> None:
    session = adapter.session()
    session.accept(fixtures[0].spoken.samples)
    session.close()
    assert session.finish() == ()


@pytest.mark.parametrize("level_dbov", [-75.0, -50.0])
def test_noise_gives_no_words(
    adapter: FasterWhisperRecogniser, rng: np.random.Generator, level_dbov: float
) -> None:
    assert in_a_session(adapter, room(5 * RATE_HZ, rng, level_dbov)) == ()


def test_zeros_give_no_words(whisper: Any) -> None:
    """Straight to faster-whisper: the adapter does not even ask it."""
    recognise = recogniser(whisper.transcribe, **AS_VOICESIM)
    assert recognise(np.zeros(2 * RATE_HZ, np.float32)) == ()
