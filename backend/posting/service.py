"""The queue of movements for the billing system: written with the movement, sent afterward, resolved by the office."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Literal

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.audit import service as audit
from backend.billing.models import Account
from backend.errors import MemberlineError
from backend.posting.models import KINDS, OPEN_STATUSES, PostingBatch, QueuedPosting
from backend.posting.order import is_open

if TYPE_CHECKING:
    from backend.app import Backend


LISTED_FIELDS = (
    "key kind account_number amount_cents fee_cents on_date method_kind confirmation channel number "
    "status attempts not_before sent_at reference problem batch_number".split()
)


class PostingConflict(MemberlineError):
    """A movement was queued under a key that belongs to another one: a bug, and never written."""

    code = "posting_conflict"


class PostingRefused(MemberlineError):
    """The office cannot mark this movement so; the message says why."""

    code = "posting_refused"


@dataclass(frozen=True, slots=True)
class QueueState:
    """How many movements have each status but `sent`, and when the oldest of them was made."""

    counts: dict[str, int]
    oldest_open_at: datetime | None


async def enqueue(
    session: AsyncSession,
    backend: Backend,
    *,
    kind: str,
    key: str,
    account_id: int,
    amount_cents: int,
    fee_cents: int,
    payment_id: int | None = None,
    method_kind: str | None = None,
    confirmation: str | None = None,
    channel: str | None = None,
    number: str = "",
    on_date: date | None = None,
) -> QueuedPosting:
    """Queue a movement in the transaction that makes it; the same key is queued once.

    `kind` is payment, return or refund; `key` is the payment's or the refund's own, with or without `kind:` before it.
    `amount_cents` is above zero and without the fee. `number` is that on a check. `on_date` is today unless given. What
    is not given of method, confirmation and channel is taken from the payment's own posting. Raises PostingConflict
    when the key belongs to another movement.
    """
    if kind not in KINDS:
        raise ValueError(f"{kind} is none of {', '.join(KINDS)}")
    full_key = key if key.startswith(f"{kind}:") else f"{kind}:{key}"
    known = await find(session, full_key)
    if known is not None:
        if (known.account_id, known.amount_cents, known.fee_cents) != (account_id, amount_cents, fee_cents):
            raise PostingConflict(f"{full_key} is queued already, with another account or amount")
        return known
    payment = await _payment_posting(session, payment_id)
    posting = QueuedPosting(
        key=full_key,
        kind=kind,
        payment_id=payment_id,
        account_id=account_id,
        account_number=(await session.get_one(Account, account_id)).number,
        amount_cents=amount_cents,
        fee_cents=fee_cents,
        on_date=on_date or backend.today(),
        method_kind=method_kind or (payment.method_kind if payment else "card"),
        confirmation=confirmation or (payment.confirmation if payment else ""),
        channel=channel or (payment.channel if payment else ""),
        number=number,
        created_at=backend.clock.now(),
    )
    session.add(posting)
    await session.flush()
    return posting


async def _payment_posting(session: AsyncSession, payment_id: int | None) -> QueuedPosting | None:
    if payment_id is None:
        return None
    return await session.scalar(
        select(QueuedPosting).where(QueuedPosting.payment_id == payment_id, QueuedPosting.kind == "payment")
    )


async def find(session: AsyncSession, key: str) -> QueuedPosting | None:
    """The movement of this whole key, such as `payment:KEY`."""
    return await session.scalar(select(QueuedPosting).where(QueuedPosting.key == key))


async def state(session: AsyncSession) -> QueueState:
    """How many movements are on their way; the sent ones, of which there are ever more, are not counted."""
    query = select(QueuedPosting.status, func.count(), func.min(QueuedPosting.created_at))
    found = await session.execute(query.where(is_open()).group_by(QueuedPosting.status))
    rows = [(status, count, oldest) for status, count, oldest in found]
    counts = dict.fromkeys(OPEN_STATUSES, 0) | {status: count for status, count, _ in rows}
    return QueueState(counts, min((oldest for _, _, oldest in rows), default=None))


async def list_postings(session: AsyncSession, status: str | None = None) -> list[dict[str, Any]]:
    """All movements, or those of one status, as plain data, the oldest first."""
    query = select(QueuedPosting).order_by(QueuedPosting.id)
    if status:
        query = query.where(QueuedPosting.status == status)
    return [{name: getattr(row, name) for name in LISTED_FIELDS} for row in await session.scalars(query)]


async def list_batches(session: AsyncSession) -> list[dict[str, Any]]:
    """The files that were made, the oldest first."""
    rows = await session.scalars(select(PostingBatch).order_by(PostingBatch.number))
    return [{"batch": row.number, "file": row.file_name, "published_at": row.published_at} for row in rows]


async def resolve(
    session: AsyncSession,
    backend: Backend,
    key: str,
    status: Literal["sent", "waiting"],
    *,
    by: str,
    reason: str,
    reference: str | None = None,
) -> QueuedPosting:
    """A person has looked: the billing system has the movement (`sent`), or it shall be sent again (`waiting`).

    Raises PostingRefused, and changes nothing, when there is no such movement, no reason, or a try is under way.
    """
    row = await session.scalar(select(QueuedPosting).where(QueuedPosting.key == key).with_for_update())
    if row is None:
        raise PostingRefused(f"there is no movement {key}; memberline posting list --json names them")
    if not reason.strip():
        raise PostingRefused("a reason is needed: what did you find in the billing system?")
    if row.status == "sending":
        raise PostingRefused(f"{key} is being sent; try again when its outcome is known")
    if row.batch_number is not None:
        raise PostingRefused(
            f"{key} is in the file of batch {row.batch_number}, and must be in no other: make that file again with "
            f"`memberline posting export --batch {row.batch_number} DIR`"
        )
    if row.status == status:
        raise PostingRefused(f"{key} is {status} already")
    before = {"status": row.status, "reference": row.reference, "problem": row.problem}
    row.status, row.not_before, row.claimed_at, row.told_at = status, None, None, None
    row.problem = f"{by}: {reason.strip()}"[:200]
    row.sent_at = backend.clock.now() if status == "sent" else None
    row.reference = (reference or "by hand")[:80] if status == "sent" else None
    await session.flush()
    await audit.record(
        session,
        backend,
        actor=f"office:{by}"[:80],
        level=0,
        channel="office",
        act="posting_resolved",
        account_id=row.account_id,
        before=before,
        after={"key": key, "status": status, "reference": row.reference, "reason": reason.strip()},
    )
    return row
