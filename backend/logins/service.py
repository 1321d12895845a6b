"""Finds and creates logins, and verifies holders. Functions flush; the caller commits."""

from __future__ import annotations

import hashlib
import hmac
import re
from typing import TYPE_CHECKING

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from backend.billing.models import Account
from backend.logins.models import HolderProof, Login, PortalSession, ResetToken
from backend.members.models import Member
from backend.members.service import strip_to_digits

if TYPE_CHECKING:
    from backend.app import Backend

HOLDER_DIGITS = "holder-digits"
"""The purpose of the key for the digits of an account's holder."""
USER_ID = re.compile(r"(?=.*[A-Za-z])[A-Za-z0-9][A-Za-z0-9._@+-]{3,63}")
"""With at least one letter: digits alone are an account number."""


def fold_user_id(user_id: str) -> str:
    return user_id.strip().casefold()


def is_account_number(typed: str) -> bool:
    """Whether it can only be an account number: digits, dashes and spaces."""
    return bool(re.fullmatch(r"[\d\s-]+", typed.strip()))


def hash_token(token: str) -> str:
    """The stored form of a token. Tokens are long and random, so a fast hash is enough."""
    return hashlib.sha256(token.encode()).hexdigest()


async def find(session: AsyncSession, typed: str) -> tuple[Member | None, Login | None]:
    """The member and login for a user ID or full account number. Runs the same queries for any input (timing)."""
    query = select(Member, Login).join(Login, Login.member_id == Member.id).where(Login.user_key == fold_user_id(typed))
    by_id = (await session.execute(query)).one_or_none()
    number = strip_to_digits(typed) if is_account_number(typed) else ""
    query = (
        select(Member, Login)
        .join(Account, Account.member_id == Member.id)
        .join(Login, Login.member_id == Member.id, isouter=True)
        .where(Account.number_digits == number)
    )
    by_number = (await session.execute(query)).one_or_none()
    found = by_number or by_id
    return (found[0], found[1]) if found else (None, None)


async def login_of_member(session: AsyncSession, member_id: int) -> Login | None:
    return await session.scalar(select(Login).where(Login.member_id == member_id))


async def is_user_id_taken(session: AsyncSession, user_id: str) -> bool:
    return await session.scalar(select(Login.id).where(Login.user_key == fold_user_id(user_id))) is not None


async def add(
    session: AsyncSession,
    backend: Backend,
    member: Member,
    user_id: str,
    password_hash: str,
    *,
    name: str | None = None,
) -> Login:
    """Create a login. `password_hash` is argon2's encoded form."""
    now = backend.clock.now()
    first, _, last = (member.name if name is None else name).partition(" ")
    login = Login(
        member_id=member.id,
        user_id=user_id.strip(),
        user_key=fold_user_id(user_id),
        password_hash=password_hash,
        first_name=first[:80],
        last_name=last[:80],
        created_at=now,
        password_set_at=now,
    )
    session.add(login)
    await session.flush()
    return login


async def set_password(session: AsyncSession, backend: Backend, login: Login, password_hash: str) -> None:
    """Set a password, end all sessions, and make links useless that were mailed for the password before it."""
    now = backend.clock.now()
    login.password_hash, login.password_set_at = password_hash, now
    links = update(ResetToken).where(ResetToken.login_id == login.id, ResetToken.used_at.is_(None))
    await session.execute(links.values(used_at=now))
    await session.execute(delete(PortalSession).where(PortalSession.login_id == login.id))


async def save_holder_proof(session: AsyncSession, backend: Backend, member: Member, digits: str) -> None:
    """Store a keyed hash of the holder's digits (last four of an SSN, or a full tax ID)."""
    await session.merge(
        HolderProof(member_id=member.id, digits_hash=hash_holder_digits(backend, member.number, digits))
    )


async def verify_holder_proof(session: AsyncSession, backend: Backend, member: Member | None, digits: str) -> bool:
    """Whether these are the holder's digits. Takes the same time without a member or digits on file.

    While SECRET_KEY is being changed, what was stored under the key before it counts too, and is stored anew.
    """
    row = await session.scalar(select(HolderProof).where(HolderProof.member_id == (member.id if member else 0)))
    number = member.number if member else ""
    given = hash_holder_digits(backend, number, digits)
    stored = row.digits_hash if row else "-" * len(given)
    fits = hmac.compare_digest(stored, given)
    previous = hash_holder_digits_before(backend, number, digits)
    if previous is not None and hmac.compare_digest(stored, previous) and row is not None:
        row.digits_hash, fits = given, True
    return fits


async def has_holder_proof(session: AsyncSession, member: Member | None) -> bool:
    """Whether the holder's digits are on file. Takes the same time without a member."""
    query = select(HolderProof.member_id).where(HolderProof.member_id == (member.id if member else 0))
    return await session.scalar(query) is not None


def hash_holder_digits(backend: Backend, number: str, digits: str) -> str:
    return backend.settings.keyed_hash(HOLDER_DIGITS, _holder_text(number, digits))


def hash_holder_digits_before(backend: Backend, number: str, digits: str) -> str | None:
    """As `hash_holder_digits`, under SECRET_KEY_PREVIOUS; None without one."""
    return backend.settings.previous_keyed_hash(HOLDER_DIGITS, _holder_text(number, digits))


def _holder_text(number: str, digits: str) -> str:
    return f"{number}:{strip_to_digits(digits)}"


def known_words(backend: Backend, member: Member, user_id: str) -> list[str]:
    """Public facts about the member and the co-op, of which no password may be made."""
    coop = backend.coop
    return [coop.name, coop.short_name, member.number, member.name, user_id, member.email or "", member.phone[-10:]]
