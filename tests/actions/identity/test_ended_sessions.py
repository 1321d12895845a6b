"""What was asked in a talk beside the account page is not done any more once the page's session has ended."""

from __future__ import annotations

import pytest
from sqlalchemy import delete, select

from backend.app import Backend
from backend.autopay.models import AutoPay
from backend.logins.models import PortalSession
from backend.payments.models import Payment
from tests.backend.household import Household
from tests.support.harness.talk import Talk


@pytest.mark.parametrize("ended", [False, True], ids=["open", "ended"])
@pytest.mark.parametrize(
    ("words", "intent"), [("cancel auto pay", "change_or_cancel_autopay"), ("pay my bill with the visa", "quick_pay")]
)
async def test_a_yes_after_the_end_does_nothing(
    backend: Backend, home: Household, signed_in: Talk, words: str, intent: str, ended: bool
) -> None:
    if intent != "quick_pay":  # a payment would first be asked about beside it
        async with backend.db.transaction() as session:
            session.add(AutoPay(account_id=home.account_id, method_id=home.card_id, active=True, day_of_month=20))
    await signed_in.user_input(words, intent=intent, acts={"start"})
    assert "utter_question_member_number" not in signed_in.responses
    if ended:
        async with backend.db.transaction() as session:
            await session.execute(delete(PortalSession))
    await signed_in.user_input("yes")
    async with backend.db.read_session() as session:
        paid = await session.scalar(select(Payment.id)) is not None
        is_on = await session.scalar(select(AutoPay.active).where(AutoPay.account_id == home.account_id))
    assert (paid or is_on is False) is not ended
    if ended:
        signed_in.assert_message("number")
        signed_in.assert_no_message(r"112\.40|4242")
