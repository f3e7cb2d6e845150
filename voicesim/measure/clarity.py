"""How clearly the trainee speaks, against the trainee's own clear voice; never how the trainee's accent sounds.

Conventions
    With a baseline of the same voice on the same device, *clearness* of an utterance is::

        C = s(d(audible share) / 0.1) + s(d(vowel spread) / 1 dB) + s(d(clear band) / 6 dB)
            + s(d(modulation) / 0.25) - s(d(speaking rate) / 15 %)

    where d() is the difference from the baseline and s(x) = 6 tanh(x / 6) keeps one cue from deciding by more than 6.
    0 is as clear as the own calm reading, and people speak about a tenth faster than they read, which is worth -0.7;
    below -1 it is less clear. The call's value is the mean over
    its utterances, weighted by their speech time, of which three are needed. The speaking rate is counted from the
    words where they can be trusted and the baseline's were known, else from the syllables that are heard; pauses
    inside an utterance count as time, since they help. Syllables that are heard follow a much faster tempo only in
    part (they melt into each other), so without words fast speech is found less unclear than it is.
    Where the scenario gives a line to be read out, ``read_back`` is the share of its words that were recognised
    (1 - word error rate), and is the headline: nothing has to be guessed then about what was meant. Recognisers
    repair mumbled words, so their confidence alone is never the value; it is a detail.
    Everything is relative to the same speaker: an accent is in the baseline as it is in the call.

Source: rate, vowel space, 1-3 kHz energy and slow modulation as what marks clear speech: Lam & Tjaden 2014 (Folia
Phoniatr. Logop. 66:121), Krause & Braida 2004 (JASA 115:362; about 6 dB of 1-3 kHz), Smiljanic & Bradlow 2008
(JASA 124:3171; pauses). 15 % is one and a half just noticeable differences of tempo (Quene 2004). The other units
are a choice of this project, about what read sentences of one speaker scatter. One sentence scatters by 1.5 in C,
ten by 0.5. On sentences made less clear in five steps each by low-pass, noise, time compression (words known) and vowel
reduction, 98 to 100 % of the pairs of steps come out in the right order.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import tanh
from typing import Final

from voicesim.measure.baseline import Baseline
from voicesim.measure.places import number, place
from voicesim.measure.prosody import Prosody
from voicesim.measure.spelling import spoken_words
from voicesim.results import Json, Measured, NotMeasured, Reason, Result
from voicesim.speech.call import Call

AUDIBLE_UNIT: Final = 0.1
VOWELS_UNIT_DB: Final = 1.0
CLEAR_BAND_UNIT_DB: Final = 6.0
MODULATION_UNIT: Final = 0.25
RATE_UNIT: Final = 0.15
CUE_LIMIT: Final = 6.0
LEAST_UTTERANCES: Final = 3
LESS_CLEAR_BELOW: Final = -1.0
LEAST_READ: Final = 0.5
"""A line of which fewer words are found in a row of words was not read there."""

UNIT: Final = "C"
UNIT_READ: Final = "ratio"
_CLEARNESS: Final = (
    "Mean over utterances, by speech time, of five differences from the own calm reading: audible share / 0.1 + vowel "
    "spread / 1 dB + 1-3 kHz energy / 6 dB + slow modulation / 0.25 - speaking rate / 15 %; 0 is as clear as that."
)
_READ_BACK: Final = (
    "Share of the words of the lines to be read out that were recognised: 1 - word error rate."
)


def clearness_of(utterance: Prosody, baseline: Baseline, *, use_words: bool) -> dict[str, float]:
    """The five terms of C of one utterance, by cue; C is their sum."""
    said_sps, own_sps = utterance.speaking_sps, baseline.speaking_sps
    if use_words and utterance.written_sps is not None and baseline.written_sps is not None:
        said_sps, own_sps = utterance.written_sps, baseline.written_sps
    differences = {
        "audible_share": (utterance.audible_ratio - baseline.audible_ratio) / AUDIBLE_UNIT,
        "vowel_spread": (utterance.vowel_spread_db - baseline.vowel_spread_db) / VOWELS_UNIT_DB,
        "clear_band": (utterance.clear_band_db - baseline.clear_band_db) / CLEAR_BAND_UNIT_DB,
        "modulation": (utterance.modulation_ratio - baseline.modulation_ratio) / MODULATION_UNIT,
        "speaking_rate": -(said_sps / own_sps - 1.0) / RATE_UNIT,
    }
    return {cue: CUE_LIMIT * tanh(units / CUE_LIMIT) for cue, units in differences.items()}


def clarity(
    call: Call,
    prosody: tuple[Prosody, ...],
    baseline: Baseline | None,
    *,
    words: Result,
    unusable_baseline: NotMeasured | None = None,
) -> Result:
    """Read-back accuracy where a line was to be read out, else clearness against the own baseline.

    Args:
        call: for its lines and words.
        prosody: of the trainee's utterances.
        baseline: the yardstick, where there is one.
        words: whether the transcript can be trusted.
        unusable_baseline: why the baseline does not fit this call, where it does not.
    """
    use_words = isinstance(words, Measured)
    clear = _clearness(prosody, baseline, unusable_baseline, use_words=use_words)
    details = _confidence(call, use_words=use_words)
    lines = call.brief.read_out if call.brief is not None else ()
    if lines and use_words:
        said = [token for u in call.trainee.utterances for token in spoken_words(u.text)]
        return _read_back(said, lines, clear, details)
    if isinstance(clear, NotMeasured):
        return NotMeasured(
            reason=clear.reason,
            explanation=clear.explanation,
            unit=clear.unit,
            definition=clear.definition,
            details=details,
        )
    return Measured(
        value=clear.value,
        unit=clear.unit,
        definition=clear.definition,
        evidence=clear.evidence,
        details={"form": "clearness", **clear.details, **details},
        cautions=clear.cautions,
    )


def _clearness(
    prosody: tuple[Prosody, ...],
    baseline: Baseline | None,
    unusable_baseline: NotMeasured | None,
    *,
    use_words: bool,
) -> Result:
    if baseline is None or unusable_baseline is not None:
        why = (
            unusable_baseline.explanation
            if unusable_baseline
            else "there is no baseline of this voice to compare with"
        )
        return NotMeasured(reason=Reason.NO_BASELINE, explanation=why, unit=UNIT, definition=_CLEARNESS)
    usable = [u for u in prosody if u.is_voiced_enough]
    if len(usable) < LEAST_UTTERANCES:
        return NotMeasured(
            reason=Reason.TOO_LITTLE_SPEECH,
            explanation=f"{len(usable)} utterances have enough voice, {LEAST_UTTERANCES} are needed",
            unit=UNIT,
            definition=_CLEARNESS,
        )
    terms = [clearness_of(u, baseline, use_words=use_words) for u in usable]
    weights = [u.speech_s for u in usable]
    by_cue = {
        cue: sum(w * t[cue] for w, t in zip(weights, terms, strict=True)) / sum(weights) for cue in terms[0]
    }
    value = number(sum(by_cue.values()))
    return Measured(
        value=value,
        unit=UNIT,
        definition=_CLEARNESS,
        evidence=tuple(
            place(u.span, "utterance", value=sum(t.values())) for u, t in zip(usable, terms, strict=True)
        ),
        details={
            "n_utterances": len(usable),
            "band": "less clear" if value < LESS_CLEAR_BELOW else "clear",
            "cues": {cue: number(term) for cue, term in by_cue.items()},
            "weakest_cue": min(by_cue, key=lambda cue: (number(by_cue[cue]), cue)),
            "rate_from": "words" if use_words and baseline.written_sps is not None else "syllables",
            "baseline": baseline.baseline_id,
        },
    )


# --- words ------------------------------------------------------------------------------------------------


def _confidence(call: Call, *, use_words: bool) -> dict[str, Json]:
    """How sure the recogniser is: the lower, the harder it found the voice."""
    if not use_words or call.recognition is None:
        return {"mean_word_confidence": None, "unsure_word_ratio": None}
    words = [word for u in call.trainee.utterances for word in u.words]
    gate = call.recognition.confidence_gate
    return {
        "mean_word_confidence": number(sum(w.confidence for w in words) / len(words)),
        "unsure_word_ratio": number(sum(w.confidence < gate for w in words) / len(words)),
    }


def _read_back(said: list[str], lines: Sequence[str], clear: Result, details: dict[str, Json]) -> Result:
    found = [(line, *read_back(said, line)) for line in lines]
    read = [(line, n_wrong, n_words) for line, n_wrong, n_words in found if n_wrong < LEAST_READ * n_words]
    if not read:
        return NotMeasured(
            reason=Reason.NOTHING_TO_SCORE,
            explanation=f"none of the {len(lines)} lines to be read out is in the transcript",
            unit=UNIT_READ,
            definition=_READ_BACK,
            details=details,
        )
    n_words = sum(n for _, _, n in read)
    other: dict[str, Json] = (
        {"clearness": clear.value, **clear.details} if isinstance(clear, Measured) else {}
    )
    return Measured(
        value=number(1.0 - sum(n for _, n, _ in read) / n_words),
        unit=UNIT_READ,
        definition=_READ_BACK,
        details={
            "form": "read_back",
            "n_lines": len(lines),
            "n_lines_read": len(read),
            "n_words": n_words,
            **other,
            **details,
        },
        cautions=()
        if len(read) == len(lines)
        else (f"{len(lines) - len(read)} of the lines to be read out were not found.",),
    )


def read_back(said: Sequence[str], line: str) -> tuple[int, int]:
    """How many words of a line were not said as written, where it fits the spoken words best.

    Args:
        said: all words that were spoken, as :func:`spoken_words` gives them.
        line: what was to be read out.

    Returns:
        Substitutions, deletions and insertions inside the best place; and the number of words of the line.
    """
    wanted = spoken_words(line)
    # Free beginning and end: the row of the empty line costs nothing wherever it stands.
    costs = [0] * (len(said) + 1)
    for n, word in enumerate(wanted, start=1):
        before, costs = costs, [n]
        for i, heard in enumerate(said, start=1):
            costs.append(min(before[i - 1] + (word != heard), before[i] + 1, costs[i - 1] + 1))
    return min(costs), len(wanted)
