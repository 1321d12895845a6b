"""Portal logins and sessions, sign-in misses and codes, recovery and creation links."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from backend.db import Base, UtcTime


class Login(Base):
    """A member's user ID and password. `user_key` is the ID case-folded: two must not differ by case alone."""

    __tablename__ = "logins"

    id: Mapped[int] = mapped_column(primary_key=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"), unique=True)
    user_id: Mapped[str] = mapped_column(String(64))
    user_key: Mapped[str] = mapped_column(String(64), unique=True)
    password_hash: Mapped[str] = mapped_column(String(200))
    first_name: Mapped[str] = mapped_column(String(80), default="")
    last_name: Mapped[str] = mapped_column(String(80), default="")
    created_at: Mapped[datetime] = mapped_column(UtcTime)
    password_set_at: Mapped[datetime] = mapped_column(UtcTime)


class HolderProof(Base):
    """A keyed hash of the last four of the holder's social security number, or of a business's tax ID."""

    __tablename__ = "holder_proofs"

    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"), primary_key=True)
    digits_hash: Mapped[str] = mapped_column(String(64))


class PortalSession(Base):
    """A signed-in browser. Only the hash of its cookie is stored; `browser` is its name, for the member alone."""

    __tablename__ = "portal_sessions"

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    login_id: Mapped[int] = mapped_column(ForeignKey("logins.id"), index=True)
    started_at: Mapped[datetime] = mapped_column(UtcTime)
    seen_at: Mapped[datetime] = mapped_column(UtcTime)
    browser: Mapped[str] = mapped_column(String(80), default="", server_default="")  # such as Firefox on Windows


class LoginMiss(Base):
    """One failed sign-in. `target` is a keyed hash of the user ID or number typed, existing or not."""

    __tablename__ = "login_misses"
    __table_args__ = (Index(None, "source", "at"), Index(None, "target", "at"))

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcTime)
    source: Mapped[str] = mapped_column(String(80))
    target: Mapped[str] = mapped_column(String(64))


class SignInCode(Base):
    """A code that confirms a sign-in. `owner`: `login:12`, `staff:ann`, or "" when no code was sent."""

    __tablename__ = "sign_in_codes"
    __table_args__ = (Index(None, "owner", "created_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    owner: Mapped[str] = mapped_column(String(80), default="")
    code_hash: Mapped[str] = mapped_column(String(64))
    misses: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime] = mapped_column(UtcTime)
    expires_at: Mapped[datetime] = mapped_column(UtcTime)
    used_at: Mapped[datetime | None] = mapped_column(UtcTime)


class MailRequest(Base):
    """A request for a reset link or a user ID by email, processed later.

    `member_id` is NULL without a match: the row is written all the same, so that requests take the same time.
    """

    __tablename__ = "mail_requests"
    __table_args__ = (Index(None, "done_at", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(12))  # reset | user_id
    member_id: Mapped[int | None] = mapped_column(ForeignKey("members.id"), index=True)
    reference: Mapped[str] = mapped_column(String(16))
    asked_by: Mapped[str] = mapped_column(String(80))  # the conversation, or "portal"
    channel: Mapped[str] = mapped_column(String(12))
    language: Mapped[str] = mapped_column(String(2), default="en", server_default="en")  # of the request
    asked_at: Mapped[datetime] = mapped_column(UtcTime)
    done_at: Mapped[datetime | None] = mapped_column(UtcTime)


class ResetToken(Base):
    """A link to set a new password, stored as a hash, valid once for half an hour."""

    __tablename__ = "reset_tokens"

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    login_id: Mapped[int] = mapped_column(ForeignKey("logins.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(UtcTime)
    expires_at: Mapped[datetime] = mapped_column(UtcTime)
    used_at: Mapped[datetime | None] = mapped_column(UtcTime)


class CreationLink(Base):
    """A login creation link with the input so far. `account_id` is set once the holder is verified."""

    __tablename__ = "creation_links"

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    asked_by: Mapped[str] = mapped_column(String(80))
    account_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    proven_at: Mapped[datetime | None] = mapped_column(UtcTime)  # when all required codes were entered
    email_proven_at: Mapped[datetime | None] = mapped_column(UtcTime)  # when the code to the new email was
    first_name: Mapped[str] = mapped_column(String(80), default="")
    last_name: Mapped[str] = mapped_column(String(80), default="")
    email: Mapped[str] = mapped_column(String(254), default="")
    created_at: Mapped[datetime] = mapped_column(UtcTime)
    expires_at: Mapped[datetime] = mapped_column(UtcTime)
    used_at: Mapped[datetime | None] = mapped_column(UtcTime)


class CreationCode(Base):
    """A code required for login creation, see `creation_codes`. `sent_to` is masked, except for a new email."""

    __tablename__ = "creation_codes"
    __table_args__ = (Index(None, "member_id", "kind", "sent_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    link_id: Mapped[int] = mapped_column(ForeignKey("creation_links.id"), index=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"))
    kind: Mapped[str] = mapped_column(String(8))  # on_file | new
    sent_by: Mapped[str] = mapped_column(String(8))  # text | email
    sent_to: Mapped[str] = mapped_column(String(254))
    code_hash: Mapped[str] = mapped_column(String(64))
    sent_at: Mapped[datetime] = mapped_column(UtcTime)
    expires_at: Mapped[datetime] = mapped_column(UtcTime)
    misses: Mapped[int] = mapped_column(default=0)
    used_at: Mapped[datetime | None] = mapped_column(UtcTime)
