"""What became of a conversation, on each database: also while a yes is just being taken."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from backend.app import Backend
from backend.language import ENGLISH, SPANISH, use_language
from backend.outbox.models import OutboxMessage
from backend.outcomes import formatting
from backend.outcomes import service as outcomes
from backend.outcomes.service import ConversationOutcome
from backend.payments import confirm
from backend.payments.models import Payment, PaymentMethod
from backend.payments.outcome import PaymentOutcome
from backend.payments.quotes import make_quote
from tests.backend.household import NOW, TODAY, Household
from tests.backend.network import DirectNetwork


async def quote(backend: Backend, home: Household, days: int = 0) -> str:
    made = await make_quote(
        backend,
        home.conversation_id,
        account_id=home.account_id,
        amount_cents=4000,
        method_id=home.card_id,
        pay_on=TODAY + timedelta(days=days),
        level=2,
    )
    return made.key


async def confirm_payment(backend: Backend, home: Household, key: str) -> PaymentOutcome:
    return await confirm.confirm_quote(
        backend, key, conversation_id=home.conversation_id, channel="sms", wording="Pay $40?", reply="yes"
    )


async def closed(backend: Backend, home: Household) -> ConversationOutcome:
    async with backend.db.transaction() as session:
        return await outcomes.close_outcome(session, home.conversation_id, NOW, NOW)


async def texts(backend: Backend) -> list[str]:
    async with backend.db.read_session() as session:
        return list(await session.scalars(select(OutboxMessage.body).where(OutboxMessage.kind == "sms")))


async def test_no_act_has_no_outcome(backend: Backend, home: Household, network: DirectNetwork) -> None:
    key = await quote(backend, home)
    assert (await closed(backend, home)).is_empty
    assert (await confirm_payment(backend, home, key)).kind == "expired"
    assert (await closed(backend, home)).is_empty
    assert network.taken_cents() == 0


async def test_money_is_described_with_its_number_in_both_languages(backend: Backend, home: Household) -> None:
    paid = await confirm_payment(backend, home, await quote(backend, home))
    planned = await confirm_payment(backend, home, await quote(backend, home, days=5))
    became = await closed(backend, home)
    assert (became.is_empty, became.has_effect, became.payments[0].status) == (False, True, "posted")
    for language, made in ((ENGLISH, "is made"), (SPANISH, "está hecho")):
        with use_language(language):
            first, second = formatting.format_outcome(backend, became)
        assert made in first
        assert str(paid.confirmation) in first
        assert str(planned.confirmation) in second


@pytest.mark.parametrize(("token", "status"), [("tok_visa_4242", "posted"), ("tok_visa_declined", "declined")])
async def test_promised_message_is_sent(
    backend: Backend, home: Household, network: DirectNetwork, token: str, status: str
) -> None:
    """The answer comes after the talk was told that it is not known yet: nobody hears it, so a text says it."""
    async with backend.db.transaction() as session:
        (await session.get_one(PaymentMethod, home.card_id)).token = token
    real, seen = network.authorize, list[ConversationOutcome]()

    async def slow(**order: object) -> object:
        seen.append(await closed(backend, home))
        return await real(**order)  # type: ignore[arg-type]

    network.authorize = slow  # type: ignore[assignment, method-assign]
    await confirm_payment(backend, home, await quote(backend, home))
    assert seen[0].payments[0].status == "started"
    async with backend.db.read_session() as session:
        payment = (await session.scalars(select(Payment))).one()
    assert payment.status == status
    assert any(payment.confirmation in text for text in await texts(backend))


async def test_refused_payment_counts_as_nothing_done_but_is_reported(backend: Backend, home: Household) -> None:
    async with backend.db.transaction() as session:
        (await session.get_one(PaymentMethod, home.card_id)).token = "tok_visa_declined"
    await confirm_payment(backend, home, await quote(backend, home))
    became = await closed(backend, home)
    assert (became.is_empty, became.has_effect) == (False, False)


async def test_outcome_of_another_conversation_is_not_reported(backend: Backend, home: Household) -> None:
    await confirm_payment(backend, home, await quote(backend, home))
    async with backend.db.read_session() as session:
        assert (await outcomes.outcome_since(session, "web-other", NOW)).is_empty
        assert (await outcomes.outcome_since(session, home.conversation_id, NOW + timedelta(seconds=1))).is_empty
