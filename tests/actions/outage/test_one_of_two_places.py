"""An outage at one of the places of a phone on file: the account is found by what the report calls the place."""

from __future__ import annotations

import pytest
from sqlalchemy import update

from backend.app import Backend
from backend.billing.models import Account
from backend.conversations.models import Conversation
from backend.members.levels import Level
from backend.members.models import Member
from backend.tickets.models import Ticket
from tests.actions.conftest import Begin
from tests.actions.quick_pay.test_together import add_account
from tests.backend.household import Household
from tests.support.harness.rows import list_rows
from tests.support.harness.talk import Talk

PHONE = "+18155550142"


async def begin_from_phone(begin: Begin, backend: Backend, home: Household, channel: str, language: str = "en") -> Talk:
    await add_account(backend, home, "002", "barn", 0)
    talk = await begin(Level.ANONYMOUS, channel=channel, language=language)
    async with backend.db.transaction() as session:
        await session.execute(update(Member).where(Member.id == home.member_id).values(phone=PHONE))
        await session.execute(update(Conversation).values(address=PHONE))
        await session.execute(
            update(Account).where(Account.id == home.account_id).values(service_address="12 Mill Road, Rockford")
        )
    return talk


@pytest.mark.parametrize(
    ("words", "language"),
    [
        ("it's dark in the barn, the house has power", "en"),
        ("no hay luz en el granero, la casa está bien", "es"),
    ],
)
async def test_the_place_named_is_read_back(
    begin: Begin, backend: Backend, home: Household, words: str, language: str
) -> None:
    talk = await begin_from_phone(begin, backend, home, "sms", language)
    await talk.user_input(words, intent="report_outage", acts={"start"})
    talk.assert_response("utter_question_case_confirm")
    talk.assert_message(r"\(barn\)")


@pytest.mark.parametrize(("words", "separator"), [("barn is dead, the house is ok", "002"), ("my house is out", "001")])
async def test_the_ticket_is_of_the_account_named(
    begin: Begin, backend: Backend, home: Household, words: str, separator: str
) -> None:
    talk = await begin_from_phone(begin, backend, home, "sms")
    await talk.user_input(f"{words}, 12 Mill Road", intent="report_outage", acts={"start"})
    await talk.user_input("yes", acts={"affirm"})
    [ticket] = await list_rows(backend, Ticket)
    accounts = {each.id: each.separator for each in await list_rows(backend, Account)}
    assert accounts[ticket.account_id] == separator


async def test_a_caller_is_not_told_the_place(begin: Begin, backend: Backend, home: Household) -> None:
    talk = await begin_from_phone(begin, backend, home, "voice")
    await talk.user_input("the power is out at the barn", intent="report_outage", acts={"start"})
    talk.assert_response("utter_question_outage_place")
    talk.assert_no_message("Mill")


async def test_of_two_places_none_is_guessed(begin: Begin, backend: Backend, home: Household) -> None:
    talk = await begin_from_phone(begin, backend, home, "sms")
    await talk.user_input("the power is out", intent="report_outage", acts={"start"})
    talk.assert_response("utter_question_outage_place")
