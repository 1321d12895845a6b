"""What was in the co-op's files last time, so that an unchanged row costs almost nothing."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from backend.db import Base, UtcTime

DIGEST_BYTES = 12


class SyncRow(Base):
    """One row of the co-op's files, by file and key, as it was when it last changed.

    `digest` is keyed, since the values of a row could be guessed from a plain hash. It is empty where the row is to be
    looked at again next time. A row is in every file since `changed_at` unless `missing_since` is set.
    """

    __tablename__ = "sync_rows"
    __table_args__ = (Index(None, "kind", "missing_since"),)

    kind: Mapped[str] = mapped_column(String(16), primary_key=True)  # the file without .csv
    key: Mapped[str] = mapped_column(String(120), primary_key=True)
    digest: Mapped[bytes] = mapped_column(LargeBinary(DIGEST_BYTES))
    day: Mapped[date | None]  # of a bill or a month: a file with later days only says nothing about it
    # of members: keyed digests of phone, email, mailing address and language in the file, to tell who changed them
    contacts: Mapped[str | None] = mapped_column(String(80))
    changed_at: Mapped[datetime] = mapped_column(UtcTime)
    missing_since: Mapped[datetime | None] = mapped_column(UtcTime)


class SyncFile(Base):
    """When a file of this kind was last taken, and how many rows it had."""

    __tablename__ = "sync_files"

    kind: Mapped[str] = mapped_column(String(16), primary_key=True)
    seen_at: Mapped[datetime] = mapped_column(UtcTime)
    rows: Mapped[int]
