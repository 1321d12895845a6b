"""Finds alert events that were not sent yet, page by page.

Days are the co-op's local dates, amounts cents. All texts are in the member's language on file.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import String, cast, exists, literal, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from backend.alerts import reminders
from backend.alerts.kinds import PAPERLESS, format_threshold
from backend.alerts.models import AlertSent, AlertSetting
from backend.audit.models import AuditRow
from backend.autopay.models import AutoPay
from backend.billing.figures import MAX_AGE_TO_DEBIT, collect_stale, format_as_of
from backend.billing.models import Account, Bill, KnownFigures, PrepaidAccount
from backend.billing.prepaid import format_days
from backend.language import format_short_date, mark, tr, use_language
from backend.members.models import Member
from backend.money import format_cents
from backend.payments.models import Payment, ScheduledPayment
from backend.payments.return_codes import RETURN_REASONS
from backend.providers.billing.base import AccountBalance, FiguresUnknown
from backend.providers.billing.system import find_system
from backend.text_pay.models import TextPayAuthorization
from backend.usage.bill_comparison import count_days

if TYPE_CHECKING:
    from backend.app import Backend

PAGE = 200
ASK_AGAIN = timedelta(hours=6)
"""Older figures are looked up again even if by them there is nothing to tell."""
AT_ONCE = 8  # accounts that the other billing system is asked for
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
RETURNED_REASON = mark("it came back")


@dataclass(frozen=True, slots=True)
class AlertEvent:
    """One event of one alert setting. `key` identifies it; `text` is in the member's language on file.

    `offers_payment`: a reply PAY to the text opens the payment of the account.
    """

    setting: AlertSetting
    key: str
    text: str
    offers_payment: bool = False


@dataclass(frozen=True, slots=True)
class Cause:
    """A row (`cause`) that may be an event of `setting` in the run of the day `on`."""

    session: AsyncSession
    backend: Backend
    on: date
    setting: AlertSetting
    cause: Any

    @property
    def since(self) -> date:
        """The day on which the alert was turned on."""
        return self.setting.since.astimezone(self.backend.coop.zone).date()

    async def balance(self) -> AccountBalance:
        return await self.backend.billing.balance(self.session, self.setting.account_id, self.on)


Describe = Callable[[Cause], Awaitable[str | None]]


@dataclass(frozen=True, slots=True)
class _Search:
    """The rows of `model` that may be events of the alert `kind`. `key` is the SQL of the event's key, `describe` gives
    its text, or None when the row is no event after all."""

    kind: str
    model: type[Any]
    key: Any
    conditions: tuple[Any, ...]
    describe: Describe
    of_member: bool = False
    """Whether a row of any account of the member is an event, and not only one of the setting's own account."""


async def find_events(backend: Backend, on: date) -> AsyncIterator[list[AlertEvent]]:
    """Yield the events of each kind by pages. The caller sends a page before it asks for the next one.

    No session is open while the caller sends.
    """
    for search in _searches(backend, on):
        after = 0
        while True:
            async with backend.db.read_session() as session:
                rows = list((await session.execute(_page_query(search, after))).all())
                events, unsure = await _describe_rows(session, backend, on, search, rows)
            if unsure:
                await _refresh_accounts(backend, {row[0].account_id for row in unsure})
                async with backend.db.read_session() as session:
                    events += (await _describe_rows(session, backend, on, search, unsure, may_be_stale=True))[0]
            yield events
            if len(rows) < PAGE:
                break
            after = int(rows[-1][1].id)


async def _describe_rows(
    session: AsyncSession,
    backend: Backend,
    on: date,
    search: _Search,
    rows: Sequence[Any],
    *,
    may_be_stale: bool = False,
) -> tuple[list[AlertEvent], list[Any]]:
    """The events among the rows, and the rows that need newer figures of another billing system first.

    `may_be_stale`: they were asked for. Older ones are then told with their time, and none older than a day.
    """
    events, unsure = [], []
    for row in rows:
        setting, cause, key, language = row
        stale: list[datetime] = []
        with use_language(language), collect_stale(stale):
            try:
                text = await search.describe(Cause(session, backend, on, setting, cause))
            except FiguresUnknown:
                unsure.append(row)
                continue
            age = backend.clock.now() - min(stale, default=backend.clock.now())
            if age > MAX_AGE_TO_DEBIT or (stale and not may_be_stale and (text or age > ASK_AGAIN)):
                unsure.append(row)
            elif text:
                event = AlertEvent(setting, key, _add_time(backend, text, stale))
                events.append(await reminders.add_offer(session, backend, event))
    return events, unsure


def _add_time(backend: Backend, text: str, stale: list[datetime]) -> str:
    if not stale:
        return text
    when = format_as_of(min(stale), backend.clock.now(), backend.coop.zone)
    return f"{text} {tr('That was so {when}.', when=when)}"


async def _refresh_accounts(backend: Backend, account_ids: Collection[int]) -> None:
    """Look up what these accounts owe, some at a time."""
    free = asyncio.Semaphore(AT_ONCE)

    async def refresh(account_id: int) -> None:
        async with free:
            await backend.billing.refresh(backend.db, account_id)

    await asyncio.gather(*(refresh(account_id) for account_id in account_ids))


def _page_query(search: _Search, after: int) -> Any:
    model = search.model
    sent = exists().where(
        AlertSent.account_id == AlertSetting.account_id, AlertSent.kind == search.kind, AlertSent.event == search.key
    )
    cause_account: Any = aliased(Account)
    cause_of = cause_account.member_id == Member.id if search.of_member else cause_account.id == Account.id
    return (
        select(AlertSetting, model, search.key, Member.language)
        .select_from(AlertSetting)
        .join(Account, Account.id == AlertSetting.account_id)
        .join(Member, Member.id == Account.member_id)
        .join(cause_account, cause_of)
        .join(model, model.account_id == cause_account.id)
        # one profile change may be watched from several accounts, and a page may end between them: so not `> after`
        .where(AlertSetting.kind == search.kind, AlertSetting.active, model.id >= after, ~sent, *search.conditions)
        .order_by(model.id, AlertSetting.id)
        .limit(PAGE)
    )


def _searches(backend: Backend, on: date) -> list[_Search]:
    def bill_search(kind: str, window_days: int, describe: Describe) -> _Search:
        issued = Bill.issued_on.between(on - timedelta(days=window_days), on)
        return _Search(kind, Bill, Bill.number, (Account.status == "open", issued), describe)

    def payment_search(kind: str, statuses: tuple[str, ...], describe: Describe) -> _Search:
        conditions = (
            Payment.status.in_(statuses),
            Payment.updated_at >= AlertSetting.since,
            Payment.updated_at >= news_since,
        )
        return _Search(kind, Payment, Payment.key, conditions, describe)

    news_since = backend.clock.now() - timedelta(days=NEWS_DAYS)
    never_tried = (
        ScheduledPayment.status == "failed",
        ScheduledPayment.payment_id.is_(None),
        ScheduledPayment.run_on >= on - timedelta(days=NEWS_DAYS),
    )
    profile_acts = (AuditRow.act.in_(PROFILE_ACTS), AuditRow.at >= AlertSetting.since, AuditRow.at >= news_since)
    return [
        bill_search("bill_due", DUE_BILL_DAYS, _describe_due),
        bill_search("past_due", DUE_BILL_DAYS, _describe_past_due),
        bill_search("bill_ready", NEWS_DAYS, _describe_ready),
        bill_search(PAPERLESS, NEWS_DAYS, _describe_ready),
        bill_search("amount_over", RECENT_BILL_DAYS, _describe_amount_over),
        bill_search("usage_over", RECENT_BILL_DAYS, _describe_usage_over),
        bill_search("daily_usage_over", RECENT_BILL_DAYS, _describe_daily_usage_over),
        _Search("prepaid_low", *_prepaid_rows(backend, on), _describe_prepaid_low),
        _Search("shutoff_near", *reminders.shutoff_rows(backend, on), reminders.describe_shutoff),
        _Search("card_expiring", *reminders.card_rows(AutoPay, AutoPay.active), reminders.describe_card),
        _Search(
            "card_expiring",
            *reminders.card_rows(ScheduledPayment, ScheduledPayment.status == "scheduled"),
            reminders.describe_card,
        ),
        _Search(
            "card_expiring",
            *reminders.card_rows(TextPayAuthorization, TextPayAuthorization.ended_at.is_(None)),
            reminders.describe_card,
        ),
        payment_search("payment_received", ("posted",), _describe_received),
        payment_search("payment_failed", ("declined", "voided", "returned"), _describe_failed),
        _Search("payment_failed", ScheduledPayment, ScheduledPayment.key, never_tried, _describe_not_made),
        _Search(
            "profile_changed",
            AuditRow,
            literal("audit:") + cast(AuditRow.id, String),
            profile_acts,
            _describe_profile_change,
            of_member=True,
        ),
    ]


def _prepaid_rows(backend: Backend, on: date) -> tuple[type[Any], Any, tuple[Any, ...]]:
    """The prepaid accounts of our own books or of another system's; a low balance is told once a day."""
    key = literal(f"prepaid:{on.isoformat()}")
    if find_system(backend.billing) is None:
        return PrepaidAccount, key, (Account.status == "open",)
    return KnownFigures, key, (Account.status == "open", KnownFigures.is_prepaid)


async def _describe_prepaid_low(found: Cause) -> str | None:
    prepaid = (await found.balance()).prepaid
    if prepaid is None or prepaid.left_cents >= (found.setting.threshold or 0):
        return None
    left = format_cents(prepaid.left_cents)
    if prepaid.days_left is None:
        return tr("{left} is left on your prepaid account. Text us PAY to add money.", left=left)
    days = format_days(prepaid.days_left)
    return tr("{left} is left on your prepaid account, {days}. Text us PAY to add money.", left=left, days=days)


async def _describe_due(found: Cause) -> str | None:
    bill: Bill = found.cause
    left = (bill.due_on - found.on).days
    if bill.amount_cents < 0 or not 0 <= left <= (found.setting.threshold or 0):
        return None
    owed = await found.balance()
    if owed.amount_due_cents <= 0:
        return None
    when = tr("today") if left == 0 else tr("tomorrow") if left == 1 else tr("in {count} days", count=left)
    amount = format_cents(owed.amount_due_cents)
    return tr("{amount} is due {day}, {when}.", amount=amount, day=format_short_date(bill.due_on), when=when)


async def _describe_past_due(found: Cause) -> str | None:
    bill: Bill = found.cause
    earliest = max(found.on - timedelta(days=NEWS_DAYS), found.since)
    if bill.amount_cents < 0 or not earliest <= bill.due_on < found.on:
        return None
    owed = await found.balance()
    if owed.past_due_cents <= 0:
        return None
    amount = format_cents(owed.past_due_cents)
    return tr("{amount} is past due since {day}.", amount=amount, day=format_short_date(bill.due_on))


async def _describe_ready(found: Cause) -> str | None:
    bill: Bill = found.cause
    if bill.issued_on < found.since:
        return None
    amount = format_cents(abs(bill.amount_cents))
    if bill.amount_cents < 0:
        return tr("your new bill is a credit of {amount}. Nothing is due on it.", amount=amount)
    return tr("your new bill is {amount}, due {day}.", amount=amount, day=format_short_date(bill.due_on))


async def _describe_amount_over(found: Cause) -> str | None:
    limit = found.setting.threshold or 0
    owed = await found.balance()
    if owed.amount_due_cents <= limit or not await _is_newest_bill(found):
        return None
    amount = format_cents(owed.amount_due_cents)
    return tr("you owe {amount}, over your limit of {limit}.", amount=amount, limit=format_cents(limit))


async def _describe_usage_over(found: Cause) -> str | None:
    limit, kwh = found.setting.threshold or 0, found.cause.kwh
    if kwh <= limit or not await _is_newest_bill(found):
        return None
    return tr(
        "your last bill's use was {use}, over your limit of {limit}.",
        use=format_threshold("kwh", kwh),
        limit=format_threshold("kwh", limit),
    )


async def _describe_daily_usage_over(found: Cause) -> str | None:
    limit, kwh, days = found.setting.threshold or 0, found.cause.kwh, count_days(found.cause)
    if kwh <= limit * days or not await _is_newest_bill(found):
        return None
    return tr(
        "your last bill's use was {use} a day, over your limit of {limit}.",
        use=format_threshold("kwh", round(kwh / days)),
        limit=format_threshold("kwh", limit),
    )


async def _is_newest_bill(found: Cause) -> bool:
    bill: Bill = found.cause
    later = (Bill.account_id == bill.account_id, Bill.issued_on > bill.issued_on, Bill.issued_on <= found.on)
    return await found.session.scalar(select(Bill.id).where(*later).limit(1)) is None


async def _describe_received(found: Cause) -> str:
    payment: Payment = found.cause
    return tr(
        "we received your payment of {amount}. Ref {number}.",
        amount=format_cents(payment.amount_cents),
        number=payment.confirmation,
    )


async def _describe_failed(found: Cause) -> str:
    payment: Payment = found.cause
    values = {"amount": format_cents(payment.amount_cents), "number": payment.confirmation}
    if payment.status != "returned":
        return tr("your payment of {amount} did not go through. Nothing was taken. Ref {number}.", **values)
    reason = tr(RETURN_REASONS.get(payment.decline_code or "") or RETURNED_REASON)
    return tr(
        "your bank returned your payment of {amount}: {reason}. It is due again. Ref {number}.", reason=reason, **values
    )


async def _describe_not_made(found: Cause) -> str | None:
    """A scheduled payment that was never attempted, such as for an expired card."""
    item: ScheduledPayment = found.cause
    if item.run_on < found.since:
        return None
    return tr(
        "your payment of {amount} set for {day} was not made. Ref {number}.",
        amount=format_cents(item.amount_cents),
        day=format_short_date(item.run_on),
        number=item.confirmation,
    )


async def _describe_profile_change(found: Cause) -> str:
    return f"{tr(PROFILE_ACTS[found.cause.act])}."
