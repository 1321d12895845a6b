"""A way to pay that is not on file, named as the payment is asked for: the link takes it, and no saved card is."""

from __future__ import annotations

import pytest

from tests.actions.conftest import Begin


@pytest.mark.parametrize(
    ("words", "language"),
    [
        ("pay 40 with a different card", "en"),
        ("pay 40 with my husband's card", "en"),
        ("pay 40 from another bank account tomorrow", "en"),
        ("pague 40 con una tarjeta diferente", "es"),
        ("mañana quiero pagar $40 con otra tarjeta", "es"),
        ("pague 40 con la tarjeta de mi esposo", "es"),
        ("hoy pago $40 desde otra cuenta de banco", "es"),
    ],
)
async def test_another_way_to_pay_gets_the_link(begin: Begin, words: str, language: str) -> None:
    talk = await begin(language=language)
    await talk.user_input(words, intent="quick_pay", acts={"start"})
    assert "utter_pay_link" in talk.responses
    talk.assert_message(r"\$40\.00")


async def test_what_is_on_file_is_read_back(begin: Begin) -> None:
    talk = await begin()
    await talk.user_input("pay 40 with my visa today", intent="quick_pay", acts={"start"})
    talk.assert_message(r"\$40\.00 today, with Visa ending 4242")
