"""What a recording can bear: noise, overdrive, leaks, missing channels, a band that was cut.

Conventions
    A measure is forbidden, with its reason and the figure, rather than given wrong:

    ===================================  ====================================================================
    no speech of the trainee             everything
    less than 1 s of speech              pace, level, tone, clarity, steadiness
    one channel, or the same sound       everything that is a number of one person, or of two apart; where the
    in both                              labels of a transcript tell with times who spoke, only interruptions
    echo that cannot be removed          interruptions, latency, patience, share of talk, monologue
    SNR under 12 dB                      level, tone, steadiness (the level is off by 0.3 dB at 10 dB, by 1 dB at
                                         5 dB); under 15 dB clarity; under 6 dB pace from syllables
    20 and more clipped runs a second    level, liveliness, clarity, steadiness
    gain control                         level
    ===================================  ====================================================================

    SNR is the active level less the noise (10th percentile of 32 ms levels outside speech, digital silence left
    out). A clipped run is 3 and more samples in a row of at least 0.985 of the channel's own peak, counted a
    second of speech: relative to the peak, so that overdrive followed by attenuation is still found. Overdriven by
    2 dB speech gives about 5 runs a second, by 6 dB 25 to 65, clean speech less than 1. Soft limiting is not found.
    Signs of gain control and of noise suppression are those of :mod:`voicesim.measure.processing`.
    A narrow band shows when 4.3-7 kHz lies 50 dB under 1-3.4 kHz (telephone: 100 dB; speech: 0 to 40 dB), or
    when the recording was made at 8 kHz.

Source: 12 dB and 15 dB from the bias of P.56 in noise, measured with white noise at 40 to 5 dB SNR.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from voicesim.audio.clip import SAMPLE_RATE_HZ, Clip
from voicesim.audio.span import Timeline, total
from voicesim.measure.places import level as rounded_level
from voicesim.measure.processing import (
    EVEN_RANGE_DB,
    QUIETER_THAN_A_ROOM_DB,
    RISING_DB,
    is_gated,
    levels_are_too_even,
    noise_rise_db,
)
from voicesim.measure.spectrum import band_ratio_db, mean_spectrum
from voicesim.measure.voice import Voice, Voices
from voicesim.results import NotMeasured, Reason
from voicesim.speech.call import Layout

LEAST_SPEECH_S: Final = 1.0
LEAST_SNR_DB: Final = 12.0
LEAST_SNR_CLARITY_DB: Final = 15.0
LEAST_SNR_PACE_DB: Final = 6.0
CLIPPED_RUNS_CAUTION: Final = 2.0
CLIPPED_RUNS_LIMIT: Final = 20.0
NARROW_BAND_DB: Final = -50.0
SEVERE_LEAK_DB: Final = 6.0

_CLIP_OF_PEAK: Final = 0.985
_CLIP_RUN: Final = 3
_BLOCK_SAMPLES: Final = 1 << 18
_MAX_FRAMES: Final = 4000

_TWO_PARTIES: Final = frozenset(
    {
        "interruptions",
        "customer_interruptions",
        "response_latency",
        "patience",
        "talk_share",
        "longest_monologue",
        "pace_to_customer",
    }
)
_LEVEL: Final = frozenset({"volume", "loudness", "volume_to_baseline"})
_STEADINESS: Final = frozenset({"steadiness", "steadiness_recovery"})
_TONE: Final = frozenset({"upbeat_tone", "liveliness", "pitch_spread"}) | _STEADINESS
_PACE: Final = frozenset({"pace", "articulation_rate", "pace_variation", "pace_to_customer", "pace_change"})
_OF_ONE_PERSON: Final = _TWO_PARTIES | _LEVEL | _TONE | _PACE | {"clarity"}
"""What would be a number of two people together where they share a channel."""
_AT_ONCE: Final = frozenset({"interruptions", "customer_interruptions"})
"""What needs to know who speaks while the other does."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Quality:
    """What was found about the trainee's channel, and what it forbids."""

    layout: Layout
    speech_s: float
    snr_db: float | None
    clipped_runs_per_s: float
    leak_db: float | None
    """The customer in the trainee's channel, relative to the trainee's own active level."""
    is_echo_severe: bool
    is_narrow_band: bool
    gain_control: str
    """What shows that something evens the level out; empty where nothing does."""
    is_gated: bool
    """Whether what is not speech is mostly digital silence."""

    @property
    def has_gain_control(self) -> bool:
        """Whether the levels are no longer the speaker's own."""
        return bool(self.gain_control)

    @property
    def has_noise_suppression(self) -> bool:
        """Whether the noise is no longer the room's."""
        return self.is_gated or (self.snr_db is not None and self.snr_db > QUIETER_THAN_A_ROOM_DB)

    has_times: bool = True
    """Whether it is known when the words were spoken."""

    def forbids(self, measure: str) -> NotMeasured | None:
        """Why a measure cannot be had; ``None`` when it can."""
        for names, reason, explanation in self._obstacles():
            if not names or measure in names:
                return NotMeasured(reason=reason, explanation=explanation)
        return None

    def _obstacles(self) -> list[tuple[frozenset[str], Reason, str]]:
        """Obstacles with the measures that they forbid (none named: all), the gravest first."""
        found: list[tuple[frozenset[str], Reason, str]] = []
        if self.layout is Layout.MONO:
            found.append(
                (_OF_ONE_PERSON, Reason.MONO, "both parties share one channel and cannot be told apart")
            )
        if self.layout is Layout.FAKE_STEREO:
            found.append((_OF_ONE_PERSON, Reason.FAKE_STEREO, "both channels hold the same sound"))
        if self.layout is Layout.LABELLED_MONO:
            found.append(
                (
                    _AT_ONCE,
                    Reason.MONO,
                    "both parties share one channel: the labels tell who spoke, not who spoke while the other did",
                )
                if self.has_times
                else (
                    _OF_ONE_PERSON,
                    Reason.MONO,
                    "both parties share one channel, and the transcript does not say when they spoke",
                )
            )
        if self.speech_s == 0.0:
            found.append((frozenset(), Reason.NO_SPEECH, "no speech was found in the trainee's channel"))
        if self.speech_s < LEAST_SPEECH_S:
            found.append(
                (
                    _PACE | _LEVEL | _TONE | {"clarity"},
                    Reason.TOO_LITTLE_SPEECH,
                    f"the trainee speaks for {self.speech_s:.1f} s, {LEAST_SPEECH_S:g} s are needed",
                )
            )
        if self.is_echo_severe:
            leak = "" if self.leak_db is None else f", {self.leak_db:+.0f} dB against the trainee's own voice"
            found.append(
                (
                    _TWO_PARTIES - {"pace_to_customer"},
                    Reason.ECHO,
                    f"the customer is heard in the trainee's channel{leak}; a headset helps",
                )
            )
        return found + self._noise() + self._distortion()

    def _noise(self) -> list[tuple[frozenset[str], Reason, str]]:
        if self.snr_db is None:
            return []
        limits = (
            (LEAST_SNR_PACE_DB, _PACE),
            (LEAST_SNR_DB, _LEVEL | _TONE),
            (LEAST_SNR_CLARITY_DB, {"clarity"}),
        )
        return [
            (
                frozenset(names),
                Reason.NOISE,
                f"speech stands {self.snr_db:.1f} dB above the noise, {limit_db:g} dB are needed",
            )
            for limit_db, names in limits
            if round(self.snr_db, 1) < limit_db
        ]

    def _distortion(self) -> list[tuple[frozenset[str], Reason, str]]:
        found: list[tuple[frozenset[str], Reason, str]] = []
        if round(self.clipped_runs_per_s, 1) >= CLIPPED_RUNS_LIMIT:
            found.append(
                (
                    _LEVEL | _STEADINESS | {"liveliness", "clarity"},
                    Reason.CLIPPING,
                    f"{self.clipped_runs_per_s:.0f} clipped runs a second, {CLIPPED_RUNS_LIMIT:g} is the limit",
                )
            )
        if self.has_gain_control:
            found.append(
                (
                    frozenset({"volume", "volume_to_baseline"}),
                    Reason.GAIN_CONTROL,
                    f"{self.gain_control}: something evens the level out",
                )
            )
        return found

    def cautions(self) -> tuple[str, ...]:
        """What a reader of the level, of the tone and of the pace should know."""
        found: list[str] = []
        if self.snr_db is None:
            found.append("The noise could not be measured: there is no pause, or it is digital silence.")
        elif round(self.snr_db, 1) < 20.0:
            found.append(f"Noisy recording: speech stands only {self.snr_db:.0f} dB above the noise.")
        if round(self.clipped_runs_per_s, 1) >= CLIPPED_RUNS_CAUTION:
            found.append(
                f"Overdriven recording: {self.clipped_runs_per_s:.0f} clipped runs a second of speech."
            )
        return tuple(found)


def quality_of(voices: Voices) -> Quality:
    """What the trainee's channel can bear."""
    trainee = voices.trainee
    leak_db = _leak_db(trainee, voices.customer)
    call, echo = voices.call, voices.call.echo
    talk_s = trainee.speech_s
    if call.layout is Layout.LABELLED_MONO:
        talk_s = total(trainee.audible) / SAMPLE_RATE_HZ
    return Quality(
        layout=call.layout,
        speech_s=trainee.speech_s,
        snr_db=trainee.snr_db,
        clipped_runs_per_s=clipped_runs(trainee.side.clip) / max(talk_s, LEAST_SPEECH_S),
        leak_db=leak_db,
        is_echo_severe=(echo is not None and echo.is_severe)
        or (leak_db is not None and round(leak_db, 1) > -SEVERE_LEAK_DB),
        is_narrow_band=trainee.side.source_rate_hz <= 8000 or _is_narrow(trainee.side.clip, trainee.runs),
        gain_control=_gain_control(trainee, voices.customer),
        is_gated=is_gated(trainee),
        has_times=call.recognition is None or call.recognition.has_times,
    )


def _leak_db(trainee: Voice, customer: Voice | None) -> float | None:
    if trainee.bleed is None or customer is None or customer.level is None or trainee.level is None:
        return None
    return rounded_level(customer.level.active_dbov + trainee.bleed.gain_db - trainee.level.active_dbov)


def clipped_runs(clip: Clip) -> int:
    """Runs of three and more samples at (nearly) the peak of the clip itself."""
    samples = clip.samples
    n = len(samples)
    peak = max(
        (float(np.max(np.abs(samples[at : at + _BLOCK_SAMPLES]))) for at in range(0, n, _BLOCK_SAMPLES)),
        default=0.0,
    )
    if peak <= 0.0:
        return 0
    count, in_a_row = 0, 0
    for at in range(0, n, _BLOCK_SAMPLES):
        high = np.abs(samples[at : at + _BLOCK_SAMPLES]) >= _CLIP_OF_PEAK * peak
        edges = np.flatnonzero(np.diff(np.concatenate(([False], high, [False])).astype(np.int8)))
        starts, lengths = edges[::2], np.diff(edges)[::2]
        if len(starts) == 0:
            count, in_a_row = count + (in_a_row >= _CLIP_RUN), 0
            continue
        if starts[0] == 0:
            lengths[0] += in_a_row
        else:
            count += in_a_row >= _CLIP_RUN
        goes_on = bool(high[-1]) and at + _BLOCK_SAMPLES < n
        in_a_row = int(lengths[-1]) if goes_on else 0
        finished = lengths[:-1] if goes_on else lengths
        count += int(np.count_nonzero(finished >= _CLIP_RUN))
    return count + (in_a_row >= _CLIP_RUN)


def _is_narrow(clip: Clip, runs: Timeline) -> bool:
    middles = (
        np.concatenate([np.arange(s.start, s.end, 256) for s in runs]) if runs else np.zeros(0, np.int64)
    )
    if len(middles) > _MAX_FRAMES:
        middles = middles[np.linspace(0, len(middles) - 1, _MAX_FRAMES).astype(np.int64)]
    ratio_db = band_ratio_db(mean_spectrum(clip, middles), (4300.0, 7000.0), (1000.0, 3400.0))
    return len(middles) > 0 and (ratio_db is None or ratio_db < NARROW_BAND_DB)


def _gain_control(trainee: Voice, customer: Voice | None) -> str:
    if levels_are_too_even(trainee):
        return f"the levels of all utterances lie within {EVEN_RANGE_DB:g} dB"
    rise_db = noise_rise_db(trainee, customer if trainee.bleed is not None else None)
    if rise_db is not None and round(rise_db, 1) > RISING_DB:
        return f"the noise rises by {rise_db:.0f} dB while nobody speaks"
    return ""
