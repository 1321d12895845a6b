"""Members, codes, and misses and locks of identification."""

from __future__ import annotations

import hmac
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ForeignKey, Index, String, false
from sqlalchemy.orm import Mapped, mapped_column

from backend.db import Base, UtcTime

PROBATION_PERIOD = timedelta(hours=24)
"""During it a new phone or email gets no step-up codes, and a new email no password links."""


class Member(Base):
    """A person or business with one login. `number` is the part of account numbers before the dash, as text."""

    __tablename__ = "members"

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(String(32), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    kind: Mapped[str] = mapped_column(String(16), default="residential")  # residential | commercial
    phone: Mapped[str] = mapped_column(String(20), index=True)  # E.164
    email: Mapped[str | None] = mapped_column(String(254))
    language: Mapped[str] = mapped_column(String(2), default="en")
    mailing_address: Mapped[str | None] = mapped_column(String(200))  # empty: bills go to the service address
    # when it was changed; NULL: imported
    phone_changed_at: Mapped[datetime | None] = mapped_column(UtcTime)
    email_changed_at: Mapped[datetime | None] = mapped_column(UtcTime)
    # when a code sent to it came back
    phone_proven_at: Mapped[datetime | None] = mapped_column(UtcTime)
    email_proven_at: Mapped[datetime | None] = mapped_column(UtcTime)
    # what was on file before, until the new one is established
    former_phone: Mapped[str | None] = mapped_column(String(20))
    former_email: Mapped[str | None] = mapped_column(String(254))

    def is_established(self, way: str, now: datetime) -> bool:
        """Whether `phone` or `email` is past its probation, in which the previous one may object."""
        changed = self.phone_changed_at if way == "phone" else self.email_changed_at
        return changed is None or now - changed >= PROBATION_PERIOD

    def can_receive_login_mail(self, now: datetime) -> bool:
        """Whether a password link or user ID may go to the email on file: it is established, or proven by a code."""
        return bool(self.email) and (self.is_established("email", now) or self.email_proven_at is not None)

    def change_contact(self, way: str, address: str, now: datetime) -> None:
        """Set another `phone` or `email`, not established or proven yet."""
        for name, value in self.contact_values(way, address, now).items():
            setattr(self, name, value)

    def contact_values(self, way: str, address: str | None, now: datetime) -> dict[str, Any]:
        """The columns of a change of `phone` or `email`. Two changes in a day keep the contact before the first."""
        former = self.former_contact(way, now) or getattr(self, way)
        return {
            way: address,
            f"{way}_changed_at": now,
            f"{way}_proven_at": None,
            f"former_{way}": former if former and former != address else None,
        }

    def former_contact(self, way: str, now: datetime) -> str | None:
        """The `phone` or `email` before, as long as the one on file is not established: it hears of money and changes
        as well."""
        former: str | None = getattr(self, f"former_{way}")
        return None if self.is_established(way, now) else former

    @property
    def phone_last4(self) -> str:
        return self.phone[-4:]

    def has_last4(self, last4: str, now: datetime) -> bool:
        """Whether these are the last four of the phone on file or, while that is not established, of the one before."""
        known = (self.phone_last4, (self.former_contact("phone", now) or self.phone)[-4:])
        return any([hmac.compare_digest(each.encode(), last4.encode()) for each in known])  # compare both, always


NOBODY = Member(phone="----")
"""Stands for an unknown number, so that the comparison of last fours takes the same time."""


class OneTimeCode(Base):
    """A code sent to the phone or email on file for step-up. Only its hash is stored."""

    __tablename__ = "one_time_codes"

    id: Mapped[int] = mapped_column(primary_key=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id"), index=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"), index=True)
    code_hash: Mapped[str] = mapped_column(String(64))
    sent_at: Mapped[datetime] = mapped_column(UtcTime)
    expires_at: Mapped[datetime] = mapped_column(UtcTime)
    misses: Mapped[int] = mapped_column(default=0)
    used_at: Mapped[datetime | None] = mapped_column(UtcTime)
    second: Mapped[bool] = mapped_column(default=False, server_default=false())  # follows a correct code
    asker: Mapped[str] = mapped_column(String(8), default="stranger", server_default="stranger")  # see code_limits.py


class IdentityChallenge(Base):
    """A requested code in addition to number and last four. The row is the same whether or not these match an account;
    `identity_challenge.process_pending` decides later whether a code is sent, so that nobody can time it."""

    __tablename__ = "identity_proofs"
    __table_args__ = (Index(None, "done_at", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id"), index=True)
    target: Mapped[str] = mapped_column(String(64))  # as in IdentityMiss
    account_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))  # NULL: no match
    by_email: Mapped[bool] = mapped_column(default=False)
    language: Mapped[str] = mapped_column(String(2), default="en")
    code_hash: Mapped[str] = mapped_column(String(64), default="")  # empty until sent
    asked_at: Mapped[datetime] = mapped_column(UtcTime)
    expires_at: Mapped[datetime] = mapped_column(UtcTime)
    done_at: Mapped[datetime | None] = mapped_column(UtcTime)
    misses: Mapped[int] = mapped_column(default=0)
    used_at: Mapped[datetime | None] = mapped_column(UtcTime)
    second: Mapped[bool] = mapped_column(default=False, server_default=false())  # as in OneTimeCode
    asker: Mapped[str] = mapped_column(String(8), default="stranger", server_default="stranger")  # as in OneTimeCode


class AddressCode(Base):
    """A code to verify an email that was just put on file. It is no step-up."""

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
    """One failed try. Deleted when the same conversation succeeds after all.

    `target` is a keyed hash of the account number tried, existing or not, so that both lock in the same way.
    """

    __tablename__ = "identity_misses"
    __table_args__ = (
        Index(None, "kind", "source", "at"),
        Index(None, "kind", "target", "at"),
        Index(None, "kind", "at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcTime)
    kind: Mapped[str] = mapped_column(String(12))  # see rate_limits.py
    source: Mapped[str] = mapped_column(String(80))  # sender: keyed hash of the phone, the web address or the browser
    target: Mapped[str | None] = mapped_column(String(64))
    conversation_id: Mapped[str] = mapped_column(String(80), default="")
    known: Mapped[bool] = mapped_column(default=False)  # from the phone on file or a known browser


class IdentityLock(Base):
    """A lock that began, to notify the member once. Whether it still holds is computed from the misses."""

    __tablename__ = "identity_locks"
    __table_args__ = (Index(None, "told_at", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    target: Mapped[str] = mapped_column(String(64))
    account_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))  # NULL: no such account
    at: Mapped[datetime] = mapped_column(UtcTime)
    until: Mapped[datetime] = mapped_column(UtcTime)
    told_at: Mapped[datetime | None] = mapped_column(UtcTime)


class CoopIdentity(Base):
    """An identity of the co-op's own portal that was shown in a talk; it is good for no other talk."""

    __tablename__ = "coop_identities"

    identity_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id"), index=True)
    at: Mapped[datetime] = mapped_column(UtcTime)
