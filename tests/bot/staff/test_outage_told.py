"""An outage that is told while a person of the office has the talk: the office sees it, and a yes reports it."""

from __future__ import annotations

import html
import re

import pytest
from sqlalchemy import select

from backend.app import Backend
from backend.audit.models import AuditRow
from backend.billing.models import Account
from backend.conversations.models import Conversation
from backend.tickets.models import Ticket
from bot.channels.webchat.sessions import session_conversation_id
from tests.backend.household import Household
from tests.bot.edge import Edge, twiml_texts
from tests.bot.staff.test_inbox import press, text_talk
from tests.bot.staff.test_money import become
from tests.bot.staff.test_office import wait_for_a_person

PLACE = "12 Ridge Road, Elizabeth, IL 61028"
MARK = "Says the power is out"


async def web_talk(edge: Edge) -> tuple[str, str]:
    """A chat that waits for a person: its session, and its conversation."""
    session = await edge.session()
    talk = session_conversation_id(edge.services.settings, session)
    assert talk
    await edge.chat(session, "expect person", id="m1")
    await wait_for_a_person(edge, talk)
    return session, talk


@pytest.fixture
async def at_home(backend: Backend, home: Household) -> Household:
    async with backend.db.transaction() as session:
        (await session.get_one(Account, home.account_id)).service_address = PLACE
    return home


async def list_tickets(backend: Backend) -> list[Ticket]:
    async with backend.db.read_session() as session:
        return list(await session.scalars(select(Ticket)))


async def said(edge: Edge, words: str) -> str:
    """What a text is answered at once."""
    return " ".join(twiml_texts(await edge.text(words)))


async def talk_with_ann(edge: Edge) -> str:
    talk = await text_talk(edge)
    await become(edge, "ann")
    await press(edge, talk, "answer", text="Ann here, about your bill.")
    return talk


async def test_an_outage_stays_with_the_person_and_a_yes_reports_it_once(
    edge: Edge, backend: Backend, at_home: Household
) -> None:
    talk = await talk_with_ann(edge)
    asked = len(edge.engine.turns)
    assert "REPORT IT" not in await said(edge, "when will the power be back?"), "a question is no report"
    offer = await said(edge, "oh and my power is out, when will it be back?")
    assert "Ann has this talk." in offer
    assert f"the power is out at {PLACE}: send REPORT IT" in offer
    assert await list_tickets(backend) == [], "nothing is filed from a guess"
    assert "REPORT IT" not in await said(edge, "my power is still out"), "once in a talk"
    for page in ("/staff", f"/staff/talks/{talk}"):
        assert MARK in (await edge.get(page)).text
    assert "number" not in await said(edge, "ok"), "for the person"
    assert await list_tickets(backend) == []
    told = await said(edge, "Report it please")
    (ticket,) = await list_tickets(backend)
    assert (ticket.kind, ticket.account_id, ticket.place) == ("outage", at_home.account_id, PLACE)
    assert ticket.details["words"] == "oh and my power is out, when will it be back?"
    assert f"reported to the crew that the power is out at {PLACE}, number {ticket.number}" in told
    assert ticket.number in await said(edge, "REPORT IT"), "a second yes files nothing"
    assert len(await list_tickets(backend)) == 1
    assert await said(edge, "we have no power still") == "", "it is with the crew"
    for page in ("/staff", f"/staff/talks/{talk}"):
        shown = (await edge.get(page)).text
        assert (MARK in shown, "Outage reported" in shown) == (False, True)
    assert len(edge.engine.turns) == asked, "the talk is with the person all the time"
    async with backend.db.read_session() as session:
        acts = list(await session.scalars(select(AuditRow.act).where(AuditRow.account_id == at_home.account_id)))
    assert acts.count("ticket_outage") == 1


async def test_a_plain_yes_counts_only_just_after_the_offer(edge: Edge, backend: Backend, at_home: Household) -> None:
    talk = await talk_with_ann(edge)
    assert "REPORT IT" in await said(edge, "no lights at our house")
    await press(edge, talk, "answer", text="Shall I cancel your Auto Pay?")
    await said(edge, "yes please")
    assert await list_tickets(backend) == [], "that yes was for Ann"


async def test_a_yes_to_the_offer_in_spanish(edge: Edge, backend: Backend, at_home: Household) -> None:
    talk = await text_talk(edge)
    async with backend.db.transaction() as session:
        (await session.get_one(Conversation, talk)).language = "es"
    offer = await said(edge, "no tengo luz en mi casa")
    assert "Usted conserva su turno" in offer
    assert "envíe REPORTAR" in offer.replace("envie", "envíe")
    await said(edge, "sí, por favor")
    (ticket,) = await list_tickets(backend)
    assert (ticket.kind, ticket.details["language"]) == ("outage", "Spanish")


async def test_without_an_account_the_outage_line_is_told_once_and_the_office_can_file_it(
    edge: Edge, backend: Backend
) -> None:
    session, talk = await web_talk(edge)
    words = (await edge.chat(session, "my power is out", id="m2")).text
    assert backend.coop.outage_phone_display in words
    assert "REPORT IT" not in words
    assert backend.coop.outage_phone_display not in (await edge.chat(session, "still no power here", id="m3")).text
    await edge.chat(session, "report it", id="m4")
    assert await list_tickets(backend) == []
    await become(edge, "ann")
    page = (await edge.get(f"/staff/talks/{talk}")).text
    link = re.search(r'href="(/staff/tickets/new\?kind=outage[^"]*)"', page)
    assert link
    form = (await edge.get(html.unescape(link[1]))).text
    assert '<option value="outage" selected' in form
    assert ">my power is out</textarea>" in form


async def test_on_the_page_the_button_is_the_yes_and_the_form_has_the_account(
    edge: Edge, backend: Backend, at_home: Household
) -> None:
    session, talk = await web_talk(edge)
    async with backend.db.transaction() as writing:
        conversation = await writing.get_one(Conversation, talk)
        conversation.level, conversation.account_id, conversation.member_id = 1, at_home.account_id, at_home.member_id
    offer = (await edge.chat(session, "my power is out", id="m2")).json["messages"][-1]
    assert (PLACE in offer["text"], "account 99999-001" in offer["text"]) == (False, True), "who is known so far"
    await become(edge, "ann")
    page = html.unescape((await edge.get(f"/staff/talks/{talk}")).text)
    link = re.search(r'href="(/staff/tickets/new\?kind=outage[^"]*)"', page)
    assert link
    form = (await edge.get(link[1])).text
    assert 'value="99999-001"' in form
    (button,) = offer["buttons"]
    for key in ("m3", "m3", "m4"):
        told = await edge.chat(session, payload=button["payload"], id=key)
        assert "number" in told.text
    assert [ticket.account_id for ticket in await list_tickets(backend)] == [at_home.account_id]
