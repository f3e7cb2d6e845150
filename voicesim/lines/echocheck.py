"""The three seconds before a call: does the customer come back through the microphone, and can he be taken out?

Conventions: shares are of the time in which the customer is heard; speech is found as a call finds it
(:class:`voicesim.speech.listening.Listener`).

The decision:

1. *clear*: less than 2 % of the customer's time reads as speech in the microphone as it is. Nothing is done.
2. *cancel*: the same holds after echo cancellation. It feeds the detector.
3. *remains*: the customer was found in the microphone and still reads as speech. Nobody can tell who speaks
   while he does: no barge-in, no interruptions; a headset is advised.
4. *cancel, disturbed*: something reads as speech and is not the customer. Somebody spoke or coughed; the check
   is best repeated, and meanwhile cancellation costs little (0.6 dB, and no speech of the trainee's own).

Source: the 2 % are the far-end criterion of our own comparison in simulated rooms (echo 10 and 25 dB down,
20 to 120 ms late): 61-68 % of the customer's time read as speech before cancellation, none after it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final, Protocol

import numpy as np

from voicesim.audio.clip import BLOCK_SAMPLES, SAMPLE_RATE_HZ, Samples
from voicesim.audio.span import Span, intersect, total, union
from voicesim.errors import ParameterError
from voicesim.lines.pump import ProbeRecording
from voicesim.ports import EchoCanceller, SpeechDetector
from voicesim.speech.activity import chunk_level_dbov
from voicesim.speech.listening import Listener, listen

MOST_SPEECH_SHARE: Final = 0.02
"""Share of the customer's time that may read as speech."""

BEFORE_S: Final = 0.4
"""Silence first, for the noise of the room."""

SPEECH_S: Final = 1.6
"""How much of the customer's line is played."""

CHIRP_S: Final = 0.25
CHIRP_FROM_HZ: Final = 300.0
CHIRP_TO_HZ: Final = 3400.0
CHIRP_PEAK: Final = 0.1
"""A quiet sweep over the telephone band: -20 dBov, less than speech."""

_GAP_S: Final = 0.15
_FADE_S: Final = 0.02


class EchoDecision(StrEnum):
    """What follows from the check."""

    CLEAR = "clear"
    CANCEL = "cancel"
    REMAINS = "remains"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class EchoCheck:
    """What the check found."""

    decision: EchoDecision
    is_disturbed: bool
    """Whether somebody else spoke meanwhile; then the check is best repeated."""
    customer_in_microphone_db: float | None
    """Level of the customer in the microphone over what was played; ``None`` if he was not found there."""
    loopback_latency_s: float | None
    """From handing a sample out to its arrival in the microphone; ``None`` if it was not found there."""
    noise_dbov: float
    """Median level of the microphone before anything was played."""
    raw_speech_share: float
    """Share of the customer's time that reads as speech in the microphone, 0..1."""
    cancelled_speech_share: float | None
    """The same after echo cancellation; ``None`` where that was not tried."""
    recording: ProbeRecording = field(repr=False)


class ProbeLine(Protocol):
    """A line that can play a probe."""

    def play_probe(self, probe: Samples) -> ProbeRecording:
        """Play a sound and record what comes back."""


def check_echo(
    line: ProbeLine, speech: Samples, *, detector: SpeechDetector, canceller: EchoCanceller
) -> EchoCheck:
    """Play a quiet sweep and the beginning of a line, and see what comes back: three seconds.

    On a sound card the sweep also gives the latency for the call that follows on the same open devices.

    Args:
        line: the line of the call to come.
        speech: a line of the customer, float32 at 16 kHz, of which 1.6 s are played.
        detector: the call's.
        canceller: the call's.

    Raises:
        ParameterError: there is no speech to play.
        DeviceError: the line does not open, or breaks.
    """
    recording = line.play_probe(make_probe(speech))
    return judge_probe(recording, detector=detector, canceller=canceller)


def make_probe(speech: Samples) -> Samples:
    """Silence, a sweep, silence, and the beginning of a line.

    Args:
        speech: float32 at 16 kHz.

    Raises:
        ParameterError: the line is empty or silent.
    """
    part = speech[: round(SPEECH_S * SAMPLE_RATE_HZ)]
    if not part.any():
        raise ParameterError("the echo check needs a line that can be heard")
    time_s = np.arange(round(CHIRP_S * SAMPLE_RATE_HZ)) / SAMPLE_RATE_HZ
    rise_hz_per_s = (CHIRP_TO_HZ - CHIRP_FROM_HZ) / CHIRP_S
    phase = 2.0 * np.pi * (CHIRP_FROM_HZ * time_s + 0.5 * rise_hz_per_s * np.square(time_s))
    chirp = _faded((CHIRP_PEAK * np.sin(phase)).astype(np.float32))
    before = np.zeros(round(BEFORE_S * SAMPLE_RATE_HZ), np.float32)
    gap = np.zeros(round(_GAP_S * SAMPLE_RATE_HZ), np.float32)
    return np.concatenate([before, chirp, gap, _faded(part)])


def _faded(samples: Samples) -> Samples:
    """The same without clicks at both ends."""
    n = min(round(_FADE_S * SAMPLE_RATE_HZ), len(samples) // 2)
    ramp = (0.5 - 0.5 * np.cos(np.pi * (np.arange(n) + 0.5) / max(1, n))).astype(np.float32)
    faded = samples.copy()
    faded[:n] *= ramp
    faded[len(faded) - n :] *= ramp[::-1]
    return faded


def judge_probe(
    recording: ProbeRecording, *, detector: SpeechDetector, canceller: EchoCanceller
) -> EchoCheck:
    """Decide from what came back; pure."""
    raw = speech_share(recording, detector=detector)
    cancelled = None
    if raw >= MOST_SPEECH_SHARE:
        cancelled = speech_share(recording, detector=detector, canceller=canceller)
    path = recording.path
    is_found = path is not None and path.is_sure
    decision, is_disturbed = decide(raw_share=raw, cancelled_share=cancelled, is_found=is_found)
    return EchoCheck(
        decision=decision,
        is_disturbed=is_disturbed,
        customer_in_microphone_db=round(path.echo_db, 1) if path is not None and is_found else None,
        loopback_latency_s=recording.latency_s if is_found else None,
        noise_dbov=_noise_dbov(recording),
        raw_speech_share=raw,
        cancelled_speech_share=cancelled,
        recording=recording,
    )


def decide(*, raw_share: float, cancelled_share: float | None, is_found: bool) -> tuple[EchoDecision, bool]:
    """The rule at the head of this file.

    Args:
        raw_share: share of the customer's time that reads as speech in the microphone, 0..1.
        cancelled_share: the same after cancellation; ``None`` counts as not removed.
        is_found: whether the customer was found in the microphone.

    Returns:
        The decision, and whether the check was disturbed.
    """
    if raw_share < MOST_SPEECH_SHARE:
        return EchoDecision.CLEAR, False
    if cancelled_share is not None and cancelled_share < MOST_SPEECH_SHARE:
        return EchoDecision.CANCEL, False
    if is_found:
        return EchoDecision.REMAINS, False
    return EchoDecision.CANCEL, True


def speech_share(
    recording: ProbeRecording, *, detector: SpeechDetector, canceller: EchoCanceller | None = None
) -> float:
    """Share of the time in which the customer is heard that reads as somebody's speech.

    A canceller hears the recording twice and is judged by the second time: it takes up to two seconds of the
    customer to learn the room, and the question is whether it can.

    Args:
        recording: both channels, with nobody else speaking.
        detector: a fresh session is taken.
        canceller: takes the customer out before the detector hears; ``None`` for the microphone as it is.

    Returns:
        0..1; 0 where nothing is heard.
    """
    cleaner = canceller.session() if canceller is not None else None
    n_times, late = (1, 0) if cleaner is None else (2, cleaner.delay_samples)
    listener = Listener(detector.session().step, cancel=cleaner.process if cleaner is not None else None)
    n_samples = len(recording.heard) - len(recording.heard) % BLOCK_SAMPLES
    microphone, heard = recording.microphone[:n_samples], recording.heard[:n_samples]
    spans = listen(listener, np.tile(microphone, n_times), np.tile(heard, n_times))
    blocks = heard.reshape(-1, BLOCK_SAMPLES)
    shift = (n_times - 1) * n_samples + late
    sounding = union(
        Span(n * BLOCK_SAMPLES, (n + 1) * BLOCK_SAMPLES).shift(shift)
        for n in np.flatnonzero(blocks.any(axis=1)).tolist()
    )
    return total(intersect(spans, sounding)) / total(sounding) if sounding else 0.0


def _noise_dbov(recording: ProbeRecording) -> float:
    """Median level of the blocks before the first sound; of all where there is none before it."""
    sounding = np.flatnonzero(recording.heard)
    before = recording.microphone[: int(sounding[0])] if len(sounding) else recording.microphone
    n_blocks = len(before) // BLOCK_SAMPLES
    blocks = before[: n_blocks * BLOCK_SAMPLES] if n_blocks else recording.microphone
    levels = [chunk_level_dbov(blocks[n : n + BLOCK_SAMPLES]) for n in range(0, len(blocks), BLOCK_SAMPLES)]
    return round(float(np.median(levels)), 1)
