"""An answer of the office that does not arrive: it says so in the talk, and the talk waits again."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from backend.agent_handoff.inbox import count_waiting
from backend.app import Backend
from backend.audit.models import AuditRow
from backend.outbox import service as outbox
from backend.tickets import service as tickets
from tests.bot.edge import MEMBER, Edge, until
from tests.bot.staff.test_inbox import press, text_talk
from tests.bot.staff.test_money import become
from tests.bot.staff.test_office import token_in
from tests.standins.twilio import Sent, Trouble


async def answered(edge: Edge, words: str = "The crew comes at 9.") -> tuple[str, Sent]:
    talk = await text_talk(edge)
    await become(edge, "ann")
    assert "answered" in (await press(edge, talk, "answer", text=words)).text
    sent = await until(lambda: next((one for one in edge.twilio.messages if words in one.fields["Body"]), None))
    return talk, sent


async def count(backend: Backend) -> int:
    async with backend.db.read_session() as session:
        return await count_waiting(session, backend.clock.now())


@pytest.mark.parametrize(
    ("status", "code", "why"),
    [
        ("undelivered", "30003", "The phone is off, full or out of reach."),
        ("undelivered", "30006", "This is a landline"),
        ("failed", "30999", "The phone company did not deliver it."),
        ("failed", "21610", "This phone has stopped our texts (STOP)."),
    ],
)
async def test_what_the_carrier_gives_up_is_shown_and_waits_again(
    edge: Edge, backend: Backend, status: str, code: str, why: str
) -> None:
    talk, sent = await answered(edge)
    assert await count(backend) == 0
    assert await edge.twilio.tell(sent, "sent", edge.url) == 204
    assert "Not delivered" not in (await edge.get(f"/staff/talks/{talk}")).text
    assert await edge.twilio.tell(sent, status, edge.url, error_code=code) == 204
    page = await edge.get(f"/staff/talks/{talk}")
    assert f"Not delivered.</strong> {why}" in page.text
    assert "answer not delivered" in (await edge.get("/staff")).text
    assert await count(backend) == 1
    assert "The crew comes" in page.text
    async with backend.db.read_session() as session:
        acts = list(await session.scalars(select(AuditRow.act).where(AuditRow.act == "handover_undelivered")))
    assert acts == ["handover_undelivered"], "open pages are told by it, once"
    await edge.twilio.tell(sent, status, edge.url, error_code=code)
    assert await count(backend) == 1


async def test_an_answer_that_arrives_later_takes_the_mark_away(edge: Edge, backend: Backend) -> None:
    talk, sent = await answered(edge)
    await edge.twilio.tell(sent, "undelivered", edge.url, error_code="30003")
    await press(edge, talk, "answer", text="Once more: at 9.")
    assert await count(backend) == 0
    assert "answer not delivered" not in (await edge.get("/staff")).text
    assert "Not delivered." in (await edge.get(f"/staff/talks/{talk}")).text, "the first one never arrived"
    await edge.twilio.tell(sent, "failed", edge.url, error_code="30003")
    assert await count(backend) == 0, "a failure is noted once"


async def test_a_talk_that_was_closed_after_the_answer_comes_back(edge: Edge, backend: Backend) -> None:
    talk, sent = await answered(edge)
    page = await edge.get(f"/staff/talks/{talk}")
    handoff = page.text.split("/staff/handovers/")[1].split("/")[0]
    await edge.post(f"/staff/handovers/{handoff}/close", data={"token": token_in(page)})
    assert talk in (await edge.get("/staff?show=closed")).text
    await edge.twilio.tell(sent, "undelivered", edge.url, error_code="30005")
    listed = await edge.get("/staff?show=mine")
    assert talk in listed.text, "who wrote it has it"
    assert "answer not delivered" in listed.text


async def test_a_carrier_that_refuses_it_at_once(edge: Edge, backend: Backend) -> None:
    talk = await text_talk(edge)
    await become(edge, "ann")
    edge.twilio.trouble = Trouble(400, 21211, times=1)
    await press(edge, talk, "answer", text="We are on it.")

    async def is_back() -> bool:
        return await count(backend) == 1

    await until(is_back)
    assert "Not delivered.</strong> No text can reach this number." in (await edge.get(f"/staff/talks/{talk}")).text


async def test_a_phone_that_sent_stop_is_written_nothing(edge: Edge, backend: Backend) -> None:
    talk = await text_talk(edge)
    await become(edge, "ann")
    page = await edge.get(f"/staff/talks/{talk}")
    async with backend.db.transaction() as session:
        await outbox.opt_out(session, backend, MEMBER, via="sms", reply="STOP")
    answer = await edge.post(f"/staff/talks/{talk}/answer", data={"token": token_in(page), "text": "We are on it."})
    assert answer.status == 409
    assert "What you wrote was not sent: We are on it." in answer.text
    shown = await edge.get(f"/staff/talks/{talk}")
    assert "This phone takes no texts from us. Please call." in shown.text
    assert f'href="tel:{MEMBER}"' in shown.text
    assert await count(backend) == 1, "nobody has answered"


async def test_a_ticket_that_counted_as_answered_is_open_again(edge: Edge, backend: Backend) -> None:
    talk = await text_talk(edge)
    await become(edge, "ann")
    async with backend.db.transaction() as session:
        number = (await tickets.open_ticket(session, backend, talk, kind="meter", details={"words": "it spins"})).number
    await press(edge, talk, "answer", text="We look at it.", ticket=number)
    sent = await until(lambda: next((one for one in edge.twilio.messages if "look at it" in one.fields["Body"]), None))
    await edge.twilio.tell(sent, "undelivered", edge.url, error_code="30003")
    async with backend.db.read_session() as session:
        ticket = await tickets.find(session, number)
    assert ticket is not None
    assert ticket.status == "open"
    assert "Not delivered." in (await edge.get(f"/staff/tickets/{number}")).text
