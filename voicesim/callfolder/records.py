"""The records of a call folder as typed values: utterances, lines, moments, engines, echo."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from voicesim.audio.span import Span
from voicesim.results import Json
from voicesim.speech.call import CustomerLine, Echo, EngineId, Moment, Recognition
from voicesim.speech.words import Party, Utterance, Word

CONFIDENCE_DECIMALS = 4


def words_to_json(words: Iterable[Word]) -> list[Json]:
    """Words as ``[text, start, end, confidence]``, in samples of the call."""
    return [[w.text, w.span.start, w.span.end, round(w.confidence, CONFIDENCE_DECIMALS)] for w in words]


def words_from_json(rows: Iterable[Any]) -> tuple[Word, ...]:
    """The reverse of :func:`words_to_json`."""
    return tuple(Word(str(t), Span(int(s), int(e)), float(c)) for t, s, e, c in rows)


def utterance_to_json(utterance: Utterance) -> dict[str, Json]:
    """One utterance of ``transcript.json``."""
    return {
        "party": utterance.party.value,
        "start": utterance.span.start,
        "end": utterance.span.end,
        "text": utterance.text,
        "words": words_to_json(utterance.words),
    }


def utterance_from_json(row: Mapping[str, Any]) -> Utterance:
    """The reverse of :func:`utterance_to_json`."""
    span = Span(int(row["start"]), int(row["end"]))
    return Utterance(Party(row["party"]), span, words_from_json(row["words"]))


def engine_to_json(engine: EngineId) -> dict[str, Json]:
    """Which engine did a job."""
    return {
        "engine": engine.engine,
        "model": engine.model,
        "version": engine.version,
        "settings": dict(engine.settings),
    }


def engine_from_json(row: Mapping[str, Any]) -> EngineId:
    """The reverse of :func:`engine_to_json`."""
    return EngineId(
        engine=str(row["engine"]),
        model=str(row["model"]),
        version=str(row["version"]),
        settings=dict(row.get("settings", {})),
    )


def recognition_to_json(recognition: Recognition) -> dict[str, Json]:
    """Who wrote the words."""
    return {
        **engine_to_json(recognition.engine),
        "writes_fillers": recognition.writes_fillers,
        "is_fallback": recognition.is_fallback,
        "confidence_gate": recognition.confidence_gate,
    }


def recognition_from_json(row: Mapping[str, Any]) -> Recognition:
    """The reverse of :func:`recognition_to_json`."""
    return Recognition(
        engine=engine_from_json(row),
        writes_fillers=bool(row["writes_fillers"]),
        is_fallback=bool(row.get("is_fallback", False)),
        confidence_gate=float(row.get("confidence_gate", 0.5)),
    )


def echo_to_json(echo: Echo) -> dict[str, Json]:
    """The echo check's finding."""
    return {
        "customer_in_microphone_db": echo.customer_in_microphone_db,
        "is_cancelled": echo.is_cancelled,
        "is_severe": echo.is_severe,
    }


def echo_from_json(row: Mapping[str, Any]) -> Echo:
    """The reverse of :func:`echo_to_json`."""
    level_db = row.get("customer_in_microphone_db")
    return Echo(
        customer_in_microphone_db=None if level_db is None else float(level_db),
        is_cancelled=bool(row.get("is_cancelled", False)),
        is_severe=bool(row.get("is_severe", False)),
    )


def lines_from_events(events: Iterable[Mapping[str, Any]], n_samples: int) -> tuple[CustomerLine, ...]:
    """The customer's lines that were heard, with their exact times.

    A line under way when the recording broke off ends with the recording.
    """
    plans: dict[int, Mapping[str, Any]] = {}
    starts: dict[int, int] = {}
    done: dict[int, CustomerLine] = {}
    for event in events:
        match event["event"]:
            case "line_planned":
                plans[event["line"]] = event
            case "line_started":
                starts[event["line"]] = event["start"]
            case "line_ended":
                plan = plans[event["line"]]
                heard = Span(*event["heard"])
                done[event["line"]] = _line(plan, heard, event["yielded_at"])
            case _:
                pass
    for number, start in starts.items():
        if number not in done and start < n_samples:
            end = min(n_samples, start + int(plans[number]["n_samples"]))
            done[number] = _line(plans[number], Span(start, end), None)
    return tuple(sorted(done.values(), key=lambda line: line.heard.start))


def _line(plan: Mapping[str, Any], heard: Span, yielded_at: int | None) -> CustomerLine:
    return CustomerLine(
        line_id=str(plan["line_id"]),
        text=str(plan["text"]),
        planned=Span(heard.start, max(heard.end, heard.start + int(plan["n_samples"]))),
        heard=heard,
        yielded_at=yielded_at,
        mood=str(plan["mood"]),
        moment=str(plan["moment"]),
    )


def moments_from_events(events: Iterable[Mapping[str, Any]], n_samples: int) -> tuple[Moment, ...]:
    """The scenario's moments in order; each lasts until the next."""
    begun = [event for event in events if event["event"] == "moment"]
    ends = [*(int(event["at"]) for event in begun[1:]), n_samples]
    return tuple(
        Moment(
            moment_id=str(event["moment"]),
            span=Span(int(event["at"]), max(int(event["at"]), end)),
            mood=str(event["mood"]),
            expects=tuple(str(e) for e in event["expects"]),
        )
        for event, end in zip(begun, ends, strict=True)
    )


def utterances_from_events(events: Iterable[Mapping[str, Any]]) -> tuple[Utterance, ...]:
    """The trainee's utterances as they were recognised while the call ran."""
    return tuple(utterance_from_json(event) for event in events if event["event"] == "utterance")
