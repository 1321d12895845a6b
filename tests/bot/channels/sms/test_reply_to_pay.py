"""PAY over real HTTP: which texts the engine gets, and what it is told in place of PAY."""

from __future__ import annotations

from sqlalchemy import func, select

from backend.alerts.models import AlertSent
from backend.outbox import service as outbox
from backend.payments.models import Payment
from backend.text_pay.models import TextPayAuthorization
from tests.backend.household import Household, make_household
from tests.backend.text_pay.texting import authorize
from tests.bot.edge import MEMBER, Edge, twiml_texts


async def remind(edge: Edge, home: Household) -> None:
    backend = edge.services.backend
    async with backend.db.transaction() as session:
        session.add(
            AlertSent(
                account_id=home.account_id, kind="bill_due", event="1", at=backend.clock.now(), texted_to=MEMBER,
                offers_payment=True,
            )
        )  # fmt: skip


async def count_payments(edge: Edge) -> int:
    async with edge.services.backend.db.read_session() as session:
        return await session.scalar(select(func.count()).select_from(Payment)) or 0


async def end_reason(edge: Edge) -> str:
    async with edge.services.backend.db.read_session() as session:
        return (await session.scalars(select(TextPayAuthorization))).one().end_reason


async def test_without_an_authorization_the_engine_gets_the_account_of_the_reminder(app_server: Edge) -> None:
    await remind(app_server, await make_household(app_server.services.backend))
    await app_server.text("PAY")
    await app_server.text("hello")
    assert [turn["text"] for turn in app_server.engine.turns] == ["pay my whole bill, account 99999-001", "hello"]


async def test_spanish_words_in_place_of_a_short_text_are_read_as_spanish(app_server: Edge) -> None:
    await remind(app_server, await make_household(app_server.services.backend))
    await app_server.text("PAGAR")
    turn = app_server.engine.turns[0]
    assert (turn["text"], turn["metadata"]["language"]) == ("pagar toda mi factura, cuenta 99999-001", "es")


async def test_from_another_phone_the_engine_gets_the_text_as_it_is(app_server: Edge) -> None:
    await remind(app_server, await make_household(app_server.services.backend))
    await app_server.text("PAY", phone="+15555550177")
    assert [turn["text"] for turn in app_server.engine.turns] == ["PAY"]


async def test_a_doubled_pay_is_read_back_twice_and_pays_nothing(app_server: Edge) -> None:
    await authorize(app_server.services.backend, await make_household(app_server.services.backend))
    first, second = [twiml_texts(await app_server.text("PAY")) for _ in range(2)]
    assert first == second
    assert "pay $112.40 today with checking ending 6789" in first[0]
    assert await count_payments(app_server) == 0
    assert app_server.engine.turns == []


async def test_the_authorization_ends_alone_and_the_texts_go_on(app_server: Edge) -> None:
    await authorize(app_server.services.backend, await make_household(app_server.services.backend))
    [answer] = twiml_texts(await app_server.text("Stop text to pay"))
    assert answer.startswith("Text to pay is off")
    assert await end_reason(app_server) == "member"
    async with app_server.services.backend.db.read_session() as session:
        assert not await outbox.is_opted_out(session, MEMBER)


async def test_a_stop_ends_the_authorization_with_the_texts(app_server: Edge) -> None:
    await authorize(app_server.services.backend, await make_household(app_server.services.backend))
    await app_server.text("STOP")
    await app_server.text("START")
    assert await end_reason(app_server) == "stop"
    await app_server.text("PAY")
    assert [turn["text"] for turn in app_server.engine.turns] == ["PAY"]
