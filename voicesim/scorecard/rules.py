"""What one rule makes of a call: the share of its points that is earned, and what took the rest."""

from __future__ import annotations

from voicesim.scorecard.by_measure import judge_measure
from voicesim.scorecard.by_words import judge_words
from voicesim.scorecard.facts import Facts, Outcome, Standing
from voicesim.scorecard.rubric import MeasureRule, Rule


def judge_rule(rule: Rule, facts: Facts) -> Outcome:
    """Judge one rule."""
    if isinstance(rule, MeasureRule):
        return judge_measure(rule, facts)
    if facts.content is not None:
        return Outcome(
            rule=rule,
            standing=Standing.UNKNOWN,
            reason=facts.content.reason,
            explanation=facts.content.explanation,
        )
    return judge_words(rule, facts)
