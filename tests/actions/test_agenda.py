"""Several requests are done in order, named, dropped on demand, and never lost silently."""

from __future__ import annotations

from typing import Any

import pytest

from backend.members.levels import Level
from backend.tickets import service as tickets
from tests.actions.conftest import Begin
from tests.support.harness.talk import Talk, clause

PAY = clause("pay 20 with my visa", intent="quick_pay", acts={"start"})
PHONE = clause("change my phone number", intent="update_contact_info", acts={"start"})
PAPER = clause("stop the paper bills", intent="bill_notifications", acts={"start"})
LIGHT = clause("the street light at the road is out", intent="report_light", acts={"start"})


async def request(talk: Talk, *parts: dict[str, Any]) -> None:
    """Several wishes in one message."""
    words = ", ".join(part["text"] for part in parts)
    await talk.user_input(words, intent=parts[0]["intent"]["name"], acts={"start"}, clauses=parts)


async def test_three_requests_in_one_message_are_done_in_order(talk: Talk) -> None:
    await request(talk, PAY, PHONE, PAPER)
    talk.assert_message("I will do changing contact details and how bills come after this")
    assert talk.agenda == ["contact_form", "bill_notifications_form"]
    await talk.user_input("yes")
    talk.assert_response("utter_pay_done", "utter_agenda_next", "utter_question_contact_phone")
    await talk.user_input("555-555-0198", acts={"answer"})
    await talk.user_input("yes")
    talk.assert_response("utter_contact_changed", "utter_agenda_next")
    talk.assert_message("Now how bills come")
    await talk.press("Yes, do it")
    talk.assert_message("paper")
    assert (talk.open_task, talk.agenda) == (None, [])


async def test_remaining_requests_are_listed(talk: Talk) -> None:
    await request(talk, PAY, PHONE, PAPER)
    await talk.user_input("what's left?", acts={"ask"})
    talk.assert_message("paying a bill, changing contact details and how bills come")
    talk.assert_response("utter_question_pay_confirm")
    await talk.user_input("yes")
    await talk.user_input("what is left to do", acts={"ask"})
    talk.assert_no_message("paying a bill")
    talk.assert_message("changing contact details and how bills come")


async def test_empty_agenda_says_so(talk: Talk) -> None:
    await talk.user_input("what's left?", acts={"ask"})
    talk.assert_response("utter_agenda_empty")


async def test_request_keeps_its_intent(talk: Talk) -> None:
    await request(talk, PAY, LIGHT)
    await talk.user_input("yes")
    talk.assert_message("Report a street or yard light out")

    await talk.user_input("yes")
    assert talk.slots["case_words"] is None


async def test_statement_keeps_its_kind(talk: Talk) -> None:
    await request(talk, PAY, clause("show me my bills", intent="billing_history", acts={"start"}))
    await talk.user_input("yes")
    talk.assert_response("utter_pay_done", "utter_billing_history")


@pytest.mark.parametrize(
    ("words", "intent"),
    [
        ("forget the phone number", "update_contact_info"),
        ("forget the phone number", "cancel"),
        ("never mind the phone", "cancel"),
        ("I do not want the phone thing anymore", "out_of_scope"),
    ],
)
async def test_one_of_them_is_dropped_and_the_open_task_goes_on(talk: Talk, words: str, intent: str) -> None:
    await request(talk, PAY, PHONE, PAPER)
    await talk.user_input(words, intent=intent, acts={"cancel"})
    talk.assert_response("utter_agenda_dropped", "utter_question_pay_confirm")
    talk.assert_message("I leave out changing contact details")
    assert talk.agenda == ["bill_notifications_form"]


@pytest.mark.parametrize("words", ["never mind", "forget the payment", "cancel the bill"])
async def test_leaving_the_open_task_starts_the_next(talk: Talk, words: str) -> None:
    await request(talk, PAY, PHONE, PAPER)
    await talk.user_input(words, intent="cancel", acts={"cancel"})
    talk.assert_response("utter_pay_canceled", "utter_agenda_next", "utter_question_contact_phone")
    assert talk.agenda == ["bill_notifications_form"]


async def test_request_is_dropped_in_spanish(begin: Begin) -> None:
    talk = await begin(language="es")
    paper = clause("y ya no me manden papel", intent="bill_notifications", acts={"start"})
    await request(talk, clause("pagar 20 con la visa", intent="quick_pay", acts={"start"}), paper)
    await talk.user_input("olvídelo, lo del papel no", intent="cancel", acts={"cancel"})
    talk.assert_response("utter_agenda_dropped", "utter_question_pay_confirm")


async def test_request_after_a_yes_is_queued(talk: Talk) -> None:
    await request(talk, PAY)
    parts = [clause("yes", acts={"affirm"}), clause("and then set up auto pay", intent="setup_autopay", acts={"start"})]
    await talk.user_input("yes, and then set up auto pay", acts={"affirm", "start"}, clauses=parts)
    talk.assert_response("utter_agenda_added", "utter_pay_done", "utter_agenda_next")
    assert talk.open_task == "autopay_form"


async def test_request_after_a_no_is_queued(talk: Talk) -> None:
    await request(talk, PAY)
    parts = [
        clause("no", acts={"deny"}),
        clause("and stop the paper bills", intent="bill_notifications", acts={"start"}),
    ]
    await talk.user_input("no, and stop the paper bills", acts={"deny", "start"}, clauses=parts)
    talk.assert_response("utter_agenda_added", "utter_question_pay_change")
    assert talk.agenda == ["bill_notifications_form"]


async def test_two_reports_in_one_message_are_two_tickets(talk: Talk) -> None:
    tree = clause("a limb lies on the line behind the house", intent="report_tree", acts={"start"})
    await request(talk, LIGHT, tree)
    talk.assert_message("a tree near the lines")
    await talk.user_input("yes")
    talk.assert_response("utter_agenda_next")
    await talk.user_input("yes")
    async with talk.backend.db.transaction() as session:
        filed = await tickets.list_of_conversation(session, talk.log.conversation_id)
    assert sorted(ticket.kind for ticket in filed) == ["light", "tree"]


async def test_waiting_request_named_again_keeps_its_details(talk: Talk) -> None:
    await request(talk, PHONE, PAPER)
    await talk.user_input("and the paper bills", intent="bill_notifications", acts={"start"})
    talk.assert_no_message("on paper already")
    talk.assert_response("utter_question_bills_email")
    assert talk.agenda == []


async def test_a_number_that_did_not_match_is_not_held_against_the_next_task(begin: Begin) -> None:
    talk = await begin(Level.ANONYMOUS)
    await talk.user_input("what do I owe", intent="check_balance", acts={"start"})
    await talk.user_input("99999-001 9999", intent="inform", acts={"answer"})
    talk.assert_response("utter_question_identity_again")
    await talk.user_input("my power is out", intent="report_outage", acts={"start"})
    assert talk.open_task == "outage_form"
    talk.assert_no_response("utter_question_identity_still")
    talk.assert_message("Where is it")


async def test_same_task_asks_for_the_last_four_again(begin: Begin) -> None:
    talk = await begin(Level.ANONYMOUS)
    await talk.user_input("what do I owe", intent="check_balance", acts={"start"})
    await talk.user_input("99999-001 9999", intent="inform", acts={"answer"})
    await talk.user_input("I want to pay my bill", intent="quick_pay", acts={"start"})
    talk.assert_response("utter_question_phone_last4")
