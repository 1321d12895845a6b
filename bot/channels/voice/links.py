"""Texts the links of a call's replies: nobody can write down a web address from hearing it."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.app import Backend
from backend.billing.models import Account
from backend.conversations.models import Conversation
from backend.language import tr
from backend.members.models import Member
from backend.outbox.models import OutboxMessage
from backend.outbox.service import enqueue
from bot.dialogue.messages import Inbound, Reply
from bot.dialogue.turn import ReplyDeliverer

UNSENT_STATUSES = ("refused", "failed", "undelivered")


def create_deliverer(backend: Backend) -> ReplyDeliverer:
    """Create the phone line's deliverer: the webhook renders the TwiML, so only the links are sent here."""

    async def deliver(session: AsyncSession, inbound: Inbound, reply: Reply, *, is_late: bool) -> None:
        links = [message.link for message in reply.messages if message.link]
        phone = await _find_recipient(session, inbound) if links else None
        if phone is None:
            return
        await enqueue(
            session,
            backend,
            kind="sms",
            recipient=phone,
            body=tr(
                "{coop}: the page you asked for on the phone: {links}",
                coop=backend.coop.short_name,
                links=" ".join(links),
            ),
            purpose="link",
            dedupe_key=_dedupe_key(inbound.provider_id),
        )

    return deliver


async def find_texted_phone(session: AsyncSession, provider_id: str) -> str | None:
    """The phone that the links of this turn were texted to; None if they could not be."""
    query = select(OutboxMessage).where(OutboxMessage.dedupe_key == _dedupe_key(provider_id))
    message = await session.scalar(query)
    return message.recipient if message and message.status not in UNSENT_STATUSES else None


async def _find_recipient(session: AsyncSession, inbound: Inbound) -> str | None:
    """The phone on file of an identified member; else the caller's phone.

    A caller ID can be forged, so what belongs to an account goes to the phone on the account.
    """
    conversation = await session.get(Conversation, inbound.conversation)
    if conversation is None or conversation.account_id is None:
        return inbound.address
    query = select(Member.phone).join(Account, Account.member_id == Member.id)
    return await session.scalar(query.where(Account.id == conversation.account_id))


def _dedupe_key(provider_id: str) -> str:
    return f"voice-link:{provider_id}"
