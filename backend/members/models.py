"""Members, and what guards who may speak for them."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import ForeignKey, Index, String, false
from sqlalchemy.orm import Mapped, mapped_column

from backend.db import Base, UtcTime

PROBATION_PERIOD = timedelta(hours=24)
"""For so long a phone or email that was just put on file steps nobody up, and an email gets no link to a password."""


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
    # when it came on file; empty: it was imported, and is old
    phone_changed_at: Mapped[datetime | None] = mapped_column(UtcTime)
    email_changed_at: Mapped[datetime | None] = mapped_column(UtcTime)
    # when a code that was sent to the one on file came back
    phone_proven_at: Mapped[datetime | None] = mapped_column(UtcTime)
    email_proven_at: Mapped[datetime | None] = mapped_column(UtcTime)

    def is_established(self, way: str, now: datetime) -> bool:
        """Whether `phone` or `email` has been on file long enough to prove anything: its predecessor may object."""
        changed = self.phone_changed_at if way == "phone" else self.email_changed_at
        return changed is None or now - changed >= PROBATION_PERIOD

    def can_receive_login_mail(self, now: datetime) -> bool:
        """Whether a password link or a user ID may go to the email on file: it is not new, or a code proved it."""
        return bool(self.email) and (self.is_established("email", now) or self.email_proven_at is not None)

    def change_contact(self, way: str, address: str, now: datetime) -> None:
        """Another `phone` or `email`: new, and proven by nothing yet."""
        if way == "phone":
            self.phone, self.phone_changed_at, self.phone_proven_at = address, now, None
        else:
            self.email, self.email_changed_at, self.email_proven_at = address, now, None

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
    second: Mapped[bool] = mapped_column(default=False, server_default=false())  # it follows one that came back
    asker: Mapped[str] = mapped_column(String(8), default="stranger", server_default="stranger")  # see code_counts.py


class IdentityChallenge(Base):
    """A code asked for in place of number and last four alone. Written alike whether or not these fit an account: what
    is sent, and whether at all, is decided afterwards (`proof.answer_waiting`), where nobody can time it."""

    __tablename__ = "identity_proofs"
    __table_args__ = (Index(None, "done_at", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id"), index=True)
    target: Mapped[str] = mapped_column(String(64))  # as in IdentityMiss
    account_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))  # empty where they fit nobody
    by_email: Mapped[bool] = mapped_column(default=False)
    language: Mapped[str] = mapped_column(String(2), default="en")
    code_hash: Mapped[str] = mapped_column(String(64), default="")  # empty until it is sent
    asked_at: Mapped[datetime] = mapped_column(UtcTime)
    expires_at: Mapped[datetime] = mapped_column(UtcTime)
    done_at: Mapped[datetime | None] = mapped_column(UtcTime)
    misses: Mapped[int] = mapped_column(default=0)
    used_at: Mapped[datetime | None] = mapped_column(UtcTime)
    second: Mapped[bool] = mapped_column(default=False, server_default=false())  # as in OneTimeCode
    asker: Mapped[str] = mapped_column(String(8), default="stranger", server_default="stranger")  # as in OneTimeCode


class AddressCode(Base):
    """A code sent to an email that was just put on file, to prove that it is the member's. It steps nobody up."""

    __tablename__ = "address_codes"

    id: Mapped[int] = mapped_column(primary_key=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id"), index=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"), index=True)
    address: Mapped[str] = mapped_column(String(254))
    code_hash: Mapped[str] = mapped_column(String(64))
    sent_at: Mapped[datetime] = mapped_column(UtcTime)
    expires_at: Mapped[datetime] = mapped_column(UtcTime)
    misses: Mapped[int] = mapped_column(default=0)
    used_at: Mapped[datetime | None] = mapped_column(UtcTime)


class IdentityMiss(Base):
    """One failed try. A row is deleted when the same talk gets it right after all.

    `target` is a keyed hash of the account number that was tried, whether or not it exists, so that a number locks in
    the same way either way.
    """

    __tablename__ = "identity_misses"
    __table_args__ = (
        Index(None, "kind", "source", "at"),
        Index(None, "kind", "target", "at"),
        Index(None, "kind", "at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcTime)
    kind: Mapped[str] = mapped_column(String(12))  # identity | code | creation | mail, see guessing.py
    source: Mapped[str] = mapped_column(String(80))  # sender: keyed hash of the phone, the web address or the browser
    target: Mapped[str | None] = mapped_column(String(64))
    conversation_id: Mapped[str] = mapped_column(String(80), default="")
    known: Mapped[bool] = mapped_column(default=False)  # by the phone on file or a browser known from before


class IdentityLock(Base):
    """A lock that began, for the member to be told of, once. That it holds is not read here but from the misses."""

    __tablename__ = "identity_locks"
    __table_args__ = (Index(None, "told_at", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    target: Mapped[str] = mapped_column(String(64))
    account_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))  # empty where there is none
    at: Mapped[datetime] = mapped_column(UtcTime)
    until: Mapped[datetime] = mapped_column(UtcTime)
    told_at: Mapped[datetime | None] = mapped_column(UtcTime)
