"""What the office does with money besides refunds: void, cancel, and book a payment taken at the counter.

`counter_undo` takes one off again.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Literal

from sqlalchemy import CursorResult, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from backend import confirmation_numbers
from backend.audit import service as audit
from backend.billing.accounts import lock_account
from backend.consents import service as consents
from backend.language import tr, use_language
from backend.money import format_balance, format_cents
from backend.payments import counter_posting, receipts, refund_notices
from backend.payments.alike import AlikePayment, fingerprint, list_alike
from backend.payments.check_numbers import check_number, find_number_problem
from backend.payments.counter_limits import find_credit, needs_second_to_book
from backend.payments.models import VOIDED_BY_OFFICE, CounterPayment, ScheduledPayment
from backend.payments.office_words import describe_state
from backend.payments.outside_entries import find_same_payment
from backend.payments.processing import lock_payment, record_charge
from backend.payments.refund_notices import COUNTER_KINDS
from backend.payments.refunds import RefundRefused, check_reason
from backend.payments.second_person import find_same_person
from backend.providers.billing.base import CounterPaymentFact
from backend.providers.billing.system import find_system
from backend.providers.payments.base import ProviderRejected

if TYPE_CHECKING:
    from backend.app import Backend

OLDEST_BOOKING = timedelta(days=60)
SAME_CHECK_WITHIN = timedelta(days=180)
"""Banks take checks for about six months."""


class OfficeRefused(RefundRefused):
    """Not possible, and nothing happened. `code` also: not_authorized, already_posted, not_scheduled, no_kind, day,
    no_reference, same_check, not_booked, books_elsewhere, looks_alike, more_than_due,
    other_person, and those of find_number_problem()."""


class MoreThanDue(OfficeRefused):
    """The payment is more than what is due, `due_cents`. Nothing happened; a clerk may confirm that it is meant."""

    def __init__(self, amount_cents: int, due_cents: int) -> None:
        super().__init__(
            "more_than_due",
            tr(
                "Nothing is booked yet: {amount} is more than what is due, {due}.",
                amount=format_cents(amount_cents),
                due=format_balance(due_cents),
            ),
        )
        self.due_cents = due_cents


class LooksAlike(OfficeRefused):
    """Payments of this amount are there already. Nothing happened; a clerk may confirm that it is another one."""

    def __init__(self, found: Sequence[AlikePayment]) -> None:
        super().__init__(
            "looks_alike",
            tr(
                "Nothing is booked yet: the account has a payment of this amount at about this day already. It is "
                "named above the button."
            ),
        )
        self.found = found


async def void_payment(backend: Backend, payment_id: int, *, reason: str, by: str) -> str:
    """Release an authorized payment that is not posted yet; returns its status then: voided, or what came first.

    Raises OfficeRefused, and a PaymentProviderError when the outcome is not known: the minute's job stores it then.
    """
    reason = check_reason(reason)
    async with backend.db.transaction() as session:
        payment = await lock_payment(session, payment_id)
        if payment.status != "authorized":
            text = tr("This payment cannot be voided. It is: {state}.", state=describe_state(payment.status))
            raise OfficeRefused("not_authorized", text)
        payment.decline_code = VOIDED_BY_OFFICE
        await _record(session, backend, by, "payment_void_asked", payment.account_id, {
            "confirmation": payment.confirmation, "amount_cents": payment.amount_cents, "reason": reason,
        })  # fmt: skip
        key = payment.key
    try:
        charge = await backend.payments.void(key)
    except ProviderRejected:
        found = await backend.payments.find(key)  # such as one that was posted just now
        if found is None or found.status == "authorized":
            raise
        charge = found
    return await record_charge(backend, payment_id, charge, answering=False)


async def cancel_scheduled(session: AsyncSession, backend: Backend, scheduled_id: int, *, reason: str, by: str) -> None:
    """Cancel a scheduled payment that has not begun to run, on any day; the member is told. Raises OfficeRefused."""
    reason = check_reason(reason)
    item = await session.get_one(ScheduledPayment, scheduled_id)
    await lock_account(session, item.account_id)
    waiting = (ScheduledPayment.id == scheduled_id, ScheduledPayment.status == "scheduled")
    result = await session.execute(update(ScheduledPayment).where(*waiting).values(status="canceled"))
    assert isinstance(result, CursorResult)
    if result.rowcount != 1:
        raise OfficeRefused("not_scheduled", tr("This payment is not scheduled any more."))
    await session.refresh(item)
    await consents.revoke(session, backend, item.account_id, reference=item.confirmation)
    with use_language(await receipts.language_for(session, item)):
        await receipts.send_schedule_canceled(session, backend, item)
    await _record(session, backend, by, "scheduled_payment_canceled", item.account_id, {
        "confirmation": item.confirmation, "status": "canceled", "reason": reason,
    })  # fmt: skip


async def book_counter_payment(
    session: AsyncSession,
    backend: Backend,
    *,
    key: str,
    account_id: int,
    amount_cents: int,
    kind: str,
    reference: str,
    received_on: date,
    reason: str,
    by: str,
    confirmed: str = "",
    seen_due_cents: int | Literal["not asked"] | None = "not asked",
) -> CounterPayment:
    """Book a payment that the office took; the same key is booked once. Auto Pay then drafts only what is left.

    Above what one person may book in a day (`counter_limits`) it waits for a second one. `confirmed` is the fingerprint
    of the payments like it that the clerk has seen. `seen_due_cents` is what was due when the clerk said that more is
    meant; None asks for it where it is more. Raises OfficeRefused, LooksAlike and MoreThanDue among them.
    """
    await lock_account(session, account_id)
    known = await session.scalar(select(CounterPayment).where(CounterPayment.key == key))
    if known is not None:
        if (known.account_id, known.amount_cents) != (account_id, amount_cents):
            raise OfficeRefused("key_used", tr("This form was sent before with another amount. Please open it again."))
        return known
    reference = " ".join(reference.split())
    await _check_booking(session, backend, account_id, amount_cents, kind, reference, received_on)
    alike = await list_alike(session, backend, account_id, amount_cents, received_on, key)
    _check_alike(alike, confirmed)
    if seen_due_cents != "not asked":
        await _check_due(session, backend, account_id, amount_cents, seen_due_cents)
    credit_cents = await find_credit(session, backend, account_id, amount_cents)
    waits = await needs_second_to_book(session, backend, account_id, amount_cents, credit_cents, by)
    payment = CounterPayment(
        key=key,
        confirmation=await confirmation_numbers.new_number(session),
        account_id=account_id,
        amount_cents=amount_cents,
        credit_cents=credit_cents,
        kind=kind,
        reference=reference,
        received_on=received_on,
        reason=" ".join(reason.split())[:200],
        status="requested",
        asked_by=by,
        asked_at=backend.clock.now(),
    )
    session.add(payment)
    await session.flush()
    if waits:
        await record_counter(session, backend, payment, "counter_payment_requested", by, reason, alike)
    else:
        await _book(session, backend, payment, by, alike)
    return payment


async def decide_counter_payment(
    session: AsyncSession,
    backend: Backend,
    payment_id: int,
    *,
    approve: bool,
    by: str,
    reason: str,
    confirmed: str = "",
) -> CounterPayment:
    """Approve or reject a waiting booking, as a second person. `confirmed` is as in book_counter_payment().

    Raises OfficeRefused, LooksAlike among them.
    """
    payment = await lock_counter(session, payment_id)
    if payment.status != "requested":
        raise OfficeRefused("not_waiting", tr("This payment does not wait for anybody any more."))
    if problem := await find_same_person(session, backend, payment.asked_by, by):
        raise OfficeRefused("same_person", problem)
    payment.approved_by, payment.decided_at = by, backend.clock.now()
    payment.decision_reason = check_reason(reason)
    if approve:
        own = (payment.reference, payment.confirmation)
        await _refuse_if_in_files(session, payment.account_id, payment.amount_cents, *own)
        alike = await list_alike_to(session, backend, payment)
        _check_alike(alike, confirmed)
        await _book(session, backend, payment, by, alike)
    else:
        payment.status = "rejected"
        await record_counter(session, backend, payment, "counter_payment_rejected", by, payment.decision_reason)
    return payment


async def withdraw_counter_payment(
    session: AsyncSession, backend: Backend, payment_id: int, *, by: str, reason: str
) -> CounterPayment:
    """Take back a waiting booking, as the person who made it: rejected by nobody. Raises OfficeRefused."""
    payment = await lock_counter(session, payment_id)
    if payment.status != "requested":
        raise OfficeRefused("not_waiting", tr("This payment does not wait for anybody any more."))
    if payment.asked_by != by:
        raise OfficeRefused("other_person", tr("Only the person who asked for it can withdraw it. You can reject it."))
    payment.status, payment.decided_at = "rejected", backend.clock.now()
    payment.decision_reason = check_reason(reason)
    await record_counter(session, backend, payment, "counter_payment_withdrawn", by, payment.decision_reason)
    return payment


async def _check_booking(
    session: AsyncSession,
    backend: Backend,
    account_id: int,
    amount_cents: int,
    kind: str,
    reference: str,
    received_on: date,
) -> None:
    if find_system(backend.billing) is not None:
        # what is owed is that system's to say: a payment that only we know would be taken for unpaid by it
        raise OfficeRefused(
            "books_elsewhere", tr("Please book it in the billing system: what is owed comes from there.")
        )
    today, most = backend.today(), backend.coop.max_payment_cents
    if kind not in COUNTER_KINDS:
        raise OfficeRefused("no_kind", tr("Please say how it was paid: cash, check or money order."))
    if not 0 < amount_cents <= most:
        text = tr("The amount must be more than zero, and at most {most}.", most=format_cents(most))
        raise OfficeRefused("zero", text)
    if not today - OLDEST_BOOKING <= received_on <= today:
        raise OfficeRefused("day", tr("The day must be today or in the last 60 days."))
    if problem := find_number_problem(reference):
        raise OfficeRefused(*problem)
    if kind == "cash":
        return
    if not check_number(reference):
        raise OfficeRefused("no_reference", tr("Please give the number on the check or money order."))
    if number := await _find_same_check(session, backend, account_id, amount_cents, kind, reference):
        text = tr("This number is booked for the account already, as {number}.", number=number)
        raise OfficeRefused("same_check", text)
    await _refuse_if_in_files(session, account_id, amount_cents, reference)


async def _find_same_check(
    session: AsyncSession, backend: Backend, account_id: int, amount_cents: int, kind: str, reference: str
) -> str | None:
    """The confirmation number of a booked or waiting payment with this number, of the same kind or amount."""
    query = select(CounterPayment).where(
        CounterPayment.account_id == account_id,
        CounterPayment.kind != "cash",
        CounterPayment.status.in_(("requested", "booked")),
        CounterPayment.asked_at >= backend.clock.now() - SAME_CHECK_WITHIN,
    )
    number = check_number(reference)
    for known in await session.scalars(query.order_by(CounterPayment.id)):
        is_like_it = known.kind == kind or known.amount_cents == amount_cents
        if is_like_it and check_number(known.reference) == number:
            return known.confirmation
    return None


async def _check_due(
    session: AsyncSession, backend: Backend, account_id: int, amount_cents: int, seen_due_cents: int | None
) -> None:
    due_cents = (await backend.billing.balance(session, account_id, backend.today())).amount_due_cents
    if amount_cents > max(due_cents, 0) and seen_due_cents != due_cents:
        raise MoreThanDue(amount_cents, due_cents)


async def list_alike_to(session: AsyncSession, backend: Backend, payment: CounterPayment) -> list[AlikePayment]:
    """What there is beside this payment that looks like it."""
    terms = (payment.account_id, payment.amount_cents, payment.received_on, payment.key)
    return await list_alike(session, backend, *terms)


def _check_alike(found: Sequence[AlikePayment], confirmed: str) -> None:
    if found and confirmed != fingerprint(found):
        raise LooksAlike(found)


async def _refuse_if_in_files(session: AsyncSession, account_id: int, amount_cents: int, *references: str) -> None:
    """Raise OfficeRefused when the co-op's own files have brought the payment."""
    if number := await find_same_payment(session, account_id, amount_cents, references):
        text = tr("This payment came with the co-op's own files already, as {number}.", number=number)
        raise OfficeRefused("same_check", text)


async def _book(
    session: AsyncSession, backend: Backend, payment: CounterPayment, by: str, alike: Sequence[AlikePayment]
) -> None:
    payment.status, payment.booked_at = "booked", backend.clock.now()
    await backend.billing.counter_payment_taken(session, build_fact(backend, payment))
    await counter_posting.queue_booking(session, backend, payment)
    await refund_notices.send_counter_receipt(session, backend, payment)
    await record_counter(session, backend, payment, "counter_payment_booked", by, payment.reason, alike)


def build_fact(backend: Backend, payment: CounterPayment) -> CounterPaymentFact:
    """What the billing system is told of it, with the time of now."""
    memo = f"At the counter: {payment.kind.replace('_', ' ')} {payment.reference}".strip()
    return CounterPaymentFact(payment.key, payment.account_id, payment.amount_cents, memo, backend.clock.now())


async def lock_counter(session: AsyncSession, payment_id: int) -> CounterPayment:
    """The payment as it is now; nobody else changes it or its account until the commit."""
    payment = await session.get_one(CounterPayment, payment_id)
    await lock_account(session, payment.account_id)
    await session.refresh(payment)
    return payment


async def record_counter(
    session: AsyncSession,
    backend: Backend,
    payment: CounterPayment,
    act: str,
    by: str,
    reason: str,
    alike: Sequence[AlikePayment] = (),
) -> None:
    """Audit what `by` did; `alike` are the payments that the clerk said it is not."""
    await session.flush()
    beside = {"beside": [each.number for each in alike]} if alike else {}
    await _record(session, backend, by, act, payment.account_id, {
        "confirmation": payment.confirmation, "status": payment.status, "amount_cents": payment.amount_cents,
        "kind": payment.kind, "reference": payment.reference, "received_on": payment.received_on.isoformat(),
        "reason": reason, **beside,
    })  # fmt: skip


async def _record(
    session: AsyncSession, backend: Backend, by: str, act: str, account_id: int, after: dict[str, Any]
) -> None:
    await audit.record(
        session, backend, actor=f"office:{by}"[:80], level=0, channel="office", act=act, account_id=account_id,
        after=after,
    )  # fmt: skip
