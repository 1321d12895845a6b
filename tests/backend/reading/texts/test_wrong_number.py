"""Who says that our texts reach the wrong person."""

from __future__ import annotations

import pytest

from backend.reading.texts.wrong_number import is_wrong_number, may_be_wrong_number, should_ask_wrong_number

DENIES = [
    "This is not Samir, you have the wrong number",
    "You have the wrong number",
    "wrong number",
    "Wrong number.",
    "Sorry wrong number",
    "This is not Samir",
    "not samir",
    "I am not Samir",
    "im not samir haddad",
    "This isn't Samir's phone",
    "Samir no longer has this number",
    "Samir doesn't live here",
    "There is no Samir here",
    "I don't know any Samir",
    "You are texting the wrong person",
    "no soy Samir",
    "Número equivocado",
    "se equivocó de número",
    "Este no es el número de Samir",
    "no conozco a Samir",
    "This number no longer belongs to Samir",
    "wrong person",
    "you got the wrong guy",
    "This is not Samir. Stop texting me",
    "I just got this number",
    "Sorry, I think you have the wrong number for Samir",
    "Este ya no es el teléfono de Samir",
    "Samir ya no tiene este número",
    "This isn't Samir anymore",
    " you've got the wrong number",
]
OF_SOMETHING_ELSE = [
    "you have the wrong number for me",
    "wrong meter number on my bill",
    "this is not right",
    "this is not my bill",
    "no",
    "i gave you the wrong number",
    "that is the wrong account number",
    "not yet",
    "is this the wrong number?",
    "you have my wrong number on file",
    "I am not sure",
    "this is not fair",
    "nobody here",
    "Samir died",
    "not visa",
    "the wrong number is on my bill",
    "wrong, 99999-002",
]
NAMES = ["Samir Haddad"]


@pytest.mark.parametrize("text", DENIES)
def test_phone_belongs_to_somebody_else(text: str) -> None:
    assert may_be_wrong_number(text)
    assert is_wrong_number(text, NAMES, idle=True)


@pytest.mark.parametrize("text", OF_SOMETHING_ELSE)
def test_other_wrong_things_are_not_the_phone(text: str) -> None:
    assert not is_wrong_number(text, NAMES, idle=True)


def test_in_a_task_a_wrong_number_is_that_of_the_account() -> None:
    assert not is_wrong_number("sorry, wrong number", NAMES, idle=False)
    assert is_wrong_number("This is not Samir", NAMES, idle=False)


def test_unknown_name_is_not_a_wrong_number() -> None:
    assert not is_wrong_number("This is not Visa", [], idle=True)


@pytest.mark.parametrize(
    "text",
    ["wrong number dude", "Wrong nubmer", "wrong #", "oops wrong phone", "numero incorrecto", "incorrect cell"],
)
def test_few_words_with_a_typo_count(text: str) -> None:
    assert may_be_wrong_number(text)
    assert is_wrong_number(text, [], idle=True)


@pytest.mark.parametrize(
    "text",
    [
        "he no longer lives here",
        "this is my number now",
        "that was meant for somebody else",
        "I am not one of your members",
        "I don't have an account with you",
        "we never lived in Illinois",
        "not the person you are after",
        "who is Samir",
        "no conozco a esa señora",
        "este ya no es su número",
        "está equivocado",
    ],
)
def test_ambiguous_statement_is_asked_about(text: str) -> None:
    assert may_be_wrong_number(text)
    assert should_ask_wrong_number(text, on_file=True)
    assert not should_ask_wrong_number(text, on_file=False)


def test_denied_name_is_asked_about() -> None:
    assert should_ask_wrong_number("This is not Ramona", on_file=False)
    assert not should_ask_wrong_number("This is not Visa", on_file=True)


@pytest.mark.parametrize(
    "text", ["I am not a member yet, how do I join", "he doesn't have power", "my number has changed", "I am not sure"]
)
def test_a_members_own_news_are_not(text: str) -> None:
    assert not should_ask_wrong_number(text, on_file=True)
