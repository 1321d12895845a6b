"""The sections of a member's page: what each one loads. Amounts are cents, days the co-op's local dates."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from markupsafe import Markup
from sanic import Request
from sqlalchemy import func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.alerts.kinds import KINDS
from backend.alerts.service import is_paperless, list_active_settings
from backend.audit.listing import AuditEntry
from backend.audit.models import AuditRow
from backend.autopay.models import AutoPay, LegacyDraft
from backend.autopay.schedule import next_run_day
from backend.billing.bills import list_newest_bills
from backend.consents.models import Consent
from backend.conversations.masking import mask_line
from backend.conversations.models import Conversation, InboundMessage
from backend.language import format_month_name, mark, tr
from backend.months import add_months
from backend.office_acts.notes import list_notes
from backend.office_acts.service import CHANNEL
from backend.payments.models import Payment, PaymentMethod
from backend.payments.past_payments import STATUS_TEXTS, PastPayment, describe_source, is_paid_at_counter, list_payments
from backend.payments.prechecks import card_expiry_date
from backend.payments.refund_status import describe_refunds, is_given_back
from backend.payments.service import list_saved_methods
from backend.programs.rules import PROGRAM_NAMES
from backend.programs.service import find_enrollment
from backend.tickets.models import Ticket
from backend.usage.service import MonthUsage, list_last_months
from bot.staff.access.audit_words import describe_entry
from bot.staff.members.views import MemberView
from bot.web.charts import chart_picture

if TYPE_CHECKING:
    from backend.app import Backend

Loader = Callable[[AsyncSession, "Backend", MemberView], Awaitable[dict[str, Any]]]
NEWEST = 5
"""Payments among which the last one is looked for: one of a file can be of an earlier day than its taking over."""
MAX_BILLS, MAX_PAYMENTS, MAX_TALKS, MAX_ROWS = 24, 60, 40, 100
CHANNEL_NAMES = {
    "sms": mark("text"), "web": mark("web chat"), "voice": mark("phone call"), "office": mark("office"),
    "portal": mark("account page"), "job": mark("by itself"), "text": mark("text"), "email": mark("email"),
    "call": mark("call"),
}  # fmt: skip


@dataclass(frozen=True)
class Section:
    """One tab. `template` is members/<name>.html."""

    name: str
    title: str
    load: Loader


@dataclass(frozen=True, slots=True)
class PaymentRow:
    """A past payment with its state in words; `url` is its page, empty where another system booked it."""

    payment: PastPayment
    day: date
    state: str
    how: str
    url: str


@dataclass(frozen=True, slots=True)
class TalkRow:
    """`by_phone`: it is from the phone on file, and nobody was identified in it as this member."""

    talk: Conversation
    last_words: str
    by_phone: bool


async def load_overview(session: AsyncSession, backend: Backend, view: MemberView) -> dict[str, Any]:
    payments = await list_payments(session, view.account.id, count=NEWEST)
    newest = await _payment_rows(session, backend, payments)
    bills = await list_newest_bills(session, view.account.id, 0, 1)
    return {
        "last_payment": newest[0] if newest else None,
        "newest_bill": bills[0] if bills else None,
        "talks": await _list_talks(session, view, 3),
        "notes": await list_notes(session, view.member.id, 3),
        "automatic": await _describe_automatic(session, backend, view),
    }


async def load_bills(session: AsyncSession, _backend: Backend, view: MemberView) -> dict[str, Any]:
    return {"bills": await list_newest_bills(session, view.account.id, 0, MAX_BILLS), "most": MAX_BILLS}


async def load_payments(session: AsyncSession, backend: Backend, view: MemberView) -> dict[str, Any]:
    found = await list_payments(session, view.account.id, count=MAX_PAYMENTS)
    return {"payments": await _payment_rows(session, backend, found)}


async def _payment_rows(session: AsyncSession, backend: Backend, payments: Sequence[PastPayment]) -> list[PaymentRow]:
    ids = [each.method_id for each in payments if isinstance(each, Payment)]
    query = select(PaymentMethod).where(PaymentMethod.id.in_(ids))
    methods = {method.id: method.label for method in await session.scalars(query)}
    rows = []
    for payment in payments:
        state = (
            tr("paid at the counter")
            if is_paid_at_counter(payment)
            else tr(STATUS_TEXTS.get(payment.status, payment.status))
        )
        if isinstance(payment, Payment):
            state = tr("refunded") if await is_given_back(session, payment) else state
            how, url = methods.get(payment.method_id, ""), f"/staff/money/payments/{payment.confirmation}"
        else:
            how = describe_source(payment)
            url = f"/staff/money?number={payment.confirmation}" if payment.source == "counter" else ""
        refunds = await describe_refunds(session, backend, payment)
        day = payment.posted_on or payment.created_at.astimezone(backend.coop.zone).date()
        rows.append(PaymentRow(payment, day, f"{state}. {refunds}" if refunds else state, how, url))
    return sorted(rows, key=lambda row: (row.day, row.payment.created_at), reverse=True)


async def load_methods(session: AsyncSession, backend: Backend, view: MemberView) -> dict[str, Any]:
    soon, today = add_months(backend.today(), 2), backend.today()
    found = []
    for method in await list_saved_methods(session, view.member.id):
        ends = card_expiry_date(method)
        found.append((method, ends, "bad" if ends and ends < today else "warn" if ends and ends < soon else ""))
    return {"methods": found}


async def load_usage(session: AsyncSession, _backend: Backend, view: MemberView) -> dict[str, Any]:
    months = await list_last_months(session, view.account.id)
    return {"months": list(reversed(months)), "chart": _draw_usage(months) if months else ""}


def _draw_usage(months: Sequence[MonthUsage]) -> Markup:
    labels = [format_month_name(each.month, short=True) for each in months]
    before = [each.before.kwh if each.before else None for each in months]
    now = [each.now.kwh if each.now else None for each in months]
    alt = tr("Use in kWh by month, this year beside the year before. The table below has the numbers.")
    return chart_picture("bar", labels, [(tr("This year"), now), (tr("The year before"), before)], alt)


async def load_enrollments(session: AsyncSession, backend: Backend, view: MemberView) -> dict[str, Any]:
    program = await find_enrollment(session, view.account.id)
    return {
        "automatic": await _describe_automatic(session, backend, view),
        "program": tr(PROGRAM_NAMES.get(program.program, program.program)) if program else "",
        "enrollment": program,
        "paperless": await is_paperless(session, view.account.id),
    }


async def _describe_automatic(session: AsyncSession, backend: Backend, view: MemberView) -> dict[str, Any] | None:
    """The Auto Pay or draft that pays the bills now: its day, its method, its next run and a change that waits."""
    item = view.automatic
    if item is None:
        return None
    method = await session.get_one(PaymentMethod, item.method_id)
    due_on = view.balance.next_due_on if view.balance else None
    earliest = max(backend.today(), item.starts_on or backend.today())
    return {
        "is_autopay": isinstance(item, AutoPay),
        "method": method.label,
        "day": item.day_of_month,
        "next_run": next_run_day(item.day_of_month, due_on, earliest),
        "change_on": item.change_on,
        "ends": isinstance(item, AutoPay | LegacyDraft) and item.change_active is False,
    }


async def load_alerts(session: AsyncSession, _backend: Backend, view: MemberView) -> dict[str, Any]:
    found = []
    for setting in await list_active_settings(session, view.account.id):
        ways = [tr(CHANNEL_NAMES[way]) for way in setting.channels]
        found.append((KINDS[setting.kind].describe(setting.threshold), ways, setting.since))
    return {"alerts": found}


async def load_consents(session: AsyncSession, _backend: Backend, view: MemberView) -> dict[str, Any]:
    query = select(Consent).where(Consent.account_id == view.account.id).order_by(Consent.id.desc())
    return {"consents": list(await session.scalars(query.limit(MAX_ROWS)))}


async def load_talks(session: AsyncSession, _backend: Backend, view: MemberView) -> dict[str, Any]:
    return {"talks": await _list_talks(session, view, MAX_TALKS)}


async def _list_talks(session: AsyncSession, view: MemberView, count: int) -> list[TalkRow]:
    """The newest talks in which this member was identified, or that come from the phone on file."""
    mine = or_(Conversation.member_id == view.member.id, Conversation.address == view.member.phone)
    query = select(Conversation).where(mine, Conversation.channel != CHANNEL)
    talks = list(await session.scalars(query.order_by(Conversation.last_seen_at.desc()).limit(count)))
    newest = select(func.max(InboundMessage.id)).where(InboundMessage.conversation_id.in_([one.id for one in talks]))
    newest = newest.group_by(InboundMessage.conversation_id)
    messages = await session.scalars(select(InboundMessage).where(InboundMessage.id.in_(newest)))
    words = {each.conversation_id: mask_line(each.text)[:120] for each in messages}
    return [TalkRow(one, words.get(one.id, ""), one.member_id != view.member.id) for one in talks]


async def load_tickets(session: AsyncSession, _backend: Backend, view: MemberView) -> dict[str, Any]:
    mine = or_(Ticket.account_id.in_([each.id for each in view.accounts]), Ticket.phone == view.member.phone)
    query = select(Ticket).where(mine).order_by(Ticket.id.desc()).limit(MAX_ROWS)
    return {"all_tickets": list(await session.scalars(query))}


async def load_notes(session: AsyncSession, _backend: Backend, view: MemberView) -> dict[str, Any]:
    return {"notes": await list_notes(session, view.member.id)}


async def load_audit(session: AsyncSession, backend: Backend, view: MemberView) -> dict[str, Any]:
    """What was done; with `?looks=1` also who looked, which is most of the trail."""
    looks = Request.get_current().args.get("looks") == "1"
    query = select(AuditRow).where(AuditRow.account_id == view.account.id).order_by(AuditRow.id.desc())
    query = query if looks else query.where(AuditRow.act != "office_read")
    rows = list(await session.scalars(query.limit(MAX_ROWS)))
    shown = [describe_entry(backend, AuditEntry(row, view.account.number)) for row in rows]
    return {"rows": shown, "most": MAX_ROWS, "looks": looks}


SECTIONS = (
    Section("overview", mark("Overview"), load_overview),
    Section("bills", mark("Bills"), load_bills),
    Section("payments", mark("Payments"), load_payments),
    Section("methods", mark("Ways to pay"), load_methods),
    Section("usage", mark("Usage"), load_usage),
    Section("enrollments", mark("Enrollments"), load_enrollments),
    Section("alerts", mark("Alerts"), load_alerts),
    Section("consents", mark("Consents"), load_consents),
    Section("talks", mark("Talks"), load_talks),
    Section("tickets", mark("Tickets"), load_tickets),
    Section("notes", mark("Notes"), load_notes),
    Section("audit", mark("Audit"), load_audit),
)
