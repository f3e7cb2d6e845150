"""Calls written as people talk, poor, middling and good: the card puts each skill in that order.

Times follow from one speaking rate, and all three calls have the same measures of the sound.
"""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from voicesim.speech.call import Brief

FILES = sorted((Path(__file__).parent / "written_calls").glob("*.yaml"))
CALLS = {path.stem: yaml.safe_load(path.read_text(encoding="utf-8")) for path in FILES}
WRITTEN = [(name, skill) for name, call in CALLS.items() for skill in call["skills"]]
GRADES = ("poor", "middling", "good")
LEAST_BETWEEN_THE_ENDS = 30.0
FROM_THE_SOUND = {"pace", "volume", "interruptions", "upbeat_tone", "clarity", "steadiness"}


@pytest.fixture(scope="module")
def cards(judged):
    def card(call, grade):
        return judged(call[grade], brief=Brief(scenario_id="written", glossary=call.get("glossary", {})))

    return {name: [card(call, grade) for grade in GRADES] for name, call in CALLS.items()}


def test_there_are_calls_for_every_skill_of_conversation(rubric):
    assert {skill for _, skill in WRITTEN} == {s.skill_id for s in rubric.skills} - FROM_THE_SOUND


@pytest.mark.parametrize("name", CALLS)
def test_a_call_has_twelve_turns_and_more(name):
    assert all(len(CALLS[name][grade].strip().splitlines()) >= 12 for grade in GRADES)


@pytest.mark.parametrize(("name", "skill_id"), WRITTEN)
def test_the_card_puts_poor_middling_and_good_in_order(cards, name, skill_id):
    poor, middling, good = (
        next(s for s in card.skills if s.skill_id == skill_id).score for card in cards[name]
    )
    assert None not in (poor, middling, good)
    assert poor < middling < good
    assert good - poor >= LEAST_BETWEEN_THE_ENDS


@pytest.mark.parametrize("name", CALLS)
def test_the_whole_card_puts_them_in_order_and_the_sound_counts_the_same(cards, name):
    scores = [card.overall.score for card in cards[name]]
    assert scores == sorted(scores)
    sound = [{s.skill_id: s.score for s in c.skills if s.skill_id in FROM_THE_SOUND} for c in cards[name]]
    assert sound[0] == sound[1] == sound[2]


@pytest.mark.parametrize("name", CALLS)
def test_the_advice_reads_as_sentences(cards, name):
    for card in cards[name]:
        for lost in (lost for skill in card.skills for lost in skill.lost):
            assert lost.advice[0].isupper() or lost.advice[0] in "“0123456789", lost.advice
            assert lost.advice.endswith("."), lost.advice
            assert "  " not in lost.advice
            assert "{" not in lost.advice
            assert " 1 times" not in lost.advice
            assert lost.evidence, lost.advice
        lost_rules = {lost.rule for skill in card.skills for lost in skill.lost}
        assert len({change.rule for change in card.overall.changes}) == min(3, len(lost_rules))
        assert all(change.evidence[0].start_s >= 0.0 for change in card.overall.changes)
