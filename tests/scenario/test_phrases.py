"""Key phrases, and whether something is asked for."""

from __future__ import annotations

import pytest

from voicesim.scenario.phrases import asks_about, folded, holds


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
