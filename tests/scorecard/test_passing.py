from __future__ import annotations

import dataclasses

import pytest

from voicesim.results import NotMeasured, Reason
from voicesim.scorecard.rubric import AutoFail
from voicesim.speech.call import Brief, EngineId, Recognition

TALK = """
T: good morning thanks for calling this is Anna how can I help you today
C: my parcel has not come and I am really angry about it
T: I'm so sorry about that let me look into it for you right away
C: well I hope so
T: {then}
C: all right
T: is there anything else I can do for you
"""
KIND = TALK.format(then="I'll ring you back on Friday with the tracking number")
SHARP = TALK.format(then="you people are all idiots so stop wasting my time now")


def brief(must=(), must_not=()):
    return Brief(scenario_id="test", must=must, must_not=must_not)


def unsure(confidence):
    engine = EngineId(engine="test", model="test", version="1")
    return {"confidence": confidence, "recognition": Recognition(engine=engine, writes_fillers=True)}


def test_nothing_is_ruled_where_nothing_is_asked(judged):
    overall = judged(KIND).overall
    assert overall.has_passed is None
    assert overall.failures == ()


def test_a_must_that_came_passes_and_one_that_never_came_fails_with_its_words(judged):
    passed = judged(KIND, brief=brief(must=("apology", "takes_ownership"))).overall
    assert passed.has_passed is True
    failed = judged(KIND, brief=brief(must=("apology", "offers_options"))).overall
    assert failed.has_passed is False
    (failure,) = failed.failures
    assert (failure.kind, failure.what, failure.fails) == ("must", "offers_options", "card")
    assert failure.explanation.endswith(".")
    assert failed.score == passed.score


def test_a_must_not_fails_at_its_place(judged):
    overall = judged(SHARP, brief=brief(must_not=("hostile",))).overall
    assert overall.has_passed is False
    (failure,) = overall.failures
    assert failure.evidence[0].quote.startswith("you people")
    assert f"“{failure.evidence[0].quote}”" in failure.explanation
    assert judged(KIND, brief=brief(must_not=("hostile",))).overall.has_passed is True


def test_uncertain_words_fail_nobody_and_ask_for_a_listener(judged):
    forbidden = judged(SHARP, brief=brief(must_not=("hostile",)), **unsure(0.3)).overall
    missing = judged(KIND, brief=brief(must=("offers_options",)), **unsure(0.3)).overall
    for overall in (forbidden, missing):
        assert overall.has_passed is None
        assert overall.failures == ()
        assert overall.to_hear


def test_words_that_cannot_be_judged_rule_nothing(judged):
    content = NotMeasured(reason=Reason.TRANSCRIPT_UNRELIABLE, explanation="half of it is below the gate")
    overall = judged(KIND, brief=brief(must=("offers_options",)), content=content).overall
    assert overall.has_passed is None
    assert overall.failures == ()


def test_a_failed_section_counts_as_nothing_and_the_call_goes_on(judged, rubric):
    by_section = dataclasses.replace(rubric, auto_fail=AutoFail(must="conversation", must_not="nothing"))
    card = judged(SHARP, rubric=by_section, brief=brief(must=("offers_options",), must_not=("hostile",)))
    (failure,) = card.overall.failures
    assert (failure.what, failure.fails) == ("offers_options", "conversation")
    assert card.overall.has_passed is True
    sections = {section.section_id: section for section in card.overall.sections}
    assert sections["conversation"].is_failed
    assert not sections["delivery"].is_failed
    scored = [s for s in card.skills if s.score is not None]
    kept = sum(s.score * s.weight for s in scored if s.section == "delivery")
    assert card.overall.score == pytest.approx(kept / sum(s.weight for s in scored), abs=0.06)


def with_minimum(rubric, skill_id, least):
    skills = tuple(
        dataclasses.replace(s, minimum=least) if s.skill_id == skill_id else s for s in rubric.skills
    )
    return dataclasses.replace(rubric, skills=skills)


def test_a_skill_below_its_least_fails_the_call(judged, rubric):
    low = next(s for s in judged(SHARP).skills if s.skill_id == "self_control").score
    for least, has_passed in ((low, True), (low + 0.1, False)):
        overall = judged(SHARP, rubric=with_minimum(rubric, "self_control", least)).overall
        assert overall.has_passed is has_passed
    assert [(f.kind, f.what) for f in overall.failures] == [("minimum", "self_control")]


def test_a_least_of_a_skill_that_cannot_be_judged_is_left_open(judged, rubric):
    overall = judged(KIND, measures={}, rubric=with_minimum(rubric, "pace", 50)).overall
    assert overall.has_passed is None


def test_the_overall_has_to_reach_what_passes(judged, rubric):
    score = judged(KIND).overall.score
    assert judged(KIND, rubric=dataclasses.replace(rubric, pass_at=score)).overall.has_passed is True
    failed = judged(KIND, rubric=dataclasses.replace(rubric, pass_at=score + 0.1)).overall
    assert failed.has_passed is False
    assert failed.failures[0].kind == "pass_at"


def test_what_only_takes_earns_nothing_and_takes_no_more_than_was_earned(judged):
    sharp = next(s for s in judged(SHARP).skills if s.skill_id == "rapport")
    kind = next(s for s in judged(KIND).skills if s.skill_id == "rapport")
    assert sharp.score < kind.score
    for skill in judged(SHARP).skills:
        if skill.score is not None:
            assert skill.score + sum(lost.points for lost in skill.lost) == pytest.approx(100, abs=0.5)
