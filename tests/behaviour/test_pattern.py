from __future__ import annotations

from dataclasses import replace

import pytest

from voicesim.behaviour.groups import PatternGroup, Written, pattern_lines, words_in
from voicesim.behaviour.lexing import tokenise, words_of
from voicesim.behaviour.pattern import Grid, PatternSyntaxError, compile_list, compile_pattern
from voicesim.behaviour.vocabulary import Vocabulary

SMALL = frozenset({"just", "really", "so"})
LISTS = {"feeling": ("upset", "fed up", "angry"), "two": ("{feeling} now", "{number} days")}


def lists(name):
    if name == "number":
        from voicesim.behaviour.pattern import Literal

        return Literal(frozenset(("{number}",)))
    if name not in LISTS:
        raise PatternSyntaxError(f"there is no word list {name!r}")
    return compile_list(LISTS[name], lists)


def found(pattern, text):
    tokens = tokenise(words_of(text), small_words=SMALL)
    vocabulary = Vocabulary(words_in([pattern]))
    tokens = replace(tokens, forms=tuple(vocabulary.expand(forms) for forms in tokens.forms))
    hits = list(PatternGroup((Written(pattern),), lists).hits(Grid(tokens)))
    return [" ".join(tokens.first[h.start : h.end]) for h in hits]


@pytest.mark.parametrize(
    ("pattern", "text", "matched"),
    [
        ("i am sorry", "well I'm sorry about it", ["i am sorry"]),
        ("i am sorry", "I am not sorry", []),
        ("i am sorry", "I am just really so sorry", ["i am just really so sorry"]),
        ("i am sorry", "I am um sorry", ["i am um sorry"]),
        ("(thanks | thank you) for calling", "thank you for calling", ["thank you for calling"]),
        ("(thanks | thank you) for calling", "thanks for calling", ["thanks for calling"]),
        ("so? sorry (about that)?", "sorry", ["sorry"]),
        ("so? sorry (about that)?", "so sorry about that", ["so sorry about that", "sorry about that"]),
        ("apolog*", "my apologies I apologise", ["apologies", "apologize"]),
        ("call you ... today", "call you back some time today", ["call you back some time today"]),
        ("call you ...1 today", "call you back some time today", []),
        ("i ... help", "I can not help", []),
        ("{feeling}", "so fed up and angry", ["fed up", "angry"]),
        ("{two}", "in 3 days", ["3 days"]),
        ("{two}", "in three days", ["three days"]),
        ("sorry !(could | can) {feeling}?", "sorry could you", []),
        ("sorry !(could | can)", "sorry for that", ["sorry"]),
        ("^ hello", "okay so hello", ["hello"]),
        ("^ hello", "the word hello", []),
        ("^ hello", "That's it. Hello", ["hello"]),
        ("sorry $", "I am sorry please", ["sorry"]),
        ("sorry $", "sorry about that", []),
        ("good morning", "good. morning", []),
        ("one", "two", []),
        ("Can't", "I can not", ["can not"]),
    ],
)
def test_matching(pattern, text, matched):
    assert found(pattern, text) == matched


@pytest.mark.parametrize(
    ("pattern", "why"),
    [
        ("(a | b", "not closed"),
        ("a) b", "not opened"),
        ("(a | )", "nothing stands"),
        ("", "empty"),
        ("a? ...", "all of these may be missing"),
        ("{feelings} a", "no word list 'feelings'"),
        ("ab !", "nothing stands after"),
        ("a* b", "three letters"),
        ("?", "no word"),
    ],
)
def test_what_cannot_be_read_is_told(pattern, why):
    with pytest.raises(PatternSyntaxError, match=why):
        compile_pattern(pattern, lists)


def test_remarks_and_empty_lines_are_no_patterns():
    block = "# a remark\n  one two  # why\n\n#\nthree #4\n"
    assert [p.text for p in pattern_lines(block)] == ["one two", "three #4"]


@pytest.mark.parametrize("text", ["i am sorry", "sorry um about it", "we are so so sorry"])
def test_the_index_finds_what_plain_search_finds(text):
    """Candidates by their rarest word are the patterns that match, no fewer."""
    patterns = ["i (am | was) sorry", "sorry", "(we | they) are sorry", "(um | uh)? about it", "not here"]
    tokens = tokenise(words_of(text), small_words=SMALL)
    group = PatternGroup([Written(p) for p in patterns], lists)
    by_index = {hit.index for hit in group.hits(Grid(tokens))}
    plain = {
        i
        for i, p in enumerate(patterns)
        if compile_pattern(p, lists).run(Grid(tokens), ((1 << len(tokens)) - 1, 0))[1]
    }
    assert by_index == plain
