"""The people of the office: who may be given a talk or a ticket, and where they are reached."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy.ext.asyncio import AsyncSession

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
        StaffPerson(name, Role.ADMIN, backend.settings.staff_emails.get(name) or backend.coop.email)
        for name in sorted(backend.settings.staff_accounts)
    ]
