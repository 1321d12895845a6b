"""What Stripe reports afterward: debits that came back, disputes, refunds made in its dashboard, new dates of cards.

An event comes by webhook, in any order and perhaps twice, or is found in Stripe's list when a webhook was lost.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from backend.payments.models import NetworkEvent
from backend.providers.payments.base import NoticeKind
from backend.providers.payments.stripe import codes
from backend.providers.payments.stripe.client import StripeClient, call, read_id
from backend.providers.payments.stripe.records import RETURN, ChargeRecords

BANK_ZONE = ZoneInfo("America/New_York")
"""The business day of cards and ACH changes in the Federal Reserve's time zone."""
LIST_LIMIT = 100
BANK, CARD = "bank", "card"


async def collect(client: StripeClient, records: ChargeRecords) -> None:
    """Keep what Stripe lists (for 30 days) and no webhook brought, the oldest first."""
    found: list[Any] = []
    after: dict[str, str] = {}
    while True:
        params: Any = {"types": list(HANDLERS), "limit": LIST_LIMIT, **after}
        page = await call(lambda params=params: client.v1.events.list_async(params))  # type: ignore[misc]
        found += page.data
        if not page.has_more or not page.data:
            break
        after = {"starting_after": page.data[-1].id}
    for event in reversed(found):
        await keep(event, records)


async def keep(event: Any, records: ChargeRecords) -> bool:
    """Keep an event that concerns us. False when it is known or changes nothing here."""
    handler = HANDLERS.get(event.type)
    row = await handler(event.data.object, records) if handler else None
    if row is None:
        return False
    row.event_id = event.id
    row.on = datetime.fromtimestamp(event.created, UTC).astimezone(BANK_ZONE).date()
    return await records.add_event(row)


async def _read_failed_debit(intent: Any, records: ChargeRecords) -> NetworkEvent | None:
    charge = await records.find_by_ref(intent.id)
    if charge is None or charge.kind != BANK or charge.posted_at is None:
        return None  # not ours, or declined before anything was posted
    code = codes.find_return_code(intent.last_payment_error)
    return _event(RETURN, charge.key, code, charge.amount_cents)


async def _read_dispute(dispute: Any, records: ChargeRecords) -> NetworkEvent | None:
    """A card's dispute is open until it is closed. A bank debit's cannot be contested, so it is a return at once."""
    charge = await records.find_by_ref(read_id(dispute, "payment_intent"))
    if charge is None:
        return None
    if charge.kind == BANK and dispute.amount == charge.amount_cents:
        return _event(RETURN, charge.key, codes.find_return_code(dispute), charge.amount_cents)
    due_by = getattr(getattr(dispute, "evidence_details", None), "due_by", None)
    due_on = datetime.fromtimestamp(due_by, UTC).astimezone(BANK_ZONE).date().isoformat() if due_by else None
    return _event("dispute_opened", charge.key, str(dispute.reason), dispute.amount, due_on=due_on)


async def _read_closed_dispute(dispute: Any, records: ChargeRecords) -> NetworkEvent | None:
    charge = await records.find_by_ref(read_id(dispute, "payment_intent"))
    if charge is None:
        return None
    if dispute.status != "lost":
        return _event("dispute_won", charge.key, str(dispute.status), dispute.amount)
    if dispute.amount != charge.amount_cents:
        return _event("dispute_lost_part", charge.key, str(dispute.reason), dispute.amount)
    code = codes.DISPUTE_LOST if charge.kind == CARD else codes.find_return_code(dispute)
    return _event(RETURN, charge.key, code, charge.amount_cents)


async def _read_refund(refund: Any, records: ChargeRecords) -> NetworkEvent | None:
    """A refund that was not asked for here: somebody made it in Stripe's dashboard."""
    charge = await records.find_by_ref(read_id(refund, "payment_intent"))
    if charge is None or getattr(refund.metadata, "key", None):
        return None
    return _event("refunded_elsewhere", charge.key, str(refund.reason or ""), refund.amount)


async def _read_method(method: Any, records: ChargeRecords) -> NetworkEvent | None:
    """The card networks' updater told Stripe of a new number or date."""
    if method.type != CARD:
        return None
    card = method.card
    return _event(
        "method_updated",
        "",
        "",
        0,
        token=f"{CARD}:{read_id(method, 'customer')}:{method.id}",
        last4=card.last4,
        exp_month=card.exp_month,
        exp_year=card.exp_year,
    )


def _event(kind: NoticeKind | str, key: str, code: str, amount_cents: int, **data: Any) -> NetworkEvent:
    return NetworkEvent(kind=kind, key=key, code=code[:40], amount_cents=amount_cents, data=data)


HANDLERS: dict[str, Callable[[Any, ChargeRecords], Awaitable[NetworkEvent | None]]] = {
    "payment_intent.payment_failed": _read_failed_debit,
    "charge.dispute.created": _read_dispute,
    "charge.dispute.closed": _read_closed_dispute,
    "refund.created": _read_refund,
    "payment_method.automatically_updated": _read_method,
}
"""By type of event: those to choose for the webhook endpoint (docs/payments.md)."""
