"""Requests to start, stop and move service."""

from __future__ import annotations

from backend.app import Backend
from backend.members.levels import Level
from backend.tickets.models import Ticket
from tests.actions.conftest import Begin
from tests.support.harness.rows import list_rows
from tests.support.harness.talk import Talk


async def start(talk: Talk) -> None:
    await talk.user_input("start service", intent="start_stop_service", acts={"start"})
    await talk.user_input("214 North Ridge Road, in Elizabeth.", acts={"answer"})
    await talk.user_input("monday", acts={"answer"})


async def test_unavailable_request_is_not_started(talk: Talk) -> None:
    await talk.user_input("cancel my service stop, the deal fell through", intent="start_stop_service", acts={"start"})
    talk.assert_response("utter_service_none")
    assert talk.open_task is None


async def test_day_given_at_the_place_question_is_not_a_place(talk: Talk) -> None:
    await talk.user_input("I am moving to another house", intent="start_stop_service", acts={"start"})
    await talk.user_input("december 4", acts={"answer"})
    talk.assert_response("utter_question_service_address")
    assert talk.slots.get("service_day") == "2026-12-04"


async def test_name_with_more_words_and_its_correction(stranger: Talk) -> None:
    await start(stranger)
    await stranger.user_input("Dora Graham. I'm already a member, you should have all that.", acts={"answer"})
    assert stranger.slots["service_name"] == "Dora Graham"
    await stranger.user_input("815-555-0123", acts={"answer"})
    await stranger.user_input("No! The name. Dora Grahame. Two words.", intent="deny", acts={"deny"})
    stranger.assert_message("for Dora Grahame;")
    stranger.assert_message("214 North Ridge Road, Elizabeth")


async def test_repeated_name_keeps_the_task(begin: Begin) -> None:
    talk = await begin(Level.ANONYMOUS, language="es")
    await talk.user_input("quiero servicio nuevo", intent="start_stop_service", acts={"start"})
    await talk.user_input("Es para el 220 de la calle Oak, en Elizabeth.", acts={"answer"})
    assert talk.slots["service_address"] == "220 de la calle Oak, Elizabeth"
    await talk.user_input("el lunes", acts={"answer"})
    await talk.user_input("¡Ya le dije! Ruth Abbott.", intent="cancel", acts={"cancel"})
    assert talk.slots["service_name"] == "Ruth Abbott"


async def test_the_deposit_is_answered_and_the_request_goes_on(begin: Begin) -> None:
    talk = await begin(Level.ANONYMOUS, language="es")
    await talk.user_input("quiero servicio nuevo", intent="start_stop_service", acts={"start"})
    await talk.user_input(
        "Es para el 220 de la calle Oak, en Elizabeth. Quiero pagar el depósito",
        intent="dispute_charge",
        acts={"start", "answer"},
    )
    talk.assert_response("utter_service_deposit", "utter_question_service_day")
    assert talk.agenda == []


async def test_the_final_bill_and_the_place_are_two_addresses(talk: Talk) -> None:
    await talk.user_input(
        "i'm moving out december 12, stop my service at 46 mill road", intent="start_stop_service", acts={"start"}
    )
    talk.assert_response("utter_question_service_final_bill")
    await talk.user_input("no mail it 512 oak st apt 4 galena il 61036", acts={"answer"})
    talk.assert_message("Stop service at 46 mill road .*the final bill to 512 oak st apt 4 galena il 61036")
    await talk.user_input("no its 514 oak st apt 4 galena il 61036", acts={"correct"})
    talk.assert_message("Stop service at 46 mill road .*the final bill to 514 oak st apt 4 galena il 61036")


async def test_service_is_stopped_when_moving_out(talk: Talk, backend: Backend) -> None:
    words = "i'm moving out december 1, stop my service"
    await talk.user_input(words, intent="start_stop_service", acts={"start"})
    talk.assert_response("utter_question_service_final_bill")
    await talk.user_input("the email on file", acts={"answer"})
    talk.assert_message("Stop service at account 99999-001 on Tuesday, December 1")  # the address on file is not told
    await talk.user_input("no, december 4", acts={"correct"})
    talk.assert_message("on Friday, December 4")
    await talk.user_input("call me at 815-555-0177", acts={"volunteer"})
    talk.assert_message("ending 0177")
    assert await list_rows(backend, Ticket) == []
    await talk.user_input("yes", acts={"affirm"})
    talk.assert_response("utter_service_ticket")
    [ticket] = await list_rows(backend, Ticket)
    assert ticket.details["final bill to"] == "the email on file, ruth@example.com"
    assert (ticket.details["day"], ticket.phone) == ("Friday, December 4", "+18155550177")


async def test_service_is_started_with_everything_in_one_message(stranger: Talk, backend: Backend) -> None:
    words = "start service at 12 Oak Street, Hanover on friday under Ann Miller, 815-555-0123"
    await stranger.user_input(words, intent="start_stop_service", acts={"start"})
    stranger.assert_message("at 12 Oak Street, Hanover on Friday, November 20, for Ann Miller; .* ending 0123")
    await stranger.user_input("the name is Anna Mueller", acts={"correct"})
    stranger.assert_message(", for Anna Mueller;")
    await stranger.user_input("no", acts={"deny"})
    stranger.assert_response("utter_question_service_change")
    await stranger.user_input("14 Oak Street, Hanover", acts={"answer"})
    stranger.assert_message("at 14 Oak Street, Hanover")
    await stranger.user_input("yes that's right", acts={"affirm"})
    stranger.assert_response("utter_service_ticket")
    [ticket] = await list_rows(backend, Ticket)
    assert ticket.details["address"] == ticket.place == "14 Oak Street, Hanover"


async def test_request_is_dropped_before_its_yes(stranger: Talk, backend: Backend) -> None:
    await start(stranger)
    await stranger.user_input("Dora Graham", acts={"answer"})
    await stranger.user_input("never mind", intent="cancel", acts={"cancel"})
    assert stranger.open_task is None
    assert await list_rows(backend, Ticket) == []


async def test_a_stop_beside_an_account_page_left_open_takes_a_code(signed_in: Talk, backend: Backend) -> None:
    await signed_in.user_input(
        "i'm moving out december 1, stop my service", intent="start_stop_service", acts={"start"}
    )
    signed_in.assert_response("utter_question_code")
    assert await list_rows(backend, Ticket) == []
