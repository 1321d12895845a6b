"""What a member should know before paying, and what forbids a payment."""

from __future__ import annotations

import calendar
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.billing.models import Account
from backend.language import tr
from backend.payments.balances import list_scheduled
from backend.payments.models import PENDING_STATUSES, Payment, PaymentMethod, Quote
from backend.providers.billing.base import AccountBalance

if TYPE_CHECKING:
    from backend.app import Backend


NOTHING_DUE = "nothing_due"


@dataclass(frozen=True, slots=True)
class PaymentWarning:
    """What the member must know before paying or, when `blocking`, why they cannot. Values are cents, dates and texts.

    account_closed | zero | absurd(max_cents) | nothing_due(credit_cents) | day_past(today) | day_too_far(last) |
    method_expired(label, expired_on) | method_removed(label) block; nothing_due does not where it is paid `ahead`.
    over_due(due_cents, over_cents) | same_amount_recent(amount_cents, confirmation, minutes) |
    pending_payment(amount_cents, confirmation) | scheduled_exists(amount_cents, on, confirmation) |
    draft_soon(on, amount_cents) | autopay_soon(on, amount_cents) | after_due(on, due_on) are to be said first.
    """

    code: str
    blocking: bool
    values: dict[str, Any] = field(default_factory=dict)

    @property
    def fingerprint(self) -> str:
        """Equal for the same warning at another time, so it leaves out how many minutes ago something was."""
        lasting = {name: value for name, value in self.values.items() if name != "minutes"}
        return json.dumps([self.code, lasting], sort_keys=True, default=str)


async def find_warnings(
    session: AsyncSession,
    backend: Backend,
    account: Account,
    amount_cents: int,
    pay_on: date,
    *,
    method: PaymentMethod | None = None,
    except_payment_id: int | None = None,
    ahead: bool = False,
) -> list[PaymentWarning]:
    """Everything about paying `amount_cents` on `pay_on` (co-op's date), what blocks first.

    `except_payment_id` is the id of the payment that is being checked, which is no warning about itself. `ahead`: who
    pays was told that nothing is due, and that the payment becomes a credit.
    """
    owed = await backend.billing.balance(session, account.id, backend.today())
    found = [
        *_check_amount(backend, account, owed, amount_cents, ahead=ahead),
        *_check_day(backend, owed, pay_on),
        *_check_method(method, pay_on),
        *await _check_recent_payments(session, backend, account.id, amount_cents, except_payment_id),
        *[
            PaymentWarning(
                "scheduled_exists",
                False,
                {"amount_cents": item.amount_cents, "on": item.run_on, "confirmation": item.confirmation},
            )
            for item in await list_scheduled(session, account.id)
        ],
        *await _check_automatic(session, backend, account.id, owed, pay_on),
    ]
    return sorted(found, key=lambda warning: not warning.blocking)


async def find_quote_warnings(
    session: AsyncSession, backend: Backend, quote: Quote, *, except_payment_id: int | None = None
) -> list[PaymentWarning]:
    """As `find_warnings`, for what was read out in `quote`, also that nothing is due."""
    account = await session.get_one(Account, quote.account_id)
    method = await session.get_one(PaymentMethod, quote.method_id)
    return await find_warnings(
        session,
        backend,
        account,
        quote.amount_cents,
        quote.pay_on,
        method=method,
        except_payment_id=except_payment_id,
        ahead=is_ahead(quote.concerns),
    )


def is_ahead(concerns: Iterable[str]) -> bool:
    """Whether the fingerprints of what was said before a payment say that nothing is due: it is paid ahead."""
    return any(json.loads(each)[0] == NOTHING_DUE for each in concerns)


def blocking_warnings(found: Iterable[PaymentWarning]) -> tuple[PaymentWarning, ...]:
    return tuple(warning for warning in found if warning.blocking)


def _check_amount(
    backend: Backend, account: Account, owed: AccountBalance, amount_cents: int, *, ahead: bool
) -> Iterator[PaymentWarning]:
    due, most = owed.amount_due_cents, backend.coop.max_payment_cents
    if account.status == "closed":
        yield PaymentWarning("account_closed", True)
    elif due <= 0 and not owed.prepaid:  # a prepaid account is paid for ahead
        yield PaymentWarning(NOTHING_DUE, not ahead, {"credit_cents": -due})
    if amount_cents <= 0:
        yield PaymentWarning("zero", True)
    elif amount_cents > most:
        yield PaymentWarning("absurd", True, {"max_cents": most})
    elif 0 < due < amount_cents and not owed.prepaid:
        yield PaymentWarning("over_due", False, {"due_cents": due, "over_cents": amount_cents - due})


def _check_day(backend: Backend, owed: AccountBalance, pay_on: date) -> Iterator[PaymentWarning]:
    today = backend.today()
    last = today + timedelta(days=backend.coop.schedule_days)
    if pay_on < today:
        yield PaymentWarning("day_past", True, {"today": today})
    elif pay_on > last:
        yield PaymentWarning("day_too_far", True, {"last": last})
    # a late fee may come, where an earlier day could be chosen: so never for today
    if owed.due_on and pay_on > owed.due_on and pay_on > today and owed.amount_due_cents > 0:
        yield PaymentWarning("after_due", False, {"on": pay_on, "due_on": owed.due_on})


def _check_method(method: PaymentMethod | None, pay_on: date) -> Iterator[PaymentWarning]:
    if method is None:
        return
    ends = card_expiry_date(method)
    if not method.active:
        yield PaymentWarning("method_removed", True, {"label": method.label})
    elif ends and pay_on > ends:
        yield PaymentWarning("method_expired", True, {"label": method.label, "expired_on": ends})


def card_expiry_date(method: PaymentMethod) -> date | None:
    """The last day a card can be used: its expiry month's last. None for a bank account."""
    if not method.exp_year or not method.exp_month:
        return None
    return date(method.exp_year, method.exp_month, calendar.monthrange(method.exp_year, method.exp_month)[1])


def find_method_problem(account: Account, method: PaymentMethod, on: date) -> str | None:
    """Why the method cannot be charged for the account on that day, in words; None when it can."""
    ends = card_expiry_date(method)
    if account.status == "closed":
        return tr("the account is closed")
    if method.member_id != account.member_id:
        return tr("the way to pay on file is not the account holder's")  # its label is not shown to them either
    if not method.active:
        return tr("{method} is no longer on file", method=method.label)
    if ends and ends < on:
        return tr("{method} has expired", method=method.label)
    return None


async def _check_recent_payments(
    session: AsyncSession, backend: Backend, account_id: int, amount_cents: int, except_payment_id: int | None
) -> list[PaymentWarning]:
    now = backend.clock.now()
    since = now - timedelta(minutes=backend.coop.same_amount_minutes)
    query = select(Payment).where(
        Payment.account_id == account_id,
        Payment.id != (except_payment_id or 0),
        Payment.status.in_(PENDING_STATUSES) | ((Payment.status == "posted") & (Payment.created_at >= since)),
    )
    found = []
    for payment in await session.scalars(query.order_by(Payment.id)):
        values = {"amount_cents": payment.amount_cents, "confirmation": payment.confirmation}
        if payment.status in PENDING_STATUSES:
            found.append(PaymentWarning("pending_payment", False, values))
        if payment.amount_cents == amount_cents and payment.created_at >= since:
            minutes = int((now - payment.created_at).total_seconds() // 60)
            found.append(PaymentWarning("same_amount_recent", False, values | {"minutes": minutes}))
    return found


async def _check_automatic(
    session: AsyncSession, backend: Backend, account_id: int, owed: AccountBalance, pay_on: date
) -> list[PaymentWarning]:
    """A bank draft or Auto Pay run in the next days, or by the day of the payment, that would take the bill too."""
    if owed.amount_due_cents <= 0:
        return []
    until = max(backend.today() + timedelta(days=backend.coop.draft_notice_days), pay_on)
    coming = await backend.automatic_payments.find_next_draft(session, backend, account_id)
    if coming is None or coming.on > until:
        return []
    return [PaymentWarning(f"{coming.kind}_soon", False, {"on": coming.on, "amount_cents": coming.amount_cents})]
