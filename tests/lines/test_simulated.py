"""The simulated trainee speaks when the script says, to the sample."""

import numpy as np
import pytest

from voicesim.audio.clip import BLOCK_SAMPLES, SAMPLE_RATE_HZ, Clip
from voicesim.audio.span import Span
from voicesim.errors import ParameterError
from voicesim.lines.simulated import OPENING_S, Reply, SimulatedLine


def _customer(*lines):
    """A process that plays ones during the given block ranges and keeps both channels."""
    kept = {"microphone": [], "heard": []}

    def process(microphone, heard):
        block = len(kept["microphone"])
        kept["microphone"].append(microphone.copy())
        kept["heard"].append(heard.copy())
        sounding = any(first <= block < last for first, last in lines)
        return np.full(BLOCK_SAMPLES, 0.5 if sounding else 0.0, np.float32)

    return process, kept


def _run(replies, lines, n_blocks=400, **options):
    process, kept = _customer(*lines)
    line = SimulatedLine(replies, room=None, **options)
    report = line.run(process, lambda: len(kept["microphone"]) >= n_blocks)
    return line, report, np.concatenate(kept["microphone"]), np.concatenate(kept["heard"])


def _reply(n_samples, value, **options):
    return Reply(clip=Clip(np.full(n_samples, value, np.float32)), **options)


def _where(channel, value):
    found = np.flatnonzero(channel == np.float32(value))
    return Span(int(found[0]), int(found[-1]) + 1)


def test_the_opening_is_said_without_waiting_for_the_customer():
    line, _, microphone, _ = _run([_reply(1000, 0.1)], [])
    start = round(OPENING_S * SAMPLE_RATE_HZ)
    assert _where(microphone, 0.1) == Span(start, start + 1000) == line.spoken[0]


@pytest.mark.parametrize("latency_blocks", [1, 5])
def test_an_answer_comes_its_delay_after_what_was_heard_last(latency_blocks):
    replies = [_reply(3000, 0.1), _reply(2000, 0.2, after_s=0.6)]
    line, _, microphone, heard = _run(replies, [(40, 90)], latency_blocks=latency_blocks)
    end = _where(heard, 0.5).end
    assert end == (90 + latency_blocks) * BLOCK_SAMPLES
    answer = _where(microphone, 0.2)
    assert answer == Span(end + round(0.6 * SAMPLE_RATE_HZ), end + round(0.6 * SAMPLE_RATE_HZ) + 2000)
    assert line.spoken[1] == answer


def test_an_interruption_starts_inside_the_line():
    replies = [_reply(3000, 0.1), _reply(9000, 0.2, interrupts_after_s=0.8)]
    _, _, microphone, heard = _run(replies, [(40, 90)])
    assert _where(microphone, 0.2).start == _where(heard, 0.5).start + round(0.8 * SAMPLE_RATE_HZ)


def test_after_a_back_channel_the_next_reply_waits_for_the_end_of_the_same_line():
    replies = [_reply(3000, 0.1), _reply(4000, 0.2, interrupts_after_s=0.5), _reply(2000, 0.3, after_s=0.4)]
    _, _, microphone, heard = _run(replies, [(40, 120)])
    assert _where(microphone, 0.3).start == _where(heard, 0.5).end + round(0.4 * SAMPLE_RATE_HZ)


def test_a_second_line_that_follows_at_once_is_waited_for():
    replies = [_reply(3000, 0.1), _reply(2000, 0.3, after_s=0.4)]
    _, _, microphone, heard = _run(replies, [(40, 60), (65, 100)])
    assert _where(microphone, 0.3).start == _where(heard, 0.5).end + round(0.4 * SAMPLE_RATE_HZ)


def test_a_trainee_who_has_nothing_left_is_silent():
    line, report, microphone, _ = _run([_reply(1000, 0.1)], [(40, 60), (200, 220)])
    assert len(line.spoken) == 1
    assert not np.any(microphone[20_000:])
    assert report.details == {"replies": 1, "of": 1}


def test_without_an_opening_the_customer_comes_first():
    _, _, microphone, heard = _run([_reply(1000, 0.1, after_s=0.4)], [(10, 30)], opens=False)
    assert _where(microphone, 0.1).start == _where(heard, 0.5).end + round(0.4 * SAMPLE_RATE_HZ)


def test_sound_is_never_heard_before_it_was_played():
    with pytest.raises(ParameterError, match="latency_blocks"):
        SimulatedLine([], latency_blocks=0)
