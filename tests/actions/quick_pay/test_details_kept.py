"""Payment details given early are stored through identity, a code, and questions in between."""

from __future__ import annotations

import pytest
from sqlalchemy import update

from backend.members.levels import Level
from backend.payments.models import PaymentMethod
from tests.actions.conftest import Begin
from tests.backend.household import Household
from tests.support.harness.talk import Talk, clause


async def known(talk: Talk) -> None:
    await talk.user_input("99999-001", acts={"answer"})
    await talk.user_input("0142", acts={"answer"})


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "i need to pay the bill but not till december 5, use the card you have"),
        ("es", "quiero pagar mi recibo el 5 de diciembre, con la tarjeta que tienen"),
    ],
)
async def test_the_whole_first_message_is_read_back(begin: Begin, language: str, words: str) -> None:
    talk = await begin(Level.ANONYMOUS, channel="sms", language=language)
    await talk.user_input(words, intent="quick_pay", acts={"start"})
    await known(talk)
    assert talk.slots["pay_amount"] == "bill"
    assert talk.slots["pay_day"] == "2026-12-05"
    assert talk.slots["pay_method"] == "saved"
    talk.assert_response("utter_question_code")


async def test_bill_without_a_day_or_method_is_still_asked_about(begin: Begin) -> None:
    talk = await begin(Level.KNOWN)
    await talk.user_input("pay my bill", intent="quick_pay", acts={"start"})
    talk.assert_response("utter_question_pay_amount")
    await talk.user_input("yes", intent="affirm", acts={"affirm"})
    talk.assert_response("utter_question_pay_method")
    assert talk.slots["pay_amount"] == 11240


async def test_method_and_amount_change_while_waiting_for_a_code(begin: Begin) -> None:
    talk = await begin(Level.KNOWN)
    await talk.user_input("pay 50 with the bank", intent="quick_pay", acts={"start"})
    talk.assert_response("utter_question_code")
    await talk.user_input("no the other card", acts={"correct"})
    talk.assert_response("utter_noted", "utter_question_code")
    talk.assert_message("the way to pay, the other one")
    await talk.user_input("actually make it 60", acts={"correct"})
    assert talk.slots["pay_amount"] == 6000
    assert talk.slots["pay_method_hint"].startswith("not: ")


async def test_other_of_two_saved_methods_is_used_after_the_code(talk: Talk) -> None:
    await talk.user_input("pay 50 with the card ending 9999", intent="quick_pay", acts={"start"})
    talk.assert_response("utter_question_pay_method_none")
    talk.assert_message("nothing ending 9999")
    await talk.user_input("the checking", acts={"answer"})
    talk.assert_message("checking")


async def test_question_about_the_run_is_not_a_cancel(talk: Talk) -> None:
    await talk.user_input("pay 50 with the visa", intent="quick_pay", acts={"start"})
    await talk.user_input("wait will that cancel the other one too", intent="cancel", sure=0.46, acts={"ask": 0.77})
    assert talk.open_task == "quick_pay_form"
    talk.assert_no_response("utter_pay_canceled")


async def test_several_days_make_a_plan(begin: Begin) -> None:
    talk = await begin(Level.KNOWN)
    words = "can i do 60 on monday and the rest on december 15"
    await talk.user_input(words, intent="schedule_payment", acts={"start", "volunteer"})
    assert talk.open_task == "arrangement_form"
    talk.assert_message(r"\$60\.00")


async def test_scheduled_payment_does_not_conflict_with_a_payment(talk: Talk) -> None:
    words = "pay 50 on friday with bank"
    await talk.user_input(
        words, intent="quick_pay", sure=0.39, next_best=("schedule_payment", 0.27), acts={"start", "volunteer"}
    )
    talk.assert_response("utter_question_pay_confirm")


async def test_shutoff_answer_is_paid_from_its_offer(talk: Talk) -> None:
    await talk.user_input("what do i owe", intent="check_balance", acts={"ask"})
    await talk.user_input("ok pay that, w/ my card", intent="affirm", sure=0.65, acts={"volunteer": 0.77})
    assert talk.open_task == "quick_pay_form"
    talk.assert_response("utter_question_pay_confirm")


async def test_member_who_sees_no_double_charge_is_offered_a_call(talk: Talk) -> None:
    await talk.user_input("did my payment go through", intent="payment_confirmation", acts={"ask"})
    talk.assert_response("utter_status_none")
    await talk.user_input("i mailed a check last week", intent="payment_confirmation", acts={"start", "volunteer"})
    talk.assert_response("utter_status_none_still")
    await talk.user_input("yes", intent="affirm", acts={"affirm"})
    talk.assert_response("utter_question_callback_when")


async def test_a_new_date_on_a_card_opens_no_task(talk: Talk) -> None:
    parts = [clause("0069 new exp 8/30", intent="start_stop_service", acts={"start", "volunteer"})]
    await talk.user_input("0069 new exp 8/30", intent="inform", acts={"start", "volunteer"}, clauses=parts)
    assert talk.open_task is None
    talk.assert_message("no card number or date is taken here")


async def test_it_is_the_payment_that_was_set_just_now(talk: Talk) -> None:
    await talk.user_input("pay 30 on december 2 with the visa", intent="quick_pay", acts={"start"})
    await talk.user_input("yes", intent="affirm", acts={"affirm"})
    talk.assert_response("utter_pay_scheduled")
    parts = [clause("change it to dec 3", intent="change_or_cancel_autopay", acts={"start"})]
    await talk.user_input("change it to dec 3", intent="inform", acts={"start"}, clauses=parts)
    talk.assert_response("utter_question_sched_move")
    talk.assert_message("December 3")
    await talk.user_input("yes", intent="affirm", acts={"affirm"})
    await talk.user_input("actually cancel it", intent="cancel", acts={"cancel"})
    talk.assert_response("utter_question_sched_cancel")


async def test_payment_with_an_auto_pay_request_comes_after_it(talk: Talk) -> None:
    await talk.user_input("pay bill and put me on autopay", intent="setup_autopay", acts={"start"})
    assert talk.open_task == "autopay_form"
    assert talk.agenda == ["quick_pay_form"]
    talk.assert_response("utter_agenda_added", "utter_question_autopay_day")


async def test_method_given_before_the_code_is_used_for_auto_pay(begin: Begin) -> None:
    talk = await begin(Level.KNOWN)
    words = "put me on autopay on the 5th with my checking"
    await talk.user_input(words, intent="setup_autopay", acts={"start", "volunteer"})
    talk.assert_response("utter_question_code")
    assert talk.slots["auto_day"] == "5"
    assert talk.slots["auto_method"].startswith("words: ")
    await talk.user_input("make it the 7th, and the visa", acts={"correct"})
    assert talk.slots["auto_day"] == "7"
    assert "visa" in talk.slots["auto_method"]


async def test_request_at_a_question_code_comes_after_the_answer(begin: Begin) -> None:
    talk = await begin(Level.KNOWN)
    await talk.user_input(
        "when does the next one go out",
        intent="out_of_scope",
        acts={"ask"},
        knowledge=[("account_next_automatic", 0.9)],
    )
    talk.assert_response("utter_question_code")
    await talk.user_input("ok set one up for friday, 40 bucks", intent="schedule_payment", acts={"answer"})
    talk.assert_response("utter_agenda_added", "utter_question_code")
    assert talk.agenda == ["quick_pay_form"]


async def test_a_number_leaves_an_offered_call_open(begin: Begin) -> None:
    talk = await begin(Level.ANONYMOUS)
    await talk.user_input("do you sell fire wood?", acts={"ask"})
    talk.assert_response("utter_not_known")
    await talk.user_input("99999-001", acts={"answer"})
    talk.assert_response("utter_offer_call_still")
    await talk.user_input("yes", intent="affirm", acts={"affirm"})
    talk.assert_response("utter_question_callback_when")


async def test_saved_methods_are_listed_to_an_identified_member(talk: Talk) -> None:
    await talk.user_input("what cards do you have", acts={"ask"}, knowledge=[("account_saved_methods", 0.8)])
    talk.assert_message("Saved on your account: Visa ending 4242, good through")
    talk.assert_message("ending 6789")


async def test_a_bill_of_several_words_ends_with_all(talk: Talk) -> None:
    await talk.user_input("PAY. NOW. ALL.", intent="quick_pay", acts={"start"})
    talk.assert_response("utter_question_pay_method")
    assert talk.slots["pay_amount"] == 11240


async def test_task_is_switched_while_waiting_for_a_code(begin: Begin) -> None:
    talk = await begin(Level.KNOWN)
    await talk.user_input("pay my bill", intent="quick_pay", acts={"start"})
    await talk.user_input("can I set up auto pay instead", intent="setup_autopay", acts={"start"})
    talk.assert_response("utter_question_code")
    let_us = clause("let's just pay it now", intent="quick_pay", acts={"start"})
    no = clause("hmm no", intent="deny", acts={"deny"})
    await talk.user_input(
        "hmm no let's just pay it now", intent="quick_pay", acts={"skip", "start"}, clauses=(no, let_us)
    )
    assert talk.open_task == "quick_pay_form"
    talk.assert_message("How much would you like to pay")


async def test_conversation_does_not_end_at_a_code(begin: Begin) -> None:
    talk = await begin(Level.KNOWN)
    await talk.user_input("pay 50 with the bank", intent="quick_pay", acts={"start"})
    await talk.user_input("done", intent="goodbye", acts={"unclear"})
    talk.assert_no_message("Goodbye")
    assert talk.slots["requested_slot"] == "one_time_code"


async def test_a_card_that_has_expired_is_not_offered(talk: Talk, home: Household) -> None:
    async with talk.backend.db.transaction() as session:
        await session.execute(
            update(PaymentMethod).where(PaymentMethod.id == home.card_id).values(exp_year=2025, exp_month=10)
        )
    await talk.user_input("pay 50 today", intent="quick_pay", acts={"start"})
    titles = [button["title"] for button in talk.buttons]
    assert not any("4242" in title for title in titles)
    assert any("6789" in title for title in titles)


async def test_reason_for_a_card_names_no_other_method(talk: Talk) -> None:
    await talk.user_input("pay 50 today", intent="quick_pay", acts={"start"})
    await talk.user_input("the visa please, because my checking is for the rent", acts={"answer", "volunteer"})
    talk.assert_message("with Visa ending 4242")


async def test_remaining_balance_is_told_once(talk: Talk) -> None:
    pays = clause("pay 50 today with the visa", intent="quick_pay", acts={"start"})
    left = clause("tell me what I owe then", intent="check_balance", acts={"start"})
    words = f"{pays['text']} and {left['text']}"
    await talk.user_input(words, intent="quick_pay", acts={"start"}, clauses=(pays, left))
    assert talk.agenda == ["balance_form"]
    await talk.user_input("yes", intent="affirm", acts={"affirm"})
    talk.assert_message("You now owe $62.40")
    assert talk.agenda == []
    assert talk.open_task is None
    assert talk.text.count("62.40") == 1


async def test_number_next_to_a_question_is_not_an_amount(talk: Talk) -> None:
    await talk.user_input("pay my bill", intent="quick_pay", acts={"start"})
    talk.assert_response("utter_question_pay_amount")
    asked = clause("Is the barn in with it?", acts={"ask"})
    statement = clause("He had two, I think.", acts={"volunteer"})
    words = f"{asked['text']} {statement['text']}"
    await talk.user_input(words, acts={"ask", "volunteer"}, clauses=(asked, statement), knowledge=[("late_fee", 0.9)])
    assert talk.slots["pay_amount"] is None
    talk.assert_response("utter_question_pay_amount")
