"""Practice: hints, a pause in which time stands still, and "say that again"."""

import numpy as np
import pytest

from tests.fakes import voice_like
from tests.live.conftest import GREETING, SORRY
from voicesim.audio.clip import BLOCK_SAMPLES, SAMPLE_RATE_HZ
from voicesim.live.call import LiveConfig
from voicesim.live.manner import MannerTracker
from voicesim.live.practice import Command, Mode, Practice
from voicesim.speech.activity import Activity

PRACTICE = LiveConfig(mode=Mode.PRACTICE)


class ScriptedConsole:
    """Presses keys at given looks, and remembers what it was shown."""

    def __init__(self, keys):
        self.keys = keys
        self.n_polls = 0
        self.views = []

    def poll(self):
        self.n_polls += 1
        return self.keys.get(self.n_polls, ())

    def show(self, view):
        self.views.append(view)


def _play(play, console, replies=((GREETING, 2.0), (SORRY, 2.0)), config=PRACTICE):
    return play(list(replies), config=config, wrap=lambda call: Practice(call, console).process)


def test_what_is_due_is_shown_and_on_record(play):
    console = ScriptedConsole({})
    done = _play(play, console)
    assert done.call.ending == "resolved"
    hints = [e["due"] for e in done.recorder.named("hint")]
    assert hints == [["greeting"], ["apology"]]
    shown = list(dict.fromkeys(view.due for view in console.views))
    assert shown[:2] == [("greeting",), ("apology",)]
    assert done.recorder.named("call_started")[0]["mode"] == "practice"


def test_in_a_test_there_are_no_hints_on_record(play):
    done = play([(GREETING, 2.0), (SORRY, 2.0)])
    assert done.recorder.named("hint") == []
    assert done.recorder.named("call_started")[0]["mode"] == "test"


def test_a_pause_stops_the_clock_and_leaves_no_trace_in_the_sound(play):
    # Pressed while the customer speaks: it begins after his line.
    replies = [(GREETING, 2.0), (SORRY, 2.0, {"after_s": 11.0})]
    plain = _play(play, ScriptedConsole({}), replies)
    start = plain.recorder.named("line_started")[0]["start"] // BLOCK_SAMPLES + 5
    console = ScriptedConsole({start: [Command.PAUSE], start + 400: [Command.PAUSE]})
    done = _play(play, console, replies)
    assert done.call.ending == "resolved"
    (paused,) = done.recorder.named("paused")
    (went_on,) = done.recorder.named("went_on")
    first_end = done.recorder.named("line_ended")[0]["heard"][1]
    assert 0 <= paused["at"] - first_end <= 2 * BLOCK_SAMPLES
    assert went_on["at"] == paused["at"]
    assert any(view.is_pausing for view in console.views)
    assert any(view.is_paused for view in console.views)
    # The customer's patience is 3 s and the pause was longer: time did not pass for him.
    assert plain.recorder.named("silence")
    assert done.recorder.named("silence") == []
    assert console.n_polls > len(done.recorder.heard) + 200


def test_the_customer_says_it_again_on_request_and_only_when_silent(play):
    quiet = _play(play, ScriptedConsole({}), [(GREETING, 2.0)])
    end = quiet.recorder.named("line_ended")[0]["heard"][1] // BLOCK_SAMPLES
    start = quiet.recorder.named("line_started")[0]["start"] // BLOCK_SAMPLES
    keys = {start + 10: [Command.SAY_AGAIN], end + 10: [Command.SAY_AGAIN]}
    done = _play(play, ScriptedConsole(keys), [(GREETING, 2.0)])
    said = [e["text"] for e in done.recorder.named("line_planned")]
    assert said[0] == said[1]
    assert said.count(said[0]) == 2
    assert len(done.recorder.named("said_again")) == 1


def test_who_talks_over_whom_is_shown(play):
    console = ScriptedConsole({})
    _play(play, console, [(GREETING, 2.0), (SORRY, 3.0, {"interrupts_after_s": 0.5})])
    both = [view for view in console.views if view.is_trainee_speaking and view.is_customer_speaking]
    assert both
    assert {view.spoke_first for view in both} == {"customer"}


def _turn(tracker, rng, level_dbov, duration_s=1.5, *, heard=False):
    sound = voice_like(rng, duration_s, level_dbov=level_dbov)
    playing = np.full(BLOCK_SAMPLES, 0.1 if heard else 0.0, np.float32)
    for start in range(0, len(sound) - BLOCK_SAMPLES, BLOCK_SAMPLES):
        now = start + BLOCK_SAMPLES
        tracker.step(sound[start:now], playing, Activity(True, 0, now), now)
    return tracker.end_turn()


def test_a_voice_is_raised_against_its_own_level_and_never_before_that_is_known(rng):
    tracker = MannerTracker()
    first = [_turn(tracker, rng, level) for level in (-30.0, -28.0)]
    assert not any(manner.is_raised for manner in first)
    assert first[0].level_dbov == pytest.approx(-30.0, abs=0.3)
    usual = _turn(tracker, rng, -27.0)
    assert usual.usual_dbov == pytest.approx(-29.0, abs=0.3)
    assert not usual.is_raised
    assert _turn(tracker, rng, -20.0).is_raised
    # A shout does not become usual.
    assert _turn(tracker, rng, -20.0).is_raised


def test_the_customers_echo_raises_no_voice(rng):
    tracker = MannerTracker()
    for level in (-30.0, -30.0):
        _turn(tracker, rng, level)
    over_the_customer = _turn(tracker, rng, -10.0, heard=True)
    assert over_the_customer.level_dbov is None
    assert not over_the_customer.is_raised


def test_too_little_voice_has_no_level(rng):
    assert _turn(MannerTracker(), rng, -30.0, 0.3).level_dbov is None


def test_a_shouted_turn_reaches_the_customer(play):
    done = play(
        [(GREETING, 2.0), ("well well well", 2.0), ("well well", 2.0, {"level_db": 14.0}), (SORRY, 2.0)]
    )
    manners = done.recorder.named("manner")
    assert [m["is_raised"] for m in manners][:3] == [False, False, True]
    notes = [(n["kind"], n["what"]) for n in done.recorder.named("note")]
    assert ("mood", "raised_voice") in notes
    assert manners[2]["at"] / SAMPLE_RATE_HZ > 4.0
