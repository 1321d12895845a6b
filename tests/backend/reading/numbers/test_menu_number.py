"""The number of a choice, said: it is that key, and a contradiction is none."""

from __future__ import annotations

import pytest

from backend.reading.numbers.menu_number import is_menu_number, read_menu_number

KEYS = {
    0: ("zero", "press zero", "0", "oprima el cero", "number zero"),
    1: (
        "one",
        "1.",
        "press one",
        "one please",
        "won",
        "the first one",
        "uno",
        "oprima el uno",
        "la primera",
        "one one",
    ),
    2: ("two", "to", "too", "press to", "#2", "dos", "el dos", "la segunda", "option 2", "I want two"),
    3: ("three", "tree", "third option", "oprima tres"),
    4: ("for", "press for", "four", "cuatro"),
}


@pytest.mark.parametrize(("key", "words"), [(key, words) for key, said in KEYS.items() for words in said])
def test_reads_the_key(key: int, words: str) -> None:
    assert read_menu_number(words) == key


@pytest.mark.parametrize("words", ["$1", "1.00", "I want to", "one hundred", "one or two", "no one home", "pay"])
def test_other_words_are_no_key(words: str) -> None:
    assert read_menu_number(words) is None


@pytest.mark.parametrize(
    ("words", "key"),
    [
        ("yes one", 1),
        ("for yes press one", 1),
        ("no two", 2),
        ("para sí oprima uno", 1),
        ("no, one", None),
        ("no 1", None),
        ("yes two", None),
        ("sí, dos", None),
        ("no three", None),
    ],
)
def test_yes_or_no_is_not_contradicted(words: str, key: int | None) -> None:
    assert read_menu_number(words, is_yes_no=True) == key


def test_the_first_is_a_day_where_one_is_asked_for() -> None:
    assert read_menu_number("the first", ordinals=False) is None
    assert read_menu_number("press one", ordinals=False) == 1


def test_zero_is_no_choice_of_a_list() -> None:
    assert is_menu_number("one please")
    assert not is_menu_number("zero")
