"""What goes to people: calls, arrangements, cases, and changes of how a member is reached."""

from __future__ import annotations

import pytest

from backend.app import Backend
from backend.clock import ManualClock
from backend.members.levels import Level
from backend.tickets import service as tickets
from backend.tickets.models import Ticket
from tests.tasks.conftest import Begin
from tests.tasks.harness import Talk


@pytest.fixture
async def night(clock: ManualClock, begin: Begin) -> Talk:
    """A web chat of nobody known while the office is closed: Wednesday, eleven at night."""
    clock.advance(hours=13)
    return await begin(Level.ANONYMOUS)


async def filed(backend: Backend, talk: Talk) -> Ticket:
    async with backend.db.read_session() as session:
        [ticket] = await tickets.list_of_conversation(session, talk.log.conversation_id)
        return ticket


async def ask_for_a_call(talk: Talk, words: str = "have somebody call me about the deposit") -> None:
    await talk.user_input(words, intent="speak_to_human", acts={"person"})


async def test_a_yes_takes_the_time_that_was_proposed(night: Talk) -> None:
    await ask_for_a_call(night)
    await night.user_input("yes", acts={"affirm"})
    await night.user_input("815-555-0123", acts={"answer"})
    night.assert_response("utter_question_callback_confirm")
    night.assert_message("10:00 AM")


async def test_another_phone_by_its_end_is_asked_for_whole(night: Talk, backend: Backend) -> None:
    await ask_for_a_call(night)
    await night.user_input("friday at 10", acts={"answer"})
    await night.user_input("815-555-0123", acts={"answer"})
    await night.user_input("wait mine ends 2203", acts={"correct"})
    night.assert_response("utter_question_callback_other_phone")
    await night.user_input("815-555-2203", acts={"answer"})
    night.assert_message("ending 2203")
    night.assert_message("Friday, November 20 at 10:00 AM")


async def test_no_my_cell_keeps_the_time(night: Talk) -> None:
    await ask_for_a_call(night)
    await night.user_input("friday at 10", acts={"answer"})
    await night.user_input("815-555-0123", acts={"answer"})
    await night.user_input("no, my cell phone", intent="deny", acts={"deny"})
    night.assert_response("utter_question_callback_phone")
    await night.user_input("815-555-9191", acts={"answer"})
    night.assert_message("Friday, November 20 at 10:00 AM to the phone ending 9191")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("my bill", "my bill"),
        (
            "about the estimate you put on it, nobody read the meter",
            "the estimate you put on it, nobody read the meter",
        ),
    ],
)
async def test_the_subject_told_at_the_time_is_passed_on(night: Talk, words: str, told: str) -> None:
    await ask_for_a_call(night, "I want to talk to a person")
    await night.user_input(words, acts={"answer"})
    night.assert_response("utter_callback_subject", "utter_question_callback_when")
    night.assert_message(told)


async def test_no_call_to_cancel_is_said(night: Talk) -> None:
    await night.user_input("please cancel my callback", intent="cancel", acts={"cancel"})
    night.assert_response("utter_callback_none")


async def test_a_question_about_the_plan_changes_none(talk: Talk) -> None:
    await talk.user_input("can i split it, half today and half friday", intent="payment_arrangement", acts={"start"})
    talk.assert_response("utter_question_arrangement_confirm")
    await talk.user_input("is that all at once?", acts={"ask"})
    talk.assert_response("utter_arrangement_at_once", "utter_question_arrangement_confirm")
    talk.assert_message("in parts")
    assert len(talk.slots["arrangement_plan"]["parts"]) == 2


async def test_cancel_the_arrangement_begins_none(talk: Talk) -> None:
    await talk.user_input("please cancel the arrangement", intent="payment_arrangement", acts={"start"})
    talk.assert_response("utter_arrangement_none")
    assert talk.open_task is None


async def test_a_day_on_a_notice_is_no_day_of_the_plan(talk: Talk) -> None:
    words = "the shutoff notice says nov 27. can I pay half on the 25th and half on the 30th"
    await talk.user_input(words, intent="payment_arrangement", acts={"start"})
    assert [on for _, on in talk.slots["arrangement_plan"]["parts"]] == ["2026-11-25", "2026-11-30"]


@pytest.mark.parametrize(
    ("words", "response"),
    [
        ("I want a text before my service is shut off", "utter_alerts_no_shutoff"),
        ("text me when the power is out", "utter_alerts_no_outage"),
    ],
)
async def test_an_alert_that_there_is_not_is_said_plainly(stranger: Talk, words: str, response: str) -> None:
    await stranger.user_input(words, intent="manage_alerts", acts={"start"})
    stranger.assert_response(response)
    assert stranger.open_task is None


async def test_a_part_of_a_new_address_is_put_right(talk: Talk) -> None:
    await talk.user_input("change my mailing address", intent="update_contact_info", acts={"start"})
    await talk.user_input("PO Box 44, Hanover IL 61041", acts={"answer"})
    await talk.user_input("no it's box 45", intent="deny", acts={"correct"})
    talk.assert_message("PO Box 45, Hanover IL 61041")


async def test_a_phone_and_an_email_in_one_message_are_both_changed(talk: Talk) -> None:
    words = "my phone is 815-555-8812 now and my new email is jane@example.com"
    await talk.user_input(words, intent="update_contact_info", acts={"start"})
    talk.assert_message("jane@example.com")
    await talk.user_input("yes", acts={"affirm"})
    await talk.user_input("no", intent="deny", acts={"deny"})
    talk.assert_response("utter_contact_proof_later", "utter_question_contact_confirm")
    talk.assert_message("815-555-8812")


async def test_ten_bare_digits_are_the_new_phone(talk: Talk) -> None:
    await talk.user_input("I got a new phone number", intent="update_contact_info", acts={"start"})
    await talk.user_input("8155550909", acts={"answer"})
    talk.assert_response("utter_question_contact_confirm")
    talk.assert_message("815-555-0909")


async def test_off_for_an_electrician_is_a_request_with_its_day(talk: Talk, backend: Backend) -> None:
    words = "turn my power off friday morning so my electrician can change the panel, then back on"
    await talk.user_input(words, intent="start_stop_service", acts={"start"})
    talk.assert_response("utter_question_case_confirm")
    talk.assert_message("friday morning")
    await talk.user_input("yes", acts={"affirm"})
    ticket = await filed(backend, talk)
    assert (ticket.kind, ticket.details["when it suits"]) == ("electrician", words)


async def test_what_is_promised_by_a_day_is_due_then(talk: Talk, backend: Backend) -> None:
    await talk.user_input("the lineman drove over my flowers", intent="complaint", acts={"start"})
    await talk.user_input("yes", acts={"affirm"})
    due = (await filed(backend, talk)).due_at
    assert due is not None
    assert due.astimezone(backend.coop.zone).date() == backend.coop.working_day_after(backend.today())


async def test_more_told_at_the_read_back_is_added(talk: Talk, backend: Backend) -> None:
    await talk.user_input("there is a charge I never agreed to", intent="dispute_charge", acts={"start"})
    await talk.user_input("it says 4821 and you billed 5821", acts={"volunteer"})
    talk.assert_response("utter_case_words_added", "utter_question_case_confirm")
    await talk.user_input("yes", acts={"affirm"})
    assert "4821" in (await filed(backend, talk)).details["words"]


async def test_a_word_for_the_office_is_read_back(talk: Talk) -> None:
    words = "tell the office whoever called me this morning has the wrong number"
    await talk.user_input(words, intent="cancel", acts={"cancel"})
    talk.assert_response("utter_question_case_confirm")
    talk.assert_message("wrong number")


async def test_who_paid_and_is_off_gets_a_person(night: Talk) -> None:
    words = "I need my power back on, it was shut off this morning and I paid"
    await night.user_input(words, intent="outage_restored", acts={"start"})
    night.assert_no_response("utter_outage_restored")
    assert night.open_task == "callback_form"


async def test_a_request_that_is_not_here_is_not_begun(talk: Talk) -> None:
    await talk.user_input("cancel my service stop, the deal fell through", intent="start_stop_service", acts={"start"})
    talk.assert_response("utter_service_none")
    assert talk.open_task is None


async def test_a_day_put_right_behind_the_request_is_written_onto_it(talk: Talk, backend: Backend) -> None:
    await talk.user_input("the lineman drove over my flowers", intent="complaint", acts={"start"})
    await talk.user_input("yes", acts={"affirm"})
    await talk.user_input("no wait, it was not the 15th, it was the 16th", intent="deny", acts={"deny", "correct"})
    talk.assert_response("utter_case_added")
    assert "the 16th" in (await filed(backend, talk)).notes[-1]["words"]


async def test_when_they_may_call_goes_with_the_report(talk: Talk, backend: Backend) -> None:
    await talk.user_input("you charged me twice for the deposit", intent="dispute_charge", acts={"start"})
    await talk.user_input("call me after 3 only", intent="speak_to_human", acts={"person"})
    talk.assert_response("utter_case_words_added", "utter_question_case_confirm")
    await talk.user_input("yes", acts={"affirm"})
    assert "after 3 only" in (await filed(backend, talk)).details["words"]


async def test_an_amount_of_damage_is_no_payment(talk: Talk) -> None:
    await talk.user_input("lightning came through your line and killed my well pump 1200 dollars", acts={"volunteer"})
    talk.assert_response("utter_question_case_confirm")
    talk.assert_message("a claim for damage")


async def test_a_text_wished_beside_paperless_comes_after_it(talk: Talk) -> None:
    words = "go paperless and text me when the bill is ready"
    await talk.user_input(words, intent="bill_notifications", acts={"start"})
    await talk.user_input("yes", acts={"affirm"})
    talk.assert_response("utter_agenda_next", "utter_question_alert_confirm")


async def test_a_day_told_at_the_place_is_no_place(talk: Talk) -> None:
    await talk.user_input("I am moving to another house", intent="start_stop_service", acts={"start"})
    await talk.user_input("december 4", acts={"answer"})
    talk.assert_response("utter_question_service_address")
    assert talk.slots.get("service_day") == "2026-12-04"
