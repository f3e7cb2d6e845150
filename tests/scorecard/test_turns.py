"""Where one turn of the trainee ends and the next begins."""

import pytest

from voicesim.scorecard.turns import trainee_turns


@pytest.mark.parametrize(
    ("between", "n_turns"),
    [("mm-hm", 1), ("okay sure", 1), ("it stopped working on monday I think", 2)],
)
def test_a_sign_of_attention_parts_no_turn(tables, call_of, between, n_turns):
    call = call_of([("T", "I am looking at the order now."), ("C", between), ("T", "It left our depot.")])
    assert len(trainee_turns(call, tables, 0.5)) == n_turns


def test_a_short_answer_to_a_question_parts_turns(tables, call_of):
    call = call_of([("T", "When did it stop?"), ("C", "since monday"), ("T", "Let me see.")])
    first, second = trainee_turns(call, tables, 0.5)
    assert not first.before
    assert [said.text for said in second.before] == ["since monday"]
