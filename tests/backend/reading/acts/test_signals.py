"""Small signs that the member listens, doubts, withholds or continues the topic."""

from __future__ import annotations

import pytest

from backend.reading.acts.signals import (
    asks_how_it_works,
    asks_if_present,
    asks_to_repeat,
    declines_to_say,
    disputes_answer,
    is_continuation,
    is_question,
    is_small_talk,
)
from backend.reading.spanish import to_english


@pytest.mark.parametrize(
    "words", ["Can you hear me?", "yeah can you hear me now", "are you even listening", "still there?"]
)
def test_presence(words: str) -> None:
    assert asks_if_present(words)


@pytest.mark.parametrize("words", ["yes", "hello", "is there a fee", "are you there on monday"])
def test_no_presence(words: str) -> None:
    assert not asks_if_present(words)


@pytest.mark.parametrize(
    "words", ["I don't want to give you that.", "id rather not say", "I'm not giving it", "none of your business"]
)
def test_declined_to_say(words: str) -> None:
    assert declines_to_say(words)


@pytest.mark.parametrize("words", ["I don't have it here", "don't tell me it went up", "41005-001"])
def test_not_declined_to_say(words: str) -> None:
    assert not declines_to_say(words)


@pytest.mark.parametrize(
    "words", ["that's wrong, I paid that last week", "check again", "that can't be right", "I already paid it"]
)
def test_disputed(words: str) -> None:
    assert disputes_answer(words)


@pytest.mark.parametrize("words", ["I want to pay it", "what do I owe", "is that right"])
def test_not_disputed(words: str) -> None:
    assert not disputes_answer(words)


def test_question_after_an_introduction() -> None:
    assert is_question("by the way how much is a yard light a month")
    assert is_question("actually first, is there a fee for paying")


def test_question_about_reading_is_not_a_request_to_repeat() -> None:
    assert asks_to_repeat("can you read it")
    assert not asks_to_repeat("How often do you read it?")


def test_how_are_you_is_a_greeting() -> None:
    assert is_small_talk("Hi there, how are you today?")
    assert is_small_talk("Hello?")


def test_continuations() -> None:
    assert is_continuation("and September?")
    assert is_continuation("what about the membership fee")
    assert not is_continuation("and the power went out at my mother's house")


@pytest.mark.parametrize(
    "words",
    [
        "cómo pongo el pago automático",
        "cómo me inscribo en autopay",
        "qué alertas hay",
        "cómo cancelo mi débito bancario",
    ],
)
def test_spanish_question_how_it_works(words: str) -> None:
    assert asks_how_it_works(to_english(words))
