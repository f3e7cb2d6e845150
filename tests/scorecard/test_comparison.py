from __future__ import annotations

import dataclasses

from voicesim.scorecard.comparison import compare

TALK = """
T: good morning thanks for calling this is Anna how can I help you today
C: my parcel has not come and I am really angry about it
T: let me look into it for you right away what is the number on it
C: four seven one
T: I'll ring you back on Friday with the tracking number
"""


def test_a_rubric_changes_nothing_against_itself(judged):
    same = compare(judged(TALK), judged(TALK))
    assert same.changes == ()
    assert not same.level_flips
    assert not same.pass_flips


def test_what_flips_is_told_and_what_merely_moves_is_not_a_flip(judged, rubric):
    before = judged(TALK)
    skills = tuple(s for s in rubric.skills if s.skill_id != "pace")
    best, *others = rubric.levels
    levels = (dataclasses.replace(best, at_least=99.0), *others)
    strict = dataclasses.replace(rubric, pass_at=99.9, skills=skills, levels=levels)
    found = compare(before, judged(TALK, rubric=strict))
    assert (found.passed_before, found.passed_after, found.pass_flips) == (None, False, True)
    changes = {change.skill_id: change for change in found.changes}
    assert changes["pace"].after is None
    assert changes["pace"].is_flip
    moved = [c for c in found.changes if c.before and c.after and c.before.score == c.after.score]
    assert all(c.is_flip for c in moved)
    assert "volume" not in changes
