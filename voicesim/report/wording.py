"""Numbers, seconds and reasons in the words that a trainee reads.

Conventions: a clock reads ``m:ss`` (``h:mm:ss`` from an hour on), rounded down, so that playing from it never
misses the start; numbers show three significant digits; identifiers become their words.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from typing import Final

from voicesim.results import Json, Measured, NotMeasured, Reason, Result

HEADLINES: Final = ("pace", "volume", "interruptions", "upbeat_tone")
"""Measures that come first wherever there is an order to choose."""

REASONS: Final[Mapping[Reason, str]] = {
    Reason.TOO_LITTLE_SPEECH: "there is too little speech",
    Reason.NO_SPEECH: "no speech was found",
    Reason.MONO: "both people share one channel",
    Reason.FAKE_STEREO: "both channels hold the same sound",
    Reason.ECHO: "the customer's voice came back through the microphone",
    Reason.NOISE: "the recording is too noisy",
    Reason.CLIPPING: "the recording is overdriven",
    Reason.GAIN_CONTROL: "the microphone kept changing its own gain",
    Reason.NO_BASELINE: "there is no baseline of this voice to compare with",
    Reason.NO_TRANSCRIPT: "there is no transcript",
    Reason.TRANSCRIPT_UNRELIABLE: "the transcript cannot be trusted",
    Reason.NOT_TRANSCRIBED: "the transcript leaves them out",
    Reason.NO_CUSTOMER: "the recording has no channel for the customer",
    Reason.NO_PITCH: "no steady pitch was found",
    Reason.NOT_CALLED_FOR: "the call did not call for it",
    Reason.ENGINE_MISSING: "the engine that measures it is missing",
    Reason.NOTHING_TO_SCORE: "there was nothing to score",
}
"""Each reason as the end of a sentence that begins with "because"."""

ENDINGS: Final[Mapping[str, str]] = {
    "resolved": "resolved",
    "resolved_cool": "resolved, the customer none the happier",
    "escalated": "the customer asked for the supervisor",
    "gave_up": "the customer gave up",
    "hung_up": "the customer hung up",
    "time_limit": "out of time",
    "aborted": "ended early",
}

_LAYOUTS: Final[Mapping[str, str]] = {
    "live": "rehearsal",
    "two_channel": "recording, two channels",
    "fake_stereo": "recording, two identical channels",
    "labelled_mono": "recording, one channel, speakers by transcript",
    "mono": "recording, one channel",
}

_UNITS: Final[Mapping[str, str]] = {
    "s": "s",
    "db": "dB",
    "dbov": "dBov",
    "hz": "Hz",
    "st": "st",
    "wpm": "wpm",
    "sps": "syllables per s",
    "samples": "samples",
    "ratio": "",
}

_ACRONYMS: Final[Mapping[str, str]] = {"snr": "SNR", "cv": "CV", "asr": "ASR"}

_SIGNIFICANT_DIGITS: Final = 3
_LONGEST_LIST: Final = 12


def clock(seconds: float) -> str:
    """Seconds as ``m:ss`` or ``h:mm:ss``, rounded down.

    >>> clock(72.9), clock(3700.0)
    ('1:12', '1:01:40')
    """
    whole = max(0, int(seconds))
    hours, minutes, rest = whole // 3600, whole // 60 % 60, whole % 60
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"


def spoken_clock(seconds: float) -> str:
    """Seconds as a screen reader should say them.

    >>> spoken_clock(72.9)
    '1 minute 12 seconds'
    """
    whole = max(0, int(seconds))
    parts = ((whole // 3600, "hour"), (whole // 60 % 60, "minute"), (whole % 60, "second"))
    said = [f"{n} {unit}{'' if n == 1 else 's'}" for n, unit in parts if n]
    return " ".join(said) or "the start"


def number(value: float) -> str:
    """Three significant digits, thousands and more in full.

    >>> number(152.34), number(-24.06), number(0.4), number(0.04266), number(1234.5)
    ('152', '-24.1', '0.4', '0.0427', '1234')
    """
    if value == 0:
        return "0"
    magnitude = int(f"{abs(value):.{_SIGNIFICANT_DIGITS - 1}e}".partition("e")[2])
    decimals = max(0, _SIGNIFICANT_DIGITS - 1 - magnitude)
    text = f"{value:.{decimals}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def reading(value: float, unit: str) -> tuple[str, str]:
    """A number and its unit as they are read; a ratio is read in percent.

    >>> reading(152.3, "wpm"), reading(0.66, "ratio")
    (('152', 'wpm'), ('66', '%'))
    """
    return (number(100.0 * value), "%") if unit == "ratio" else (number(value), unit)


def amount(value: float, unit: str) -> str:
    """A number with its unit.

    >>> amount(152.3, "wpm")
    '152 wpm'
    """
    return " ".join(reading(value, unit)).rstrip()


def score(value: float) -> str:
    """A score of 0 to 100, whole: a tenth of a point means nothing to a reader.

    >>> score(73.6)
    '74'
    """
    return f"{value:.0f}"


def points(value: float) -> str:
    """Points that were lost, with a minus sign; whole from one on, as the advice tells them.

    >>> points(13.6), points(0.44)
    ('\N{MINUS SIGN}14 points', '\N{MINUS SIGN}0.4 points')
    """
    shown = f"{value:.0f}" if value >= 1.0 else f"{round(value, 1):g}"
    return f"\N{MINUS SIGN}{shown} point{'' if shown == '1' else 's'}"


def title(identifier: str) -> str:
    """An identifier as a title.

    >>> title("upbeat_tone"), title("snr")
    ('Upbeat tone', 'SNR')
    """
    words = " ".join(_ACRONYMS.get(word, word) for word in identifier.replace("_", " ").split())
    return words[:1].upper() + words[1:]


def because(reason: Reason | None) -> str:
    """The end of "not measured, because …"."""
    return REASONS[reason] if reason is not None else "it could not be told"


def not_measured(result: NotMeasured) -> tuple[str, str]:
    """Why there is no number, in one sentence, and what the measure adds to it; the latter may be empty."""
    told = f"Not measured, because {because(result.reason)}."
    more = sentence(result.explanation)
    return told, "" if more.lower() == f"{because(result.reason)}.".lower() else more


def sentence(text: str) -> str:
    """The text with a capital at its start and a full stop at its end; empty stays empty."""
    text = text.strip()
    if not text:
        return ""
    return text[:1].upper() + text[1:] + ("" if text.endswith((".", "!", "?", "…")) else ".")


def clean(text: str) -> str:
    """Text without control, format and surrogate characters, which could steer a terminal or a page.

    Line breaks become spaces. Joiners, which some scripts need, stay.
    """
    if text.isprintable():
        return text
    joiners = "\u200c\u200d"
    spaced = re.sub(r"[\r\n\t\u2028\u2029]+", " ", text)
    return "".join(
        c
        if c in joiners or unicodedata.category(c) not in {"Cc", "Cf", "Cs"}
        else "\N{REPLACEMENT CHARACTER}"
        for c in spaced
    )


def in_reading_order(measures: Mapping[str, Result]) -> tuple[tuple[str, Measured | NotMeasured], ...]:
    """The headline measures first, the others by name."""
    rank = {name: i for i, name in enumerate(HEADLINES)}
    return tuple(sorted(measures.items(), key=lambda item: (rank.get(item[0], len(rank)), item[0])))


def facts(call: Mapping[str, Json]) -> tuple[str, ...]:
    """What kind of call it was, in a few words: length, kind, scenario, ending."""
    found: list[str] = []
    duration_s = call.get("duration_s")
    if isinstance(duration_s, int | float):
        found.append(clock(duration_s))
    layout = call.get("layout")
    if isinstance(layout, str):
        found.append(_LAYOUTS.get(layout, title(layout)))
    scenario = text_in(call.get("scenario"), "title", "id", "scenario_id")
    if scenario:
        found.append(f"scenario “{scenario}”")
    ending = call.get("ending")
    if isinstance(ending, str) and ending:
        found.append(ENDINGS.get(ending, title(ending).lower()))
    return tuple(clean(fact) for fact in (*found, *_conditions(call.get("conditions"))))


def _conditions(conditions: Json) -> Iterator[str]:
    """How a rehearsal was played, as far as the card knows."""
    if not isinstance(conditions, Mapping):
        return
    mode = conditions.get("mode")
    if mode:
        yield "practice, with hints" if mode == "practice" else "test, without hints"
    if conditions.get("difficulty", "normal") != "normal":
        yield f"{conditions['difficulty']} customer"
    if conditions.get("background"):
        behind = {"cafe": "a café", "line": "line noise"}.get(str(conditions["background"]), "noise")
        yield f"{behind} behind the customer ({conditions.get('background_below_voice_db')} dB below)"
    for key, words in (("pauses", "paused {} x"), ("said_again", "{} x said again on request")):
        if conditions.get(key):
            yield words.format(conditions[key])


def warnings(call: Mapping[str, Json]) -> tuple[str, ...]:
    """What went wrong with the sound of a call, as sentences: echo, and audio that the devices lost."""
    found: list[str] = []
    echo = call.get("echo")
    if isinstance(echo, Mapping) and echo.get("is_severe"):
        found.append(
            "The customer's voice came back through the microphone, so who spoke when is uncertain."
            " A headset cures it."
        )
    faults = call.get("device_faults")
    if isinstance(faults, Mapping):
        counts = [f"{title(kind).lower()} {n}" for kind, n in sorted(faults.items()) if n]
        if counts:
            found.append(f"The sound devices reported faults during the call: {', '.join(counts)}.")
    return tuple(clean(text) for text in found)


def labelled(key: str) -> str:
    """The key of a detail as a label, its unit in brackets.

    >>> labelled("snr_db"), labelled("n_overlaps")
    ('SNR (dB)', 'Overlaps')
    """
    stem, _, suffix = key.rpartition("_")
    if stem and suffix in _UNITS:
        unit = _UNITS[suffix]
        return f"{title(stem)} ({unit})" if unit else title(stem)
    return title(key.removeprefix("n_"))


def told(value: Json) -> str:
    """A detail in one line; long lists are counted."""
    if value is None or value == "":
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str | int | float):
        return number(value) if isinstance(value, float) else str(value)
    if isinstance(value, Mapping):
        items = sorted(value.items(), key=lambda item: _counting_order(item[0]))
        return ", ".join(f"{key.replace('_', ' ')}: {told(inner)}" for key, inner in items) or "none"
    if len(value) > _LONGEST_LIST:
        return f"{len(value)} values"
    return ", ".join(told(inner) for inner in value) or "none"


def _counting_order(key: str) -> tuple[float, str]:
    """Keys that are numbers in their order, before the others in theirs."""
    try:
        return (float(key), key)
    except ValueError:
        return (float("inf"), key)


def text_in(value: Json, *keys: str) -> str:
    """A string, or the first string that a mapping holds under one of the keys; else empty."""
    if isinstance(value, str):
        return value
    if isinstance(value, Mapping):
        for key in keys:
            found = value.get(key)
            if isinstance(found, str) and found:
                return found
    return ""
