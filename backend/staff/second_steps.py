"""The second step of a sign-in: codes of an app, recovery codes on paper, and whether somebody has any.

Codes are those of RFC 6238: six digits, a new one each half minute. One that was used is not taken again.
"""

from __future__ import annotations

import base64
import hmac
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyotp
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.staff import accounts
from backend.staff.models import StaffCodeApp, StaffPasskey, StaffRecoveryCode

if TYPE_CHECKING:
    from backend.app import Backend

STEP_SECONDS = 30
NEIGHBORS = (0, -1, 1)  # clocks differ by up to half a minute
RECOVERY_CODES = 10
LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # none that looks like another
PURPOSE = "staff-code-app"
PROVEN_ELSEWHERE = ("single_sign_on", "passkey")


@dataclass(frozen=True)
class SecondSteps:
    """What a person has set up."""

    code_app: bool
    passkeys: int
    recovery_codes: int

    @property
    def any(self) -> bool:
        return self.code_app or self.passkeys > 0


async def find(session: AsyncSession, name: str) -> SecondSteps:
    app = await session.scalar(select(StaffCodeApp.confirmed_at).where(StaffCodeApp.name == name))
    keys = await session.scalar(select(func.count()).select_from(StaffPasskey).where(StaffPasskey.name == name))
    left = select(func.count()).select_from(StaffRecoveryCode).where(
        StaffRecoveryCode.name == name, StaffRecoveryCode.used_at.is_(None)
    )  # fmt: skip
    return SecondSteps(app is not None, keys or 0, await session.scalar(left) or 0)


async def is_missing(session: AsyncSession, backend: Backend, name: str, way: str) -> bool:
    """Whether the office demands a second step and this person has none. Single sign-on brings its own."""
    if backend.settings.staff_two_step != "required" or way in PROVEN_ELSEWHERE:
        return False
    return not (await find(session, name)).any


async def begin_code_app(session: AsyncSession, backend: Backend, name: str) -> str:
    """The secret for the app, in base32, until its first code confirms it. Raises StaffAccountError when one is on."""
    row = await _find_app(session, name)
    if row is not None and row.confirmed_at is None:
        return _read(backend, row.secret)
    if row is not None:
        raise accounts.StaffAccountError("There is an app already.")
    secret = pyotp.random_base32()
    session.add(StaffCodeApp(name=name, secret=_cipher(backend).encrypt(secret.encode()).decode(), last_step=0,
                             made_at=backend.clock.now()))  # fmt: skip
    return secret


async def confirm_code_app(session: AsyncSession, backend: Backend, name: str, code: str) -> list[str] | None:
    """Switch the app on with its first code; returns the recovery codes, shown this once. None for a wrong code."""
    row = await _find_app(session, name)
    if row is None or row.confirmed_at is not None or not _take_code(backend, row, code):
        return None
    row.confirmed_at = backend.clock.now()
    codes = await _make_recovery_codes(session, backend, name)
    await accounts.note(session, backend, name, "office_codes_on")
    return codes


async def renew_recovery_codes(session: AsyncSession, backend: Backend, name: str) -> list[str]:
    """New codes for paper; the ones before end."""
    codes = await _make_recovery_codes(session, backend, name)
    await accounts.note(session, backend, name, "office_recovery_codes_made")
    return codes


async def remove_code_app(session: AsyncSession, backend: Backend, name: str, *, by: str) -> None:
    await session.execute(delete(StaffCodeApp).where(StaffCodeApp.name == name))
    await session.execute(delete(StaffRecoveryCode).where(StaffRecoveryCode.name == name))
    await accounts.note(session, backend, by, "office_codes_off", after={"name": name})


async def remove_all(session: AsyncSession, backend: Backend, name: str, *, by: str) -> None:
    """For somebody who lost the phone and the paper: codes and passkeys go, the password stays."""
    await session.execute(delete(StaffPasskey).where(StaffPasskey.name == name))
    await remove_code_app(session, backend, name, by=by)


async def take_code(session: AsyncSession, backend: Backend, name: str, typed: str) -> str | None:
    """`code` or `recovery`, whichever fits; it is used up with that. None for a wrong one."""
    typed = "".join(typed.split()).replace("-", "").lower()
    row = await _find_app(session, name)
    if row is not None and row.confirmed_at is not None and _take_code(backend, row, typed):
        return "code"
    return "recovery" if await _take_recovery_code(session, backend, name, typed) else None


def make_address(backend: Backend, name: str, secret: str) -> str:
    """The `otpauth:` address that an app reads from the picture."""
    return pyotp.TOTP(secret).provisioning_uri(name=name, issuer_name=f"{backend.coop.short_name} office")


async def _find_app(session: AsyncSession, name: str) -> StaffCodeApp | None:
    return await session.scalar(select(StaffCodeApp).where(StaffCodeApp.name == name).with_for_update())


def _take_code(backend: Backend, row: StaffCodeApp, typed: str) -> bool:
    code, totp = "".join(typed.split()), pyotp.TOTP(_read(backend, row.secret))
    now = int(backend.clock.now().timestamp()) // STEP_SECONDS
    for step in (now + each for each in NEIGHBORS):
        right = totp.at(step * STEP_SECONDS)
        if step > row.last_step and code.isascii() and hmac.compare_digest(right, code):
            row.last_step = step
            return True
    return False


async def _make_recovery_codes(session: AsyncSession, backend: Backend, name: str) -> list[str]:
    await session.execute(delete(StaffRecoveryCode).where(StaffRecoveryCode.name == name))
    codes = ["".join(secrets.choice(LETTERS) for _ in range(10)) for _ in range(RECOVERY_CODES)]
    now = backend.clock.now()
    session.add_all(StaffRecoveryCode(name=name, code_hash=_hash(backend, name, code), made_at=now) for code in codes)
    return [f"{code[:5]}-{code[5:]}" for code in codes]


async def _take_recovery_code(session: AsyncSession, backend: Backend, name: str, code: str) -> bool:
    before = backend.settings.previous_keyed_hash("staff-recovery", f"{name}:{code}")
    query = select(StaffRecoveryCode).where(
        StaffRecoveryCode.name == name,
        StaffRecoveryCode.code_hash.in_([each for each in (_hash(backend, name, code), before) if each]),
        StaffRecoveryCode.used_at.is_(None),
    )
    row = await session.scalar(query.with_for_update())
    if row is None:
        return False
    row.used_at = backend.clock.now()
    return True


def _hash(backend: Backend, name: str, code: str) -> str:
    return backend.settings.keyed_hash("staff-recovery", f"{name}:{code}")


def _read(backend: Backend, stored: str) -> str:
    """The secret in base32. After a change of SECRET_KEY without the previous one it is gone: no code fits then."""
    try:
        return _cipher(backend).decrypt(stored.encode()).decode()
    except InvalidToken:
        return pyotp.random_base32()


def _cipher(backend: Backend) -> MultiFernet:
    keys = [backend.settings.derived_key(PURPOSE), backend.settings.previous_derived_key(PURPOSE)]
    return MultiFernet([Fernet(base64.urlsafe_b64encode(bytes.fromhex(key))) for key in keys if key])
