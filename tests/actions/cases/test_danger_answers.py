"""Questions around a reported danger: which place, what is off already, an account's number."""

from __future__ import annotations

import pytest

from backend.tickets import service as tickets
from backend.tickets.models import DENIED_LABEL, Ticket
from tests.actions.cases.danger_reports import WIRE
from tests.support.harness.talk import Talk


async def filed(talk: Talk) -> list[Ticket]:
    async with talk.backend.db.transaction() as session:
        return await tickets.list_of_conversation(session, talk.log.conversation_id)


async def reported(talk: Talk) -> Ticket:
    await talk.user_input(WIRE, intent="report_outage", acts={"start"})
    (ticket,) = await filed(talk)
    return ticket


@pytest.mark.parametrize("words", ["which address do you have?", "what street did you write down"])
async def test_place_is_answered_and_nothing_added(talk: Talk, words: str) -> None:
    await reported(talk)
    await talk.user_input(words, intent="out_of_scope", acts={"ask"}, in_danger={"reported": 0.9})
    talk.assert_response("utter_filed_where_is")
    (ticket,) = await filed(talk)
    assert all(words not in note["words"] for note in ticket.notes)


async def test_question_is_not_a_place(stranger: Talk) -> None:
    await stranger.user_input("a wire is down and sparking", intent="report_outage", acts={"start"})
    await stranger.user_input("which street did you write down", intent="out_of_scope", acts={"ask"})
    (ticket,) = await filed(stranger)
    assert ticket.place is None


async def test_whether_it_is_dangerous_is_a_yes(talk: Talk) -> None:
    await reported(talk)
    await talk.user_input("is it dangerous", intent="out_of_scope", acts={"ask"})
    talk.assert_response("utter_danger_unsafe")
    talk.assert_message("Yes. ")


async def test_whether_it_is_safe_is_a_no(talk: Talk) -> None:
    await reported(talk)
    await talk.user_input("is it safe to touch it", intent="out_of_scope", acts={"ask"})
    talk.assert_message("No. ")


async def test_who_cut_the_power_is_not_told_when_to_restore_it(talk: Talk) -> None:
    await reported(talk)
    words = "I already shut off the breaker"
    await talk.user_input(words, intent="start_stop_service", acts={"volunteer"}, in_danger={"power_off": 0.9})
    assert "utter_danger_power_off" not in talk.responses
    talk.assert_response("utter_danger_added")
    (ticket,) = await filed(talk)
    assert any(words in note["words"] for note in ticket.notes)


async def test_harmless_cable_ends_the_danger_talk(talk: Talk) -> None:
    await reported(talk)
    await talk.user_input("never mind, it was nothing, it's the neighbor's TV cable", intent="cancel", acts={"cancel"})
    talk.assert_response("utter_danger_denied")
    (ticket,) = await filed(talk)
    assert ticket.status == "open"
    assert DENIED_LABEL in ticket.details


async def test_last_four_after_the_number_identify_the_account(stranger: Talk) -> None:
    words = "my oxygen machine stopped, the power is out"
    await stranger.user_input(words, intent="report_outage", acts={"start"})
    stranger.assert_response("utter_question_outage_place")
    await stranger.user_input("99999-001", intent="inform", acts={"answer"})
    stranger.assert_message("last 4 digits")
    await stranger.user_input("0142", intent="inform", acts={"answer"})
    (ticket,) = await filed(stranger)
    assert ticket.account_id is not None


async def test_another_phone_in_the_place_of_the_first(talk: Talk) -> None:
    await reported(talk)
    await talk.user_input("call my wife's phone 815-555-0177, not this one", intent="inform", acts={"volunteer"})
    (ticket,) = await filed(talk)
    assert ticket.phone == "+18155550177"
