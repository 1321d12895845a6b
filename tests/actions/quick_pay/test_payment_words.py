"""Payment details are stored at any step, and a new card, a fear or a reason is recognized as such."""

from __future__ import annotations

import pytest

from backend.members.levels import Level
from tests.actions.conftest import Begin
from tests.support.harness.talk import Talk, clause


async def test_half_after_a_balance_is_the_amount(talk: Talk) -> None:
    await talk.user_input("what do I owe", intent="check_balance", acts={"ask"})
    talk.assert_response("utter_balance", "utter_balance_offer")
    await talk.user_input("half of it", acts={"volunteer"})
    await talk.user_input("with the visa", acts={"answer"})
    talk.assert_message(r"pay \$56\.20 today, with Visa")


@pytest.mark.parametrize("words", ["on friday with the visa", "con la visa el viernes"])
async def test_day_and_method_after_a_balance_are_stored(begin: Begin, words: str) -> None:
    talk = await begin(language="es" if words.startswith("con") else "en")
    await talk.user_input("what do I owe", intent="check_balance", acts={"ask"})
    await talk.user_input(words, acts={"answer"})
    talk.assert_response("utter_question_pay_confirm")  # what was offered is the whole bill
    talk.assert_message("112.40")
    await talk.user_input("40", acts={"answer"})
    talk.assert_response("utter_question_pay_confirm")
    talk.assert_message(r"\$40\.00")
    talk.assert_message("20")


async def test_amount_at_the_code_is_stored_and_read_back(begin: Begin) -> None:
    talk = await begin(level=Level.KNOWN)
    await talk.user_input("pay with my visa today", intent="quick_pay", acts={"start"})
    await talk.user_input("all of it", acts={"answer"})
    talk.assert_response("utter_question_code")
    await talk.user_input("half of it", acts={"correct"})
    talk.assert_message("the amount, half of it|the amount, \\$56")
    assert talk.slots["pay_amount"] in (5620, "half")


async def test_early_day_is_read_back(talk: Talk) -> None:
    await talk.user_input("I want to pay", intent="quick_pay", acts={"start"})
    await talk.user_input("on friday", acts={"answer"})
    talk.assert_message("the day, Friday, November 20")


@pytest.mark.parametrize(
    "words",
    ["all of it, because I am not going through this again next week", "all of it cuz my sister comes friday"],
)
async def test_a_reason_names_no_day(talk: Talk, words: str) -> None:
    await talk.user_input("I want to pay", intent="quick_pay", acts={"start"})
    await talk.user_input(words, acts={"answer", "feeling"})
    talk.assert_response("utter_question_pay_method")
    talk.assert_no_message("day")


async def test_payment_postponed_for_auto_pay_keeps_its_answers(talk: Talk) -> None:
    await talk.user_input("pay 60", intent="quick_pay", acts={"start"})
    await talk.user_input("can I just set up auto pay instead", intent="setup_autopay", acts={"start"})
    assert talk.open_task == "autopay_form"
    parts = [clause("hmm no", acts={"deny"}), clause("lets just pay it now", intent="quick_pay", acts={}, sure=0.55)]
    await talk.user_input("hmm no lets just pay it now", intent="deny", acts={"cancel": 0.5}, clauses=parts)
    assert (talk.open_task, talk.slots["pay_amount"]) == ("quick_pay_form", 6000)
    talk.assert_response("utter_back_to", "utter_question_pay_method")


async def test_refused_guess_is_dropped(talk: Talk) -> None:
    await talk.user_input("end it", intent="start_stop_service", acts={"start"})
    assert talk.open_task == "service_form"
    parts = [
        clause("No!", intent="deny", acts={"deny"}),
        clause("Don't turn off power.", intent="payment_arrangement", acts={"cancel"}, sure=0.4),
        clause("I mean the draft.", intent="bank_draft", acts={}),
    ]
    await talk.user_input("No! Don't turn off power. I mean the draft.", intent="bank_draft", clauses=parts, acts={})
    talk.assert_response("utter_draft_none")
    assert (talk.open_task, talk.slots["paused_task"]) == (None, None)


async def test_without_auto_pay_new_card_is_explained_once_with_a_call_offer(talk: Talk) -> None:
    await talk.user_input("my autopay card expired", intent="change_or_cancel_autopay", acts={"start"})
    talk.assert_message("never given here")
    await talk.user_input("can you just put the new one in", intent="update_contact_info", acts={"ask"}, sure=0.4)
    talk.assert_response("utter_auto_new_again")
    await talk.user_input("yes")
    assert talk.open_task == "callback_form"


async def test_call_about_a_new_card_is_read_back_in_spanish(begin: Begin) -> None:
    talk = await begin(language="es")
    await talk.user_input("mi tarjeta de auto pay se venció", intent="change_or_cancel_autopay", acts={"start"})
    await talk.user_input("tengo una tarjeta nueva", acts={"answer"})
    talk.assert_response("utter_auto_new_again")
    await talk.user_input("sí")
    assert talk.open_task == "callback_form"
    assert talk.slots["callback_about"] == "una tarjeta nueva para Auto Pay"


async def test_without_auto_pay_there_is_nothing_to_stop(talk: Talk) -> None:
    await talk.user_input("cancel my auto pay", intent="change_or_cancel_autopay", acts={"start"})
    talk.assert_response("utter_autopay_nothing_to_stop")
    assert talk.open_task is None, "who wants it stopped is not asked whether they want it"


async def test_a_stolen_card_is_not_offered(talk: Talk) -> None:
    await talk.user_input("set up auto pay on the due date", intent="setup_autopay", acts={"start"})
    talk.assert_response("utter_question_auto_method")
    await talk.user_input("not that Visa, it was stolen", acts={"answer"})
    talk.assert_message("checking ending 6789")
    talk.assert_no_message("Visa ending 4242")


@pytest.mark.parametrize("words", ["are you going to cut my lights off", "¿me van a cortar la luz?"])
async def test_fear_of_a_shutoff_is_answered_from_the_account(begin: Begin, words: str) -> None:
    talk = await begin(language="es" if words.startswith("¿") else "en")
    await talk.user_input(words, intent="payment_arrangement", acts={"ask", "feeling"})
    talk.assert_message("Nothing is past due|nada vencido")
    assert talk.open_task is None


async def test_all_of_it_before_the_due_date_needs_no_arrangement(talk: Talk) -> None:
    await talk.user_input(
        "nothing today, I can pay the whole thing on Friday November 20", intent="payment_arrangement", acts={"start"}
    )
    talk.assert_response("utter_arrangement_in_time", "utter_arrangement_offer_day")
    await talk.user_input("yes")
    await talk.user_input("visa", acts={"answer"})
    talk.assert_message("on Friday, November 20")


async def test_payment_method_at_the_plan_is_answered(talk: Talk) -> None:
    await talk.user_input("half today and half friday", intent="payment_arrangement", acts={"start"})
    await talk.user_input("with my card", acts={"correct"})
    talk.assert_response("utter_arrangement_way_later", "utter_question_arrangement_confirm")


@pytest.mark.parametrize("words", ["no payment plan please", "no, I said no plan", "I don't want an arrangement"])
async def test_refused_plan_is_dropped_at_once(talk: Talk, words: str) -> None:
    await talk.user_input(words, intent="payment_arrangement", acts={"cancel": 0.48})
    assert talk.open_task is None
    await talk.user_input("I need more time to pay", intent="payment_arrangement", acts={"start"})
    await talk.user_input(words, intent="payment_arrangement", acts={"cancel": 0.48})
    talk.assert_response("utter_arrangement_left")


async def test_question_drops_the_offer(talk: Talk) -> None:
    await talk.user_input(
        "nothing today, I can pay the whole thing on Friday November 20", intent="payment_arrangement", acts={"start"}
    )
    await talk.user_input("will you shut me off before that?", intent="payment_arrangement", acts={"ask"})
    await talk.user_input("yes")
    assert talk.open_task == "quick_pay_form"


async def test_double_charge_with_a_balance_question_is_answered_too(talk: Talk) -> None:
    words = "I think you take my money two times this month. Also how much do I owe"
    await talk.user_input(words, intent="check_balance", acts={"ask", "volunteer"})
    talk.assert_response("utter_balance", "utter_agenda_next", "utter_told")
    talk.assert_message("No payment was taken")
