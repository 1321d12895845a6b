"""What was asked in a talk beside the account page is not done any more once the page's session has ended."""

from __future__ import annotations

import pytest
from sqlalchemy import delete, select, update

from backend.app import Backend
from backend.autopay.models import AutoPay
from backend.conversations.models import Conversation
from backend.logins.models import PortalSession
from backend.logins.service import add as add_login
from backend.members.models import Member
from backend.payments.models import Payment
from tests.backend.household import NOW, Household
from tests.support.harness.talk import Talk

SESSION = "5" * 64


@pytest.fixture
async def signed_in(backend: Backend, home: Household, talk: Talk) -> Talk:
    """Ruth's talk beside her account page."""
    async with backend.db.transaction() as session:
        member = await session.get_one(Member, home.member_id)
        login = await add_login(session, backend, member, "ruth", "no password")
        session.add(PortalSession(token_hash=SESSION, login_id=login.id, started_at=NOW, seen_at=NOW))
        await session.execute(update(Conversation).values(signed_in=True, signed_in_by=SESSION))
    return talk


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
