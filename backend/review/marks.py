"""Marks: what somebody at the office found wrong with an answer, and what was meant. Functions flush."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.agent_handoff.transcript import member_words
from backend.audit.service import record
from backend.conversations.models import InboundMessage
from backend.errors import MemberlineError
from backend.review.meanings import ACT_PREFIX, FAIRLY_SURE, MARK_KINDS, list_meanings
from backend.review.models import ReviewMark, TurnReading

if TYPE_CHECKING:
    from backend.app import Backend

MAX_NOTE = 500


class BadMark(MemberlineError):
    """A mark that names no kind, or a meaning that is not in the closed set or was understood. `field` is kind or
    meant."""

    code = "bad_mark"

    def __init__(self, field: str, *, understood: bool = False) -> None:
        super().__init__(f"{field} is {'what was understood' if understood else 'none of those that are offered'}")
        self.field, self.understood = field, understood


@dataclass(frozen=True)
class MarkedMessage:
    """A mark with the message that it is about, and what the assistant took it for."""

    mark: ReviewMark
    message: InboundMessage
    intent: str

    @property
    def words(self) -> str:
        """What the member wrote, masked."""
        return member_words(self.message)


async def set_mark(
    session: AsyncSession, backend: Backend, inbound_id: int, *, kind: str, meant: str, note: str, by: str
) -> ReviewMark | None:
    """Mark a message, or change its mark. `note` must be redacted. None where there is no such message.

    Raises BadMark for a kind or meaning that is not offered, and for a meaning that the assistant acted on.
    """
    if kind not in MARK_KINDS:
        raise BadMark("kind")
    if meant and meant not in list_meanings():
        raise BadMark("meant")
    message = await session.get(InboundMessage, inbound_id)
    if message is None:
        return None
    if meant and meant in await _find_understood(session, inbound_id):
        raise BadMark("meant", understood=True)
    values = dict(kind=kind, meant=meant, note=note[:MAX_NOTE], marked_by=by[:60], marked_at=backend.clock.now())
    statement = backend.db.insert(ReviewMark).values(
        inbound_id=inbound_id, conversation_id=message.conversation_id, **values
    )
    statement = statement.on_conflict_do_update(index_elements=[ReviewMark.inbound_id], set_=values)
    found = (
        await session.scalars(statement.returning(ReviewMark), execution_options={"populate_existing": True})
    ).one()
    await _record(session, backend, "review_marked", found, by)
    return found


async def _find_understood(session: AsyncSession, inbound_id: int) -> set[str]:
    """What the message was taken for; nothing where the assistant asked again, as then it was not sure of it."""
    reading = await session.scalar(select(TurnReading).where(TurnReading.inbound_id == inbound_id))
    if reading is None or reading.missed:
        return set()
    return {reading.intent, *(ACT_PREFIX + act for act, sure in reading.acts if sure >= FAIRLY_SURE)}


async def remove_mark(session: AsyncSession, backend: Backend, inbound_id: int, by: str) -> None:
    """Take the mark of a message off; nothing where it has none."""
    found = await session.scalar(select(ReviewMark).where(ReviewMark.inbound_id == inbound_id))
    if found is not None:
        await session.execute(delete(ReviewMark).where(ReviewMark.id == found.id))
        await _record(session, backend, "review_unmarked", found, by)


async def list_marks(
    session: AsyncSession, *, kind: str = "", limit: int | None = None, offset: int = 0
) -> list[MarkedMessage]:
    """Marks with their messages, the newest first."""
    query = (
        select(ReviewMark, InboundMessage, TurnReading.intent)
        .join(InboundMessage, InboundMessage.id == ReviewMark.inbound_id)
        .outerjoin(TurnReading, TurnReading.inbound_id == ReviewMark.inbound_id)
        .order_by(ReviewMark.marked_at.desc(), ReviewMark.id.desc())
        .offset(offset)
    )
    if kind:
        query = query.where(ReviewMark.kind == kind)
    if limit is not None:
        query = query.limit(limit)
    return [MarkedMessage(mark, message, intent or "") for mark, message, intent in await session.execute(query)]


async def count_marks(session: AsyncSession) -> dict[str, int]:
    """How many marks there are of each kind."""
    query = select(ReviewMark.kind, func.count(ReviewMark.id)).group_by(ReviewMark.kind)
    return {kind: count for kind, count in await session.execute(query)}


async def _record(session: AsyncSession, backend: Backend, act: str, mark: ReviewMark, by: str) -> None:
    after: dict[str, Any] = {"message": mark.inbound_id, "kind": mark.kind, "meant": mark.meant}
    await record(
        session, backend, actor=f"office:{by}"[:80], level=0, channel="office", act=act, account_id=None, after=after
    )
