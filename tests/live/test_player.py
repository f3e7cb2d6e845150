"""Lines are followed to the sample, whatever the latency."""

import numpy as np
import pytest

from voicesim.audio.clip import BLOCK_SAMPLES, SAMPLE_RATE_HZ, Clip
from voicesim.audio.span import Span
from voicesim.live.player import FADE_SAMPLES, LineEnded, LineStarted, Player


class Loudspeaker:
    """Hands a player's blocks back after a fixed number of samples."""

    def __init__(self, player: Player, delay_samples: int) -> None:
        self.player, self.delay = player, delay_samples
        self.out = np.zeros(delay_samples, np.float32)
        self.now = 0
        self.events = []

    def run(self, n_blocks: int) -> None:
        for _ in range(n_blocks):
            heard = self.out[self.now : self.now + BLOCK_SAMPLES]
            self.events += self.player.note_heard(heard, self.now)
            self.now += BLOCK_SAMPLES
            self.out = np.concatenate([self.out, self.player.next_block()])


def _line(n_samples: int, rng: np.random.Generator) -> Clip:
    samples = rng.uniform(-0.5, 0.5, n_samples).astype(np.float32)
    samples[1000:3000] = 0.0  # a pause of exact zeros inside the line
    return Clip(samples)


@pytest.mark.parametrize("delay", [BLOCK_SAMPLES, 1234, 4000])
def test_a_line_is_heard_where_and_as_it_was_played(rng, delay):
    line = _line(10_000, rng)
    speaker = Loudspeaker(Player(), delay)
    speaker.run(3)
    speaker.player.play(7, line, speaker.now)
    start = len(speaker.out)
    speaker.run(40)
    assert speaker.events == [
        LineStarted(7, start),
        LineEnded(7, Span(start, start + 10_000), None, was_lost=False),
    ]
    np.testing.assert_allclose(speaker.out[start : start + 10_000], line.samples, atol=2e-6)
    assert np.all(speaker.out[start : start + 10_000] != 0.0)
    assert not np.any(speaker.out[start + 10_000 :])


def test_a_yielding_customer_stops_within_20_ms_and_the_heard_part_is_exact(rng):
    line = _line(SAMPLE_RATE_HZ, rng)
    speaker = Loudspeaker(Player(), 1234)
    speaker.player.play(0, line, 0)
    speaker.run(10)
    handed_out = 10 * BLOCK_SAMPLES
    speaker.player.cut_short(speaker.now)
    speaker.run(20)
    ended = speaker.events[-1]
    assert ended == LineEnded(
        0, Span(1234, 1234 + handed_out + FADE_SAMPLES), 10 * BLOCK_SAMPLES, was_lost=False
    )
    assert not np.any(speaker.out[ended.heard.end :])
    assert not speaker.player.is_busy


def test_remaining_counts_from_what_was_heard(rng):
    player = Player()
    speaker = Loudspeaker(player, 2000)
    player.play(0, _line(SAMPLE_RATE_HZ, rng), 0)
    speaker.run(10)
    assert player.remaining_samples(speaker.now) == 2000 + SAMPLE_RATE_HZ - speaker.now


def test_a_line_that_no_loudspeaker_reports_does_not_hang_the_call(rng):
    player = Player()
    player.play(0, _line(SAMPLE_RATE_HZ, rng), 0)
    events = []
    silence = np.zeros(BLOCK_SAMPLES, np.float32)
    for block in range(200):
        player.next_block()
        events += player.note_heard(silence, block * BLOCK_SAMPLES)
    assert isinstance(events[-1], LineEnded)
    assert events[-1].was_lost
