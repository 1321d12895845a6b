"""Turning alerts on and off, and the messages that follow."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from backend.alerts import service as alerts
from backend.app import Backend
from backend.billing.models import Account
from backend.consents.service import Agreement
from backend.outbox.models import OutboxMessage
from backend.outbox.service import list_messages
from backend.payments.models import Payment
from tests.backend.household import TODAY, Household

DUE = TODAY + timedelta(days=20)


def author(home: Household, channel: str = "web") -> Agreement:
    return Agreement(home.conversation_id, 2, channel, "Shall I turn them on?", "yes")


async def on(backend: Backend, home: Household, wanted: dict[str, int | None], *ways: str, channel: str = "web") -> str:
    async with backend.db.transaction() as session:
        account = await session.get_one(Account, home.account_id)
        return await alerts.turn_on(session, backend, account, wanted, ways, author(home, channel))


async def off(backend: Backend, home: Household, *names: str) -> list[str]:
    async with backend.db.transaction() as session:
        account = await session.get_one(Account, home.account_id)
        ended, _number = await alerts.turn_off(session, backend, account, names, author(home))
        return [setting.kind for setting in ended]


async def outbox(backend: Backend, purpose: str) -> list[tuple[str, str]]:
    async with backend.db.read_session() as session:
        return [(row["kind"], row["body"]) for row in await list_messages(session) if row["purpose"] == purpose]


async def sent_alerts(backend: Backend) -> list[OutboxMessage]:
    async with backend.db.read_session() as session:
        query = select(OutboxMessage).where(OutboxMessage.purpose == "alert").order_by(OutboxMessage.id)
        return list(await session.scalars(query))


async def pay(backend: Backend, home: Household, key: str, status: str, code: str | None = None) -> None:
    async with backend.db.transaction() as session:
        session.add(
            Payment(
                key=key, confirmation=f"K7M-{key[-3:]}", account_id=home.account_id, method_id=home.bank_id,
                amount_cents=5000, fee_cents=0, status=status, channel="web", decline_code=code,
                created_at=backend.clock.now(), updated_at=backend.clock.now(), posted_on=TODAY,
            )
        )  # fmt: skip
