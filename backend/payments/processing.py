"""Processing a payment until it is posted, declined or voided. Every step may be repeated: the key makes it one charge.

Each step asks the network while holding no database connection, then writes the answer in one transaction that only
moves the status forward. A payment that a crash left unfinished is found by its status, and processed again.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from backend.audit import service as audit
from backend.billing.accounts import lock_account
from backend.jobs.runs import Item, run_side_by_side
from backend.language import current_language, use_language
from backend.payments import prechecks, receipts, talk_results
from backend.payments.charge_details import load_details
from backend.payments.group_models import GROUPED_KEY
from backend.payments.models import PENDING_STATUSES, PayLink, Payment, PaymentMethod, Quote, ScheduledPayment
from backend.posting import service as posting
from backend.providers.billing.base import PaymentFact
from backend.providers.payments.base import Charge, ChargeDetails, PaymentProviderError, ProviderRejected

if TYPE_CHECKING:
    from backend.app import Backend

logger = logging.getLogger(__name__)

RETRY_CONFIRMED = timedelta(minutes=10)
"""How long after the confirmation a charge that the network never saw may still be made; later nobody expects it."""
RETRY_SCHEDULED = timedelta(hours=20)
"""The same for a payment that a job started."""
REFUSED_AS_DECLINED = frozenset({"invalid_token", "invalid_amount"})
"""The provider's refusals that are about the method or the amount, and so are final as a decline is."""
SCHEDULED_KEY = "sched:"
"""How the keys of the payments of schedules begin."""
SYSTEM = "payments"
"""The actor in the audit trail for what happens without the member."""

_STATUS_PATHS: dict[str, dict[str, tuple[str, ...]]] = {
    "started": {
        "authorized": ("authorized",),
        "posted": ("authorized", "posted"),
        "returned": ("authorized", "posted"),  # the return itself is booked from the provider's list of returns
        "declined": ("declined",),
        "voided": ("voided",),
    },
    "authorized": {
        "posted": ("posted",),
        "returned": ("posted",),
        "declined": ("declined",),
        "voided": ("voided",),
    },
}
"""Our status → the network's status → the statuses that we pass through."""

_in_progress: set[str] = set()
"""The keys of the payments that this process is working on: recover() leaves them alone."""


class ChargeMismatch(Exception):
    """The network has another amount under our key. Somebody must look; nothing is booked."""


@dataclass(frozen=True, slots=True)
class ChargeOrder:
    """What the network is asked for; the same on every repeat."""

    payment_id: int
    account_id: int
    key: str
    token: str
    total_cents: int
    description: str
    details: ChargeDetails
    status: str


async def recover(backend: Backend) -> int:
    """Settle what a crash or a time-out left unfinished; run at start and every minute. Returns how many were found.

    What a run has in hand is left to it, and groups to recover_groups().
    """

    async def find(accounts: Collection[int] | None) -> list[Item]:
        query = select(Payment.account_id, Payment.id, Payment.key).where(
            Payment.status.in_(PENDING_STATUSES), ~Payment.key.startswith(GROUPED_KEY, autoescape=True)
        )
        if accounts is not None:
            query = query.where(Payment.account_id.in_(accounts))
        async with backend.db.read_session() as session:
            rows = (await session.execute(query.order_by(Payment.id))).all()
        # this process is answering the member about the others now
        return [Item(account_id, payment_id) for account_id, payment_id, key in rows if key not in _in_progress]

    async def work(item: Item) -> list[str]:
        try:
            await process_payment(backend, item.id, resumed=True, answering=False)
        except PaymentProviderError as error:
            logger.warning("payment %s is still unsettled: %r", item.id, error)
        return ["found"]

    return (await run_side_by_side(backend, "unfinished payments", find, work, wait=False)).total()


async def process_payment(
    backend: Backend, payment_id: int, *, resumed: bool, answering: bool, order: ChargeOrder | None = None
) -> str:
    """Process the payment as far as the network lets it; returns its status. `resumed`: the network may know it
    already, so ask first.

    `answering`: the outcome is the answer to the member's message; otherwise a failure goes out as a notice. Raises a
    PaymentProviderError when the outcome is not known yet; recover() tries again every minute. `order` is that of a
    payment that the caller has just started.
    """
    order = order or await _load_order(backend, payment_id)
    status = order.status
    with in_progress([order.key]):
        if status == "started":
            charge = await authorize_or_find(backend, order, resumed)
            status = await record_charge(backend, payment_id, charge, answering=answering, account_id=order.account_id)
            if charge and charge.status == "authorized" and status in ("voided", "declined"):
                await backend.payments.void(order.key)  # given up on while this answer was on its way
        if status == "authorized":
            charge = await capture(backend, order)
            status = await record_charge(backend, payment_id, charge, answering=answering, account_id=order.account_id)
    return status


@contextmanager
def in_progress(keys: Iterable[str]) -> Iterator[None]:
    """This process works on the payments of these keys: recovering leaves them alone meanwhile."""
    held = set(keys) - _in_progress
    _in_progress.update(held)
    try:
        yield
    finally:
        _in_progress.difference_update(held)


def is_in_progress(key: str) -> bool:
    return key in _in_progress


async def record_charge(
    backend: Backend, payment_id: int, charge: Charge | None, *, answering: bool, account_id: int | None = None
) -> str:
    """Store the network's answer (None: there is no charge and none will be made); returns the new status.

    `account_id` is that of the payment, where it is known: it saves a query.
    """
    async with backend.db.transaction() as session:
        payment = await lock_payment(session, payment_id, account_id)
        if charge and charge.amount_cents != payment.total_cents:
            raise ChargeMismatch(f"payment {payment_id}: the network has {charge.amount_cents} cents")
        target = charge.status if charge else "voided"
        for status in _STATUS_PATHS.get(payment.status, {}).get(target, ()):
            await move_status(session, backend, payment, status, charge=charge, answering=answering)
        return payment.status


async def move_status(
    session: AsyncSession, backend: Backend, payment: Payment, status: str, *, charge: Charge | None, answering: bool
) -> None:
    """One step forward with all that belongs to it: booking, receipt, schedule, audit row."""
    before = payment.status
    values: dict[str, object] = {"status": status, "updated_at": backend.clock.now()}
    if status == "posted":
        values["posted_on"] = backend.today()
    if charge:
        # why the office voids it is noted before the network is asked
        kept = payment.decline_code if status == "voided" else None
        values |= {"provider_ref": charge.ref, "decline_code": charge.decline_code or kept}
    # guarded although the account is locked: a status that moved must never be overwritten
    guarded = update(Payment).where(Payment.id == payment.id, Payment.status == before).values(values)
    to_follow = (await session.execute(guarded.returning(Payment.to_follow))).scalar_one_or_none()
    if to_follow is None:
        raise RuntimeError(f"payment {payment.id} moved on from {before} under its lock")
    is_answer = answering and not to_follow  # the member was already told that a message follows
    if status != "authorized":  # of which nobody is told
        with use_language(current_language() if is_answer else await receipts.language_for(session, payment)):
            await _handle_status(session, backend, payment, answering=is_answer)
    await audit.record(
        session,
        backend,
        actor=SYSTEM,
        level=0,
        channel=payment.channel,
        act=f"payment_{status}",
        account_id=payment.account_id,
        before={"status": before},
        after={"status": status, "confirmation": payment.confirmation, "decline_code": payment.decline_code},
    )


async def lock_payment(session: AsyncSession, payment_id: int, account_id: int | None = None) -> Payment:
    """The payment as it is now, its account held until the transaction ends.

    `account_id` is that of the payment, where it is known: it saves a query.
    """
    if account_id is None:
        account_id = await session.scalar(select(Payment.account_id).where(Payment.id == payment_id))
        assert account_id is not None
    # referred to from here, since a session forgets what nobody holds and would read it again
    session.info["account"] = await lock_account(session, account_id)
    return await session.get_one(Payment, payment_id, populate_existing=True)


def build_payment_fact(payment: Payment, backend: Backend) -> PaymentFact:
    """The payment as the billing provider books it."""
    return PaymentFact(
        key=payment.key,
        account_id=payment.account_id,
        amount_cents=payment.amount_cents,
        fee_cents=payment.fee_cents,
        at=backend.clock.now(),
    )


async def enqueue_posting(session: AsyncSession, backend: Backend, payment: Payment, kind: str) -> None:
    """Queue the payment, or its return (`kind`), for the system that keeps the co-op's books."""
    method = await session.get_one(PaymentMethod, payment.method_id)
    await posting.enqueue(
        session,
        backend,
        kind=kind,
        key=payment.key,
        account_id=payment.account_id,
        amount_cents=payment.amount_cents,
        fee_cents=payment.fee_cents,
        payment_id=payment.id,
        method_kind=method.kind,
        confirmation=payment.confirmation,
        channel=payment.channel,
    )


async def _handle_status(session: AsyncSession, backend: Backend, payment: Payment, *, answering: bool) -> None:
    if payment.status == "posted":
        await backend.billing.payment_posted(session, build_payment_fact(payment, backend))
        await enqueue_posting(session, backend, payment, "payment")
        await _finish_schedule(session, payment, "done")
        await _tell_open_page(session, backend, payment, answering=answering)
        await backend.automatic_payments.handle_status(session, backend, payment, "posted")
        await receipts.send_receipt(session, backend, payment, answering=answering)
    elif payment.status in ("declined", "voided"):
        await _finish_schedule(session, payment, "failed")
        await _tell_open_page(session, backend, payment, answering=answering)
        # a pay link that did not pay may be tried with another card for as long as it lives
        quote_id = select(Quote.id).where(Quote.key == payment.key).scalar_subquery()
        await session.execute(update(PayLink).where(PayLink.quote_id == quote_id).values(used_at=None))
        automatic = await backend.automatic_payments.handle_status(
            session, backend, payment, payment.status, payment.decline_code
        )
        if not answering and not automatic:
            await receipts.notify_payment_failed(session, backend, payment)


async def _tell_open_page(session: AsyncSession, backend: Backend, payment: Payment, *, answering: bool) -> None:
    """A web talk that was told `on its way` learns the outcome; a payment of another day is none of its news."""
    if not answering and not payment.key.startswith(SCHEDULED_KEY):
        await talk_results.tell_talk(session, backend, payment)


async def _finish_schedule(session: AsyncSession, payment: Payment, status: str) -> None:
    if not payment.key.startswith(SCHEDULED_KEY):
        return
    running = (ScheduledPayment.payment_id == payment.id, ScheduledPayment.status == "running")
    await session.execute(update(ScheduledPayment).where(*running).values(status=status))


async def build_order(session: AsyncSession, backend: Backend, payment: Payment, method: PaymentMethod) -> ChargeOrder:
    """What the network is asked for to make this payment."""
    return ChargeOrder(
        payment_id=payment.id,
        account_id=payment.account_id,
        key=payment.key,
        token=method.token,
        total_cents=payment.total_cents,
        # part of what makes a repeat the same request: nothing that the office could edit meanwhile
        description=f"Electric bill payment {payment.confirmation}",
        details=await load_details(session, backend, payment, method),
        status=payment.status,
    )


async def _load_order(backend: Backend, payment_id: int) -> ChargeOrder:
    async with backend.db.read_session() as session:
        payment = await session.get_one(Payment, payment_id)
        return await build_order(session, backend, payment, await session.get_one(PaymentMethod, payment.method_id))


async def authorize_or_find(backend: Backend, order: ChargeOrder, resumed: bool) -> Charge | None:
    """Authorize, or find the result of an earlier try. None: the network never saw it, and it is too late to charge."""
    if resumed:
        found = await backend.payments.find(order.key)
        if found:
            return found
        if not await _is_still_wanted(backend, order.payment_id):
            return None
    try:
        return await backend.payments.authorize(
            key=order.key,
            token=order.token,
            amount_cents=order.total_cents,
            description=order.description,
            details=order.details,
        )
    except ProviderRejected as refusal:
        if refusal.code not in REFUSED_AS_DECLINED:
            raise
        return Charge(order.key, "", "declined", order.total_cents, refusal.code, "card")


async def capture(backend: Backend, order: ChargeOrder) -> Charge:
    """Take an authorized charge, or find what became of it."""
    return await _end_authorization(backend, order.key, backend.payments.capture)


async def void(backend: Backend, order: ChargeOrder) -> Charge:
    """Release an authorized charge, or find what became of it."""
    return await _end_authorization(backend, order.key, backend.payments.void)


async def _end_authorization(backend: Backend, key: str, end: Callable[[str], Awaitable[Charge]]) -> Charge:
    try:
        return await end(key)
    except ProviderRejected:
        found = await backend.payments.find(key)  # such as an authorization that lapsed
        if found is None or found.status == "authorized":
            raise
        return found


async def _is_still_wanted(backend: Backend, payment_id: int) -> bool:
    """Whether a charge that was never made may still be: soon enough, with no new warning since the confirmation."""
    async with backend.db.read_session() as session:
        payment = await session.get_one(Payment, payment_id)
        age = backend.clock.now() - payment.created_at
        quote = await session.scalar(select(Quote).where(Quote.key == payment.key))
        if quote is None:
            return age <= RETRY_SCHEDULED
        if age > RETRY_CONFIRMED:
            return False
        return not await find_new_warnings(session, backend, quote, except_payment_id=payment.id)


async def find_new_warnings(
    session: AsyncSession, backend: Backend, quote: Quote, except_payment_id: int | None = None
) -> tuple[prechecks.PaymentWarning, ...]:
    """The warnings that were not known when the quote was read out, and what blocks."""
    now = await prechecks.find_quote_warnings(session, backend, quote, except_payment_id=except_payment_id)
    return tuple(warning for warning in now if warning.blocking or warning.fingerprint not in quote.concerns)
