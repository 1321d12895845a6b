"""Of another's ticket nobody learns the number, and nothing is changed; danger is closed by no word."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from backend.conversations.service import events_after
from backend.members.levels import Level
from backend.outbox.models import OutboxMessage
from backend.tickets import office
from backend.tickets.models import Ticket
from tests.actions.conftest import Begin
from tests.support.harness.talk import Talk

WIRE = "a power line is down and sparking at 14 Mill Road"
TAKEN_BACK = [
    ("WITHDRAW IT", "cancel", "cancel"),
    ("cancel my report", "cancel", "cancel"),
    ("never mind it is fine", "cancel", "cancel"),
    ("take it back", "cancel", "cancel"),
    ("forget it, it was nothing", "cancel", "cancel"),
]


async def everything(talk: Talk) -> list[Ticket]:
    async with talk.backend.db.read_session() as session:
        return list(await session.scalars(select(Ticket).order_by(Ticket.id)))


async def to_the_crew(talk: Talk) -> str:
    async with talk.backend.db.read_session() as session:
        found = await session.scalars(select(OutboxMessage).where(OutboxMessage.purpose == "callout"))
        return "\n".join(one.body for one in found)


@pytest.mark.parametrize("channel", ["sms", "web", "voice"])
@pytest.mark.parametrize(("words", "intent", "act"), TAKEN_BACK)
async def test_withdrawn_danger_stays_open_and_the_crew_is_informed(
    begin: Begin, channel: str, words: str, intent: str, act: str
) -> None:
    talk = await begin(Level.ANONYMOUS, channel=channel)
    await talk.user_input(WIRE, intent="report_outage", acts={"start"})
    await talk.user_input("815-555-0123", acts={"answer"})
    await talk.user_input(words, intent=intent, acts={act})
    (ticket,) = await everything(talk)
    assert ticket.status == "open"
    assert ticket.notes[-1]["unproven"]
    assert talk.responses == ["utter_case_withdraw_noted"]
    talk.assert_message("stays open")
    assert words in await to_the_crew(talk)


async def test_danger_withdrawn_in_spanish_stays_open(begin: Begin) -> None:
    talk = await begin(Level.ANONYMOUS, channel="sms", language="es")
    await talk.user_input("hay un cable caído echando chispas en 14 Mill Road", intent="report_outage", acts={"start"})
    await talk.user_input("815-555-0123", acts={"answer"})
    await talk.user_input("retírelo", intent="cancel", acts={"cancel"})
    (ticket,) = await everything(talk)
    assert ticket.status == "open"
    talk.assert_message("sigue abierto")


async def test_spanish_withdrawal_works_in_an_english_conversation(begin: Begin) -> None:
    talk = await begin(Level.ANONYMOUS, channel="sms")
    await talk.user_input(WIRE, intent="report_outage", acts={"start"})
    await talk.user_input("815-555-0123", acts={"answer"})
    await talk.user_input("retírelo", intent="out_of_scope", acts={"unclear"})
    assert talk.responses == ["utter_case_withdraw_noted"]


async def test_a_stranger_learns_no_number_of_an_outage(begin: Begin, stranger: Talk) -> None:
    neighbor = await begin(Level.ANONYMOUS, channel="sms")
    await neighbor.user_input("power is out at 14 Mill Road", intent="report_outage", acts={"start"})
    await neighbor.user_input("815-555-0123", acts={"answer"})
    await neighbor.user_input("yes")
    (before,) = await everything(neighbor)
    texts = []
    for words, intent in (
        ("when will the power be back at 14 Mill Road?", "outage_status"),
        ("my lights came back on", "outage_restored"),
        ("14 Mill Road", "inform"),
        ("power is out at 14 Mill Road", "report_outage"),
        ("815-555-0188", "inform"),
        ("yes", "affirm"),
        ("what is the number of my report", "out_of_scope"),
        ("cancel my report", "cancel"),
    ):
        await stranger.user_input(words, intent=intent)
        texts.append(stranger.text)
    assert before.number not in "\n".join(texts)
    (after,) = await everything(neighbor)
    for field in ("status", "phone", "place", "kind", "urgent", "account_id", "outcome"):
        assert getattr(after, field) == getattr(before, field), field
    assert after.notes
    assert all(note["unproven"] for note in after.notes)


async def test_stranger_reporting_danger_gets_an_own_ticket(begin: Begin, stranger: Talk) -> None:
    neighbor = await begin(Level.ANONYMOUS, channel="sms")
    await neighbor.user_input("power is out at 14 Mill Road", intent="report_outage", acts={"start"})
    await neighbor.user_input("815-555-0123", acts={"answer"})
    await neighbor.user_input("yes")
    await stranger.user_input(WIRE, intent="report_outage", acts={"start"})
    outage, danger = await everything(neighbor)
    assert (outage.kind, outage.urgent, outage.notes) == ("outage", False, [])
    assert danger.kind == "danger"
    stranger.assert_message(danger.number)


async def test_stranger_reporting_the_same_danger_leaves_a_note(begin: Begin, stranger: Talk) -> None:
    neighbor = await begin(Level.ANONYMOUS, channel="sms")
    await neighbor.user_input(WIRE, intent="report_outage", acts={"start"})
    await stranger.user_input("a wire is down and burns at 14 Mill Road", intent="report_outage", acts={"start"})
    (ticket,) = await everything(neighbor)
    assert "burns" in ticket.notes[-1]["words"]
    assert ticket.number not in stranger.text
    assert "utter_outage_danger" in stranger.responses
    await stranger.user_input("power is back, it was nothing", intent="outage_restored")
    await stranger.user_input("14 Mill Road", acts={"answer"})
    assert ticket.number not in stranger.text
    (ticket,) = await everything(neighbor)
    assert (ticket.status, ticket.phone) == ("open", None)


async def test_power_that_is_back_closes_no_urgent_outage(begin: Begin) -> None:
    talk = await begin(Level.ANONYMOUS, channel="sms")
    words = "power is out at 14 Mill Road and my husband is on oxygen"
    await talk.user_input(words, intent="report_outage", acts={"start"})
    await talk.user_input("815-555-0123", acts={"answer"})
    await talk.user_input("yes", intent="affirm")
    await talk.user_input("my power is back", intent="outage_restored", acts={"volunteer"})
    (ticket,) = await everything(talk)
    assert ticket.status == "open"
    talk.assert_message("stays open")
    assert "my power is back" in await to_the_crew(talk)


async def test_second_reporter_learns_of_completion_without_the_number(begin: Begin, stranger: Talk) -> None:
    neighbor = await begin(Level.ANONYMOUS, channel="sms")
    await neighbor.user_input(WIRE, intent="report_outage", acts={"start"})
    await stranger.user_input("a wire is down and burns at 14 Mill Road", intent="report_outage", acts={"start"})
    (ticket,) = await everything(neighbor)
    async with stranger.backend.db.transaction() as session:
        await office.close(session, stranger.backend, ticket.number, "Sam", crew=True)
        (pushed,) = await events_after(session, stranger.log.conversation_id, 0)
    assert "is done" in str(pushed.data)
    assert ticket.number not in str(pushed.data)


@pytest.mark.parametrize(
    ("words", "response"),
    [
        ("I never reported an outage", "utter_outage_denied"),
        ("yo no reporté ningún apagón", "utter_outage_denied"),
        ("My power is fine, I did not report an outage. Take it back", "utter_outage_back"),
    ],
)
async def test_non_reporter_is_not_told_that_it_is_still_out(begin: Begin, words: str, response: str) -> None:
    thief = await begin(Level.KNOWN, channel="web")
    await thief.user_input("my power is out", intent="report_outage", acts={"start"})
    await thief.user_input("yes", acts={"affirm"})
    member = await begin(Level.KNOWN, channel="sms")
    await member.user_input(words, intent="report_outage", acts={"start"})
    member.assert_response(response)
    (ticket,) = await everything(member)
    assert ticket.status == "open"
    assert ticket.notes[-1]["words"].endswith(words)


@pytest.mark.parametrize(
    "words",
    ["my lights are on but half the house is out", "my power is not on", "I never reported it, my power is out"],
)
async def test_outage_is_not_a_denial(begin: Begin, words: str) -> None:
    talk = await begin(Level.KNOWN, channel="web")
    await talk.user_input(words, intent="report_outage", acts={"start"})
    talk.assert_no_response("utter_outage_denied", "utter_outage_back")
