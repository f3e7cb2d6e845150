"""From a call to its scorecard, under a rubric.

Conventions: a skill's score is what its rules earned of the points of all rules that applied and could be judged,
scaled to 100 and rounded to 0.1. A skill is not applicable where the call did not call for it, and not scorable
where less than half of its points could be judged; both leave the overall, which is the weighted mean of the rest.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final

from voicesim.behaviour.calls import DEFAULT_GATE, observe_call
from voicesim.behaviour.tables import Tables
from voicesim.results import Evidence, Json, NotMeasured, Reason, Result
from voicesim.scorecard.card import LostPoints, Overall, Scorecard, Skill, SkillStatus
from voicesim.scorecard.evidence import clock, filled, plain, shortened
from voicesim.scorecard.facts import Facts, Loss, Outcome, Standing
from voicesim.scorecard.rubric import AvoidRule, MeasureRule, Rubric, RubricSkill
from voicesim.scorecard.rules import judge_rule
from voicesim.scorecard.turns import observations_by_turn, trainee_turns
from voicesim.speech.call import Call

if TYPE_CHECKING:
    from voicesim.measure.baseline import Baseline

_LEAST_KNOWN: Final = 0.5
"""Share of a skill's points that must be judged for it to have a score."""
_GOOD_ENOUGH_TO_PRAISE: Final = 70.0
_MAX_CHANGES: Final = 3
_MAX_EVIDENCE: Final = 40


def score(call: Call, rubric: Rubric, baseline: Baseline | None, tables: Tables) -> Scorecard:
    """Measure, observe and judge a call.

    Args:
        call: any call.
        rubric: what is judged.
        baseline: the trainee's own calm speech on the same device, where there is one.
        tables: the behaviours that are looked for.
    """
    from voicesim.measure.registry import measure_call
    from voicesim.measure.transcript_gate import content_gate

    measures = measure_call(call, baseline=baseline)
    content = content_gate(call)
    return judge(
        call,
        rubric,
        tables,
        measures=measures,
        content=content,
        baseline_id=(baseline.baseline_id or baseline.trainee) if baseline else "",
    )


def judge(
    call: Call,
    rubric: Rubric,
    tables: Tables,
    *,
    measures: Mapping[str, Result],
    content: Result,
    baseline_id: str = "",
) -> Scorecard:
    """Judge a call that has been measured.

    Args:
        call: the call.
        rubric: what is judged.
        tables: the behaviours that are looked for.
        measures: results by name.
        content: whether the transcript can bear a judgement of its words; why not, where it cannot.
        baseline_id: name of the baseline that the measures used.
    """
    observations = observe_call(call, tables)
    gate = call.recognition.confidence_gate if call.recognition else DEFAULT_GATE
    turns = trainee_turns(call, tables, gate)
    facts = Facts(
        call=call,
        turns=turns,
        seen=observations_by_turn(turns, observations),
        measures=measures,
        content=_content(call, rubric, content),
    )
    judged = [(skill, [judge_rule(rule, facts) for rule in skill.rules]) for skill in rubric.skills]
    skills = tuple(_skill(rubric, skill, outcomes) for skill, outcomes in judged)
    return Scorecard(
        call=_call_facts(call),
        measures=dict(sorted(measures.items())),
        behaviours=() if _words_are_useless(facts.content) else observations,
        skills=skills,
        overall=_overall(rubric, skills, [outcomes for _, outcomes in judged]),
        provenance=_provenance(call, rubric, baseline_id),
    )


def _content(call: Call, rubric: Rubric, content: Result) -> NotMeasured | None:
    if isinstance(content, NotMeasured):
        return content
    n_words = sum(len(u.words) for u in call.trainee.utterances)
    if n_words >= rubric.least_words:
        return None
    return NotMeasured(
        reason=Reason.TOO_LITTLE_SPEECH if n_words else Reason.NO_SPEECH,
        explanation=f"the trainee said {n_words} words; words are judged from {rubric.least_words} on",
    )


def _words_are_useless(content: NotMeasured | None) -> bool:
    return content is not None and content.reason not in {Reason.TOO_LITTLE_SPEECH, Reason.NO_SPEECH}


# --- a skill ----------------------------------------------------------------------------------------------


def _skill(rubric: Rubric, skill: RubricSkill, outcomes: Sequence[Outcome]) -> Skill:
    if not _is_called_for(outcomes):
        return _without_score(
            skill, SkillStatus.NOT_APPLICABLE, Reason.NOT_CALLED_FOR, _not_called_for(skill), outcomes
        )
    judged = [o for o in outcomes if o.standing is Standing.JUDGED]
    unknown = [o for o in outcomes if o.standing is Standing.UNKNOWN]
    known_points = sum(o.rule.points for o in judged)
    all_points = known_points + sum(o.rule.points for o in unknown)
    if known_points < _LEAST_KNOWN * all_points or not judged:
        main = max(unknown, key=lambda o: o.rule.points)
        return _without_score(skill, SkillStatus.NOT_SCORABLE, main.reason, main.explanation, outcomes)
    scale = 100.0 / known_points
    lost = tuple(_lost(o, loss, scale) for o in judged for loss in o.losses)
    earned = scale * sum(o.rule.points * o.share for o in judged)
    value = round(min(100.0, max(0.0, earned)), 1) + 0.0
    return Skill(
        skill_id=skill.skill_id,
        title=skill.title,
        status=SkillStatus.SCORED,
        score=value,
        explanation=_explanation(rubric, skill, value, outcomes),
        weight=skill.weight,
        evidence=_evidence(outcomes),
        lost=tuple(sorted(lost, key=lambda points: (-points.points, points.rule))),
    )


def _is_called_for(outcomes: Sequence[Outcome]) -> bool:
    """Whether anything but leaving bad things out was asked of the trainee, or something bad was done."""
    open_rules = [o for o in outcomes if o.standing is not Standing.NOT_CALLED_FOR]
    asked = [o for o in outcomes if not isinstance(o.rule, AvoidRule)]
    if not asked:
        return bool(open_rules)
    return any(not isinstance(o.rule, AvoidRule) or o.losses for o in open_rules)


def _not_called_for(skill: RubricSkill) -> str:
    return f"Nothing in this call called for it: {skill.about[:1].lower()}{skill.about[1:]}"


def _without_score(
    skill: RubricSkill,
    status: SkillStatus,
    reason: Reason | None,
    explanation: str,
    outcomes: Sequence[Outcome],
) -> Skill:
    return Skill(
        skill_id=skill.skill_id,
        title=skill.title,
        status=status,
        score=None,
        explanation=explanation,
        weight=skill.weight,
        reason=reason,
        evidence=_evidence(outcomes) if status is SkillStatus.NOT_APPLICABLE else (),
    )


def _lost(outcome: Outcome, loss: Loss, scale: float) -> LostPoints:
    rule = outcome.rule
    points = round(rule.points * loss.share * scale, 1)
    advice = rule.advice
    if isinstance(rule, MeasureRule) and loss.is_above and rule.advice_above:
        advice = rule.advice_above
    return LostPoints(
        rule=rule.rule_id,
        points=points,
        advice=filled(advice, {**loss.values, "points": plain(points)}),
        evidence=loss.evidence,
    )


def _explanation(rubric: Rubric, skill: RubricSkill, value: float, outcomes: Sequence[Outcome]) -> str:
    level = rubric.level(value)
    anchor = skill.looks_like.get(level.level_id, "")
    parts = [f"{level.title}: {anchor}" if anchor else f"{level.title}."]
    parts.append("; ".join(o.note for o in outcomes if o.note) + ".")
    unknown = [o for o in outcomes if o.standing is Standing.UNKNOWN]
    parts.extend(f"Left out: {o.rule.title}, because {o.explanation}." for o in unknown)
    if any(o.to_hear for o in outcomes):
        parts.append(
            "Listen where it is marked: the recogniser was not sure of the words there, so they cost nothing."
        )
    return " ".join(part for part in parts if part.strip(" .;"))


def _evidence(outcomes: Sequence[Outcome]) -> tuple[Evidence, ...]:
    pieces = {
        piece: None
        for o in outcomes
        for piece in (*o.kept, *(e for loss in o.losses for e in loss.evidence), *o.to_hear)
    }
    ordered = sorted(pieces, key=lambda e: (e.start_s, e.end_s, e.label, e.quote))
    return tuple(ordered[:_MAX_EVIDENCE])


# --- the whole --------------------------------------------------------------------------------------------


def _overall(rubric: Rubric, skills: Sequence[Skill], outcomes: Sequence[Sequence[Outcome]]) -> Overall:
    scored = [skill for skill in skills if skill.score is not None and skill.weight > 0.0]
    if not scored:
        return Overall(
            status=SkillStatus.NOT_SCORABLE, score=None, explanation="No skill could be judged in this call."
        )
    weight = sum(skill.weight for skill in scored)
    mean = sum((skill.score or 0.0) * skill.weight for skill in scored) / weight
    value = round(mean, 1) + 0.0
    out = sum(skill.status is SkillStatus.NOT_SCORABLE for skill in skills)
    unasked = sum(skill.status is SkillStatus.NOT_APPLICABLE for skill in skills)
    notes = [f"{rubric.level(value).title}: the weighted mean of {len(scored)} of {len(skills)} skills."]
    if out:
        notes.append(f"{out} could not be judged.")
    if unasked:
        notes.append(f"{unasked} were not called for.")
    return Overall(
        status=SkillStatus.SCORED,
        score=value,
        explanation=" ".join(notes),
        strength=_strength(skills, outcomes),
        changes=_changes(scored, weight),
    )


def _strength(skills: Sequence[Skill], outcomes: Sequence[Sequence[Outcome]]) -> str:
    """The best skill with words that show it; a skill without words only where there is none with."""
    best: tuple[tuple[bool, float, float], str] | None = None
    for skill, rules in zip(skills, outcomes, strict=True):
        if skill.score is None or skill.score < _GOOD_ENOUGH_TO_PRAISE or skill.weight <= 0.0:
            continue
        kept = [piece for o in rules if o.standing is Standing.JUDGED for piece in o.kept]
        quoted = [p for o in rules if not isinstance(o.rule, MeasureRule) for p in o.kept if p.quote]
        if quoted:
            told = f"{skill.title}: you said “{shortened(quoted[0].quote)}” at {clock(quoted[0].start_s)}."
        else:
            place = f", for example at {clock(kept[0].start_s)}" if kept else ""
            told = f"{skill.title}: {skill.score:g} of 100{place}."
        rank = (bool(quoted), skill.score, skill.weight)
        if best is None or rank > best[0]:
            best = (rank, told)
    return best[1] if best else ""


def _changes(scored: Sequence[Skill], weight: float) -> tuple[LostPoints, ...]:
    """The dearest lost points for the whole, one of a rule, each with a place to play."""
    ranked = sorted(
        (
            (-lost.points * skill.weight / weight, n, lost)
            for n, skill in enumerate(scored)
            for lost in skill.lost
        ),
        key=lambda entry: (round(entry[0], 6), entry[1], entry[2].rule),
    )
    out: list[LostPoints] = []
    for _, _, lost in ranked:
        if lost.evidence and lost.points > 0.0 and lost.rule not in {known.rule for known in out}:
            out.append(lost)
        if len(out) == _MAX_CHANGES:
            break
    return tuple(out)


def _call_facts(call: Call) -> dict[str, Json]:
    facts: dict[str, Json] = {
        "id": call.call_id,
        "duration_s": round(call.duration_s, 3),
        "layout": call.layout.value,
        "ending": call.ending,
        "device_faults": dict(sorted(call.device_faults.items())),
    }
    if call.brief is not None:
        facts["scenario"] = {"id": call.brief.scenario_id, "title": call.brief.title}
    if call.echo is not None:
        facts["echo"] = {
            "customer_in_microphone_db": call.echo.customer_in_microphone_db,
            "is_cancelled": call.echo.is_cancelled,
            "is_severe": call.echo.is_severe,
        }
    return facts


def _provenance(call: Call, rubric: Rubric, baseline_id: str) -> dict[str, Json]:
    from voicesim import __version__

    found: dict[str, Json] = {
        "voicesim": __version__,
        "rubric": {"id": rubric.rubric_id, "version": rubric.version, "sha256": rubric.digest},
        "baseline": baseline_id or None,
        "engines": {
            role: {
                "engine": e.engine,
                "model": e.model,
                "version": e.version,
                "settings": dict(sorted(e.settings.items())),
            }
            for role, e in sorted(call.engines.items())
        },
    }
    if call.recognition is not None:
        engine = call.recognition.engine
        found["recognition"] = {
            "engine": engine.engine,
            "model": engine.model,
            "version": engine.version,
            "settings": dict(sorted(engine.settings.items())),
            "is_fallback": call.recognition.is_fallback,
            "writes_fillers": call.recognition.writes_fillers,
            "confidence_gate": call.recognition.confidence_gate,
        }
    return found
