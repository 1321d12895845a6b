"""Reporting an outage: place, phone, read-back, ticket; and what is known of one."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from backend.app import Backend
from backend.billing.models import Account
from backend.members.levels import Level
from backend.outage import service as outages
from backend.outage.only_here import ONLY_HERE_LABEL
from backend.outage.service import NewOutage
from backend.tickets.models import Ticket
from tests.actions.conftest import Begin
from tests.support.harness.rows import list_rows
from tests.support.harness.talk import Talk


async def report(talk: Talk, words: str = "my power is out") -> None:
    await talk.user_input(words, intent="report_outage", acts={"start"})


async def test_stranger_gives_corrects_and_files_a_place(stranger: Talk, backend: Backend) -> None:
    await report(stranger)
    stranger.assert_response("utter_question_outage_place")
    await stranger.user_input("12 Oak Street, Hanover", acts={"answer"})
    await stranger.user_input("no, 14 Oak Street, Hanover", acts={"correct"})
    stranger.assert_response("utter_question_case_phone")
    await stranger.user_input("815-555-0123", acts={"answer"})
    stranger.assert_message("14 Oak Street, Hanover")
    assert await list_rows(backend, Ticket) == []
    await stranger.user_input("yes", acts={"affirm"})
    stranger.assert_response("utter_outage_ticket")
    [ticket] = await list_rows(backend, Ticket)
    assert (ticket.kind, ticket.place, ticket.phone) == ("outage", "14 Oak Street, Hanover", "+18155550123")
    assert ticket.account_id is None


async def test_identified_member_is_asked_only_for_a_yes(begin: Begin, backend: Backend) -> None:
    talk = await begin(Level.KNOWN)
    await report(talk)
    await talk.user_input("yes", acts={"affirm"})
    [ticket] = await list_rows(backend, Ticket)
    assert ticket.account_id is not None


async def test_the_same_outage_is_not_filed_twice(begin: Begin, backend: Backend) -> None:
    talk = await begin(Level.KNOWN)
    await report(talk)
    await talk.user_input("yes", acts={"affirm"})
    await report(talk)
    await talk.user_input("yes", acts={"affirm"})
    assert len(await list_rows(backend, Ticket)) == 1


async def test_a_phone_is_asked_for_until_it_is_one(stranger: Talk) -> None:
    await report(stranger)
    await stranger.user_input("12 Oak Street, Hanover", acts={"answer"})
    await stranger.user_input("yes", acts={"affirm"})
    stranger.assert_message("I need a phone number")


async def test_power_restored_before_the_yes_files_nothing(stranger: Talk, backend: Backend) -> None:
    await report(stranger)
    await stranger.user_input("the power is back", intent="outage_restored", acts={"start"})
    stranger.assert_response("utter_outage_back")
    assert await list_rows(backend, Ticket) == []


async def test_task_is_dropped_on_request(stranger: Talk, backend: Backend) -> None:
    await report(stranger)
    await stranger.user_input("never mind", intent="cancel", acts={"cancel"})
    assert stranger.responses == ["utter_case_left"]
    assert await list_rows(backend, Ticket) == []


async def open_everywhere(backend: Backend) -> int:
    async with backend.db.transaction() as session:
        new = NewOutage("everywhere", cause="a tree on the line")
        return (await outages.open_outage(session, backend, "ann", new)).id


async def test_a_report_in_a_known_outage_is_told_first_and_counted(begin: Begin, backend: Backend) -> None:
    outage = await open_everywhere(backend)
    talk = await begin(Level.KNOWN)
    await report(talk)
    assert talk.responses == ["utter_outage_known", "utter_outage_counted"]
    talk.assert_message("a tree on the line")
    [ticket] = await list_rows(backend, Ticket)
    assert (ticket.outage_id, ticket.urgent) == (outage, False)
    await report(talk)
    assert talk.responses[:2] == ["utter_outage_known", "utter_outage_noted"]
    assert len(await list_rows(backend, Ticket)) == 1


@pytest.mark.parametrize(("level", "said", "is_told"), [
    (Level.KNOWN, "my power is out", False),
    (Level.KNOWN, "my power is out on Mill Road", True),
    (Level.STEPPED_UP, "my power is out", True),
])  # fmt: skip
async def test_the_place_is_not_told_for_number_and_last_four_alone(
    begin: Begin, backend: Backend, level: Level, said: str, is_told: bool
) -> None:
    async with backend.db.transaction() as session:
        for account in await session.scalars(select(Account)):
            account.service_address = "12 Mill Road"
        await outages.open_outage(session, backend, "ann", NewOutage("Mill Road", cause="a tree on the line"))
    talk = await begin(level)
    await report(talk, said)
    assert talk.responses[0] == "utter_outage_known"
    talk.assert_message("a tree on the line")
    assert ("Mill Road" in talk.text) is is_told


async def test_somebody_who_depends_on_power_is_not_only_counted(begin: Begin, backend: Backend) -> None:
    await open_everywhere(backend)
    talk = await begin(Level.KNOWN)
    await report(talk, "my power is out and my mom is on oxygen")
    talk.assert_response("utter_outage_life_support")
    talk.assert_no_response("utter_outage_counted")


@pytest.mark.parametrize("words", ["only my house is out, the neighbors have power", "and only the kitchen is dark"])
async def test_one_home_alone_gets_a_ticket_of_its_own(begin: Begin, backend: Backend, words: str) -> None:
    """Else no crew comes: the area's outage ends, and this home stays dark."""
    await open_everywhere(backend)
    talk = await begin(Level.KNOWN)
    await report(talk, f"my power is out, {words}")
    talk.assert_no_response("utter_outage_known")
    talk.assert_no_response("utter_outage_counted")
    await talk.user_input("yes", acts={"affirm"})
    talk.assert_response("utter_outage_ticket")
    [ticket] = await list_rows(backend, Ticket)
    assert (ticket.outage_id, ONLY_HERE_LABEL in ticket.details) == (None, True)
    await open_everywhere(backend)  # nor does one take it in that is opened later
    [ticket] = await list_rows(backend, Ticket)
    assert ticket.outage_id is None


async def test_a_counted_report_comes_out_again_when_it_is_one_home(begin: Begin, backend: Backend) -> None:
    await open_everywhere(backend)
    talk = await begin(Level.KNOWN)
    await report(talk)
    talk.assert_response("utter_outage_counted")
    await report(talk, "but the neighbors have power, only my house is out")
    talk.assert_response("utter_outage_noted")
    talk.assert_no_response("utter_outage_known")
    [ticket] = await list_rows(backend, Ticket)
    assert (ticket.outage_id, ONLY_HERE_LABEL in ticket.details) == (None, True)


async def end_everywhere(backend: Backend, *, restored: bool = True) -> None:
    outage = await open_everywhere(backend)
    async with backend.db.transaction() as session:
        await outages.clear(session, backend, "ann", outage, restored=restored)


async def test_who_asks_is_told_that_it_ended_and_when(begin: Begin, backend: Backend) -> None:
    await end_everywhere(backend)
    talk = await begin(Level.KNOWN)
    await talk.user_input("is the power fixed yet?", intent="outage_status", acts={"ask"})
    talk.assert_message("The outage at the whole system ended at 10:00 AM")
    assert await list_rows(backend, Ticket) == []


async def test_of_one_that_was_a_mistake_or_long_ago_nothing_is_told(begin: Begin, backend: Backend) -> None:
    await end_everywhere(backend, restored=False)
    talk = await begin(Level.KNOWN)
    await talk.user_input("is the power fixed yet?", intent="outage_status", acts={"ask"})
    assert "ended" not in talk.text


async def test_a_report_that_the_power_is_out_is_taken_after_an_outage_ended(begin: Begin, backend: Backend) -> None:
    await end_everywhere(backend)
    talk = await begin(Level.KNOWN)
    await report(talk)
    await talk.user_input("yes", acts={"affirm"})
    assert len(await list_rows(backend, Ticket)) == 1


async def test_the_status_of_a_report_tells_that_its_outage_ended(begin: Begin, backend: Backend) -> None:
    outage = await open_everywhere(backend)
    talk = await begin(Level.KNOWN)
    await report(talk)
    async with backend.db.transaction() as session:
        await outages.clear(session, backend, "ann", outage)
    await talk.user_input("is it fixed? i never heard", intent="outage_status", acts={"ask"})
    talk.assert_message("ended at 10:00 AM")


async def test_a_question_whether_it_is_back_closes_nothing(begin: Begin, backend: Backend) -> None:
    await open_everywhere(backend)
    talk = await begin(Level.KNOWN)
    await report(talk)
    await talk.user_input("is the power back on?", intent="outage_restored", acts={"ask"})
    talk.assert_response("utter_outage_known")
    [ticket] = await list_rows(backend, Ticket)
    assert ticket.status == "open"


async def test_one_that_goes_on_is_told_before_one_that_ended(begin: Begin, backend: Backend) -> None:
    await end_everywhere(backend)
    await open_everywhere(backend)
    talk = await begin(Level.KNOWN)
    await talk.user_input("is the power back on?", intent="outage_restored", acts={"ask"})
    talk.assert_response("utter_outage_known")
    assert "ended" not in talk.text


async def test_word_of_the_end_is_promised_only_where_it_goes_out(begin: Begin, backend: Backend) -> None:
    outage = await open_everywhere(backend)
    talk = await begin(Level.KNOWN, channel="sms")
    await report(talk)
    await talk.user_input("can you text me when it's back", intent="outage_status", acts={"ask"})
    talk.assert_message("a text goes to the phone ending 0142")
    async with backend.db.transaction() as session:
        await outages.clear(session, backend, "ann", outage, restored=False)
    await talk.user_input("will you text me when it's back", intent="outage_status", acts={"ask"})
    assert "a text goes to" not in talk.text
