"""Quotes, confirmations and what they leave: short ways that the tests of money share."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from backend.app import Backend
from backend.outbox.models import OutboxMessage
from backend.payments import confirm
from backend.payments.balances import get_balance
from backend.payments.models import Payment, Quote, ScheduledPayment
from backend.payments.outcome import PaymentOutcome
from backend.payments.quotes import make_quote
from tests.backend.household import DUE_CENTS, TODAY, Household

WORDING = "Pay $112.40 with Visa ending 4242 today, no fee. OK?"


ON = TODAY + timedelta(days=3)


async def quote_for(backend: Backend, home: Household, amount: int = DUE_CENTS, **other: object) -> Quote:
    asked: dict[str, object] = {
        "account_id": home.account_id,
        "amount_cents": amount,
        "method_id": home.card_id,
        "pay_on": backend.today(),
        "level": 2,
    }
    conversation = str(other.pop("conversation_id", home.conversation_id))
    return await make_quote(backend, conversation, **{**asked, **other})  # type: ignore[arg-type]


async def say_yes(backend: Backend, quote: Quote, conversation_id: str | None = None) -> PaymentOutcome:
    return await confirm.confirm_quote(
        backend,
        quote.key,
        conversation_id=conversation_id or quote.conversation_id,
        channel="sms",
        wording=WORDING,
        reply="Yes please",
    )


async def due(backend: Backend, account_id: int) -> int:
    async with backend.db.read_session() as session:
        return (await get_balance(session, backend, account_id)).amount_due_cents


async def payments(backend: Backend) -> list[Payment]:
    async with backend.db.read_session() as session:
        return list(await session.scalars(select(Payment).order_by(Payment.id)))


async def outbox(backend: Backend) -> list[OutboxMessage]:
    async with backend.db.read_session() as session:
        return list(await session.scalars(select(OutboxMessage).order_by(OutboxMessage.id)))


async def schedule(backend: Backend, home: Household, amount: int = DUE_CENTS) -> ScheduledPayment:
    outcome = await say_yes(backend, await quote_for(backend, home, amount=amount, pay_on=ON))
    assert outcome.scheduled
    return outcome.scheduled


async def statuses(backend: Backend) -> list[str]:
    async with backend.db.read_session() as session:
        return list(await session.scalars(select(ScheduledPayment.status).order_by(ScheduledPayment.id)))
