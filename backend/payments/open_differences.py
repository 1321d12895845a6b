"""Payments of which our books and the payment network differ: nothing of them is given back until that is settled.

The morning's comparison finds most of them, the network's notices and its refusal of a refund the others. Services of
refunds ask here under the lock of the payment's account. Functions flush; the caller commits.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.audit import service as audit
from backend.language import mark, tr
from backend.payments.difference_models import PaymentDifference
from backend.payments.models import Payment
from backend.payments.processing import SYSTEM
from backend.providers.payments.base import Charge, PaymentProviderError

if TYPE_CHECKING:
    from backend.app import Backend

COMPARED = {
    "not_at_network": mark("The payment network does not know this payment: the money may never have come in."),
    "network_amount_differs": mark("The payment network has another amount for this payment."),
    "network_status_differs": mark(
        "The payment network has another status for this payment: the member may have the money back already."
    ),
    "refund_amount_differs": mark("The payment network gave back another amount for a refund of this payment."),
    "refund_not_here": mark("The payment network made a refund of this payment that is not booked here."),
}
"""What a comparison finds, and what is settled when a later one finds both sides agreed. The keys are among those of
DIFFERENCES in backend/reconciliation/model.py."""
DISPUTED, LESS_LEFT = "disputed", "less_at_network"
DIFFERENCES = {
    **COMPARED,
    DISPUTED: mark("The cardholder objected to this payment at the bank, and it is not decided yet."),
    LESS_LEFT: mark("The payment network says that less is left of this payment than our books say."),
}
BOOKED = ("posted", "returned")
GONE = {
    "refunded_elsewhere": mark("refunded on the payment network's own pages"),
    "dispute_lost_part": mark("went back to the cardholder after an objection"),
}
"""Notices of the network about money that went back past our books: so much less is left, for good."""
REFUSED_AS = {
    "no_such_charge": "not_at_network",
    "not_refundable": "network_status_differs",
    "refund_too_large": LESS_LEFT,
}
"""What the network's refusal of a refund shows about its payment, by the code of the refusal."""


def compare_charge(status: str, total_cents: int, charge: Charge | None) -> str | None:
    """The name of what our payment of this status and amount and the network's charge differ in; None: in nothing."""
    if status not in BOOKED:
        return "taken_not_here" if charge is not None and charge.status == "posted" else None
    if charge is None:
        return "not_at_network"
    if charge.amount_cents != total_cents:
        return "network_amount_differs"
    return "network_status_differs" if charge.status != status else None


async def find_refusal_reason(backend: Backend, payment_key: str, total_cents: int, code: str) -> str | None:
    """The name of the difference for which the network refused a refund of a posted payment with `code`: it is asked
    about the payment. None where both agree on it, such as one that is too old for a refund."""
    if code not in REFUSED_AS or code == "refund_too_large":
        return REFUSED_AS.get(code)
    try:
        return compare_charge("posted", total_cents, await backend.payments.find(payment_key))
    except PaymentProviderError:
        return REFUSED_AS[code]


async def list_differences(session: AsyncSession, payment_id: int) -> list[PaymentDifference]:
    """All of the payment, the oldest first; those of GONE count as settled."""
    query = select(PaymentDifference).where(PaymentDifference.payment_id == payment_id)
    return list(await session.scalars(query.order_by(PaymentDifference.id)))


async def list_open(session: AsyncSession, payment_id: int) -> list[PaymentDifference]:
    """The differences of the payment that nobody has settled, the oldest first."""
    return [each for each in await list_differences(session, payment_id) if each.settled_at is None]


async def list_open_payments(session: AsyncSession) -> list[Payment]:
    """Every posted payment with an open difference, the oldest first."""
    held = select(PaymentDifference.payment_id).where(PaymentDifference.settled_at.is_(None))
    query = select(Payment).where(Payment.id.in_(held), Payment.status == "posted")
    return list(await session.scalars(query.order_by(Payment.id)))


async def find_problem(session: AsyncSession, payment_id: int) -> str | None:
    """Why nothing of the payment may be given back now, in words; None where no difference is open."""
    found = await list_open(session, payment_id)
    if not found:
        return None
    why = " ".join(tr(DIFFERENCES[each.name]) for each in found)
    return tr("Nothing can be given back. {why} Settle that first, on the page of the payment.", why=why)


async def gone_cents(session: AsyncSession, payment: Payment) -> int:
    """What of the payment is not there to be given back, in cents: it went back at the network by no refund of ours,
    or never came in, as somebody of the office has settled."""
    gone = 0
    for row in await list_differences(session, payment.id):
        if row.name in GONE:
            gone += row.theirs_cents or 0
        elif row.name == "network_amount_differs" and row.settled_by is not None and row.theirs_cents is not None:
            gone += max(payment.total_cents - row.theirs_cents, 0)
    return gone


async def note_difference(
    session: AsyncSession, backend: Backend, payment: Payment, name: str, theirs_cents: int | None = None
) -> None:
    """Keep a key of DIFFERENCES or GONE for the payment, whose account is locked. One that is open is kept once, and
    one that somebody settled stays settled until the network says something else."""
    query = select(PaymentDifference).where(PaymentDifference.payment_id == payment.id, PaymentDifference.name == name)
    known = await session.scalar(query.order_by(PaymentDifference.id.desc()).limit(1)) if name in DIFFERENCES else None
    if known is not None and known.settled_at is None:
        known.theirs_cents = theirs_cents
        return
    if known is not None and known.settled_by is not None and known.theirs_cents == theirs_cents:
        return
    now = backend.clock.now()
    row = PaymentDifference(payment_id=payment.id, name=name, theirs_cents=theirs_cents, found_at=now)
    row.settled_at = now if name in GONE else None
    session.add(row)
    await _record(session, backend, payment, "payment_difference_found", name, None, "")


async def settle(session: AsyncSession, backend: Backend, payment: Payment, names: Collection[str]) -> None:
    """The network settled the open differences of these names: both sides agree, or it decided."""
    for row in await list_open(session, payment.id):
        if row.name in names:
            row.settled_at = backend.clock.now()
            await _record(session, backend, payment, "payment_difference_settled", row.name, None, "")


async def settle_by_hand(
    session: AsyncSession, backend: Backend, payment: Payment, shown: Sequence[int], *, by: str, reason: str
) -> bool:
    """`by` of the office looked at the network's own report, and says in `reason` what it shows. `shown` are the ids of
    the differences that they saw. False where others are open, or none: then nothing is settled."""
    rows = await list_open(session, payment.id)
    if not rows or sorted(shown) != [row.id for row in rows]:
        return False
    for row in rows:
        row.settled_at, row.settled_by, row.settled_reason = backend.clock.now(), by, reason
        await _record(session, backend, payment, "payment_difference_settled", row.name, by, reason)
    return True


async def _record(
    session: AsyncSession, backend: Backend, payment: Payment, act: str, name: str, by: str | None, reason: str
) -> None:
    await session.flush()
    await audit.record(
        session, backend, actor=f"office:{by}"[:80] if by else SYSTEM, level=0, channel="office" if by else "job",
        act=act, account_id=payment.account_id,
        after={
            "confirmation": payment.confirmation, "difference": {**DIFFERENCES, **GONE}[name],
            **({"reason": reason} if reason else {}),
        },
    )  # fmt: skip
