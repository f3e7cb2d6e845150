"""A leak from one channel into the other, made and found again."""

from __future__ import annotations

import numpy as np
import pytest

from tests.measure.builders import RATE, Stage, span, spans
from voicesim.audio.clip import Clip
from voicesim.audio.span import intersect, subtract, total
from voicesim.measure.bleed import Bleed, find_bleed, own_speech
from voicesim.measure.envelope import envelope_of
from voicesim.speech.words import Party
from voicesim.validation.speaking import Speaker, speak

CUSTOMER = ((1.0, 5.0), (9.0, 14.0), (20.0, 24.0))
TRAINEE = ((5.5, 8.5), (12.0, 16.0), (21.0, 21.8))


def stage() -> Stage:
    made = Stage(26.0, -70.0)
    for pair in CUSTOMER:
        made.say(Party.CUSTOMER, *pair, syllables_hz=3.0)
    for pair in TRAINEE:
        made.say(Party.TRAINEE, *pair, syllables_hz=4.7)
    return made


def leak(made: Stage, gain_db: float, delay_s: float = 0.0) -> np.ndarray:
    """The trainee's channel with the customer in it."""
    delay = round(delay_s * RATE)
    source = np.concatenate([np.zeros(delay), made.sound[Party.CUSTOMER]])[: len(made.sound[Party.CUSTOMER])]
    return (made.sound[Party.TRAINEE] + 10 ** (gain_db / 20) * source).astype(np.float32)


def found(made: Stage, gain_db: float, delay_s: float) -> Bleed | None:
    into = envelope_of(Clip(leak(made, gain_db, delay_s)))
    source = envelope_of(made.side(Party.CUSTOMER).clip)
    return find_bleed(into, source, spans(*CUSTOMER), -26.0)


@pytest.mark.parametrize("gain_db", [-15.0, -25.0, -35.0])
@pytest.mark.parametrize("delay_s", [0.0, 0.1, 0.25])
def test_gain_and_delay_of_a_leak(gain_db: float, delay_s: float) -> None:
    bleed = found(stage(), gain_db, delay_s)

    assert bleed is not None
    assert bleed.gain_db == pytest.approx(gain_db, abs=2.0)
    assert bleed.delay_s == pytest.approx(delay_s, abs=0.035)


def test_no_leak_is_found_where_there_is_none() -> None:
    assert found(stage(), -200.0, 0.0) is None


@pytest.mark.parametrize("gain_db", [-20.0, -25.0, -35.0])
def test_the_leak_is_taken_out_and_the_own_talk_is_kept(gain_db: float) -> None:
    """The detector calls the leak speech; what is left is the trainee's own, talk at once included."""
    made = stage()
    into = envelope_of(Clip(leak(made, gain_db, 0.05)))
    source = envelope_of(made.side(Party.CUSTOMER).clip)
    bleed = find_bleed(into, source, spans(*CUSTOMER), -26.0)
    detected = spans((1.0, 5.1), (5.45, 8.5), (9.0, 16.0), (20.0, 24.1))

    own = own_speech(detected, into, source, bleed)

    truth = spans(*TRAINEE)
    assert total(intersect(own, truth)) > 0.93 * total(truth)
    assert total(subtract(own, truth)) < 0.1 * RATE
    assert all(any(s.overlap(t) for t in truth) for s in own)
    assert total(own) < total((span(0, 26),))


@pytest.mark.parametrize("seed", range(4))
def test_two_people_who_mostly_talk_at_once_are_no_leak(seed: int) -> None:
    """Their levels rise and fall alike for a while; but each is also silent while the other is not."""
    rng = np.random.default_rng(seed)
    n = 20 * RATE
    channels = []
    for parts in (((1.0, 5.0), (7.0, 10.0), (12.0, 16.0)), ((1.6, 4.0), (7.2, 9.0), (12.5, 14.5))):
        sound = rng.normal(0, 10 ** (-65 / 20), n)
        for start_s, end_s in parts:
            talk = speak(Speaker(f0_hz=rng.uniform(90, 250)), rng, end_s - start_s).samples
            sound[round(start_s * RATE) :][: len(talk)] += talk
        channels.append(envelope_of(Clip(sound.astype(np.float32))))
    ours, theirs = channels

    assert find_bleed(theirs, ours, spans((1.0, 5.0), (7.0, 10.0), (12.0, 16.0)), -26.0) is None
    assert find_bleed(ours, theirs, spans((1.6, 4.0), (7.2, 9.0), (12.5, 14.5)), -26.0) is None
