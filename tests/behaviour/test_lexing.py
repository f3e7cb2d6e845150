from __future__ import annotations

import pytest

from voicesim.behaviour.lexing import QUESTION_MARK, tokenise, words_of
from voicesim.behaviour.spelling import fold, spell


def heads(text, **more):
    return list(tokenise(words_of(text), **more).first)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("I'm sorry", "I am sorry"),
        ("im sorry", "i am sorry"),
        ("I\u2019ll check", "I will check"),
        ("ill check that", "i will check that"),
        ("cannot", "can't"),
        ("won't", "will not"),
        ("Id like to help", "I'd like to help"),
        ("gonna", "going to"),
        ("lemme see", "let me see"),
        ("apologise", "apologize"),
        ("cancelled", "canceled"),
        ("favourite colour", "favorite color"),
        ("follow-up", "follow up"),
        ("sooo sorry", "so sorry"),
        ("thx", "thanks"),
        ("at 5 p.m.", "at 5 pm"),
        ("I- I will", "I will"),
        ("we can we can fix it", "we can fix it"),
        ("it was it was a um a mistake", "it was um a mistake"),
        ("Hi,thanks", "Hi, thanks"),
        ("sure thing.Let me see", "sure thing. Let me see"),
    ],
)
def test_two_spellings_are_one(one, other):
    assert heads(one) == heads(other)


def test_digits_that_repeat_are_data():
    assert heads("five five two") == ["five", "five", "two"]
    assert heads("5 5 2") == ["5", "5", "2"]


def test_id_stays_id_where_it_is_one():
    assert heads("your id please") == ["your", "id", "please"]
    assert heads("ids") == ["ids"]


def test_an_apostrophe_d_may_be_would_or_had():
    assert spell("i'd") == (("i",), ("would", "had"))


@pytest.mark.parametrize("word", ["promise", "service", "hour", "your", "this", "telling", "advise", "rise"])
def test_folding_keeps_words_apart(word):
    others = {"promise": "premise", "service": "servize", "hour": "hor", "your": "yor", "this": "thiz"}
    assert fold(word) != fold(others.get(word, word + "x"))


def test_punctuation_marks_sentences_and_questions():
    tokens = tokenise(words_of("Okay. Is that right? Good"))
    words = [i for i, form in enumerate(tokens.first) if form != QUESTION_MARK]
    assert [tokens.begins[i] for i in words] == [True, True, False, False, True]
    assert [tokens.asks[i] for i in words] == [False, True, True, True, False]


def test_abbreviations_end_no_sentence():
    tokens = tokenise(words_of("on Mr. Smith's account"))
    assert sum(tokens.begins) == 1


def test_quotation_marks_are_kept_in_mind():
    tokens = tokenise(words_of('he said "I am sorry" and left'))
    assert [w for w, q in zip(tokens.first, tokens.is_quoted, strict=True) if q] == ["i", "am", "sorry"]


def test_an_open_quotation_mark_quotes_nothing():
    assert not any(tokenise(words_of('the 15" screen is fine')).is_quoted)


def test_every_token_knows_its_word():
    words = words_of("I'm- I'm gonna check")
    tokens = tokenise(words)
    assert [words[i].text for i in tokens.word] == ["I'm", "I'm", "gonna", "gonna", "check"]


def test_no_words_no_tokens():
    assert len(tokenise(())) == 0
    assert len(tokenise(words_of("- ... \u2026"))) == 0


@pytest.mark.parametrize(
    "text",
    [
        "\ufeff",
        "\u200b",
        "()",
        "''",
        "/",
        "--",
        "n/a",
        "+",
        "@",
        "#",
        "&",
        "\U0001f600",
        "1,5%",
        "Ünïcode",
        "a" * 500,
    ],
)
def test_odd_words_do_no_harm(text):
    tokenise(words_of(text))
