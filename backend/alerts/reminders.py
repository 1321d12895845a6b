"""Reminders that a member may answer with PAY, and those of a shutoff date and of a card that expires.

Days are the co-op's local dates, amounts cents.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import String, cast, exists, literal, select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.arrangement.models import Arrangement
from backend.billing.models import Account, KnownFigures
from backend.language import format_short_date, mark, tr
from backend.money import format_cents
from backend.payments.balances import get_balance
from backend.payments.models import PaymentMethod
from backend.payments.prechecks import card_expiry_date
from backend.tickets.models import Ticket

if TYPE_CHECKING:
    from backend.alerts.events import AlertEvent, Cause
    from backend.app import Backend

PAYABLE_KINDS = frozenset({"bill_due", "past_due", "bill_ready", "prepaid_low", "shutoff_near"})
SHUTOFF_DAYS = 10
"""A shutoff date is told this many days ahead: states ask for 5 to 10 days between the notice and the day."""
AUTO_PAY_TAKES = mark("Auto Pay takes {amount} on {day}.")
DRAFT_TAKES = mark("Your bank draft takes {amount} on {day}.")
CARD_DAYS = 30
"""A card is told of this many days before it expires, so that one run of each month still comes before."""


async def add_offer(session: AsyncSession, backend: Backend, event: AlertEvent) -> AlertEvent:
    """The event with the offer to pay, or with what pays the bill already: nobody is asked to pay twice."""
    if event.setting.kind not in PAYABLE_KINDS:
        return event
    account_id = event.setting.account_id
    owed = await get_balance(session, backend, account_id)
    if owed.prepaid is not None:
        return replace(event, offers_payment=True)
    if owed.amount_due_cents <= 0:
        return event
    coming = await backend.automatic_payments.find_next_draft(session, backend, account_id)
    if coming is not None:
        words = AUTO_PAY_TAKES if coming.kind == "autopay" else DRAFT_TAKES
        taken = tr(words, amount=format_cents(coming.amount_cents), day=format_short_date(coming.on))
        return replace(event, text=f"{event.text} {taken}")
    if owed.uncovered_cents <= 0:
        return replace(event, text=f"{event.text} {tr('A payment of it is on its way or set already.')}")
    return replace(event, offers_payment=True)


def shutoff_rows(backend: Backend, on: date) -> tuple[type[Any], Any, tuple[Any, ...]]:
    """The accounts that the co-op's billing system has a near shutoff date of; told once for each date."""
    key = literal("shutoff:") + cast(KnownFigures.disconnect_on, String)
    near = KnownFigures.disconnect_on.between(on, on + timedelta(days=SHUTOFF_DAYS))
    return KnownFigures, key, (Account.status == "open", near, ~_is_held())


def _is_held() -> Any:
    """Whether a payment arrangement runs, or a medical need is with the office: a person decides there."""
    arranged = exists().where(Arrangement.account_id == Account.id, Arrangement.status == "active")
    medical = exists().where(
        Ticket.account_id == Account.id, Ticket.kind == "medical", Ticket.status.in_(("open", "answered"))
    )
    return arranged | medical


async def describe_shutoff(found: Cause) -> str | None:
    """In the figures of now: the date may have moved, or the amount been paid."""
    owed = await found.balance()
    day = owed.disconnect_on
    if owed.past_due_cents <= 0 or day is None or not 0 <= (day - found.on).days <= SHUTOFF_DAYS:
        return None
    return tr(
        "{amount} is past due. To keep your service on, please pay before {day} or call us: we can help.",
        amount=format_cents(owed.past_due_cents),
        day=format_short_date(day),
    )


def card_rows(model: type[Any], is_running: Any) -> tuple[type[Any], Any, tuple[Any, ...]]:
    """The rows of `model` that will charge a card; each expiry of a card is told once an account."""
    expiry = cast(PaymentMethod.exp_year, String) + "-" + cast(PaymentMethod.exp_month, String)
    key = (
        select(literal("card:") + cast(PaymentMethod.id, String) + ":" + expiry)
        .where(PaymentMethod.id == model.method_id)
        .correlate(model)
        .scalar_subquery()
    )
    cards = select(PaymentMethod.id).where(PaymentMethod.active, PaymentMethod.exp_year.is_not(None))
    return model, key, (Account.status == "open", is_running, model.method_id.in_(cards))


async def describe_card(found: Cause) -> str | None:
    method = await found.session.get_one(PaymentMethod, found.cause.method_id)
    ends = card_expiry_date(method)
    if ends is None or not 0 <= (ends - found.on).days <= CARD_DAYS:
        return None
    return tr(
        "your {method}, which pays your bill, expires {day}. Please give us another before then, here or at {portal}.",
        method=method.label,
        day=format_short_date(ends),
        portal=found.backend.coop.portal_url,
    )
