"""What to rehearse next follows from what was weakest."""

from __future__ import annotations

import pytest

from voicesim.scorecard.card import Skill, SkillStatus
from voicesim.scorecard.next_scenario import GOOD_SCORE, TRAINED_BY, next_scenario

OFFERED = {
    "angry": ("self_control", "empathy", "follow_up"),
    "clinic": ("empathy", "active_listening"),
    "joker": ("humour", "rapport"),
    "slow": ("plain_language", "adaptability"),
}


def skill(skill_id: str, score: float | None, status: SkillStatus = SkillStatus.SCORED) -> Skill:
    return Skill(
        skill_id=skill_id,
        title=skill_id.replace("_", " ").title(),
        status=status,
        score=score,
        explanation="",
    )


@pytest.mark.parametrize(
    ("scores", "done", "name", "trained"),
    [
        ({"empathy": 20, "humour": 90}, "", "clinic", ("Empathy",)),
        ({"empathy": 20, "humour": 90}, "clinic", "angry", ("Empathy",)),
        ({"empathy": 60, "follow_up": 50}, "", "angry", ("Follow Up", "Empathy")),
        ({"humour": 10, "empathy": 60, "follow_up": 60}, "", "joker", ("Humour",)),
        ({"humour": 50, "empathy": 60, "follow_up": 60}, "", "angry", ("Empathy", "Follow Up")),
        ({"pace": 30}, "", "slow", ("Pace",)),
        ({"interruptions": 30}, "", "clinic", ("Interruptions",)),
        ({"empathy": 20}, "parcel", "clinic", ("Empathy",)),
    ],
)
def test_the_scenario_that_trains_the_weakest(scores, done, name, trained):
    found = next_scenario([skill(i, s) for i, s in scores.items()], OFFERED, done=done)
    assert found is not None
    assert (found.scenario_id, found.skills) == (name, trained)


@pytest.mark.parametrize(
    "skills",
    [
        [],
        [skill("empathy", GOOD_SCORE)],
        [skill("empathy", None, SkillStatus.NOT_SCORABLE)],
        [skill("empathy", None, SkillStatus.NOT_APPLICABLE)],
        [skill("volume", 10)],
    ],
)
def test_nothing_to_recommend(skills):
    assert next_scenario(skills, OFFERED) is None
    assert next_scenario([skill("empathy", 1)], {}) is None


def test_only_the_three_weakest_count():
    many = [skill(name, 50) for name in ("humour", "rapport", "nothing")] + [skill("empathy", 60)]
    assert next_scenario(many, OFFERED).scenario_id == "joker"


def test_equals_are_decided_the_same_way_every_time():
    one = [skill("empathy", 50), skill("humour", 50)]
    names = {next_scenario(one, dict(reversed(list(OFFERED.items())))).scenario_id for _ in range(3)}
    assert names == {next_scenario(one, OFFERED).scenario_id} == {"clinic"}


def test_more_of_what_a_scenario_trains_never_turns_it_down():
    before = next_scenario([skill("empathy", 50), skill("humour", 49)], OFFERED)
    assert before.scenario_id == "joker"
    assert next_scenario([skill("empathy", 50), skill("humour", 10)], OFFERED).scenario_id == "joker"


def test_delivery_leads_to_skills_that_scenarios_have():
    from voicesim.files.shipped import shipped_folder
    from voicesim.scenario.load import load_scenario

    called_for = {s for p in shipped_folder("scenarios").glob("*.yaml") for s in load_scenario(p).skills}
    assert all(called_for.issuperset(names) for names in TRAINED_BY.values())
