"""Finds what the office asks for by one number: a payment, a refund, a counter payment, or accounts."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.audit.models import AuditRow
from backend.billing.models import Account, OutsideEntry
from backend.confirmation_numbers import normalize_number
from backend.members.models import Member
from backend.members.service import find_account, list_member_accounts
from backend.payments import counter_posting, office
from backend.payments.alike import AlikePayment
from backend.payments.balances import Balance, get_balance
from backend.payments.check_numbers import check_number, find_number_problem
from backend.payments.difference_models import PaymentDifference
from backend.payments.failed_refunds import (
    PaidTwice,
    list_failed_refunds,
    list_paid_twice,
    list_turned_down,
    may_give,
)
from backend.payments.models import (
    CounterPayment,
    Payment,
    PaymentMethod,
    PaymentRefund,
    ReturnFileEntry,
    ScheduledPayment,
)
from backend.payments.open_differences import list_differences, list_open, list_open_payments
from backend.payments.refund_doubts import RefundDoubt, list_doubts
from backend.payments.refunds import refundable_cents
from backend.payments.return_files import list_open as list_open_returns
from backend.providers.billing.base import FiguresUnknown

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
    doubts: Sequence[RefundDoubt]
    """What speaks against any refund of it."""
    paid_twice: PaidTwice | None
    """The member got its money twice, and nobody has called."""
    end: ScheduleEnd | None
    differences: Sequence[PaymentDifference]
    """What our books and the network say otherwise of it: open and settled ones, the oldest first."""

    @property
    def open_differences(self) -> list[PaymentDifference]:
        is_posted = isinstance(self.item, Payment) and self.item.status == "posted"
        return [each for each in self.differences if each.settled_at is None and is_posted]


@dataclass(frozen=True, slots=True)
class ScheduleEnd:
    """Who canceled a scheduled payment, or why it was not made. `by` is a clerk's name, `the member` or empty."""

    by: str
    at: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class RefundView:
    """A refund with what a clerk needs beside it. `due_cents` is None where another system has not said what is owed;
    `most_cents` is what may still be given for one that failed."""

    item: PaymentRefund
    payment: Payment
    account: Account
    member: Member
    due_cents: int | None
    may_give: bool
    most_cents: int
    paid_twice: PaidTwice | None
    is_held: bool
    """Our books and the network differ about its payment: nothing of it is given back."""


@dataclass(frozen=True, slots=True)
class CounterView:
    item: CounterPayment
    account: Account
    member: Member
    alike: Sequence[AlikePayment]
    way: str


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
    paid_twice: Sequence[PaidTwice]


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


async def find_by_check(session: AsyncSession, words: str) -> tuple[list[CounterPayment], list[PaymentRefund]]:
    """Payments at the counter whose check, money order or receipt has this number, and failed refunds for which the
    office gave such a check; the newest first."""
    number = check_number(words)
    if not number or find_number_problem(words):
        return [], []
    digits = max(re.findall(r"\d+", number), key=len)
    taken = select(CounterPayment).where(CounterPayment.reference.contains(digits, autoescape=True))
    given = select(PaymentRefund).where(PaymentRefund.handled_reference.contains(digits, autoescape=True))
    counter = await session.scalars(taken.order_by(CounterPayment.id.desc()).limit(10 * NEWEST))
    refunds = await session.scalars(given.order_by(PaymentRefund.id.desc()).limit(10 * NEWEST))
    return (
        [each for each in counter if check_number(each.reference) == number][:NEWEST],
        [each for each in refunds if check_number(each.handled_reference) == number][:NEWEST],
    )


async def load_payment(session: AsyncSession, backend: Backend, item: Payment | ScheduledPayment) -> PaymentView:
    account = await session.get_one(Account, item.account_id)
    given: list[PaymentRefund] = []
    doubts: list[RefundDoubt] = []
    left, twice = 0, None
    if isinstance(item, Payment):
        query = select(PaymentRefund).where(PaymentRefund.payment_id == item.id).order_by(PaymentRefund.id)
        given = list(await session.scalars(query))
        twice = await _find_paid_twice(session, item)
        if item.status == "posted":
            left = (await refundable_cents(session, item))[0]
            doubts = await list_doubts(session, backend, item, None)
    return PaymentView(
        item=item,
        account=account,
        member=await session.get_one(Member, account.member_id),
        method=await session.get_one(PaymentMethod, item.method_id),
        refunds=given,
        left_cents=left,
        doubts=doubts,
        paid_twice=twice,
        end=await _find_schedule_end(session, item) if isinstance(item, ScheduledPayment) else None,
        differences=await list_differences(session, item.id) if isinstance(item, Payment) else [],
    )


async def _find_paid_twice(session: AsyncSession, payment: Payment) -> PaidTwice | None:
    found = await list_paid_twice(session, payment.account_id)
    return next((each for each in found if each.payment.id == payment.id), None)


async def _find_schedule_end(session: AsyncSession, item: ScheduledPayment) -> ScheduleEnd | None:
    acts = ("scheduled_payment_canceled", "scheduled_payment_failed")
    query = select(AuditRow).where(AuditRow.account_id == item.account_id, AuditRow.act.in_(acts))
    for row in await session.scalars(query.order_by(AuditRow.id.desc())):
        after = row.after or {}
        if after.get("confirmation") == item.confirmation:
            by = row.actor.removeprefix("office:") if row.actor.startswith("office:") else ""
            is_member = not by and row.act == acts[0]
            return ScheduleEnd("the member" if is_member else by, row.at, str(after.get("reason") or ""))
    return None


async def load_refund(session: AsyncSession, backend: Backend, refund_id: int) -> RefundView:
    refund = await session.get_one(PaymentRefund, refund_id)
    payment = await session.get_one(Payment, refund.payment_id)
    account = await session.get_one(Account, refund.account_id)
    left, fee_left = await refundable_cents(session, payment)
    try:
        due_cents = (await backend.billing.balance(session, account.id, backend.today())).amount_due_cents
    except FiguresUnknown:
        due_cents = None
    return RefundView(
        item=refund,
        payment=payment,
        account=account,
        member=await session.get_one(Member, account.member_id),
        due_cents=due_cents,
        may_give=may_give(refund) and payment.status == "posted",
        most_cents=max(min(refund.amount_cents, left) + min(refund.fee_cents, fee_left), 0),
        paid_twice=await _find_paid_twice(session, payment),
        is_held=payment.status == "posted" and bool(await list_open(session, payment.id)),
    )


async def load_counter(session: AsyncSession, backend: Backend, payment_id: int) -> CounterView:
    item = await session.get_one(CounterPayment, payment_id)
    account = await session.get_one(Account, item.account_id)
    return CounterView(
        item=item,
        account=account,
        member=await session.get_one(Member, account.member_id),
        alike=await office.list_alike_to(session, backend, item) if item.status == "requested" else [],
        way=await counter_posting.describe_way(session, backend, item),
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
        paid_twice=await list_paid_twice(session, account.id),
    )


@dataclass(frozen=True)
class WaitingMoney:
    """What waits for the office, the oldest first: refunds and bookings for a second person, refunds that failed,
    members who got their money twice, and entries of the bank's return files with the confirmation number of their
    payment. `turned_down` are refunds that came to nothing lately, for who asked for them; `returned_payments` the ids
    of payments that the bank returned while their refund waits."""

    refunds: list[PaymentRefund]
    counter_payments: list[CounterPayment]
    taken_off: list[CounterPayment]
    """Still booked: taking them off waits for a second person."""
    failed_refunds: list[PaymentRefund]
    paid_twice: list[PaidTwice]
    returns: list[tuple[ReturnFileEntry, str | None]]
    turned_down: list[PaymentRefund]
    returned_payments: set[int]
    held_payments: list[Payment]
    """Our books and the network differ about them: nothing of them is given back."""

    @property
    def held(self) -> set[int]:
        """The ids of `held_payments`."""
        return {payment.id for payment in self.held_payments}

    @property
    def for_second_person(self) -> int:
        return len(self.refunds) + len(self.counter_payments) + len(self.taken_off)


async def load_waiting(session: AsyncSession, now: datetime) -> WaitingMoney:
    asked = select(PaymentRefund).where(PaymentRefund.status == "requested").order_by(PaymentRefund.id)
    counter = select(CounterPayment).where(CounterPayment.status == "requested").order_by(CounterPayment.id)
    off = select(CounterPayment).where(CounterPayment.status == "booked", CounterPayment.undo_asked_by.is_not(None))
    refunds = list(await session.scalars(asked))
    returned = select(Payment.id).where(
        Payment.id.in_([refund.payment_id for refund in refunds]), Payment.status == "returned"
    )
    return WaitingMoney(
        refunds=refunds,
        counter_payments=list(await session.scalars(counter)),
        taken_off=list(await session.scalars(off.order_by(CounterPayment.undo_asked_at))),
        failed_refunds=await list_failed_refunds(session),
        paid_twice=await list_paid_twice(session),
        returns=await list_open_returns(session),
        turned_down=await list_turned_down(session, now),
        returned_payments=set(await session.scalars(returned)),
        held_payments=await list_open_payments(session),
    )
