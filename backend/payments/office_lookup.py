"""Finds what the office asks for by one number: a payment, a refund, a counter payment, or accounts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.billing.models import Account, OutsideEntry
from backend.confirmation_numbers import normalize_number
from backend.members.models import Member
from backend.members.service import find_account, list_member_accounts
from backend.payments.balances import Balance, get_balance
from backend.payments.models import (
    CounterPayment,
    Payment,
    PaymentMethod,
    PaymentRefund,
    ReturnFileEntry,
    ScheduledPayment,
)
from backend.payments.refunds import list_failed_refunds, refundable_cents
from backend.payments.return_files import list_open as list_open_returns

if TYPE_CHECKING:
    from backend.app import Backend

NEWEST = 50
MoneyItem = Payment | ScheduledPayment | PaymentRefund | CounterPayment


@dataclass(frozen=True, slots=True)
class PaymentView:
    """A payment, or a scheduled one that has not run, with what a clerk needs beside it."""

    item: Payment | ScheduledPayment
    account: Account
    member: Member
    method: PaymentMethod
    refunds: Sequence[PaymentRefund]
    left_cents: int


@dataclass(frozen=True, slots=True)
class AccountView:
    account: Account
    member: Member
    balance: Balance
    payments: Sequence[Payment]
    counter_payments: Sequence[CounterPayment]
    outside_entries: Sequence[OutsideEntry]
    """What the co-op's own system booked; an entry that is our own payment has its `payment_id`."""
    own_numbers: Mapping[int, str]
    """Confirmation numbers of those payments."""
    refunds: Mapping[int, Sequence[PaymentRefund]]
    """By the id of the payment."""


async def find_item(session: AsyncSession, words: str) -> MoneyItem | None:
    """What has this confirmation number, typed in any way; a payment comes before the schedule it came from."""
    number = normalize_number(words)
    if number is None:
        return None
    for model in (Payment, ScheduledPayment, PaymentRefund, CounterPayment):
        item: MoneyItem | None = await session.scalar(select(model).where(model.confirmation == number))
        if item is not None:
            return item
    return None


async def find_accounts(session: AsyncSession, words: str) -> list[Account]:
    """The account of a full number or of an entry in the co-op's own system, or all of a member's."""
    account = await find_account(session, words)
    if account is not None:
        return [account]
    member = await session.scalar(select(Member).where(Member.number == words.strip()))
    if member is not None:
        return await list_member_accounts(session, member.id)
    query = select(Account).join(OutsideEntry, OutsideEntry.account_id == Account.id)
    return list(await session.scalars(query.where(OutsideEntry.number == words.strip())))


async def load_payment(session: AsyncSession, item: Payment | ScheduledPayment) -> PaymentView:
    account = await session.get_one(Account, item.account_id)
    query = select(PaymentRefund).where(PaymentRefund.payment_id == item.id).order_by(PaymentRefund.id)
    is_payment = isinstance(item, Payment)
    left = (await refundable_cents(session, item))[0] if isinstance(item, Payment) and item.status == "posted" else 0
    return PaymentView(
        item=item,
        account=account,
        member=await session.get_one(Member, account.member_id),
        method=await session.get_one(PaymentMethod, item.method_id),
        refunds=list(await session.scalars(query)) if is_payment else [],
        left_cents=left,
    )


async def load_account(session: AsyncSession, backend: Backend, account: Account) -> AccountView:
    """The account with its newest payments, and what the co-op's own system booked."""
    payments = select(Payment).where(Payment.account_id == account.id).order_by(Payment.id.desc())
    counter = select(CounterPayment).where(CounterPayment.account_id == account.id).order_by(CounterPayment.id.desc())
    outside = select(OutsideEntry).where(OutsideEntry.account_id == account.id)
    outside = outside.order_by(OutsideEntry.posted_on.desc(), OutsideEntry.id.desc())
    entries = list(await session.scalars(outside.limit(NEWEST)))
    refunds: dict[int, list[PaymentRefund]] = defaultdict(list)
    given = select(PaymentRefund).where(PaymentRefund.account_id == account.id).order_by(PaymentRefund.id)
    for refund in await session.scalars(given):
        refunds[refund.payment_id].append(refund)
    own = select(Payment.id, Payment.confirmation).where(Payment.id.in_([each.payment_id for each in entries]))
    return AccountView(
        account=account,
        member=await session.get_one(Member, account.member_id),
        balance=await get_balance(session, backend, account.id),
        payments=list(await session.scalars(payments.limit(NEWEST))),
        counter_payments=list(await session.scalars(counter.limit(NEWEST))),
        outside_entries=entries,
        own_numbers={payment_id: number for payment_id, number in await session.execute(own)},
        refunds=refunds,
    )


@dataclass(frozen=True)
class WaitingMoney:
    """What waits for the office, the oldest first: refunds and bookings for a second person, refunds that failed, and
    entries of the bank's return files with the confirmation number of their payment."""

    refunds: list[PaymentRefund]
    counter_payments: list[CounterPayment]
    failed_refunds: list[PaymentRefund]
    returns: list[tuple[ReturnFileEntry, str | None]]

    @property
    def for_second_person(self) -> int:
        return len(self.refunds) + len(self.counter_payments)


async def load_waiting(session: AsyncSession) -> WaitingMoney:
    refunds = select(PaymentRefund).where(PaymentRefund.status == "requested").order_by(PaymentRefund.id)
    counter = select(CounterPayment).where(CounterPayment.status == "requested").order_by(CounterPayment.id)
    return WaitingMoney(
        refunds=list(await session.scalars(refunds)),
        counter_payments=list(await session.scalars(counter)),
        failed_refunds=await list_failed_refunds(session),
        returns=await list_open_returns(session),
    )
