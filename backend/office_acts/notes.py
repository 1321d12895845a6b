"""Notes on members, and the one claim of a form. Functions flush; the caller commits."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.ext.asyncio import AsyncSession

from backend.office_acts.models import MemberNote

if TYPE_CHECKING:
    from backend.app import Backend

LONGEST = 2000
NEWEST = 100


async def claim(
    session: AsyncSession, backend: Backend, member_id: int, *, key: str, by: str, text: str, act: str = ""
) -> bool:
    """Write the note under the form's key: True for the first that comes with it, False for every later one.

    Whoever gets True does the act in the same transaction; if it fails, the note goes with it. `text` has no card or
    social security numbers any more.
    """
    insert = sqlite_insert if backend.db.sqlite else postgresql_insert
    values = {
        "member_id": member_id, "key": key, "author": by[:60], "act": act, "text": text[:LONGEST],
        "at": backend.clock.now(),
    }  # fmt: skip
    statement = insert(MemberNote).values(**values).on_conflict_do_nothing(index_elements=["key"])
    return (await session.execute(statement.returning(MemberNote.id))).scalar_one_or_none() is not None


async def list_notes(session: AsyncSession, member_id: int, limit: int = NEWEST) -> list[MemberNote]:
    """The newest first: what was written, and what was done for the member."""
    query = select(MemberNote).where(MemberNote.member_id == member_id).order_by(MemberNote.id.desc())
    return list(await session.scalars(query.limit(limit)))


async def find_by_key(session: AsyncSession, key: str) -> MemberNote | None:
    return await session.scalar(select(MemberNote).where(MemberNote.key == key))
