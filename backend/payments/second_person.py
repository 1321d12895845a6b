"""When a second person has to decide about money of the office, and who may be that person."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING, Literal

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.coop import Coop
from backend.language import tr
from backend.office_settings.models import SettingsVersion
from backend.office_settings.state import State, merge_tables
from backend.staff.accounts import list_logins
from backend.staff.roles import Role
from backend.staff.ways_in import are_two_people, two_people_from

if TYPE_CHECKING:
    from backend.app import Backend

Limit = Literal["refund_second_person_cents", "booking_second_person_cents"]
LIMIT_WINDOW = timedelta(hours=24)
"""A limit that was raised counts after this time: else one person raises it, acts alone, and puts it back."""


@dataclass(frozen=True)
class LimitTerms:
    """A limit in cents. Where it was raised in the last 24 hours, `raised_cents` holds from `raised_at` (UTC) on."""

    cents: int
    raised_cents: int = 0
    raised_at: datetime | None = None


async def find_limit(session: AsyncSession, backend: Backend, limit: Limit) -> int:
    """The lowest value, in cents, that the limit had at any moment of the last 24 hours."""
    return (await find_terms(session, backend, limit)).cents


async def find_terms(session: AsyncSession, backend: Backend, limit: Limit) -> LimitTerms:
    """What holds now, and what will."""
    in_force: int = getattr(backend.coop, limit)
    since = backend.clock.now() - LIMIT_WINDOW
    versions = list(await session.scalars(select(SettingsVersion).where(SettingsVersion.at > since)))
    if not versions:
        return LimitTerms(in_force)
    versions.sort(key=lambda version: version.id)
    states = [State.from_json(version.state) for version in versions]
    before = await session.get(SettingsVersion, versions[0].id - 1)
    states.insert(0, State.from_json(before.state) if before else State())
    tables = [merge_tables(backend.live.raw, state).get("payments", {}) for state in states]
    usual = int(getattr(Coop, limit))
    values = [int(table.get(limit, usual)) for table in tables]
    replaced = [version.at for version, value in zip(versions, values, strict=False) if value < in_force]
    if not replaced:
        return LimitTerms(in_force)
    return LimitTerms(min(values), in_force, max(replaced) + LIMIT_WINDOW)


async def find_same_person(session: AsyncSession, backend: Backend, asked_by: str, by: str) -> str | None:
    """Why `by` may not decide about what `asked_by` asked for, in words; None where they are two persons.

    A name from the setting and an account may differ in capital letters alone: they are one person.
    """
    if asked_by.casefold() == by.casefold():
        return tr("Nobody decides about their own request. Please ask somebody else.")
    if not await are_two_people(session, backend, asked_by, by):
        return tr(
            "You and {name} do not count as two persons yet: one of you let the other in within the last seven days, "
            "or somebody let both of you in. Please ask somebody else.",
            name=asked_by,
        )
    return None


@dataclass(frozen=True, slots=True)
class BarredPerson:
    """Somebody with the role who may not decide yet: from when (UTC), and who could now, by name."""

    asked_by: str
    since_when: datetime
    others: list[str]


async def find_barred(session: AsyncSession, backend: Backend, asked_by: str, by: str) -> BarredPerson | None:
    """Why a page has no button for `by` to decide about what `asked_by` asked for; None where it has one, and for who
    asked."""
    moment = await two_people_from(session, backend, asked_by, by)
    if moment is None or asked_by.casefold() == by.casefold():
        return None
    people = await list_second_people(session, backend, asked_by)
    return BarredPerson(asked_by, moment, [name for name in people.now if name.casefold() != by.casefold()])


@dataclass(frozen=True, slots=True)
class SecondPeople:
    """Who may decide about what somebody asks for, by name: now, and others with the moment (UTC) from which on."""

    now: list[str]
    later: list[tuple[str, datetime]]


async def list_second_people(session: AsyncSession, backend: Backend, asked_by: str) -> SecondPeople:
    """Everybody with the role who is not `asked_by`; the later ones by their moment."""
    now: list[str] = []
    later: list[tuple[str, datetime]] = []
    for login in await list_logins(session, backend):
        if login.role < Role.SUPERVISOR or login.name.casefold() == asked_by.casefold():
            continue
        moment = await two_people_from(session, backend, asked_by, login.name)
        if moment is None:
            now.append(login.name)
        else:
            later.append((login.name, moment))
    return SecondPeople(now, sorted(later, key=lambda one: one[1]))


def begin_of_day(backend: Backend) -> datetime:
    """The first moment of the co-op's local day, in UTC."""
    return datetime.combine(backend.today(), time(0), backend.coop.zone).astimezone(UTC)
