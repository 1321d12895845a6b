"""Places in a message, and words that count as a place only where one was asked for."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import pytest

from actions.free_text import extract_address_or_road, extract_place
from actions.turn import Turn
from backend.reading.spanish import to_english


def turn(words: str, *, spanish: bool = False, intent: str = "inform") -> Turn:
    made: Any = SimpleNamespace(focused_text=words, text=to_english(words) if spanish else words, intent=intent)
    return cast(Turn, made)


@pytest.mark.parametrize(
    ("words", "place"),
    [
        ("yard light out at 12 oak road", "12 oak road"),
        ("it's at 14 Mill Road, Elizabeth and hurry please", "14 Mill Road, Elizabeth"),
        ("power is out at 2231 county road 12", "2231 county road 12"),
        ("77 w stage coach trail", "77 w stage coach trail"),
        ("we've been out for 4 hours on cedar lane", "cedar lane"),
        ("3 houses on Elm Street", "Elm Street"),
        ("the corner of Oak and 3rd", "the corner of Oak and 3rd"),
        ("power out on hwy 20 near Stockton", "hwy 20 near Stockton"),
        ("en la calle Roble 12 no hay luz", "calle Roble 12"),
        ("12 Cherry Lane in Warren", "12 Cherry Lane, Warren"),
        ("vivimos en 410 Elm Street en Elizabeth", "410 Elm Street, Elizabeth"),
        ("a wire in 22 Oak Street in my yard", "22 Oak Street"),
        ("calle Oak y la tercera, el cable está echando chispas", "calle Oak y la tercera"),
        ("Oak Street and 3rd, hurry", "Oak Street and 3rd"),
        ("vivo en la calle Oak y no hay luz", None),
        ("on Oak Street and I smell gas", "Oak Street"),
        ("my street is dark", None),
        ("118 Pond Road, no wait, 181 Pond Road", "181 Pond Road"),
        ("61 Birch Lane, I mean 16", "16 Birch Lane"),
        ("one oh four pond road sorry one forty pond road", "140 pond road"),
        ("calle Fresno 9, perdón, calle Fresno 19", "calle Fresno 19"),
        ("12 Oak Street, no answer for 3 hours", "12 Oak Street"),
        ("the light on my street", None),
        ("there are 3 of us on the road", None),
        ("my number is 41005-001 0142", None),
        ("i owe like 3 people", None),
        ("power's out", None),
    ],
)
def test_an_address_is_found_anywhere(words: str, place: str | None) -> None:
    assert extract_address_or_road(words) == place


@pytest.mark.parametrize(
    ("words", "place"),
    [
        ("no nobody's hurt", None),
        ("nobody hurt, we are fine by the barn", None),
        ("yes", None),
        ("i don't know", None),
        ("please hurry", None),
        ("we're ok", None),
        ("hold on let me look", None),
        ("is there a crew coming to the farm?", None),
        ("no it's 12 Oak Road", "12 Oak Road"),
        ("i don't know the number, it's on ridge road", "ridge road"),
        ("the Hansen farm past the church", "the Hansen farm past the church"),
        ("it's the blue trailer behind the school", "the blue trailer behind the school"),
        ("um we're at lot 14", "lot 14"),
        ("fourteen mill road elizabeth", "14 mill road elizabeth"),
        ("over there", None),
        ("90 Elm Street Hanover", "90 Elm Street Hanover"),
        ("it's 90 Elm Street Hanover IL", "90 Elm Street Hanover IL"),
        ("90 Elm Street and please hurry", "90 Elm Street"),
        ("90 Elm Street the power is out", "90 Elm Street"),
    ],
)
def test_asked_place_may_be_a_spot(words: str, place: str | None) -> None:
    assert extract_place(turn(words), asked=True) == place


@pytest.mark.parametrize("words", ["the Hansen farm past the church", "lot 14"])
def test_unasked_place_must_be_an_address(words: str) -> None:
    assert extract_place(turn(words), asked=False) is None


@pytest.mark.parametrize(
    ("words", "place"),
    [
        ("no hay nadie herido", None),
        ("es en la calle Roble 12", "calle Roble 12"),
        ("estamos en el rancho junto a la iglesia", "el rancho junto a la iglesia"),
        ("no sé", None),
    ],
)
def test_in_spanish(words: str, place: str | None) -> None:
    assert extract_place(turn(words, spanish=True), asked=True) == place


@pytest.mark.parametrize(
    ("words", "place"),
    [
        ("five oh nine Franklin Street in Elizabeth. how long", "509 Franklin Street, Elizabeth"),
        ("there's a line down at twelve forty Cedar Lane, are they coming", "1240 Cedar Lane"),
        ("se cayó un cable en la calle Roble treinta y cuatro y echa chispas", "calle Roble 34"),
        ("calle Roble número treinta y cuatro, ya casi no respira", "calle Roble 34"),
        ("one of the poles on Mill Road is leaning", "Mill Road"),
        ("two hours on Mill Road with no light", "Mill Road"),
        ("hay dos cables en la calle, una casa antes de la iglesia", None),
        ("we waited two hours", None),
    ],
)
def test_house_number_in_words_is_formatted_in_digits(words: str, place: str | None) -> None:
    assert extract_address_or_road(words) == place
