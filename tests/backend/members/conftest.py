"""Two members, and conversations to speak through."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import pytest

from backend.app import Backend
from backend.billing.models import Account
from backend.members import identity
from backend.members.identity import Identity, IdentityResult
from backend.members.models import Member
from tests.support.conversations import get_or_start

RUTH, RUTH_LAST4, RUTH_PHONE = "99999-001", "0142", "+15555550142"


@pytest.fixture
async def members_backend(backend: Backend) -> Backend:
    """Ruth with two accounts and Owen, who has no email, on each database."""
    async with backend.db.transaction() as session:
        ruth = Member(number="99999", name="Ruth Alvarez", phone=RUTH_PHONE, email="ruth@example.org")
        owen = Member(number="04512", name="Owen Park", phone="+15555550177", email=None)
        session.add_all([ruth, owen])
        await session.flush()
        for member, separator in ((ruth, "001"), (ruth, "002"), (owen, "001")):
            digits = member.number + separator
            number = f"{member.number}-{separator}"
            session.add(Account(member_id=member.id, separator=separator, number=number, number_digits=digits))
    return backend


@dataclass
class Talk:
    """One person on one conversation; every call is a message of its own, committed."""

    backend: Backend
    conversation: str
    options: dict[str, Any]
    browser: str = ""

    async def _within(self, act: Callable[..., Awaitable[Any]], *args: Any, **values: Any) -> Any:
        async with self.backend.db.transaction() as session:
            row = await get_or_start(session, self.backend, self.conversation, **self.options)
            row.browser = self.browser or row.browser
            return await act(session, self.backend, self.conversation, *args, **values)

    async def identify(self, number: str = RUTH, last4: str = RUTH_LAST4) -> IdentityResult:
        return await self._within(identity.identify, number=number, last4=last4)

    async def identity(self) -> Identity:
        return await self._within(identity.load_identity)

    async def send_code(self) -> identity.CodeSent | identity.CodeRefused:
        return await self._within(identity.send_code)

    async def ask_proof_again(self, *, by_email: bool = False) -> bool:
        return await self._within(identity.resend_challenge, by_email=by_email)

    async def check_code(self, code: str) -> identity.CodeResult:
        return await self._within(identity.check_code, code=code)

    async def forget(self) -> None:
        await self._within(identity.end_identity)

    async def miss(self, times: int = 1, number: str = RUTH) -> list[str]:
        return [(await self.identify(number, "9999")).status for _ in range(times)]


@pytest.fixture
def talk(members_backend: Backend) -> Callable[..., Talk]:
    def make(name: str = "web-1", source: str | None = None, browser: str = "", **options: Any) -> Talk:
        options = {"channel": "web", "source": source or f"source of {name}", **options}
        return Talk(members_backend, name, options, browser)

    return make
