"""The members' file after SECRET_KEY was changed: what is keyed is stored anew, and nothing counts as a change."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.app import Backend
from backend.importing.service import import_folder
from backend.logins.service import verify_holder_proof
from backend.members.models import Member
from tests.backend.importing.files import only
from tests.backend.syncing.feeds import acts, fresh, refuse, take

HEAD = "number,name,phone,holder_digits\n"
ROWS = "".join(f"7{number:04d},Ann Olsen,55555513{number:02d},12{number:02d}\n" for number in range(20))


@pytest.fixture
async def imported(backend: Backend, tmp_path: Path) -> Backend:
    await import_folder(backend, only(fresh(tmp_path), members=HEAD + ROWS))
    return backend


def change_key(backend: Backend, *, previous: bool) -> None:
    old = backend.settings.secret_key
    backend.settings = backend.settings.with_values(
        secret_key="another key for tests alone", secret_key_previous=old if previous else None
    )


async def find_member(session: AsyncSession, number: str) -> Member:
    return (await session.scalars(select(Member).where(Member.number == number))).one()


async def fits(backend: Backend, number: str, digits: str) -> bool:
    async with backend.db.read_session() as session:
        return await verify_holder_proof(session, backend, await find_member(session, number), digits)


async def phone_of(backend: Backend, number: str) -> str | None:
    async with backend.db.read_session() as session:
        return await session.scalar(select(Member.phone).where(Member.number == number))


@pytest.mark.parametrize("synced", [False, True])
async def test_digits_are_stored_under_the_new_key_without_force(
    imported: Backend, tmp_path: Path, synced: bool
) -> None:
    if synced:
        await take(imported, tmp_path, force=False, members=HEAD + ROWS)
    change_key(imported, previous=True)
    done = await take(imported, tmp_path, force=False, members=HEAD + ROWS)
    assert dict(done.counts) == {"stored_anew": 20}
    assert done.unchanged == 20
    assert await acts(imported) == []
    imported.settings = imported.settings.with_values(secret_key_previous=None)
    assert await fits(imported, "70003", "1203")
    assert (await take(imported, tmp_path, force=False, members=HEAD + ROWS)).counts.total() == 0


async def test_other_digits_are_a_change_also_then(imported: Backend, tmp_path: Path) -> None:
    change_key(imported, previous=True)
    done = await take(imported, tmp_path, force=False, members=HEAD + ROWS.replace(",1203\n", ",9903\n"))
    assert dict(done.counts) == {"stored_anew": 19, "changed": 1}
    assert await fits(imported, "70003", "9903")
    assert not await fits(imported, "70003", "1203")
    assert [row.act for row in await acts(imported)] == ["member_changed"]


async def test_who_changed_a_phone_is_known_also_then(imported: Backend, tmp_path: Path) -> None:
    await take(imported, tmp_path, force=False, members=HEAD + ROWS)
    async with imported.db.transaction() as session:
        member = await find_member(session, "70001")
        member.phone = "+15555550177"
    change_key(imported, previous=True)
    done = await take(imported, tmp_path, force=False, members=HEAD + ROWS.replace("5555551302", "5555550166"))
    assert (done.names["kept"], done.counts["conflict"]) == (["70001 Ann Olsen: phone"], 0)
    assert done.names["changed"] == ["70002 Ann Olsen: phone"]
    assert (await phone_of(imported, "70001"), await phone_of(imported, "70002")) == ("+15555550177", "+15555550166")


async def test_with_a_lost_key_the_file_is_taken_by_force_once(imported: Backend, tmp_path: Path) -> None:
    change_key(imported, previous=False)
    [said] = await refuse(imported, tmp_path, force=False, members=HEAD + ROWS)
    assert "20 changed of 20 rows" in said
    await take(imported, tmp_path, force=True, members=HEAD + ROWS)
    assert await fits(imported, "70003", "1203")
    assert (await take(imported, tmp_path, force=False, members=HEAD + ROWS)).counts.total() == 0
