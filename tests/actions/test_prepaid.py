"""A prepaid account in the dialogue: what is left, and adding money to it."""

from __future__ import annotations

from pathlib import Path

import pytest

from backend.app import Backend
from backend.members.levels import Level
from backend.payments.models import Payment
from tests.actions.conftest import Begin
from tests.backend.household import Household, make_household
from tests.backend.prepaid_accounts import make_prepaid
from tests.support.harness.rows import list_rows
from tests.support.harness.talk import Talk


@pytest.fixture
def database(migrated_database: Path) -> Path:
    return migrated_database


@pytest.fixture
async def home(backend: Backend) -> Household:
    """Ruth, whose account is prepaid and has $20.00 left, five days at $4.00 a day."""
    home = await make_household(backend, due_cents=0)
    await make_prepaid(backend, home, 2000)
    return home


async def test_the_balance_is_what_is_left(begin: Begin) -> None:
    talk = await begin(Level.KNOWN)
    await talk.user_input("what is my balance", intent="check_balance", acts={"start"})
    talk.assert_message(r"\$20\.00 left on your prepaid account.*about 5 days")
    talk.assert_no_message("credit")
    talk.assert_message("add money")


async def test_the_offer_leads_to_adding_money(talk: Talk, backend: Backend) -> None:
    await talk.user_input("what is my balance", intent="check_balance", acts={"start"})
    await talk.press("Add money")
    talk.assert_message("How much would you like to add")
    await talk.user_input("40", acts={"answer"})
    await talk.user_input("visa", acts={"answer"})
    talk.assert_message(r"\$40\.00")
    assert await list_rows(backend, Payment) == []
    await talk.user_input("yes", acts={"affirm"})
    talk.assert_message(r"You have \$60\.00 left on your prepaid account")
    [payment] = await list_rows(backend, Payment)
    assert (payment.amount_cents, payment.status) == (4000, "posted")


async def test_there_is_no_bill_to_pay_all_of(talk: Talk) -> None:
    await talk.user_input("pay all of it", intent="quick_pay", acts={"start"})
    talk.assert_message("How much would you like to add")


async def test_an_amount_that_makes_no_sense_is_asked_again(talk: Talk) -> None:
    await talk.user_input("pay", intent="quick_pay", acts={"start"})
    await talk.user_input("0", acts={"answer"})
    talk.assert_message("one amount in dollars")


async def test_days_left_are_told_when_asked(begin: Begin) -> None:
    talk = await begin(Level.KNOWN, language="es")
    await talk.user_input("cuántos días me quedan", acts={"ask"}, knowledge=[("account_prepaid_left", 0.9)])
    talk.assert_message(r"Le quedan \$20\.00.*unos 5 días")
    talk.assert_message("se puede cortar")


async def test_a_text_from_the_phone_on_file_adds_money_only_after_a_code(begin: Begin) -> None:
    talk = await begin(Level.KNOWN, channel="sms")
    await talk.user_input("pay", intent="quick_pay", acts={"start"})
    await talk.user_input("40", acts={"answer"})
    await talk.user_input("what is saved", acts={"answer"})
    assert talk.responses[-1] == "utter_question_code"
