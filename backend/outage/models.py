"""The tables of outages: what is known, which accounts are in one, who was told, and which reports were passed on."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, false
from sqlalchemy.orm import Mapped, mapped_column

from backend.db import Base, UtcTime


class KnownOutage(Base):
    """One outage that is being worked on. `area` are the words of roads, towns or places in it, separated by commas.

    `by_accounts`: its accounts are listed (`OutageAccount`), and the area only names it. `estimate_at` is when power is
    expected back, None while nobody knows; `told_estimate_at` is the one that members were told last. `tells`: members
    who asked for it are told of this outage. `started_at` is when it was opened, `reported_at` the first report of it,
    where that came before; `since` is the earlier of them, and what is told. It is over once `cleared_at` is set.
    `source` is `office`, or the name of the provider that opened it, with its own name of the outage in `source_key`.
    """

    __tablename__ = "known_outages"
    __table_args__ = (Index(None, "cleared_at"), Index(None, "source_key", unique=True))

    id: Mapped[int] = mapped_column(primary_key=True)
    area: Mapped[str] = mapped_column(String(300))
    cause: Mapped[str] = mapped_column(String(200), default="")
    estimate_at: Mapped[datetime | None] = mapped_column(UtcTime)
    started_at: Mapped[datetime] = mapped_column(UtcTime)
    updated_at: Mapped[datetime] = mapped_column(UtcTime)
    cleared_at: Mapped[datetime | None] = mapped_column(UtcTime)
    by_accounts: Mapped[bool] = mapped_column(default=False, server_default=false())
    tells: Mapped[bool] = mapped_column(default=False, server_default=false())
    is_dangerous: Mapped[bool] = mapped_column(default=False, server_default=false())
    told_estimate_at: Mapped[datetime | None] = mapped_column(UtcTime)
    source: Mapped[str] = mapped_column(String(16), default="office", server_default="office")
    source_key: Mapped[str | None] = mapped_column(String(120))
    gone_since: Mapped[datetime | None] = mapped_column(UtcTime)  # since when the provider does not name it any more
    reported_at: Mapped[datetime | None] = mapped_column(UtcTime)

    @property
    def since(self) -> datetime:
        """Since when it is known to be out (UTC)."""
        return min(self.started_at, self.reported_at or self.started_at)


class OutageAccount(Base):
    """An account that the office listed as one in the outage."""

    __tablename__ = "outage_accounts"
    __table_args__ = (Index("uq_outage_accounts_account", "outage_id", "account_id", unique=True),)

    id: Mapped[int] = mapped_column(primary_key=True)
    outage_id: Mapped[int] = mapped_column(ForeignKey("known_outages.id"))
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), index=True)
    added_at: Mapped[datetime] = mapped_column(UtcTime)


class OutageAnnouncement(Base):
    """A stage of an outage that members are told of: `out`, a later `estimate`, or `restored`.

    `status`: waiting, held (until `held_until`, for the night), done, or canceled. The job has told all accounts up to
    `after_account`, and all tickets up to `after_ticket`. `area` is what it is about; `upto_notice` is the newest
    notice when it was made.
    """

    __tablename__ = "outage_announcements"
    __table_args__ = (
        Index("uq_outage_announcements_stage", "outage_id", "stage", "number", unique=True),
        Index(None, "status"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    outage_id: Mapped[int] = mapped_column(ForeignKey("known_outages.id"))
    stage: Mapped[str] = mapped_column(String(10))
    number: Mapped[int]
    area: Mapped[str] = mapped_column(String(300))
    status: Mapped[str] = mapped_column(String(10), default="waiting")
    held_until: Mapped[datetime | None] = mapped_column(UtcTime)
    after_account: Mapped[int] = mapped_column(default=0)
    after_ticket: Mapped[int] = mapped_column(default=0)
    upto_notice: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime] = mapped_column(UtcTime)
    finished_at: Mapped[datetime | None] = mapped_column(UtcTime)


class OutageNotice(Base):
    """An account was told of a `stage` by a `way` (text, email, call). The unique index ensures that it is told once.

    `stage` is that of the announcement, with the number of an estimate. Two accounts of one phone share the message.
    """

    __tablename__ = "outage_notices"
    shown_as = "outage_notices"
    shown_fields = ("outage_id", "stage", "way", "at")
    __table_args__ = (Index("uq_outage_notices_stage", "outage_id", "account_id", "stage", "way", unique=True),)

    id: Mapped[int] = mapped_column(primary_key=True)
    outage_id: Mapped[int] = mapped_column(ForeignKey("known_outages.id"))
    announcement_id: Mapped[int] = mapped_column(ForeignKey("outage_announcements.id"), index=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), index=True)
    stage: Mapped[str] = mapped_column(String(16))
    way: Mapped[str] = mapped_column(String(5))
    message_id: Mapped[int | None] = mapped_column(ForeignKey("outbox.id"), index=True)
    at: Mapped[datetime] = mapped_column(UtcTime)


class ForwardedReport(Base):
    """A member's report on its way to the outage management system, one a ticket.

    `status`: waiting (tried `tries` times, again at `next_try_at`), sent, or refused with the system's words in
    `problem`.
    """

    __tablename__ = "forwarded_reports"

    id: Mapped[int] = mapped_column(primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id"), unique=True)
    status: Mapped[str] = mapped_column(String(8))
    tries: Mapped[int] = mapped_column(default=0)
    next_try_at: Mapped[datetime] = mapped_column(UtcTime)
    sent_at: Mapped[datetime | None] = mapped_column(UtcTime)
    problem: Mapped[str] = mapped_column(String(200), default="")
