"""Made encounters are what they were made to be: the rule of the measure, on their exact times, says so too."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from tests.measure.builders import bare_voices
from voicesim.measure.overlaps import overlap_events
from voicesim.speech.words import Party
from voicesim.validation.made.encounters import KIND_OF, MARGIN_S, Meant, is_clearly, put_encounter
from voicesim.validation.made.stage import Stage
from voicesim.validation.made.turns import Made as MadeCall
from voicesim.validation.made.turns import Tally, compare

RATE = 16_000


def silent(rng: np.random.Generator, duration_s: float) -> np.ndarray:
    return np.zeros(round(duration_s * RATE), np.float32)


def encounters(seed: int, n: int = 40):
    rng = np.random.default_rng(seed)
    stage, now_s, found = Stage(n * 12.0, rng), 1.0, []
    for meant in rng.choice(np.array(tuple(Meant)), n):
        one, now_s = put_encounter(stage, Meant(meant), now_s, rng=rng, customer=silent, trainee=silent)
        found.append(one)
    return found


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("jitter_s", [0.0, MARGIN_S / 2 - 0.01])
def test_the_measure_agrees_and_still_does_when_times_move(seed, jitter_s):
    made = encounters(seed)
    rng = np.random.default_rng(100 + seed)
    moved = [
        type(e.trainee)(
            *(round(x + rng.uniform(-jitter_s, jitter_s) * RATE) for x in (e.trainee.start, e.trainee.end))
        )
        if e.meant is not Meant.DUAL_START
        else e.trainee
        for e in made
    ]
    lines = tuple(e.customer_line for e in made)
    voices = bare_voices(tuple(moved), tuple(line.heard for line in lines), lines=lines, duration_s=600.0)

    found = Counter(e.kind for e in overlap_events(voices.call, voices=voices) if e.by is Party.TRAINEE)

    assert found == Counter(KIND_OF[e.meant] for e in made if e.meant in KIND_OF)


def test_what_lies_near_a_threshold_is_not_clear():
    assert is_clearly(Meant.INTERRUPTION, (0.0, 4.0), (3.2, 5.0))
    assert not is_clearly(Meant.INTERRUPTION, (0.0, 4.0), (3.4, 5.0))
    assert not is_clearly(Meant.INTERRUPTION, (0.0, 4.0), (2.0, 4.1))
    assert is_clearly(Meant.TERMINAL, (0.0, 4.0), (3.75, 5.5))
    assert not is_clearly(Meant.TERMINAL, (0.0, 4.0), (3.6, 5.5))
    assert not is_clearly(Meant.BACK_CHANNEL, (0.0, 4.0), (1.0, 1.9))


def test_events_are_counted_once_and_only_where_they_belong():
    made = encounters(7, 12)
    lines = tuple(e.customer_line for e in made)
    spoken = tuple(e.trainee for e in made)
    voices = bare_voices(spoken, tuple(line.heard for line in lines), lines=lines, duration_s=200.0)
    events = overlap_events(voices.call, voices=voices)
    call = MadeCall(call=voices.call, encounters=tuple(made), is_live=True, on_a_line=False, has_leak=False)
    right, blind = Tally(), Tally()

    compare(call, events, right)
    compare(call, (), blind)

    n = sum(e.meant in KIND_OF for e in made)
    assert sum(right.right.values()) == sum(right.made.values()) == n
    assert not right.wrong
    assert sum(blind.made.values()) == n
    assert not blind.right
