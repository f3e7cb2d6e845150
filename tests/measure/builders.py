"""Voices and calls whose truth is known because they were made so."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from voicesim.audio.clip import SAMPLE_RATE_HZ, Clip, Samples
from voicesim.audio.pitch import PitchTrack
from voicesim.audio.span import Span, Timeline, union
from voicesim.measure.envelope import Envelope
from voicesim.measure.level import ActiveLevel
from voicesim.measure.voice import Voice, Voices
from voicesim.speech.call import Call, CustomerLine, EngineId, Layout, Moment, Recognition, Side
from voicesim.speech.words import Party, Utterance, Word

HOP = 256
RATE = SAMPLE_RATE_HZ


def span(start_s: float, end_s: float) -> Span:
    return Span(round(start_s * RATE), round(end_s * RATE))


def spans(*pairs: tuple[float, float]) -> Timeline:
    return tuple(span(a, b) for a, b in pairs)


def buzz(
    f0_hz: npt.NDArray[np.float64],
    *,
    level_dbov: float = -26.0,
    syllables_hz: float = 0.0,
    dip_db: float = 12.0,
) -> Samples:
    """A voice-like sound of exact pitch: 30 harmonics under three formants, with a rhythm of syllables.

    Args:
        f0_hz: for every sample.
        level_dbov: RMS level.
        syllables_hz: dips a second; 0 for none.
        dip_db: how deep they are.
    """
    phase = 2 * np.pi * np.cumsum(f0_hz) / RATE
    sound = np.zeros(len(f0_hz))
    for k in range(1, 31):
        hz = k * f0_hz
        gain = sum(
            a / (1 + ((hz - f) / w) ** 2) for f, a, w in ((600, 1.0, 150), (1300, 0.6, 200), (2500, 0.3, 300))
        )
        sound += np.where(hz < 7500, gain, 0.0) * np.sin(k * phase)
    if syllables_hz:
        t = np.arange(len(f0_hz)) / RATE
        depth_db = dip_db * (0.5 + 0.5 * np.cos(2 * np.pi * syllables_hz * t))
        sound *= 10 ** (-depth_db / 20)
    return at_level(sound, level_dbov)


def at_level(sound: npt.NDArray[np.floating], rms_dbov: float) -> Samples:
    rms = float(np.sqrt(np.mean(np.square(sound, dtype=np.float64))))
    return (sound / rms * 10 ** (rms_dbov / 20)).astype(np.float32)


def exact_pitch(f0_hz: npt.NDArray[np.float64], voiced: npt.NDArray[np.bool_]) -> PitchTrack:
    """The pitch of every sample as a tracker would hand it over."""
    at = np.arange(0, len(f0_hz), HOP)
    return PitchTrack(
        f0_hz=f0_hz[at].astype(np.float32),
        voiced=voiced[at],
        hop_samples=HOP,
        first_sample=0,
        tracker="exact",
    )


@dataclass
class Stage:
    """Two channels to put talk on."""

    duration_s: float
    noise_dbov: float | None = -75.0
    seed: int = 1
    f0: dict[Party, float] = field(default_factory=lambda: {Party.TRAINEE: 190.0, Party.CUSTOMER: 120.0})

    def __post_init__(self) -> None:
        n = round(self.duration_s * RATE)
        rng = np.random.default_rng(self.seed)
        self.sound = {
            party: np.zeros(n) if self.noise_dbov is None else rng.normal(0, 10 ** (self.noise_dbov / 20), n)
            for party in Party
        }
        self.talk: dict[Party, list[Span]] = {party: [] for party in Party}
        self.words: dict[Party, list[Utterance]] = {party: [] for party in Party}
        self.f0_hz = {party: np.full(n, 100.0) for party in Party}
        self.voiced = {party: np.zeros(n, np.bool_) for party in Party}

    def say(
        self,
        party: Party,
        start_s: float,
        end_s: float,
        *,
        text: str = "",
        level_dbov: float = -26.0,
        f0_hz: npt.NDArray[np.float64] | None = None,
        syllables_hz: float = 4.0,
        confidence: float = 0.95,
    ) -> Span:
        where = span(start_s, end_s)
        pitch = np.full(len(where), self.f0[party]) if f0_hz is None else f0_hz
        self.sound[party][where.start : where.end] += buzz(
            pitch, level_dbov=level_dbov, syllables_hz=syllables_hz
        )
        self.f0_hz[party][where.start : where.end] = pitch
        self.voiced[party][where.start : where.end] = True
        self.talk[party].append(where)
        self.words[party].append(Utterance(party, where, spread_words(text, where, confidence)))
        return where

    def side(self, party: Party, *, with_words: bool = True, rate_hz: int = 16_000) -> Side:
        utterances = tuple(sorted(self.words[party], key=lambda u: u.span)) if with_words else ()
        return Side(
            clip=Clip(self.sound[party].astype(np.float32)),
            speech=union(self.talk[party]),
            utterances=utterances,
            pitch=exact_pitch(self.f0_hz[party], self.voiced[party]),
            source_rate_hz=rate_hz,
        )

    def call(
        self,
        *,
        layout: Layout = Layout.TWO_CHANNEL,
        lines: Sequence[CustomerLine] = (),
        moments: Sequence[Moment] = (),
        with_words: bool = True,
    ) -> Call:
        is_mono = layout is Layout.MONO
        return Call(
            call_id="made",
            layout=layout,
            trainee=self.side(Party.TRAINEE, with_words=with_words),
            customer=None if is_mono else self.side(Party.CUSTOMER, with_words=with_words),
            lines=tuple(lines),
            moments=tuple(moments),
            recognition=recognition() if with_words else None,
        )


def spread_words(text: str, where: Span, confidence: float = 0.95) -> tuple[Word, ...]:
    tokens = text.split()
    edges = np.linspace(where.start, where.end, len(tokens) + 1).astype(int).tolist()
    return tuple(Word(t, Span(a, b), confidence) for t, a, b in zip(tokens, edges, edges[1:], strict=False))


def recognition(*, is_fallback: bool = False) -> Recognition:
    return Recognition(
        engine=EngineId(engine="scripted", model="known", version="1"),
        writes_fillers=True,
        is_fallback=is_fallback,
    )


def line(
    start_s: float,
    planned_s: float,
    heard_s: float | None = None,
    *,
    yielded_s: float | None = None,
    text: str = "",
    mood: str = "",
) -> CustomerLine:
    return CustomerLine(
        line_id="l",
        text=text,
        planned=span(start_s, planned_s),
        heard=span(start_s, planned_s if heard_s is None else heard_s),
        yielded_at=None if yielded_s is None else round(yielded_s * RATE),
        mood=mood,
    )


def bare_voices(
    trainee: Timeline,
    customer: Timeline,
    *,
    lines: Sequence[CustomerLine] = (),
    utterances: Iterable[Utterance] = (),
    duration_s: float = 600.0,
) -> Voices:
    """Both voices as known stretches of talk, with no sound behind them."""
    clip = Clip(np.zeros(round(duration_s * RATE), np.float32))
    nothing = Envelope(wide=np.zeros(0, np.float32), vowel=np.zeros(0, np.float32))

    def voice(party: Party, talk: Timeline) -> Voice:
        said = tuple(utterances) if party is Party.TRAINEE else ()
        return Voice(
            side=Side(clip=clip, speech=talk, utterances=said),
            envelope=nothing,
            speech=talk,
            clear=talk,
            level=ActiveLevel(active_dbov=-26.0, long_term_dbov=-30.0, activity_ratio=0.4),
            noise_dbov=-70.0,
            runs=talk,
            utterances=said or tuple(Utterance(party, s) for s in talk),
            utterance_dbov=(),
        )

    ours, theirs = voice(Party.TRAINEE, trainee), voice(Party.CUSTOMER, customer)
    call = Call(
        call_id="bare",
        layout=Layout.LIVE if lines else Layout.TWO_CHANNEL,
        trainee=ours.side,
        customer=theirs.side,
        lines=tuple(lines),
    )
    return Voices(call=call, trainee=ours, customer=theirs)


def recording(path: Path) -> Samples:
    """One channel of a recording at 16 kHz."""
    import soundfile
    import soxr

    samples, rate = soundfile.read(path, dtype="float32", always_2d=True)
    channel = samples[:, 0]
    if rate != RATE:
        channel = soxr.resample(channel, rate, RATE, quality="VHQ")
    return np.ascontiguousarray(channel, dtype=np.float32)


def loud_span(samples: Samples, *, below_db: float = 35.0) -> Timeline:
    """Where a recording of one sentence is loud, by a rule of its own: 10 ms levels near the loudest."""
    n = len(samples) // 160
    db = 10 * np.log10(np.square(samples[: n * 160], dtype=np.float64).reshape(n, 160).mean(axis=1) + 1e-12)
    on = np.flatnonzero(np.convolve(db, np.ones(3) / 3, "same") > np.quantile(db, 0.99) - below_db)
    return union((Span(int(i) * 160, int(i + 1) * 160) for i in on), bridge_samples=RATE // 4)


def with_clip(call: Call, samples: Samples) -> Call:
    """The same call with another sound in the trainee's channel."""
    return replace(call, trainee=replace(call.trainee, clip=Clip(samples)))
