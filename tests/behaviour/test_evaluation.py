from __future__ import annotations

import pytest

from voicesim.behaviour.evaluation import BehaviourScore, evaluate, lexicon
from voicesim.behaviour.loading import load_tables
from voicesim.behaviour.noise import RecogniserNoise, plain, word_errors

TABLES = load_tables()
SAID = [e.text for b in TABLES.behaviours for e in (*b.examples, *b.look_alikes)]


@pytest.fixture(scope="module")
def recogniser():
    return RecogniserNoise(lexicon(TABLES))


@pytest.mark.parametrize(
    ("said", "heard", "errors"),
    [
        ("I'm so sorry", "i'm so sorry", 0),
        ("I'm so sorry about that.", "i'm so worry about", 2),
        ("okay", "", 1),
        ("let me check", "let uh me check", 1),
        ("a b c", "c a b", 2),
    ],
)
def test_word_errors_are_counted_by_hand(said, heard, errors):
    assert word_errors(said, heard) == errors


@pytest.mark.parametrize("rate", [0.1, 0.2])
def test_as_many_words_are_misheard_as_were_asked_for(recogniser, rate):
    errors = sum(word_errors(text, recogniser.misheard(text, rate=rate, seed=5)) for text in SAID)
    words = sum(len(plain(text)) for text in SAID)
    assert errors / words == pytest.approx(rate, rel=0.1)


def test_errors_are_of_all_kinds_and_mostly_substitutions(recogniser):
    lengths = [len(plain(text)) - len(plain(recogniser.misheard(text, rate=0.1, seed=2))) for text in SAID]
    assert sum(n > 0 for n in lengths) > 20
    assert sum(n < 0 for n in lengths) > 20
    wrong = [t for t in SAID if " ".join(plain(t)) != recogniser.misheard(t, rate=0.1, seed=2)]
    same_length = [t for t in wrong if len(plain(t)) == len(plain(recogniser.misheard(t, rate=0.1, seed=2)))]
    assert len(same_length) > 0.4 * len(wrong)


def test_the_same_seed_mishears_the_same(recogniser):
    again = RecogniserNoise(lexicon(TABLES))
    heard = [recogniser.misheard(text, rate=0.2, seed=3) for text in SAID[:200]]
    assert heard == [again.misheard(text, rate=0.2, seed=3) for text in reversed(SAID[:200])][::-1]
    assert heard != [again.misheard(text, rate=0.2, seed=4) for text in SAID[:200]]


def test_shares_are_what_they_are_defined_as():
    score = BehaviourScore(behaviour_id="apology", costs_points=False, right=6, missed=2, wrong=3, passed=9)
    assert score.precision == pytest.approx(6 / 9)
    assert score.recall == pytest.approx(6 / 8)
    assert score.f1 == pytest.approx(2 * (6 / 9) * (6 / 8) / (6 / 9 + 6 / 8))
    none = BehaviourScore(behaviour_id="x", costs_points=False, right=0, missed=0, wrong=0, passed=4)
    assert (none.precision, none.recall, none.f1) == (None, None, None)


SITE = """\
family: house
behaviours:
  - id: house_phrase
    title: Says the house phrase
    counts: says the phrase of the house
    patterns: |
      at your service
      service
    examples: |
      at your service
      nothing of the kind
    look_alikes: |
      the service is at nine
      the moon
"""


def test_examples_are_counted_against_their_own_behaviour(tmp_path):
    (tmp_path / "house.yaml").write_text(SITE, encoding="utf-8")
    scores = {s.behaviour_id: s for s in evaluate(load_tables([tmp_path])).scores}
    house = scores["house_phrase"]
    assert (house.right, house.missed, house.wrong, house.passed) == (1, 1, 1, 1)
    assert set(scores) > set(TABLES.ids)


@pytest.fixture(scope="module")
def as_written():
    return evaluate(TABLES)


def test_every_behaviour_is_judged_on_fifteen_examples_and_fifteen_look_alikes_at_least(as_written):
    assert [s.behaviour_id for s in as_written.scores] == list(TABLES.ids)
    assert min(s.right + s.missed for s in as_written.scores) >= 15
    assert min(s.wrong + s.passed for s in as_written.scores) >= 15


@pytest.mark.parametrize(("rate", "most"), [(0.1, 0.125), (0.2, 0.22)])
def test_misheard_words_hide_some_behaviours_and_make_up_hardly_any(as_written, rate, most):
    misheard = evaluate(TABLES, noise=rate, seeds=(1,))
    assert misheard.word_error_rate == pytest.approx(rate, rel=0.1)
    assert as_written.mean_f1 - misheard.mean_f1 <= most
    right, wrong = sum(s.right for s in misheard.scores), sum(s.wrong for s in misheard.scores)
    assert right / (right + wrong) >= 0.95
    costly = [s for s in misheard.scores if s.costs_points]
    assert sum(s.wrong for s in costly) <= 0.05 * sum(s.right for s in costly)
