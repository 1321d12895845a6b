"""After an answer: short questions, doubts, a withheld number, and goodbyes at the question for it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from backend.clock import ManualClock
from backend.members.levels import Level
from tests.actions.conftest import Begin
from tests.support.harness.talk import Talk, clause


async def test_previous_answer_takes_precedence_over_the_open_task(begin: Begin) -> None:
    talk = await begin(Level.ANONYMOUS)
    await talk.user_input("I need more time to pay", intent="payment_arrangement", acts={"start"})
    await talk.user_input("what is LIHEAP", acts={"ask"}, knowledge=[("liheap", 0.9)])
    await talk.user_input("how do I apply", acts={"ask"}, knowledge=[("liheap", 0.3), ("follow_how", 0.9)])
    talk.assert_message("where to apply near you")
    assert talk.open_task == "arrangement_form"


async def test_a_question_about_the_account_goes_on(talk: Talk) -> None:
    await talk.user_input("when does Auto Pay run", acts={"ask"}, knowledge=[("account_next_automatic", 0.9)])
    before = talk.text
    await talk.user_input("how much?", acts={"ask"}, knowledge=[("energy_rate", 0.2), ("follow_how_much", 0.9)])
    assert talk.text == before


async def test_explicit_question_is_not_a_follow_up(begin: Begin) -> None:
    talk = await begin(language="es")
    for _ in range(2):
        await talk.user_input("cuánto debo", intent="check_balance", acts={"ask"}, knowledge=[("follow_how_much", 0.9)])
        talk.assert_response("utter_balance")


async def test_withheld_number_is_not_pressed_for(begin: Begin) -> None:
    talk = await begin(Level.ANONYMOUS)
    await talk.user_input("what do I owe", intent="check_balance", acts={"ask"})
    await talk.user_input("I don't want to give you that", intent="deny", acts={"deny"})
    talk.assert_response("utter_number_withheld")
    assert talk.open_task is None
    await talk.user_input("why do you need it", acts={"ask"}, knowledge=[("follow_why", 0.9)])
    talk.assert_message("right account")


async def test_goodbye_at_the_number_question_ends_it(begin: Begin) -> None:
    talk = await begin(Level.ANONYMOUS)
    await talk.user_input("what do I owe", intent="check_balance", acts={"ask"})
    await talk.user_input("no that's all, thank you", intent="deny", acts={"deny"})
    assert talk.responses == ["utter_answer_goodbye"]
    assert talk.open_task is None


async def test_request_at_the_number_question_is_not_a_wrong_number(begin: Begin) -> None:
    talk = await begin(Level.ANONYMOUS)
    await talk.user_input("set up auto pay", intent="setup_autopay", acts={"start"})
    await talk.user_input("ok sign me up", intent="setup_autopay", acts={"start"})
    assert "could not find" not in talk.text
    talk.assert_response("utter_question_member_number")


async def test_disputed_balance_is_looked_up(talk: Talk) -> None:
    await talk.user_input("what do I owe", intent="check_balance", acts={"ask"})
    await talk.user_input("that's wrong, I paid that last week", intent="deny", acts={"volunteer"})
    talk.assert_response("utter_told", "utter_not_believed")
    await talk.user_input("yes", intent="affirm", acts={"affirm"})
    assert talk.open_task == "case_form"
    assert talk.slots["case_kind"] == "dispute"


async def test_another_language_with_no_task_open(talk: Talk) -> None:
    await talk.user_input("ok in english please", intent="out_of_scope", acts={"language"})
    talk.assert_response("utter_language_switched", "utter_language_what_now")


async def test_presence_question_is_answered(talk: Talk) -> None:
    await talk.user_input("yeah can you hear me?", intent="affirm", acts={"ask"})
    talk.assert_response("utter_present")
    await talk.user_input("yes", intent="inform", acts={"answer"})
    assert "utter_present" not in talk.responses


async def test_unknown_one_of_several_questions_is_named(talk: Talk) -> None:
    parts = [
        {**clause("is there a late fee", acts={"ask"}), "knowledge": [{"subject": "late_fee", "score": 0.9}]},
        {**clause("and who won the raffle?", acts={"ask"}), "knowledge": []},
    ]
    await talk.user_input("is there a late fee, and who won the raffle?", acts={"ask"}, clauses=parts)
    talk.assert_response("utter_told", "utter_rest_unknown")
    talk.assert_message("raffle")


async def test_same_answer_is_not_repeated_in_a_row(talk: Talk) -> None:
    await talk.user_input("any rebates for heat pumps", acts={"ask"}, knowledge=[("heat_pump_rebates", 0.9)])
    before = talk.text
    await talk.user_input("and rebates for water heaters?", acts={"ask"}, knowledge=[("heat_pump_rebates", 0.9)])
    assert before not in talk.text
    talk.assert_response("utter_told_all")


@pytest.mark.parametrize("words", ["what was left again?", "what's left"])
async def test_remaining_requests_are_listed_during_a_task(begin: Begin, words: str) -> None:
    talk = await begin(Level.ANONYMOUS)
    await talk.user_input("pay my bill", intent="quick_pay", acts={"start"})
    await talk.user_input(words, intent="repeat", acts={"ask"})
    talk.assert_response("utter_agenda_left")


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("are you open today", "open today from 8:00 AM"),
        ("are you open saturday", "closed tomorrow. It opens again on Mon"),
    ],
)
async def test_whether_the_office_is_open_on_a_day(talk: Talk, clock: ManualClock, words: str, expected: str) -> None:
    clock.advance(seconds=(datetime(2026, 12, 4, 15, tzinfo=UTC) - clock.now()).total_seconds())
    await talk.user_input(words, intent="faq_hours_contact", acts={"ask"})
    talk.assert_message(expected)
