"""Movements on their way to the billing system, in the state that a test needs."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import update

from backend.app import Backend
from backend.posting import service as posting
from backend.posting.models import PostingBatch, QueuedPosting
from tests.backend.household import NOW, TODAY


async def queue(backend: Backend, key: str, account_id: int, cents: int) -> None:
    """A movement that waits to be sent; `key` begins with its kind. Nothing if it is queued already."""
    async with backend.db.transaction() as session:
        await posting.enqueue(
            session,
            backend,
            kind=key.partition(":")[0],
            key=key,
            account_id=account_id,
            amount_cents=cents,
            fee_cents=0,
        )


async def mark_sent(backend: Backend, key: str, at: datetime, *, in_file: int | None = None) -> None:
    """It was sent by a call, or in the file of that number."""
    async with backend.db.transaction() as session:
        if in_file is not None:
            batch = PostingBatch(
                number=in_file, on_date=TODAY, folder="/files", file_name="1.csv", sha256="", created_at=NOW
            )
            session.add(batch)
            await session.flush()
        values = {"status": "sent", "sent_at": at, "batch_number": in_file}
        await session.execute(update(QueuedPosting).where(QueuedPosting.key == key).values(values))
