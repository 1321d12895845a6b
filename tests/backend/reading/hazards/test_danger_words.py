"""What is no danger: long mended, supposed, a name, a bill that shocks. What is so now is one."""

from __future__ import annotations

import pytest

from backend.reading.hazards.danger_words import detect_danger
from backend.reading.spanish import to_english


@pytest.mark.parametrize(
    "words",
    [
        "had a line down back in 2020 and you guys fixed it, is that pole mine",
        "el ano pasado se cayo un poste aqui y lo arreglaron bien rapido, gracias",
        "a mi hijo le dio toques un enchufe hace anos ya lo cambio el electricista",
        "last name is Sparks, first name Lorene",
        "do you give a rebate for smoke detectors",
        "que hago si un dia veo un cable tirado",
    ],
)
def test_mended_supposed_or_named_danger_is_not_danger(words: str) -> None:
    assert not detect_danger(to_english(words))


@pytest.mark.parametrize(
    "words",
    [
        "a car hit the pole last year, you fixed it, and it is leaning again",
        "you fixed it last month, and the line is down",
        "the smoke alarm is going off by the panel",
        "my name is Ann and it is sparking",
    ],
)
def test_present_danger_is_detected(words: str) -> None:
    assert detect_danger(words)


@pytest.mark.parametrize(
    "words",
    [
        "my bill shocked me this month",
        "i was shocked to see how high my bill is",
        "i was shocked at my bill",
        "this bill is such a shock",
        "sticker shock on my bill",
        "the water heater trips the breaker",
    ],
)
def test_shocking_bill_is_not_danger(words: str) -> None:
    assert not detect_danger(words)


@pytest.mark.parametrize(
    "words",
    [
        "pay my bill, the meter is on fire",
        "pay my bill my son got shocked",
        "my son got shocked and i want to pay my bill",
        "she was shocked by the meter",
        "there is water in the basement up to the outlets",
        "shocked, how much is my bill",
        "i got shocked by the fridge and the bill",
    ],
)
def test_danger_with_a_bill_is_detected(words: str) -> None:
    assert detect_danger(words)
