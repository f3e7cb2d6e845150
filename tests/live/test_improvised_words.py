"""A language model as the customer's tongue: a real HTTP server, a voice that hums, a call that stays in charge."""

from __future__ import annotations

import json
import threading

import numpy as np
import pytest

from tests.engines.chat_server import chat_server
from tests.fakes import voice_like
from tests.live.conftest import GREETING, SORRY
from voicesim.audio.clip import Clip
from voicesim.callfolder.records import lines_from_events
from voicesim.engines.chat_openai import OpenAiChat
from voicesim.errors import EngineFailedError
from voicesim.live.improviser import LIMIT_S, VIRTUAL_LATENCY_S, Improvised, ModelImproviser, Request
from voicesim.ports import VoiceStyle
from voicesim.speech.call import EngineId

PLAIN = [(GREETING, 2.0), (SORRY, 2.0)]
WRITTEN = "my parcel has not come and I have been waiting for two weeks now"
OTHER = "Two weeks I have waited now, and still no parcel. Really."
S = 16_000


class HummingVoice:
    """Speaks by a tone as long as its words."""

    identity = EngineId(engine="hum", model="", version="1")

    def render(self, text, style):
        if "unspeakable" in text:
            raise EngineFailedError("no voice", hint="rest")
        return Clip(voice_like(np.random.default_rng(len(text)), 0.2 * len(text.split()) + 0.4, f0_hz=300.0))


@pytest.fixture
def server():
    with chat_server() as server:
        yield server


@pytest.fixture
def improviser(server):
    made = ModelImproviser(OpenAiChat(server.url, "tiny"), HummingVoice(), seed=40, is_virtual=True)
    yield made
    made.close()


def told(body) -> str:
    """The written line that the model was asked to say."""
    return body["messages"][-1]["content"].rpartition("nothing else: ")[2]


def in_other_words(body):
    return {WRITTEN: OTHER, "thank you goodbye": "Well, thank you. Bye."}.get(told(body), told(body))


def test_other_words_are_said_and_everything_about_them_is_kept(play, server, improviser):
    server.reply = in_other_words
    done = play(PLAIN, improviser=improviser)
    planned = done.recorder.named("line_planned")
    assert [e["text"] for e in planned] == [OTHER, "Well, thank you. Bye."]
    assert [e["moment"] for e in planned] == ["story", "solved"]
    assert planned[0]["line_id"] == "improvised.0@calm"
    assert planned[0]["n_samples"] == len(HummingVoice().render(OTHER, None))
    assert [
        (e["request"], e["seed"], e["written"], e["text"], e["refused"])
        for e in done.recorder.named("improvised")
    ] == [
        (0, 40, ["story.says@calm"], OTHER, ""),
        (1, 41, ["solved.says@calm"], "Well, thank you. Bye.", ""),
    ]
    assert [r["body"]["seed"] for r in server.requests] == [40, 41]
    assert done.call.ending == "resolved"


def test_the_score_needs_no_model(play, server, improviser):
    """What was said stands in the events, as written lines do; reading them back asks nobody."""
    server.reply = in_other_words
    done = play(PLAIN, improviser=improviser)
    n_asked = len(server.requests)
    events = [json.loads(json.dumps(e)) for e in done.recorder.events]
    lines = lines_from_events(events, done.call.now_samples)
    assert [line.text for line in lines] == [OTHER, "Well, thank you. Bye."]
    assert lines[0].heard == lines[0].planned
    assert len(server.requests) == n_asked


def test_the_same_answers_make_the_same_call(play, server, improviser):
    server.reply = in_other_words
    first = play(PLAIN, improviser=improviser)
    again = play(
        PLAIN,
        improviser=ModelImproviser(OpenAiChat(server.url, "tiny"), HummingVoice(), seed=40, is_virtual=True),
    )
    assert first.recorder.events == again.recorder.events
    assert np.array_equal(first.recorder.channel("heard"), again.recorder.channel("heard"))


def test_the_answer_comes_when_it_is_due_and_never_later_than_the_limit(play, server, improviser):
    server.reply = in_other_words
    plain, done = play(PLAIN), play(PLAIN, improviser=improviser)
    later = [
        (b["at"] - a["at"]) / S
        for a, b in zip(
            plain.recorder.named("line_planned"), done.recorder.named("line_planned"), strict=True
        )
    ]
    assert later[0] == pytest.approx(VIRTUAL_LATENCY_S, abs=0.033)
    assert later[0] < LIMIT_S


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        ("Three weeks I wait for my parcel!", "a number that is not in the facts"),
        ("My parcel has not come since Monday, two weeks now.", "a date that is not in the facts"),
        ("Robert, my parcel has not come for two weeks.", "a name that is not in the facts"),
        ("My parcel has not come.", "a number left out"),
        ("*sobs* two weeks and no parcel", "markup or stage directions"),
        ("two weeks " * 20, "too long (40 words)"),
        ("", "no words"),
        ("two weeks unspeakable", "no voice"),
    ],
)
def test_what_breaks_the_facts_is_not_said(play, server, improviser, answer, why):
    server.reply = lambda body: answer if told(body) == WRITTEN else told(body)
    done = play(PLAIN, improviser=improviser)
    first = done.recorder.named("line_planned")[0]
    assert (first["text"], first["line_id"]) == (WRITTEN, "story.says@calm")
    assert done.recorder.named("improvised")[0]["refused"] == why
    assert done.call.ending == "resolved"


def test_a_server_that_breaks_or_talks_nonsense_leaves_the_written_lines(play, server, improviser):
    server.raw = b"<html>"
    done = play(PLAIN, improviser=improviser)
    assert [e["text"] for e in done.recorder.named("line_planned")] == [WRITTEN, "thank you goodbye"]
    assert "OpenAI chat API" in done.recorder.named("improvised")[0]["refused"]


def test_a_server_that_is_gone_leaves_the_written_lines(play):
    with chat_server() as server:
        url = server.url
    improviser = ModelImproviser(OpenAiChat(url, "tiny"), HummingVoice(), seed=1, is_virtual=True)
    done = play(PLAIN, improviser=improviser)
    assert [e["text"] for e in done.recorder.named("line_planned")] == [WRITTEN, "thank you goodbye"]
    assert "cannot be reached" in done.recorder.named("improvised")[0]["refused"]
    assert done.call.ending == "resolved"


class Clockwork:
    """An improviser that never comes to an end by itself, on the call's own clock."""

    is_remote = False

    def __init__(self):
        self.asked_at = []

    def ask(self, request, now_samples):
        self.asked_at.append(now_samples)

    def poll(self, now_samples):
        if now_samples - self.asked_at[-1] < LIMIT_S * S:
            return None
        return Improvised(number=len(self.asked_at) - 1, seed=0, refused="too late")

    def close(self):
        pass


def test_after_a_second_the_written_line_is_said(play):
    clockwork = Clockwork()
    done = play(PLAIN, improviser=clockwork)
    planned = done.recorder.named("line_planned")
    assert [e["text"] for e in planned] == [WRITTEN, "thank you goodbye"]
    for asked, line in zip(clockwork.asked_at, planned, strict=True):
        assert LIMIT_S <= (line["at"] - asked) / S <= LIMIT_S + 0.033


def test_in_real_time_a_slow_server_is_not_waited_for(server):
    server.holds = threading.Event()
    improviser = ModelImproviser(OpenAiChat(server.url, "tiny"), HummingVoice(), seed=3)
    request = Request(number=0, messages=(), style=VoiceStyle(), refusal=lambda text: "")
    improviser.ask(request, 0)
    assert improviser.poll(S // 2) is None, "it never blocks"
    found = improviser.poll(S)
    assert (found.clip, found.refused, found.seed) == (None, "too late", 3)
    assert improviser.poll(S) is None, "each answer comes once"
    server.holds.set()
    improviser.close()


def test_in_real_time_a_quick_answer_is_taken(server):
    improviser = ModelImproviser(
        OpenAiChat(server.url, "tiny"), HummingVoice(), seed=3, dress=lambda clip: Clip(clip.samples * 0.5)
    )
    spoken = threading.Event()

    def refusal(text):
        spoken.set()
        return ""

    improviser.ask(Request(number=2, messages=(), style=VoiceStyle(), refusal=refusal), 0)
    assert spoken.wait(20)
    improviser._future.result(timeout=20)
    found = improviser.poll(512)
    assert (found.text, found.seed, found.refused) == ("Yes.", 5, "")
    np.testing.assert_array_equal(
        found.clip.samples, HummingVoice().render("Yes.", None).samples * np.float32(0.5)
    )
    improviser.close()


def test_the_voice_is_warm_before_the_call(server):
    """Loading what shifts the pitch takes seconds where it was never done."""
    spoken = []

    class Voice(HummingVoice):
        def render(self, text, style):
            spoken.append(style.pitch_st)
            return super().render(text, style)

    improviser = ModelImproviser(OpenAiChat(server.url, "tiny"), Voice(), seed=1)
    improviser.warm([VoiceStyle(), VoiceStyle(pitch_st=1.5)])
    improviser.close()
    assert spoken == [0.0, 1.5]


def test_a_remote_model_is_not_told_what_the_trainee_said(play, server, improviser):
    server.reply = in_other_words
    play(PLAIN, improviser=improviser)
    assert any("sorry" in json.dumps(r["body"]) for r in server.requests), "one on this machine is"
    server.requests.clear()
    improviser.is_remote = True
    play(PLAIN, improviser=improviser)
    everything = json.dumps([r["body"] for r in server.requests])
    assert "sorry" not in everything
    assert "thank you for calling" not in everything
    assert WRITTEN in everything


def test_a_line_in_other_words_that_is_cut_short_is_said_again_as_written(play, server, improviser):
    server.reply = in_other_words
    replies = [
        (GREETING, 2.0),
        ("but what about all the other things", 2.5, {"interrupts_after_s": 0.6}),
        (SORRY, 2.0),
    ]
    done = play(replies, improviser=improviser)
    written = [e["written"] for e in done.recorder.named("improvised")]
    assert written[0] == written[1] == ["story.says@calm"]
    assert done.call.ending == "resolved"
