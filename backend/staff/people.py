"""The people of the office: who may be given a talk or a ticket, who may keep one, and where they are reached."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy.ext.asyncio import AsyncSession

from backend.staff.accounts import OFF, find_account, list_logins, role_key
from backend.staff.roles import Role

if TYPE_CHECKING:
    from backend.app import Backend


@dataclass(frozen=True)
class StaffPerson:
    """`phone` is E.164; a notice about who waits goes there."""

    name: str
    role: Role
    email: str
    phone: str | None = None


async def list_people(session: AsyncSession, backend: Backend) -> list[StaffPerson]:
    """Those who may sign in now, by name."""
    return [
        StaffPerson(login.name, login.role, login.email, login.phone) for login in await list_logins(session, backend)
    ]


async def keep_owner(session: AsyncSession, name: str | None) -> str | None:
    """Who has what is opened again: `name`, unless they were switched off meanwhile or may only read. None: nobody."""
    account = await find_account(session, name) if name else None
    has_left = account is not None and (account.status == OFF or account.role == role_key(Role.READ))
    return None if has_left else name
