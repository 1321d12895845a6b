"""Quotes: exactly what is read out before a payment is confirmed, stored so that the confirmation means that alone."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from backend.billing.accounts import lock_account
from backend.billing.models import Account
from backend.members.levels import NEEDS, StepUpNeeded
from backend.payments import prechecks
from backend.payments.balances import get_balance
from backend.payments.errors import MethodNotUsable, PaymentRefused
from backend.payments.keypad_entries import get_usable_method
from backend.payments.models import PaymentMethod, Quote

if TYPE_CHECKING:
    from backend.app import Backend

LIFETIME = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class ReadBack:
    """What has to be read out before a confirmation; cents, and the co-op's local date."""

    account_number: str
    amount_cents: int
    fee_cents: int
    total_cents: int
    method: str
    method_kind: str
    pay_on: date
    pay_now: bool
    as_of: datetime | None = None
    """The time of the figures that were known, if newer ones could not be looked up."""


async def make_quote(
    backend: Backend,
    conversation_id: str,
    *,
    account_id: int,
    amount_cents: int,
    method_id: int,
    pay_on: date,
    level: int,
    texting: bool = False,
    ahead: bool = False,
) -> Quote:
    """A quote by a saved method of the account's member, or by one that was keyed in during this call; good for ten
    minutes. It replaces the conversation's last.

    `texting`: asked for by text from the phone on file (`identity.Identity`), which without a step up pays no more
    than is owed. `ahead`: who pays knows that nothing is due, and the read-back says that it becomes a credit; else
    that blocks. Raises StepUpNeeded below the level of `saved_method`, MethodNotUsable for a method that is not
    theirs, PaymentRefused for what blocks. Warnings that do not block must have been said before by the caller.
    """
    await backend.billing.refresh(backend.db, account_id)
    async with backend.db.transaction() as session:
        account = await lock_account(session, account_id)
        method = await get_usable_method(session, conversation_id, method_id, level=level, texting=texting)
        if (
            method.saved
            and level < NEEDS["saved_method"]
            and not await is_within_balance(session, backend, account_id, amount_cents)
        ):
            raise StepUpNeeded()
        return await write_quote(
            session,
            backend,
            conversation_id,
            account=account,
            amount_cents=amount_cents,
            method=method,
            pay_on=pay_on,
            level=level,
            ahead=ahead,
        )


async def is_within_balance(session: AsyncSession, backend: Backend, account_id: int, amount_cents: int) -> bool:
    """Whether no more is paid than is owed after all pending and scheduled payments: a forged text must not turn a
    member's bank account into a credit on the bill."""
    return amount_cents <= (await get_balance(session, backend, account_id)).uncovered_cents


async def write_quote(
    session: AsyncSession,
    backend: Backend,
    conversation_id: str,
    *,
    account: Account,
    amount_cents: int,
    method: PaymentMethod,
    pay_on: date,
    level: int,
    key: str | None = None,
    replaces: bool = True,
    ahead: bool = False,
) -> Quote:
    """The part of make_quote that pay links and groups share; the caller holds the lock of the account.

    `replaces`: it ends what was read out before in this conversation.
    """
    if not method.active or method.member_id != account.member_id:
        raise MethodNotUsable()
    warnings = await prechecks.find_warnings(
        session, backend, account, amount_cents, pay_on, method=method, ahead=ahead
    )
    if refused := prechecks.blocking_warnings(warnings):
        raise PaymentRefused(refused)
    if replaces:
        await expire_open_quotes(session, backend, conversation_id)
    now = backend.clock.now()
    owed = await backend.billing.balance(session, account.id, backend.today())
    quote = Quote(
        key=key or secrets.token_hex(16),
        conversation_id=conversation_id,
        account_id=account.id,
        method_id=method.id,
        amount_cents=amount_cents,
        fee_cents=backend.coop.fee_cents(method.kind),
        pay_on=pay_on,
        pay_now=pay_on == backend.today(),
        level=level,
        due_cents=owed.amount_due_cents,
        figures_as_of=owed.as_of,
        concerns=[warning.fingerprint for warning in warnings],
        created_at=now,
        expires_at=now + LIFETIME,
    )
    session.add(quote)
    await session.flush()
    return quote


async def open_quote(session: AsyncSession, backend: Backend, conversation_id: str, key: str | None) -> Quote | None:
    """The conversation's quote of that key while it can still be confirmed."""
    valid = (Quote.key == key, Quote.conversation_id == conversation_id, Quote.confirmed_at.is_(None))
    return await session.scalar(select(Quote).where(*valid, Quote.expires_at > backend.clock.now()))


async def is_confirmed(session: AsyncSession, conversation_id: str, key: str | None) -> bool:
    """Whether the conversation has confirmed the quote of that key already."""
    query = select(Quote.confirmed_at).where(Quote.key == key, Quote.conversation_id == conversation_id)
    return key is not None and await session.scalar(query) is not None


async def read_back_quote(session: AsyncSession, quote: Quote) -> ReadBack:
    account = await session.get_one(Account, quote.account_id)
    method = await session.get_one(PaymentMethod, quote.method_id)
    return ReadBack(
        account_number=account.number,
        amount_cents=quote.amount_cents,
        fee_cents=quote.fee_cents,
        total_cents=quote.amount_cents + quote.fee_cents,
        method=method.label,
        method_kind=method.kind,
        pay_on=quote.pay_on,
        pay_now=quote.pay_now,
        as_of=quote.figures_as_of,
    )


async def expire_open_quotes(session: AsyncSession, backend: Backend, conversation_id: str) -> None:
    """End what was read out before: a yes can only be to what was read out last."""
    now = backend.clock.now()
    open_ones = (
        Quote.conversation_id == conversation_id,
        Quote.confirmed_at.is_(None),
        Quote.expires_at > now,
    )
    await session.execute(update(Quote).where(*open_ones).values(expires_at=now))
