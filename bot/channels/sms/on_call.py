"""Texts of the people on call: they say who has an urgent ticket. Everything else they write is a member's text."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from backend.app import Backend
from backend.callout import replies
from backend.reading.on_call import cannot, has_it
from bot.messages import Inbound


def may_be_about_it(backend: Backend, inbound: Inbound) -> bool:
    """Whether it comes from a phone on call and reads as `I have it` or `I can't`. Cheap: it asks no database."""
    if replies.on_call(backend, inbound.address) is None:
        return False
    return has_it(inbound.text) is not None or cannot(inbound.text)


async def heard(session: AsyncSession, backend: Backend, inbound: Inbound) -> str | None:
    """Take it, and the words of the answer; None when it is about something else."""
    person = replies.on_call(backend, inbound.address)
    if person is None:
        return None
    return await replies.heard(session, backend, person, inbound.conversation, inbound.text)
