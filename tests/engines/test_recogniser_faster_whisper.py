from __future__ import annotations

import json
import sys
from types import SimpleNamespace

import numpy as np
import pytest
import tokenizers

from tests.engines.scripted_whisper import word_times_s, write_scripted_whisper
from voicesim.audio.clip import SAMPLE_RATE_HZ
from voicesim.audio.span import Span
from voicesim.engines.recogniser_faster_whisper import (
    FasterWhisperRecogniser,
    available,
    believable,
    to_words,
    without_loops,
)
from voicesim.errors import EngineNotInstalledError, ModelNotFoundError, ParameterError
from voicesim.speech.words import Word

SCRIPT = ("I", "can", "send", "it", "today.")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return write_scripted_whisper(tmp_path_factory.mktemp("models") / "tiny-scripted", SCRIPT)


@pytest.fixture(scope="module")
def recogniser(folder):
    return FasterWhisperRecogniser(folder)


@pytest.fixture(scope="module")
def sound():
    return np.random.default_rng(3).normal(0.0, 0.05, 3 * SAMPLE_RATE_HZ).astype(np.float32)


def _copy(folder, to):
    to.mkdir()
    for path in folder.iterdir():
        (to / path.name).write_bytes(path.read_bytes())
    return to


def _words(recogniser, samples, step=4_000):
    session = recogniser.session()
    for start in range(0, len(samples), step):
        session.accept(samples[start : start + step])
    words = session.finish()
    session.close()
    return words


def test_a_model_folder_is_loaded_and_decoded(recogniser, sound):
    words = _words(recogniser, sound)
    assert tuple(word.text for word in words) == SCRIPT
    assert all(word.confidence > 0.9 for word in words)
    for word, (start_s, end_s) in zip(words, word_times_s(len(SCRIPT)), strict=True):
        assert word.span.start_s() == pytest.approx(start_s, abs=0.1)
        assert word.span.end_s() == pytest.approx(end_s, abs=0.1)
    assert recogniser.identity.model == "tiny-scripted"
    assert not recogniser.capabilities.is_streaming
    assert not recogniser.capabilities.writes_fillers


def test_the_same_sound_gives_the_same_words_however_it_arrives(folder, recogniser, sound):
    once = _words(recogniser, sound)
    assert _words(recogniser, sound, 160) == once
    assert _words(FasterWhisperRecogniser(folder), sound) == once


def test_nothing_and_silence_give_no_words(recogniser):
    """This model would say its text to anything, so it is not asked."""
    for n_samples in (0, 100, 2 * SAMPLE_RATE_HZ):
        assert _words(recogniser, np.zeros(n_samples, np.float32)) == ()


def test_a_session_that_is_over_takes_no_more(recogniser, sound):
    session = recogniser.session()
    session.accept(sound)
    assert session.finish() == session.finish()
    with pytest.raises(ParameterError, match="no more samples"):
        session.accept(sound)
    with pytest.raises(ParameterError, match="finite"):
        recogniser.session().accept(np.array([np.inf], np.float32))


@pytest.mark.parametrize(
    ("lost", "named"),
    [
        ("tokenizer.json", "tokenizer.json"),
        ("model.bin", "model.bin"),
        ("config.json", "config.json"),
        ("vocabulary.json", "vocabulary.json or vocabulary.txt"),
    ],
)
def test_a_folder_that_lacks_something(folder, tmp_path, monkeypatch, lost, named):
    def ask_network(*args, **kwargs):
        raise AssertionError("the network was asked")

    monkeypatch.setattr(tokenizers.Tokenizer, "from_pretrained", ask_network)
    copy = _copy(folder, tmp_path / "part")
    (copy / lost).unlink()
    with pytest.raises(ModelNotFoundError, match="the model folder part lacks") as caught:
        FasterWhisperRecogniser(copy)
    assert named in caught.value.message
    assert caught.value.hint


def test_a_folder_that_is_not_there(tmp_path):
    with pytest.raises(ModelNotFoundError, match="there is no model folder"):
        FasterWhisperRecogniser(tmp_path / "none")


@pytest.mark.parametrize("broken", ["model.bin", "tokenizer.json", "config.json"])
def test_a_folder_with_a_broken_file(folder, tmp_path, broken):
    copy = _copy(folder, tmp_path / "broken")
    (copy / broken).write_bytes(b"not what it should be")
    with pytest.raises(ModelNotFoundError, match="cannot be loaded") as caught:
        FasterWhisperRecogniser(copy)
    assert "\n" not in caught.value.message


def test_features_of_another_width_are_named(folder, tmp_path):
    copy = _copy(folder, tmp_path / "wide")
    features = json.loads((copy / "preprocessor_config.json").read_text())
    (copy / "preprocessor_config.json").write_text(json.dumps({**features, "feature_size": 128}))
    with pytest.raises(ModelNotFoundError, match=r"preprocessor_config\.json with 80 mel bands"):
        FasterWhisperRecogniser(copy)


def test_weights_are_told_apart_in_the_provenance(folder, recogniser, tmp_path):
    other = write_scripted_whisper(tmp_path / "tiny-scripted", ("Something", "else."))
    assert FasterWhisperRecogniser(other).identity != recogniser.identity
    assert FasterWhisperRecogniser(folder).identity == recogniser.identity


def test_missing_package_is_named(folder, monkeypatch):
    monkeypatch.setitem(sys.modules, "faster_whisper", None)
    with pytest.raises(EngineNotInstalledError, match="faster-whisper is not installed"):
        FasterWhisperRecogniser(folder)


# --- what is made up ------------------------------------------------------------------------------------


def _segment(text="Thank you.", *, no_speech=0.0, log_probability=-0.2, compression=1.0, start=0.0):
    words = [
        SimpleNamespace(word=f" {word}", start=start + 0.5 * i, end=start + 0.5 * i + 0.4, probability=0.9)
        for i, word in enumerate(text.split())
    ]
    return SimpleNamespace(
        words=words, no_speech_prob=no_speech, avg_logprob=log_probability, compression_ratio=compression
    )


def test_silence_is_dropped_only_when_both_signs_say_so():
    made_up = _segment(no_speech=0.7, log_probability=-1.1)
    unsure = _segment(no_speech=0.1, log_probability=-1.1)
    confident = _segment(no_speech=0.9, log_probability=-0.3)
    looping = _segment(compression=2.5)
    assert list(believable([made_up, unsure, confident, looping])) == [unsure, confident]


def test_spans_never_leave_the_session_nor_run_back():
    late = _segment("one two three", start=0.8)
    back = _segment("four", start=0.1)
    words = to_words([late, back], SAMPLE_RATE_HZ)
    assert [word.text for word in words] == ["one", "two", "three", "four"]
    starts = [word.span.start for word in words]
    assert starts == sorted(starts)
    assert all(0 <= word.span.start <= word.span.end <= SAMPLE_RATE_HZ for word in words)


def _said(text: str, gap_s: float = 0.1) -> list[Word]:
    step, words = round((0.3 + gap_s) * SAMPLE_RATE_HZ), []
    for index, word in enumerate(text.split()):
        words.append(Word(word, Span(index * step, index * step + round(0.3 * SAMPLE_RATE_HZ))))
    return words


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("no no no I mean it", "no no no I mean it"),
        ("you you you you you you", "you"),
        ("Okay. okay, OKAY okay and then", "Okay. and then"),
        ("well thank you thank you thank you thank you bye", "well thank you bye"),
        ("I will call you I will call you", "I will call you I will call you"),
    ],
)
def test_loops_are_cut_to_their_first_round(said, kept):
    assert " ".join(word.text for word in without_loops(_said(said))) == kept


def test_what_is_said_again_after_a_pause_is_no_loop():
    assert len(without_loops(_said("yes yes yes yes yes", gap_s=1.5))) == 5


def test_available():
    assert available()[0]


def test_windows_heard_together_have_times_of_their_own(recogniser, sound):
    """Whatever lies before a window in the batch, its words count from its own first sample."""
    windows = [
        sound,
        np.zeros(SAMPLE_RATE_HZ, np.float32),
        sound[: 2 * SAMPLE_RATE_HZ + 77],
        sound[:12_345],
        sound,
    ]
    found = recogniser.recognise_windows(windows)
    assert len(found) == len(windows)
    assert found[0] == found[4] == recogniser.words_of(sound)
    assert found[1] == ()
    assert tuple(word.text for word in found[2]) == SCRIPT
    for words, window in zip(found, windows, strict=True):
        assert all(0 <= word.span.start <= word.span.end <= len(window) for word in words)


def test_a_stretch_longer_than_a_window_is_heard_to_its_end(recogniser):
    long = np.random.default_rng(4).normal(0.0, 0.05, 33 * SAMPLE_RATE_HZ).astype(np.float32)
    assert [word.text for word in recogniser.words_of(long)][: len(SCRIPT)] == list(SCRIPT)
