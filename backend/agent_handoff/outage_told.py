"""An outage that a member tells while a person of the office has the talk: marked for the office, filed after a yes.

The words are for that person, who may not read them for long; the crew cannot wait for it. Functions flush; the caller
commits, and has locked the handoff's row.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.agent_handoff import unseen
from backend.agent_handoff.models import AgentHandoff, OfficeMessage
from backend.agent_handoff.transcript import member_words
from backend.billing.models import Account
from backend.conversations.models import Conversation, InboundMessage
from backend.language import tr
from backend.members import identity
from backend.members.levels import Level
from backend.members.service import list_accounts_at_phone
from backend.reading.hazards.life_support import depends_on_power
from backend.reading.service.outages import says_only_here
from backend.tickets import service as tickets
from backend.tickets.deduplication import OPEN_STATUSES
from backend.tickets.kinds import OUTAGE
from backend.tickets.models import Ticket

if TYPE_CHECKING:
    from backend.app import Backend

TOLD = "outage"
"""Key of a handoff's summary: `message` (id of the member's message), `at` (ISO, UTC), `account` (id of the account
that can be reported, or None), `ticket` (its number, once the outage is reported) and `of_others` (that ticket is not
the member's, and its number is not theirs to know)."""
OFFER_LASTS = timedelta(hours=12)
"""For so long the offer to report stands, and the member is told nothing more of it; later it is another outage."""


@dataclass(frozen=True)
class PlaceToReport:
    """The account that an outage can be reported for. `shown` may be read to the member: the address only where they
    have shown who they are, or where it goes to the phone on file."""

    account: Account
    shown: str


async def find_place(session: AsyncSession, backend: Backend, conversation_id: str) -> PlaceToReport | None:
    """The identified member's account, or the only one of the phone that texts; None where none is known."""
    requester = await identity.load_identity(session, backend, conversation_id)
    if requester.account is not None:
        address = requester.account.service_address
        is_shown = requester.level >= Level.STEPPED_UP or requester.is_texting
        number = tr("account {number}", number=requester.account.number)
        return PlaceToReport(requester.account, address if address and is_shown else number)
    conversation = await session.get_one(Conversation, conversation_id)
    if not (conversation.address and conversation.replies_reach_sender):
        return None
    accounts = await list_accounts_at_phone(session, conversation.address)
    if len(accounts) != 1 or not accounts[0].service_address:
        return None
    return PlaceToReport(accounts[0], accounts[0].service_address)


def can_be_reported(handoff: AgentHandoff, now: datetime) -> bool:
    """Whether the member was offered to report it, and a yes counts. `now` is UTC."""
    told = handoff.summary.get(TOLD) or {}
    return told.get("account") is not None and now - datetime.fromisoformat(told["at"]) < OFFER_LASTS


async def has_been_answered(session: AsyncSession, handoff: AgentHandoff, message: InboundMessage) -> bool:
    """Whether an earlier message told the same outage: within OFFER_LASTS, and its report, if any, is still open."""
    told = handoff.summary.get(TOLD)
    if not told or told["message"] == message.id:
        return False
    if message.received_at - datetime.fromisoformat(told["at"]) >= OFFER_LASTS:
        return False
    if not told.get("ticket"):
        return True
    ticket = await tickets.find(session, told["ticket"])
    return ticket is not None and ticket.status in OPEN_STATUSES


async def is_first_answer(session: AsyncSession, handoff: AgentHandoff, message: InboundMessage) -> bool:
    """Whether the member's message is the next after the one that told the outage, and nobody of the office has written
    between them."""
    told = handoff.summary[TOLD]
    talk = handoff.conversation_id
    between = select(InboundMessage.id).where(
        InboundMessage.conversation_id == talk, InboundMessage.id > told["message"], InboundMessage.id < message.id
    )
    written = select(OfficeMessage.id).where(
        OfficeMessage.conversation_id == talk, OfficeMessage.at >= datetime.fromisoformat(told["at"])
    )
    found = [await session.scalar(query.limit(1)) for query in (between, written)]
    return message.id > told["message"] and found == [None, None]


async def note_told(
    session: AsyncSession,
    backend: Backend,
    handoff: AgentHandoff,
    message: InboundMessage,
    place: PlaceToReport | None,
) -> Ticket | None:
    """Mark the talk. Returns the member's own open report of an outage, where there is one already."""
    requester = await identity.load_identity(session, backend, handoff.conversation_id)
    account_id = requester.account.id if requester.account else None
    own = [Ticket.conversation_id == handoff.conversation_id]
    own += [Ticket.account_id == account_id] if account_id is not None else []
    query = select(Ticket).where(Ticket.kind == OUTAGE, Ticket.status.in_(OPEN_STATUSES), or_(*own))
    reported = await session.scalar(query.order_by(Ticket.id.desc()).limit(1))
    told = {
        "message": message.id,
        "at": message.received_at.isoformat(),
        "account": place.account.id if place else None,
    }
    unseen.change_summary(handoff, **{TOLD: told | ({"ticket": reported.number} if reported else {})})
    return reported


async def report(
    session: AsyncSession, backend: Backend, handoff: AgentHandoff, place: PlaceToReport
) -> tickets.FiledTicket:
    """File what was told, in the member's words, for the place that they were told; audited like every report."""
    told = handoff.summary[TOLD]
    message = await session.get_one(InboundMessage, told["message"])
    words, account = member_words(message), place.account
    requester = await identity.load_identity(session, backend, handoff.conversation_id)
    known = None
    if not says_only_here(words):
        known = await backend.outages.find_outage(session, account.service_address or None, account.id)
    filed = await tickets.file_report(
        session,
        backend,
        handoff.conversation_id,
        tickets.Report(
            kind=OUTAGE,
            details={"words": words, **({"name": requester.member.name} if requester.member else {})},
            account_id=account.id,
            place=account.service_address or None,
            urgent=depends_on_power(words),
            outage_id=known.outage_id if known else None,
        ),
    )
    of_others = {} if filed.is_own else {"of_others": True}
    unseen.change_summary(handoff, **{TOLD: {**told, "ticket": filed.ticket.number, **of_others}})
    return filed


async def load_words(session: AsyncSession, conversation_id: str) -> str:
    """How the member told of the outage in the talk's newest handoff, with secrets masked; empty without one."""
    query = select(AgentHandoff).where(AgentHandoff.conversation_id == conversation_id)
    handoff = await session.scalar(query.order_by(AgentHandoff.id.desc()).limit(1))
    told = handoff.summary.get(TOLD) if handoff is not None else None
    message = await session.get(InboundMessage, told["message"]) if told else None
    return member_words(message) if message is not None else ""


async def load_reports(session: AsyncSession, handoffs: Sequence[AgentHandoff]) -> dict[int, str]:
    """By the id of each handoff in which an outage was told, the number of its open report; empty where there is none.
    One whose report is closed is not in it."""
    told = {each.id: each.summary[TOLD] for each in handoffs if each.summary.get(TOLD)}
    if not told:
        return {}
    accounts = {one["account"] for one in told.values() if one["account"] is not None}
    talks = [each.conversation_id for each in handoffs if each.id in told]
    first = min(datetime.fromisoformat(one["at"]) for one in told.values())
    query = select(Ticket).where(
        Ticket.kind == OUTAGE,
        or_(Ticket.status.in_(OPEN_STATUSES), Ticket.created_at >= first),
        or_(Ticket.account_id.in_(accounts), Ticket.conversation_id.in_(talks)),
    )
    found = list(await session.scalars(query.order_by(Ticket.id.desc())))
    numbers: dict[int, str] = {}
    for each in handoffs:
        if each.id in told and (number := _find_report(each, told[each.id], found)) is not None:
            numbers[each.id] = number
    return numbers


def _find_report(handoff: AgentHandoff, told: Mapping[str, Any], found: Sequence[Ticket]) -> str | None:
    """The number of the open report; empty without any, None where the outage was reported, and that is closed."""
    talk, account, at = handoff.conversation_id, told["account"], datetime.fromisoformat(told["at"])
    own = [one for one in found if one.conversation_id == talk or (account is not None and one.account_id == account)]
    if opened := next((one for one in own if one.status in OPEN_STATUSES), None):
        return opened.number
    return None if told.get("ticket") or any(one.created_at >= at for one in own) else ""
