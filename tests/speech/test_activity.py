"""Speech activity and end of turn, on probabilities made by construction."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicesim.audio.clip import BLOCK_SAMPLES, SAMPLE_RATE_HZ
from voicesim.audio.span import Span
from voicesim.errors import ParameterError
from voicesim.speech.activity import ActivityTracker, chunk_level_dbov, speech_spans
from voicesim.speech.endpointing import (
    Endpointer,
    EndpointerConfig,
    Resumed,
    TentativeEnd,
    TurnEnded,
    TurnStarted,
)
from voicesim.speech.turn_end import LONGEST_S

LOUD, QUIET = -25.0, -70.0


def _spans(pattern, levels=None):
    """Spans of a pattern of (probability, number of chunks)."""
    probabilities = [p for p, n in pattern for _ in range(n)]
    levels = levels or [LOUD if p >= 0.5 else QUIET for p in probabilities]
    return speech_spans(probabilities, levels, n_samples=len(probabilities) * BLOCK_SAMPLES)


def chunks(first, last):
    return Span(first * BLOCK_SAMPLES, last * BLOCK_SAMPLES)


def test_speech_is_found_from_its_first_chunk_to_its_last_without_padding():
    assert _spans([(0.1, 10), (0.9, 20), (0.1, 10)]) == (chunks(10, 30),)


def test_speech_shorter_than_100_ms_is_no_speech():
    assert _spans([(0.1, 10), (0.9, 3), (0.1, 10)]) == ()


def test_a_pause_shorter_than_100_ms_is_inside_speech():
    assert _spans([(0.9, 10), (0.1, 3), (0.9, 10), (0.1, 9)]) == (chunks(0, 23),)


def test_a_pause_of_128_ms_separates():
    assert _spans([(0.9, 10), (0.1, 4), (0.9, 10), (0.1, 9)]) == (chunks(0, 10), chunks(14, 24))


def test_probability_between_the_thresholds_keeps_what_it_finds():
    assert _spans([(0.4, 10), (0.9, 5), (0.4, 10), (0.1, 9)]) == (chunks(10, 25),)


def test_differences_of_a_thousandth_do_not_change_the_decision():
    probabilities = [0.1] * 5 + [0.4996] * 10 + [0.1] * 5
    jittered = [p + 3e-4 for p in probabilities]
    levels = [LOUD] * 20
    n = 20 * BLOCK_SAMPLES
    assert speech_spans(probabilities, levels, n_samples=n) == speech_spans(jittered, levels, n_samples=n)


def test_speech_no_louder_than_the_noise_floor_does_not_count():
    noise = [-50.0] * 60
    assert _spans([(0.1, 30), (0.9, 20), (0.1, 10)], noise) == ()
    louder = [-50.0] * 30 + [-40.0] * 20 + [-50.0] * 10
    assert _spans([(0.1, 30), (0.9, 20), (0.1, 10)], louder) == (chunks(30, 50),)


def test_digital_silence_is_never_speech():
    assert _spans([(0.9, 40)], [chunk_level_dbov(np.zeros(512, np.float32))] * 40) == ()


def test_nothing_reaches_past_the_end_of_the_channel():
    probabilities, levels = [0.9] * 10, [LOUD] * 10
    n_samples = 10 * BLOCK_SAMPLES - 100
    assert speech_spans(probabilities, levels, n_samples=n_samples) == (Span(0, n_samples),)


@given(st.lists(st.tuples(st.sampled_from([0.0, 0.4, 0.9]), st.integers(1, 12)), max_size=30))
def test_spans_are_sorted_disjoint_and_long_enough(pattern):
    found = _spans(pattern)
    assert all(a.end < b.start for a, b in pairwise(found))
    assert all(len(s) >= 0.1 * SAMPLE_RATE_HZ for s in found)


PLAIN = EndpointerConfig(end_s=0.7)


def _turns(pattern, config=PLAIN, *, need_s=None):
    tracker, endpointer = ActivityTracker(), Endpointer(config)
    events = []
    now = 0
    for probability, n in pattern:
        for _ in range(n):
            now += BLOCK_SAMPLES
            activity = tracker.step(probability, LOUD if probability >= 0.5 else QUIET)
            new = endpointer.step(now, activity)
            events += [(now, e) for e in new]
            if need_s is not None and any(isinstance(e, TentativeEnd) for e in new):
                endpointer.need(need_s)
    return events


def test_a_turn_ends_700_ms_after_its_last_sound_and_tentatively_after_200():
    events = _turns([(0.1, 10), (0.9, 30), (0.1, 40)])
    kinds = [type(e) for _, e in events]
    assert kinds == [TurnStarted, TentativeEnd, TurnEnded]
    end = 40 * BLOCK_SAMPLES
    assert events[0][1] == TurnStarted(10 * BLOCK_SAMPLES)
    assert events[1][1] == TentativeEnd(chunks(10, 40))
    assert events[2][1] == TurnEnded(chunks(10, 40))
    assert 0 <= events[1][0] - end - 0.2 * SAMPLE_RATE_HZ < BLOCK_SAMPLES
    assert 0 <= events[2][0] - end - 0.7 * SAMPLE_RATE_HZ < BLOCK_SAMPLES


def test_going_on_withdraws_the_tentative_end():
    kinds = [type(e) for _, e in _turns([(0.9, 20), (0.1, 12), (0.9, 20), (0.1, 40)])]
    assert kinds == [TurnStarted, TentativeEnd, Resumed, TentativeEnd, TurnEnded]


def test_a_pause_shorter_than_the_tentative_silence_says_nothing():
    kinds = [type(e) for _, e in _turns([(0.9, 20), (0.1, 5), (0.9, 20), (0.1, 40)])]
    assert kinds == [TurnStarted, TentativeEnd, TurnEnded]


def test_a_click_in_the_silence_neither_resumes_nor_lengthens_the_turn():
    events = _turns([(0.9, 20), (0.1, 10), (0.9, 2), (0.1, 40)])
    assert [type(e) for _, e in events] == [TurnStarted, TentativeEnd, TurnEnded]
    assert events[-1][1] == TurnEnded(chunks(0, 20))


def test_speech_that_begins_just_before_the_end_of_turn_keeps_the_turn():
    events = _turns([(0.9, 20), (0.1, 21), (0.9, 20), (0.1, 40)])
    assert [type(e) for _, e in events] == [TurnStarted, TentativeEnd, Resumed, TentativeEnd, TurnEnded]


def test_the_end_of_turn_silence_can_be_set():
    events = _turns([(0.9, 20), (0.1, 60)], EndpointerConfig(end_s=1.2))
    assert 0 <= events[-1][0] - 20 * BLOCK_SAMPLES - 1.2 * SAMPLE_RATE_HZ < BLOCK_SAMPLES


def test_an_end_shorter_than_the_tentative_end_is_refused():
    with pytest.raises(ParameterError, match="tentative_s <= end_s"):
        EndpointerConfig(end_s=0.1)


@pytest.mark.parametrize("need_s", [0.4, 1.1])
def test_words_can_shorten_and_lengthen_the_silence(need_s):
    events = _turns([(0.9, 20), (0.1, 80)], EndpointerConfig(), need_s=need_s)
    assert 0 <= events[-1][0] - 20 * BLOCK_SAMPLES - need_s * SAMPLE_RATE_HZ < BLOCK_SAMPLES


def test_where_no_words_come_the_turn_ends_after_the_longest_silence():
    events = _turns([(0.9, 20), (0.1, 80)], EndpointerConfig())
    assert 0 <= events[-1][0] - 20 * BLOCK_SAMPLES - LONGEST_S * SAMPLE_RATE_HZ < BLOCK_SAMPLES


def test_going_on_takes_back_what_the_words_asked_for():
    endpointer = Endpointer(EndpointerConfig())
    tracker = ActivityTracker()
    ends = []
    for block in range(120):
        is_voice = block < 20 or 32 <= block < 50
        activity = tracker.step(0.9 if is_voice else 0.1, LOUD if is_voice else QUIET)
        for event in endpointer.step((block + 1) * BLOCK_SAMPLES, activity):
            if isinstance(event, TentativeEnd) and block < 40:
                endpointer.need(0.5)
            if isinstance(event, TurnEnded):
                ends.append(block + 1)
    assert ends == [50 + round(LONGEST_S * SAMPLE_RATE_HZ / BLOCK_SAMPLES)]
