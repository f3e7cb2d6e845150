"""Every example that the authors of the tables wrote."""

from __future__ import annotations

import pytest

from voicesim.behaviour.lexing import words_of
from voicesim.behaviour.loading import SHIPPED, check_patterns, load_tables

TABLES = load_tables()
LEAST_EXAMPLES = 15


def observed(example, **more):
    seen = TABLES.observe(
        words_of(example.text), context=example.context, is_first=not example.context, **more
    )
    return {observation.behaviour_id for observation in seen}


def cases(kind):
    return [
        pytest.param(b.behaviour_id, example, id=f"{b.behaviour_id}-{example.text[:50]}")
        for b in TABLES.behaviours
        for example in getattr(b, kind)
    ]


@pytest.mark.parametrize(("behaviour_id", "example"), cases("examples"))
def test_what_counts_is_seen(behaviour_id, example):
    assert behaviour_id in observed(example)


@pytest.mark.parametrize(("behaviour_id", "example"), cases("look_alikes"))
def test_what_looks_alike_is_not(behaviour_id, example):
    assert behaviour_id not in observed(example)


def _spoken(text: str) -> str:
    """As a recogniser without punctuation or capitals would write it."""
    kept = "".join(c for c in text.lower() if c.isalnum() or c in " '-/")
    return " ".join(word.strip("'-/") for word in kept.split())


@pytest.mark.parametrize(("behaviour_id", "example"), cases("examples"))
def test_what_counts_is_seen_without_punctuation_and_capitals(behaviour_id, example):
    bare = type(example)(_spoken(example.text), example.context)
    if behaviour_id in NEEDS_WRITING:
        pytest.skip("needs capitals or smileys, which speech does not have")
    assert behaviour_id in observed(bare)


NEEDS_WRITING: frozenset[str] = frozenset()


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


@pytest.mark.parametrize(
    ("cue_id", "text", "is_there"),
    [
        pytest.param(cue.cue_id, example.text, there, id=f"{cue.cue_id}-{example.text[:50]}")
        for cue in TABLES.cues
        for there, examples in ((True, cue.examples), (False, cue.look_alikes))
        for example in examples
    ],
)
def test_customer_cues(cue_id, text, is_there):
    assert (cue_id in TABLES.cues_in(text)) is is_there
