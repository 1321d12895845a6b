"""Gives each script a member of its own, so that scripts on one system do not touch each other's money."""

from __future__ import annotations

import itertools
import secrets
from dataclasses import dataclass, replace

from backend.app import Backend
from backend.demo import DEMO_PEOPLE, add
from backend.errors import MemberlineError
from lab.system import MemberlineSystem

# starts at random: a system that keeps running has the members of earlier runs
_next = itertools.count(100_000 + secrets.randbelow(800_000))


def unused_phone() -> str:
    """A phone (E.164) that is on no account and was not used before."""
    return f"+15559{next(_next)}"


@dataclass(frozen=True)
class MemberCopy:
    """A copy of a demo member under another number and phone."""

    number: str  # with its separator
    phone: str

    @property
    def last4(self) -> str:
        return self.phone[-4:]


def add_member_copy(served: MemberlineSystem, like: str = "99999-001") -> MemberCopy:
    """Add a copy of the demo member `like`, with the same account suffix. Raises MemberlineError if there is none."""
    base, separator = like.split("-")
    person = next((person for person in DEMO_PEOPLE if person.number == base), None)
    if person is None:
        raise MemberlineError(f"there is no demo member {like}")
    count = next(_next)
    number, phone = f"7{count}", f"+15557{count}"
    copy = replace(
        person,
        number=number,
        phone=phone,
        email=f"member{number}@example.com" if person.email else None,
        user_id=f"member.{number}" if person.user_id else "",
    )

    async def put(backend: Backend) -> None:
        async with backend.db.transaction() as session:
            await add(backend, session, [copy])

    served.run_with_backend(put)
    return MemberCopy(f"{number}-{separator}", phone)
