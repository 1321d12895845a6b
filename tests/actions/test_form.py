"""How it behaves in any task: it waits, comforts once, lets go at a no, and says that it has what it has."""

from __future__ import annotations

import pytest

from backend.members.levels import Level
from tests.actions.conftest import Begin
from tests.support.harness.talk import Talk, clause


async def pay(talk: Talk, words: str = "pay my bill") -> None:
    await talk.user_input(words, intent="quick_pay", acts={"start"})


@pytest.mark.parametrize("words", ["hold on", "let me get my glasses", "just a minute dear", "wait"])
async def test_it_waits_and_the_question_stays_open(talk: Talk, words: str) -> None:
    await pay(talk, "pay 20 with my visa")
    await talk.user_input(words, acts={"answer"})
    assert talk.responses == ["utter_hold"]
    await talk.user_input("yes")
    talk.assert_response("utter_pay_done")


async def test_it_waits_with_an_offer_too(talk: Talk) -> None:
    await talk.user_input("what do i owe", intent="check_balance", acts={"ask"})
    talk.assert_message("Would you like to pay it?")
    await talk.user_input("one moment")
    await talk.user_input("yes")
    assert talk.open_task == "quick_pay_form"


@pytest.mark.parametrize(
    ("words", "feeling"),
    [
        ("my husband passed away, he did all this", "grief"),
        ("i lost my job", "hardship"),
        ("this is ridiculous", "anger"),
        ("i am so scared", "fear"),
    ],
)
async def test_a_feeling_is_met_once(talk: Talk, words: str, feeling: str) -> None:
    await pay(talk)
    await talk.user_input(words, intent="out_of_scope", acts={"feeling"})
    talk.assert_response(f"utter_feeling_{feeling}", "utter_question_pay_amount")
    await talk.user_input(words, intent="out_of_scope", acts={"feeling"})
    talk.assert_no_response(f"utter_feeling_{feeling}")


async def test_acknowledged_feeling_is_not_a_missed_answer(talk: Talk) -> None:
    await pay(talk)
    await talk.user_input("i lost my job", intent="out_of_scope", acts={"feeling"})
    assert talk.slots["misses"] == 0
    talk.assert_message("You owe")


async def test_feeling_with_an_answer_is_acknowledged_and_the_answer_used(talk: Talk) -> None:
    await pay(talk)
    await talk.user_input("this is ridiculous. 40", acts={"feeling", "answer"})
    talk.assert_response("utter_feeling_anger", "utter_question_pay_method")
    assert talk.slots["pay_amount"] == 4000


@pytest.mark.parametrize("words", ["no", "nope", "no thank you"])
async def test_a_no_at_an_amount_leaves(talk: Talk, words: str) -> None:
    await pay(talk)
    await talk.user_input(words, intent="deny", acts={"deny"})
    talk.assert_response("utter_pay_canceled")
    assert talk.open_task is None


async def test_a_no_at_an_amount_leaves_in_spanish(begin: Begin) -> None:
    talk = await begin(language="es")
    await pay(talk, "quiero pagar")
    await talk.user_input("no gracias", intent="deny", acts={"deny"})
    talk.assert_response("utter_pay_canceled")


async def test_a_no_with_an_amount_changes_it(talk: Talk) -> None:
    await pay(talk, "pay 20 with my visa")
    await talk.user_input("no, better 60", intent="cancel", acts={"correct"})
    talk.assert_message(r"pay \$60\.00 today")


async def test_identity_is_asked_once_over_a_detour(begin: Begin) -> None:
    talk = await begin(Level.ANONYMOUS)
    await pay(talk)
    await talk.user_input("99999-001", acts={"answer"})
    await talk.user_input("turn on auto pay", intent="setup_autopay", acts={"start"})
    talk.assert_response("utter_question_phone_last4")
    await talk.user_input("never mind", intent="cancel", acts={"cancel"})
    talk.assert_response("utter_back_to", "utter_question_phone_last4")
    await talk.user_input("0142", acts={"answer"})
    talk.assert_response("utter_question_pay_amount")


async def test_facts_of_the_first_message_survive_questions(begin: Begin) -> None:
    talk = await begin(Level.ANONYMOUS)
    await pay(talk, "pay 30 on friday, my number is 99999-001, last four 0142")
    talk.assert_response("utter_question_pay_method")
    talk.assert_message(r"\$30\.00")
    assert talk.slots["pay_day"] == "2026-11-20"


async def test_number_given_without_a_task_is_stored(begin: Begin) -> None:
    talk = await begin(Level.ANONYMOUS)
    await talk.user_input("my number is 99999-001", acts={"volunteer"})
    talk.assert_response("utter_question_phone_last4")
    await pay(talk)
    talk.assert_response("utter_question_phone_last4")
    await talk.user_input("0142", acts={"answer"})
    talk.assert_response("utter_question_pay_amount")


@pytest.mark.parametrize("words", ["the wind is bad", "ok", "hmm", "my neighbor told me"])
async def test_nothing_is_noted_that_was_not_given(begin: Begin, words: str) -> None:
    talk = await begin(Level.ANONYMOUS)
    await pay(talk)
    await talk.user_input(words, intent="out_of_scope", acts={"volunteer"})
    talk.assert_no_response("utter_noted")


async def test_early_answer_is_noted_by_name(begin: Begin) -> None:
    talk = await begin(Level.ANONYMOUS)
    await pay(talk)
    await talk.user_input("I want to do 40", acts={"volunteer"})
    talk.assert_response("utter_noted", "utter_question_member_number")
    talk.assert_message("I have the amount.")


async def test_three_misses_bring_a_person(talk: Talk) -> None:
    await pay(talk)
    for _ in range(3):
        await talk.user_input("the wind is bad", intent="out_of_scope", acts={"unclear"})
    talk.assert_response("utter_person_after_misses")
    assert talk.open_task is None


async def test_yes_to_a_choice_is_asked_in_another_way(talk: Talk) -> None:
    await pay(talk, "pay 40")
    talk.assert_message("How would you like to pay")
    await talk.user_input("yes", intent="affirm", acts={"affirm"})
    talk.assert_message("Please choose one of these")


async def test_question_after_hold_on_is_answered(begin: Begin) -> None:
    talk = await begin(Level.ANONYMOUS)
    await talk.user_input("pay my bill", intent="quick_pay", acts={"start"})
    words = "hold on, before I give you anything, what is the late fee"
    asked = clause("what is the late fee", acts={"ask"})
    wait = clause("hold on, before I give you anything", acts={"hold"})
    await talk.user_input(words, acts={"hold", "ask"}, clauses=(wait, asked), knowledge=[("late_fee", 0.9)])
    talk.assert_no_response("utter_hold")
    talk.assert_message("late")
    assert talk.slots["requested_slot"] == "member_number"


async def test_unknown_question_ends_the_hold(begin: Begin) -> None:
    talk = await begin(Level.ANONYMOUS)
    await talk.user_input("pay my bill", intent="quick_pay", acts={"start"})
    await talk.user_input("hold on where did I put that bill", acts={"hold", "ask"})
    assert talk.responses == ["utter_hold"]


async def test_begging_pardon_is_not_fear(talk: Talk) -> None:
    await talk.user_input("I am afraid I have forgotten it", intent="reset_password", acts={"start"})
    talk.assert_no_message("frightening")
    await talk.user_input("I'm afraid you will shut me off", acts={"feeling"})
    talk.assert_message("frightening|worr")
