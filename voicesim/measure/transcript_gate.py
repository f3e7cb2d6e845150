"""Can the transcript bear a judgement of the trainee's words?

Conventions
    The value is the share of the trainee's words that the recogniser is sure of: those at or above its confidence
    gate. It must be 0.6 or more (0.8 where a recogniser that only stands in for a better one hears a telephone line),
    over five words and more. And the words must fit the sound: where ten seconds and more were spoken, the
    syllables of the transcript over those heard must lie between 0.5 and 1.6; a recogniser that invents or drops
    half of the words may still be sure of them.
    A recording with one channel holds everybody's words, so its transcript is nobody's in particular.

Source: choice of this project. With the fallback recogniser read wide-band speech has 0.79 to 0.94 of its words
above the gate (three of four right), telephone calls and voices that it does not understand 0.12 to 0.44
(a quarter right).
"""

from __future__ import annotations

from typing import Final

from voicesim.measure.places import number, place
from voicesim.measure.spelling import syllables_in
from voicesim.measure.voice import Voice, Voices, analyse
from voicesim.results import Evidence, Json, Measured, NotMeasured, Reason, Result
from voicesim.speech.call import Call, Layout, Recognition
from voicesim.speech.words import Utterance

LEAST_WORDS: Final = 5
LEAST_SURE: Final = 0.6
LEAST_SURE_FALLBACK_TELEPHONE: Final = 0.8
SYLLABLE_RATIO: Final = (0.5, 1.6)
RATIO_LEAST_S: Final = 10.0

_UNIT: Final = "ratio"
_DEFINITION: Final = (
    "Share of the trainee's words that the recogniser is sure of (at or above its confidence gate), given that their "
    "number fits the syllables that are heard."
)


def content_gate(call: Call, *, voices: Voices | None = None) -> Result:
    """Whether, and how well, the trainee's words can be judged.

    Args:
        call: any call.
        voices: its voices, where they are analysed already.

    Returns:
        The share of sure words, or why the words cannot be judged.
    """
    if call.layout in {Layout.MONO, Layout.FAKE_STEREO}:
        is_mono = call.layout is Layout.MONO
        return NotMeasured(
            reason=Reason.MONO if is_mono else Reason.FAKE_STEREO,
            explanation="one channel holds both parties, so nobody knows whose words they are"
            if is_mono
            else "both channels hold the same sound, so nobody knows whose words they are",
            unit=_UNIT,
            definition=_DEFINITION,
        )
    return words_gate((voices or analyse(call)).trainee, call.recognition)


def timed_words_gate(voice: Voice, recognition: Recognition | None) -> Result:
    """Whether a channel's words can be counted where they stand: a transcript without times tells no place."""
    if recognition is not None and not recognition.has_times:
        return _refused(Reason.NO_TRANSCRIPT, "the transcript does not say when its words were spoken", {})
    return words_gate(voice, recognition)


def words_gate(voice: Voice, recognition: Recognition | None) -> Result:
    """Whether a channel's words are what was said in it."""
    words = [word for utterance in voice.side.utterances for word in utterance.words]
    if recognition is None or not words:
        said = (
            "no words were recognised"
            if recognition
            else "nothing was recognised and no transcript was given"
        )
        return _refused(Reason.NO_TRANSCRIPT, said, {})
    sure = sum(word.confidence >= recognition.confidence_gate for word in words) / len(words)
    details: dict[str, Json] = {
        "n_words": len(words),
        "confidence_gate": recognition.confidence_gate,
        "mean_confidence": number(sum(word.confidence for word in words) / len(words)),
        "recogniser": recognition.engine.engine,
    }
    if len(words) < LEAST_WORDS:
        return _refused(
            Reason.TOO_LITTLE_SPEECH, f"{len(words)} words were recognised, {LEAST_WORDS} are needed", details
        )
    is_telephone = voice.side.source_rate_hz <= 8000
    least = LEAST_SURE_FALLBACK_TELEPHONE if recognition.is_fallback and is_telephone else LEAST_SURE
    if round(sure, 2) < least:
        heard = " over a telephone line" if is_telephone else ""
        return _refused(
            Reason.TRANSCRIPT_UNRELIABLE,
            f"{recognition.engine.engine} is sure of {sure:.0%} of the words{heard}, {least:.0%} are needed",
            details,
        )
    ratio = syllable_ratio(voice) if recognition.has_times else None
    details["syllables_written_to_heard"] = None if ratio is None else number(ratio)
    if ratio is not None and not SYLLABLE_RATIO[0] <= round(ratio, 2) <= SYLLABLE_RATIO[1]:
        return _refused(
            Reason.TRANSCRIPT_UNRELIABLE,
            f"the transcript has {ratio:.1f} times the syllables that are heard",
            details,
        )
    return Measured(
        value=number(sure),
        unit=_UNIT,
        definition=_DEFINITION,
        evidence=_unsure(voice.side.utterances, recognition.confidence_gate),
        details=details,
    )


def syllable_ratio(voice: Voice) -> float | None:
    """Syllables of the transcript over syllables heard; ``None`` with under ten seconds of speech or no pitch."""
    if voice.syllables is None or voice.speech_s < RATIO_LEAST_S:
        return None
    heard = sum(voice.syllables.count(u.span) for u in voice.utterances)
    written = sum(syllables_in(word.text) for u in voice.utterances for word in u.words)
    return written / heard if heard > 0.0 else None


def _unsure(utterances: tuple[Utterance, ...], gate: float) -> tuple[Evidence, ...]:
    return tuple(
        place(word.span, "not sure", value=word.confidence, quote=word.text)
        for utterance in utterances
        for word in utterance.words
        if word.confidence < gate
    )


def _refused(reason: Reason, explanation: str, details: dict[str, Json]) -> NotMeasured:
    return NotMeasured(
        reason=reason, explanation=explanation, unit=_UNIT, definition=_DEFINITION, details=details
    )
