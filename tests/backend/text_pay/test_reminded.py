"""Short answers to a reminder of a bill are about that bill."""

from __future__ import annotations

import pytest

from backend.app import Backend
from tests.backend.household import Household, add_barn, add_bill
from tests.backend.text_pay.texting import Texting, list_payments, remind

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("half", "-> pay half of my bill, account 99999-001"),
        ("can i do half today?", "-> pay half of my bill, account 99999-001"),
        ("solo puedo pagar la mitad", "-> pagar la mitad de mi factura, cuenta 99999-001"),
        ("half now and the rest on friday", "-> half now and the rest on friday, account 99999-001"),
        ("I can pay the rest", "-> pay my whole bill, account 99999-001"),
        ("sí, páguela", "-> pagar toda mi factura, cuenta 99999-001"),
        ("how much is it again", "Acct ..9-001: $112.40 is due Dec 8. Reply PAY to pay."),
        ("cuanto era", "Cta ..9-001: $112.40 vence el 8 dic. Responda PAGAR para pagar."),
        ("i want to pay the bill you just texted me about", "-> pay my whole bill, account 99999-001"),
        ("the bill you just texted me about", "Acct ..9-001: $112.40 is due Dec 8. Reply PAY to pay."),
    ],
)
async def test_what_is_said_of_the_bill(
    backend: Backend, home: Household, phone: Texting, words: str, told: str
) -> None:
    assert await phone.text(words) is None, "no reminder came"
    phone.spoke_at = None
    await remind(backend, home)
    assert await phone.text(words) == told
    assert await list_payments(backend) == []


async def test_after_such_an_answer_it_is_still_about_the_reminder(
    backend: Backend, home: Household, phone: Texting
) -> None:
    await remind(backend, home)
    await phone.text("how much was it")
    assert await phone.text("half") == "-> pay half of my bill, account 99999-001"
    assert await phone.text("half") is None, "the dialogue has it now"


async def test_another_reminder_is_not_promised(backend: Backend, home: Household, phone: Texting) -> None:
    await remind(backend, home)
    assert await phone.text("remind me tomorrow") == (
        "I can't set a reminder for one day. Acct ..9-001: $112.40 is due Dec 8. Bill reminders come 20 days before "
        "the due date; to change that, write for example REMIND ME 2 DAYS BEFORE. Reply PAY to pay."
    )
    assert str(await phone.text("recuérdame mañana")).startswith("No puedo poner un recordatorio")


@pytest.mark.parametrize(
    "words",
    [
        "half the house has no power",
        "i already paid the bill you just texted me about",
        "i can't pay half",
        "why so much",
    ],
)
async def test_anything_more_is_for_the_dialogue(backend: Backend, home: Household, phone: Texting, words: str) -> None:
    await remind(backend, home)
    assert await phone.text(words) is None


async def test_half_of_one_of_two_accounts(backend: Backend, home: Household, phone: Texting) -> None:
    other = await add_barn(backend, home)
    await add_bill(backend, other.account_id, 3000, backend.today())
    await remind(backend, home)
    await remind(backend, other)
    assert "$112.40" in str(told := await phone.text("how much is it again"))
    assert "..9-002 (barn): $30.00" in str(told)
    assert str(await phone.text("half")).startswith("Which account?")
    assert await phone.text("the barn") == "-> pay half of my bill, account 99999-002"
