"""The payment network's own reports over HTTP: signed, once, booked at once, and nothing of them in a log."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from backend.payments.models import NetworkEvent, Payment
from bot.web import payment_webhook
from bot.web.payment_webhook import PATH
from bot.web.rates import rate_limit
from tests.backend.household import make_household
from tests.backend.payments.paying import payments, quote_for, say_yes
from tests.bot.conftest import running_edge
from tests.bot.edge import Edge, until
from tests.standins.engine import StandInEngine
from tests.standins.twilio import StandInTwilio
from tests.support import stripe_doubles
from tests.support.stripe_doubles import KEY, WEBHOOK_SECRET, StandIn, sign


@pytest.fixture(scope="module")
def standin() -> Iterator[StandIn]:
    with stripe_doubles.run_standin() as standin:
        yield standin


@pytest.fixture
async def edge(folder: Path, engine: StandInEngine, twilio: StandInTwilio, standin: StandIn) -> AsyncIterator[Edge]:
    settings = {
        "PAYMENT_PROVIDER": "stripe",
        "STRIPE_SECRET_KEY": KEY,
        "STRIPE_WEBHOOK_SECRET": WEBHOOK_SECRET,
        "STRIPE_API_URL": standin.url,
    }
    async with running_edge(folder, engine, twilio, **settings) as edge:
        yield edge


async def report(edge: Edge, event: dict[str, object], **changed: str) -> int:
    body, headers = sign(event)
    return (await edge.post(PATH, data=body, headers={**headers, **changed})).status


async def pay(edge: Edge) -> Payment:
    backend = edge.services.backend
    home = await make_household(
        backend, card_token="card::pm_card_visa", bank_token="bank::pm_usBankAccount_success", channel="web"
    )
    await say_yes(backend, await quote_for(backend, home))
    return (await payments(backend))[-1]


async def test_report_is_booked_at_once_and_once(
    edge: Edge, standin: StandIn, caplog: pytest.LogCaptureFixture
) -> None:
    backend, payment = edge.services.backend, await pay(edge)
    event = standin.control("dispute", intent=payment.provider_ref, reason="fraudulent", status="lost")
    with caplog.at_level(logging.DEBUG, logger="memberline"):
        assert [await report(edge, event) for _ in range(3)] == [200, 200, 200]

        async def is_returned() -> bool:
            return [each.status for each in await payments(backend)] == ["returned"]

        await until(is_returned)
    async with backend.db.read_session() as session:
        assert len(list(await session.scalars(select(NetworkEvent)))) == 1
    assert payment.provider_ref not in caplog.text
    assert "fraudulent" not in caplog.text


async def test_forged_reports_change_nothing(edge: Edge, standin: StandIn) -> None:
    payment = await pay(edge)
    event = standin.control("dispute", intent=payment.provider_ref, reason="fraudulent", status="lost")
    assert await report(edge, event, **{"stripe-signature": "t=1,v1=00"}) == 400
    assert (await edge.post(PATH, data=b"")).status == 400
    assert (await edge.post(PATH, data=b"x" * (65 * 1024), headers=sign(event)[1])).status == 413
    assert (await edge.get(PATH)).status == 405
    async with edge.services.backend.db.read_session() as session:
        assert await session.scalar(select(NetworkEvent)) is None


async def test_flood_is_told_to_wait(edge: Edge, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(payment_webhook, "ADDRESS_LIMIT", rate_limit("payment-webhook", 2, 60))
    answers = [await edge.post(PATH, data=b"{}") for _ in range(3)]
    assert [answer.status for answer in answers] == [400, 400, 429]
    assert int(answers[2].headers["retry-after"]) > 0


async def test_network_without_webhooks_has_no_such_address(app_server: Edge) -> None:
    assert (await app_server.post(PATH, data=b"{}")).status == 404


async def test_report_kept_before_a_restart_is_booked_after_it(
    folder: Path, engine: StandInEngine, twilio: StandInTwilio, standin: StandIn, edge: Edge
) -> None:
    payment = await pay(edge)
    event = standin.control("dispute", intent=payment.provider_ref, reason="fraudulent", status="lost")
    # the report was kept, and the process ended before it was booked: nobody was woken
    await edge.services.backend.payments.receive_webhook(*sign(event))
    settings = edge.services.settings
    environment = {
        "PAYMENT_PROVIDER": "stripe",
        "STRIPE_SECRET_KEY": KEY,
        "STRIPE_WEBHOOK_SECRET": WEBHOOK_SECRET,
        "STRIPE_API_URL": standin.url,
    }
    assert settings.payment_provider == "stripe"
    async with running_edge(folder, engine, twilio, **environment) as restarted:

        async def is_returned() -> bool:
            return [each.status for each in await payments(restarted.services.backend)] == ["returned"]

        await until(is_returned)
