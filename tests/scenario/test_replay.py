"""A recorded call becomes a scenario: turns, what leads where, and its sound, all known by construction."""

from __future__ import annotations

import numpy as np
import pytest

from tests.fakes import voice_like
from voicesim.audio.clip import Clip
from voicesim.audio.level import active_rms_dbov
from voicesim.audio.span import Span
from voicesim.errors import ParameterError
from voicesim.intake.recorded_voice import EDGE_SAMPLES, LEVEL_DBOV, recorded_voices
from voicesim.scenario.check import check_scenario
from voicesim.scenario.load import read_scenario
from voicesim.scenario.machine import End, HeardTurn, Say, begin, hear, silence
from voicesim.scenario.model import EndingKind
from voicesim.scenario.replay import NO_WORDS, replay_of
from voicesim.speech.call import Brief, Call, CustomerLine, Layout, Moment, Side
from voicesim.speech.words import Party, Utterance, Word

S = 16_000
N = 60 * S


def said(party: Party, start_s: float, end_s: float, text: str = "") -> Utterance:
    span = Span(round(start_s * S), round(end_s * S))
    return Utterance(party, span, tuple(Word(w, span) for w in text.split()))


def customer(*args) -> Utterance:
    return said(Party.CUSTOMER, *args)


def trainee(*args) -> Utterance:
    return said(Party.TRAINEE, *args)


def call_of(*utterances: Utterance, **more) -> Call:
    side = {
        party: Side(
            clip=Clip(np.zeros(N, np.float32)), utterances=tuple(u for u in utterances if u.party is party)
        )
        for party in Party
    }
    return Call(
        call_id="old",
        layout=Layout.TWO_CHANNEL,
        trainee=side[Party.TRAINEE],
        customer=side[Party.CUSTOMER],
        **more,
    )


PLAIN = (
    trainee(0.5, 2.0),
    customer(3.0, 5.0, "it is broken"),
    trainee(6.0, 8.0),
    customer(9.0, 10.0, "yes"),
    customer(13.0, 14.0, "and it smells"),
    trainee(15.0, 16.0),
)


def turns_of(scenario, replies) -> list[list[str]]:
    step = begin(scenario)
    out = [[a.text for a in step.actions if isinstance(a, Say)]]
    for reply in replies:
        step = hear(scenario, step.state, reply)
        out.append([a.text for a in step.actions if isinstance(a, Say)])
    assert isinstance(step.actions[-1], End)
    return out


ANY = HeardTurn(text="whatever it is that I say here")


def test_his_turns_are_said_one_after_the_other():
    replay = replay_of(call_of(*PLAIN))
    scenario = read_scenario(replay.text)
    assert not any(p.is_error for p in check_scenario(scenario, known_behaviours=()))
    assert turns_of(scenario, [ANY] * 3) == [[], ["it is broken"], ["yes and it smells"], []]
    assert dict(replay.parts) == {
        "turn_1.says@recorded": (Span(3 * S, 5 * S),),
        "turn_2.says@recorded": (Span(9 * S, 10 * S), Span(13 * S, 14 * S)),
    }


@pytest.mark.parametrize(
    "reply",
    [
        ANY,
        HeardTurn(text="okay"),
        HeardTurn(understood=False),
        HeardTurn(text="could you repeat that please"),
        HeardTurn(text="hold the line please"),
        HeardTurn(text="sorry", interrupted=True, heard_ratio=0.2),
    ],
)
def test_whatever_is_said_leads_on(reply):
    scenario = read_scenario(replay_of(call_of(*PLAIN)).text)
    assert turns_of(scenario, [reply] * 3)[1:] == [["it is broken"], ["yes and it smells"], []]


def test_a_customer_who_speaks_first_and_last_does():
    replay = replay_of(call_of(customer(1, 2, "hello"), trainee(3, 4), customer(5, 6, "good bye")))
    scenario = read_scenario(replay.text)
    assert turns_of(scenario, [ANY]) == [["hello"], ["good bye"]]
    assert set(replay.parts) == {"turn_1.says@recorded", "played_out.says@recorded"}
    assert scenario.ending_of(EndingKind.RESOLVED).ending_id == "played_out"


def test_one_turn_alone_waits_for_the_trainee():
    scenario = read_scenario(replay_of(call_of(customer(1, 2, "hello"))).text)
    assert turns_of(scenario, [ANY]) == [[], ["hello"]]


def test_a_back_channel_inside_a_turn_does_not_end_it_and_an_interruption_does():
    long = (customer(1, 5, "a"), trainee(2.0, 2.8), customer(5.5, 7, "b"))
    assert len(replay_of(call_of(*long)).parts) == 1
    cut = (customer(1, 5, "a"), trainee(2.0, 4.0), customer(5.5, 7, "b"))
    assert len(replay_of(call_of(*cut)).parts) == 2


def test_every_line_has_its_sound_and_nothing_else_can_be_said():
    replay = replay_of(call_of(*PLAIN))
    scenario = read_scenario(replay.text)
    assert {line.line_id for line in scenario.lines()} == set(replay.parts)
    assert not scenario.bands[0].yields


def test_long_silence_ends_it():
    scenario = read_scenario(replay_of(call_of(*PLAIN)).text)
    step = silence(scenario, begin(scenario).state)
    assert step.actions == (End(ending="gave_up", ending_id="left_alone"),)
    assert begin(scenario).actions[-1].patience_s == 30.0


def test_words_that_nobody_knows_and_words_that_yaml_would_mistake():
    texts = ["", 'no: [yes] "quoted" # {a} \\ é', "null"]
    utterances = [
        u for n, t in enumerate(texts) for u in (customer(4 * n, 4 * n + 1, t), trainee(4 * n + 2, 4 * n + 3))
    ]
    scenario = read_scenario(replay_of(call_of(*utterances)).text)
    assert [m.says.texts["recorded"] for m in scenario.moments] == [NO_WORDS, *texts[1:]]


def test_what_a_rehearsal_knew_is_kept():
    line = CustomerLine(
        line_id="x", text="it is broken", planned=Span(3 * S, 5 * S), heard=Span(3 * S, 5 * S), moment="told"
    )
    call = call_of(
        *PLAIN,
        lines=(line,),
        moments=(Moment(moment_id="told", span=Span(0, N), expects=("apology", "gone")),),
        brief=Brief(
            scenario_id="old",
            title="T",
            must=("greeting",),
            must_not=("hostile",),
            glossary={"rma": "x"},
            customer_name="Ann",
        ),
    )
    scenario = read_scenario(replay_of(call, known_behaviours=("apology",)).text)
    assert (scenario.must, scenario.must_not, scenario.glossary) == (
        ("greeting",),
        ("hostile",),
        {"rma": "x"},
    )
    assert (scenario.customer_name, scenario.title) == ("Ann", "Rehearsed again: T")
    assert scenario.expects("turn_1") == ("apology",)
    assert scenario.expects("turn_2") == ()


def test_a_silent_customer_cannot_be_rehearsed_with():
    with pytest.raises(ParameterError, match="says nothing"):
        replay_of(call_of(trainee(1, 2)))


def test_lines_are_cut_where_they_lie_and_levelled_together():
    rng = np.random.default_rng(5)
    sound = np.zeros(N, np.float32)
    loud, soft = voice_like(rng, 2.0, level_dbov=-30), voice_like(rng, 1.0, level_dbov=-40)
    sound[3 * S : 5 * S] = loud
    sound[9 * S : 10 * S] = soft
    sound[13 * S : 14 * S] = soft
    voices = recorded_voices(Clip(sound), replay_of(call_of(*PLAIN)).parts)
    first, second = voices["turn_1.says@recorded"].samples, voices["turn_2.says@recorded"].samples
    assert len(first) == 2 * S + 2 * EDGE_SAMPLES
    gain = first[EDGE_SAMPLES + 99] / loud[99]
    np.testing.assert_allclose(first[EDGE_SAMPLES:-EDGE_SAMPLES], loud * gain, rtol=1e-4, atol=1e-7)
    # The pause of three seconds is one second long now, edges aside; what is said is as it was.
    assert len(second) == 2 * (S + 2 * EDGE_SAMPLES) + S
    np.testing.assert_allclose(second[EDGE_SAMPLES : EDGE_SAMPLES + S], soft * gain, rtol=1e-4, atol=1e-7)
    together = np.concatenate([first, second])
    assert active_rms_dbov(together) == pytest.approx(LEVEL_DBOV, abs=0.01)
    assert np.max(np.abs(together)) <= 0.9501
