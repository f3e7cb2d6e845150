"""Interruptions, back-channels and turn-taking, heard from the sound of made calls.

Conventions
    Half of the calls come over a telephone line (8 kHz, mu-law) and half at 16 kHz; half are rehearsals, whose lines
    are known to the sample, and half recordings. Speech stands 25 to 40 dB above the noise, and in every third
    call a copy of the customer lies in the trainee's channel 25 dB down. Voices differ in pitch, length of the
    vocal tract and tempo from call to call. A found event and a made one are the same when they begin within 0.4 s.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import Final

import numpy as np

from voicesim.audio.clip import SAMPLE_RATE_HZ, Clip, Samples
from voicesim.audio.span import Span, total
from voicesim.intake.engines import Engines
from voicesim.measure.overlaps import OverlapEvent, OverlapKind, overlap_events
from voicesim.measure.turn_taking import floor_transfers, floor_turns
from voicesim.measure.voice import analyse
from voicesim.speech.call import Call, Side
from voicesim.speech.words import Party
from voicesim.validation.made.encounters import KIND_OF, Encounter, Meant, Voice, put_encounter
from voicesim.validation.made.stage import Stage, call_of, side_of
from voicesim.validation.rows import Row, at_least, at_most, row
from voicesim.validation.speaking import Speaker, Talk, cut, speak

TIMELINES: Final = 200
ENCOUNTERS: Final = 3
LEAK_DB: Final = -25.0
_SAME_S: Final = 0.4
_BANK_S: Final = 16.0
_CALL_S: Final = 45.0

SPEAKERS: Final = (
    Speaker(f0_hz=91.0, tract=0.94, rate_sps=4.5, spread_st=1.9),
    Speaker(f0_hz=118.0, tract=1.01, rate_sps=5.0),
    Speaker(f0_hz=125.0, tract=1.05, rate_sps=4.1, spread_st=2.7),
    Speaker(f0_hz=168.0, tract=1.1, rate_sps=5.4, spread_st=1.7),
    Speaker(f0_hz=196.0, tract=1.15, rate_sps=4.3),
    Speaker(f0_hz=216.0, tract=1.19, rate_sps=4.8, spread_st=3.1, breath=0.04),
    Speaker(f0_hz=247.0, tract=1.23, rate_sps=5.2),
    Speaker(f0_hz=143.0, tract=1.07, rate_sps=3.8, breath=0.04),
)
"""None of them spoke while any constant was chosen."""
_LIVE: Final = tuple(Meant)
_RECORDED: Final = tuple(meant for meant in Meant if meant is not Meant.YIELDED_TO)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Made:
    """A made call and what it was made of."""

    call: Call
    encounters: tuple[Encounter, ...]
    is_live: bool
    on_a_line: bool
    has_leak: bool


@dataclass
class Tally:
    """Events made and found."""

    made: Counter[str] = field(default_factory=Counter)
    found: Counter[str] = field(default_factory=Counter)
    right: Counter[str] = field(default_factory=Counter)
    wrong: Counter[tuple[str, str]] = field(default_factory=Counter)

    def precision(self, kind: OverlapKind) -> float:
        """Share of those found that were made so."""
        return self.right[kind] / self.found[kind] if self.found[kind] else float("nan")

    def recall(self, kind: OverlapKind) -> float:
        """Share of those made that were found."""
        return self.right[kind] / self.made[kind] if self.made[kind] else float("nan")


def voices_of(speakers: Sequence[Speaker], *, seed: int) -> tuple[Voice, ...]:
    """Made voices to draw talk from."""
    rng = np.random.default_rng(seed)

    def voice(bank: Talk) -> Voice:
        def say(rng: np.random.Generator, duration_s: float) -> Samples:
            return cut(bank, rng, duration_s).samples

        return say

    return tuple(voice(speak(speaker, rng, _BANK_S)) for speaker in speakers)


def make_call(index: int, voices: Sequence[Voice], engines: Engines, *, seed: int) -> Made:
    """One timeline, rendered and heard."""
    rng = np.random.default_rng([seed, index])
    is_live, on_a_line, has_leak = index % 2 == 0, index // 2 % 2 == 0, index % 3 == 0
    ours, theirs = rng.choice(len(voices), 2, replace=False)
    stage = Stage(_CALL_S, rng, noise_dbov=-26.0 - rng.uniform(25.0, 40.0))
    now_s, encounters = 1.0, []
    for meant in rng.choice(np.array(_LIVE if is_live else _RECORDED), ENCOUNTERS):
        one, now_s = put_encounter(
            stage, Meant(meant), now_s, rng=rng, customer=voices[theirs], trainee=voices[ours]
        )
        encounters.append(one)
    n_samples = round(now_s * SAMPLE_RATE_HZ)
    trainee = stage.channel(
        Party.TRAINEE,
        on_a_line=on_a_line,
        leak_db=LEAK_DB if has_leak else None,
        leak_s=rng.uniform(0.01, 0.08),
    )
    customer = stage.channel(Party.CUSTOMER, on_a_line=on_a_line)
    ours_heard = side_of(Clip(trainee.samples[:n_samples]), engines, with_pitch=False, on_a_line=on_a_line)
    theirs_clip = Clip(customer.samples[:n_samples])
    if is_live:
        lines = tuple(e.customer_line for e in encounters)
        call = call_of(
            ours_heard,
            Side(clip=theirs_clip, speech=tuple(line.heard for line in lines)),
            lines=lines,
        )
    else:
        call = call_of(ours_heard, side_of(theirs_clip, engines, with_pitch=False, on_a_line=on_a_line))
    return Made(
        call=call, encounters=tuple(encounters), is_live=is_live, on_a_line=on_a_line, has_leak=has_leak
    )


def compare(made: Made, events: tuple[OverlapEvent, ...], tally: Tally) -> None:
    """Count what of a call was found."""
    ours = [event for event in events if event.by is Party.TRAINEE]
    left = list(ours)
    for encounter in made.encounters:
        wanted = KIND_OF.get(encounter.meant)
        near = [
            e for e in left if abs(e.unit.span.start - encounter.trainee.start) < _SAME_S * SAMPLE_RATE_HZ
        ]
        if wanted is None:
            continue
        tally.made[wanted] += 1
        if not near:
            tally.wrong[encounter.meant, "nothing"] += 1
            continue
        left.remove(near[0])
        if near[0].kind is wanted:
            tally.right[wanted] += 1
        else:
            tally.wrong[encounter.meant, near[0].kind] += 1
    for event in left:
        tally.wrong["nothing", event.kind] += 1
    tally.found.update(event.kind for event in ours)


def rows(
    engines: Engines, progress: Callable[[float], None], *, timelines: int = TIMELINES, seed: int = 20261122
) -> tuple[Row, ...]:
    """Interruptions and turn-taking of made calls."""
    voices = voices_of(SPEAKERS, seed=seed)
    tallies = {key: Tally() for key in ("all", "8 kHz mu-law", "16 kHz", "leak", "rehearsal", "recording")}
    latency_s, share, onset_s = [], [], []
    for index in range(timelines):
        made = make_call(index, voices, engines, seed=seed)
        heard = analyse(made.call)
        events = overlap_events(made.call, voices=heard)
        keys = [
            "all",
            "8 kHz mu-law" if made.on_a_line else "16 kHz",
            "rehearsal" if made.is_live else "recording",
        ]
        for key in [*keys, "leak"] if made.has_leak else keys:
            compare(made, events, tallies[key])
        transfers = floor_transfers(floor_turns(heard, events))
        for encounter in made.encounters:
            starts = [abs(r.start - encounter.trainee.start) / SAMPLE_RATE_HZ for r in heard.trainee.runs]
            onset_s.append(min(starts, default=1.0))
            if encounter.meant is Meant.ANSWER:
                truth = (encounter.trainee.start - encounter.heard.end) / SAMPLE_RATE_HZ
                offsets = [
                    t.offset_s
                    for t in transfers
                    if t.to is Party.TRAINEE
                    and abs(t.next_start - encounter.trainee.start) < _SAME_S * SAMPLE_RATE_HZ
                ]
                latency_s.append(abs(offsets[0] - truth) if offsets else 1.0)
        truth = _share([e.trainee for e in made.encounters], [e.heard for e in made.encounters])
        share.append(abs(_share(heard.trainee.runs, heard.customer.runs if heard.customer else ()) - truth))
        progress((index + 1) / timelines)
    return (*event_rows(tallies, f"{timelines} made timelines"), *_timing_rows(latency_s, share, onset_s))


def _share(ours: Sequence[Span], theirs: Sequence[Span]) -> float:
    return total(ours) / max(1, total(ours) + total(theirs))


def event_rows(tallies: dict[str, Tally], against: str) -> tuple[Row, ...]:
    """What was told apart, over all calls and by kind of call."""
    subject = "interruptions from audio"
    found = []
    for key, tally in tallies.items():
        where = "" if key == "all" else f", {key}"
        limits = at_least(0.95) if key == "all" else None
        kind = OverlapKind.INTERRUPTION
        found += [
            row(
                subject,
                f"precision{where}",
                against,
                tally.precision(kind),
                n=tally.found[kind],
                limits=limits,
            ),
            row(subject, f"recall{where}", against, tally.recall(kind), n=tally.made[kind], limits=limits),
        ]
    everything = tallies["all"]
    kind = OverlapKind.BACK_CHANNEL
    found += [
        row(
            "back-channels",
            "precision",
            against,
            everything.precision(kind),
            n=everything.found[kind],
            limits=at_least(0.9),
        ),
        row(
            "back-channels",
            "recall",
            against,
            everything.recall(kind),
            n=everything.made[kind],
            limits=at_least(0.9),
        ),
    ]
    right, n_made = sum(everything.right.values()), sum(everything.made.values())
    confused = ", ".join(f"{a} for {b}: {n}" for (b, a), n in everything.wrong.most_common(4))
    found.append(
        row(
            "overlaps",
            "told apart, all six kinds",
            against,
            right / max(1, n_made),
            n=n_made,
            limits=at_least(0.9),
            note=confused,
        )
    )
    return tuple(found)


def _timing_rows(latency_s: list[float], share: list[float], onset_s: list[float]) -> tuple[Row, ...]:
    return (
        row(
            "turn-taking",
            "begin of talk, median error",
            "construction",
            median(onset_s),
            n=len(onset_s),
            unit="s",
            limits=at_most(0.06),
        ),
        row(
            "turn-taking",
            "response latency, median error",
            "construction",
            median(latency_s or [1.0]),
            n=len(latency_s),
            unit="s",
            limits=at_most(0.08),
        ),
        row(
            "turn-taking",
            "talk share, median error",
            "construction",
            median(share),
            n=len(share),
            unit="ratio",
            limits=at_most(0.02),
        ),
    )
