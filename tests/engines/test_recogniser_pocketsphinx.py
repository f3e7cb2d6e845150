from __future__ import annotations

import jiwer
import numpy as np
import pytest
import soundfile
import yaml

from voicesim.audio.clip import SAMPLE_RATE_HZ
from voicesim.engines.recogniser_pocketsphinx import PocketsphinxRecogniser, available, confidence_of
from voicesim.errors import EngineNotInstalledError, ParameterError


@pytest.fixture(scope="module")
def recogniser() -> PocketsphinxRecogniser:
    return PocketsphinxRecogniser()


@pytest.fixture(scope="module")
def spoken_line(repository):
    """A line of the demo's trainee: its samples and its text."""
    folder = repository / "audio_fixtures" / "demo-polite"
    utterance = yaml.safe_load((folder / "manifest.yaml").read_text())["utterances"][0]
    samples, rate = soundfile.read(folder / utterance["file"], dtype="float32")
    assert rate == SAMPLE_RATE_HZ
    return samples, utterance["text"]


@pytest.fixture(scope="module")
def another_line(repository):
    samples, _ = soundfile.read(
        repository / "audio_fixtures" / "demo-polite" / "02.flac", dtype="float32", frames=40_000
    )
    return samples


def _words(recogniser, samples, step=512):
    session = recogniser.session()
    for start in range(0, len(samples), step):
        session.accept(samples[start : start + step])
    words = session.finish()
    session.close()
    return words


def _plain(text: str) -> str:
    return " ".join("".join(c for c in word if c.isalpha() or c == "'") for word in text.lower().split())


def test_words_of_a_spoken_line(recogniser, spoken_line):
    samples, text = spoken_line
    words = _words(recogniser, samples)
    assert jiwer.wer(_plain(text), " ".join(word.text for word in words)) < 0.4
    assert all(word.text == word.text.lower().strip() and "(" not in word.text for word in words)
    assert not any(word.text.startswith(("<", "[", "+")) for word in words)


def test_spans_are_in_order_and_inside(recogniser, spoken_line):
    samples, _ = spoken_line
    words = _words(recogniser, samples)
    edges = [edge for word in words for edge in (word.span.start, word.span.end)]
    assert edges == sorted(edges)
    assert edges[0] >= 0
    assert edges[-1] <= len(samples)
    assert all(word.span for word in words)


def test_words_move_with_the_sound(recogniser, spoken_line):
    """Half a second of faint noise before the line moves its words by half a second."""
    samples, _ = spoken_line
    noise = np.random.default_rng(1).normal(0.0, 1e-4, SAMPLE_RATE_HZ // 2).astype(np.float32)
    at_once, later = (
        {word.text: word.span.start for word in _words(recogniser, sound)}
        for sound in (samples, np.concatenate([noise, samples]))
    )
    moved = [later[text] - at_once[text] for text in at_once.keys() & later.keys()]
    assert len(moved) >= 3
    assert np.median(moved) == pytest.approx(SAMPLE_RATE_HZ / 2, abs=0.05 * SAMPLE_RATE_HZ)


@pytest.mark.parametrize("step", [1_000_000, 7_777, 160])
def test_however_the_samples_arrive(recogniser, spoken_line, step):
    samples, _ = spoken_line
    assert _words(recogniser, samples, step) == _words(recogniser, samples)


def test_earlier_sessions_change_nothing(recogniser, spoken_line, another_line, rng):
    samples, _ = spoken_line
    fresh = _words(PocketsphinxRecogniser(), samples)
    _words(recogniser, another_line)
    _words(recogniser, rng.normal(0.0, 0.1, 3 * SAMPLE_RATE_HZ).astype(np.float32))
    dropped = recogniser.session()
    dropped.accept(another_line)
    dropped.close()
    assert _words(recogniser, samples) == fresh


def test_sessions_may_overlap(recogniser, spoken_line, another_line):
    samples, _ = spoken_line
    one, other = recogniser.session(), recogniser.session()
    for start in range(0, max(len(samples), len(another_line)), 4_000):
        one.accept(samples[start : start + 4_000])
        other.accept(another_line[start : start + 4_000])
    found = other.finish(), one.finish()
    one.close()
    other.close()
    assert found == (_words(recogniser, another_line), _words(recogniser, samples))


@pytest.mark.parametrize("gain_db", [-30, -12, 6])
def test_gain_does_not_change_the_words(recogniser, spoken_line, gain_db):
    samples, _ = spoken_line
    loud = " ".join(word.text for word in _words(recogniser, samples))
    changed = (samples * 10 ** (gain_db / 20)).astype(np.float32)
    # Rounding to 16 bits may move a hair's breadth; the level itself must not matter.
    assert jiwer.wer(loud, " ".join(word.text for word in _words(recogniser, changed))) <= 0.1


def test_nothing_and_silence_give_no_words(recogniser):
    empty = recogniser.session()
    assert empty.finish() == ()
    empty.close()
    assert _words(recogniser, np.zeros(2 * SAMPLE_RATE_HZ, np.float32)) == ()
    assert _words(recogniser, np.zeros(100, np.float32)) == ()


def test_finish_twice_gives_the_same_and_then_no_more_is_accepted(recogniser, spoken_line):
    samples, _ = spoken_line
    session = recogniser.session()
    session.accept(samples)
    assert session.finish() == session.finish() != ()
    with pytest.raises(ParameterError, match="no more samples"):
        session.accept(samples)
    session.close()
    session.close()
    assert session.finish() != ()


def test_samples_that_are_not_finite_are_refused(recogniser):
    with pytest.raises(ParameterError, match="finite"):
        recogniser.session().accept(np.array([0.0, np.nan], np.float32))


def test_input_is_left_alone(recogniser, spoken_line):
    samples = spoken_line[0].copy()
    samples.flags.writeable = False
    _words(recogniser, samples)
    assert np.array_equal(samples, spoken_line[0])


def test_read_sentences_and_their_confidence(recogniser, data_dir):
    """Word errors on read sentences, and whether words above the gate are worth more than those below."""
    references, found, kept, dropped = [], [], [], []
    for path in sorted((data_dir / "speech" / "arctic").glob("*.flac"))[::12]:
        samples, _ = soundfile.read(path, dtype="float32")
        words = _words(recogniser, samples)
        references.append(_plain(path.with_suffix(".txt").read_text().replace("-", " ")))
        found.append(" ".join(word.text for word in words))
        right = set()
        for chunk in jiwer.process_words(references[-1], found[-1]).alignments[0]:
            if chunk.type == "equal":
                right |= set(range(chunk.hyp_start_idx, chunk.hyp_end_idx))
        for index, word in enumerate(words):
            (kept if word.confidence >= 0.5 else dropped).append(index in right)
    assert jiwer.wer(references, found) < 0.35
    assert np.mean(kept) > 0.75
    assert len(kept) > len(dropped)
    assert np.mean(kept) > np.mean(dropped) + 0.1


def test_confidence_rises_with_each_of_its_reasons():
    base = confidence_of(0.5, 0.5, is_heard_twice=False)
    assert confidence_of(0.9, 0.5, is_heard_twice=False) > base
    assert confidence_of(0.5, 0.8, is_heard_twice=False) > base
    assert confidence_of(0.5, 0.5, is_heard_twice=True) > base
    for posterior in (0.0, 1.0006):  # the engine's own rounding goes beyond 1
        assert 0.0 < confidence_of(posterior, posterior, is_heard_twice=True) < 1.0


def test_missing_package_is_named(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "pocketsphinx", None)
    with pytest.raises(EngineNotInstalledError, match="pocketsphinx is not installed"):
        PocketsphinxRecogniser()


def test_available():
    assert available()[0]
