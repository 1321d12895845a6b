"""Who of the office has a talk open now, and who writes in it. Functions flush; the caller commits."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.agent_handoff.models import TalkViewer
from backend.conversations.models import Conversation

if TYPE_CHECKING:
    from backend.app import Backend

LOOKS_FOR, WRITES_FOR = timedelta(seconds=45), timedelta(seconds=8)
"""How long somebody counts as there after the last sign of them. Pages give one more often."""
FORGOTTEN_AFTER = timedelta(hours=1)

Viewer = tuple[str, str]
"""(conversation, staff name)."""


@dataclass(frozen=True)
class SeenViewer:
    """Somebody who has the talk open; `writes` while they type."""

    conversation_id: str
    name: str
    writes: bool


async def list_viewers(session: AsyncSession, now: datetime) -> list[SeenViewer]:
    """All who have a talk open now, in all processes, by talk and name."""
    query = (
        select(TalkViewer.conversation_id, TalkViewer.name, TalkViewer.writes_until)
        .where(TalkViewer.looks_until > now)
        .order_by(TalkViewer.conversation_id, TalkViewer.name)
    )
    return [SeenViewer(talk, name, bool(until and until > now)) for talk, name, until in await session.execute(query)]


async def list_others(session: AsyncSession, now: datetime, conversation_id: str, but: str) -> list[SeenViewer]:
    """Who else has this talk open."""
    seen = await list_viewers(session, now)
    return [one for one in seen if one.conversation_id == conversation_id and one.name != but]


async def set_looking(
    session: AsyncSession, backend: Backend, there: Collection[Viewer], gone: Collection[Viewer] = ()
) -> None:
    """Keep who has a talk open from now on, and who has closed it. Unknown talks are passed over."""
    now = backend.clock.now()
    for viewer in sorted(gone):
        await _keep(session, backend, viewer, now, None)
    for viewer in sorted(there):
        await _keep(session, backend, viewer, now + LOOKS_FOR, None, but="writes_until")
    await session.execute(delete(TalkViewer).where(TalkViewer.looks_until < now - FORGOTTEN_AFTER))


async def set_writing(
    session: AsyncSession, backend: Backend, conversation_id: str, name: str, *, writes: bool
) -> None:
    """`name` types an answer now, or has stopped."""
    now = backend.clock.now()
    await _keep(session, backend, (conversation_id, name), now + LOOKS_FOR, now + WRITES_FOR if writes else None)


async def list_writers(session: AsyncSession, now: datetime) -> list[Viewer]:
    """Who types an answer now, in all processes."""
    query = select(TalkViewer.conversation_id, TalkViewer.name).where(TalkViewer.writes_until > now)
    return [(talk, name) for talk, name in await session.execute(query)]


async def _keep(
    session: AsyncSession,
    backend: Backend,
    viewer: Viewer,
    looks_until: datetime,
    writes_until: datetime | None,
    but: str = "",
) -> None:
    """`but` is the column that a row that is there already keeps."""
    if await session.scalar(select(Conversation.id).where(Conversation.id == viewer[0])) is None:
        return
    times = {"looks_until": looks_until, "writes_until": writes_until}
    row = backend.db.insert(TalkViewer).values(conversation_id=viewer[0], name=viewer[1], **times)
    times.pop(but, None)
    await session.execute(row.on_conflict_do_update(index_elements=["conversation_id", "name"], set_=times))
