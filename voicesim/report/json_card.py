"""The scorecard as JSON: the form that programs read, and the one that is stored.

Conventions: the same scorecard gives the same bytes, whatever the hash seed, locale or time zone.

- Times (``start_s``, ``end_s``) are rounded to :data:`TIME_DECIMALS`, every other fraction to
  :data:`VALUE_DECIMALS`; minus zero becomes zero. NaN and infinities are refused.
- Keys of a fixed object stand in the order of the schema; keys of an open mapping (measures, details, call,
  provenance) are sorted. Skills, the points a skill lost and the changes keep their order, which says
  something; evidence and behaviours are sorted by time.
- UTF-8, two spaces of indent, a newline at the end. A lone surrogate, which UTF-8 cannot carry, becomes "?".
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from importlib import resources
from typing import Any, Final, TypeAlias

from voicesim.audio.clip import SAMPLE_RATE_HZ
from voicesim.behaviour.observation import Observation
from voicesim.errors import ParameterError
from voicesim.results import Evidence, Measured, Result
from voicesim.scorecard.card import SCHEMA_VERSION, Failure, Flip, LostPoints, Overall, Scorecard, Skill

TIME_DECIMALS: Final = 3
"""Of seconds: a millisecond, finer than anybody can hear a start."""

VALUE_DECIMALS: Final = 6
"""Of every other fraction: far below any threshold, far above the noise of floating point."""

SCHEMA_FILE: Final = "scorecard.schema.json"

_Object: TypeAlias = "dict[str, object]"


def card_to_json(card: Scorecard) -> bytes:
    """A scorecard as canonical JSON.

    Raises:
        ParameterError: a number is not finite, or a value is none that JSON has; the message names its place.
    """
    document: _Object = {
        "schema_version": SCHEMA_VERSION,
        "call": _open(card.call, "call"),
        "measures": {
            name: _measure(card.measures[name], f"measures.{name}") for name in sorted(card.measures)
        },
        "behaviours": [_behaviour(seen) for seen in sorted(card.behaviours, key=_when_seen)],
        "skills": [_skill(skill) for skill in card.skills],
        "overall": _overall(card.overall),
        "provenance": _open(card.provenance, "provenance"),
    }
    text = json.dumps(document, ensure_ascii=False, allow_nan=False, indent=2)
    return (text + "\n").encode("utf-8", errors="replace")


def card_schema() -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of what :func:`card_to_json` writes."""
    text = resources.files(__package__).joinpath(SCHEMA_FILE).read_text(encoding="utf-8")
    schema: dict[str, Any] = json.loads(text)
    return schema


def _measure(result: Result, where: str) -> _Object:
    if isinstance(result, Measured):
        return {
            "status": "measured",
            "value": _fraction(result.value, where),
            "unit": result.unit,
            "definition": result.definition,
            "reason": None,
            "explanation": "",
            "evidence": _evidence(result.evidence, where),
            "details": _open(result.details, f"{where}.details"),
            "cautions": list(result.cautions),
        }
    return {
        "status": "not_measured",
        "value": None,
        "unit": result.unit,
        "definition": result.definition,
        "reason": result.reason.value,
        "explanation": result.explanation,
        "evidence": [],
        "details": _open(result.details, f"{where}.details"),
        "cautions": [],
    }


def _behaviour(seen: Observation) -> _Object:
    return {
        "id": seen.behaviour_id,
        "start_s": _time(seen.span.start_s(SAMPLE_RATE_HZ)),
        "end_s": _time(seen.span.end_s(SAMPLE_RATE_HZ)),
        "quote": seen.quote,
        "pattern": seen.pattern,
        "confidence": _fraction(seen.confidence, f"behaviours.{seen.behaviour_id}"),
        "utterance": seen.utterance,
        "costs_points": seen.costs_points,
        "is_certain": seen.is_certain,
    }


def _when_seen(seen: Observation) -> tuple[int, int, str, str, str]:
    return (seen.span.start, seen.span.end, seen.behaviour_id, seen.pattern, seen.quote)


def _skill(skill: Skill) -> _Object:
    where = f"skills.{skill.skill_id}"
    return {
        "id": skill.skill_id,
        "title": skill.title,
        "status": skill.status.value,
        "score": None if skill.score is None else _fraction(skill.score, where),
        "explanation": skill.explanation,
        "reason": None if skill.reason is None else skill.reason.value,
        "weight": _fraction(skill.weight, where),
        "evidence": _evidence(skill.evidence, where),
        "lost": [_lost(lost, where) for lost in skill.lost],
        "section": skill.section,
        "level": skill.level,
        "is_borderline": skill.is_borderline,
        "flips": [_flip(flip, where) for flip in skill.flips],
    }


def _overall(overall: Overall) -> _Object:
    return {
        "status": overall.status.value,
        "score": None if overall.score is None else _fraction(overall.score, "overall"),
        "explanation": overall.explanation,
        "strength": overall.strength,
        "changes": [_lost(lost, "overall") for lost in overall.changes],
        "level": overall.level,
        "is_borderline": overall.is_borderline,
        "flips": [_flip(flip, "overall") for flip in overall.flips],
        "has_passed": overall.has_passed,
        "failures": [_failure(failure) for failure in overall.failures],
        "to_hear": _evidence(overall.to_hear, "overall"),
        "sections": [
            {
                "id": section.section_id,
                "title": section.title,
                "score": None if section.score is None else _fraction(section.score, "overall.sections"),
                "is_failed": section.is_failed,
            }
            for section in overall.sections
        ],
    }


def _flip(flip: Flip, where: str) -> _Object:
    return {
        "rule": flip.rule,
        "threshold": flip.threshold,
        "moved_to": _fraction(flip.moved_to, f"{where}.flips"),
        "level": flip.level,
        "is_higher": flip.is_higher,
    }


def _failure(failure: Failure) -> _Object:
    return {
        "kind": failure.kind,
        "what": failure.what,
        "fails": failure.fails,
        "explanation": failure.explanation,
        "evidence": _evidence(failure.evidence, f"failures.{failure.kind}"),
    }


def _lost(lost: LostPoints, where: str) -> _Object:
    place = f"{where}.{lost.rule}"
    return {
        "rule": lost.rule,
        "points": _fraction(lost.points, place),
        "advice": lost.advice,
        "evidence": _evidence(lost.evidence, place),
    }


def _evidence(evidence: Iterable[Evidence], where: str) -> list[_Object]:
    ordered = sorted(evidence, key=lambda e: (e.start_s, e.end_s, e.label, e.quote))
    return [
        {
            "start_s": _time(piece.start_s),
            "end_s": _time(piece.end_s),
            "label": piece.label,
            "quote": piece.quote,
            "value": None if piece.value is None else _fraction(piece.value, f"{where}.evidence"),
        }
        for piece in ordered
    ]


def _time(seconds: float) -> float:
    return round(float(seconds), TIME_DECIMALS) + 0.0


def _fraction(value: float, where: str) -> float:
    if not math.isfinite(value):
        raise ParameterError(f"{where}: a scorecard holds finite numbers only, got {value}")
    return round(float(value), VALUE_DECIMALS) + 0.0


def _open(value: object, where: str) -> object:
    """A free value with sorted keys and rounded fractions."""
    if value is None or isinstance(value, bool | str):
        return value
    if isinstance(value, int):
        return int(value)
    if isinstance(value, float):
        return _fraction(value, where)
    if isinstance(value, Mapping):
        if not all(isinstance(key, str) for key in value):
            raise ParameterError(f"{where}: keys must be text")
        return {str(key): _open(value[key], f"{where}.{key}") for key in sorted(value)}
    if isinstance(value, Sequence) and not isinstance(value, bytes | bytearray):
        return [_open(item, f"{where}[{i}]") for i, item in enumerate(value)]
    raise ParameterError(f"{where}: {type(value).__name__} is nothing that JSON has")
