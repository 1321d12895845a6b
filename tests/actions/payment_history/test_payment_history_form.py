"""Lists of payments and bills."""

from __future__ import annotations

from pathlib import Path

from tests.actions.conftest import Begin
from tests.backend.importing.files import only
from tests.backend.syncing.feeds import sync
from tests.support.harness.talk import Talk


async def test_empty_payment_list_says_so(talk: Talk) -> None:
    await talk.user_input("show my payments", intent="payment_history", acts={"start"})
    assert talk.responses == ["utter_payment_history_none"]
    assert talk.open_task is None


async def test_payments_are_listed_with_the_sum_of_the_year(talk: Talk) -> None:
    await talk.user_input("pay 40 with my visa", intent="quick_pay", acts={"start"})
    await talk.user_input("yes", acts={"affirm"})
    await talk.user_input("show my payments", intent="payment_history", acts={"start"})
    talk.assert_response("utter_payment_history")
    talk.assert_message(r"account 001, the newest first\. Paid this year: \$40\.00")


async def test_bills_are_listed(talk: Talk) -> None:
    await talk.user_input("show my bills", intent="billing_history", acts={"start"})
    talk.assert_response("utter_billing_history")


async def test_what_was_paid_at_the_counter_is_listed(begin: Begin, tmp_path: Path) -> None:
    talk = await begin(channel="sms")
    paid = "number,account,posted_on,amount,source\nR-20817,99999-001,11/17/2026,112.40,counter\n"
    assert not (await sync(talk.backend, only(tmp_path / "feed", payments=paid))).refused
    await talk.user_input("show my payments", intent="payment_history", acts={"start"})
    talk.assert_message(r"Paid this year: \$112\.40")
    talk.assert_message(r"Nov 17, 2026 \$112\.40 R-20817 paid at the counter")
    await talk.user_input("did my payment go through", intent="payment_confirmation", acts={"start"})
    talk.assert_message(r"\$112\.40 on Tuesday, November 17: paid at the counter, and booked\. Confirmation R-20817")


async def test_a_credit_bill_is_a_credit_and_never_due(begin: Begin, tmp_path: Path) -> None:
    talk = await begin(channel="sms")
    bill = (
        "account,issued_on,due_on,period_start,period_end,kwh,amount\n"
        "99999-001,2026-11-17,2026-12-07,2026-10-17,2026-11-16,-310,(31.00)\n"
    )
    assert not (await sync(talk.backend, only(tmp_path / "feed", bills=bill))).refused
    await talk.user_input("show my bills", intent="billing_history", acts={"start"})
    talk.assert_message(r"Nov 17, 2026 \$31\.00 credit, -310 kWh")
    await talk.user_input("what do I owe", intent="check_balance", acts={"start"})
    talk.assert_message(r"\$81\.40")


async def test_a_stranger_sees_no_list(stranger: Talk) -> None:
    await stranger.user_input("show my payments", intent="payment_history", acts={"start"})
    assert stranger.responses == ["utter_question_member_number"]
    await stranger.user_input("99999-001", acts={"answer"})
    await stranger.user_input("0142", acts={"answer"})
    stranger.assert_response("utter_question_code")  # the past is told only to who holds the phone on file
    await stranger.user_input("000000", acts={"answer"})
    stranger.assert_no_response("utter_payment_history_none")
    await stranger.user_input("never mind", intent="cancel", acts={"cancel"})
    assert stranger.open_task is None


async def test_a_copy_of_a_bill_needs_no_number(talk: Talk) -> None:
    await talk.user_input("a copy of my October bill by email", intent="billing_history", acts={"start"})
    talk.assert_response("utter_bill_copy_how")
    talk.assert_no_response("utter_question_member_number")
