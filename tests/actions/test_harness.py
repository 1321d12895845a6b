"""The harness itself: it plays what the engine does, as far as tests of tasks need it."""

from __future__ import annotations

import pytest

from tests.actions.conftest import Begin
from tests.support.harness.talk import Talk


async def test_a_payment_by_buttons(talk: Talk) -> None:
    await talk.user_input("I want to pay my bill", intent="quick_pay", acts={"start"})
    assert talk.open_task == "quick_pay_form"
    assert talk.slots["requested_slot"] == "pay_amount"
    await talk.press("All of it today, $112.40")
    await talk.press("Visa ending 4242")
    talk.assert_message(r"pay \$112\.40 today, with Visa ending 4242")
    await talk.press("Yes, pay $112.40")
    talk.assert_response("utter_pay_done")
    assert talk.open_task is None


async def test_the_action_after_a_form_forgets_its_answers(talk: Talk) -> None:
    await talk.user_input("pay 20", intent="quick_pay", acts={"start"})
    assert talk.slots["pay_amount"] == 2000
    await talk.user_input("never mind", intent="cancel", acts={"cancel"})
    assert (talk.slots["pay_amount"], talk.slots["requested_slot"], talk.slots["question"]) == (None, None, None)


async def test_a_message_that_a_form_rejects_is_for_its_intents_rule_and_the_form_asks_again(talk: Talk) -> None:
    await talk.user_input("pay my bill", intent="quick_pay", acts={"start"})
    await talk.user_input("thank you dear", intent="thank", acts={"social"})
    talk.assert_response("utter_answer_thank", "utter_question_pay_amount")
    assert talk.open_task == "quick_pay_form"


async def test_a_rule_opens_another_form_and_the_first_comes_back(talk: Talk) -> None:
    await talk.user_input("pay my bill", intent="quick_pay", acts={"start"})
    await talk.user_input("turn on auto pay", intent="setup_autopay", acts={"start"})
    assert (talk.open_task, talk.slots["paused_task"]) == ("autopay_form", "quick_pay_form")
    await talk.user_input("never mind", intent="cancel", acts={"cancel"})
    talk.assert_response("utter_task_canceled", "utter_back_to", "utter_question_pay_amount")
    assert talk.open_task == "quick_pay_form"


async def test_an_action_may_name_the_next(talk: Talk) -> None:
    await talk.user_input("what payments are scheduled", intent="schedule_payment", acts={"start"})
    talk.assert_response("utter_sched_none")


async def test_words_by_channel_and_language(begin: Begin) -> None:
    talk = await begin(channel="sms", language="es")
    await talk.user_input("quiero pagar", intent="quick_pay", acts={"start"})
    talk.assert_message("Envíe TODO")


async def test_variant_depends_on_a_slot(talk: Talk) -> None:
    await talk.user_input("pay my bill", intent="quick_pay", acts={"start"})
    await talk.user_input("the wind is strong", intent="out_of_scope", acts={"unclear"})
    talk.assert_message("I need an amount there")


async def test_the_intent_is_guessed_from_the_acts(talk: Talk) -> None:
    await talk.user_input("sure", acts={"affirm"})
    assert talk.log.latest_message["intent"]["name"] == "affirm"
    await talk.user_input("50")
    assert talk.log.latest_message["intent"]["name"] == "inform"


async def test_missing_message_fails_with_the_conversation(talk: Talk) -> None:
    await talk.user_input("hello", intent="greet", acts={"social"})
    talk.assert_no_message("Goodbye")
    with pytest.raises(AssertionError, match="> hello"):
        talk.assert_message("Goodbye")
    with pytest.raises(AssertionError, match="no button is called"):
        await talk.press("Goodbye")


async def test_an_act_that_does_not_exist_is_refused(talk: Talk) -> None:
    with pytest.raises(AssertionError, match="are no acts"):
        await talk.user_input("hello", acts={"greet"})
