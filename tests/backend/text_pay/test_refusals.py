"""Reminders that are refused by the phone that got them: at once, without a code, and no others."""

from __future__ import annotations

import pytest

from backend.alerts.service import list_active_settings
from backend.app import Backend
from tests.backend.alerts.alert_settings import on
from tests.backend.household import Household
from tests.backend.text_pay.texting import Texting, remind

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


async def list_on(backend: Backend, home: Household) -> list[tuple[str, list[str]]]:
    async with backend.db.read_session() as session:
        return [(one.kind, one.channels) for one in await list_active_settings(session, home.account_id)]


@pytest.mark.parametrize(
    "words",
    [
        "no more reminders",
        "Please stop the reminders",
        "I don't want these alerts",
        "stop sending me reminders",
        "stop reminding me",
        "no more reminders please",
    ],
)
async def test_all_of_them(backend: Backend, home: Household, phone: Texting, words: str) -> None:
    await remind(backend, home)
    await on(backend, home, {"past_due": None}, "text", "email")
    told = str(await phone.text(words))
    assert told.startswith("Done: no more of these reminders")
    assert "They still come by email;" in told
    assert await list_on(backend, home) == [("past_due", ["email"])]


async def test_one_kind(backend: Backend, home: Household, phone: Texting) -> None:
    await on(backend, home, {"past_due": None}, "text")
    await remind(backend, home)
    assert str(await phone.text("stop the due date reminders")).startswith("Done")
    assert await list_on(backend, home) == [("past_due", ["text"])]


@pytest.mark.parametrize(
    "words",
    ["no more outage texts please", "STOP OUTAGE TEXTS", "stop texting me about outages", "end my outage alerts"],
)
async def test_outage_texts_end_while_something_else_is_open(
    backend: Backend, home: Household, phone: Texting, words: str
) -> None:
    await on(backend, home, {"bill_due": 3, "outage": None, "outage_night": None}, "text")
    phone.is_free = False
    assert str(await phone.text(words)).startswith("Done")
    assert await list_on(backend, home) == [("bill_due", ["text"])]


@pytest.mark.parametrize(
    "words", ["when do the reminders stop", "which alerts do I have?", "turn on alerts", "my alerts", "stop my autopay"]
)
async def test_what_is_no_refusal(backend: Backend, home: Household, phone: Texting, words: str) -> None:
    await remind(backend, home)
    assert await phone.text(words) is None
    assert await list_on(backend, home) == [("bill_due", ["text"])]


async def test_a_phone_that_got_none_yet_refuses_them_too(backend: Backend, home: Household, phone: Texting) -> None:
    await on(backend, home, {"bill_due": 3}, "text", "email")
    assert str(await phone.text("no more reminders")).startswith("Done")
    assert await list_on(backend, home) == [("bill_due", ["email"])]
    assert await phone.text("no more reminders") is None, "nothing is left to end"


@pytest.mark.parametrize(
    "words",
    [
        "stop with the bill reminders but keep the outage texts",
        "no more bill reminders, just outage texts",
        "quit the bill texts, i still want the outage ones",
        "turn off the bill ones, keep the outage ones",
        "no. turn off the bill ones, keep the outage ones",
        "STOP the bill ones but keep outage",
        "no no. stop the bill reminder texts. keep outage texts",
        "ya no me manden los de la factura, solo los de apagones",
        "quiten los avisos de la factura pero dejen los de apagones",
        "ya no me manden recordatorios de la factura pero sí los avisos de apagones",
        "no más recordatorios de la factura, pero deje los avisos de apagones",
    ],
)
async def test_bill_reminders_end_and_outage_texts_stay(
    backend: Backend, home: Household, phone: Texting, words: str
) -> None:
    going = {"bill_due": 3, "past_due": None, "payment_received": None, "outage": None, "outage_night": None}
    await on(backend, home, going, "text")
    told = str(await phone.text(words))
    assert told.startswith("Done")
    assert "Texts still come when the power is out at your place" in told
    assert [kind for kind, _ways in await list_on(backend, home)] == ["payment_received", "outage", "outage_night"]


async def test_outage_texts_that_are_not_on_are_not_promised(backend: Backend, home: Household, phone: Texting) -> None:
    await on(backend, home, {"bill_due": 3}, "text")
    told = str(await phone.text("stop the bill reminders but keep the outage texts"))
    assert "Texts about outages are not on" in told
    assert await list_on(backend, home) == []


@pytest.mark.parametrize(
    "words",
    [
        "no more of these",
        "No more of these please",
        "turn them off",
        "stop these texts",
        "dont send me these",
        "i don't want these anymore",
        "ya no quiero estos mensajes",
        "no más de estos",
        "ya no me manden estos avisos",
    ],
)
async def test_these_are_what_was_texted_last(backend: Backend, home: Household, phone: Texting, words: str) -> None:
    await on(backend, home, {"outage": None}, "text")
    await remind(backend, home)
    assert str(await phone.text(words)).startswith(("Done", "Listo"))
    assert await list_on(backend, home) == [("outage", ["text"])]


@pytest.mark.parametrize(
    "words", ["no more", "stop these", "can you turn them off?", "turn off my power", "no, that one"]
)
async def test_these_are_nothing_where_no_reminder_came(
    backend: Backend, home: Household, phone: Texting, words: str
) -> None:
    await on(backend, home, {"bill_due": 3}, "text")
    assert await phone.text(words) is None
    assert await list_on(backend, home) == [("bill_due", ["text"])]


async def test_these_are_no_reminder_that_something_was_said_after(
    backend: Backend, home: Household, phone: Texting
) -> None:
    await remind(backend, home)
    await phone.text("how do I read my meter")
    assert await phone.text("no more of these") is None


async def test_receipts_are_no_reminders(backend: Backend, home: Household, phone: Texting) -> None:
    await remind(backend, home)
    await on(backend, home, {"payment_received": None}, "text")
    assert str(await phone.text("ok then quit reminding me")).startswith("Done")
    assert await list_on(backend, home) == [("payment_received", ["text"])]
