"""Every example that the authors of the tables wrote."""

from __future__ import annotations

import pytest

from voicesim.behaviour.lexing import words_of
from voicesim.behaviour.loading import SHIPPED, check_patterns, load_tables

TABLES = load_tables()
LEAST_EXAMPLES = 15


NEEDS_WRITING = frozenset(
    {
        "you moved in May, correct?",
        "Greenfields support, Aoife speaking",
        "for more information visit https://example.org/help",
    }
)
"""Sentences that only their capitals or punctuation give away, which speech does not have."""

BEHAVIOURS = [pytest.param(b, id=b.behaviour_id) for b in TABLES.behaviours]


def sees(behaviour, example):
    seen = TABLES.observe(words_of(example.text), context=example.context, is_first=not example.context)
    return behaviour.behaviour_id in {observation.behaviour_id for observation in seen}


def spoken(example):
    """As a recogniser without punctuation or capitals would write it."""
    kept = "".join(c for c in example.text.lower() if c.isalnum() or c in " '-/")
    return type(example)(" ".join(word.strip("'-/") for word in kept.split()), example.context)


@pytest.mark.parametrize("behaviour", BEHAVIOURS)
def test_what_counts_is_seen(behaviour):
    assert [e.text for e in behaviour.examples if not sees(behaviour, e)] == []


@pytest.mark.parametrize("behaviour", BEHAVIOURS)
def test_what_looks_alike_is_not(behaviour):
    assert [e.text for e in behaviour.look_alikes if sees(behaviour, e)] == []


@pytest.mark.parametrize("behaviour", BEHAVIOURS)
def test_what_counts_is_seen_without_punctuation_and_capitals(behaviour):
    said = [e for e in behaviour.examples if e.text not in NEEDS_WRITING]
    assert [e.text for e in said if not sees(behaviour, spoken(e))] == []


def test_every_behaviour_has_enough_examples_and_none_twice():
    for b in TABLES.behaviours:
        for examples in (b.examples, b.look_alikes):
            texts = [(e.context, e.text) for e in examples]
            assert len(texts) >= LEAST_EXAMPLES, b.behaviour_id
            assert len(set(texts)) == len(texts), b.behaviour_id
        assert not {e.text for e in b.examples if not e.context} & {
            e.text for e in b.look_alikes if not e.context
        }


def test_every_pattern_can_be_read():
    for path in sorted(SHIPPED.glob("[a-z]*.yaml")):
        check_patterns(path, [b for b in TABLES.behaviours if b.source == path.name])


@pytest.mark.parametrize("cue", [pytest.param(cue, id=cue.cue_id) for cue in TABLES.cues])
def test_customer_cues(cue):
    assert [e.text for e in cue.examples if cue.cue_id not in TABLES.cues_in(e.text)] == []
    assert [e.text for e in cue.look_alikes if cue.cue_id in TABLES.cues_in(e.text)] == []
