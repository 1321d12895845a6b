"""Finds alert events that were not sent yet: each finder yields those of one kind, page by page."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, String, cast, exists, literal, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from backend.alerts.kinds import PAPERLESS, format_threshold
from backend.alerts.models import AlertSent, AlertSetting
from backend.audit.models import AuditRow
from backend.billing.models import Account, Bill
from backend.language import format_short_date, mark, tr, use_language
from backend.members.models import Member
from backend.money import format_cents
from backend.payments.models import Payment, ScheduledPayment
from backend.payments.receipts import RETURN_REASONS

if TYPE_CHECKING:
    from backend.app import Backend

PAGE = 200
NEWS_DAYS = 7  # older events are not sent, such as after an alert was off
RECENT_BILL_DAYS = 45
DUE_BILL_DAYS = 90  # a bill issued earlier cannot be due soon
PROFILE_ACTS = {
    "contact_phone": mark("the phone number on file was changed"),
    "contact_email": mark("the email address on file was changed"),
    "contact_address": mark("the mailing address was changed"),
    "password_reset": mark("the password of your online account was changed"),
    "login_created": mark("an online account was made"),
}
"""Audit act -> its text."""


@dataclass(frozen=True, slots=True)
class AlertEvent:
    """One event of one alert setting. `key` identifies it; `text` is in the member's language on file."""

    setting: AlertSetting
    key: str
    text: str


Finder = Callable[["Backend", date], AsyncIterator[list[AlertEvent]]]
EventBuilder = Callable[[AsyncSession, AlertSetting, Any], Awaitable[AlertEvent | None]]
BillFormatter = Callable[[AsyncSession, "Backend", date, AlertSetting, Bill], Awaitable[str | None]]


def finders() -> list[Finder]:
    return [
        _bill_finder("bill_due", DUE_BILL_DAYS, _bill_due),
        _bill_finder("past_due", DUE_BILL_DAYS, _past_due),
        _bill_finder("bill_ready", NEWS_DAYS, _bill_ready),
        _bill_finder(PAPERLESS, NEWS_DAYS, _bill_ready),
        _bill_finder("amount_over", RECENT_BILL_DAYS, _amount_over),
        _bill_finder("usage_over", RECENT_BILL_DAYS, _usage_over),
        _bill_finder("daily_usage_over", RECENT_BILL_DAYS, _daily_usage_over),
        _payments_received,
        _payments_failed,
        _schedules_failed,
        _profile_changes,
    ]


def _not_sent(kind: str, event: Any) -> ColumnElement[bool]:
    sent = exists().where(
        AlertSent.account_id == AlertSetting.account_id, AlertSent.kind == kind, AlertSent.event == event
    )
    return ~sent


async def _page_events(
    backend: Backend, query: Callable[[int], Any], make: EventBuilder
) -> AsyncIterator[list[AlertEvent]]:
    """Yield the events of (setting, cause) rows by the cause's id, with one short session per page."""
    after = 0
    owner: Any = aliased(Account)
    while True:
        page = (
            query(after)
            .join(owner, owner.id == AlertSetting.account_id)
            .join(Member, Member.id == owner.member_id)
            .add_columns(Member.language)
            .limit(PAGE)
        )
        made: list[AlertEvent | None] = []
        async with backend.db.read_session() as session:
            rows = list((await session.execute(page)).all())
            for setting, cause, language in rows:
                with use_language(language):
                    made.append(await make(session, setting, cause))
        # the consumer sends these before the next page is read, and no session is open meanwhile
        yield [event for event in made if event is not None]
        if len(rows) < PAGE:
            return
        after = int(rows[-1][1].id)


# bills


def _bill_finder(kind: str, window_days: int, words: BillFormatter) -> Finder:
    def find(backend: Backend, on: date) -> AsyncIterator[list[AlertEvent]]:
        def query(after: int) -> Any:
            return (
                select(AlertSetting, Bill)
                .join(Bill, Bill.account_id == AlertSetting.account_id)
                .join(Account, Account.id == AlertSetting.account_id)
                .where(
                    AlertSetting.kind == kind,
                    AlertSetting.active,
                    Account.status == "open",
                    Bill.issued_on <= on,
                    Bill.issued_on >= on - timedelta(days=window_days),
                    Bill.id > after,
                    _not_sent(kind, Bill.number),
                )
                .order_by(Bill.id)
            )

        async def make(session: AsyncSession, setting: AlertSetting, bill: Bill) -> AlertEvent | None:
            said = await words(session, backend, on, setting, bill)
            return AlertEvent(setting, bill.number, said) if said else None

        return _page_events(backend, query, make)

    return find


async def _bill_due(session: AsyncSession, backend: Backend, on: date, setting: AlertSetting, bill: Bill) -> str | None:
    left = (bill.due_on - on).days
    if bill.amount_cents < 0:
        return None
    if not 0 <= left <= (setting.threshold or 0):
        return None
    owed = await backend.billing.balance(session, setting.account_id, on)
    if owed.amount_due_cents <= 0:
        return None
    when = tr("today") if left == 0 else tr("tomorrow") if left == 1 else tr("in {count} days", count=left)
    amount = format_cents(owed.amount_due_cents)
    return tr("{amount} is due {day}, {when}.", amount=amount, day=format_short_date(bill.due_on), when=when)


async def _past_due(session: AsyncSession, backend: Backend, on: date, setting: AlertSetting, bill: Bill) -> str | None:
    late = on - timedelta(days=NEWS_DAYS) <= bill.due_on < on and bill.due_on >= _since(backend, setting)
    if bill.amount_cents < 0 or not late:
        return None
    owed = await backend.billing.balance(session, setting.account_id, on)
    if owed.past_due_cents <= 0:
        return None
    amount = format_cents(owed.past_due_cents)
    return tr("{amount} is past due since {day}.", amount=amount, day=format_short_date(bill.due_on))


async def _bill_ready(
    session: AsyncSession, backend: Backend, on: date, setting: AlertSetting, bill: Bill
) -> str | None:
    if bill.issued_on < _since(backend, setting):
        return None
    amount = format_cents(abs(bill.amount_cents))
    if bill.amount_cents < 0:
        return tr("your new bill is a credit of {amount}. Nothing is due on it.", amount=amount)
    return tr("your new bill is {amount}, due {day}.", amount=amount, day=format_short_date(bill.due_on))


async def _amount_over(
    session: AsyncSession, backend: Backend, on: date, setting: AlertSetting, bill: Bill
) -> str | None:
    limit = setting.threshold or 0
    owed = await backend.billing.balance(session, setting.account_id, on)
    if owed.amount_due_cents <= limit or not await _is_newest(session, bill, on):
        return None
    amount = format_cents(owed.amount_due_cents)
    return tr("you owe {amount}, over your limit of {limit}.", amount=amount, limit=format_cents(limit))


async def _usage_over(
    session: AsyncSession, backend: Backend, on: date, setting: AlertSetting, bill: Bill
) -> str | None:
    limit = setting.threshold or 0
    if bill.kwh <= limit or not await _is_newest(session, bill, on):
        return None
    return tr(
        "your last bill's use was {use}, over your limit of {limit}.",
        use=format_threshold("kwh", bill.kwh),
        limit=format_threshold("kwh", limit),
    )


async def _daily_usage_over(
    session: AsyncSession, backend: Backend, on: date, setting: AlertSetting, bill: Bill
) -> str | None:
    limit, days = setting.threshold or 0, (bill.period_end - bill.period_start).days + 1
    if bill.kwh <= limit * days or not await _is_newest(session, bill, on):
        return None
    average = format_threshold("kwh", round(bill.kwh / days))
    return tr(
        "your last bill's use was {use} a day, over your limit of {limit}.",
        use=average,
        limit=format_threshold("kwh", limit),
    )


async def _is_newest(session: AsyncSession, bill: Bill, on: date) -> bool:
    newer = aliased(Bill)
    later = (newer.account_id == bill.account_id, newer.issued_on > bill.issued_on, newer.issued_on <= on)
    return await session.scalar(select(newer.id).where(*later).limit(1)) is None


def _since(backend: Backend, setting: AlertSetting) -> date:
    return setting.since.astimezone(backend.coop.zone).date()


# payments


def _payments_received(backend: Backend, on: date) -> AsyncIterator[list[AlertEvent]]:
    return _find_payments(backend, "payment_received", ("posted",), _format_received)


def _payments_failed(backend: Backend, on: date) -> AsyncIterator[list[AlertEvent]]:
    return _find_payments(backend, "payment_failed", ("declined", "voided", "returned"), _format_failed)


def _find_payments(
    backend: Backend, kind: str, statuses: tuple[str, ...], words: Callable[[Payment], str]
) -> AsyncIterator[list[AlertEvent]]:
    earliest = backend.clock.now() - timedelta(days=NEWS_DAYS)

    def query(after: int) -> Any:
        return (
            select(AlertSetting, Payment)
            .join(Payment, Payment.account_id == AlertSetting.account_id)
            .where(
                AlertSetting.kind == kind,
                AlertSetting.active,
                Payment.status.in_(statuses),
                Payment.updated_at >= AlertSetting.since,
                Payment.updated_at >= earliest,
                Payment.id > after,
                _not_sent(kind, Payment.key),
            )
            .order_by(Payment.id)
        )

    async def make(_session: AsyncSession, setting: AlertSetting, payment: Payment) -> AlertEvent:
        return AlertEvent(setting, payment.key, words(payment))

    return _page_events(backend, query, make)


RETURNED_REASON = mark("it came back")


def _format_received(payment: Payment) -> str:
    return tr(
        "we received your payment of {amount}. Ref {number}.",
        amount=format_cents(payment.amount_cents),
        number=payment.confirmation,
    )


def _format_failed(payment: Payment) -> str:
    values = {"amount": format_cents(payment.amount_cents), "number": payment.confirmation}
    if payment.status != "returned":
        return tr("your payment of {amount} did not go through. Nothing was taken. Ref {number}.", **values)
    reason = tr(RETURN_REASONS.get(payment.decline_code or "") or RETURNED_REASON)
    return tr(
        "your bank returned your payment of {amount}: {reason}. It is due again. Ref {number}.", reason=reason, **values
    )


def _schedules_failed(backend: Backend, on: date) -> AsyncIterator[list[AlertEvent]]:
    """Scheduled payments that were never attempted, such as for an expired card."""

    def query(after: int) -> Any:
        return (
            select(AlertSetting, ScheduledPayment)
            .join(ScheduledPayment, ScheduledPayment.account_id == AlertSetting.account_id)
            .where(
                AlertSetting.kind == "payment_failed",
                AlertSetting.active,
                ScheduledPayment.status == "failed",
                ScheduledPayment.payment_id.is_(None),
                ScheduledPayment.run_on >= on - timedelta(days=NEWS_DAYS),
                ScheduledPayment.id > after,
                _not_sent("payment_failed", ScheduledPayment.key),
            )
            .order_by(ScheduledPayment.id)
        )

    async def make(_session: AsyncSession, setting: AlertSetting, item: ScheduledPayment) -> AlertEvent | None:
        return AlertEvent(setting, item.key, _not_made(item)) if item.run_on >= _since(backend, setting) else None

    return _page_events(backend, query, make)


def _not_made(item: ScheduledPayment) -> str:
    return tr(
        "your payment of {amount} set for {day} was not made. Ref {number}.",
        amount=format_cents(item.amount_cents),
        day=format_short_date(item.run_on),
        number=item.confirmation,
    )


# the profile


def _profile_changes(backend: Backend, on: date) -> AsyncIterator[list[AlertEvent]]:
    """A change belongs to the member, so it triggers the alert of any of their accounts."""
    changed: Any = aliased(Account)
    watched: Any = aliased(Account)
    earliest = backend.clock.now() - timedelta(days=NEWS_DAYS)

    def query(after: int) -> Any:
        return (
            select(AlertSetting, AuditRow)
            .join(watched, watched.id == AlertSetting.account_id)
            .join(changed, changed.member_id == watched.member_id)
            .join(AuditRow, AuditRow.account_id == changed.id)
            .where(
                AlertSetting.kind == "profile_changed",
                AlertSetting.active,
                AuditRow.act.in_(PROFILE_ACTS),
                AuditRow.at >= AlertSetting.since,
                AuditRow.at >= earliest,
                # one act may be watched from several accounts, and a page may end between them
                AuditRow.id >= after,
                _not_sent("profile_changed", literal("audit:") + cast(AuditRow.id, String)),
            )
            .order_by(AuditRow.id, AlertSetting.id)
        )

    async def make(_session: AsyncSession, setting: AlertSetting, act: AuditRow) -> AlertEvent:
        return AlertEvent(setting, f"audit:{act.id}", f"{tr(PROFILE_ACTS[act.act])}.")

    return _page_events(backend, query, make)
