"""Who talks how much and who waits for whom, against made timelines and two independent programs."""

from __future__ import annotations

import call_ai_metrics
import numpy as np
import pytest
from pyannote.core import Segment, Timeline

from tests.measure.builders import RATE, bare_voices, span, spans, spread_words
from voicesim.audio.span import intersect, total
from voicesim.measure.overlaps import overlap_events
from voicesim.measure.turn_taking import (
    FloorTransfer,
    dead_air,
    floor_transfers,
    floor_turns,
    longest_monologue,
    patience,
    response_latency,
    talk_share,
)
from voicesim.measure.voice import Voices
from voicesim.results import NotMeasured, Reason
from voicesim.speech.words import Party, Utterance


def transfers_of(voices: Voices):
    return floor_transfers(floor_turns(voices, overlap_events(voices.call, voices=voices)))


def random_timeline(rng: np.random.Generator, n: int) -> list[tuple[float, float]]:
    """Talk of one party: bursts of 0.3-6 s, 0.3-9 s apart, on the grid of the samples."""
    edges = np.cumsum(np.stack([rng.uniform(0.3, 9.0, n), rng.uniform(0.3, 6.0, n)], axis=1).ravel())
    edges = np.round(edges * RATE) / RATE
    return list(zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True))


@pytest.mark.parametrize("seed", range(30))
def test_overlap_and_shares_agree_with_pyannote_and_call_ai_metrics(seed: int) -> None:
    rng = np.random.default_rng(seed)
    ours, theirs = random_timeline(rng, 40), random_timeline(rng, 40)
    voices = bare_voices(spans(*ours), spans(*theirs))

    details = talk_share(voices).details
    both_s = total(intersect(voices.trainee.runs, voices.customer.runs)) / RATE

    left, right = (Timeline([Segment(a, b) for a, b in talk]) for talk in (ours, theirs))
    assert both_s == pytest.approx(left.crop(right, mode="intersection").duration(), abs=1e-6)
    segments = [(a, b, "trainee") for a, b in ours] + [(a, b, "customer") for a, b in theirs]
    report = call_ai_metrics.analyze(segments)
    assert report["trainee"].talk_time_s == pytest.approx(total(voices.trainee.runs) / RATE, abs=2e-6)
    assert details["of_both_parties_talk"] == pytest.approx(report["trainee"].talk_share, abs=0.005)
    assert both_s / report.speech_span_s == pytest.approx(report.overlap_share, abs=2e-6)


def test_latency_and_patience() -> None:
    """Offsets of 0.5, -0.3 and 2.0 s; the back-channel at 21 s is no answer."""
    voices = bare_voices(spans((5.5, 8), (13.7, 17), (21, 21.5), (28, 30)), spans((1, 5), (9, 14), (18, 26)))

    latency, waited = response_latency(transfers_of(voices)), patience(transfers_of(voices))

    assert latency.value == pytest.approx(0.5)
    assert [e.value for e in latency.evidence] == [0.5, -0.3, 2.0]
    assert latency.details["n_answers"] == 3
    assert latency.details["customer_median_s"] == pytest.approx(1.0)
    assert waited.value == pytest.approx(1.25)
    assert waited.details["longest_s"] == 2.0
    assert (waited.evidence[0].start_s, waited.evidence[0].end_s) == (26.0, 28.0)


def test_latency_agrees_with_call_ai_metrics_where_nobody_overlaps(rng: np.random.Generator) -> None:
    """An even number of gaps would let the two medians differ by how they are rounded; nothing else may."""
    now, talk = 1.0, []
    for i in range(41):
        end = now + float(rng.uniform(1.0, 5.0))
        talk.append((now, end, ("customer", "trainee")[i % 2]))
        now = end + float(rng.uniform(0.3, 1.4))
    grid = [(round(a * RATE) / RATE, round(b * RATE) / RATE, who) for a, b, who in talk]
    voices = bare_voices(
        spans(*((a, b) for a, b, who in grid if who == "trainee")),
        spans(*((a, b) for a, b, who in grid if who == "customer")),
    )

    found = response_latency(transfers_of(voices)).value

    assert found == pytest.approx(call_ai_metrics.analyze(grid)["trainee"].response_latency_s, abs=0.006)


def test_talk_share_has_both_denominators() -> None:
    details = talk_share(bare_voices(spans((0, 30)), spans((30, 40)), duration_s=100.0)).details

    assert details["of_both_parties_talk"] == 0.75
    assert details["of_the_recording"] == 0.3


def test_a_monologue_bridges_pauses_and_back_channels_but_no_turn_of_the_customer() -> None:
    voices = bare_voices(
        spans((1, 10), (12, 20), (30, 35), (50, 52), (56, 60)), spans((15, 15.5), (22, 29), (40, 48))
    )

    found = longest_monologue(floor_turns(voices, overlap_events(voices.call, voices=voices)))

    assert found.value == pytest.approx(19.0)
    assert (found.evidence[0].start_s, found.evidence[0].end_s) == (1.0, 20.0)
    assert found.details["n_stretches"] == 4


def said(where: tuple[float, float], text: str) -> Utterance:
    return Utterance(Party.TRAINEE, span(*where), spread_words(text, span(*where)))


def test_dead_air_and_announced_holds() -> None:
    talk = [(1, 4), (9, 12), (30, 33), (38, 40)]
    words = ["Thank you for calling", "Let me check that for you", "There it is", "Bye"]
    voices = bare_voices(
        spans(*talk),
        spans((12.5, 20), (20.5, 22)),
        utterances=[said(t, w) for t, w in zip(talk, words, strict=True)],
    )

    heard, unheard = dead_air(voices, use_words=True), dead_air(voices, use_words=False)

    assert heard.value == pytest.approx(5 + 8 + 5)
    assert heard.details["count_longer_than_s"] == {"3": 3, "6": 1, "10": 0, "15": 0}
    assert heard.details["announced_holds"] == 0
    assert unheard.value == heard.value
    assert unheard.details["announced_holds"] is None
    assert unheard.cautions


@pytest.mark.parametrize(
    ("text", "is_hold"),
    [
        ("Just a moment please", True),
        ("I'll put you on hold while I check", True),
        ("bear with me", True),
        ("Let me have a look at that", True),
        ("That was a momentous day", False),
        ("We hold all parcels for a week", False),
    ],
)
def test_words_that_announce_a_silence(text: str, is_hold: bool) -> None:
    voices = bare_voices(
        spans((1, 4), (12, 15)), (), utterances=[said((1, 4), text), said((12, 15), "Thank you")]
    )

    found = dead_air(voices, use_words=True)

    assert found.value == (0.0 if is_hold else 8.0)
    assert found.details["announced_hold_s"] == (8.0 if is_hold else 0.0)


def test_silence_of_exactly_three_seconds_is_no_dead_air() -> None:
    assert dead_air(bare_voices(spans((1, 4), (7, 9)), ()), use_words=False).value == 0.0


def test_nothing_to_measure() -> None:
    alone = bare_voices(spans((1, 5)), ())

    assert response_latency(transfers_of(alone)).reason is Reason.TOO_LITTLE_SPEECH
    assert patience(()).reason is Reason.TOO_LITTLE_SPEECH
    assert isinstance(longest_monologue(()), NotMeasured)
    assert dead_air(bare_voices((), ()), use_words=False).reason is Reason.NO_SPEECH


@pytest.mark.parametrize(
    ("gaps_s", "median_s"), [((0.8, -0.4, 0.6, 1.0, -0.2), 0.6), ((0.5, -0.1, -0.3), None), ((0.4, 0.2), 0.3)]
)
def test_one_channel_keeps_the_median_of_what_overlaps_it_cannot_see(gaps_s, median_s) -> None:
    def transfers(gaps_s):
        at = RATE * np.arange(1, len(gaps_s) + 1) * 10
        return tuple(
            FloorTransfer(to=Party.TRAINEE, previous_end=int(a), next_start=int(a + RATE * gap_s))
            for a, gap_s in zip(at, gaps_s, strict=True)
        )

    seen = response_latency(transfers([max(0.0, gap_s) for gap_s in gaps_s]), can_tell_overlaps=False)
    if median_s is None:
        assert seen.reason is Reason.MONO
    else:
        assert (
            seen.value == pytest.approx(response_latency(transfers(gaps_s)).value) == pytest.approx(median_s)
        )
        assert seen.details["share_overlapping"] is None
        assert seen.cautions
