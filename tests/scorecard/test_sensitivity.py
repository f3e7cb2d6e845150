from __future__ import annotations

import dataclasses

import pytest

TALK = """
T: good morning thanks for calling this is Anna how can I help you today
C: my parcel has not come and I am really angry about it
T: I'm so sorry about that let me look into it for you right away
C: well I hope so
T: I'll ring you back on Friday with the tracking number
"""


def pace_skill(judged, good_measures, wpm):
    pace = dataclasses.replace(good_measures["pace"], value=wpm)
    card = judged(TALK, measures={**good_measures, "pace": pace})
    return next(s for s in card.skills if s.skill_id == "pace")


def test_a_level_that_no_threshold_decides_is_firm(judged):
    skill = next(s for s in judged(TALK).skills if s.skill_id == "interruptions")
    assert (skill.score, skill.flips, skill.is_borderline) == (100.0, (), False)


@pytest.mark.parametrize(
    ("wpm", "level", "moved", "other"),
    # Full points from 120 to 160, none at 200: 180 earns half. 160 a fifth up is 192: 180 earns all of it; a fifth
    # down is 128: 20 of 72 parts are left. 200 up is 240: 60 of 80 are left; down it is 160: nothing is.
    [(180.0, "Fair", 192.0, "Strong"), (180.0, "Fair", 128.0, "Needs practice"), (180.0, "Fair", 240.0, "Good")],
)  # fmt: skip
def test_the_threshold_that_decides_is_named_with_the_level_that_it_would_give(
    judged, good_measures, wpm, level, moved, other
):
    skill = pace_skill(judged, good_measures, wpm)
    assert skill.level == level
    assert skill.is_borderline
    (flip,) = [flip for flip in skill.flips if flip.moved_to == pytest.approx(moved, abs=0.01)]
    assert (flip.rule, flip.level) == ("pace_comfortable", other)
    assert flip.is_higher is (other in {"Strong", "Good"})
    assert "words a minute" in flip.threshold


def test_a_corner_never_passes_its_neighbour(judged, good_measures, rubric):
    skill = pace_skill(judged, good_measures, 105.0)
    corners = [x for s in rubric.skills if s.skill_id == "pace" for x, _ in s.rules[0].curves[0].corners]
    assert all(min(corners) * 0.8 <= flip.moved_to <= max(corners) * 1.2 for flip in skill.flips)
    assert any(flip.moved_to == pytest.approx(108.0) for flip in skill.flips)


def test_the_overall_knows_what_decides_it(judged, rubric):
    card = judged(TALK)
    exact = card.overall.score
    levels = tuple(
        dataclasses.replace(level, at_least=exact) if level.level_id == "good" else level
        for level in rubric.levels
        if level.level_id != "strong"
    )
    edge = judged(TALK, rubric=dataclasses.replace(rubric, levels=levels))
    assert edge.overall.level == "Good"
    assert edge.overall.is_borderline
    assert all(not flip.is_higher for flip in edge.overall.flips)
    floor = tuple(level for level in rubric.levels if level.level_id == "weak")
    assert judged(TALK, rubric=dataclasses.replace(rubric, levels=floor)).overall.flips == ()
