"""Answers about the crew match what was done: texted only once texted, and by name once somebody has the ticket."""

from __future__ import annotations

import pytest
from sqlalchemy import select, update

from backend.callout import service
from backend.callout.models import Callout
from backend.callout.roster import OnCallPerson
from backend.members.levels import Level
from backend.outbox.models import OutboxMessage
from backend.tickets.models import Ticket
from tests.actions.conftest import Begin
from tests.support.harness.talk import Talk

WIRE = "a power line is down and sparking in my yard"


async def callout_texts(talk: Talk) -> list[OutboxMessage]:
    async with talk.backend.db.read_session() as session:
        found = await session.scalars(select(OutboxMessage).where(OutboxMessage.purpose == "callout"))
        return [one for one in found if one.kind == "sms"]


async def taken_by(talk: Talk, name: str) -> None:
    async with talk.backend.db.transaction() as session:
        callout = (await session.scalars(select(Callout))).one()
        ticket = await session.get_one(Ticket, callout.ticket_id)
        await service.take(session, talk.backend, callout, ticket, name, "text")


async def they_are(talk: Talk, status: str) -> None:
    """What became of all that was written to the crew."""
    async with talk.backend.db.transaction() as session:
        await session.execute(update(OutboxMessage).where(OutboxMessage.purpose == "callout").values(status=status))


@pytest.mark.parametrize("channel", ["sms", "web", "voice"])
@pytest.mark.parametrize("language", ["en", "es"])
async def test_danger_is_reported_as_texted_only_once_it_is(begin: Begin, channel: str, language: str) -> None:
    spanish = language == "es"
    talk = await begin(Level.ANONYMOUS, channel=channel, language=language)
    words = "hay un cable caído echando chispas en 14 Mill Road" if spanish else f"{WIRE} at 14 Mill Road"
    await talk.user_input(words, intent="report_outage", acts={"start"})
    assert await callout_texts(talk)
    asked = "¿ya viene alguien?" if spanish else "is anybody coming?"
    going = "Estoy mandando un mensaje" if spanish else "I am texting"
    expected = "Mandé un mensaje" if spanish else "I texted"
    talk.assert_message(going)
    assert expected not in talk.text
    await talk.user_input(asked, intent="out_of_scope", acts={"ask"})
    talk.assert_message(going)
    assert expected not in talk.text
    for status in ("sent", "delivered"):
        await they_are(talk, status)
        await talk.user_input(asked, intent="out_of_scope", acts={"ask"})
        talk.assert_message(expected)
    for status in ("failed", "refused", "undelivered"):
        await they_are(talk, status)
        await talk.user_input(asked, intent="out_of_scope", acts={"ask"})
        assert expected not in talk.text
        assert going not in talk.text
        talk.assert_message(talk.backend.coop.outage_phone_display)
        talk.assert_message("911")


async def test_who_took_the_ticket_is_answered(talk: Talk) -> None:
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
async def test_question_whether_anybody_comes_gets_what_is_known(talk: Talk, asked: str) -> None:
    await talk.user_input("a power line is down and sparking in my yard", intent="report_outage", acts={"start"})
    await they_are(talk, "sent")
    await talk.user_input(asked, intent="out_of_scope", acts={"ask"})
    talk.assert_message("Nobody has answered yet")
    await taken_by(talk, "Sam")
    await talk.user_input(asked, intent="out_of_scope", acts={"ask"})
    talk.assert_message("Sam has it.")


async def test_with_nobody_on_call_no_text_is_claimed(talk: Talk) -> None:
    object.__setattr__(talk.backend.coop, "on_call", ())
    await talk.user_input("a power line is down and sparking in my yard", intent="report_outage", acts={"start"})
    assert "texted" not in talk.text
    talk.assert_message(talk.backend.coop.outage_phone_display)
    assert await callout_texts(talk) == []


async def test_after_an_email_no_text_is_claimed(talk: Talk) -> None:
    object.__setattr__(talk.backend.coop, "on_call", (OnCallPerson("Desk", None, "desk@coop.example"),))
    await talk.user_input("a power line is down and sparking in my yard", intent="report_outage", acts={"start"})
    talk.assert_message("I am emailing the crew on call.")


async def test_plain_outage_does_not_mention_the_crew(talk: Talk) -> None:
    await talk.user_input("my power is out", intent="report_outage", acts={"start"})
    await talk.user_input("yes", intent="affirm")
    talk.assert_response("utter_outage_ticket")
    assert "on call" not in talk.text
    assert await callout_texts(talk) == []


async def test_an_oxygen_machine_is_texted(talk: Talk) -> None:
    await talk.user_input("power is out and my husband is on oxygen", intent="report_outage", acts={"start"})
    await talk.user_input("yes", intent="affirm")
    talk.assert_message("I am texting the crew on call.")
