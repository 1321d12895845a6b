"""Whether a conversation may see or close a ticket: its reporter, or a member who has proven the account."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy.ext.asyncio import AsyncSession

from backend.conversations.models import Conversation
from backend.members import identity
from backend.members.levels import Level
from backend.members.service import list_accounts_at_phone
from backend.tickets.models import Ticket

if TYPE_CHECKING:
    from backend.app import Backend


async def is_own_ticket(session: AsyncSession, backend: Backend, ticket: Ticket, conversation_id: str) -> bool:
    """Whether this conversation may get the ticket's number and change it.

    Anybody can give an address, and a text's sender can be forged, so neither is enough.
    """
    if ticket.conversation_id == conversation_id:
        return True
    if ticket.account_id is None:
        return False
    requester = await identity.load_identity(session, backend, conversation_id)
    if requester.account is not None and requester.account.id == ticket.account_id and requester.level >= Level.KNOWN:
        return True
    conversation = await session.get(Conversation, conversation_id)
    if conversation is None or not conversation.is_attested or not conversation.address:
        return False
    return any(one.id == ticket.account_id for one in await list_accounts_at_phone(session, conversation.address))


async def may_ask_by_number(session: AsyncSession, backend: Backend, ticket: Ticket, conversation_id: str) -> bool:
    """Whether this conversation, which named the ticket's number, is told what became of it: also one that is answered
    on the phone that the ticket has, since the number was told to nobody else there."""
    if await is_own_ticket(session, backend, ticket, conversation_id):
        return True
    conversation = await session.get(Conversation, conversation_id)
    if conversation is None or not conversation.replies_reach_sender:
        return False
    return bool(conversation.address) and conversation.address == ticket.phone


async def can_close(session: AsyncSession, backend: Backend, ticket: Ticket, conversation_id: str) -> bool:
    """Whether this conversation may close it. Member number and last four are not enough: others know them too."""
    if ticket.conversation_id == conversation_id:
        return True
    requester = await identity.load_identity(session, backend, conversation_id)
    own = requester.account is not None and requester.account.id == ticket.account_id
    if own and requester.level >= Level.STEPPED_UP:
        return True
    conversation = await session.get(Conversation, conversation_id)
    attested = conversation is not None and conversation.is_attested
    return bool(attested) and await is_own_ticket(session, backend, ticket, conversation_id)
