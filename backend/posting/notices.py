"""Emails to the office about movements that need a person."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from backend.money import format_cents
from backend.outbox.office_mail import mail_office
from backend.posting.models import QueuedPosting
from backend.posting.order import is_open

if TYPE_CHECKING:
    from backend.app import Backend

LISTED = 30
WHAT_TO_DO = (
    "Look each one up in the billing system, then say what you found:\n"
    "  memberline posting mark KEY sent --reason TEXT      it is booked there\n"
    "  memberline posting mark KEY waiting --reason TEXT   it is not, and shall be sent again\n"
    "docs/reconciliation.md explains both."
)


async def tell_unresolved(backend: Backend) -> int:
    """Email the office the movements that failed or are in review and that it does not know of yet, in one message."""
    unknown = (is_open(), QueuedPosting.status.in_(("failed", "review")), QueuedPosting.told_at.is_(None))
    async with backend.db.read_session() as session:
        if await session.scalar(select(QueuedPosting.id).where(*unknown).limit(1)) is None:
            return 0
    async with backend.db.transaction() as session:
        query = select(QueuedPosting).where(*unknown).order_by(QueuedPosting.id).with_for_update(skip_locked=True)
        rows = list(await session.scalars(query))
        if not rows:
            return 0
        for row in rows:
            row.told_at = backend.clock.now()
        lines = [_describe(row) for row in rows[:LISTED]]
        if len(rows) > LISTED:
            lines.append(f"… and {len(rows) - LISTED} more: memberline posting list --json")
        await mail_office(
            session,
            backend,
            subject=f"{len(rows)} {'movement' if len(rows) == 1 else 'movements'} to look up in the billing system",
            body="\n".join(
                ["The billing system refused these, or may have them and cannot be asked:", "", *lines, "", WHAT_TO_DO]
            ),
            key=f"posting-unresolved:{rows[0].id}:{rows[0].attempts}:{backend.clock.now().isoformat()}",
        )
        return len(rows)


async def tell_trouble(backend: Backend, name: str, words: str) -> None:
    """Email the office, once a day for each `name`, that nothing can be sent, and why."""
    async with backend.db.transaction() as session:
        await mail_office(
            session,
            backend,
            subject="Payments cannot be sent to the billing system",
            body=f"{words}\nPayments wait, and none is lost. They are sent when this is mended.",
            key=f"posting-trouble:{backend.today().isoformat()}:{name}",
        )


def _describe(row: QueuedPosting) -> str:
    # mail is read by many: the account's whole number is in `memberline posting list`
    account = f"account ..{row.account_number[-5:]}"
    amount = format_cents(row.amount_cents)
    return (
        f"{row.status}: {row.kind} {row.confirmation} of {amount}, {account}, {row.on_date}: {row.problem} ({row.key})"
    )
