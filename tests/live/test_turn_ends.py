"""By words and melody the customer answers sooner, and cuts into fewer thinking pauses, than by silence."""

import numpy as np
import pytest

from tests.live.turn_ends import CONFIGS, run, utterances

pytestmark = pytest.mark.engines


@pytest.fixture(scope="module")
def rows():
    spoken = utterances()
    wanted = ("silence of 0.7 s", "silence of 1.0 s", "words and melody")
    return {name: run(CONFIGS[name], spoken, every=9, gaps=name != "silence of 0.7 s") for name in wanted}


def test_fewer_thinking_pauses_are_cut_into_than_by_plain_silence(rows):
    by_words, plain = rows["words and melody"], rows["silence of 0.7 s"]
    assert by_words.n_pauses == plain.n_pauses > 20
    assert by_words.cut_in_ratio < 0.35 * plain.cut_in_ratio


def test_and_the_answer_still_comes_sooner_than_by_a_silence_that_cuts_into_as_few(rows):
    by_words, patient = rows["words and melody"], rows["silence of 1.0 s"]
    assert by_words.n_unanswered == 0
    assert by_words.n_cut_in <= patient.n_cut_in
    assert np.median(by_words.gaps_s) < np.median(patient.gaps_s) - 0.15
