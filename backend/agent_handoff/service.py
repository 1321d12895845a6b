"""The queue for a person at the office: requests, answers, closing. Functions flush; the caller commits."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Literal

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from backend.agent_handoff import transcript, unseen
from backend.agent_handoff.models import AgentHandoff, OfficeMessage
from backend.audit.service import record
from backend.conversations import service as conversations
from backend.conversations.models import Conversation, InboundMessage
from backend.language import ENGLISH, SPANISH, current_language, tr, use_language
from backend.members import identity
from backend.outbox.service import can_receive_texts, enqueue
from backend.staff.people import keep_owner

if TYPE_CHECKING:
    from backend.app import Backend

LIVE_AGENT = "person"
"""What a conversation `expects` while a person answers it: the assistant then stays quiet."""
OPEN_STATUSES = ("waiting", "answered")
SUMMARY_LINES = 10
ABANDONED_AFTER, ABANDONED_AFTER_WHEN_CLOSED = timedelta(hours=12), timedelta(hours=1)
"""After the office's last message, while it is open or closed, a handoff counts as abandoned."""
REOPENS_WITHIN = timedelta(minutes=30)
"""For so long after the office closed a talk, what the member writes goes back to who had it."""
ANSWER_KEY = "office:"
"""Of the outbox's key of an answer; the id of the OfficeMessage follows."""
Notice = Literal["open", "closed"]
LANGUAGES = {ENGLISH: "English", SPANISH: "Spanish"}


async def request_handoff(
    session: AsyncSession, backend: Backend, conversation_id: str, *, tried: str, put_through: bool = False
) -> AgentHandoff:
    """Put a conversation in the queue; one that waits there keeps its place, one that was answered waits again.

    `put_through`: the channel transfers the call itself, and the office only gets the summary.
    """
    waiting = await find_open_handoff(session, conversation_id)
    if waiting is not None:
        await session.refresh(waiting, with_for_update=True)
        waiting.snoozed_until = None
        if waiting.status == "answered":
            unseen.change_summary(waiting, told={**waiting.summary.get("told", {}), "open": 0})  # asking tells it
            await _wait_again(session, backend, waiting, backend.clock.now())
        return waiting
    requester = await identity.load_identity(session, backend, conversation_id)
    conversation = await session.get_one(Conversation, conversation_id)
    lines = await transcript.read_transcript(session, conversation_id, SUMMARY_LINES)
    handoff = AgentHandoff(
        conversation_id=conversation_id,
        account_id=requester.account.id if requester.account else None,
        status="transferred" if put_through else "waiting",
        summary={
            "who": requester.member.name if requester.member else "not identified",
            "account": requester.account.number if requester.account else "",
            "level": requester.level.name.lower().replace("_", " "),
            "channel": conversation.channel,
            "language": LANGUAGES[current_language()],
            "tried": tried,
            "last_lines": [f"{line.who}: {line.text}" for line in lines],
            "seen": await unseen.newest_seen(session, conversation_id),
        },
        created_at=backend.clock.now(),
    )
    session.add(handoff)
    await session.flush()
    await record(
        session,
        backend,
        actor=conversation_id,
        level=int(requester.level),
        channel=conversation.channel,
        act="handover",
        account_id=handoff.account_id,
        after={"handover": handoff.id, "status": handoff.status},
    )
    return handoff


async def find_open_handoff(session: AsyncSession, conversation_id: str) -> AgentHandoff | None:
    """The conversation's handoff that is waiting or answered."""
    query = select(AgentHandoff).where(
        AgentHandoff.conversation_id == conversation_id, AgentHandoff.status.in_(OPEN_STATUSES)
    )
    return await session.scalar(query.order_by(AgentHandoff.id.desc()).limit(1))


async def note_member_message(
    session: AsyncSession, backend: Backend, handoff: AgentHandoff, message: InboundMessage
) -> Notice | None:
    """The member wrote to the person: an answered handoff waits again.

    Returns what to tell the member, each once in a handoff: that the office will answer, or that it is closed. The
    same message gets the same notice. The request itself has told those who never had an answer.
    """
    await session.refresh(handoff, with_for_update=True)
    handoff.snoozed_until = None
    if handoff.status == "answered":
        # one that was answered by an earlier version has no `seen`
        unseen.change_summary(handoff, seen=handoff.summary.get("seen", message.id - 1))
        if message.id > handoff.summary["seen"]:
            await _wait_again(session, backend, handoff, message.received_at)
    if not handoff.waits_again:
        return None
    notice: Notice = "open" if backend.coop.is_open(backend.clock.now()) else "closed"
    told = dict(handoff.summary.get("told", {}))
    if told.setdefault(notice, message.id) != message.id:
        return None
    unseen.change_summary(handoff, told=told)
    return notice


async def _wait_again(session: AsyncSession, backend: Backend, handoff: AgentHandoff, since: datetime) -> None:
    handoff.status, handoff.snoozed_until = "waiting", None
    unseen.change_summary(handoff, waiting_since=since.isoformat())
    conversation = await session.get_one(Conversation, handoff.conversation_id)
    await _record(session, backend, conversation, "handover_waits_again", conversation.id, handoff)


async def send_answer(
    session: AsyncSession, backend: Backend, conversation_id: str, text: str, by: str, *, seen: int | None = None
) -> str | None:
    """Send the office's message to the web chat or by text. Returns `web`, `sms`, or None when neither is possible.

    A phone that takes no texts from us, such as after STOP, is no way: nothing is kept then. `by` is a staff sign-in
    name. `seen` is the newest inbound message that they had before them: a member who wrote
    after it still waits. On the web the caller notifies the page's stream after the commit.
    """
    conversation = await session.get(Conversation, conversation_id)
    if conversation is None or not await can_be_answered(session, conversation):
        return None
    joins = await find_last_author(session, await find_open_handoff(session, conversation_id)) != by
    written = OfficeMessage(conversation_id=conversation_id, author=by, text=text, at=backend.clock.now())
    session.add(written)
    await session.flush()
    way = await send_to_member(
        session, backend, conversation, text, f"{ANSWER_KEY}{written.id}", author=agent_display_name(by), joins=joins
    )
    # replies go to the person, even where the office wrote first
    handoff = await find_open_handoff(session, conversation_id)
    if handoff is None:
        handoff = await request_handoff(session, backend, conversation_id, tried="the office wrote first")
    await session.refresh(handoff, with_for_update=True)
    handoff.created_at = min(handoff.created_at, written.at)  # where the office wrote first, this is its first message
    await _mark_answered(session, handoff, seen)
    handoff.owner, handoff.snoozed_until = handoff.owner or by, None
    await _set_expects(session, conversation_id, LIVE_AGENT)
    await _record(session, backend, conversation, "office_answered", f"office:{by}", handoff)
    return way


async def can_be_answered(session: AsyncSession, conversation: Conversation) -> bool:
    """Whether the office can write there: in the web chat, or to a phone that takes texts from us."""
    return conversation.channel == "web" or await can_receive_texts(session, conversation.address or "")


async def _mark_answered(session: AsyncSession, handoff: AgentHandoff, seen: int | None) -> None:
    if seen is None:
        seen = await unseen.newest_seen(session, handoff.conversation_id)
    seen = max(seen, handoff.summary.get("seen", 0))  # a page that was left open shows less
    later = await unseen.first_unseen(session, handoff.conversation_id, seen)
    handoff.status = "answered" if later is None else "waiting"
    unseen.change_summary(
        handoff, seen=seen, waiting_since=later.received_at.isoformat() if later else None, undelivered=None
    )


async def is_abandoned(session: AsyncSession, backend: Backend, handoff: AgentHandoff) -> bool:
    """Whether the office no longer answers. A text conversation has no end, so the assistant must answer again."""
    now = backend.clock.now()
    is_open = backend.coop.is_open(now)
    if handoff.status == "waiting" and not handoff.waits_again:
        return not is_open
    query = select(func.max(OfficeMessage.at)).where(OfficeMessage.conversation_id == handoff.conversation_id)
    written = await session.scalar(query)
    if handoff.waits_again:
        written = max(written or handoff.waiting_since, handoff.waiting_since)
    return written is not None and now - written > (ABANDONED_AFTER if is_open else ABANDONED_AFTER_WHEN_CLOSED)


def agent_display_name(by: str) -> str:
    """The name shown to members: `Ann Berg` for `ann.berg`."""
    return " ".join(part[:1].upper() + part[1:] for part in re.split(r"[._\s-]+", by) if part)


async def send_to_member(
    session: AsyncSession,
    backend: Backend,
    conversation: Conversation,
    text: str,
    key: str,
    *,
    author: str = "",
    joins: bool = False,
    left: str = "",
    waits: bool = False,
) -> str | None:
    """Send to the member by web or text; returns which, or None. `author` is the person, who `joins` with the first
    message; empty for the assistant, which says who has `left`, and then asks the web page for a rating; `waits`: a
    person is still to come."""
    if conversation.channel == "web":
        message: dict[str, Any] = {"text": text, "buttons": [], "image": None, "alt": None, "link": None}
        # screen readers need the language; that of a person's message is not known
        message |= {"author": author} if author else {"lang": conversation.language}
        if author:
            message["from"] = {"kind": "person", "name": author, "joined": joins}
        elif left:
            message |= {"from": {"kind": "assistant", "left": left}, "rate": True}
        elif waits:
            message["waits"] = True
        await conversations.push(session, backend, conversation.id, {"reply_to": None, "messages": [message]})
        return "web"
    if not conversation.address:
        return None
    signed = f"{author} ({backend.coop.short_name}): {text}" if author else text
    await enqueue(
        session, backend, kind="sms", recipient=conversation.address, body=signed, purpose="reply", dedupe_key=key
    )
    return "sms"


@dataclass
class UnreadMessages(Exception):
    """The member has written what the office user who closes has not seen: `lines` are (time, words), with secrets
    masked; `newest` is the id of the last."""

    conversation_id: str
    who: str
    lines: list[tuple[datetime, str]]
    newest: int


async def close(
    session: AsyncSession, backend: Backend, handoff_id: int, by: str, *, seen: int | None = None, sure: bool = True
) -> AgentHandoff | None:
    """The office user `by` ends it: the assistant answers again, and the member is told. None when closed already.

    `seen` is the newest inbound message that they had before them; without it, what the handoff's summary has. Raises
    UnreadMessages where a later one came, and where they are not `sure` and the member waits for an answer. On the
    web the caller notifies the page's stream after the commit.
    """
    handoff = await session.get(AgentHandoff, handoff_id, with_for_update=True)
    if handoff is None or handoff.status == "closed":
        return None
    if handoff.status in OPEN_STATUSES:
        unread = await unseen.list_unseen(session, handoff, seen or 0)
        if not unread and not sure and handoff.status == "waiting" and handoff.waits_again:
            unread = await unseen.list_unseen(session, handoff, 0)  # shown on the page, and not answered
        elif not unread and not sure and handoff.status == "waiting":
            newest = await conversations.newest_inbound(session, handoff.conversation_id)
            unread = [newest] if newest else []
        if unread:
            lines = [(message.received_at, transcript.member_words(message)) for message in unread]
            raise UnreadMessages(handoff.conversation_id, handoff.summary["who"], lines, unread[-1].id)
    conversation = await session.get_one(Conversation, handoff.conversation_id)
    if conversation.expects == LIVE_AGENT:  # a member who went back to the assistant is not told
        author = await find_last_author(session, handoff)
        left = agent_display_name(author) if author else ""
        with use_language(conversation.language):
            words = _format_closing(left)
        # one that is opened again is closed again: the member is told each time
        rounds = handoff.summary.get("closings", 0)
        key = f"office-left:{handoff.id}" + (f":{rounds}" if rounds else "")
        await send_to_member(session, backend, conversation, words, key, left=left)
        unseen.change_summary(handoff, closings=rounds + 1, may_return=True)
    await _end(session, backend, handoff, f"office:{by}")
    return handoff


async def find_just_closed(session: AsyncSession, backend: Backend, conversation_id: str) -> AgentHandoff | None:
    """The handoff that the office closed within REOPENS_WITHIN, or opened again since, while the member was with a
    person, and after which nothing was left to the assistant."""
    query = select(AgentHandoff).where(AgentHandoff.conversation_id == conversation_id)
    handoff = await session.scalar(query.order_by(AgentHandoff.id.desc()).limit(1))
    if handoff is None or handoff.status not in ("closed", "waiting") or not handoff.summary.get("may_return"):
        return None
    closed = handoff.closed_at or backend.clock.now()  # the office has opened it again
    return handoff if backend.clock.now() - closed <= REOPENS_WITHIN else None


async def leave_to_assistant(session: AsyncSession, handoff: AgentHandoff) -> None:
    """The member began something with the assistant: later words are no longer for the person who left."""
    await session.refresh(handoff, with_for_update=True)
    unseen.change_summary(handoff, may_return=None)


async def reopen_by_member(
    session: AsyncSession, backend: Backend, handoff: AgentHandoff, message: InboundMessage
) -> None:
    """The member wrote more to the person who just closed it: it waits again, with who had it, or for
    anybody where that person has left the office."""
    await session.refresh(handoff, with_for_update=True)
    if handoff.status == "answered":
        return  # somebody has written meanwhile
    handoff.closed_at, handoff.owner = None, await keep_owner(session, handoff.owner)
    seen = max(handoff.summary.get("seen", 0), message.id - 1)
    unseen.change_summary(handoff, may_return=None, told=None, seen=seen)
    await _set_expects(session, handoff.conversation_id, LIVE_AGENT)
    await _wait_again(session, backend, handoff, message.received_at)


async def find_last_author(session: AsyncSession, handoff: AgentHandoff | None) -> str | None:
    """The staff name of who wrote last since the request."""
    if handoff is None:
        return None
    query = select(OfficeMessage.author).where(
        OfficeMessage.conversation_id == handoff.conversation_id, OfficeMessage.at >= handoff.created_at
    )
    return await session.scalar(query.order_by(OfficeMessage.id.desc()).limit(1))


def _format_closing(left: str) -> str:
    """`left` is the person who leaves, as members read it; empty where nobody had written."""
    if left:
        return tr(
            "{name} has left this talk. The automated assistant answers again; for a person, say so at any time.",
            name=left,
        )
    return tr(
        "Our office has closed your wish for a person here. The automated assistant answers again; if you still need "
        "a person, say so."
    )


async def return_to_assistant(
    session: AsyncSession, backend: Backend, conversation_id: str, *, keep_place: bool = False
) -> None:
    """The assistant answers again. `keep_place`: the request stays in the queue, such as when the office has closed."""
    handoff = await find_open_handoff(session, conversation_id)
    if handoff is not None and not keep_place:
        await _end(session, backend, handoff, conversation_id)
    else:
        await _set_expects(session, conversation_id, "")


async def _end(session: AsyncSession, backend: Backend, handoff: AgentHandoff, actor: str) -> None:
    handoff.status, handoff.closed_at, handoff.snoozed_until = "closed", backend.clock.now(), None
    conversation = await session.get_one(Conversation, handoff.conversation_id)
    if conversation.expects == LIVE_AGENT:
        await _set_expects(session, conversation.id, "")
    await _record(session, backend, conversation, "handover_closed", actor, handoff)


async def _set_expects(session: AsyncSession, conversation_id: str, expects: str) -> None:
    await session.execute(update(Conversation).where(Conversation.id == conversation_id).values(expects=expects))


async def _record(
    session: AsyncSession,
    backend: Backend,
    conversation: Conversation,
    act: str,
    actor: str,
    handoff: AgentHandoff,
) -> None:
    await session.flush()
    by_office = actor.startswith("office:")
    await record(
        session,
        backend,
        actor=actor,
        level=0 if by_office else int(conversation.level),
        channel="office" if by_office else conversation.channel,
        act=act,
        account_id=handoff.account_id,
        after={"handover": handoff.id, "conversation": conversation.id},
    )
