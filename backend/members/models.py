"""Members, and what guards who may speak for them."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from backend.db import Base, UtcTime

NEW_PROVES_NOTHING = timedelta(hours=24)
"""For so long a phone or email that was just put on file steps nobody up."""


class Member(Base):
    """A person or business with one login. `number` is the account number in front of the dash, as text."""

    __tablename__ = "members"

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(String(32), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    kind: Mapped[str] = mapped_column(String(16), default="residential")  # residential | commercial
    phone: Mapped[str] = mapped_column(String(20), index=True)  # E.164
    email: Mapped[str | None] = mapped_column(String(254))
    language: Mapped[str] = mapped_column(String(2), default="en")
    mailing_address: Mapped[str | None] = mapped_column(String(200))  # empty: bills go to the service address
    phone_changed_at: Mapped[datetime | None] = mapped_column(UtcTime)
    email_changed_at: Mapped[datetime | None] = mapped_column(UtcTime)

    def settled(self, way: str, now: datetime) -> bool:
        """Whether `phone` or `email` has been on file long enough to prove anything: its predecessor may object."""
        changed = self.phone_changed_at if way == "phone" else self.email_changed_at
        return changed is None or now - changed >= NEW_PROVES_NOTHING

    @property
    def phone_last4(self) -> str:
        return self.phone[-4:]


class OneTimeCode(Base):
    """A code sent to the phone or email on file for stepping up. Only its hash is kept."""

    __tablename__ = "one_time_codes"

    id: Mapped[int] = mapped_column(primary_key=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id"), index=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"), index=True)
    code_hash: Mapped[str] = mapped_column(String(64))
    sent_at: Mapped[datetime] = mapped_column(UtcTime)
    expires_at: Mapped[datetime] = mapped_column(UtcTime)
    misses: Mapped[int] = mapped_column(default=0)
    used_at: Mapped[datetime | None] = mapped_column(UtcTime)


class IdentityMiss(Base):
    """One failed try at identity.

    `target` is a keyed hash of the account number that was tried, whether or not it exists, so that a number locks in
    the same way either way. It is emptied once those misses are settled (a lock or a success); the row stays and still
    counts against its sender and over all.
    """

    __tablename__ = "identity_misses"
    __table_args__ = (
        Index(None, "source", "at"),
        Index(None, "target", "at"),
        Index(None, "at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcTime)
    source: Mapped[str] = mapped_column(String(80))  # sender: keyed hash of the phone, or the web address
    target: Mapped[str | None] = mapped_column(String(64))


class MemberLock(Base):
    """The assistant is closed to this account number until then; the portal with a password is not."""

    __tablename__ = "member_locks"

    target: Mapped[str] = mapped_column(String(64), primary_key=True)  # as in IdentityMiss
    until: Mapped[datetime] = mapped_column(UtcTime)
