"""Who owes nothing pays an amount that was named ahead, as a credit; and pays nothing without one."""

from __future__ import annotations

from backend.app import Backend
from backend.billing import ledger
from backend.billing.ledger import LedgerLine
from backend.payments.models import PayLink, Payment, Quote
from tests.backend.household import DUE_CENTS
from tests.backend.network import DirectNetwork
from tests.support.harness.rows import list_rows
from tests.support.harness.talk import Talk

CREDIT = "You owe nothing right now, so it stays on your account as a credit for the next bill"


async def pay(talk: Talk, words: str) -> None:
    await talk.user_input(words, intent="quick_pay", acts={"start"})


async def pay_all(talk: Talk) -> None:
    await pay(talk, "pay all of it with my visa")
    await talk.user_input("yes", acts={"affirm"})


async def test_a_named_amount_is_read_back_as_a_credit_and_paid_once(
    talk: Talk, backend: Backend, network: DirectNetwork
) -> None:
    await pay_all(talk)
    await pay(talk, "pay 20 ahead with my visa")
    talk.assert_response("utter_question_pay_confirm")
    talk.assert_message(CREDIT)
    assert network.taken_cents() == DUE_CENTS
    await talk.user_input("yes", acts={"affirm"})
    talk.assert_message(r"You now have a credit of \$20\.00")
    assert [row.amount_cents for row in await list_rows(backend, Payment)] == [DUE_CENTS, 2000]


async def test_without_an_amount_nothing_is_paid(talk: Talk, network: DirectNetwork) -> None:
    await pay_all(talk)
    for words in ("pay my bill with my visa", "pay all of it", "pay half of it with my visa"):
        await pay(talk, words)
        talk.assert_response("utter_pay_nothing_due", "utter_told")
        talk.assert_message("To pay ahead, tell me an amount")
        assert talk.open_task is None
    assert network.taken_cents() == DUE_CENTS


async def test_by_link_it_is_said_before_the_link(talk: Talk, backend: Backend) -> None:
    await pay_all(talk)
    await pay(talk, "pay 20 with another card by link")
    talk.assert_response("utter_told", "utter_pay_link")
    talk.assert_message(CREDIT)
    [link] = await list_rows(backend, PayLink)
    assert link.ahead


async def test_a_bill_that_is_paid_elsewhere_before_the_yes_is_not_paid_ahead(
    talk: Talk, backend: Backend, network: DirectNetwork
) -> None:
    await pay(talk, "pay 50 with my visa")
    [quote] = await list_rows(backend, Quote)
    async with backend.db.transaction() as session:
        entries = [LedgerLine(ledger.CLEARING, DUE_CENTS), LedgerLine(ledger.RECEIVABLE, -DUE_CENTS)]
        await ledger.write_booking(session, "office", entries, account_id=quote.account_id, at=backend.clock.now())
    await talk.user_input("yes", acts={"affirm"})
    assert network.taken_cents() == 0
    talk.assert_response("utter_pay_changed")
