"""What was keyed in during a call pays in that call, for that member, and is on nobody's list."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import select

from backend.app import Backend
from backend.conversations.models import Conversation
from backend.members.levels import StepUpNeeded
from backend.payments.errors import MethodNotUsable
from backend.payments.keypad_entries import find_entered, keep_entry, list_keypad_kinds
from backend.payments.models import PaymentMethod
from backend.payments.service import list_saved_methods
from backend.providers.payments.base import ProviderTimeout
from tests.backend.household import NOW, Household
from tests.backend.network import DirectNetwork
from tests.backend.payments.paying import quote_for, say_yes

CALL, OTHER_CALL = "call-1", "call-2"


@pytest.fixture(autouse=True)
async def _calls(backend: Backend, home: Household) -> None:
    backend.settings = backend.settings.with_values(twilio_pay_connector="sandbox")
    async with backend.db.transaction() as session:
        for name, account in ((CALL, home.account_id), (OTHER_CALL, home.account_id), ("call-unknown", None)):
            session.add(
                Conversation(
                    id=name, channel="voice", last_seen_at=NOW, started_at=NOW, level=1, account_id=account
                )
            )  # fmt: skip


async def test_it_pays_in_its_own_call_at_the_level_of_a_payment(
    backend: Backend, network: DirectNetwork, home: Household
) -> None:
    method = await keep_entry(backend, CALL, "card", "tok_visa_4242")
    asked = {"method_id": method.id, "conversation_id": CALL, "level": 1}
    assert (await say_yes(backend, await quote_for(backend, home, **asked))).kind == "paid"
    async with backend.db.read_session() as session:
        assert method.id not in [one.id for one in await list_saved_methods(session, home.member_id)]


async def test_it_does_not_pay_in_another_call(backend: Backend, home: Household) -> None:
    method = await keep_entry(backend, CALL, "card", "tok_visa_4242")
    for level in (1, 2):
        with pytest.raises(MethodNotUsable):
            await quote_for(backend, home, method_id=method.id, conversation_id=OTHER_CALL, level=level)
    async with backend.db.read_session() as session:
        assert await find_entered(session, OTHER_CALL, home.member_id) is None


async def test_a_saved_method_still_needs_its_level(backend: Backend, home: Household) -> None:
    with pytest.raises(StepUpNeeded):
        await quote_for(backend, home, conversation_id=CALL, level=1)


async def test_one_result_delivered_many_times_is_one_method(backend: Backend) -> None:
    kept = await asyncio.gather(*(keep_entry(backend, CALL, "card", "tok_visa_4242") for _ in range(5)))
    assert len({method.id for method in kept}) == 1
    async with backend.db.read_session() as session:
        entered = await session.scalars(select(PaymentMethod).where(PaymentMethod.entered_in == CALL))
        assert len(list(entered)) == 1


@pytest.mark.parametrize(
    ("call", "kind", "token"),
    [(CALL, "card", "tok_unknown"), (CALL, "bank", "tok_visa_4242"), ("call-unknown", "card", "tok_visa_4242")],
)
async def test_what_fits_no_member_or_token_is_not_kept(backend: Backend, call: str, kind: str, token: str) -> None:
    with pytest.raises(MethodNotUsable):
        await keep_entry(backend, call, kind, token)  # type: ignore[arg-type]
    async with backend.db.read_session() as session:
        assert not list(await session.scalars(select(PaymentMethod).where(PaymentMethod.entered_in.is_not(None))))


async def test_a_network_that_does_not_answer_keeps_nothing(backend: Backend, network: DirectNetwork) -> None:
    def fail(name: str) -> None:
        raise ProviderTimeout(name)

    network.before = fail
    with pytest.raises(ProviderTimeout):
        await keep_entry(backend, CALL, "card", "tok_visa_4242")


async def test_the_keypad_is_for_calls_with_a_connector(backend: Backend) -> None:
    assert list_keypad_kinds(backend, "voice") == ("card", "bank")
    assert list_keypad_kinds(backend, "sms") == ()
    backend.settings = backend.settings.with_values(twilio_pay_connector=None)
    assert list_keypad_kinds(backend, "voice") == ()
    with pytest.raises(MethodNotUsable):
        await keep_entry(backend, CALL, "card", "tok_visa_4242")
