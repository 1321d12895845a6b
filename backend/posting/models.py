"""The movements of money that the co-op's billing system has to book, and the files that take them there."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from backend.db import Base, UtcTime

KINDS = ("payment", "return", "refund")
OPEN_STATUSES = ("waiting", "sending", "failed", "review")
"""The billing system is not known to have it."""
STATUSES = (*OPEN_STATUSES, "sent")


_IS_OPEN = text("status <> 'sent'")


class PostingBatch(Base):
    """One file of movements for a clerk to load. `number` grows by one; what is in the file never changes.

    The file is written under a hidden name, then `written_at` is set, then it gets its own name, then `published_at`
    is set. So after a crash it is known whether anybody can have seen it.
    """

    __tablename__ = "posting_batches"

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    on_date: Mapped[date]  # the co-op's local date
    folder: Mapped[str] = mapped_column(String(500))
    file_name: Mapped[str] = mapped_column(String(80))
    sha256: Mapped[str] = mapped_column(String(64))  # of the file
    created_at: Mapped[datetime] = mapped_column(UtcTime)
    claimed_until: Mapped[datetime | None] = mapped_column(UtcTime)  # a process is writing the file
    written_at: Mapped[datetime | None] = mapped_column(UtcTime)
    published_at: Mapped[datetime | None] = mapped_column(UtcTime)


class QueuedPosting(Base):
    """One movement of money. Only `status` and what comes after it ever change.

    `amount_cents` is above zero and without the fee; `kind` says which way it went. `sending`: a call was begun and
    its outcome is not known, or the row is in a file that is being written. `review`: only a person can tell whether
    the billing system has it. `account_number`, `confirmation`, `method_kind` and `channel` are as they were on that
    day.
    """

    __tablename__ = "postings"
    __table_args__ = (
        CheckConstraint("amount_cents > 0", name="amount_positive"),
        CheckConstraint("fee_cents >= 0", name="fee_not_negative"),
        # not with the status as well: SQLite 3.40 then finds wrong rows once ANALYZE has run
        Index("ix_postings_open", "account_id", sqlite_where=_IS_OPEN, postgresql_where=_IS_OPEN),
        Index(None, "on_date"),
    )
    shown_as = "postings"
    shown_fields = ("key", "kind", "amount_cents", "fee_cents", "on_date", "status", "sent_at", "reference")

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(100), unique=True)  # payment:KEY, return:KEY, refund:KEY
    kind: Mapped[str] = mapped_column(String(8))
    payment_id: Mapped[int | None] = mapped_column(ForeignKey("payments.id"), index=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), index=True)
    account_number: Mapped[str] = mapped_column(String(40))
    amount_cents: Mapped[int]
    fee_cents: Mapped[int]
    on_date: Mapped[date]  # the co-op's local date
    method_kind: Mapped[str] = mapped_column(String(8))  # card | bank; at the counter cash | check | order
    confirmation: Mapped[str] = mapped_column(String(16), default="")
    channel: Mapped[str] = mapped_column(String(12), default="")
    number: Mapped[str] = mapped_column(String(40), default="", server_default="")  # on the check, money order, receipt
    created_at: Mapped[datetime] = mapped_column(UtcTime)
    status: Mapped[str] = mapped_column(String(8), default="waiting")
    attempts: Mapped[int] = mapped_column(default=0)
    not_before: Mapped[datetime | None] = mapped_column(UtcTime)  # the next try after a failed one
    claimed_at: Mapped[datetime | None] = mapped_column(UtcTime)  # when the newest try began
    sent_at: Mapped[datetime | None] = mapped_column(UtcTime)
    reference: Mapped[str | None] = mapped_column(String(80))  # the billing system's, or the name of the file
    problem: Mapped[str | None] = mapped_column(String(200))  # why it failed, waits or is in review
    told_at: Mapped[datetime | None] = mapped_column(UtcTime)  # when the office was told that it failed or is in review
    batch_number: Mapped[int | None] = mapped_column(ForeignKey("posting_batches.number"), index=True)
