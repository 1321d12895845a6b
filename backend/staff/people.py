"""The people of the office: who may be given a talk or a ticket, and where they are reached."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy.ext.asyncio import AsyncSession

from backend.staff.accounts import list_logins
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
