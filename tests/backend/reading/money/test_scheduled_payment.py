"""Whether words are about a payment that was scheduled before, or about one to be made."""

from __future__ import annotations

import pytest

from backend.reading.money.scheduled_payment import extract_existing_act


@pytest.mark.parametrize(
    ("words", "act"),
    [
        ("set up a payment for later", None),
        ("can you schedule a payment for next friday", None),
        ("i want to make a payment for the 15th, what do you need", None),
        ("move my payment to friday", "move"),
        ("i set up a payment for friday, change it to a later day", "move"),
        ("reschedule my payment", "move"),
        ("what scheduled payments do i have", "show"),
        ("cancel my scheduled payment", "cancel"),
        ("pay my bill on friday", None),
    ],
)
def test_act_on_existing(words: str, act: str | None) -> None:
    assert extract_existing_act(words) == act


@pytest.mark.parametrize(
    ("words", "act"),
    [
        ("cancel my scheduled payment", "cancel"),
        ("can i stop the payment i set for friday", "cancel"),
        ("don't take the payment i scheduled", "cancel"),
        ("move my scheduled payment to the 20th", "move"),
        ("change my scheduled payment to a different date", "move"),
        ("can i reschedule my payment", "move"),
        ("what scheduled payments do i have", "show"),
        ("show my scheduled payments", "show"),
        ("schedule a payment", None),
        ("pay 50 on friday", None),
        ("i want to pay it next week", None),
        ("set up a payment for friday", None),
        ("don't take it today take it saturday", None),
    ],
)
def test_act_on_scheduled_payment(words: str, act: str | None) -> None:
    assert extract_existing_act(words) == act
