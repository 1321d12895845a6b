"""The members who call, each with an account number of five and three digits as on a bill."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from random import Random

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.app import Backend
from backend.demo import DEMO_PEOPLE, DemoPerson, add
from backend.members.models import Member
from lab.members import MemberCopy
from lab.system import MemberlineSystem

BATCH = 40
MAX_MONTHS = 14


def create_members(system: MemberlineSystem, likes: Sequence[str], rng: Random) -> list[MemberCopy]:
    """A copy of each demo member in `likes`, such as `99999-001`, with a number and a phone drawn from `rng`."""
    taken = system.read(_read_taken)  # a system that keeps running has the members of earlier runs
    numbers = rng.sample([number for number in range(10_000, 99_999) if str(number) not in taken], len(likes))
    phones = rng.sample([phone for phone in range(1_000_000) if f"+15557{phone:06d}" not in taken], len(likes))
    drawn = list(zip(likes, numbers, phones, strict=True))
    people = [_copy_person(like.split("-")[0], number, phone) for like, number, phone in drawn]

    async def put(backend: Backend) -> None:
        for start in range(0, len(people), BATCH):
            async with backend.db.transaction() as session:
                await add(backend, session, people[start : start + BATCH])

    system.run_with_backend(put)
    return [MemberCopy(f"{number}-{like.split('-')[1]}", f"+15557{phone:06d}") for like, number, phone in drawn]


async def _read_taken(session: AsyncSession, _: Backend) -> set[str]:
    """The numbers and phones of the members that there are."""
    rows = await session.execute(select(Member.number, Member.phone))
    return {value for row in rows for value in row if value}


def _copy_person(base: str, number: int, phone: int) -> DemoPerson:
    model = next(person for person in DEMO_PEOPLE if person.number == base)
    return replace(
        model,
        number=str(number),
        phone=f"+15557{phone:06d}",
        email=f"member{number}@example.com" if model.email else None,
        user_id=f"member.{number}" if model.user_id else "",
        places=tuple(replace(place, months=min(place.months, MAX_MONTHS)) for place in model.places),
    )
