"""A web talk that was told `on its way` learns the outcome of the payment without asking."""

from __future__ import annotations

import pytest
from sqlalchemy import select, update

from backend.app import Backend
from backend.clock import ManualClock
from backend.conversations.models import Conversation, PushEvent
from backend.payments.models import Payment
from backend.payments.processing import recover
from tests.backend.household import make_household
from tests.backend.payments.paying import quote_for, say_yes


async def events(backend: Backend) -> list[dict[str, object]]:
    async with backend.db.read_session() as session:
        return [event.data["messages"][0] for event in await session.scalars(select(PushEvent).order_by(PushEvent.id))]


@pytest.mark.parametrize(("channel", "count"), [("web", 1), ("sms", 0)])
async def test_a_payment_that_was_on_its_way_becomes_paid(
    backend: Backend, clock: ManualClock, channel: str, count: int
) -> None:
    home = await make_household(backend, number="61111", card_token="tok_visa_timeout_lost")
    assert (await say_yes(backend, await quote_for(backend, home))).kind == "pending"
    async with backend.db.transaction() as session:
        await session.execute(update(Conversation).values(channel=channel, language="es"))
        await session.execute(update(Payment).values(channel=channel))
    clock.advance(seconds=40)
    await recover(backend)
    await recover(backend)
    told = await events(backend)
    assert len(told) == count
    async with backend.db.read_session() as session:
        payment = (await session.scalars(select(Payment))).one()
    for message in told:
        card = message["card"]
        assert isinstance(card, dict)
        assert (card["kind"], card["id"], message["lang"]) == ("paid", payment.confirmation, "es")
        assert payment.confirmation in str(message["text"])
