"""A task that nobody asked for is not begun, and one that is refused is left at the first word."""

from __future__ import annotations

import pytest

from tests.support.harness.talk import Talk, clause

OWE = clause("tell me what I owe", intent="check_balance", acts={"start"})
FEAR = clause("I am so scared you will cut me off", intent="payment_arrangement", acts={"start": 0.7, "feeling": 0.98})


async def test_fear_of_a_shutoff_does_not_request_a_payment_plan(talk: Talk) -> None:
    await talk.user_input(f"{OWE['text']}, {FEAR['text']}", intent="check_balance", acts={"start"}, clauses=(OWE, FEAR))
    talk.assert_no_message("arrangement")
    assert talk.agenda == []


async def test_requesting_clause_decides_against_an_unsure_whole(talk: Talk) -> None:
    words = f"my daughter handles most of this, {OWE['text']}"
    story = clause("my daughter handles most of this", intent="out_of_scope", acts={"volunteer"})
    await talk.user_input(words, intent="name_change", sure=0.5, acts={"start"}, clauses=(story, OWE))
    talk.assert_message("You owe $112.40")
    talk.assert_no_message("name")


async def test_between_two_readings_it_asks_which(talk: Talk) -> None:
    words = "$40 on friday for the late one"
    await talk.user_input(words, intent="payment_arrangement", sure=0.4, acts={"start"}, next_best=("quick_pay", 0.35))
    talk.assert_response("utter_which_wish")
    assert talk.open_task is None
    await talk.press("Paying a bill")
    talk.assert_message("$40.00")
    talk.assert_no_message("How much would you like to pay")


@pytest.mark.parametrize(
    "words",
    ["no payment plan please", "I didn't ask to make an arrangement", "I am not asking for an arrangement, dear"],
)
async def test_refused_task_is_dropped_at_once(talk: Talk, words: str) -> None:
    await talk.user_input("help me pay later", intent="payment_arrangement", acts={"start"})
    assert talk.open_task == "arrangement_form"
    await talk.user_input(words, intent="payment_arrangement", sure=0.6, acts={"start", "deny"})
    assert talk.open_task is None
    talk.assert_response("utter_what_instead")


async def test_request_next_to_the_refusal_is_done(talk: Talk) -> None:
    await talk.user_input("help me pay later", intent="payment_arrangement", acts={"start"})
    no = clause("no payment plan", intent="payment_arrangement", acts={"deny"})
    await talk.user_input(f"{no['text']}. {OWE['text']}", intent="check_balance", acts={"start"}, clauses=(no, OWE))
    talk.assert_message("You owe $112.40")
    assert talk.open_task is None


async def test_a_value_that_is_refused_leaves_no_task(talk: Talk) -> None:
    await talk.user_input("pay 50 with my visa", intent="quick_pay", acts={"start"})
    await talk.user_input("no, I don't want to pay 50, make it 60", intent="quick_pay", acts={"correct"})
    assert talk.open_task == "quick_pay_form"
    talk.assert_message("$60.00")


async def test_subject_is_answered_where_a_task_was_only_the_second_guess(talk: Talk) -> None:
    words = "thinking about solar on my barn roof do you do net metering"
    await talk.user_input(
        words, intent="out_of_scope", sure=0.57, next_best=("meter_problem", 0.22), acts={"start": 0.91},
        knowledge=[("net_metering", 0.79)],
    )  # fmt: skip
    assert talk.open_task is None
    talk.assert_message("net meter")
    talk.assert_no_message("Which address")
