"""What is behind the caller: a telephone line's noise, or a café, synthesized.

Conventions: the level is stated in decibels below the voice, as RMS against the voice's active level; the sound is a
loop without a seam, the same for the same kind. It is for the trainee's ears alone: the recording and whatever
decides who speaks know the customer's voice without it.

Sources: the line is noise in the telephone's band falling by 3 dB an octave, with the mains' hum; 20 to 35 dB below
the voice are the signal-to-noise ratios at which ITU-T P.800 tests telephone connections. The café is many voices at
once, each noise with the long-term spectrum of speech (Byrne et al. 1994) that comes and goes with syllables at
4 Hz, and now and then a cup.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt

from voicesim.audio.clip import SAMPLE_RATE_HZ, Clip
from voicesim.errors import ParameterError

_Sound: TypeAlias = npt.NDArray[np.float64]

LOOP_S: Final = 12.0
N_VOICES: Final = 14
N_CUPS: Final = 9

LEAST_BELOW_DB: Final = 6.0
MOST_BELOW_DB: Final = 60.0


class BackgroundKind(StrEnum):
    """The values are part of the call folder's format."""

    NONE = "none"
    LINE = "line"
    CAFE = "cafe"


USUAL_BELOW_DB: Final = {
    BackgroundKind.NONE: MOST_BELOW_DB,
    BackgroundKind.LINE: 35.0,
    BackgroundKind.CAFE: 22.0,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Background:
    """What is behind the caller, and how loud.

    Raises:
        ParameterError: a level outside 6..60 dB below the voice.
    """

    kind: BackgroundKind = BackgroundKind.NONE
    below_voice_db: float = MOST_BELOW_DB

    def __post_init__(self) -> None:
        if not LEAST_BELOW_DB <= self.below_voice_db <= MOST_BELOW_DB:
            raise ParameterError(
                f"a background lies {LEAST_BELOW_DB:.0f} to {MOST_BELOW_DB:.0f} dB below the voice, "
                f"got {self.below_voice_db:g}",
                hint="20 is a busy place, 35 a quiet line",
            )


def render_background(background: Background, *, voice_dbov: float) -> Clip | None:
    """A loop of the background.

    Args:
        background: what and how loud.
        voice_dbov: active level of the customer's voice.

    Returns:
        Twelve seconds whose end joins their beginning, or ``None`` where there is no background.
    """
    if background.kind is BackgroundKind.NONE:
        return None
    rng = np.random.default_rng(7)
    sound = _line(rng) if background.kind is BackgroundKind.LINE else _cafe(rng)
    wanted = 10.0 ** ((voice_dbov - background.below_voice_db) / 20.0)
    return Clip((sound * (wanted / np.sqrt(np.mean(sound**2)))).astype(np.float32))


def _shaped(rng: np.random.Generator, n: int, low_hz: float, high_hz: float, db_an_octave: float) -> _Sound:
    """Noise between two frequencies; made in the frequency domain, it has no seam."""
    frequencies = np.fft.rfftfreq(n, 1 / SAMPLE_RATE_HZ)
    spectrum = rng.standard_normal(len(frequencies)) + 1j * rng.standard_normal(len(frequencies))
    inside = (frequencies >= low_hz) & (frequencies <= high_hz)
    tilt = np.zeros(len(frequencies))
    tilt[inside] = (frequencies[inside] / low_hz) ** (db_an_octave / 6.02)
    sound: _Sound = np.fft.irfft(spectrum * tilt, n)
    unit: _Sound = sound / np.sqrt(np.mean(sound**2))
    return unit


def _line(rng: np.random.Generator) -> _Sound:
    n = round(LOOP_S * SAMPLE_RATE_HZ)
    t = np.arange(n) / SAMPLE_RATE_HZ
    hum = sum(np.sin(2 * np.pi * 50.0 * k * t) / k for k in (1, 3, 5))
    return _shaped(rng, n, 300.0, 3400.0, -3.0) + 0.15 * np.asarray(hum)


def _cafe(rng: np.random.Generator) -> _Sound:
    n = round(LOOP_S * SAMPLE_RATE_HZ)
    sound = np.zeros(n)
    for _ in range(N_VOICES):
        syllables = np.clip(_shaped(rng, n, 1.0, 5.0, 0.0), 0.0, None)
        phrases = np.clip(_shaped(rng, n, 0.1, 0.4, 0.0) + 0.5, 0.0, None)
        voice = _shaped(rng, n, 120.0, 500.0, 0.0) + 0.5 * _shaped(rng, n, 500.0, 5000.0, -6.0)
        sound += rng.uniform(0.3, 1.0) * voice * syllables * phrases
    level = np.sqrt(np.mean(sound**2))
    for at in rng.integers(n, size=N_CUPS):
        t = np.arange(round(0.15 * SAMPLE_RATE_HZ)) / SAMPLE_RATE_HZ
        pitches_hz = rng.uniform(2200.0, 5200.0, size=3)
        cup = sum(np.sin(2 * np.pi * f * t) for f in pitches_hz) * np.exp(-t / 0.03)
        where = (at + np.arange(len(t))) % n
        sound[where] += rng.uniform(0.5, 1.5) * level * np.asarray(cup)
    room: _Sound = sound + 0.3 * level * _shaped(rng, n, 60.0, 4000.0, -6.0)
    return room
