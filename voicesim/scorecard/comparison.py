"""What another rubric makes of the same call: which scores, levels and passes change."""

from __future__ import annotations

from dataclasses import dataclass

from voicesim.scorecard.card import Overall, Scorecard, Skill, SkillStatus


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a skill or a whole call stands under one rubric."""

    score: float | None
    level: str
    status: SkillStatus


@dataclass(frozen=True, slots=True)
class Change:
    """A skill under two rubrics; ``None`` where a rubric does not have it."""

    skill_id: str
    title: str
    before: Standing | None
    after: Standing | None

    @property
    def is_flip(self) -> bool:
        """Whether more than the number is another one: the level, or whether there is one."""
        return _level(self.before) != _level(self.after)


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """A call under two rubrics."""

    before: Standing
    after: Standing
    passed_before: bool | None
    passed_after: bool | None
    reasons: tuple[str, ...] = ()
    """Why it does not pass, under the rubric under which it does not."""
    changes: tuple[Change, ...]
    """Skills whose score or status differs, in the order of the first rubric, new ones last."""

    @property
    def level_flips(self) -> bool:
        """Whether the overall comes to lie in another level."""
        return _level(self.before) != _level(self.after)

    @property
    def pass_flips(self) -> bool:
        """Whether the call passes under one and not under the other."""
        return self.passed_before != self.passed_after


def compare(before: Scorecard, after: Scorecard) -> Comparison:
    """Two cards of the same call."""
    old = {skill.skill_id: skill for skill in before.skills}
    new = {skill.skill_id: skill for skill in after.skills}
    rows = (
        Change(name, (old.get(name) or new[name]).title, _standing(old.get(name)), _standing(new.get(name)))
        for name in dict.fromkeys((*old, *new))
    )
    return Comparison(
        before=_of(before.overall),
        after=_of(after.overall),
        passed_before=before.overall.has_passed,
        passed_after=after.overall.has_passed,
        reasons=_reasons(before.overall, after.overall),
        changes=tuple(row for row in rows if row.before != row.after),
    )


def _reasons(before: Overall, after: Overall) -> tuple[str, ...]:
    failed = after if after.has_passed is False else before
    return tuple(failure.explanation for failure in failed.failures)


def _standing(skill: Skill | None) -> Standing | None:
    return None if skill is None else _of(skill)


def _of(judged: Skill | Overall) -> Standing:
    return Standing(judged.score, judged.level, judged.status)


def _level(standing: Standing | None) -> tuple[str, str]:
    return ("", "") if standing is None else (standing.status.value, standing.level)
