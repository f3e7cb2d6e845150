"""The live call as a function of sound."""

import json
from itertools import pairwise

import numpy as np
import pytest

from tests.live.conftest import GREETING, SCENARIO, SORRY
from voicesim.audio.audible import audible_span
from voicesim.audio.clip import BLOCK_SAMPLES, SAMPLE_RATE_HZ
from voicesim.audio.span import Span
from voicesim.callfolder.records import lines_from_events, moments_from_events
from voicesim.live.call import LiveConfig
from voicesim.live.latency import response_gaps_s
from voicesim.speech.endpointing import EndpointerConfig

S = SAMPLE_RATE_HZ


def _kinds(rehearsal):
    return [e["event"] for e in rehearsal.recorder.events]


def _texts(rehearsal):
    return [e["text"] for e in rehearsal.recorder.named("utterance")]


def _said(rehearsal):
    return [e["text"] for e in rehearsal.recorder.named("line_planned")]


def test_a_good_trainee_reaches_the_resolution(play):
    done = play([(GREETING, 2.0), (SORRY, 2.0)])
    assert done.call.ending == "resolved"
    assert _texts(done) == [GREETING, SORRY]
    assert _said(done)[0].startswith("my parcel")
    assert _said(done)[-1] == "thank you goodbye"


def test_recorded_times_are_the_times_of_the_sound(play):
    done = play([(GREETING, 2.0), (SORRY, 2.0)], latency_blocks=4)
    heard = done.recorder.channel("heard")
    lines = lines_from_events(done.recorder.events, len(heard))
    inside = np.zeros(len(heard), bool)
    for line in lines:
        inside[line.heard.start : line.heard.end] = True
    assert np.array_equal(inside, heard != 0.0)
    assert all(line.planned == line.heard for line in lines)
    for event, spoken in zip(done.recorder.named("utterance"), done.line.spoken, strict=True):
        assert abs(event["start"] - spoken.start) <= 2 * BLOCK_SAMPLES
        assert abs(event["end"] - spoken.end) <= 2 * BLOCK_SAMPLES


def test_the_customer_answers_after_the_end_silence_and_no_later_than_a_few_blocks(play):
    fixed = LiveConfig(endpointer=EndpointerConfig(end_s=0.7))
    done = play([(GREETING, 2.0), (SORRY, 2.0)], config=fixed)
    heard = done.recorder.channel("heard")
    gaps = response_gaps_s(done.line.spoken, heard)
    assert len(gaps) == 2
    assert all(0.7 <= gap <= 0.7 + 5 * BLOCK_SAMPLES / S for gap in gaps)


def test_the_same_call_twice_is_the_same_to_the_byte(play):
    first, second = (play([(GREETING, 2.0), (SORRY, 2.0)]) for _ in range(2))
    assert json.dumps(first.recorder.events) == json.dumps(second.recorder.events)
    for channel in ("heard", "microphone"):
        assert first.recorder.channel(channel).tobytes() == second.recorder.channel(channel).tobytes()


def test_a_trainee_who_never_answers_is_asked_and_then_left(play):
    done = play([(GREETING, 2.0)])
    said = _said(done)
    assert any("still there" in text for text in said)
    assert done.call.ending == "gave_up"
    silences = done.recorder.named("silence")
    ended = [e["heard"][1] for e in done.recorder.named("line_ended")]
    assert silences[0]["at"] - ended[0] == pytest.approx(3.0 * S, abs=2 * BLOCK_SAMPLES)


def test_a_pause_inside_a_turn_supersedes_the_first_recognition(play):
    done = play([(GREETING, 3.0), (SORRY, 3.0)], silence_at=[(1.4, 1.8)])
    assert _kinds(done).count("turn_resumed") == 2
    assert _texts(done) == [GREETING, SORRY]
    assert done.call.ending == "resolved"
    assert done.recogniser.n_sessions == 4


def _gap_s(play, text):
    done = play([(text, 2.0), (SORRY, 2.0)])
    return response_gaps_s(done.line.spoken, done.recorder.channel("heard"))[0]


def test_a_whole_question_is_answered_sooner_than_words_that_may_go_on(play):
    # The recogniser takes 0.2 s from the tentative end on, so that nothing comes before 0.3 s.
    question = _gap_s(play, "hello thank you for calling how can I help you")
    may_end = _gap_s(play, "hello that would be the second parcel this week")
    unfinished = _gap_s(play, "hello so the number that I have here is")
    assert 0.4 <= question <= 0.45 + 4 * BLOCK_SAMPLES / S
    assert 1.0 <= may_end <= 1.1 + 3 * BLOCK_SAMPLES / S
    assert 1.5 <= unfinished <= 1.6 + 3 * BLOCK_SAMPLES / S


def test_a_thinking_pause_after_unfinished_words_does_not_lose_the_turn(play):
    # 1.2 s of silence after "the number is", where a whole sentence would have been answered long before.
    text = "hello the number is four two seven one nine oh six"
    done = play([(text, 5.0), (SORRY, 2.0)], silence_at=[(2.0, 3.2)])
    assert _texts(done)[0] == text
    assert len(_texts(done)) == 2
    plain = LiveConfig(endpointer=EndpointerConfig(end_s=0.7))
    cut = play([(text, 5.0), (SORRY, 2.0)], silence_at=[(2.0, 3.2)], config=plain)
    assert len(_texts(cut)) > 2


def test_a_whole_sentence_before_a_pause_is_not_recognised_again(play):
    text = "hello how can I help you today I have your parcel here"
    done = play([(text, 4.8), (SORRY, 2.0)], silence_at=[(2.8, 3.1)])
    assert _texts(done) == [text, SORRY]
    assert done.recogniser.n_sessions == 3
    jobs = done.recorder.named("recognised")
    assert [e["is_superseded"] for e in jobs] == [False, False, False]


def test_a_streaming_recogniser_keeps_what_it_heard_before_the_pause(play):
    done = play([(GREETING, 3.0), (SORRY, 3.0)], silence_at=[(1.4, 1.8)], is_streaming=True)
    assert _kinds(done).count("turn_resumed") == 2
    jobs = [e for e in done.recorder.named("recognised") if not e["is_superseded"]]
    assert len(jobs) == 4
    assert done.call.ending == "resolved"


def test_a_customer_who_is_talked_over_yields_and_the_planned_line_stays_on_record(play):
    done = play([(GREETING, 2.0), (SORRY, 3.0, {"interrupts_after_s": 0.5})])
    recorder = done.recorder
    (yielded,) = recorder.named("line_yielded")
    lines = lines_from_events(recorder.events, len(recorder.channel("heard")))
    cut = next(line for line in lines if line.yielded_at is not None)
    assert cut.heard.end < cut.planned.end
    assert cut.yielded_at == yielded["at"]
    assert len(cut.planned) == recorder.named("line_planned")[0]["n_samples"]
    assert "interruption" in [n["what"] for n in recorder.named("note")]
    overlap_s = (yielded["at"] - (cut.heard.start + 0.5 * S)) / S
    assert overlap_s == pytest.approx(1.0, abs=0.1)


def test_a_customer_who_may_not_be_interrupted_talks_on(play):
    done = play(
        [(GREETING, 2.0), (SORRY, 3.0, {"interrupts_after_s": 0.5})], config=LiveConfig(allows_barge_in=False)
    )
    assert done.recorder.named("line_yielded") == []
    lines = lines_from_events(done.recorder.events, 10**9)
    assert all(line.heard == line.planned for line in lines)
    assert done.call.ending == "resolved"


def test_a_back_channel_neither_stops_the_customer_nor_answers_him(play):
    done = play([(GREETING, 2.0), ("mm hm", 0.6, {"interrupts_after_s": 0.5}), (SORRY, 2.0)])
    assert done.recorder.named("line_yielded") == []
    assert done.call.ending == "resolved"
    assert _said(done).count("did you hear what I said") == 0
    assert "interruption" not in [n["what"] for n in done.recorder.named("note")]


def test_the_time_limit_ends_the_call(play):
    text = SCENARIO.replace("customer:", "time_limit_s: 6.0\ncustomer:", 1)
    done = play([(GREETING, 2.0)], scenario=text)
    assert done.call.ending == "time_limit"
    assert _said(done)[-1] == "I have to go"


def test_moments_follow_one_another_to_the_end(play):
    done = play([(GREETING, 2.0), (SORRY, 2.0)])
    moments = moments_from_events(done.recorder.events, done.call.now_samples)
    assert [m.moment_id for m in moments] == ["opening", "story", "solved"]
    assert moments[0].expects == ("greeting",)
    assert all(a.span.end == b.span.start for a, b in pairwise(moments))


def test_breaking_off_keeps_the_words_of_the_turn_under_way(play):
    whole = play([(GREETING, 2.0), (SORRY, 2.0)])
    stop_at = whole.line.spoken[1].end - S // 2
    done = play([(GREETING, 2.0), (SORRY, 2.0)], stop_at=stop_at)
    assert done.call.ending == "aborted"
    assert done.recorder.named("ending")[-1]["ending"] == "aborted"
    first, second = _texts(done)
    assert first == GREETING
    assert SORRY.startswith(second)
    assert len(second.split()) >= 4
    assert len(done.recorder.channel("microphone")) == done.call.now_samples


def test_what_is_audible_begins_and_ends_at_minus_50_dbov():
    sound = np.zeros(1000, np.float32)
    sound[100:700] = 0.1
    sound[700:] = 0.001
    assert audible_span(sound) == Span(100, 700)
    assert audible_span(np.zeros(10, np.float32)) == Span(0, 0)


class _LateVoices(dict):
    """Voices of which one line is there only from the so-many-th question on."""

    def __init__(self, voices, late_id, n_refused):
        super().__init__(voices)
        self.late_id, self.n_refused = late_id, n_refused

    def is_ready(self, line_id):
        self.n_refused -= line_id == self.late_id
        return line_id != self.late_id or self.n_refused < 0


def test_a_line_that_is_still_being_rendered_is_waited_for_and_nothing_else_happens(play):
    prompt = play([(GREETING, 2.0), (SORRY, 2.0)])
    late_id = prompt.recorder.named("line_planned")[0]["line_id"]
    late = play([(GREETING, 2.0), (SORRY, 2.0)], voices_as=lambda voices: _LateVoices(voices, late_id, 20))
    assert _said(late) == _said(prompt)
    assert late.call.ending == "resolved"
    waited = late.recorder.named("line_planned")[0]["at"] - prompt.recorder.named("line_planned")[0]["at"]
    assert waited == 20 * BLOCK_SAMPLES
