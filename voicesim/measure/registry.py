"""Every measure of a call, in one fixed order.

Conventions
    A quantity has an entry of its own when it has a unit and can be judged alone; the same quantity at other
    thresholds, its parts and its cross-checks are ``details`` of that entry. Every entry is there in every call, as
    ``Measured`` or as ``NotMeasured`` with the reason. Values are rounded (:mod:`voicesim.measure.places`) before
    they are returned.

Names, in this order:

    ======================  ==========================  ================================================
    pace                    wpm                         words (or syllables) a minute of speech time
    volume                  dBov                        active speech level
    interruptions           per customer minute         the trainee cuts in
    upbeat_tone             U, or st                    liveliness, or its weaker form
    articulation_rate       syllables/s                 from the sound alone
    pace_variation          ratio                       over utterances
    pace_to_customer        ratio                       against the customer's
    loudness                LUFS                        second opinion on volume
    liveliness              U                           needs a baseline
    pitch_spread            st                          needs none
    customer_interruptions  per trainee minute          the customer cuts in
    response_latency        s                           overlaps included
    patience                s                           gaps only
    talk_share              ratio                       of the talk of both
    longest_monologue       s
    dead_air                s                           nobody talks
    snr                     dB                          of the trainee's channel
    clipping                runs/s                      of the trainee's channel
    clarity                 C, or ratio                 against the own voice, or a line that was read out
    steadiness              of 100                      turns after a provocation against calm ones
    steadiness_recovery     turns                       until it is steady again
    pace_change             ratio                       when a moment of the scenario begins
    volume_to_baseline      dB                          against the own calm voice
    ======================  ==========================  ================================================
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Final

from voicesim.audio.span import Timeline
from voicesim.measure.baseline import Baseline, misfit
from voicesim.measure.clarity import clarity
from voicesim.measure.interruptions import customer_interruptions, interruptions
from voicesim.measure.overlaps import OverlapEvent, overlap_events
from voicesim.measure.pace import articulation_rate, pace, pace_to_customer, pace_variation
from voicesim.measure.pace_change import pace_change
from voicesim.measure.prosody import Prosody, prosody_of
from voicesim.measure.quality import Quality, quality_of
from voicesim.measure.recording import clipping, snr
from voicesim.measure.steadiness import Composure, composure, steadiness, steadiness_recovery
from voicesim.measure.tone import liveliness, pitch_spread, upbeat_tone
from voicesim.measure.transcript_gate import timed_words_gate
from voicesim.measure.turn_taking import (
    dead_air,
    floor_transfers,
    floor_turns,
    longest_monologue,
    patience,
    response_latency,
    talk_share,
)
from voicesim.measure.voice import Voices, analyse
from voicesim.measure.volume import loudness, volume, volume_to_baseline
from voicesim.results import Measured, NotMeasured, Reason, Result
from voicesim.speech.call import Call


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class _Findings:
    """What several measures share."""

    call: Call
    voices: Voices
    quality: Quality
    baseline: Baseline | None
    words: Result
    events: tuple[OverlapEvent, ...]
    prosody: tuple[Prosody, ...]
    provoking: Timeline | None
    hostile: Timeline

    @property
    def no_yardstick(self) -> NotMeasured | None:
        """Why the baseline does not fit this call, where it does not."""
        if self.baseline is None:
            return None
        return misfit(
            self.baseline, microphone=self.call.microphone, is_narrow_band=self.quality.is_narrow_band
        )

    @property
    def use_words(self) -> bool:
        return isinstance(self.words, Measured)


_Measure = Callable[[_Findings], Result]


def measure_call(
    call: Call,
    *,
    baseline: Baseline | None = None,
    provoking: Timeline | None = None,
    hostile: Timeline = (),
) -> dict[str, Result]:
    """Everything that can be measured of a call.

    Args:
        call: any call.
        baseline: the trainee's own calm voice on the same device, where there is one.
        provoking: utterances of the customer whose words are provoking; ``None`` where nobody looked for them.
        hostile: where the trainee's words were found to be against the customer.

    Returns:
        By name, in the order of the registry; the same names for every call.
    """
    voices = analyse(call)
    quality = quality_of(voices)
    findings = _Findings(
        call=call,
        voices=voices,
        quality=quality,
        baseline=baseline,
        words=timed_words_gate(voices.trainee, call.recognition),
        events=(),
        prosody=prosody_of(voices.trainee),
        provoking=provoking,
        hostile=hostile,
    )
    findings = replace(findings, events=overlap_events(call, voices=voices, use_words=findings.use_words))
    return {name: _measured(name, measure, findings) for name, measure in _MEASURES.items()}


def _measured(name: str, measure: _Measure, findings: _Findings) -> Result:
    forbidden = findings.quality.forbids(name)
    if forbidden is not None:
        return forbidden
    if name in _TWO_PARTIES and findings.voices.customer is None:
        return NotMeasured(reason=Reason.NO_CUSTOMER, explanation="the recording holds the trainee alone")
    return measure(findings)


def _pace(f: _Findings) -> Result:
    writes_fillers = f.call.recognition is None or f.call.recognition.writes_fillers
    return pace(f.voices.trainee, f.quality, f.words, writes_fillers=writes_fillers)


def _liveliness(f: _Findings) -> Result:
    return liveliness(
        f.call,
        f.prosody,
        f.baseline,
        is_narrow_band=f.quality.is_narrow_band,
        use_words=f.use_words,
        hostile=f.hostile,
    )


def _pitch_spread(f: _Findings) -> Result:
    if f.call.trainee.pitch is None:
        return NotMeasured(reason=Reason.NO_PITCH, explanation="there is no pitch track", unit="st")
    return pitch_spread(f.prosody)


def _volume(f: _Findings) -> Result:
    return volume(f.voices.trainee, f.quality, f.baseline, microphone=f.call.microphone)


def _clarity(f: _Findings) -> Result:
    if f.call.trainee.pitch is None:
        return NotMeasured(reason=Reason.NO_PITCH, explanation="there is no pitch track", unit="C")
    return clarity(f.call, f.prosody, f.baseline, words=f.words, unusable_baseline=f.no_yardstick)


def _composure(f: _Findings) -> Composure | NotMeasured:
    if f.call.trainee.pitch is None:
        return NotMeasured(reason=Reason.NO_PITCH, explanation="there is no pitch track")
    return composure(
        f.call,
        f.prosody,
        None if f.no_yardstick is not None else f.baseline,
        provoking=f.provoking,
        with_level=not f.quality.has_gain_control,
    )


_MEASURES: Final[Mapping[str, _Measure]] = {
    "pace": _pace,
    "volume": _volume,
    "interruptions": lambda f: interruptions(f.voices, f.events),
    "upbeat_tone": lambda f: upbeat_tone(_measured("liveliness", _liveliness, f), _pitch_spread(f)),
    "articulation_rate": lambda f: articulation_rate(f.voices.trainee, f.quality),
    "pace_variation": lambda f: pace_variation(f.voices.trainee),
    "pace_to_customer": lambda f: pace_to_customer(f.voices),
    "loudness": lambda f: loudness(f.voices.trainee),
    "liveliness": _liveliness,
    "pitch_spread": _pitch_spread,
    "customer_interruptions": lambda f: customer_interruptions(f.voices, f.events),
    "response_latency": lambda f: response_latency(
        floor_transfers(floor_turns(f.voices, f.events)), can_tell_overlaps=f.call.is_two_sided
    ),
    "patience": lambda f: patience(floor_transfers(floor_turns(f.voices, f.events))),
    "talk_share": lambda f: talk_share(f.voices),
    "longest_monologue": lambda f: longest_monologue(floor_turns(f.voices, f.events)),
    "dead_air": lambda f: dead_air(f.voices, use_words=f.use_words),
    "snr": lambda f: snr(f.voices.trainee, f.quality),
    "clipping": lambda f: clipping(f.quality),
    "clarity": _clarity,
    "steadiness": lambda f: steadiness(_composure(f)),
    "steadiness_recovery": lambda f: steadiness_recovery(_composure(f)),
    "pace_change": lambda f: pace_change(f.voices.trainee, f.call.moments),
    "volume_to_baseline": lambda f: volume_to_baseline(
        _measured("volume", _volume, f), f.baseline, f.no_yardstick
    ),
}
_TWO_PARTIES: Final = frozenset(
    {
        "interruptions",
        "customer_interruptions",
        "response_latency",
        "patience",
        "talk_share",
        "pace_to_customer",
    }
)

NAMES: Final = tuple(_MEASURES)
"""Every measure, in order."""
