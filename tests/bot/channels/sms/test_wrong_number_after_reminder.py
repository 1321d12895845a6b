"""`Wrong number` to a reminder, over real HTTP, while a list of choices stands open."""

from __future__ import annotations

from sqlalchemy import update

from backend.conversations.models import Conversation
from backend.outbox import service as outbox
from tests.backend.household import make_household
from tests.bot.channels.sms.test_reply_to_pay import remind
from tests.bot.edge import MEMBER, Edge, twiml_texts


async def test_it_is_the_phones_number_that_is_wrong(app_server: Edge) -> None:
    backend = app_server.services.backend
    await remind(app_server, await make_household(backend))
    await app_server.text("hello")
    async with backend.db.transaction() as session:
        await session.execute(update(Conversation).values(offered=[{"title": "More", "payload": "/more"}]))
    [answer] = twiml_texts(await app_server.text("wrong number"))
    assert "Sorry for the mix-up" in answer
    async with backend.db.read_session() as session:
        assert await outbox.is_opted_out(session, MEMBER)
