"""What a member hears about the refunds of a payment."""

from __future__ import annotations

from datetime import timedelta

import pytest

from backend.app import Backend
from backend.clock import ManualClock
from backend.language import use_language
from backend.payments.failed_refunds import finish_failed_refund, list_failed_refunds
from backend.payments.models import Payment
from backend.payments.refund_processing import process_refund, recover_refunds
from backend.payments.refund_status import describe_refunds
from backend.payments.refunds import RefundRefused
from tests.backend.account_question.asking import ask as ask_account
from tests.backend.household import Household, make_household
from tests.backend.network import DirectNetwork
from tests.backend.payments.paying import outbox
from tests.backend.payments.test_refunds import acts, ask, decide, pay, sqlite_alone

pytestmark = sqlite_alone


async def told(backend: Backend, payment: Payment, language: str = "en") -> str:
    async with backend.db.read_session() as session:
        with use_language(language):
            return await describe_refunds(session, backend, payment)


async def test_each_stage_of_a_refund(
    backend: Backend, home: Household, network: DirectNetwork, clock: ManualClock
) -> None:
    payment = await pay(backend, home, home.bank_id)
    refund = await ask(backend, payment, 10_500)
    assert await told(backend, payment) == "", "a second person may still say no"
    await decide(backend, refund, "bob")
    await process_refund(backend, refund.id)
    assert await told(backend, payment) == "A refund of $105.00 to checking ending 6789 is under way."
    network.pass_days(5)
    clock.advance(hours=1)
    await recover_refunds(backend)
    assert await told(backend, payment) == "$105.00 went back to checking ending 6789 on Wednesday, November 18."
    assert "se devolvieron a cuenta de cheques" in await told(backend, payment, "es")
    answer = await ask_account(backend, home, "last_payment")
    assert answer
    assert answer.endswith("$105.00 went back to the bank account that paid it on Wednesday, November 18."), "no ending"


async def test_a_failure_is_told_until_the_office_has_dealt_with_it(
    backend: Backend, network: DirectNetwork, clock: ManualClock
) -> None:
    home = await make_household(backend, card_token="tok_visa_refund_fails")
    payment = await pay(backend, home)
    refund = await ask(backend, payment, 4_000)
    await process_refund(backend, refund.id)
    network.pass_days(5)
    clock.advance(hours=1)
    await recover_refunds(backend)
    assert (await told(backend, payment)).startswith(
        "A refund of $40.00 to Visa ending 4242 came back to us; our office"
    )
    [text] = [one.body for one in await outbox(backend) if one.dedupe_key == f"refund-failed:{refund.key}:sms"]
    assert "call you" not in text, "nobody has promised to call"
    assert "came back to us. Balance $0.00. Our office was told. Ref" in text
    assert len(text) <= 160, "one text message"
    assert any(one.dedupe_key == f"office:refund-failed:{refund.key}" for one in await outbox(backend))
    async with backend.db.read_session() as session:
        assert [each.id for each in await list_failed_refunds(session)] == [refund.id]

    async def finish() -> None:
        async with backend.db.transaction() as session:
            await finish_failed_refund(session, backend, refund.id, by="ann", reason="stays", how="credit")

    await finish()
    assert await told(backend, payment) == ""
    assert ("office:ann", "refund_failure_handled") in await acts(backend)
    async with backend.db.read_session() as session:
        assert await list_failed_refunds(session) == []
    with pytest.raises(RefundRefused):
        await finish()


async def test_a_newer_refund_takes_the_place_of_one_that_failed(
    backend: Backend, home: Household, network: DirectNetwork, clock: ManualClock
) -> None:
    payment = await pay(backend, home)
    first = await ask(backend, payment, 4_000)
    await process_refund(backend, first.id)
    network.database.execute("update refunds set status = 'failed'")
    clock.advance(days=2)
    await recover_refunds(backend)
    assert "came back to us" in await told(backend, payment)
    second = await ask(backend, payment, 4_000, key="form-2", knowingly=True)
    await process_refund(backend, second.id)
    day = backend.clock.now() - timedelta(hours=6)
    assert await told(backend, payment) == f"$40.00 went back to Visa ending 4242 on {day:%A}, November {day.day}."
