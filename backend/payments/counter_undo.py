"""Takes a booked counter payment off again: alone within a limit, above it with a second person. It stays booked until
the second person has agreed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy.ext.asyncio import AsyncSession

from backend.language import tr
from backend.payments import counter_posting, refund_notices
from backend.payments.counter_limits import needs_second_to_take_off
from backend.payments.models import CounterPayment
from backend.payments.office import OfficeRefused, build_fact, lock_counter, record_counter
from backend.payments.refunds import check_reason
from backend.payments.second_person import find_same_person

if TYPE_CHECKING:
    from backend.app import Backend


async def undo_counter_payment(
    session: AsyncSession, backend: Backend, payment_id: int, *, by: str, reason: str
) -> CounterPayment:
    """Take it off, a mistake or a check that came back, and tell the member; or ask for a second person, as
    `counter_limits` says. Raises OfficeRefused.
    """
    reason = check_reason(reason)
    payment = await lock_counter(session, payment_id)
    if payment.status != "booked":
        raise OfficeRefused("not_booked", tr("This payment is not booked."))
    if payment.undo_asked_by is not None:
        raise OfficeRefused("waits", tr("Taking it off waits for a second person already."))
    if await needs_second_to_take_off(session, backend, payment, by):
        payment.undo_asked_by, payment.undo_asked_at, payment.undone_reason = by, backend.clock.now(), reason
        await record_counter(session, backend, payment, "counter_undo_requested", by, reason)
        return payment
    await _take_off(session, backend, payment, by=by, reason=reason, acted=by)
    return payment


async def decide_undo(
    session: AsyncSession, backend: Backend, payment_id: int, *, approve: bool, by: str, reason: str
) -> CounterPayment:
    """Agree to taking it off, or not, as a second person. Raises OfficeRefused."""
    reason = check_reason(reason)
    payment = await _lock_waiting(session, payment_id)
    asked_by = payment.undo_asked_by or ""
    if problem := await find_same_person(session, backend, asked_by, by):
        raise OfficeRefused("same_person", problem)
    if approve:
        payment.undo_approved_by = by
        await _take_off(session, backend, payment, by=asked_by, reason=payment.undone_reason or "", acted=by)
    else:
        _clear(payment)
        await record_counter(session, backend, payment, "counter_undo_rejected", by, reason)
    return payment


async def withdraw_undo(
    session: AsyncSession, backend: Backend, payment_id: int, *, by: str, reason: str
) -> CounterPayment:
    """Leave it booked after all, as the person who asked for taking it off. Raises OfficeRefused."""
    reason = check_reason(reason)
    payment = await _lock_waiting(session, payment_id)
    if payment.undo_asked_by != by:
        raise OfficeRefused("other_person", tr("Only the person who asked for it can withdraw it. You can reject it."))
    _clear(payment)
    await record_counter(session, backend, payment, "counter_undo_withdrawn", by, reason)
    return payment


async def _lock_waiting(session: AsyncSession, payment_id: int) -> CounterPayment:
    payment = await lock_counter(session, payment_id)
    if payment.status != "booked" or payment.undo_asked_by is None:
        raise OfficeRefused("not_waiting", tr("This payment does not wait for anybody any more."))
    return payment


def _clear(payment: CounterPayment) -> None:
    payment.undo_asked_by = payment.undo_asked_at = payment.undone_reason = None


async def _take_off(
    session: AsyncSession, backend: Backend, payment: CounterPayment, *, by: str, reason: str, acted: str
) -> None:
    """`by` asked for it, so it is in the totals of their drawer; `acted` pressed the last button."""
    payment.status, payment.undone_at = "undone", backend.clock.now()
    payment.undone_by, payment.undone_reason = by, reason
    await backend.billing.counter_payment_undone(session, build_fact(backend, payment))
    await counter_posting.queue_reversal(session, backend, payment)
    await refund_notices.notify_counter_undone(session, backend, payment)
    await record_counter(session, backend, payment, "counter_payment_undone", acted, reason)
