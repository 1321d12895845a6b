"""Payments at the counter on their way to the billing system: queued as any payment, what was taken off as its return.

Where the office enters them in the billing system itself (`counter_to_billing = false` in coop.toml) none is queued.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy.ext.asyncio import AsyncSession

from backend.language import tr
from backend.payments.models import CounterPayment
from backend.posting import service as posting
from backend.posting.models import QueuedPosting
from backend.posting.targets import choose_target

if TYPE_CHECKING:
    from backend.app import Backend

METHODS = {"cash": "cash", "check": "check", "money_order": "order"}
"""How the queue names each kind; its column has eight characters."""


async def queue_booking(session: AsyncSession, backend: Backend, payment: CounterPayment) -> None:
    """Queue the booked payment in the transaction that books it."""
    if backend.coop.counter_to_billing:
        await _queue(session, backend, payment, "payment")


async def queue_reversal(session: AsyncSession, backend: Backend, payment: CounterPayment) -> None:
    """Queue that it was taken off; not for one that never went to the billing system."""
    if await _find_booking(session, payment) is not None:
        await _queue(session, backend, payment, "return")


async def describe_way(session: AsyncSession, backend: Backend, payment: CounterPayment) -> str:
    """Whether the billing system has the payment or gets it, in a sentence for a clerk; empty before it is booked."""
    if payment.booked_at is None:
        return ""
    booking = await _find_booking(session, payment)
    if booking is None:
        return tr("It is not sent to the billing system from here: enter it there.")
    reversal = await posting.find(session, f"return:{payment.key}")
    words = _describe(backend, booking, tr("The payment"))
    return f"{words} {_describe(backend, reversal, tr('Taking it off'))}" if reversal is not None else words


def describe_target(backend: Backend) -> str:
    """What becomes of a payment that is booked now, in a sentence for a clerk."""
    if not backend.coop.counter_to_billing:
        return tr("It is not sent to the billing system from here: enter it there as well.")
    if choose_target(backend) == "none":
        return tr("It waits here until payments go to the billing system.")
    return tr("It goes to the billing system with the other payments: do not enter it there.")


def _describe(backend: Backend, row: QueuedPosting, subject: str) -> str:
    if row.status == "sent":
        return tr("{what} went to the billing system ({reference}).", what=subject, reference=row.reference)
    if row.status in ("failed", "review"):
        return tr("{what} has to be looked up in the billing system: {why}.", what=subject, why=row.problem)
    if choose_target(backend) == "none":
        return tr("{what} waits here until payments go to the billing system.", what=subject)
    return tr("{what} goes to the billing system with the next file.", what=subject)


async def _find_booking(session: AsyncSession, payment: CounterPayment) -> QueuedPosting | None:
    return await posting.find(session, f"payment:{payment.key}")


async def _queue(session: AsyncSession, backend: Backend, payment: CounterPayment, kind: str) -> None:
    await posting.enqueue(
        session,
        backend,
        kind=kind,
        key=payment.key,
        account_id=payment.account_id,
        amount_cents=payment.amount_cents,
        fee_cents=0,
        method_kind=METHODS[payment.kind],
        confirmation=payment.confirmation,
        channel="office",
        number=payment.reference,
    )
