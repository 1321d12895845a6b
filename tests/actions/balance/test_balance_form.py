"""What is owed and when, what is on its way, and the offer to pay it."""

from __future__ import annotations

import re
from datetime import timedelta

from backend.app import Backend
from backend.arrangement import service as arrangements
from backend.arrangement.rules import PlanPart
from backend.billing.models import Account
from backend.members.levels import Level
from backend.payments.models import Payment
from tests.actions.conftest import Begin
from tests.actions.quick_pay.test_together import add_account
from tests.backend.household import TODAY, Household, add_bill
from tests.backend.payments.test_refunds import ask as ask_for_refund
from tests.support.harness.rows import list_rows
from tests.support.harness.talk import Talk

BALANCE = "check_balance"


async def ask(talk: Talk, words: str = "what do i owe") -> None:
    await talk.user_input(words, intent=BALANCE, acts={"start"})


async def test_amount_and_due_date_are_answered(begin: Begin, backend: Backend) -> None:
    talk = await begin(Level.KNOWN)
    await ask(talk)
    assert talk.responses == ["utter_balance", "utter_balance_offer"]
    talk.assert_message(r"\$112\.40, due Tuesday, December 8")
    assert talk.open_task is None
    assert await list_rows(backend, Payment) == []


async def test_stranger_identifies_first(stranger: Talk) -> None:
    await ask(stranger)
    assert stranger.responses == ["utter_question_member_number"]
    await stranger.user_input("99999-001", acts={"answer"})
    stranger.assert_no_message("112")
    await stranger.user_input("0142", acts={"answer"})
    stranger.assert_message(r"\$112\.40")


async def test_the_wrong_last_four_learns_no_balance(stranger: Talk) -> None:
    await ask(stranger, "what do i owe on 99999-001")
    await stranger.user_input("0143", acts={"answer"})
    stranger.assert_no_message("112")
    assert stranger.open_task == "balance_form"


async def test_a_yes_to_the_offer_begins_a_payment_of_the_whole(talk: Talk) -> None:
    await ask(talk)
    await talk.user_input("yes", acts={"affirm"})
    assert talk.open_task == "quick_pay_form"
    talk.assert_message(r"\$112\.40")


async def test_no_to_the_offer_opens_nothing(talk: Talk) -> None:
    await ask(talk)
    await talk.user_input("no", acts={"deny"})
    assert talk.open_task is None


async def test_past_due_amount_is_listed_separately(talk: Talk, backend: Backend, home: Household) -> None:
    await add_bill(backend, home.account_id, 5000, TODAY - timedelta(days=10))
    await ask(talk)
    talk.assert_message(r"\$162\.40")
    talk.assert_message(r"\$50\.00.*past due")


async def test_paid_and_scheduled_amounts_are_listed(talk: Talk) -> None:
    await talk.user_input("pay 40 on friday with my visa", intent="quick_pay", acts={"start"})
    await talk.user_input("yes", acts={"affirm"})
    await ask(talk)
    talk.assert_response("utter_balance", "utter_balance_scheduled")
    talk.assert_message(r"\$40\.00")


async def test_of_two_accounts_the_other_is_offered_and_all_are_added_up(
    talk: Talk, backend: Backend, home: Household
) -> None:
    async with backend.db.transaction() as session:
        barn = Account(member_id=home.member_id, separator="002", number="99999-002", number_digits="99999002")
        session.add(barn)
        await session.flush()
        barn_id = barn.id
    await add_bill(backend, barn_id, 1000, TODAY + timedelta(days=20))
    await ask(talk)
    talk.assert_response("utter_balance_account", "utter_balance", "utter_balance_others")
    talk.assert_no_message(r"\$10\.00")
    await ask(talk, "what do i owe on all my accounts")
    talk.assert_response("utter_balance_all")
    talk.assert_message(r"\$122\.40")


async def test_a_last_payment_that_was_given_back_is_told_so(talk: Talk, backend: Backend) -> None:
    await talk.user_input("pay 40 with my visa", intent="quick_pay", acts={"start"})
    await talk.user_input("yes", acts={"affirm"})
    [made] = await list_rows(backend, Payment)
    await ask_for_refund(backend, made, 4000)
    await talk.user_input("what do I owe now", intent="check_balance", acts={"ask"})
    talk.assert_message(r"Your last payment was \$40\.00.*\n.*refund of \$40\.00 to the card that paid it")


async def test_one_due_day_is_told_where_an_arrangement_holds(talk: Talk, backend: Backend, home: Household) -> None:
    async with backend.db.transaction() as session:
        parts = [PlanPart(5620, TODAY + timedelta(days=7)), PlanPart(5620, TODAY + timedelta(days=21))]
        await arrangements.grant(session, backend, home.conversation_id, home.account_id, parts)
    for words in ("what do i owe", "when is it due"):
        await ask(talk, words)
        talk.assert_message(r"You owe \$112\.40\.")
        talk.assert_message(r"the next payment is \$56\.20, by Wednesday, November 25\.")
        talk.assert_no_message("due Tuesday, December 8")
    await talk.user_input("yes", acts={"affirm"})
    await talk.user_input("the visa", acts={"answer"})
    talk.assert_message(r"pay \$56\.20 today|\$56\.20 today")
    talk.assert_message("This pays the next part of your payment arrangement")
    await talk.user_input("no, all of it", intent="deny", acts={"correct"})
    talk.assert_message(r"\$112\.40 today.*This pays all that is left of your payment arrangement")


async def test_how_much_to_pay_under_an_arrangement_begins_with_its_next_part(
    talk: Talk, backend: Backend, home: Household
) -> None:
    async with backend.db.transaction() as session:
        parts = [PlanPart(5620, TODAY + timedelta(days=7)), PlanPart(5620, TODAY + timedelta(days=21))]
        await arrangements.grant(session, backend, home.conversation_id, home.account_id, parts)
    for button, amount in (("The next part, $56.20", "56.20"), ("All of it, $112.40", "112.40")):
        await talk.user_input("I want to make a payment", intent="quick_pay", acts={"start"})
        talk.assert_message(r"next payment is \$56\.20, by Wednesday, November 25\.")
        talk.assert_no_message("December 8 How|due Tuesday, December 8")
        await talk.press(button)
        await talk.press("Visa ending 4242")
        talk.assert_message(re.escape(f"${amount} today"))
        await talk.user_input("cancel", intent="cancel", acts={"cancel"})


async def test_who_owes_nothing_here_hears_what_another_account_owes(
    talk: Talk, backend: Backend, home: Household
) -> None:
    await add_account(backend, home, "002", "barn", 6218)
    await talk.user_input("pay the house in full with my visa", intent="quick_pay", acts={"start"})
    await talk.user_input("yes", acts={"affirm"})
    await talk.user_input("what do I owe and when", intent="check_balance", acts={"ask"})
    talk.assert_message(r"Also due: \$62\.18 on account .*barn")


async def test_credit_on_one_account_is_not_taken_off_what_another_owes(
    talk: Talk, backend: Backend, home: Household
) -> None:
    await add_account(backend, home, "002", "barn", 6218)
    await talk.user_input("pay 132.40 on the house with my visa", intent="quick_pay", acts={"start"})
    await talk.user_input("yes", acts={"affirm"})
    await talk.user_input("yes", acts={"affirm"})
    await ask(talk, "what do i owe in all")
    talk.assert_message(r"In all: \$62\.18")
