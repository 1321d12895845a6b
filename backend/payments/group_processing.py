"""Processing the payments of a group: all are authorized first, and captured only when all are.

The decision is written down once, before the first of them is captured or released, and whoever goes on with the group
later, after a crash or in another process, does what was decided. A bank account is not asked before it is captured
(docs/payments.md), so its part can be released, and can still come back later as a return of that part alone.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import TYPE_CHECKING

from sqlalchemy import select, update

from backend.payments import processing
from backend.payments.group_models import GROUPED_KEY, RELEASE, TAKE, PaymentGroup, PaymentGroupPart
from backend.payments.models import PENDING_STATUSES, Payment, PaymentMethod
from backend.payments.processing import ChargeOrder, build_order, record_charge
from backend.providers.payments.base import Charge, PaymentProviderError

if TYPE_CHECKING:
    from backend.app import Backend

logger = logging.getLogger(__name__)

NOT_WITH_OTHERS = "not_with_others"
"""The decline code of a payment that was released because another of its group did not go through."""


async def recover_groups(backend: Backend) -> int:
    """Go on with the groups that a crash or a time-out left unfinished; run every minute, after recover().

    Returns how many were found. Groups are few, so they are done one after the other.
    """
    pending = (Payment.status.in_(PENDING_STATUSES), Payment.key.startswith(GROUPED_KEY, autoescape=True))
    query = select(PaymentGroupPart.group_id, Payment.key).join(Payment, Payment.key == PaymentGroupPart.key)
    async with backend.db.read_session() as session:
        rows = (await session.execute(query.where(*pending).order_by(PaymentGroupPart.group_id))).all()
    found = dict.fromkeys(group_id for group_id, key in rows if not processing.is_in_progress(key))
    for group_id in found:
        try:
            await process_group(backend, group_id, resumed=True, answering=False)
        except Exception:
            logger.exception("payment group %s could not be gone on with", group_id)  # it holds up no other
    return len(found)


async def process_group(backend: Backend, group_id: int, *, resumed: bool, answering: bool) -> None:
    """Process the payments of the group as far as the network lets us. What became of them is in their rows.

    `resumed` and `answering` are as in process_payment(). A payment without a known outcome stays pending, and
    recover_groups() goes on with it.
    """
    orders = await _load_orders(backend, group_id)
    if not orders:
        return
    with processing.in_progress(order.key for order in orders):
        decision = await _decide(backend, group_id)
        if decision is None:
            await _authorize_all(backend, orders, resumed=resumed, answering=answering)
            decision = await _decide(backend, group_id)
        if decision is None:
            return
        for order in await _load_orders(backend, group_id):
            try:
                await _carry_out(backend, order, decision, answering=answering)
            except PaymentProviderError as error:
                logger.warning("payment %s of a group is still unsettled: %r", order.payment_id, error)


async def _load_orders(backend: Backend, group_id: int) -> list[ChargeOrder]:
    query = select(Payment).join(PaymentGroupPart, PaymentGroupPart.key == Payment.key)
    query = query.where(PaymentGroupPart.group_id == group_id).order_by(PaymentGroupPart.id)
    async with backend.db.read_session() as session:
        return [
            await build_order(session, backend, payment, await session.get_one(PaymentMethod, payment.method_id))
            for payment in (await session.scalars(query)).all()
        ]


async def _authorize_all(backend: Backend, orders: Sequence[ChargeOrder], *, resumed: bool, answering: bool) -> None:
    """Authorize one after the other, and stop at the first that is declined or has no answer."""
    for order in orders:
        if order.status != "started":
            continue
        try:
            charge = await processing.authorize_or_find(backend, order, resumed)
        except PaymentProviderError as error:
            logger.warning("payment %s of a group has no answer yet: %r", order.payment_id, error)
            return
        status = await _record(backend, order, charge, answering=answering)
        if charge and charge.status == "authorized" and status in ("voided", "declined"):
            await backend.payments.void(order.key)  # given up on while this answer was on its way
        if status != "authorized":
            return


async def _decide(backend: Backend, group_id: int) -> str | None:
    """What becomes of the group, decided once and for all; None while that is not known."""
    async with backend.db.transaction() as session:
        group = await session.get_one(PaymentGroup, group_id, with_for_update=True)
        if group.decision:
            return group.decision
        keys = select(PaymentGroupPart.key).where(PaymentGroupPart.group_id == group_id)
        statuses = set(await session.scalars(select(Payment.status).where(Payment.key.in_(keys))))
        if statuses <= {"authorized", "posted", "returned"}:
            decision = TAKE
        elif statuses & {"declined", "voided"}:
            decision = RELEASE
            released = (Payment.key.in_(keys), Payment.status.in_(PENDING_STATUSES))
            await session.execute(update(Payment).where(*released).values(decline_code=NOT_WITH_OTHERS))
        else:
            return None
        group.decision, group.decided_at = decision, backend.clock.now()
        return decision


async def _carry_out(backend: Backend, order: ChargeOrder, decision: str, *, answering: bool) -> None:
    if order.status not in PENDING_STATUSES:
        return
    if decision == TAKE:
        charge: Charge | None = await processing.capture(backend, order)
    elif order.status == "started":
        charge = await backend.payments.find(order.key)  # an answer to an earlier try may have been lost
        if charge and charge.status == "authorized":
            charge = await processing.void(backend, order)
    else:
        charge = await processing.void(backend, order)
    await _record(backend, order, charge, answering=answering)


async def _record(backend: Backend, order: ChargeOrder, charge: Charge | None, *, answering: bool) -> str:
    return await record_charge(backend, order.payment_id, charge, answering=answering, account_id=order.account_id)
