"""Whether a payment went through, by its confirmation number or the newest of them."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select, update

from backend.app import Backend
from backend.audit.models import AuditRow
from backend.billing.models import Account
from backend.members import identity as identities
from backend.money import format_cents
from backend.outbox.models import OutboxMessage
from backend.payments import counter_undo, office_lookup
from backend.payments.models import Payment, ScheduledPayment
from backend.reading.money.payment_words import ONLY_LATEST, extract_count
from tests.actions.conftest import Begin
from tests.actions.quick_pay.test_together import add_account
from tests.backend.household import DUE_CENTS, Household
from tests.backend.payments.test_office import book
from tests.backend.payments.test_refunds import ask as ask_for_refund
from tests.support.harness.rows import list_rows
from tests.support.harness.talk import Talk


async def pay(talk: Talk, words: str = "pay 40 with my visa") -> None:
    await talk.user_input(words, intent="quick_pay", acts={"start"})
    await talk.user_input("yes", acts={"affirm"})


async def ask(talk: Talk, words: str = "did my payment go through") -> None:
    await talk.user_input(words, intent="payment_confirmation", acts={"start"})


async def test_without_a_payment_the_amount_due_is_answered(talk: Talk) -> None:
    await ask(talk)
    assert talk.responses == ["utter_status_none", "utter_status_owed"]
    talk.assert_message(r"\$112\.40")
    assert talk.open_task is None


async def test_newest_payment_is_shown_with_its_number(talk: Talk, backend: Backend) -> None:
    await pay(talk)
    await ask(talk)
    [made] = await list_rows(backend, Payment)
    assert talk.responses == ["utter_status_payment", "utter_status_owed"]
    talk.assert_message(rf"\$40\.00 on Wednesday, November 18: it went through\. Confirmation {made.confirmation}")
    talk.assert_message(r"\$72\.40")


async def test_unknown_number_is_repeated_in_the_answer(talk: Talk) -> None:
    await pay(talk)
    await ask(talk, "did payment 222-222 go through")
    talk.assert_response("utter_status_unknown", "utter_status_payment")
    talk.assert_message("no payment 222-222")


async def test_number_of_letters_alone_is_read_where_a_payment_of_the_member_has_it(
    talk: Talk, backend: Backend
) -> None:
    """Such numbers were given out before; what only looks like one is not called unknown."""
    await pay(talk)
    await pay(talk, "pay 20 with my visa")
    async with backend.db.transaction() as session:
        older = select(Payment.id).order_by(Payment.id).limit(1).scalar_subquery()
        await session.execute(update(Payment).where(Payment.id == older).values(confirmation="FHJ-KMQ"))
        found = await office_lookup.find_item(session, "fhj kmq")
    assert isinstance(found, Payment)
    await ask(talk, "did fhj-kmq go through")
    assert talk.responses == ["utter_status_payment"]
    talk.assert_message(r"\$40\.00 .* Confirmation FHJ-KMQ")
    await ask(talk, "did hjk-mqr go through")
    assert "utter_status_unknown" not in talk.responses
    talk.assert_response("utter_status_payment", "utter_status_owed")


async def test_scheduled_payment_is_not_yet_a_payment(talk: Talk, backend: Backend) -> None:
    await pay(talk, "pay 40 on friday with my visa")
    await ask(talk)
    talk.assert_response("utter_status_scheduled")
    talk.assert_message("Friday, November 20")
    assert await list_rows(backend, Payment) == []
    assert [each.status for each in await list_rows(backend, ScheduledPayment)] == ["scheduled"]


async def test_stranger_learns_nothing_before_the_number(stranger: Talk) -> None:
    await ask(stranger)
    assert stranger.responses == ["utter_question_member_number"]
    await stranger.user_input("never mind", intent="cancel", acts={"cancel"})
    assert stranger.open_task is None
    stranger.assert_no_message("112")


async def test_payment_that_the_office_took_and_took_off_again(talk: Talk, backend: Backend, home: Household) -> None:
    booked = await book(backend, home, 5000)
    await ask(talk)
    talk.assert_message(r"\$50\.00 on Wednesday, November 18: paid at the counter, and booked\.")
    async with backend.db.transaction() as session:
        await counter_undo.undo_counter_payment(session, backend, booked.id, by="bob", reason="check came back")
    await ask(talk, f"did payment {booked.confirmation} go through")
    talk.assert_message(r"taken off again\. The amount is due again\.")


async def test_refund_of_the_payment_is_told(talk: Talk, backend: Backend) -> None:
    await pay(talk)
    [made] = await list_rows(backend, Payment)
    await ask_for_refund(backend, made, 1500)
    await ask(talk, f"did payment {made.confirmation} go through")
    talk.assert_message(r"it went through\. A refund of \$15\.00 to the card that paid it is under way\.")


@pytest.mark.parametrize("intent", ["faq_hours_contact", "out_of_scope"])
@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("es", "ya lo pague en la oficina"),
        ("es", "no, que yo ya pagué ayer en la oficina"),
        ("en", "i already paid at the office"),
    ],
)
async def test_who_paid_already_is_told_what_is_known(begin: Begin, language: str, words: str, intent: str) -> None:
    talk = await begin(language=language)
    await talk.user_input(words, intent=intent, acts={"volunteer"})
    assert talk.responses == ["utter_status_none", "utter_status_owed"]


@pytest.mark.parametrize("words", ["when did we pay last", "did we pay you last", "when did I last pay"])
def test_last_payment_is_asked_for_by_a_household_too(words: str) -> None:
    assert extract_count(words) == ONLY_LATEST


@pytest.mark.parametrize(
    ("words", "amount"),
    [
        ("email me the receipt of my last payment", "$30.00"),
        ("email me the receipt for the $40 payment", "$40.00"),
        ("send the receipt for november 18 to my email", "$30.00"),
    ],
)
async def test_a_receipt_is_mailed_for_the_payment_that_is_named(
    talk: Talk, backend: Backend, words: str, amount: str
) -> None:
    await pay(talk)
    await pay(talk, "pay 30 with my visa")
    await ask(talk, words)
    assert talk.responses == ["utter_receipt_mailed"]
    talk.assert_message(re.escape(amount))
    again = [row for row in await list_rows(backend, OutboxMessage) if row.dedupe_key.startswith("receipt-again")]
    assert [(row.kind, amount in row.body) for row in again] == [("email", True)]


@pytest.mark.parametrize("words", ["email me the receipt for the $99 payment", "mail me the receipt of yesterday"])
async def test_no_other_receipt_is_mailed_than_the_one_named(talk: Talk, backend: Backend, words: str) -> None:
    await pay(talk)
    await ask(talk, words)
    talk.assert_response("utter_receipt_none", "utter_status_payment")
    rows = await list_rows(backend, OutboxMessage)
    assert not [row for row in rows if row.dedupe_key.startswith("receipt-again")]


async def test_a_stranger_gets_no_receipt_mailed(stranger: Talk, backend: Backend) -> None:
    await ask(stranger, "email me the receipt of my last payment")
    assert stranger.open_task == "payment_status_form"
    assert await list_rows(backend, OutboxMessage) == []


@pytest.mark.parametrize(
    ("words", "mailed"),
    [
        ("email me the receipt", [DUE_CENTS, 6218]),
        ("email me the receipt for the $174.58", [DUE_CENTS, 6218]),
        ("email me the receipt for the $112.40 payment", [DUE_CENTS]),
    ],
)
async def test_what_one_yes_paid_has_all_its_receipts_mailed(
    talk: Talk, backend: Backend, home: Household, words: str, mailed: list[int]
) -> None:
    await add_account(backend, home, "002", "barn", 6218)
    await talk.user_input("pay both with my visa", intent="quick_pay", acts={"start"})
    await talk.user_input("yes", acts={"affirm"})
    await ask(talk, words)
    rows = await list_rows(backend, OutboxMessage)
    bodies = [row.body for row in rows if row.dedupe_key.startswith("receipt-again")]
    assert [re.findall(r"(\$[0-9.]+) on acct", body) for body in bodies] == [[format_cents(one)] for one in mailed]
    if len(mailed) > 1:
        talk.assert_message(r"the receipts .* \$112\.40 for account \.\.9-001 and \$62\.18 for account \.\.9-002")
    acts = [row for row in await list_rows(backend, AuditRow) if row.act == "receipt_emailed"]
    assert len(acts) == len(mailed)


@pytest.mark.parametrize(
    ("words", "amount"), [("email me the receipt", "$62.18"), ("email me the receipt for account 001", "$40.00")]
)
async def test_receipt_is_of_what_was_just_paid_whatever_account_is_open(
    talk: Talk, backend: Backend, home: Household, words: str, amount: str
) -> None:
    await add_account(backend, home, "002", "barn", 6218)
    await pay(talk)
    await talk.user_input("pay the barn in full with my visa", intent="quick_pay", acts={"start"})
    await talk.user_input("yes", acts={"affirm"})
    async with backend.db.transaction() as session:
        house = await session.get_one(Account, home.account_id)
        await identities.switch(session, backend, talk.log.conversation_id, house)
    await ask(talk, words)
    rows = [row for row in await list_rows(backend, OutboxMessage) if row.dedupe_key.startswith("receipt-again")]
    assert [amount in row.body for row in rows] == [True]
