"""What is saved to pay with, and which of it pays by itself."""

from __future__ import annotations

from sqlalchemy import update

from backend.app import Backend
from backend.payments.models import PaymentMethod
from tests.backend.account_question.asking import in_both
from tests.backend.autopay.enrollments import add_autopay
from tests.backend.household import Household


async def test_saved_methods_are_listed(backend: Backend, home: Household) -> None:
    english, spanish = await in_both(backend, home, "saved_methods")
    assert english
    assert spanish
    assert english.startswith("Saved on your account: Visa ending 4242")
    assert "checking ending 6789" in english
    assert "by themselves" not in english
    assert spanish.startswith("Guardado en su cuenta: Visa terminada en 4242")


async def test_expired_card_is_marked(backend: Backend, home: Household) -> None:
    await add_autopay(backend, home, day=15)
    async with backend.db.transaction() as session:
        await session.execute(
            update(PaymentMethod).where(PaymentMethod.id == home.card_id).values(exp_year=2025, exp_month=11)
        )
    english, _ = await in_both(backend, home, "saved_methods")
    assert english
    assert "Visa ending 4242, which has expired" in english
    assert english.endswith("Your bills are paid by themselves from Visa ending 4242.")
