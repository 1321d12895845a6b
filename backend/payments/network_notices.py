"""What a payment network reports besides returns: disputes and refunds, for the office, and new dates of cards."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.audit import service as audit
from backend.conversations.models import Conversation
from backend.money import format_cents
from backend.payments import open_differences
from backend.payments.bank_returns import collect_returns, read_cursor, write_cursor
from backend.payments.models import Payment, PaymentMethod
from backend.payments.processing import SYSTEM, lock_payment
from backend.providers.payments.base import NetworkNotice
from backend.tickets import service as tickets
from backend.tickets.deduplication import OPEN_STATUSES
from backend.tickets.models import Ticket

if TYPE_CHECKING:
    from backend.app import Backend

logger = logging.getLogger(__name__)

CURSOR_ID = 2
"""The row of ReturnCursor."""
WHAT_HAPPENED = {
    "dispute_opened": "the cardholder objected to it at the bank; nothing is booked until that is decided",
    "dispute_won": "the objection was decided for us, or withdrawn: nothing changes in the books",
    "dispute_lost_part": "part of it went back to the cardholder: book that part by hand",
    "refunded_elsewhere": "it was refunded on the network's own pages: book that by hand",
}
"""In the office's tickets."""


async def collect_news(backend: Backend) -> int:
    """Book what the network reported since the last call: returns, then the rest. Returns how much was new.

    Raises a PaymentProviderError when the network's lists cannot be read.
    """
    return await collect_returns(backend) + await collect_notices(backend)


async def collect_notices(backend: Backend) -> int:
    """Act on every notice since the last call, each once; returns how many there were."""
    count = 0
    cursor = await read_cursor(backend, CURSOR_ID)
    while notices := await backend.payments.notices_since(cursor):
        for notice in notices:
            # a notice and the cursor past it are one transaction, so that none is acted on twice or skipped
            async with backend.db.transaction() as session:
                if await write_cursor(session, CURSOR_ID, notice.seq):
                    await _act(session, backend, notice)
        count += len(notices)
        cursor = notices[-1].seq
    return count


async def _act(session: AsyncSession, backend: Backend, notice: NetworkNotice) -> None:
    if notice.kind == "method_updated":
        await _update_method(session, backend, notice)
        return
    payment_id = await session.scalar(select(Payment.id).where(Payment.key == notice.key))
    if payment_id is None:
        logger.error("the network reports %s of %s, which is not a payment of ours", notice.kind, notice.key)
        return
    payment = await lock_payment(session, payment_id)
    if notice.kind == "dispute_opened" and payment.status == "returned":
        return  # the reports came in the other order, and it is decided
    await _keep_difference(session, backend, payment, notice)
    await _tell_office(session, backend, payment, notice)


async def _keep_difference(session: AsyncSession, backend: Backend, payment: Payment, notice: NetworkNotice) -> None:
    """While the bank decides nothing is given back, and what went back past our books is not given again."""
    if notice.kind == "dispute_opened":
        await open_differences.note_difference(session, backend, payment, open_differences.DISPUTED)
        return
    if notice.kind in open_differences.GONE:
        await open_differences.note_difference(session, backend, payment, notice.kind, notice.amount_cents)
    if notice.kind != "refunded_elsewhere":
        await open_differences.settle(session, backend, payment, (open_differences.DISPUTED,))


async def _update_method(session: AsyncSession, backend: Backend, notice: NetworkNotice) -> None:
    """Take over a card's new number and date, so that Auto Pay does not stop at the old one."""
    found = await session.scalars(select(PaymentMethod).where(PaymentMethod.token == notice.token))
    for method in found.all():
        before = {"method_id": method.id, **_card_facts(method)}
        method.last4 = notice.last4 or method.last4
        method.exp_month, method.exp_year = notice.exp_month, notice.exp_year
        after = {"method_id": method.id, **_card_facts(method)}
        await audit.record(
            session,
            backend,
            actor=SYSTEM,
            level=0,
            channel="job",
            act="method_updated",
            account_id=None,
            before=before,
            after=after,
        )


def _card_facts(method: PaymentMethod) -> dict[str, object]:
    return {"last4": method.last4, "exp_month": method.exp_month, "exp_year": method.exp_year}


async def _tell_office(session: AsyncSession, backend: Backend, payment: Payment, notice: NetworkNotice) -> None:
    """A ticket about the payment, or a note on the one that is open."""
    conversation = await _conversation(session, backend, payment)
    what = WHAT_HAPPENED[notice.kind]
    open_one = (Ticket.conversation_id == conversation.id, Ticket.status.in_(OPEN_STATUSES))
    ticket = await session.scalar(select(Ticket).where(*open_one).order_by(Ticket.id.desc()))
    amount = format_cents(notice.amount_cents)
    if ticket is not None:
        await tickets.add_note(session, backend, ticket, conversation.id, f"{amount}: {what}")
        return
    details = {
        "payment": payment.confirmation,
        "amount": amount,
        "what happened": what,
        **({"reason given": notice.code.replace("_", " ")} if notice.code else {}),
        **({"evidence by": notice.due_on.isoformat()} if notice.due_on else {}),
    }
    kind = "dispute" if notice.kind.startswith("dispute") else "other"
    report = tickets.Report(kind=kind, details=details, account_id=payment.account_id, notify_member=False)
    await tickets.file_report(session, backend, conversation.id, report)


async def _conversation(session: AsyncSession, backend: Backend, payment: Payment) -> Conversation:
    """A ticket belongs to a conversation. The member's own would let them withdraw it, so each payment has one."""
    conversation_id = f"payment-{payment.id}"
    found = await session.get(Conversation, conversation_id)
    if found is None:
        now = backend.clock.now()
        found = Conversation(id=conversation_id, channel="job", started_at=now, last_seen_at=now)
        session.add(found)
        await session.flush()
    return found
