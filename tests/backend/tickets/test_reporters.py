"""Who is told what became of a ticket whose number they give."""

from __future__ import annotations

import pytest

from backend.app import Backend
from backend.conversations.models import Conversation
from backend.tickets import service as tickets
from backend.tickets.reporters import may_ask_by_number
from tests.backend.household import NOW

PHONE = "+18155550001"


@pytest.mark.parametrize(
    ("channel", "phone", "allowed"),
    [("sms", PHONE, True), ("sms", "+18155550002", False), ("voice", PHONE, False), ("web", None, False)],
)
async def test_the_phone_that_is_answered(backend: Backend, channel: str, phone: str | None, allowed: bool) -> None:
    """A text goes to the phone on the ticket; a caller may only pretend to call from there."""
    async with backend.db.transaction() as session:
        session.add(Conversation(id="web-1", channel="web", last_seen_at=NOW, started_at=NOW))
        session.add(Conversation(id="asks", channel=channel, address=phone, last_seen_at=NOW, started_at=NOW))
        await session.flush()
        made = await tickets.open_ticket(session, backend, "web-1", kind="other", details={}, phone=PHONE)
        assert await may_ask_by_number(session, backend, made, "web-1")
        assert await may_ask_by_number(session, backend, made, "asks") is allowed
