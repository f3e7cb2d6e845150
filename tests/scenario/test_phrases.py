"""Key phrases, and whether something is asked for."""

from __future__ import annotations

import pytest

from voicesim.scenario.phrases import asks_about, folded, holds, phrase_of, questions_in


def test_words_without_case_and_punctuation():
    assert folded("Don\u2019t SHOUT, please \u2013 it's 4 o'clock!") == (
        "don't",
        "shout",
        "please",
        "it's",
        "4",
        "o'clock",
    )
    assert folded("Stra\u00dfe") == ("strasse",)
    assert folded("...") == ()


def test_a_phrase_stands_in_a_row():
    assert holds(("switch", "it", "off"), ("it", "off"))
    assert not holds(("switch", "it", "off"), ("switch", "off"))
    assert not holds(("a",), ())


@pytest.mark.parametrize(
    "text",
    [
        "What is your order number?",
        "May I have the order number",
        "your order number, please",
        "could you give me that order number again",
        "do you have an order number for me",
        "I will need your order number",
    ],
)
def test_requests(text):
    assert asks_about(folded(text), ("order", "number"))


@pytest.mark.parametrize(
    "text",
    [
        "I have your order number here",
        "the order number stands in the letter",
        "your order number has been found, is there something else",
        "you will have it with the order number",
        "what a day and now I have at last found the order number",
        "order",
    ],
)
def test_statements(text):
    assert not asks_about(folded(text), ("order", "number"))


def test_a_phrase_that_is_a_question_itself():
    assert asks_about(folded("what colour"), ("what", "colour"))


@pytest.mark.parametrize(
    ("written", "text", "is_there"),
    [
        ("send ... back", "I will send it back", True),
        ("send ... back", "I send all of your money back", True),
        ("send ... back", "I will send all of your good money back", False),
        ("send \u2026 back", "send back", True),
        ("refund*", "it was refunded", True),
        ("refund*", "a fund", False),
        ("drink* ... water", "is he drinking any water", True),
        ("... back", "back", True),
        ("...", "anything", False),
        ("Don't", "I don\u2019t", True),
        ("what", "", False),
    ],
)
def test_gaps_and_beginnings(written, text, is_there):
    assert holds(folded(text), phrase_of(written)) is is_there


def test_verbs_before_their_subjects_ask():
    assert asks_about(folded("and does he answer when you talk to him"), ("answer",))
    assert asks_about(folded("is there a light on it"), ("light",))
    assert not asks_about(folded("it is there and it has a light"), ("light",))


def test_question_marks_ask():
    assert questions_in("Well. The colour of it? Good! And so on") == (("the", "colour", "of", "it"),)
    assert questions_in("no mark at all") == ()
