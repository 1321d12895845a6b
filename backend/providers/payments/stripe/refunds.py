"""Refunds at Stripe. Each is written down before it is asked for: Stripe forgets its idempotency key after a day."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import stripe

from backend.payments.models import NetworkCharge, NetworkRefund
from backend.providers.payments.base import ProviderRejected, ProviderTimeout, Refund, RefundStatus
from backend.providers.payments.stripe.client import StripeClient, call
from backend.providers.payments.stripe.records import ChargeRecords

STATUSES: dict[str, RefundStatus] = {
    "pending": "pending",
    "requires_action": "pending",
    "succeeded": "succeeded",
    "failed": "failed",
    "canceled": "failed",
}
LONGEST_METADATA = 500
LIST_LIMIT = 100


async def make_refund(
    client: StripeClient, records: ChargeRecords, charge: NetworkCharge, key: str, amount_cents: int, reason: str
) -> Refund:
    """The refund of `key`, made now or before. `charge` must be posted."""
    row = await records.begin_refund(
        NetworkRefund(key=key, charge_key=charge.key, amount_cents=amount_cents, created_at=datetime.now(UTC))
    )
    if (row.charge_key, row.amount_cents) != (charge.key, amount_cents):
        raise ProviderRejected("idempotency_key_reused")
    made = await _find_made(client, charge, row)
    if made is None:
        made = await _ask(client, records, charge, row, reason)
    if row.ref is None:
        await records.set_refund_ref(key, made.id)
    return _to_refund(row, made)


async def find_refund(client: StripeClient, charge: NetworkCharge, row: NetworkRefund) -> Refund | None:
    made = await _find_made(client, charge, row)
    return _to_refund(row, made) if made is not None else None


async def _find_made(client: StripeClient, charge: NetworkCharge, row: NetworkRefund) -> Any:
    """Stripe's refund; None when there is none. A crash may have kept us from writing its id down."""
    ref = row.ref
    if ref is not None:
        return await call(lambda: client.v1.refunds.retrieve_async(ref))
    params: Any = {"payment_intent": charge.ref, "limit": LIST_LIMIT}
    page = await call(lambda: client.v1.refunds.list_async(params))
    return next((made for made in page.data if getattr(made.metadata, "key", None) == row.key), None)


async def _ask(
    client: StripeClient, records: ChargeRecords, charge: NetworkCharge, row: NetworkRefund, reason: str
) -> Any:
    params: Any = {
        "payment_intent": charge.ref,
        "amount": row.amount_cents,
        "metadata": {"key": row.key, "charge_key": charge.key, "reason": reason[:LONGEST_METADATA]},
    }
    # the time is part of Stripe's key, or a refusal would be remembered for a key that is free again
    options: Any = {"idempotency_key": f"refund/{row.key}/{row.created_at.timestamp():.6f}"}
    try:
        return await call(lambda: client.v1.refunds.create_async(params, options))
    except (ProviderRejected, stripe.CardError) as refusal:
        await records.drop_refund(row.key)
        raise _to_refusal(refusal) from refusal


def _to_refusal(refusal: ProviderRejected | stripe.CardError) -> ProviderRejected:
    """Stripe's refusal as ours. It says by the parameter, not by a code, that too much was asked for."""
    cause = refusal.__cause__ if isinstance(refusal, ProviderRejected) else refusal
    if isinstance(refusal, ProviderRejected) and refusal.code in ("unauthorized", "idempotency_key_reused"):
        return refusal
    code, param = getattr(cause, "code", None), getattr(cause, "param", None)
    too_large = param == "amount" or code == "charge_already_refunded"
    return ProviderRejected("refund_too_large" if too_large else "not_refundable", str(code or "Stripe refused it"))


def _to_refund(row: NetworkRefund, made: Any) -> Refund:
    status = STATUSES.get(str(getattr(made, "status", None)))
    if status is None:
        raise ProviderTimeout("Stripe's refund has a status that is not known here")
    return Refund(row.key, row.charge_key, made.id, made.amount, status)
