"""Who has a talk: take it, hand it over, put it aside, open it again. Functions flush; the caller commits.

Each act has an audit row; `by` and `to` are staff names.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.agent_handoff import unseen
from backend.agent_handoff.models import AgentHandoff, TalkNote
from backend.agent_handoff.service import (
    LIVE_AGENT,
    OPEN_STATUSES,
    agent_display_name,
    find_last_author,
    find_open_handoff,
    request_handoff,
    send_to_member,
)
from backend.audit.service import record
from backend.conversations.models import Conversation
from backend.language import tr, use_language

if TYPE_CHECKING:
    from backend.app import Backend

LONGEST_SNOOZE = timedelta(days=60)
MOST_PASSED = 50
"""The newest changes of who has a talk are kept with it, for its history; the audit trail has all."""


async def take(
    session: AsyncSession, backend: Backend, conversation_id: str, by: str, *, instead_of: str = ""
) -> str | None:
    """`by` takes the open talk. Returns who has it now; None when it is not open.

    One that somebody else has stays theirs, unless `instead_of` names them: then it was shown who has it.
    """
    handoff = await _lock_open(session, conversation_id)
    if handoff is None:
        return None
    if handoff.owner and handoff.owner not in (by, instead_of):
        return handoff.owner
    await _set_owner(session, backend, handoff, by, by)
    return by


async def give_back(session: AsyncSession, backend: Backend, conversation_id: str, by: str) -> bool:
    """Nobody has the talk any more: whoever is free takes it. False when it is not open or somebody else's."""
    handoff = await _lock_open(session, conversation_id)
    if handoff is None or handoff.owner != by:
        return False
    await _set_owner(session, backend, handoff, None, by)
    return True


async def list_of_owner(session: AsyncSession, names: Collection[str]) -> list[AgentHandoff]:
    """The open talks that these people have, also those that are put aside; the oldest first."""
    query = select(AgentHandoff).where(AgentHandoff.owner.in_(names), AgentHandoff.status.in_(OPEN_STATUSES))
    return list(await session.scalars(query.order_by(AgentHandoff.id)))


async def give_back_for(session: AsyncSession, backend: Backend, conversation_id: str, owner: str, by: str) -> bool:
    """`by` gives back the talk of `owner`, who works in the office no more. In the web chat, where the name stands
    above the talk, the member is told. The caller notifies the page's stream after the commit. False when it is not
    open or no longer theirs."""
    handoff = await _lock_open(session, conversation_id)
    if handoff is None or handoff.owner != owner:
        return False
    conversation = await session.get_one(Conversation, conversation_id)
    is_with_them = await find_last_author(session, handoff) == owner and conversation.expects == LIVE_AGENT
    if is_with_them and conversation.channel == "web":
        with use_language(conversation.language):
            words = tr(
                "{name} does not answer here any more. Your talk is back with our office: somebody else there reads "
                "it, and what you write.",
                name=agent_display_name(owner),
            )
        key = f"office-gone:{handoff.id}:{len(handoff.summary.get('passed', []))}"
        await send_to_member(session, backend, conversation, words, key, waits=True)
    await _set_owner(session, backend, handoff, None, by)
    return True


async def hand_over(
    session: AsyncSession, backend: Backend, conversation_id: str, to: str, words: str, by: str
) -> bool:
    """Give the talk to `to`, with `words` for them as a note. One that is not open yet is put into the queue for them.

    `words` have their secrets taken out, and may be empty. False for an unknown talk.
    """
    handoff = await _lock_open(session, conversation_id)
    if handoff is None:
        handoff = await request_handoff(session, backend, conversation_id, tried=f"given to {to} by {by}")
    handoff.snoozed_until = None
    await _set_owner(session, backend, handoff, to, by)
    if words:
        await add_note(session, backend, conversation_id, words, by)
    return True


async def snooze(session: AsyncSession, backend: Backend, conversation_id: str, until: datetime, by: str) -> bool:
    """Put the talk aside until then (UTC); it comes back by itself, and when the member writes. Who puts it aside has
    it. False when it is not open, or the time is past or too far away."""
    now = backend.clock.now()
    handoff = await _lock_open(session, conversation_id)
    if handoff is None or not now < until <= now + LONGEST_SNOOZE:
        return False
    handoff.owner = handoff.owner or by
    handoff.snoozed_until = until
    # what the member wrote until now was seen by who puts it aside: only what comes later wakes it
    await _record(session, backend, handoff, "handover_snoozed", by, until=until.isoformat())
    return True


async def wake(session: AsyncSession, backend: Backend, conversation_id: str, by: str) -> None:
    """Back into the list before its time."""
    handoff = await _lock_open(session, conversation_id)
    if handoff is not None and handoff.snoozed_until is not None:
        handoff.snoozed_until = None
        await _record(session, backend, handoff, "handover_woken", by)


async def reopen(session: AsyncSession, backend: Backend, conversation_id: str, by: str) -> bool:
    """Put the talk that was closed last back into the queue; `by` has it. False when one is open, or none was closed.

    The member is told nothing, and the assistant answers until the office writes.
    """
    newest = select(AgentHandoff).where(AgentHandoff.conversation_id == conversation_id)
    handoff = await session.scalar(newest.order_by(AgentHandoff.id.desc()).limit(1).with_for_update())
    if handoff is None or handoff.status != "closed":
        return False
    handoff.status, handoff.closed_at, handoff.owner, handoff.snoozed_until = "waiting", None, by, None
    seen = await unseen.newest_seen(session, conversation_id)
    unseen.change_summary(handoff, waiting_since=backend.clock.now().isoformat(), told=None, seen=seen)
    await _record(session, backend, handoff, "handover_reopened", by)
    return True


async def add_note(session: AsyncSession, backend: Backend, conversation_id: str, text: str, by: str) -> None:
    """Keep a note for the office; `text` has its secrets taken out."""
    session.add(TalkNote(conversation_id=conversation_id, author=by, text=text, at=backend.clock.now()))
    await session.flush()
    await record(
        session, backend, actor=f"office:{by}", level=0, channel="office", act="talk_note", account_id=None,
        after={"conversation": conversation_id},
    )  # fmt: skip


async def _lock_open(session: AsyncSession, conversation_id: str) -> AgentHandoff | None:
    handoff = await find_open_handoff(session, conversation_id)
    if handoff is None:
        return None
    await session.refresh(handoff, with_for_update=True)
    return handoff if handoff.status in OPEN_STATUSES else None


async def _set_owner(
    session: AsyncSession, backend: Backend, handoff: AgentHandoff, owner: str | None, by: str
) -> None:
    before = handoff.owner
    if before == owner:
        return
    handoff.owner = owner
    passed = {"at": backend.clock.now().isoformat(), "by": by, "before": before, "to": owner}
    unseen.change_summary(handoff, passed=[*handoff.summary.get("passed", []), passed][-MOST_PASSED:])
    await _record(session, backend, handoff, "handover_assigned", by, owner=owner, before=before)


async def _record(
    session: AsyncSession, backend: Backend, handoff: AgentHandoff, act: str, by: str, **what: Any
) -> None:
    await session.flush()
    await record(
        session, backend, actor=f"office:{by}", level=0, channel="office", act=act, account_id=handoff.account_id,
        after={"handover": handoff.id, "conversation": handoff.conversation_id, **what},
    )  # fmt: skip
