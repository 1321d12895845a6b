"""What an account is signed up for: paperless bills, alerts, budget and levelized billing."""

from __future__ import annotations

from sqlalchemy import select, update

from backend.alerts.models import AlertSetting
from backend.app import Backend
from backend.billing.models import Account
from backend.outbox.models import OptOut
from backend.programs.models import ProgramEnrollment
from tests.backend.account_question.asking import ask, in_both
from tests.backend.household import NOW, TODAY, Household
from tests.backend.programs.enrollments import enroll, with_history


async def add_alert(backend: Backend, home: Household, kind: str, threshold: int | None = None, **ways: bool) -> None:
    async with backend.db.transaction() as session:
        session.add(AlertSetting(account_id=home.account_id, kind=kind, threshold=threshold, since=NOW, **ways))


async def test_paperless(backend: Backend, home: Household) -> None:
    assert await in_both(backend, home, "paperless_status") == [
        "No, the bills of this account come on paper.",
        "No, las facturas de esta cuenta llegan en papel.",
    ]
    await add_alert(backend, home, "paperless", by_email=True)
    assert await in_both(backend, home, "paperless_status") == [
        "Yes, this account is paperless: an email tells you when a bill is ready.",
        "Sí, esta cuenta es sin papel: un correo le avisa cuando hay una factura.",
    ]
    async with backend.db.transaction() as session:
        await session.execute(update(AlertSetting).values(active=False))
    assert (await ask(backend, home, "paperless_status") or "").startswith("No,")


async def test_no_alerts(backend: Backend, home: Household) -> None:
    await add_alert(backend, home, "paperless", by_email=True)
    await add_alert(backend, home, "past_due", by_text=True, active=False)
    assert await in_both(backend, home, "alerts_status") == [
        "No alerts are on for this account.",
        "No hay alertas activas en esta cuenta.",
    ]


async def test_alerts_are_listed_with_their_channels(backend: Backend, home: Household) -> None:
    await add_alert(backend, home, "payment_received", by_text=True, by_email=True)
    await add_alert(backend, home, "bill_due", 5, by_text=True, by_email=True)
    await add_alert(backend, home, "usage_over", 1200, by_call=True)
    assert await in_both(backend, home, "alerts_status") == [
        "You get an alert by text and email when your bill is 5 days from due and a payment is received; "
        "by phone call when a bill's use is over 1,200 kWh.",
        "Recibe una alerta por texto y correo electrónico cuando su factura esté a 5 días de vencer y se reciba "
        "un pago; por llamada cuando el consumo de una factura pase de 1,200 kWh.",
    ]


async def test_stopped_texts_are_mentioned(backend: Backend, home: Household) -> None:
    await add_alert(backend, home, "bill_ready", by_email=True)
    async with backend.db.transaction() as session:
        session.add(OptOut(phone="+15555550142", changed_at=NOW))
    assert "START" not in (await ask(backend, home, "alerts_status") or "")
    await add_alert(backend, home, "past_due", by_text=True)
    english, spanish = await in_both(backend, home, "alerts_status")
    assert english
    assert spanish
    assert english.endswith("Texts to your phone are stopped; send START to get them again.")
    assert spanish.endswith("Los textos a su teléfono están detenidos; mande START para recibirlos otra vez.")


async def test_budget_billing(backend: Backend, home: Household) -> None:
    assert await in_both(backend, home, "budget_status") == [
        "No, this account is on neither budget nor levelized billing.",
        "No, esta cuenta no está en la facturación presupuestada ni en la nivelada.",
    ]
    await with_history(backend, home)
    made = await enroll(backend, home)
    assert made.amount_cents == 10_000
    assert await in_both(backend, home, "budget_status") == [
        "Yes, this account is on budget billing since Wednesday, November 18 at $100.00 a month.",
        "Sí, esta cuenta está en la facturación presupuestada desde el miércoles 18 de noviembre con $100.00 al mes.",
    ]


async def test_levelized_billing_is_the_average_of_the_newest_bills(backend: Backend, home: Household) -> None:
    await with_history(backend, home, bills=1)
    async with backend.db.transaction() as session:
        account = await session.scalar(select(Account))
        assert account
        session.add(
            ProgramEnrollment(
                account_id=account.id, program="levelized", confirmation="KKK-222",
                started_on=TODAY, figured_on=TODAY, created_at=NOW,
            )
        )  # fmt: skip
    assert await in_both(backend, home, "budget_status") == [
        "Yes, this account is on levelized billing since Wednesday, November 18; by your newest bills a month comes to "
        "$106.20.",
        "Sí, esta cuenta está en la facturación nivelada desde el miércoles 18 de noviembre; según sus facturas más "
        "nuevas un mes sale en $106.20.",
    ]


async def test_ended_enrollment_is_not_listed(backend: Backend, home: Household) -> None:
    await with_history(backend, home)
    await enroll(backend, home)
    async with backend.db.transaction() as session:
        await session.execute(update(ProgramEnrollment).values(ended_on=TODAY, end_reason="asked"))
    assert (await ask(backend, home, "budget_status") or "").startswith("No,")
