"""The safe-to-pay gate: all that a member should know, or that forbids it, before money moves."""

from __future__ import annotations

import calendar
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.autopay.cover import coming_runs
from backend.autopay.schedule import active_autopay, active_draft
from backend.billing.models import Account
from backend.billing.service import UNFINISHED, scheduled
from backend.language import tr
from backend.payments.models import Payment, PaymentMethod
from backend.providers.billing.base import Owed

if TYPE_CHECKING:
    from backend.app import Backend


@dataclass(frozen=True, slots=True)
class Concern:
    """One thing to say first, or, when `blocking`, the reason why not. Values are cents, dates and texts.

    account_closed | zero | absurd(max_cents) | nothing_due(credit_cents) | day_past(today) | day_too_far(last) |
    method_expired(label, expired_on) | method_removed(label) block.
    over_due(due_cents, over_cents) | same_amount_recent(amount_cents, confirmation, minutes) |
    pending_payment(amount_cents, confirmation) | scheduled_exists(amount_cents, on, confirmation) |
    draft_soon(on, amount_cents) | autopay_soon(on, amount_cents) are to be said first.
    """

    code: str
    blocking: bool
    values: dict[str, Any] = field(default_factory=dict)

    @property
    def fingerprint(self) -> str:
        """The same for the same thing said twice; how long ago something was does not make it another."""
        lasting = {name: value for name, value in self.values.items() if name != "minutes"}
        return json.dumps([self.code, lasting], sort_keys=True, default=str)


async def concerns(
    session: AsyncSession,
    backend: Backend,
    account: Account,
    amount_cents: int,
    pay_on: date,
    *,
    method: PaymentMethod | None = None,
    leaving_out: int | None = None,
) -> list[Concern]:
    """Everything about paying `amount_cents` on `pay_on` (co-op's date), what blocks first.

    `leaving_out` is the id of a payment that does not count, being the one that is asked about.
    """
    owed = await backend.billing.balance(session, account.id, backend.today())
    found = [
        *_about_account(account, owed),
        *_about_amount(backend, amount_cents, owed),
        *_about_day(backend, pay_on),
        *_about_lateness(backend, owed, pay_on),
        *_about_method(method, pay_on),
        *await _about_payments(session, backend, account.id, amount_cents, leaving_out),
        *await _about_schedules(session, account.id),
        *await _about_automatic(session, backend, account.id, owed, pay_on),
    ]
    return sorted(found, key=lambda concern: not concern.blocking)


def blocking(found: Iterable[Concern]) -> tuple[Concern, ...]:
    return tuple(concern for concern in found if concern.blocking)


def _about_account(account: Account, owed: Owed) -> list[Concern]:
    if account.status == "closed":
        return [Concern("account_closed", True)]
    if owed.amount_due_cents <= 0:
        return [Concern("nothing_due", True, {"credit_cents": -owed.amount_due_cents})]
    return []


def _about_amount(backend: Backend, amount_cents: int, owed: Owed) -> list[Concern]:
    due = owed.amount_due_cents
    if amount_cents <= 0:
        return [Concern("zero", True)]
    if amount_cents > backend.coop.max_payment_cents:
        return [Concern("absurd", True, {"max_cents": backend.coop.max_payment_cents})]
    if 0 < due < amount_cents:
        return [Concern("over_due", False, {"due_cents": due, "over_cents": amount_cents - due})]
    return []


def _about_day(backend: Backend, pay_on: date) -> list[Concern]:
    today = backend.today()
    last = today + timedelta(days=backend.coop.schedule_days)
    if pay_on < today:
        return [Concern("day_past", True, {"today": today})]
    if pay_on > last:
        return [Concern("day_too_far", True, {"last": last})]
    return []


def _about_lateness(backend: Backend, owed: Owed, pay_on: date) -> list[Concern]:
    """A later day than the due date, chosen freely: a late fee may come. Paying today is never warned against."""
    if owed.due_on is None or pay_on <= owed.due_on or pay_on <= backend.today() or owed.amount_due_cents <= 0:
        return []
    return [Concern("after_due", False, {"on": pay_on, "due_on": owed.due_on})]


def _about_method(method: PaymentMethod | None, pay_on: date) -> list[Concern]:
    if method is None:
        return []
    if not method.active:
        return [Concern("method_removed", True, {"label": method.label})]
    ends = method_ends(method)
    if ends is None or pay_on <= ends:
        return []
    return [Concern("method_expired", True, {"label": method.label, "expired_on": ends})]


def method_ends(method: PaymentMethod) -> date | None:
    """The last day a card can be used: its expiry month's last. None for a bank account."""
    if not method.exp_year or not method.exp_month:
        return None
    return date(method.exp_year, method.exp_month, calendar.monthrange(method.exp_year, method.exp_month)[1])


def unusable(account: Account, method: PaymentMethod, on: date) -> str | None:
    """Why the method cannot be charged for the account on that day, in words; None when it can."""
    ends = method_ends(method)
    if account.status == "closed":
        return tr("the account is closed")
    if method.member_id != account.member_id:
        return tr("the way to pay on file is not the account holder's")  # its label is not theirs to read either
    if not method.active:
        return tr("{method} is no longer on file", method=method.label)
    if ends and ends < on:
        return tr("{method} has expired", method=method.label)
    return None


async def _about_payments(
    session: AsyncSession, backend: Backend, account_id: int, amount_cents: int, leaving_out: int | None
) -> list[Concern]:
    now = backend.clock.now()
    since = now - timedelta(minutes=backend.coop.same_amount_minutes)
    query = select(Payment).where(
        Payment.account_id == account_id,
        Payment.id != (leaving_out or 0),
        Payment.status.in_(UNFINISHED) | ((Payment.status == "posted") & (Payment.created_at >= since)),
    )
    found = []
    for payment in await session.scalars(query.order_by(Payment.id)):
        told = {"amount_cents": payment.amount_cents, "confirmation": payment.confirmation}
        if payment.status in UNFINISHED:
            found.append(Concern("pending_payment", False, told))
        if payment.amount_cents == amount_cents and payment.created_at >= since:
            minutes = int((now - payment.created_at).total_seconds() // 60)
            found.append(Concern("same_amount_recent", False, told | {"minutes": minutes}))
    return found


async def _about_schedules(session: AsyncSession, account_id: int) -> list[Concern]:
    return [
        Concern(
            "scheduled_exists",
            False,
            {"amount_cents": item.amount_cents, "on": item.run_on, "confirmation": item.confirmation},
        )
        for item in await scheduled(session, account_id)
    ]


async def _about_automatic(
    session: AsyncSession, backend: Backend, account_id: int, owed: Owed, pay_on: date
) -> list[Concern]:
    """A legacy draft or an Auto Pay run that would take a bill in a few days, or before the payment does: which day,
    and how much of what is open.

    Of several bills it is the one that runs next. One that is late runs no more by itself.
    """
    until = max(backend.today() + timedelta(days=backend.coop.draft_notice_days), pay_on)
    found = []
    enrolled: list[tuple[str, int | None, date | None]] = []
    if await active_draft(session, account_id):
        enrolled.append(("draft_soon", None, None))
    if autopay := await active_autopay(session, account_id):
        enrolled.append(("autopay_soon", autopay.day_of_month, autopay.starts_on))
    for code, day_of_month, starts_on in enrolled:
        coming = await coming_runs(session, backend, account_id, day_of_month, starts_on)
        if coming and min(coming) <= until and owed.amount_due_cents > 0:
            found.append(Concern(code, False, {"on": min(coming), "amount_cents": coming[min(coming)]}))
    return found
