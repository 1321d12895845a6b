"""Automatic payments: Auto Pay, the legacy drafts from before it, and what they drafted."""

from __future__ import annotations

from datetime import date, datetime
from typing import ClassVar, Literal

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from backend.db import Base, UtcTime

SYSTEM = "autopay"
"""The actor in the audit trail for what a run does."""


class AutoPay(Base):
    """An enrollment. `day_of_month` empty means the due date of each bill; days 29 to 31 clamp to the month's end.

    A change that comes too late for the next run waits in the `change_` columns until `change_on`. A trigger in the
    database keeps an account from being on Auto Pay and on a legacy draft at once.
    """

    __tablename__ = "autopays"
    kind: ClassVar[Literal["autopay"]] = "autopay"  # as in AutomaticDraft

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), unique=True)
    method_id: Mapped[int] = mapped_column(ForeignKey("payment_methods.id"))
    day_of_month: Mapped[int | None]
    active: Mapped[bool] = mapped_column(default=True)
    starts_on: Mapped[date | None]  # no run before this day; empty: on since before it was kept
    change_on: Mapped[date | None]
    change_active: Mapped[bool | None]
    change_method_id: Mapped[int | None] = mapped_column(ForeignKey("payment_methods.id"))
    change_day_of_month: Mapped[int | None]

    @property
    def is_wanted(self) -> bool:
        """Whether the member wants it, as far as is known: on and not about to end, or about to begin."""
        return self.active if self.change_active is None else self.change_active


class LegacyDraft(Base):
    """A draft from before Auto Pay: runs on the bill's due date; may be shown, edited and removed, never added."""

    __tablename__ = "legacy_drafts"
    kind: ClassVar[Literal["draft"]] = "draft"
    day_of_month: ClassVar[None] = None  # the terms that Auto Pay has: each bill's due date, from the beginning
    starts_on: ClassVar[None] = None

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), unique=True)
    method_id: Mapped[int] = mapped_column(ForeignKey("payment_methods.id"))
    active: Mapped[bool] = mapped_column(default=True)
    change_on: Mapped[date | None]
    change_active: Mapped[bool | None]
    change_method_id: Mapped[int | None] = mapped_column(ForeignKey("payment_methods.id"))

    @property
    def is_wanted(self) -> bool:
        return self.active and self.change_active is not False


class AutomaticDraft(Base):
    """The draft of one bill by Auto Pay or a legacy draft: one row a bill over both kinds.

    running, then paid; or retry until `retry_on`; or failed; or covered, when the bill was paid in another way.
    Each try is a payment of its own, started only once the one before it has failed.
    """

    __tablename__ = "automatic_drafts"
    __table_args__ = (
        CheckConstraint("kind IN ('autopay', 'draft')", name="kind"),
        CheckConstraint("attempts BETWEEN 0 AND 3", name="attempts"),
        Index(None, "status", "retry_on"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(40), unique=True)  # the payments' keys are made of it
    bill_id: Mapped[int] = mapped_column(ForeignKey("bills.id"), unique=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), index=True)
    kind: Mapped[str] = mapped_column(String(8))
    method_id: Mapped[int] = mapped_column(ForeignKey("payment_methods.id"))
    amount_cents: Mapped[int]
    run_on: Mapped[date]  # the co-op's local date of the first try
    tried_on: Mapped[date]
    attempts: Mapped[int] = mapped_column(default=0)
    status: Mapped[str] = mapped_column(String(8), default="running")
    retry_on: Mapped[date | None]
    payment_id: Mapped[int | None] = mapped_column(ForeignKey("payments.id"), unique=True)  # the newest try
    created_at: Mapped[datetime] = mapped_column(UtcTime)
