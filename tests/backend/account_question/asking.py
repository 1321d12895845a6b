"""Asking about an account in both languages, and rows to ask about."""

from __future__ import annotations

from datetime import date, timedelta

from backend.account_question.service import answer
from backend.app import Backend
from backend.billing.models import Account
from backend.language import use_language
from backend.payments.models import Payment, ScheduledPayment
from backend.providers.billing.base import PaymentFact
from tests.backend.household import NOW, TODAY, Household


async def ask(backend: Backend, home: Household, topic: str, words: str = "", language: str = "en") -> str | None:
    async with backend.db.read_session() as session:
        account = await session.get_one(Account, home.account_id)
        with use_language(language):
            return await answer(session, backend, account, topic, words)


async def in_both(
    backend: Backend, home: Household, topic: str, english: str = "", spanish: str = ""
) -> list[str | None]:
    """The answer in English and in Spanish."""
    return [await ask(backend, home, topic, english), await ask(backend, home, topic, spanish, "es")]


async def add_payment(
    backend: Backend, home: Household, number: str, cents: int, *, days_ago: int = 0, status: str = "posted"
) -> None:
    """A payment as it would stand now; one that posted is booked."""
    at = NOW - timedelta(days=days_ago)
    day = TODAY - timedelta(days=days_ago)
    async with backend.db.transaction() as session:
        payment = Payment(
            key=f"test:{number}",
            confirmation=number,
            account_id=home.account_id,
            method_id=home.card_id,
            amount_cents=cents,
            fee_cents=0,
            status=status,
            channel="portal",
            created_at=at,
            updated_at=at,
            posted_on=day if status in ("posted", "returned") else None,
        )
        session.add(payment)
        if status == "posted":
            await backend.billing.payment_posted(session, PaymentFact(payment.key, home.account_id, cents, 0, at))


async def add_scheduled(backend: Backend, home: Household, number: str, cents: int, run_on: date) -> None:
    async with backend.db.transaction() as session:
        session.add(
            ScheduledPayment(
                key=f"test:{number}",
                confirmation=number,
                account_id=home.account_id,
                method_id=home.card_id,
                amount_cents=cents,
                fee_cents=0,
                run_on=run_on,
                channel="sms",
                created_at=NOW,
            )
        )


def in_days(count: int) -> date:
    return TODAY + timedelta(days=count)
