"""What the measures need to know of both voices, worked out once.

Conventions
    All stretches are in samples of the call's 16 kHz time line. ``speech`` is what the detector found, without
    what leaked in from the other channel; ``runs`` are the sounding stretches with pauses of 250 ms and more
    left out (see :mod:`voicesim.measure.pauses`), and speech time always means their length. ``utterances``
    are the recognised ones, or, where nothing was recognised, speech with pauses of up to 0.7 s bridged.
    In a rehearsal the customer's speech lies inside the lines as they were heard. Where both parties share a
    channel and labels tell who spoke, each has its own stretches of it, and no moment belongs to both.
    Where the other party leaks into a channel, level and pitch come only from moments without the other.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from voicesim.audio.clip import SAMPLE_RATE_HZ, Clip
from voicesim.audio.span import Span, Timeline, intersect, total, union
from voicesim.measure.bleed import Bleed, find_bleed, own_speech
from voicesim.measure.envelope import Envelope, envelope_of
from voicesim.measure.level import ActiveLevel, level_of
from voicesim.measure.pauses import noise_level_dbov, sounding, touching
from voicesim.measure.syllables import Syllables, find_syllables
from voicesim.speech.call import Call, Layout, Side
from voicesim.speech.words import Party, Utterance

LEAST_LEVEL_S: Final = 0.3
UTTERANCE_BRIDGE_S: Final = 0.7
"""Pauses up to this long stay inside an utterance: the silence that ends a turn of a rehearsal."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Voice:
    """One party's voice, analysed."""

    side: Side
    envelope: Envelope
    speech: Timeline
    clear: Timeline
    """Speech while the other party cannot be heard in this channel."""
    level: ActiveLevel | None
    noise_dbov: float | None
    runs: Timeline
    utterances: tuple[Utterance, ...]
    utterance_dbov: tuple[float | None, ...] = ()
    """Active level of each utterance; ``None`` where less than 0.3 s of it is clear."""
    syllables: Syllables | None = None
    """Of the whole channel; ``None`` without a pitch track."""
    bleed: Bleed | None = None
    """The other party in this channel."""
    audible: Timeline = ()
    """Where anybody may be heard in this channel."""

    @property
    def speech_s(self) -> float:
        """Speech time, pauses of 250 ms and more left out."""
        return total(self.runs) / SAMPLE_RATE_HZ

    @property
    def snr_db(self) -> float | None:
        """Active level above the noise; ``None`` where either is unknown."""
        if self.level is None or self.noise_dbov is None:
            return None
        return self.level.active_dbov - self.noise_dbov


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Voices:
    """Both voices of a call."""

    call: Call
    trainee: Voice
    customer: Voice | None


def analyse(call: Call) -> Voices:
    """Work out what the measures need."""
    trainee = _first_look(call.trainee, Party.TRAINEE)
    if call.layout is Layout.LABELLED_MONO:
        return _in_one_channel(call, trainee)
    if call.customer is None or not call.is_two_sided:
        return Voices(call=call, trainee=_second_look(trainee, None), customer=None)
    customer = _first_look(_with_exact_lines(call), Party.CUSTOMER)
    heard_by_trainee = _bleed(trainee, customer)
    heard_by_customer = None if call.lines else _bleed(customer, trainee)
    if heard_by_trainee and heard_by_customer:
        # A leak both ways is one leak seen twice: the copy is fainter than its source.
        if heard_by_trainee.gain_db < heard_by_customer.gain_db:
            heard_by_customer = None
        else:
            heard_by_trainee = None
    return Voices(
        call=call,
        trainee=_second_look(trainee, customer, heard_by_trainee),
        customer=_second_look(customer, trainee, heard_by_customer),
    )


def _in_one_channel(call: Call, trainee: Voice) -> Voices:
    customer = None
    if call.customer is not None:
        customer = _first_look(call.customer, Party.CUSTOMER, trainee.envelope)
    return Voices(
        call=call,
        trainee=_second_look(trainee, customer, is_one_channel=True),
        customer=None if customer is None else _second_look(customer, trainee, is_one_channel=True),
    )


def _with_exact_lines(call: Call) -> Side:
    assert call.customer is not None
    if not call.lines:
        return call.customer
    heard = union(line.heard for line in call.lines)
    return replace(call.customer, speech=intersect(heard, (call.customer.clip.span,)))


def _first_look(side: Side, party: Party, envelope: Envelope | None = None) -> Voice:
    utterances = side.utterances or tuple(
        Utterance(party, span)
        for span in union(side.speech, bridge_samples=round(UTTERANCE_BRIDGE_S * SAMPLE_RATE_HZ))
    )
    return Voice(
        side=side,
        envelope=envelope_of(side.clip) if envelope is None else envelope,
        speech=side.speech,
        clear=side.speech,
        level=level_of(side.clip, side.speech),
        noise_dbov=None,
        runs=side.speech,
        utterances=utterances,
    )


def _bleed(into: Voice, source: Voice) -> Bleed | None:
    if source.level is None:
        return None
    return find_bleed(into.envelope, source.envelope, source.speech, source.level.active_dbov)


def _second_look(
    voice: Voice, other: Voice | None, bleed: Bleed | None = None, *, is_one_channel: bool = False
) -> Voice:
    """Leave out what leaked in, or what is the other's in a shared channel; then level, noise, sounding stretches."""
    speech, clear, audible, level = voice.speech, voice.speech, voice.speech, voice.level
    if bleed is not None and other is not None:
        speech = own_speech(speech, voice.envelope, other.envelope, bleed)
        audible = union((*speech, *other.speech))
        clear = without(speech, other.speech)
        level = level_of(voice.side.clip, clear if total(clear) else speech)
    if is_one_channel and other is not None:
        audible = union((*speech, *other.speech))
    noise = noise_level_dbov(voice.envelope, audible)
    runs: Timeline = ()
    if level is not None:
        runs = sounding(voice.envelope, speech, active_dbov=level.active_dbov, noise_dbov=noise)
    if bleed is not None:
        # Sound around the speech may be the leak: nothing is widened.
        runs = intersect(runs, union(speech, bridge_samples=round(0.25 * SAMPLE_RATE_HZ) - 1))
    if is_one_channel and other is not None:
        runs = without(runs, other.speech)
    pitch = voice.side.pitch
    kept = set(touching(tuple(u.span for u in voice.utterances), runs))
    utterances = tuple(u for u in voice.utterances if u.span in kept)
    return replace(
        voice,
        speech=speech,
        clear=clear,
        level=level,
        noise_dbov=noise,
        runs=runs,
        utterances=utterances,
        utterance_dbov=tuple(_level_dbov(voice.side.clip, intersect(clear, (u.span,))) for u in utterances),
        syllables=None if pitch is None else find_syllables(voice.envelope, runs, pitch),
        bleed=bleed,
        audible=audible,
    )


def _level_dbov(clip: Clip, pieces: Timeline) -> float | None:
    if total(pieces) < LEAST_LEVEL_S * SAMPLE_RATE_HZ:
        return None
    measured = level_of(clip, pieces)
    return None if measured is None else measured.active_dbov


def without(spans: Timeline, others: Timeline) -> Timeline:
    """What lies in one timeline and not in another, in time proportional to their lengths."""
    if not spans:
        return ()
    edges = [spans[0].start]
    for other in others:
        edges += [other.start, other.end]
    edges.append(max(spans[-1].end, edges[-1]))
    free = [Span(a, b) for a, b in zip(edges[::2], edges[1::2], strict=True) if a < b]
    return intersect(spans, free)
