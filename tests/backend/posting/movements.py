"""Movements in the queue, and what became of them: short ways that these tests share."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sqlalchemy import select

from backend.app import Backend
from backend.billing.models import Account
from backend.outbox.models import OutboxMessage
from backend.posting import service as posting
from backend.posting.models import QueuedPosting
from tests.backend.household import Household
from tests.backend.payments.paying import payments, quote_for, say_yes
from tests.standins.booking_system import StandinBillingSystem


def connect(backend: Backend, file: Path | str = ":memory:", **options: Any) -> StandinBillingSystem:
    """Let the backend's billing provider speak to a stand-in of another system."""
    system = StandinBillingSystem(file, **options)
    backend.billing.system = system  # type: ignore[attr-defined]
    return system


async def pay(backend: Backend, home: Household) -> int:
    """Pay the bill by hand; returns the payment's id."""
    assert (await say_yes(backend, await quote_for(backend, home))).kind == "paid"
    return (await payments(backend))[-1].id


async def add(
    backend: Backend,
    home: Household,
    key: str,
    cents: int = 500,
    *,
    kind: str = "payment",
    fee_cents: int = 0,
    payment_id: int | None = None,
    confirmation: str = "K7M-4Q2",
) -> str:
    """Queue a movement without the payment that makes it; returns its whole key."""
    async with backend.db.transaction() as session:
        row = await posting.enqueue(
            session,
            backend,
            kind=kind,
            key=key,
            account_id=home.account_id,
            amount_cents=cents,
            fee_cents=fee_cents,
            payment_id=payment_id,
            method_kind="card",
            confirmation=confirmation,
            channel="sms",
        )
        return row.key


async def rows(backend: Backend) -> list[QueuedPosting]:
    async with backend.db.read_session() as session:
        return list(await session.scalars(select(QueuedPosting).order_by(QueuedPosting.id)))


async def standing(backend: Backend) -> dict[str, str]:
    """The status of each movement by its key."""
    return {row.key: row.status for row in await rows(backend)}


async def office_mail(backend: Backend) -> list[OutboxMessage]:
    async with backend.db.read_session() as session:
        query = select(OutboxMessage).where(OutboxMessage.purpose == "office").order_by(OutboxMessage.id)
        return list(await session.scalars(query))


async def add_account(backend: Backend, home: Household, separator: str) -> Household:
    """Another account of the same member."""
    async with backend.db.transaction() as session:
        first = await session.get_one(Account, home.account_id)
        base = first.number.split("-")[0]
        account = Account(
            member_id=home.member_id,
            separator=separator,
            number=f"{base}-{separator}",
            number_digits=f"{base}{separator}",
        )
        session.add(account)
        await session.flush()
        return Household(home.member_id, account.id, home.card_id, home.bank_id, home.conversation_id)
