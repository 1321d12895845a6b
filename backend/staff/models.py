"""Who works in the office, how they prove it, their sessions, and forms that came after the end of one.

A person is known by name everywhere: in talks, tickets and the audit trail. So the tables refer to the name.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import JSON, String
from sqlalchemy.orm import Mapped, mapped_column

from backend.db import Base, UtcTime


class StaffAccount(Base):
    """A person of the office. Nobody is deleted: past answers and the audit trail have the name.

    `name_key` is the name case-folded. `role` is a Role's name in small letters. `origin`: invited, single_sign_on or
    demo. `change` counts what was changed, so that a form which is sent twice does its work once. `link_hash` belongs
    to the link that sets a password. `subject` is the issuer and the subject of single sign-on.
    """

    __tablename__ = "staff_accounts"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(60))
    name_key: Mapped[str] = mapped_column(String(60), unique=True)
    email: Mapped[str] = mapped_column(String(254), index=True)
    phone: Mapped[str | None] = mapped_column(String(20))
    role: Mapped[str] = mapped_column(String(12))
    language: Mapped[str] = mapped_column(String(2), default="en", server_default="en")
    status: Mapped[str] = mapped_column(String(8))  # invited | active | off
    origin: Mapped[str] = mapped_column(String(16), default="invited", server_default="invited")
    change: Mapped[int] = mapped_column(default=0, server_default="0")
    password_hash: Mapped[str | None] = mapped_column(String(200))
    password_set_at: Mapped[datetime | None] = mapped_column(UtcTime)
    link_hash: Mapped[str | None] = mapped_column(String(64), unique=True)
    link_expires_at: Mapped[datetime | None] = mapped_column(UtcTime)
    subject: Mapped[str | None] = mapped_column(String(400), unique=True)
    invited_by: Mapped[str] = mapped_column(String(60), default="", server_default="")
    created_at: Mapped[datetime] = mapped_column(UtcTime)


class StaffWayIn(Base):
    """A way into the office that `made_by` made for `name`: an invitation, a link that sets a password, a new email."""

    __tablename__ = "staff_ways_in"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(60))
    made_by: Mapped[str] = mapped_column(String(60))
    made_at: Mapped[datetime] = mapped_column(UtcTime, index=True)


class StaffSession(Base):
    """A signed-in browser of the office. Only the hash of its cookie is stored; signing out deletes the row.

    `password_mark` is a keyed hash of the password's hash then: a new password ends the session. `way` is how the
    person proved who they are: password, code, recovery, passkey, single_sign_on.
    """

    __tablename__ = "staff_sessions"

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    name: Mapped[str] = mapped_column(String(60), index=True)
    password_mark: Mapped[str] = mapped_column(String(64))
    way: Mapped[str] = mapped_column(String(16), default="password", server_default="password")
    address: Mapped[str] = mapped_column(String(64), default="", server_default="")
    browser: Mapped[str] = mapped_column(String(80), default="", server_default="")
    started_at: Mapped[datetime] = mapped_column(UtcTime)
    seen_at: Mapped[datetime | None] = mapped_column(UtcTime)  # None: from a version before this column


class StaffCodeApp(Base):
    """An app for one-time codes. `secret` is encrypted; `last_step` is the half minute of the last code taken."""

    __tablename__ = "staff_code_apps"

    name: Mapped[str] = mapped_column(String(60), primary_key=True)
    secret: Mapped[str] = mapped_column(String(300))
    last_step: Mapped[int] = mapped_column(default=0, server_default="0")
    made_at: Mapped[datetime] = mapped_column(UtcTime)
    confirmed_at: Mapped[datetime | None] = mapped_column(UtcTime)


class StaffRecoveryCode(Base):
    """A code on paper for the day the phone is lost; each opens once."""

    __tablename__ = "staff_recovery_codes"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(60), index=True)
    code_hash: Mapped[str] = mapped_column(String(64))
    made_at: Mapped[datetime] = mapped_column(UtcTime)
    used_at: Mapped[datetime | None] = mapped_column(UtcTime)


class StaffPasskey(Base):
    """A passkey: a key in a phone, a computer or a stick. `credential` and `public_key` are base64url."""

    __tablename__ = "staff_passkeys"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(60), index=True)
    label: Mapped[str] = mapped_column(String(60))
    credential: Mapped[str] = mapped_column(String(1400), unique=True)
    public_key: Mapped[str] = mapped_column(String(2000))
    uses: Mapped[int] = mapped_column(default=0, server_default="0")  # the key's own count; many keep it at 0
    made_at: Mapped[datetime] = mapped_column(UtcTime)
    used_at: Mapped[datetime | None] = mapped_column(UtcTime)


class StaffChallenge(Base):
    """A step that was begun and waits for its proof: a second step, a passkey's answer, a return from single sign-on.

    `name` is "" while it is not known who it is. `secret` is what the proof is checked against.
    """

    __tablename__ = "staff_challenges"

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    kind: Mapped[str] = mapped_column(String(16))  # second | register | passkey | single_sign_on | finish
    name: Mapped[str] = mapped_column(String(60), default="", server_default="")
    secret: Mapped[str] = mapped_column(String(300), default="", server_default="")
    misses: Mapped[int] = mapped_column(default=0, server_default="0")
    made_at: Mapped[datetime] = mapped_column(UtcTime)
    expires_at: Mapped[datetime] = mapped_column(UtcTime)


class StaffKeptForm(Base):
    """What was typed into the form on `page`, without card and check-line numbers, for half an hour.

    `owner_hash` is of the browser's long-lived cookie, and after the sign-in of the new session's.
    """

    __tablename__ = "staff_kept_forms"

    id: Mapped[int] = mapped_column(primary_key=True)
    owner_hash: Mapped[str] = mapped_column(String(64), unique=True)
    name: Mapped[str] = mapped_column(String(60))
    page: Mapped[str] = mapped_column(String(200))
    fields: Mapped[dict[str, str]] = mapped_column(JSON)
    kept_at: Mapped[datetime] = mapped_column(UtcTime)
