"""From a few calm sentences to a baseline, or the reason why they cannot make one.

Conventions: a take is one recording of one sentence, or of several with pauses. Takes are put one after the other
and measured as a call is. Refused are takes that a later comparison could not
rest on: a noisy room (speech less than 20 dB above the noise), an overdriven microphone (2 and more clipped runs a
second of speech), a voice too faint to measure, fewer than eight sentences with enough voice.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from voicesim.audio.clip import SAMPLE_RATE_HZ, Clip, Samples
from voicesim.audio.span import Span
from voicesim.errors import InputError
from voicesim.intake.engines import Engines
from voicesim.measure.baseline import Baseline, baseline_from
from voicesim.measure.prosody import Prosody, prosody_of
from voicesim.measure.quality import CLIPPED_RUNS_CAUTION, Quality, quality_of
from voicesim.measure.voice import Voices, analyse
from voicesim.speech.call import Call, Layout, Side
from voicesim.speech.listening import Listener, listen
from voicesim.speech.utterances import group_speech, scripted_utterance
from voicesim.speech.words import Party, Utterance

LEAST_SNR_DB: Final = 20.0
"""Speech must stand this far above the noise; 12 dB are enough to measure a call, a yardstick should be better."""
FAINT_DBOV: Final = -50.0
READ_AS_WRITTEN: Final = (0.6, 1.6)
"""Syllables written over syllables heard, outside which something else was said than the text."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Take:
    """One recording."""

    samples: Samples
    """16 kHz."""
    text: str = ""
    """What was read, where it is known."""
    name: str = ""
    """For messages."""
    rate_hz: int = SAMPLE_RATE_HZ
    """Before decoding."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibration:
    """A baseline, and what was found about the recording that made it."""

    baseline: Baseline
    quality: Quality

    @property
    def pitch_hz(self) -> float:
        """Median pitch."""
        return float(27.5 * 2.0 ** (self.baseline.f0_st / 12.0))


def calibrate(
    takes: Sequence[Take], engines: Engines, *, trainee: str, device: str = "", quiet: Samples | None = None
) -> Calibration:
    """A baseline from calm sentences.

    Args:
        takes: of one speaker on one microphone.
        engines: its detector and its pitch tracker are used.
        trainee: whose voice it is.
        device: the microphone; empty where it is not known.
        quiet: the room without speech, where it was recorded.

    Raises:
        InputError: the takes cannot make a baseline; the message says why and the hint what to change.
    """
    voices = analyse(_as_call(takes, engines, quiet))
    quality = quality_of(voices)
    level_dbov = _checked_level_dbov(voices, quality)
    baseline = baseline_from(
        [_as_read(each) for each in prosody_of(voices.trainee)],
        trainee=trainee,
        device=device,
        level_dbov=level_dbov,
        is_narrow_band=quality.is_narrow_band,
    )
    return Calibration(baseline=baseline, quality=quality)


def _as_call(takes: Sequence[Take], engines: Engines, quiet: Samples | None) -> Call:
    """The takes one after the other, each sentence an utterance."""
    assert engines.pitch is not None
    pieces = [] if quiet is None else [quiet]
    at = sum(len(piece) for piece in pieces)
    speech: list[Span] = []
    utterances: list[Utterance] = []
    for take in takes:
        spans = listen(Listener(engines.detector.session().step), take.samples, None)
        groups = [group.shift(at) for group in group_speech(spans)]
        is_known = bool(take.text) and len(groups) == 1
        utterances += [
            scripted_utterance(Party.TRAINEE, take.text, group, group)
            if is_known
            else Utterance(Party.TRAINEE, group)
            for group in groups
        ]
        speech += [span.shift(at) for span in spans]
        pieces.append(take.samples)
        at += len(take.samples)
    clip = Clip(np.concatenate(pieces) if pieces else np.zeros(0, np.float32))
    side = Side(
        clip=clip,
        speech=tuple(speech),
        utterances=tuple(utterances),
        pitch=engines.pitch.track(clip),
        source_rate_hz=min((take.rate_hz for take in takes), default=SAMPLE_RATE_HZ),
    )
    return Call(call_id="calibration", layout=Layout.TWO_CHANNEL, trainee=side, customer=None)


def _as_read(utterance: Prosody) -> Prosody:
    """Its words are forgotten where something else was said."""
    if utterance.written_sps is None:
        return utterance
    low, high = READ_AS_WRITTEN
    is_read = low <= utterance.written_sps / max(utterance.speaking_sps, 1e-9) <= high
    return utterance if is_read else replace(utterance, written_sps=None)


def _checked_level_dbov(voices: Voices, quality: Quality) -> float:
    level, speech_s = voices.trainee.level, voices.trainee.speech_s
    if level is None or speech_s == 0.0:
        raise InputError(
            "no speech was found in the recording",
            hint="check that the right microphone is chosen and not muted: 'voicesim devices' lists them",
        )
    if round(quality.clipped_runs_per_s, 1) >= CLIPPED_RUNS_CAUTION:
        raise InputError(
            f"the recording is overdriven: {quality.clipped_runs_per_s:.0f} clipped runs a second of speech",
            hint="lower the microphone's gain or move away from it a little, and read the sentences again",
        )
    if level.active_dbov < FAINT_DBOV:
        raise InputError(
            f"the voice is too faint: {level.active_dbov:.0f} dBov, {FAINT_DBOV:.0f} are needed",
            hint="raise the microphone's gain or move closer, and read the sentences again",
        )
    if quality.snr_db is not None and round(quality.snr_db, 1) < LEAST_SNR_DB:
        raise InputError(
            f"the room is too noisy: speech stands {quality.snr_db:.1f} dB above the noise, "
            f"{LEAST_SNR_DB:g} dB are needed",
            hint="close the window, stop the fan, move closer to the microphone, and read the sentences again",
        )
    return level.active_dbov
