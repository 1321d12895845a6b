"""What a network reports besides returns: the office has a ticket, a card its new date, and a lost dispute is a return.

The payments go to Stripe's provider, over the stand-in of its API.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from datetime import date

import pytest
from sqlalchemy import select, update

from backend.app import Backend
from backend.audit import service as audit
from backend.audit.models import AuditRow
from backend.billing import ledger
from backend.payments import network_notices
from backend.payments.models import Payment, PaymentMethod
from backend.payments.network_notices import collect_news
from backend.providers.payments.base import NetworkNotice, ProviderTimeout
from backend.providers.payments.stripe.provider import StripeProvider
from backend.tickets.models import Ticket
from tests.backend.household import DUE_CENTS, Household, make_household
from tests.backend.payments.paying import due, outbox, payments, quote_for, say_yes
from tests.support import stripe_doubles
from tests.support.stripe_doubles import KEY, WEBHOOK_SECRET, StandIn, sign

NEW_CARD = {"last4": "1111", "exp_month": 3, "exp_year": 2039}


@pytest.fixture(scope="module")
def standin() -> Iterator[StandIn]:
    with stripe_doubles.run_standin() as standin:
        yield standin


@pytest.fixture
async def backend(backend: Backend, standin: StandIn) -> AsyncIterator[Backend]:
    provider = StripeProvider(KEY, api_url=standin.url, webhook_secret=WEBHOOK_SECRET, poll_seconds=0)
    provider.use_database(backend.db)
    backend.payments = provider
    yield backend
    await provider.close()


@pytest.fixture
async def home(backend: Backend) -> Household:
    return await make_household(
        backend, card_token="card::pm_card_visa", bank_token="bank::pm_usBankAccount_insufficientFunds"
    )


async def pay(backend: Backend, home: Household, *, bank: bool = False) -> Payment:
    outcome = await say_yes(backend, await quote_for(backend, home, method_id=home.bank_id if bank else home.card_id))
    assert outcome.kind == "paid"
    return (await payments(backend))[-1]


async def tickets(backend: Backend) -> list[Ticket]:
    async with backend.db.read_session() as session:
        return list(await session.scalars(select(Ticket).order_by(Ticket.id)))


async def check_books(backend: Backend) -> list[str]:
    """The books are in balance, the audit chain is whole; its acts."""
    async with backend.db.read_session() as session:
        assert await ledger.find_imbalances(session) == []
        assert await audit.verify(session) is None
        return list(await session.scalars(select(AuditRow.act)))


async def test_opened_dispute_is_a_ticket_and_moves_no_money(
    backend: Backend, home: Household, standin: StandIn
) -> None:
    payment = await pay(backend, home)
    standin.control("dispute", intent=payment.provider_ref, reason="fraudulent", status="needs_response")
    for _ in range(2):
        await collect_news(backend)
    [ticket] = await tickets(backend)
    assert (ticket.kind, ticket.account_id, ticket.status) == ("dispute", home.account_id, "open")
    assert (ticket.details["payment"], ticket.details["amount"]) == (payment.confirmation, "$112.40")
    assert ticket.details["reason given"] == "fraudulent"
    assert date.fromisoformat(ticket.details["evidence by"]) > date(2026, 1, 1)
    assert await due(backend, home.account_id) == 0
    assert [message.purpose for message in await outbox(backend)].count("notice") == 0  # it is the office's matter
    assert "ticket_dispute" in await check_books(backend)


async def test_lost_dispute_is_a_return(backend: Backend, home: Household, standin: StandIn) -> None:
    payment = await pay(backend, home)
    for status in ("needs_response", "lost"):
        event = standin.control("dispute", intent=payment.provider_ref, reason="fraudulent", status=status)
        assert await backend.payments.receive_webhook(*sign(event))
    for _ in range(2):
        await collect_news(backend)
    [payment] = await payments(backend)
    assert (payment.status, payment.decline_code) == ("returned", "dispute")
    assert await due(backend, home.account_id) == DUE_CENTS
    notices = [message.body for message in await outbox(backend) if message.purpose == "notice"]
    assert len(notices) == 2
    assert all("the charge was disputed" in body for body in notices)
    assert (await check_books(backend)).count("payment_returned") == 1


async def test_won_dispute_is_a_note_on_its_ticket(backend: Backend, home: Household, standin: StandIn) -> None:
    payment = await pay(backend, home)
    for status in ("needs_response", "won"):
        standin.control("dispute", intent=payment.provider_ref, reason="fraudulent", status=status)
        await collect_news(backend)
    [ticket] = await tickets(backend)
    assert "decided for us" in ticket.notes[-1]["words"]
    assert (await payments(backend))[0].status == "posted"


async def test_reports_in_the_wrong_order_open_no_ticket(backend: Backend, home: Household, standin: StandIn) -> None:
    payment = await pay(backend, home)
    for status in ("lost", "needs_response"):
        event = standin.control("dispute", intent=payment.provider_ref, reason="fraudulent", status=status)
        await backend.payments.receive_webhook(*sign(event))
        await collect_news(backend)
    assert await tickets(backend) == []
    assert (await payments(backend))[0].status == "returned"


async def test_refund_made_in_the_dashboard_is_a_ticket(backend: Backend, home: Household, standin: StandIn) -> None:
    payment = await pay(backend, home)
    standin.control("refund", intent=payment.provider_ref, amount=5000)
    for _ in range(2):
        await collect_news(backend)
    [ticket] = await tickets(backend)
    assert (ticket.kind, ticket.details["amount"]) == ("other", "$50.00")


async def test_late_return_of_a_debit_reaches_the_ledger(backend: Backend, home: Household, standin: StandIn) -> None:
    await pay(backend, home, bank=True)
    assert await due(backend, home.account_id) == 0
    await collect_news(backend)
    assert [payment.status for payment in await payments(backend)] == ["posted"]
    standin.control("days", days=5)
    await collect_news(backend)
    assert [(payment.status, payment.decline_code) for payment in await payments(backend)] == [("returned", "R01")]
    assert await due(backend, home.account_id) == DUE_CENTS


async def save_card(backend: Backend, home: Household, standin: StandIn) -> str:
    """Put a card that Stripe keeps for a customer on file; its token."""
    entry = await backend.payments.open_entry(
        reference="99999-001", amount_cents=0, description="Auto Pay", return_url="https://coop.example/back"
    )
    standin.control("finish", id=entry.entry_id, like="pm_card_visa")
    token = (await backend.payments.entry_result(entry.entry_id)).token
    assert token
    async with backend.db.transaction() as session:
        await session.execute(update(PaymentMethod).where(PaymentMethod.id == home.card_id).values(token=token))
    return token


async def test_new_date_of_a_card_is_taken_over(backend: Backend, home: Household, standin: StandIn) -> None:
    token = await save_card(backend, home, standin)
    standin.control("method", id=token.split(":")[2], card=NEW_CARD)
    for _ in range(2):
        await collect_news(backend)
    async with backend.db.read_session() as session:
        card = await session.get_one(PaymentMethod, home.card_id)
        rows = list(await session.scalars(select(AuditRow).where(AuditRow.act == "method_updated")))
    assert (card.last4, card.exp_month, card.exp_year) == ("1111", 3, 2039)
    [row] = rows
    assert row.before == {"method_id": home.card_id, "last4": "4242", "exp_month": 12, "exp_year": 2029}
    assert row.after == {"method_id": home.card_id, **NEW_CARD}
    await check_books(backend)


async def test_processes_side_by_side_act_once(backend: Backend, home: Household, standin: StandIn) -> None:
    payment = await pay(backend, home)
    standin.control("refund", intent=payment.provider_ref, amount=5000)
    await backend.payments.notices_since(0)
    await asyncio.gather(*(network_notices.collect_notices(backend) for _ in range(4)), return_exceptions=True)
    await collect_news(backend)
    [ticket] = await tickets(backend)
    assert ticket.notes == []


async def test_crash_in_between_acts_once(
    backend: Backend, home: Household, standin: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    payment = await pay(backend, home)
    standin.control("dispute", intent=payment.provider_ref, reason="fraudulent", status="needs_response")
    tell_office = network_notices._tell_office

    async def crash(*given: object) -> None:
        await tell_office(*given)  # type: ignore[arg-type]
        raise ConnectionError("killed before the commit")

    with monkeypatch.context() as broken:
        broken.setattr(network_notices, "_tell_office", crash)
        with pytest.raises(ConnectionError):
            await collect_news(backend)
    assert await tickets(backend) == []
    await collect_news(backend)
    assert len(await tickets(backend)) == 1


async def test_notice_of_an_unknown_payment_holds_up_no_other(
    backend: Backend, home: Household, monkeypatch: pytest.MonkeyPatch
) -> None:
    payment = await pay(backend, home)
    told = [
        NetworkNotice(1, "refunded_elsewhere", date(2026, 11, 18), key="not-ours", amount_cents=1),
        NetworkNotice(2, "refunded_elsewhere", date(2026, 11, 18), key=payment.key, amount_cents=1),
    ]

    async def notices_since(cursor: int) -> list[NetworkNotice]:
        return [notice for notice in told if notice.seq > cursor]

    monkeypatch.setattr(backend.payments, "notices_since", notices_since)
    assert [await network_notices.collect_notices(backend) for _ in range(2)] == [2, 0]
    assert len(await tickets(backend)) == 1


async def test_network_that_is_away_loses_nothing(backend: Backend, home: Household, standin: StandIn) -> None:
    payment = await pay(backend, home)
    standin.control("dispute", intent=payment.provider_ref, reason="fraudulent", status="needs_response")
    standin.control("fail", at="/v1/events", method="GET", when="before", how="answer", status=500)
    with pytest.raises(ProviderTimeout):
        await collect_news(backend)
    await collect_news(backend)
    assert len(await tickets(backend)) == 1


async def test_what_a_webhook_brought_is_booked_while_the_network_is_away(
    backend: Backend, home: Household, standin: StandIn
) -> None:
    payment = await pay(backend, home)
    event = standin.control("dispute", intent=payment.provider_ref, reason="fraudulent", status="lost")
    await backend.payments.receive_webhook(*sign(event))
    for _ in range(2):
        standin.control("fail", at="/v1/events", method="GET", when="before", how="answer", status=500)
    with pytest.raises(ProviderTimeout):
        await collect_news(backend)
    assert [each.status for each in await payments(backend)] == ["returned"]
