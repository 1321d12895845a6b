"""Texts of the people on call about urgent tickets. What is about their own bill or house is a member's text."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from backend.app import Backend
from backend.callout import replies
from backend.reading.on_call import read_generously
from bot.dialogue import normalize
from bot.dialogue.messages import Inbound


def may_be_about_it(backend: Backend, inbound: Inbound) -> bool:
    """Whether it comes from a phone on call. It asks no database."""
    return replies.on_call(backend, inbound.address) is not None


def speaks_of_it(inbound: Inbound) -> bool:
    """Whether it reads as `I have it`, `I can't`, `done`, or tells how it goes: `wrong address`, `nobody home`."""
    said = read_generously(inbound.text)
    return said is not None and not said.weak


async def heard(session: AsyncSession, backend: Backend, inbound: Inbound) -> str | None:
    """Do what it says, and the words of the answer; None when it is about something else."""
    person = replies.on_call(backend, inbound.address)
    if person is None:
        return None
    return await replies.heard(session, backend, person, inbound.conversation, inbound.text, keep=normalize.fit_to_keep)
