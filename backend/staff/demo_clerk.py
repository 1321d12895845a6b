"""The clerk of a fresh development database, so that a newcomer can look at the office's pages. Never in production."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select

from backend.logins import passwords
from backend.staff.accounts import ACTIVE, DEMO, find_account, is_usable
from backend.staff.models import StaffAccount

if TYPE_CHECKING:
    from backend.app import Backend

DEMO_CLERK = "Dana"
DEMO_CLERK_PASSWORD = "copper meadow lantern"  # noqa: S105 - printed at each start, and refused in production


@dataclass(frozen=True)
class DemoClerk:
    name: str
    password: str


async def add_demo_clerk(backend: Backend) -> None:
    """Where nobody was let into the office yet. Outside production alone."""
    if backend.settings.production or backend.settings.staff_accounts:
        return
    hashed = await passwords.hash_password(DEMO_CLERK_PASSWORD)
    async with backend.db.transaction() as session:
        if await session.scalar(select(StaffAccount.id).limit(1)) is not None:
            return
        now = backend.clock.now()
        session.add(
            StaffAccount(
                name=DEMO_CLERK, name_key=DEMO_CLERK.casefold(), email="dana@coop.example", role="admin",
                status=ACTIVE, origin=DEMO, password_hash=hashed, password_set_at=now, created_at=now,
                language="en", change=0,
            )
        )  # fmt: skip


async def find_demo_clerk(backend: Backend) -> DemoClerk | None:
    """How to sign in as the demo's clerk, while that works."""
    async with backend.db.read_session() as session:
        row = await find_account(session, DEMO_CLERK)
    if row is None or row.origin != DEMO or not is_usable(backend, row) or row.password_hash is None:
        return None
    unchanged = await passwords.verify_password(row.password_hash, DEMO_CLERK_PASSWORD)
    return DemoClerk(row.name, DEMO_CLERK_PASSWORD) if unchanged else None
