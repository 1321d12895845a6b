"""The history of what a member wants to be told."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from backend.alerts import service as alerts
from backend.app import Backend
from backend.billing.models import Account
from backend.consents.service import Agreement
from backend.outbox.models import MessageConsent
from backend.outbox.service import opt_in, opt_out
from tests.backend.alerts.alert_settings import off, on
from tests.backend.household import Household

on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
"""What no database decides differently is tried on one."""

PHONE = "+15555550142"


async def history(backend: Backend) -> list[tuple[str, str, bool, str]]:
    async with backend.db.read_session() as session:
        rows = await session.scalars(select(MessageConsent).order_by(MessageConsent.id))
        return [(row.purpose, row.channel, row.given, row.reply) for row in rows]


@on_sqlite
async def test_each_purpose_and_channel_has_its_beginning_and_its_end(backend: Backend, home: Household) -> None:
    await on(backend, home, {"bill_due": 3, "past_due": None}, "text")
    await on(backend, home, {"bill_due": 5}, "email")
    await off(backend, home, "past_due")
    assert await history(backend) == [
        ("bill_due", "text", True, "yes"),
        ("past_due", "text", True, "yes"),
        ("bill_due", "email", True, "yes"),
        ("bill_due", "text", False, "yes"),
        ("past_due", "text", False, "yes"),
    ]


@on_sqlite
async def test_the_same_again_is_no_news(backend: Backend, home: Household) -> None:
    await on(backend, home, {"bill_due": 3}, "text")
    await on(backend, home, {"bill_due": 4}, "text")
    assert len(await history(backend)) == 1


async def test_a_stop_and_a_start_are_kept_on_the_accounts_of_the_phone(backend: Backend, home: Household) -> None:
    async with backend.db.transaction() as session:
        await opt_in(session, backend, PHONE, via="sms", reply="START")  # nothing was stopped
        await opt_out(session, backend, PHONE, via="sms", reply="please quit texting me")
        await opt_out(session, backend, PHONE, via="sms", reply="STOP")
        await opt_in(session, backend, PHONE, via="sms", reply="START")
        await opt_out(session, backend, "+15555550177", via="sms", reply="STOP")  # on nobody's account
    assert await history(backend) == [
        ("all", "text", False, "please quit texting me"),
        ("all", "text", True, "START"),
    ]


@on_sqlite
async def test_the_phone_ends_its_texts_without_a_code_and_keeps_the_emails(backend: Backend, home: Household) -> None:
    await on(backend, home, {"bill_due": 3}, "text", "email")
    async with backend.db.transaction() as session:
        account = await session.get_one(Account, home.account_id)
        refusal = Agreement(home.conversation_id, 0, "sms", reply="no more reminders")
        ended, number = await alerts.stop_texts(session, backend, account, ["bill_due"], refusal)
    assert ([setting.kind for setting in ended], bool(number)) == (["bill_due"], True)
    assert ended[0].channels == ["email"]
    assert (await history(backend))[-1] == ("bill_due", "text", False, "no more reminders")
