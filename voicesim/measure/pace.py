"""How fast the trainee speaks.

Conventions
    Speech time leaves pauses of 250 ms and more out (:mod:`voicesim.measure.pauses`). Where the words can be trusted
    (:mod:`voicesim.measure.transcript_gate`) the value is words per minute of speech time, numbers counted as
    they are read out. Where they cannot, it is derived from the syllables that are heard, at 1.45 syllables a
    word; its unit is then ``wpm (from syllables)``, it is rounded to 5 words a minute, and ``details`` hold the
    syllables a second that were measured. Both are words per minute of the same time, so one scale fits both.
    ``articulation_rate`` is syllables a second of speech time, heard, not read. Where words and syllables disagree
    by more than 25 %, both are given and the difference is named; nothing is averaged.
    An utterance of which the transcript claims more than 8 syllables a second was not said so: its words are left
    out. Variation is the coefficient of variation of the articulation rates of utterances of 1.5 s and more,
    weighted by their speech time; changes under 10 % are not heard.

Source: 250 ms as de Jong & Bosker 2013; turns of fewer than seven words are slower in telephone speech (Yuan,
Liberman & Cieri 2006, Interspeech), hence the least length; 10 % after Quene 2004 (just noticeable tempo
differences). 1.45 syllables a word is the usual figure for English conversation (1.4 to 1.5).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from voicesim.audio.clip import SAMPLE_RATE_HZ
from voicesim.audio.span import Span, intersect, total
from voicesim.measure.places import number, place
from voicesim.measure.quality import Quality
from voicesim.measure.spelling import spoken_words, syllables_of
from voicesim.measure.voice import Voice, Voices
from voicesim.results import Json, Measured, NotMeasured, Reason, Result

SYLLABLES_PER_WORD: Final = 1.45
STEP_WPM: Final = 5.0
"""Words a minute that come from syllables are rounded to this."""
DISAGREEMENT: Final = 0.25
MAX_SPS: Final = 8.0
LEAST_PART_S: Final = 1.5
LEAST_PART_WORDS: Final = 5
LEAST_PARTS: Final = 3
SHORT_S: Final = 10.0

UNIT_WORDS: Final = "wpm"
UNIT_SYLLABLES: Final = "wpm (from syllables)"

_BY_WORDS: Final = "Words per minute of the trainee's speech time, pauses of 250 ms and more left out."
_BY_SYLLABLES: Final = (
    "Syllables heard per minute of the trainee's speech time (pauses of 250 ms and more left out), divided by 1.45 "
    "syllables a word and rounded to 5: the words themselves could not be trusted."
)
_ARTICULATION: Final = (
    "Syllables heard per second of speech time, pauses of 250 ms and more left out; no words are used."
)
_VARIATION: Final = (
    "Coefficient of variation of the articulation rates of utterances of 1.5 s and more, by speech time."
)
_TO_CUSTOMER: Final = "The trainee's articulation rate divided by the customer's."


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One utterance's pace."""

    span: Span
    speech_s: float
    n_words: int
    n_written: int
    """Syllables of the words."""
    n_heard: float | None
    """Syllable nuclei; ``None`` without a pitch track."""

    @property
    def wpm(self) -> float:
        """Words a minute of speech time."""
        return 60.0 * self.n_words / self.speech_s

    @property
    def is_credible(self) -> bool:
        """Whether so many syllables can have been said."""
        return round(self.n_written / self.speech_s, 2) <= MAX_SPS


def parts_of(voice: Voice) -> tuple[Part, ...]:
    """Every utterance with any speech time."""
    found: list[Part] = []
    for utterance in voice.utterances:
        speech_s = total(intersect(voice.runs, (utterance.span,))) / SAMPLE_RATE_HZ
        if speech_s <= 0.0:
            continue
        spoken = [word for each in utterance.words for word in spoken_words(each.text)]
        found.append(
            Part(
                span=utterance.span,
                speech_s=speech_s,
                n_words=len(spoken),
                n_written=sum(syllables_of(word) for word in spoken),
                n_heard=None if voice.syllables is None else voice.syllables.count(utterance.span),
            )
        )
    return tuple(found)


def pace(voice: Voice, quality: Quality, words: Result, *, writes_fillers: bool) -> Result:
    """Words a minute of speech time, by words where they can be trusted, else by syllables.

    Args:
        voice: the trainee's.
        quality: of the channel.
        words: the gate's word on the transcript.
        writes_fillers: whether the recogniser writes "um" and "uh".
    """
    parts = parts_of(voice)
    spoken = [p for p in parts if p.n_words > 0 and p.is_credible] if isinstance(words, Measured) else []
    if spoken:
        return _by_words(parts, spoken, voice, quality, writes_fillers=writes_fillers)
    if voice.syllables is None:
        return NotMeasured(
            reason=Reason.NO_PITCH,
            explanation="the words cannot be trusted, and without a pitch tracker syllables cannot be counted",
            unit=UNIT_WORDS,
            definition=_BY_WORDS,
        )
    return _by_syllables(parts, voice, quality, words)


def _by_words(
    parts: tuple[Part, ...], spoken: list[Part], voice: Voice, quality: Quality, *, writes_fillers: bool
) -> Measured:
    speech_s, n_words = sum(p.speech_s for p in spoken), sum(p.n_words for p in spoken)
    turn_s = sum(len(p.span) for p in spoken) / SAMPLE_RATE_HZ
    cautions = _cautions(voice, quality)
    if not writes_fillers:
        cautions.append("The transcript leaves “um” and “uh” out, so the pace reads a little low.")
    details: dict[str, Json] = {
        "based_on": "words",
        "wpm_of_turn_time": number(60.0 * n_words / turn_s),
        "n_words": n_words,
        "speech_s": number(speech_s),
        "turn_s": number(turn_s),
        "n_utterances": len(spoken),
        "n_utterances_left_out": len(parts) - len(spoken),
        "syllables_per_s_written": number(sum(p.n_written for p in spoken) / speech_s),
    }
    if voice.syllables is not None:
        heard = sum(p.n_heard or 0.0 for p in spoken)
        difference = sum(p.n_written for p in spoken) / heard - 1.0 if heard > 0.0 else 0.0
        details["syllables_per_s_heard"] = number(heard / speech_s)
        details["written_to_heard_difference"] = number(difference)
        details["words_and_syllables_disagree"] = abs(round(difference, 2)) > DISAGREEMENT
        if details["words_and_syllables_disagree"]:
            cautions.append(
                f"The words have {abs(difference):.0%} {'more' if difference > 0 else 'fewer'} syllables than are "
                "heard: the transcript may not be what was said."
            )
    return Measured(
        value=number(60.0 * n_words / speech_s),
        unit=UNIT_WORDS,
        definition=_BY_WORDS,
        evidence=tuple(
            place(p.span, "utterance", value=p.wpm)
            for p in spoken
            if p.n_words >= LEAST_PART_WORDS and p.speech_s >= LEAST_PART_S
        ),
        details=details,
        cautions=tuple(cautions),
    )


def _by_syllables(parts: tuple[Part, ...], voice: Voice, quality: Quality, words: Result) -> Measured:
    assert voice.syllables is not None
    rate_sps = voice.syllables.total() / voice.speech_s
    why = words.explanation if isinstance(words, NotMeasured) else "none of its utterances is credible"
    return Measured(
        value=wpm_from_syllables(rate_sps),
        unit=UNIT_SYLLABLES,
        definition=_BY_SYLLABLES,
        evidence=tuple(
            place(p.span, "utterance", value=wpm_from_syllables((p.n_heard or 0.0) / p.speech_s))
            for p in parts
            if p.speech_s >= LEAST_PART_S
        ),
        details={
            "based_on": "syllables",
            "syllables_per_s_heard": number(rate_sps),
            "syllables_per_word": SYLLABLES_PER_WORD,
            "speech_s": number(voice.speech_s),
            "n_utterances": len(parts),
        },
        cautions=(
            *_cautions(voice, quality),
            f"No words to count ({why}); syllables stand in, uncertain by about 15 %.",
        ),
    )


def wpm_from_syllables(rate_sps: float) -> float:
    """Words a minute that a syllable rate stands for, to the nearest 5."""
    return STEP_WPM * round(60.0 * rate_sps / SYLLABLES_PER_WORD / STEP_WPM)


def articulation_rate(voice: Voice, quality: Quality) -> Result:
    """Syllables a second of speech time, from the sound alone."""
    if voice.syllables is None:
        return _no_pitch(_ARTICULATION, "syllables/s")
    return Measured(
        value=number(voice.syllables.total() / voice.speech_s),
        unit="syllables/s",
        definition=_ARTICULATION,
        evidence=tuple(
            place(p.span, "utterance", value=(p.n_heard or 0.0) / p.speech_s)
            for p in parts_of(voice)
            if p.speech_s >= LEAST_PART_S
        ),
        details={"n_syllables": number(voice.syllables.total()), "speech_s": number(voice.speech_s)},
        cautions=tuple(_cautions(voice, quality)),
    )


def pace_variation(voice: Voice) -> Result:
    """How much the articulation rate varies over utterances."""
    if voice.syllables is None:
        return _no_pitch(_VARIATION, "ratio")
    parts = [p for p in parts_of(voice) if p.speech_s >= LEAST_PART_S]
    if len(parts) < LEAST_PARTS:
        return NotMeasured(
            reason=Reason.TOO_LITTLE_SPEECH,
            explanation=f"{len(parts)} utterances of {LEAST_PART_S:g} s and more, {LEAST_PARTS} are needed",
            unit="ratio",
            definition=_VARIATION,
        )
    weights = np.array([p.speech_s for p in parts])
    rates = np.array([(p.n_heard or 0.0) / p.speech_s for p in parts])
    average = float(np.average(rates, weights=weights))
    deviation = float(np.sqrt(np.average((rates - average) ** 2, weights=weights)))
    return Measured(
        value=number(deviation / average) if average > 0.0 else 0.0,
        unit="ratio",
        definition=_VARIATION,
        details={
            "n_utterances": len(parts),
            "slowest_sps": number(float(rates.min())),
            "fastest_sps": number(float(rates.max())),
        },
    )


def pace_to_customer(voices: Voices) -> Result:
    """The trainee's articulation rate over the customer's."""
    ours, theirs = voices.trainee, voices.customer
    assert theirs is not None
    if ours.syllables is None or theirs.syllables is None:
        return _no_pitch(_TO_CUSTOMER, "ratio")
    n_theirs = theirs.syllables.total()
    if theirs.speech_s < LEAST_PART_S or n_theirs <= 0.0:
        return NotMeasured(
            reason=Reason.NO_CUSTOMER if theirs.speech_s == 0.0 else Reason.TOO_LITTLE_SPEECH,
            explanation=f"the customer speaks for {theirs.speech_s:.1f} s, {LEAST_PART_S:g} s are needed",
            unit="ratio",
            definition=_TO_CUSTOMER,
        )
    theirs_sps = n_theirs / theirs.speech_s
    return Measured(
        value=number(ours.syllables.total() / ours.speech_s / theirs_sps),
        unit="ratio",
        definition=_TO_CUSTOMER,
        details={"customer_sps": number(theirs_sps)},
    )


def _cautions(voice: Voice, quality: Quality) -> list[str]:
    found = list(quality.cautions())
    if voice.speech_s < SHORT_S:
        found.append(f"Only {voice.speech_s:.1f} s of speech: the rate is uncertain.")
    return found


def _no_pitch(definition: str, unit: str) -> NotMeasured:
    return NotMeasured(
        reason=Reason.NO_PITCH,
        explanation="without a pitch tracker syllables cannot be told from noise",
        unit=unit,
        definition=definition,
    )
