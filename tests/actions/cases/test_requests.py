"""Requests for the office: what is read back, filed and added."""

from __future__ import annotations

from backend.app import Backend
from backend.tickets import service as tickets
from backend.tickets.models import Ticket
from tests.support.harness.talk import Talk


async def filed(backend: Backend, talk: Talk) -> Ticket:
    async with backend.db.read_session() as session:
        [ticket] = await tickets.list_of_conversation(session, talk.log.conversation_id)
        return ticket


async def test_off_for_an_electrician_is_a_request_with_its_day(talk: Talk, backend: Backend) -> None:
    words = "turn my power off friday morning so my electrician can change the panel, then back on"
    await talk.user_input(words, intent="start_stop_service", acts={"start"})
    talk.assert_response("utter_question_case_confirm")
    talk.assert_message("friday morning")
    await talk.user_input("yes", acts={"affirm"})
    ticket = await filed(backend, talk)
    assert (ticket.kind, ticket.details["when it suits"]) == ("electrician", words)


async def test_promised_day_sets_the_due_date(talk: Talk, backend: Backend) -> None:
    await talk.user_input("the lineman drove over my flowers", intent="complaint", acts={"start"})
    await talk.user_input("yes", acts={"affirm"})
    due = (await filed(backend, talk)).due_at
    assert due is not None
    assert due.astimezone(backend.coop.zone).date() == backend.coop.working_day_after(backend.today())


async def test_detail_at_the_read_back_is_added(talk: Talk, backend: Backend) -> None:
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


async def test_member_who_paid_and_is_off_gets_a_person(night: Talk) -> None:
    words = "I need my power back on, it was shut off this morning and I paid"
    await night.user_input(words, intent="outage_restored", acts={"start"})
    night.assert_no_response("utter_outage_restored")
    assert night.open_task == "callback_form"


async def test_corrected_day_after_filing_is_noted(talk: Talk, backend: Backend) -> None:
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


async def test_damage_amount_is_not_a_payment(talk: Talk) -> None:
    await talk.user_input("lightning came through your line and killed my well pump 1200 dollars", acts={"volunteer"})
    talk.assert_response("utter_question_case_confirm")
    talk.assert_message("a claim for damage")


async def test_what_was_said_of_a_double_charge_before_is_kept(talk: Talk, backend: Backend) -> None:
    """The account answered the first questions; the complaint behind them says only what is wished."""
    said = ("I was charged twice for my bill!", "I was charged twice, once on my card and once by check")
    for words in said:
        await talk.user_input(words, intent="out_of_scope", acts={"ask"}, knowledge=[("account_charged_twice", 0.95)])
    await talk.user_input("ok but I want the card charge back", intent="dispute_charge", acts={"start"})
    await talk.user_input("yes", intent="affirm")
    assert (await filed(backend, talk)).details["words"] == " / ".join((*said, "ok but I want the card charge back"))
