"""One claim for each form that is sent: whoever sends the same one again gets the page that came after the first.

A claim that came to nothing, such as a form with a field missing, is given back, so that the form can be sent again.
"""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import delete, select, update
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from backend.sent_forms.models import SentForm

if TYPE_CHECKING:
    from backend.app import Backend

STALE = timedelta(minutes=2)
"""A form that is still being done after this belongs to a process that is gone."""
RETENTION = timedelta(days=1)
WAIT_SECONDS, POLL_SECONDS = 20.0, 0.1
LONGEST_LOCATION = 300


class StillBusy(Exception):
    """The same form is being done, and does not come to an end."""


async def claim(backend: Backend, form_hash: str) -> str:
    """Claim the form: "" for whoever does it, else the page that came after it was done.

    Where the same form is being done just now, waits for its end. Raises StillBusy.
    """
    loop = asyncio.get_running_loop()
    ends = loop.time() + WAIT_SECONDS
    while loop.time() < ends:
        if await _insert(backend, form_hash):
            return ""
        async with backend.db.read_session() as session:
            location = await session.scalar(select(SentForm.location).where(SentForm.form_hash == form_hash))
        if location:
            return location
        await asyncio.sleep(POLL_SECONDS)
    raise StillBusy


async def finish(backend: Backend, form_hash: str, location: str) -> None:
    """It was done, and this page came after it."""
    mine = update(SentForm).where(SentForm.form_hash == form_hash)
    async with backend.db.transaction() as session:
        await session.execute(mine.values(location=location[:LONGEST_LOCATION]))


async def give_back(backend: Backend, form_hash: str) -> None:
    """Nothing came of it."""
    async with backend.db.transaction() as session:
        await session.execute(delete(SentForm).where(SentForm.form_hash == form_hash))


async def _insert(backend: Backend, form_hash: str) -> bool:
    insert, now = sqlite_insert if backend.db.sqlite else postgresql_insert, backend.clock.now()
    stale = (SentForm.at < now - RETENTION) | ((SentForm.location == "") & (SentForm.at < now - STALE))
    statement = insert(SentForm).values(form_hash=form_hash, location="", at=now).on_conflict_do_nothing()
    async with backend.db.transaction() as session:
        await session.execute(delete(SentForm).where(stale))
        return (await session.execute(statement.returning(SentForm.form_hash))).scalar_one_or_none() is not None
