"""Alerts are in the language on file; answers are in the language of the conversation."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import update

from backend.alerts import delivery
from backend.alerts import service as alerts
from backend.alerts.parsing import parse_alert_request
from backend.app import Backend
from backend.billing.models import Account
from backend.language import current_language, use_language
from backend.members.models import Member
from backend.reading.spanish import to_english
from tests.backend.alerts.alert_settings import DUE, author, on, outbox, pay, sent_alerts
from tests.backend.household import TODAY, Household


async def test_an_alert_is_in_the_language_on_file(backend: Backend, home: Household) -> None:
    await on(backend, home, {"bill_due": 3, "payment_failed": None}, "text", "email", "call")
    async with backend.db.transaction() as session:
        await session.execute(update(Member).values(language="es"))
    await delivery.deliver_alerts(backend, DUE - timedelta(days=3))
    messages = {message.kind: message for message in await sent_alerts(backend)}
    for message in messages.values():
        days = "3 dias" if message.kind == "sms" else "3 días"  # a text goes without accents
        assert f"$112.40 vence el 8 dic, en {days}." in message.body
        assert message.language == "es"
    assert "STOP termina los textos" in messages["sms"].body
    assert messages["email"].subject.startswith("Su factura vence pronto")
    assert messages["call"].body.startswith("Hola, le llama")
    await pay(backend, home, "b" * 32, "returned", "R01")
    await delivery.deliver_alerts(backend, TODAY)
    assert "su banco devolvió su pago de $50.00: fondos insuficientes" in (await sent_alerts(backend))[-1].body
    assert current_language() == "en"


async def test_notice_of_a_conversation_is_in_its_language(backend: Backend, home: Household) -> None:
    with use_language("es"):
        await on(backend, home, {"bill_due": 1}, "text")
        async with backend.db.transaction() as session:
            account = await session.get_one(Account, home.account_id)
            await alerts.enroll_paperless(session, backend, account, author(home))
    texts = dict(await outbox(backend, "notice"))
    assert "pidio que le avisemos por texto cuando su factura esté a 1 dia de vencer" in texts["sms"]
    assert "sus facturas ahora llegan sin papel" in texts["email"]


@pytest.mark.parametrize(
    ("text", "kinds", "ways"),
    [
        (
            "mándeme un texto 3 días antes de que venza y cuando el consumo pase de 1200",
            {"bill_due": 3, "usage_over": 1200},
            {"text"},
        ),
        ("avíseme por correo cuando reciban mi pago", {"payment_received": None}, {"email"}),
        ("avíseme si mi factura pasa de 200 dólares", {"amount_over": 20000}, set()),
        ("mándeme un mensaje cuando salga mi recibo", {"bill_ready": None}, {"text"}),
        ("avíseme una semana antes de que venza", {"bill_due": 7}, set()),
        ("alerta de 40 kwh al día", {"daily_usage_over": 40}, set()),
        ("avíseme cuando cambien mi contraseña", {"profile_changed": None}, set()),
        ("quiero una llamada cuando esté vencida mi factura", {"past_due": None}, {"call"}),
        ("avíseme por texto y correo si mi pago no pasa", {"payment_failed": None}, {"text", "email"}),
        ("cambiar mis alertas de texto a correo", {}, {"email"}),
        ("dejen de llamarme, mejor mándenme texto", {}, {"text"}),
    ],
)
def test_alerts_asked_for_in_spanish(text: str, kinds: dict[str, int | None], ways: set[str]) -> None:
    request = parse_alert_request(to_english(text))
    assert (request.verb, request.kinds, request.channels) == ("on", kinds, ways)


@pytest.mark.parametrize(
    ("text", "kinds", "denied"),
    [
        ("desactivar las alertas", {}, set()),
        ("ya no quiero alertas", {}, set()),
        ("quitar mi alerta de consumo", {"usage_over": None}, set()),
        ("dejen de mandarme mensajes de texto", {}, {"text"}),
        ("cancelar los correos", {}, {"email"}),
        ("cancel my alerts", {}, set()),
    ],
)
def test_alerts_ended_in_spanish(text: str, kinds: dict[str, int | None], denied: set[str]) -> None:
    request = parse_alert_request(to_english(text))
    assert (request.verb, request.kinds, request.unwanted_channels) == ("off", kinds, denied)


@pytest.mark.parametrize("text", ["¿qué alertas tengo?", "mis alertas", "cuáles son mis alertas", "alertas"])
def test_alerts_listed_in_spanish(text: str) -> None:
    assert parse_alert_request(to_english(text)).verb == "list"
