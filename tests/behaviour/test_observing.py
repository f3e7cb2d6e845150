from __future__ import annotations

import os
import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voicesim.audio.span import Span
from voicesim.behaviour.lexing import words_of
from voicesim.behaviour.loading import load_tables
from voicesim.speech.words import Word

TABLES = load_tables()


def ids(text, **more):
    return [o.behaviour_id for o in TABLES.observe(words_of(text), **more)]


def spoken(*pairs):
    return tuple(Word(text, Span(i * 8000, i * 8000 + 6000), conf) for i, (text, conf) in enumerate(pairs))


@pytest.mark.parametrize(
    "text",
    [
        "I'm not sorry about it",
        "I am not really sorry",
        "he said he was sorry",
        "he said I'm sorry",
        "you told me I'm sorry",
        'it says "I am sorry" on the page',
        "I'm not saying I'm sorry",
    ],
)
def test_negated_reported_and_quoted_words_are_not_meant(text):
    assert "apology" not in ids(text)


@pytest.mark.parametrize(
    "text",
    [
        "no I'm sorry about that",
        "I can't apologise enough",
        "don't worry, I'm so sorry about it",
        "that's not right and I'm sorry",
        "it's not working I'm sorry",
        "as I said I'm sorry about it",
    ],
)
def test_a_negation_that_does_not_reach_it_leaves_it(text):
    assert "apology" in ids(text)


def test_span_quote_pattern_and_confidence_are_of_the_matched_words():
    words = spoken(
        ("well,", 0.9),
        ("I'm", 0.8),
        ("so", 0.95),
        ("sorry", 0.7),
        ("about", 0.9),
        ("that", 0.6),
        ("one", 0.2),
    )
    seen = [o for o in TABLES.observe(words, utterance=4) if o.behaviour_id == "apology"]
    assert len(seen) == 1
    apology = seen[0]
    assert apology.quote.startswith("I'm so sorry")
    assert apology.span.start == words[1].span.start
    assert words[3].span.end <= apology.span.end <= words[5].span.end
    assert apology.confidence in {0.7, 0.6}
    assert apology.utterance == 4
    assert apology.is_certain
    assert not apology.costs_points
    pattern_of = {e.pattern for e in TABLES.explain("I'm so sorry about that") if e.counts}
    assert apology.pattern in pattern_of


def test_words_below_the_gate_make_an_observation_uncertain():
    sure = TABLES.observe(spoken(("we", 0.9), ("can't", 0.9), ("do", 0.9), ("that", 0.9)))
    unsure = TABLES.observe(spoken(("we", 0.9), ("can't", 0.4), ("do", 0.9), ("that", 0.9)))
    assert [o.is_certain for o in sure if o.behaviour_id == "negative_wording"] == [True]
    assert [o.is_certain for o in unsure if o.behaviour_id == "negative_wording"] == [False]
    assert all(o.costs_points for o in sure if o.behaviour_id == "negative_wording")


def test_a_certain_match_is_taken_before_an_uncertain_one():
    words = spoken(
        ("I'm", 0.1),
        ("sorry", 0.1),
        ("about", 0.1),
        ("that.", 0.1),
        ("We", 0.9),
        ("do", 0.9),
        ("apologise.", 0.9),
    )
    (apology,) = [o for o in TABLES.observe(words) if o.behaviour_id == "apology"]
    assert apology.is_certain
    assert "apologise" in apology.quote


def test_a_behaviour_counts_once_an_utterance():
    seen = ids("sorry I'm so sorry we do apologise I really am sorry")
    assert seen.count("apology") == 1


@pytest.mark.parametrize(
    ("heard", "behaviour"),
    [
        ("I am sory about the wait", "apology"),
        ("we apologise for the incovenience", "apology"),
        ("that must be realy frustrateing", "empathy_feeling"),
        ("i completly understand", "empathy_understanding"),
        ("is there anythin else i can help with", "anything_else"),
    ],
)
def test_slips_of_the_pen_and_of_the_ear(heard, behaviour):
    assert behaviour in ids(heard)


def test_no_words_no_behaviours():
    assert TABLES.observe(()) == ()
    assert TABLES.observe(words_of("um uh")) == () or {
        o.behaviour_id for o in TABLES.observe(words_of("um uh"))
    } <= {"filler"}


def test_explaining_names_the_reason():
    told = [e for e in TABLES.explain("he said I'm sorry about that") if e.behaviour_id == "apology"]
    assert told
    assert all(e.reason == "somebody else's words" and not e.counts for e in told)


WORDS = st.sampled_from(
    [
        "i",
        "am",
        "sorry",
        "not",
        "we",
        "can't",
        "do",
        "that",
        "is",
        "there",
        "anything",
        "else",
        "today",
        "tomorrow",
        "by",
        "five",
        "when",
        "did",
        "it",
        "start",
        "um",
        "the",
        "a",
        "you",
        "understand",
        ".",
        "?",
        ",",
        "can",
        "my",
        "your",
        "account",
        '"',
        "-",
        "I'm",
        "he",
        "said",
    ]
)


@settings(max_examples=150, deadline=None)
@given(st.lists(WORDS, max_size=25))
def test_any_words_are_looked_through_and_every_observation_lies_in_them(texts):
    words = words_of(" ".join(texts))
    seen = TABLES.observe(words)
    assert len({o.behaviour_id for o in seen}) == len(seen)
    for observation in seen:
        assert observation.quote in " ".join(w.text for w in words)
        assert words[0].span.start <= observation.span.start < observation.span.end <= words[-1].span.end


SCRIPT = """
from voicesim.behaviour.lexing import words_of
from voicesim.behaviour.loading import load_tables
tables = load_tables()
for b in tables.behaviours:
    for example in (*b.examples, *b.look_alikes):
        for o in tables.observe(words_of(example.text), context=example.context):
            print(o)
"""


def test_hash_seed_and_locale_do_not_matter():
    outputs = []
    for seed, locale in (("0", "C"), ("4242", "C.UTF-8"), ("7", "tr_TR.UTF-8")):
        env = {**os.environ, "PYTHONHASHSEED": seed, "LC_ALL": locale, "PYTHONIOENCODING": "utf-8"}
        outputs.append(
            subprocess.run([sys.executable, "-c", SCRIPT], env=env, capture_output=True, check=True).stdout
        )
    assert outputs[0].count(b"Observation(") > 200
    assert outputs[0] == outputs[1] == outputs[2]
