"""Is a turn over, by its words and its melody?"""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicesim.audio.clip import BLOCK_SAMPLES, SAMPLE_RATE_HZ
from voicesim.audio.span import Span
from voicesim.behaviour.loading import load_tables
from voicesim.speech.melody import Melody, MelodyTracker
from voicesim.speech.turn_end import Completeness, completeness_of, is_whole, needed_silence
from voicesim.speech.words import Word

LOW, LEVEL, HIGH = Melody(4.0), Melody(0.0), Melody(-3.0)


def words(text, gap_after=None, gap_s=0.0):
    found, at = [], 0
    for number, token in enumerate(text.split()):
        found.append(Word(token, Span(at, at + 4000)))
        at += 4000 + (round(gap_s * SAMPLE_RATE_HZ) if number == gap_after else 0)
    return found


@pytest.mark.parametrize(
    "text",
    [
        "my number is",
        "because",
        "I will send it and the",
        "let me",
        "if you could",
        "well um",
        "could you",
        "thank you for",
        "what exactly does it",
        "the name on the account was...",
        "I see the order, and my",
    ],
)
def test_words_that_ask_for_more_wait_longest(text):
    assert completeness_of(words(text))[0] is Completeness.UNFINISHED
    for melody in (None, LEVEL, HIGH):
        assert needed_silence(words(text), melody).silence_s > 1.5


@pytest.mark.parametrize(
    "text",
    [
        "how can I help you today",
        "okay and what is the reference number please",
        "is there anything else I can help you with",
        "where are you calling from",
        "could you tell me what happened",
        "Would you like a new one?",
    ],
)
def test_a_whole_question_is_answered_soonest(text):
    assert completeness_of(words(text))[0] is Completeness.QUESTION
    assert needed_silence(words(text), None).silence_s < 0.5
    assert needed_silence(words(text), HIGH).silence_s <= 0.5


def test_a_statement_ends_where_the_melody_has_come_down_and_waits_where_it_has_not():
    said = words("I will send you another one tomorrow morning")
    assert needed_silence(said, LOW).silence_s < 0.7
    assert needed_silence(said, LEVEL).silence_s > 1.0
    assert needed_silence(said, None).silence_s > 1.0


def test_a_farewell_ends_the_turn_and_digits_may_go_on():
    assert completeness_of(words("so have a lovely day"))[0] is Completeness.CLOSING
    assert completeness_of(words("I have the number four two"))[0] is Completeness.OPEN
    assert completeness_of([])[0] is Completeness.NO_WORDS


def test_only_the_words_after_the_last_sentence_count():
    assert completeness_of(words("How can I help you? My number is"))[0] is Completeness.UNFINISHED
    without_marks = words("how can I help you my parcel please", gap_after=4, gap_s=0.4)
    assert completeness_of(without_marks)[0] is not Completeness.QUESTION


def test_a_stretch_may_stand_alone_only_if_it_is_a_whole_sentence():
    assert is_whole(words("how can I help you today"), None)
    assert is_whole(words("I will send you another one."), None)
    assert not is_whole(words("I will send you another one"), None)
    assert is_whole(words("I will send you another one"), LOW)
    assert not is_whole(words("my number is."), LOW)


TOKENS = ["my", "number", "is", "one", "because", "okay", "how", "can", "I", "help", "?", "...", "uh", "I'm"]


@given(st.lists(st.sampled_from(TOKENS), max_size=8))
def test_any_words_at_all_are_judged_and_the_reason_is_named(tokens):
    said = words(" ".join(tokens))
    for melody in (None, LOW, LEVEL, HIGH):
        judgement = needed_silence(said, melody)
        assert 0.4 <= judgement.silence_s <= 1.6
        assert judgement.because


def test_sentences_of_the_tables_are_rarely_taken_for_unfinished_and_their_beginnings_rarely_for_questions():
    """The examples were written as whole utterances: every word but the last is a place inside one."""
    texts = [example.text for behaviour in load_tables().behaviours for example in behaviour.examples]
    whole = [completeness_of(words(text))[0] for text in texts]
    inside = [
        completeness_of(words(" ".join(tokens[:n])))[0]
        for tokens in (text.split() for text in itertools.islice(texts, 0, None, 3))
        for n in range(1, len(tokens))
    ]
    assert len(whole) > 500
    assert len(inside) > 1000
    assert whole.count(Completeness.UNFINISHED) / len(whole) < 0.05
    assert inside.count(Completeness.QUESTION) / len(inside) < 0.05
    assert inside.count(Completeness.UNFINISHED) / len(inside) > 0.3


def _glide(from_hz, to_hz, hold_s=1.2, glide_s=0.3):
    """A buzz that holds one pitch and ends on another."""
    n_hold, n_glide = round(hold_s * SAMPLE_RATE_HZ), round(glide_s * SAMPLE_RATE_HZ)
    f0 = np.concatenate([np.full(n_hold, from_hz), np.full(n_glide, to_hz)])
    phase = 2 * np.pi * np.cumsum(f0) / SAMPLE_RATE_HZ
    return (0.1 * sum(np.sin(k * phase) / k for k in range(1, 9))).astype(np.float32)


@pytest.mark.parametrize("from_hz", [110.0, 210.0])
@pytest.mark.parametrize("step_st", [-5.0, 0.0, 4.0])
def test_the_end_of_a_melody_is_found_in_semitones(from_hz, step_st):
    tracker = MelodyTracker()
    tracker.start_turn()
    sound = _glide(from_hz, from_hz * 2 ** (step_st / 12))
    for start in range(0, len(sound) - BLOCK_SAMPLES, BLOCK_SAMPLES):
        tracker.step(sound[start : start + BLOCK_SAMPLES])
    melody = tracker.melody()
    assert melody is not None
    assert melody.fall_st == pytest.approx(-step_st, abs=0.5)


def test_noise_and_short_sounds_have_no_melody(rng):
    tracker = MelodyTracker()
    for _ in range(60):
        tracker.step(0.1 * rng.standard_normal(BLOCK_SAMPLES).astype(np.float32))
    assert tracker.melody() is None
