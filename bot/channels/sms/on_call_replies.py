"""Texts of the people on call about urgent tickets. What is about their own bill or house is a member's text."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from backend.app import Backend
from backend.callout import replies
from backend.reading.texts.on_call_replies import parse_reply_leniently
from bot.dialogue import normalize
from bot.dialogue.messages import Inbound


def is_from_on_call_phone(backend: Backend, inbound: Inbound) -> bool:
    """Whether it comes from a phone on call. It asks no database."""
    return replies.find_on_call(backend, inbound.address) is not None


def is_on_call_reply(inbound: Inbound) -> bool:
    """Whether it reads as `I have it`, `I can't`, `done`, or tells how it goes: `wrong address`, `nobody home`."""
    said = parse_reply_leniently(inbound.text)
    return said is not None and not said.is_weak


async def handle_on_call_text(session: AsyncSession, backend: Backend, inbound: Inbound) -> str | None:
    """Do what it says, and the words of the answer; None when it is about something else."""
    person = replies.find_on_call(backend, inbound.address)
    if person is None:
        return None
    return await replies.handle_reply(
        session, backend, person, inbound.conversation, inbound.text, keep=normalize.clean_and_redact
    )
