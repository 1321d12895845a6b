"""What is said of the crew is what was done: texted when it was, and by name when somebody has it."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from backend.callout import service
from backend.callout.models import Callout
from backend.callout.roster import OnCall
from backend.outbox.models import OutboxMessage
from backend.tickets.models import Ticket
from tests.tasks.harness import Talk


async def callout_texts(talk: Talk) -> list[OutboxMessage]:
    async with talk.backend.db.reading() as session:
        found = await session.scalars(select(OutboxMessage).where(OutboxMessage.purpose == "callout"))
        return [one for one in found if one.kind == "sms"]


async def taken_by(talk: Talk, name: str) -> None:
    async with talk.backend.db.transaction() as session:
        callout = (await session.scalars(select(Callout))).one()
        ticket = await session.get_one(Ticket, callout.ticket_id)
        await service.take(session, talk.backend, callout, ticket, name, "text")


async def test_danger_is_texted_and_said_to_be(talk: Talk) -> None:
    await talk.user_input("a power line is down and sparking in my yard", intent="report_outage", acts={"start"})
    talk.assert_message("I have texted the crew on call.")
    assert await callout_texts(talk)


async def test_who_has_it_is_said_when_asked(talk: Talk) -> None:
    await talk.user_input("a power line is down and sparking in my yard", intent="report_outage", acts={"start"})
    await taken_by(talk, "Sam")
    await talk.user_input("is my report in?", intent="out_of_scope", acts={"ask"})
    talk.assert_message("Sam has it.")


@pytest.mark.parametrize(
    "asked",
    [
        "is anybody coming?", "has someone got it?", "did someone from the crew take my report", "is anyone on the way",
        "is someone coming to my car", "who has it?", "¿ya viene alguien?",
    ],
)  # fmt: skip
async def test_who_asks_whether_anybody_comes_is_told_what_is_known(talk: Talk, asked: str) -> None:
    await talk.user_input("a power line is down and sparking in my yard", intent="report_outage", acts={"start"})
    await talk.user_input(asked, intent="out_of_scope", acts={"ask"})
    talk.assert_message("Nobody has answered yet")
    await taken_by(talk, "Sam")
    await talk.user_input(asked, intent="out_of_scope", acts={"ask"})
    talk.assert_message("Sam has it.")


async def test_nothing_is_said_to_be_texted_with_nobody_on_call(talk: Talk) -> None:
    object.__setattr__(talk.backend.coop, "on_call", ())
    await talk.user_input("a power line is down and sparking in my yard", intent="report_outage", acts={"start"})
    assert "texted" not in talk.text
    talk.assert_message(talk.backend.coop.outage_phone_display)
    assert await callout_texts(talk) == []


async def test_nothing_is_said_to_be_texted_when_it_was_emailed(talk: Talk) -> None:
    object.__setattr__(talk.backend.coop, "on_call", (OnCall("Desk", None, "desk@coop.example"),))
    await talk.user_input("a power line is down and sparking in my yard", intent="report_outage", acts={"start"})
    talk.assert_message("I have emailed the crew on call.")


async def test_a_plain_outage_says_nothing_of_a_crew_on_call(talk: Talk) -> None:
    await talk.user_input("my power is out", intent="report_outage", acts={"start"})
    await talk.user_input("yes", intent="affirm")
    talk.assert_response("utter_outage_ticket")
    assert "on call" not in talk.text
    assert await callout_texts(talk) == []


async def test_an_oxygen_machine_is_texted(talk: Talk) -> None:
    await talk.user_input("power is out and my husband is on oxygen", intent="report_outage", acts={"start"})
    await talk.user_input("yes", intent="affirm")
    talk.assert_message("I have texted the crew on call.")
