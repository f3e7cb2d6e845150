"""From a call to its scorecard, under a rubric.

Conventions: a skill's score is what its rules earned of the points of all rules that applied and could be judged,
scaled to 100 and rounded to 0.1. A skill is not applicable where the call did not call for it, and not scorable
where less than half of its points could be judged; both leave the overall, which is the weighted mean of the rest.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from voicesim.behaviour.calls import DEFAULT_GATE, observe_call
from voicesim.behaviour.observation import Observation
from voicesim.behaviour.tables import Tables
from voicesim.results import Json, NotMeasured, Reason, Result
from voicesim.scorecard.card import Scorecard
from voicesim.scorecard.facts import Facts
from voicesim.scorecard.heard_words import hostile_words, provoking_words
from voicesim.scorecard.passing import rule_on
from voicesim.scorecard.rubric import Rubric
from voicesim.scorecard.rules import judge_rule
from voicesim.scorecard.sensitivity import with_flips
from voicesim.scorecard.skills import judge_skill
from voicesim.scorecard.talk import talk_measures
from voicesim.scorecard.turns import observations_by_turn, trainee_turns
from voicesim.scorecard.whole import overall_of, overall_value
from voicesim.speech.call import Brief, Call, Recognition

if TYPE_CHECKING:
    from voicesim.measure.baseline import Baseline


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

    content = content_gate(call)
    observations = observe_call(_with_glossary(call, rubric), tables)
    measures = measure_call(
        call,
        baseline=baseline,
        provoking=provoking_words(call, tables, content),
        hostile=hostile_words(observations),
    )
    return judge(
        call,
        rubric,
        tables,
        measures=measures,
        content=content,
        observations=observations,
        baseline_id=(baseline.baseline_id or baseline.trainee) if baseline else "",
    )


def judge(
    call: Call,
    rubric: Rubric,
    tables: Tables,
    *,
    measures: Mapping[str, Result],
    content: Result,
    observations: tuple[Observation, ...] | None = None,
    baseline_id: str = "",
) -> Scorecard:
    """Judge a call that has been measured.

    Args:
        call: the call.
        rubric: what is judged.
        tables: the behaviours that are looked for.
        measures: results by name.
        content: whether the transcript can bear a judgement of its words; why not, where it cannot.
        observations: of the trainee's behaviours, where they are known already.
        baseline_id: name of the baseline that the measures used.
    """
    call_facts = _call_facts(call)
    call = _with_glossary(call, rubric)
    if observations is None:
        observations = observe_call(call, tables)
    facts = _facts(call, rubric, tables, measures, content, observations)
    outcomes = [[judge_rule(rule, facts) for rule in skill.rules] for skill in rubric.skills]
    ruling = rule_on(facts, rubric, tables)
    skills, whole = with_flips(
        rubric,
        [judge_skill(rubric, *pair) for pair in zip(rubric.skills, outcomes, strict=True)],
        outcomes,
        facts,
        lambda rows: overall_value(rows, ruling),
    )
    return Scorecard(
        call=call_facts,
        measures=dict(sorted(facts.measures.items())),
        behaviours=() if _words_are_useless(facts.content) else observations,
        skills=skills,
        overall=replace(overall_of(rubric, skills, outcomes, ruling), flips=whole),
        provenance=_provenance(call, rubric, baseline_id),
    )


def _facts(
    call: Call,
    rubric: Rubric,
    tables: Tables,
    measures: Mapping[str, Result],
    content: Result,
    observations: tuple[Observation, ...],
) -> Facts:
    """What the rules look at: turns, behaviours, measures of the sound and of the talk."""
    gate = call.recognition.confidence_gate if call.recognition else DEFAULT_GATE
    turns = trainee_turns(call, tables, gate)
    facts = Facts(
        call=call,
        turns=turns,
        seen=observations_by_turn(turns, observations),
        measures=measures,
        content=_content(call, rubric, content),
        unheard=_unheard(call),
    )
    return replace(facts, measures={**measures, **talk_measures(facts, tables)})


def _with_glossary(call: Call, rubric: Rubric) -> Call:
    if not rubric.glossary:
        return call
    brief = call.brief or Brief(scenario_id="")
    return replace(call, brief=replace(brief, glossary={**rubric.glossary, **brief.glossary}))


def _unheard(call: Call) -> dict[str, NotMeasured]:
    """Behaviours that this call cannot show, and why."""
    found: dict[str, NotMeasured] = {}
    if call.recognition is not None and not call.recognition.writes_fillers:
        found["filler"] = NotMeasured(
            reason=Reason.NOT_TRANSCRIBED,
            explanation=f"{_author(call.recognition)} leaves fillers such as um out of its words",
        )
    if call.brief is None or not call.brief.glossary:
        found["jargon"] = NotMeasured(
            reason=Reason.NOT_CALLED_FOR, explanation="neither scenario nor rubric lists internal terms"
        )
    return found


def _author(recognition: Recognition) -> str:
    """Who wrote the words, as the subject of a sentence."""
    name = recognition.engine.engine
    return "the transcript" if name == "transcript" else name


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


def _call_facts(call: Call) -> dict[str, Json]:
    facts: dict[str, Json] = {
        "id": call.call_id,
        "duration_s": round(call.duration_s, 3),
        "layout": call.layout.value,
        "ending": call.ending,
        "device_faults": dict(sorted(call.device_faults.items())),
    }
    if call.conditions:
        facts["conditions"] = dict(call.conditions)
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
