from __future__ import annotations

import dataclasses
import os
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voicesim.audio.clip import Clip
from voicesim.audio.span import Span
from voicesim.behaviour.calls import observe_call
from voicesim.behaviour.loading import load_tables
from voicesim.behaviour.observation import Observation
from voicesim.report.json_card import card_to_json
from voicesim.results import Evidence, Measured, NotMeasured, Reason
from voicesim.scorecard.card import SkillStatus
from voicesim.scorecard.judge import judge, score
from voicesim.scorecard.rubric import OrderRule
from voicesim.speech.call import Brief, Call, CustomerLine, Echo, EngineId, Layout, Recognition, Side
from voicesim.speech.words import Party, Utterance, Word

GOOD = """
T: good morning thanks for calling Larkfield this is Anna how can I help
C: you have charged me twice and nobody calls me back it's ridiculous
T: oh I'm so sorry about that that must be really frustrating let me look into it for you
C: well I hope so
T: when did the second payment go out and which card was it on
C: on the third the blue one
T: right I'll send that second payment back today and you'll have it on the card by Friday
C: okay thank you
T: is there anything else I can help with
C: no that's all
T: thanks for your patience have a lovely day
"""

POOR = """
T: yeah account number
C: you have charged me twice and nobody calls me back it's ridiculous
T: we can't do anything without the account number
C: it's four four one two
T: it's company policy that refunds take a while
C: but I need the money
T: I don't know when it will be back that's not possible to say
C: so what now
T: you will have to wait then
"""


def skill(card, skill_id):
    return next(s for s in card.skills if s.skill_id == skill_id)


def scores(card):
    return {s.skill_id: s.score for s in card.skills}


CONVERSATION = ("rapport", "active_listening", "empathy", "taking_responsibility", "positivity", "follow_up")


def test_a_good_call_is_far_above_a_poor_one_in_every_skill_of_conversation(judged):
    good, poor = scores(judged(GOOD)), scores(judged(POOR))
    for name in CONVERSATION:
        assert good[name] >= poor[name] + 30, (name, good[name], poor[name])
    assert judged(GOOD).overall.score >= judged(POOR).overall.score + 20


def test_every_lost_point_has_rule_seconds_quote_and_a_sentence(judged, rubric):
    rules = {rule.rule_id for s in rubric.skills for rule in s.rules}
    card = judged(POOR)
    words = skill(card, "empathy").lost + skill(card, "positivity").lost + skill(card, "rapport").lost
    assert words
    for lost in words:
        assert lost.rule in rules
        assert lost.points > 0
        assert lost.advice.endswith(".")
        assert "{" not in lost.advice
        assert lost.evidence
        assert all(e.quote and e.end_s > e.start_s for e in lost.evidence)


def test_scores_and_lost_points_add_up_to_a_hundred(judged):
    for dialogue in (GOOD, POOR):
        for s in judged(dialogue).skills:
            if s.score is not None:
                assert s.score + sum(lost.points for lost in s.lost) == pytest.approx(100, abs=0.5), (
                    s.skill_id
                )


def test_a_missed_check_is_told_where_the_solution_was_given(judged):
    card = judged(
        """
        C: hello my printer does not work
        T: hello what happens when you print
        C: it shows a red light
        T: how long has it done that
        C: since last monday in the morning
        T: I can send you a new one today
        C: that is fine thank you
        T: bye for now and have a nice day
        """
    )
    lost = next(one for one in skill(card, "problem_solving").lost if one.rule == "solving_checks")
    assert lost.evidence[0].quote == "I can send you a new one today"


def test_more_than_is_wanted_is_not_told_as_a_share(judged):
    talk = "C: my printer does not work\n" + "T: thank you very much for that\nC: yes it is broken\n" * 4
    told = skill(judged(talk), "rapport").explanation
    assert "thanks, names and kind words: 4, 2 wanted" in told


def test_a_missed_upset_moment_is_named_with_the_customers_words(judged):
    lost = next(one for one in skill(judged(POOR), "empathy").lost if one.rule == "empathy_in_time")
    assert "ridiculous" in lost.advice
    assert lost.evidence[0].quote.startswith("you have charged me twice")
    assert lost.evidence[1].quote.startswith("we can't do anything")


def test_empathy_is_not_applicable_to_a_calm_customer(judged):
    calm = """
    T: hello how can I help
    C: hi I'd like to change my address please
    T: sure what's the new address and from when should it be valid
    C: twelve Mill Lane from Monday
    T: lovely I'll put that in for you now and it'll be live by tomorrow
    C: thanks
    T: is there anything else I can do
    """
    s = skill(judged(calm), "empathy")
    assert s.status is SkillStatus.NOT_APPLICABLE
    assert s.score is None
    assert s.reason is Reason.NOT_CALLED_FOR


def in_moods(call, moods):
    lines = tuple(
        CustomerLine(line_id=str(i), text=u.text, planned=u.span, heard=u.span, mood=mood)
        for i, (u, mood) in enumerate(zip(call.customer.utterances, moods, strict=True))
    )
    return dataclasses.replace(call, lines=lines)


@pytest.mark.parametrize(
    ("moods", "due"),
    [
        (("calm", "calm", "calm", "calm"), 0),
        (("very angry", "very angry", "angry", "angry"), 1),
        (("calm", "angry", "angry", "calm"), 1),
        (("angry", "calm", "calm", "angry"), 2),
    ],
)
def test_empathy_is_due_when_the_mood_turns_and_not_at_every_line_of_it(judged, call_of, moods, due):
    talk = "\n".join(
        f"C: it is the grey one number {i}\nT: and where does the cable of it go to" for i in range(4)
    )
    s = skill(judged(in_moods(call_of(talk), moods)), "empathy")
    assert sum(lost.rule == "empathy_in_time" for lost in s.lost) == due
    assert (s.status is SkillStatus.NOT_APPLICABLE) is (due == 0)


def test_empathy_comes_too_late_after_the_next_turn(judged):
    late = """
    T: hello how can I help you
    C: I'm furious nobody came this morning and I waited all day
    T: what is your account number please
    C: four four one two
    T: I completely understand how frustrating that is I'm so sorry
    C: right
    T: let me book a new visit for tomorrow morning
    """
    early = late.replace(
        "what is your account number please", "that sounds awful what is your account number please"
    )
    assert skill(judged(late), "empathy").score == 0
    assert skill(judged(early), "empathy").score == 100


def test_an_empty_trainee_is_not_scorable_neither_0_nor_100(judged):
    silent = judged("C: hello is anybody there it's ridiculous", measures={})
    assert all(s.status is SkillStatus.NOT_SCORABLE and s.score is None for s in silent.skills)
    assert silent.overall.status is SkillStatus.NOT_SCORABLE
    assert silent.overall.score is None
    assert silent.overall.changes == ()


def test_a_trainee_who_is_never_heard_has_no_score_in_any_skill(rubric, tables, rng):
    """Measured from the sound: noise where the customer talks, silence where the trainee would."""
    customer = np.zeros(16_000 * 40, np.float32)
    said = []
    for i in range(6):
        begin = 16_000 * (2 + 6 * i)
        customer[begin : begin + 48_000] = rng.normal(0.0, 0.1, 48_000)
        texts = ["hello", "is", "anybody", "there", "this", "is", "ridiculous"]
        words = tuple(
            Word(t, Span(begin + n * 6_000, begin + n * 6_000 + 5_000)) for n, t in enumerate(texts)
        )
        said.append(Utterance(Party.CUSTOMER, Span(begin, begin + 48_000), words))
    quiet = Clip(rng.normal(0.0, 1e-4, len(customer)).astype(np.float32))
    other = Side(clip=Clip(customer), speech=tuple(u.span for u in said), utterances=tuple(said))
    call = Call(call_id="x", layout=Layout.TWO_CHANNEL, trainee=Side(clip=quiet), customer=other)
    card = score(call, rubric, None, tables)
    assert {s.status for s in card.skills} == {SkillStatus.NOT_SCORABLE}
    assert card.overall.score is None


def test_what_a_measure_cost_is_quoted_where_the_words_can_be_judged(judged, good_measures):
    slow = dataclasses.replace(good_measures["pace"], value=100.0)
    slow = dataclasses.replace(
        slow, evidence=(Evidence(start_s=1.0, end_s=3.0, label="utterance", value=100.0),)
    )
    (lost,) = skill(judged(GOOD, measures={**good_measures, "pace": slow}), "pace").lost
    assert lost.evidence[0].quote.startswith("good morning thanks")
    content = NotMeasured(reason=Reason.TRANSCRIPT_UNRELIABLE, explanation="half of it is unsure")
    (lost,) = skill(judged(GOOD, measures={**good_measures, "pace": slow}, content=content), "pace").lost
    assert lost.evidence[0].quote == ""


def test_a_few_words_are_not_judged(judged):
    card = judged("C: it's ridiculous my bill is wrong\nT: yes okay one moment please")
    assert skill(card, "positivity").reason is Reason.TOO_LITTLE_SPEECH
    assert skill(card, "pace").status is SkillStatus.SCORED


def test_words_that_cannot_be_trusted_are_not_judged_and_the_reason_is_told(judged):
    content = NotMeasured(
        reason=Reason.TRANSCRIPT_UNRELIABLE, explanation="half of the words are below the gate"
    )
    card = judged(GOOD, content=content)
    for name in CONVERSATION:
        s = skill(card, name)
        assert (s.status, s.reason) == (SkillStatus.NOT_SCORABLE, Reason.TRANSCRIPT_UNRELIABLE), name
        assert "below the gate" in s.explanation
    assert skill(card, "pace").score == 100
    assert card.overall.status is SkillStatus.SCORED
    assert card.behaviours == ()


@pytest.mark.parametrize("reason", [Reason.MONO, Reason.FAKE_STEREO, Reason.ECHO])
def test_interruptions_that_cannot_be_told_are_not_scorable(judged, good_measures, reason):
    missing = NotMeasured(reason=reason, explanation="cannot be told")
    card = judged(GOOD, measures={**good_measures, "interruptions": missing})
    assert (skill(card, "interruptions").status, skill(card, "interruptions").reason) == (
        SkillStatus.NOT_SCORABLE,
        reason,
    )
    assert skill(card, "active_listening").status is SkillStatus.SCORED


def with_confidence(confidence):
    engine = EngineId(engine="test", model="test", version="1")
    return {"confidence": confidence, "recognition": Recognition(engine=engine, writes_fillers=True)}


def test_uncertain_words_never_cost_points_and_ask_for_a_listener(judged):
    sure, unsure = judged(POOR, **with_confidence(0.9)), judged(POOR, **with_confidence(0.3))
    assert skill(sure, "positivity").score < 50
    s = skill(unsure, "positivity")
    assert s.score == 100
    assert s.lost == ()
    assert any("listen here" in e.label for e in s.evidence)
    assert "not sure" in s.explanation
    assert skill(unsure, "empathy").lost == ()


def test_an_apology_without_a_deed_is_half(judged):
    base = """
    T: hello thanks for calling how can I help
    C: my parcel is lost and I'm really angry
    T: {reply}
    C: so what happens now
    T: {then}
    C: all right
    T: thank you bye and have a good day everybody
    """
    sorry, deed = "I'm so sorry about that", "I'll call the depot and I'll send you a new one"
    both = judged(base.format(reply=sorry, then=deed))
    half = judged(base.format(reply=sorry, then="it comes when it comes I suppose"))
    none = judged(base.format(reply="okay", then="it comes when it comes I suppose"))
    assert skill(both, "taking_responsibility").score > skill(half, "taking_responsibility").score
    assert skill(half, "taking_responsibility").score == 50
    assert skill(none, "taking_responsibility").score == 0


@pytest.mark.parametrize("ending", ["gave_up", "hung_up", "escalated", "time_limit", "aborted"])
def test_nobody_closes_a_call_that_the_customer_left(judged, ending):
    left = POOR + "\nC: forget it goodbye"
    closed = skill(judged(left), "rapport")
    gave_up = skill(judged(left, ending=ending), "rapport")
    at_the_end = {"rapport_offer_more", "rapport_farewell"}
    assert at_the_end <= {lost.rule for lost in closed.lost}
    assert at_the_end.isdisjoint({lost.rule for lost in gave_up.lost})


def test_keywords_said_again_and_again_earn_nothing_more(judged):
    asked = GOOD.replace(
        "well I hope so\n", "well I hope so\nT: which card was it\nC: the blue\nT: when was it\nC: monday\n"
    )
    stuffed = GOOD.replace(
        "let me look into it for you", "let me look I'll look I will look let me look we'll look"
    )
    assert skill(judged(asked), "active_listening").score <= 100
    assert (
        skill(judged(stuffed), "taking_responsibility").score
        == skill(judged(GOOD), "taking_responsibility").score
    )


def test_the_trainee_sees_one_strength_and_at_most_three_changes_each_with_its_seconds(judged):
    overall = judged(POOR).overall
    assert 1 <= len(overall.changes) <= 3
    assert len({c.rule for c in overall.changes}) == len(overall.changes)
    assert all(c.evidence for c in overall.changes)
    assert "“" in judged(GOOD).overall.strength


def test_the_overall_is_the_weighted_mean_of_what_was_scored(judged):
    card = judged(GOOD)
    scored = [s for s in card.skills if s.score is not None]
    mean = sum(s.score * s.weight for s in scored) / sum(s.weight for s in scored)
    assert card.overall.score == pytest.approx(mean, abs=0.06)


@pytest.mark.parametrize(
    ("value", "expected"),
    [(80, 0), (90, 0), (105, 50), (120, 100), (140, 100), (160, 100), (180, 50), (200, 0), (260, 0)],
)
def test_pace_bands(judged, good_measures, value, expected):
    pace = dataclasses.replace(good_measures["pace"], value=float(value))
    s = skill(judged(GOOD, measures={**good_measures, "pace": pace}), "pace")
    assert s.score == expected
    if expected < 100:
        assert str(value) in s.lost[0].advice
        assert ("faster" in s.lost[0].advice) is (value < 120)


def test_the_weaker_tone_stands_in_where_there_is_no_baseline(judged, good_measures):
    measures = dict(good_measures)
    for value, unit, expected in ((1.2, "U", 100), (0.0, "U", 60), (1.2, "st", 20), (2.4, "st", 100)):
        measures["upbeat_tone"] = Measured(value=value, unit=unit, definition="a test")
        assert skill(judged(GOOD, measures=measures), "upbeat_tone").score == expected, (value, unit)
    measures["upbeat_tone"] = NotMeasured(reason=Reason.NO_BASELINE, explanation="no baseline")
    assert skill(judged(GOOD, measures=measures), "upbeat_tone").reason is Reason.NO_BASELINE


@pytest.mark.parametrize(
    ("count", "customer_turns", "per_minute", "expected"),
    [
        (0, 8, 0.0, 100),
        (1, 8, 1.5, 100),
        (2, 20, 1.5, 100),
        (2, 8, 3.0, 50),
        (4, 8, 4.0, 0),
        (4, 40, 4.0, 100),
    ],
)
def test_one_interruption_in_ten_customer_turns_is_free(
    judged, good_measures, count, customer_turns, per_minute, expected
):
    cut_in = Measured(
        value=per_minute,
        unit="per customer minute",
        definition="a test",
        details={"count": count, "customer_turns": customer_turns},
    )
    s = skill(judged(GOOD, measures={**good_measures, "interruptions": cut_in}), "interruptions")
    assert s.score == expected


def test_the_card_says_where_it_comes_from(judged, rubric):
    card = judged(GOOD, echo=Echo(customer_in_microphone_db=-50.0), **with_confidence(0.9))
    assert card.provenance["rubric"]["sha256"] == rubric.digest
    assert card.provenance["recognition"]["engine"] == "test"
    assert card.call["echo"]["is_severe"] is False
    assert not any("date" in key for key in card.provenance)


# --- properties -------------------------------------------------------------------------------------------

TRAINEE_LINES = st.sampled_from([
    "hello good morning how can I help", "I'm so sorry about that", "that must be really frustrating for you",
    "let me check that for you", "we can't do that", "it's company policy", "what is the problem exactly",
    "I'll ring you back by five tomorrow", "is there anything else I can help with", "okay", "the weather is nice",
    "it is the blue cable behind the desk on the left", "one two three four five six seven",
])  # fmt: skip
CUSTOMER_LINES = st.sampled_from([
    "it's absolutely ridiculous", "my parcel never came", "thank you", "the blue one", "I'm really worried about it",
    "what does that mean", "yes please go on", "it is four four one two",
])  # fmt: skip
DIALOGUES = st.lists(st.tuples(CUSTOMER_LINES, TRAINEE_LINES), min_size=3, max_size=8)
GOOD_BEHAVIOURS = st.sampled_from([
    "acknowledges", "anything_else", "apology", "assures", "checks_resolved", "clarifying_question",
    "confirms_understanding", "empathy_exploring", "empathy_feeling", "empathy_understanding", "explains_term",
    "farewell", "greeting", "laughs_along", "next_step_with_time", "offers_help", "offers_options",
    "offers_solution", "paraphrases", "positive_wording", "states_benefit", "states_name", "status_update",
    "takes_ownership", "thanks", "uses_customer_name",
])  # fmt: skip
BAD_BEHAVIOURS = st.sampled_from([
    "blames", "commands", "dismissive", "filler", "hedge", "hostile", "jargon", "negative_wording", "overpromises",
    "own_story",
])  # fmt: skip


def with_behaviour(monkeypatch, call, tables, name, index):
    """The call judged as if an utterance showed one more behaviour: words, times and sound stay as they are."""
    utterance = call.trainee.utterances[index % len(call.trainee.utterances)]
    word = utterance.words[-1]
    more = Observation(
        behaviour_id=name,
        span=word.span,
        quote=word.text,
        pattern="added",
        confidence=1.0,
        utterance=call.trainee.utterances.index(utterance),
        costs_points=bool(tables.behaviour(name).costs_points),
    )
    seen = (*observe_call(call, tables), more)
    monkeypatch.setattr(
        "voicesim.scorecard.judge.observe_call",
        lambda *_: tuple(sorted(seen, key=lambda o: (o.utterance, o.span.start))),
    )


def added(judged, call_of, tables, pairs, at, name):
    call = call_of([line for customer, trainee in pairs for line in (("C", customer), ("T", trainee))])
    brief = Brief(scenario_id="x", glossary={"WAN": "the internet side"})
    call = dataclasses.replace(call, brief=brief)
    before = scores(judged(call))
    with pytest.MonkeyPatch.context() as patch:
        with_behaviour(patch, call, tables, name, at)
        after = scores(judged(call))
    return before, after


def too_early(rubric, name):
    """Skills in which this is to come after something else: more of it, too early, may cost."""
    rules = ((s.skill_id, rule) for s in rubric.skills for rule in s.rules)
    return {skill_id for skill_id, rule in rules if isinstance(rule, OrderRule) and name in rule.then}


@settings(max_examples=40, deadline=None)
@given(DIALOGUES, st.integers(0, 7), GOOD_BEHAVIOURS)
def test_a_good_behaviour_never_lowers_a_skill(judged, call_of, tables, rubric, pairs, at, name):
    before, after = added(judged, call_of, tables, pairs, at, name)
    free = set(before) - too_early(rubric, name)
    assert [s for s in free if before[s] is not None and not after[s] >= before[s]] == []


@settings(max_examples=40, deadline=None)
@given(DIALOGUES, st.integers(0, 7), BAD_BEHAVIOURS)
def test_a_bad_behaviour_never_raises_a_skill(judged, call_of, tables, pairs, at, name):
    before, after = added(judged, call_of, tables, pairs, at, name)
    assert [s for s in before if before[s] is not None and not after[s] <= before[s]] == []


NEUTRAL = [
    "the box is on the left of it",
    "it says seven on the front",
    "number four is the grey one",
    "the date is on the back",
]


@settings(max_examples=15, deadline=None)
@given(st.permutations(NEUTRAL))
def test_the_order_of_neutral_turns_changes_nothing(judged, order):
    def dialogue(neutral):
        lines = [line for said in neutral for line in (("C", "mm and the next one"), ("T", said))]
        return [
            ("T", "good morning how can I help"),
            *lines,
            ("C", "my parcel never came"),
            ("T", "I'm so sorry"),
        ]

    assert scores(judged(dialogue(order))) == scores(judged(dialogue(NEUTRAL)))


SCRIPT = """
import sys, pathlib
sys.path.insert(0, "tests/scorecard")
import conftest
from voicesim.behaviour.loading import load_tables
from voicesim.scorecard.judge import judge, score
from voicesim.scorecard.rubric import default_rubric
from voicesim.report.json_card import card_to_json
card = judge(conftest.build_call(sys.argv[1]), default_rubric(), load_tables(),
             measures=conftest.GOOD_MEASURES, content=conftest.CONTENT)
sys.stdout.buffer.write(card_to_json(card))
"""


def test_the_same_call_gives_the_same_bytes_whatever_the_hash_seed_locale_and_time_zone(repository):
    outputs = []
    for seed, locale, zone in (
        ("0", "C", "UTC"),
        ("99", "C.UTF-8", "Asia/Kolkata"),
        ("7", "tr_TR.UTF-8", "America/Lima"),
    ):
        env = {
            **os.environ,
            "PYTHONHASHSEED": seed,
            "LC_ALL": locale,
            "TZ": zone,
            "PYTHONPATH": str(repository),
        }
        run = subprocess.run(
            [sys.executable, "-c", SCRIPT, POOR], env=env, cwd=repository, capture_output=True, check=True
        )
        outputs.append(run.stdout)
    assert len(outputs[0]) > 1000
    assert outputs[0] == outputs[1] == outputs[2]


def test_the_order_in_which_calls_are_judged_changes_no_byte(rubric, call_of, good_measures):
    """Each order with tables of its own, so that nothing remembered from one call reaches the next."""
    content = Measured(value=0.9, unit="", definition="a test")

    def cards(talks):
        tables = load_tables()
        return {
            talk: card_to_json(judge(call_of(talk), rubric, tables, measures=good_measures, content=content))
            for talk in talks
        }

    assert cards([GOOD, POOR]) == cards([POOR, GOOD])
