"""Texts of the people on call about urgent tickets. Everything else they write is a member's text."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from backend.app import Backend
from backend.callout import replies
from backend.reading.on_call import read
from bot.messages import Inbound


def may_be_about_it(backend: Backend, inbound: Inbound) -> bool:
    """Whether it comes from a phone on call and reads as `I have it`, `I can't` or `done`. It asks no database."""
    return replies.on_call(backend, inbound.address) is not None and read(inbound.text) is not None


async def heard(session: AsyncSession, backend: Backend, inbound: Inbound) -> str | None:
    """Do what it says, and the words of the answer; None when it is about something else."""
    person = replies.on_call(backend, inbound.address)
    if person is None:
        return None
    return await replies.heard(session, backend, person, inbound.conversation, inbound.text)
