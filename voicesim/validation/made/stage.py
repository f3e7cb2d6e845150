"""Two channels to put speech on, and the call that they make.

Conventions
    Every channel has white noise of its own. ``on_a_line`` sends the channel over a telephone line (8 kHz, 300 to
    3400 Hz, mu-law). A leak is a copy of the other channel, fainter and later, as through a loudspeaker. What the
    detector makes of the sound is found out by the detector; nothing of the truth reaches the call.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

import numpy as np
import numpy.typing as npt

from voicesim.audio.clip import SAMPLE_RATE_HZ, Clip, Samples
from voicesim.audio.level import db_to_ratio
from voicesim.audio.span import Span
from voicesim.audio.telephone import LINE_RATE_HZ, telephone
from voicesim.intake.engines import Engines
from voicesim.speech.call import Call, CustomerLine, Layout, Recognition, Side
from voicesim.speech.listening import Listener, listen
from voicesim.speech.words import Party, Utterance

FADE_S: Final = 0.003


def at(seconds: float) -> int:
    """A sample index."""
    return round(seconds * SAMPLE_RATE_HZ)


def noise(
    rng: np.random.Generator, n: int, rms_dbov: float, *, pink: bool = False
) -> npt.NDArray[np.float64]:
    """White or pink noise of an exact level.

    Args:
        rng: of the noise.
        n: samples.
        rms_dbov: level.
        pink: whether its power falls with the frequency (from 20 Hz on).
    """
    white = rng.normal(0.0, 1.0, n)
    if pink and n:
        spectrum = np.fft.rfft(white)
        spectrum /= np.sqrt(np.maximum(np.fft.rfftfreq(n, 1.0 / SAMPLE_RATE_HZ), 20.0))
        white = np.fft.irfft(spectrum, n)
    rms = float(np.sqrt(np.mean(np.square(white)))) if n else 1.0
    return np.asarray(white * (db_to_ratio(rms_dbov) / rms))


@dataclass
class Stage:
    """Two channels.

    Args:
        duration_s: of the call.
        rng: of the noise.
        noise_dbov: its level in either channel.
    """

    duration_s: float
    rng: np.random.Generator
    noise_dbov: float = -70.0
    talk: dict[Party, list[Span]] = field(default_factory=lambda: {party: [] for party in Party})

    def __post_init__(self) -> None:
        self._sound = {party: np.zeros(at(self.duration_s)) for party in Party}

    def put(self, party: Party, start_s: float, samples: Samples, *, gain_db: float = 0.0) -> Span:
        """Let a party say something."""
        where = Span(at(start_s), at(start_s) + len(samples))
        ramp = np.minimum(1.0, np.arange(1, len(samples) + 1) / at(FADE_S))
        self._sound[party][where.start : where.end] += (
            samples * ramp * ramp[::-1] * np.float32(db_to_ratio(gain_db))
        )
        self.talk[party].append(where)
        return where

    def channel(
        self,
        party: Party,
        *,
        on_a_line: bool = False,
        leak_db: float | None = None,
        leak_s: float = 0.03,
    ) -> Clip:
        """The sound of a channel."""
        sound = self._sound[party].copy()
        if leak_db is not None:
            other = self._sound[Party.CUSTOMER if party is Party.TRAINEE else Party.TRAINEE]
            late = at(leak_s)
            sound[late:] += db_to_ratio(leak_db) * other[: len(other) - late]
        sound += noise(self.rng, len(sound), self.noise_dbov)
        clip = Clip(np.clip(sound, -1.0, 1.0).astype(np.float32))
        return telephone(clip) if on_a_line else clip


def side_of(
    clip: Clip,
    engines: Engines,
    *,
    with_pitch: bool = True,
    utterances: tuple[Utterance, ...] = (),
    on_a_line: bool = False,
) -> Side:
    """A channel as the program hears it."""
    return Side(
        clip=clip,
        speech=listen(Listener(engines.detector.session().step), clip.samples, None),
        pitch=engines.pitch.track(clip) if with_pitch and engines.pitch is not None else None,
        utterances=utterances,
        source_rate_hz=LINE_RATE_HZ if on_a_line else SAMPLE_RATE_HZ,
    )


def call_of(
    trainee: Side,
    customer: Side | None,
    *,
    lines: tuple[CustomerLine, ...] = (),
    recognition: Recognition | None = None,
) -> Call:
    """A call of two channels, of a rehearsal where there are lines, or of one voice."""
    layout = Layout.MONO if customer is None else Layout.LIVE if lines else Layout.TWO_CHANNEL
    return Call(
        call_id="made",
        layout=layout,
        trainee=trainee,
        customer=customer,
        lines=lines,
        recognition=recognition,
    )
