from __future__ import annotations

import numpy as np

from voicesim.audio.clip import Clip
from voicesim.audio.span import Span
from voicesim.behaviour.calls import contexts, customer_says, observe_call
from voicesim.behaviour.loading import load_tables
from voicesim.speech.call import Call, CustomerLine, Layout, Side
from voicesim.speech.words import Party, Utterance, Word

TABLES = load_tables()
RATE = 16_000


def utterance(party, start_s, text, confidence=1.0):
    start = round(start_s * RATE)
    words = tuple(
        Word(w, Span(start + i * 4000, start + i * 4000 + 3000), confidence)
        for i, w in enumerate(text.split())
    )
    return Utterance(party, Span(start, start + 4000 * max(1, len(words))), words)


def call_of(*lines, lines_of_customer=(), layout=Layout.TWO_CHANNEL):
    clip = Clip(np.zeros(60 * RATE, np.float32))
    trainee = tuple(utterance(Party.TRAINEE, at, text) for who, at, text in lines if who == "t")
    customer = tuple(utterance(Party.CUSTOMER, at, text) for who, at, text in lines if who == "c")
    return Call(
        call_id="test",
        layout=layout,
        trainee=Side(clip=clip, utterances=trainee),
        customer=Side(clip=clip, utterances=customer),
        lines=lines_of_customer,
    )


def test_each_utterance_has_what_the_customer_said_since_the_last_one():
    call = call_of(
        ("t", 0, "hello"), ("c", 2, "my boiler is broken"), ("c", 4, "since monday"), ("t", 6, "oh dear"),
        ("t", 8, "let me check"), ("c", 10, "thanks"), ("t", 12, "no problem"),
    )  # fmt: skip
    assert contexts(call) == (
        "", "my boiler is broken since monday", "my boiler is broken since monday", "thanks",
    )  # fmt: skip


def test_a_rehearsal_goes_by_the_exact_lines():
    line = CustomerLine(
        line_id="a", text="It is broken", planned=Span(0, 100), heard=Span(0, 90), mood="angry"
    )
    unheard = CustomerLine(line_id="b", text="Never said", planned=Span(200, 300), heard=Span(200, 200))
    call = call_of(
        ("c", 1, "as misheard"), ("t", 2, "sorry"), lines_of_customer=(line, unheard), layout=Layout.LIVE
    )
    assert [(s.text, s.mood) for s in customer_says(call)] == [("It is broken", "angry")]


def test_a_call_is_observed_in_order_with_the_utterance_it_came_from():
    call = call_of(
        ("t", 0, "hello thanks for calling"),
        ("c", 3, "my parcel never came"),
        ("t", 6, "I'm so sorry about that let me check"),
        ("t", 12, "is there anything else I can help with"),
    )
    seen = observe_call(call, TABLES)
    found = {(o.utterance, o.behaviour_id) for o in seen}
    assert {(0, "greeting"), (1, "apology"), (1, "takes_ownership"), (2, "anything_else")} <= found
    assert [o.utterance for o in seen] == sorted(o.utterance for o in seen)
    for o in seen:
        assert call.trainee.utterances[o.utterance].span.start <= o.span.start


def test_a_silent_trainee_shows_nothing():
    assert observe_call(call_of(("c", 1, "hello anyone there")), TABLES) == ()


def _ids(call):
    return [(o.utterance, o.behaviour_id) for o in observe_call(call, TABLES)]


def test_only_the_first_greeting_opens_the_call():
    call = call_of(
        ("t", 0, "good morning how can I help you"),
        ("c", 4, "my parcel has not come"),
        ("t", 7, "hi I am so sorry about that"),
    )
    assert [u for u, name in _ids(call) if name == "greeting"] == [0]


def test_thanks_for_waiting_need_a_wait():
    thanks = ("t", 12, "thank you for your patience")
    told = call_of(("c", 0, "it is late"), ("t", 3, "please hold for a minute while I check"), thanks)
    silent = call_of(("c", 0, "it is late and I am waiting"), ("t", 6, "thank you for your patience"))
    never = call_of(("c", 8, "it is late and I have been waiting for it"), thanks)
    assert (1, "thanks_hold") in _ids(told)
    assert (0, "thanks_hold") in _ids(silent)
    assert (0, "thanks_hold") not in _ids(never)
    assert (0, "thanks") in _ids(never)
