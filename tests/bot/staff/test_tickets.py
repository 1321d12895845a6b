"""Tickets at the office: closed with words, found again, opened again, and no promise or new word lost by one press."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update

from backend.app import Backend
from backend.clock import ManualClock
from backend.outbox import service as outbox
from backend.outbox.models import OutboxMessage
from backend.tickets import office
from backend.tickets import service as tickets
from backend.tickets.closing import WordsNeeded
from backend.tickets.models import Ticket
from bot.channels.sms.routes import sms_conversation_id
from tests.bot.edge import MEMBER, Edge
from tests.bot.staff.test_office import OPEN, sign_in, token_in


async def open_ticket(edge: Edge, **fields: Any) -> Ticket:
    """A ticket of the member's text conversation, with Ann signed in."""
    backend, talk = edge.services.backend, sms_conversation_id(edge.services.settings, MEMBER)
    await edge.text("hello")
    async with backend.db.transaction() as session:
        made = await tickets.open_ticket(session, backend, talk, **{"details": {}, "phone": MEMBER, **fields})
    await sign_in(edge)
    return made


async def press(edge: Edge, number: str, act: str, **fields: str) -> Any:
    page = await edge.get(f"/staff/tickets/{number}")
    return await edge.post(f"/staff/tickets/{number}/{act}", data={"token": token_in(page), **fields})


async def list_texts(backend: Backend) -> list[str]:
    async with backend.db.read_session() as session:
        return [message["body"] for message in await outbox.list_messages(session)]


async def test_closed_with_words_found_and_opened_again(edge: Edge, backend: Backend) -> None:
    made = await open_ticket(edge, kind="dispute", details={"words": "charged twice"}, due_at=OPEN + timedelta(hours=6))
    assert "promised by Nov 18, 4:00 PM" in (await edge.get("/staff")).text
    assert "Answer promised by</dt><dd>Nov 18, 4:00 PM" in (await edge.get(f"/staff/tickets/{made.number}")).text
    listed = (await press(edge, made.number, "close", done="called her, <refund> made")).text
    assert "No ticket is open" in listed
    assert f"{made.number} is closed." in listed
    desk = (await edge.get("/staff")).text
    assert f"Dispute {made.number}</a>, Nov 18, 10:00 AM by ann: called her, &lt;refund&gt; made" in desk
    page = (await edge.get(f"/staff/tickets?number={made.number.replace('-', ' ').lower()}")).text
    assert "<dt>Done</dt><dd>Nov 18, 10:00 AM by ann</dd>" in page
    assert "<dt>What was done</dt><dd>called her, &lt;refund&gt; made</dd>" in page
    page = (await press(edge, made.number, "reopen")).text
    assert "ann: closed by ann, then opened again: called her, &lt;refund&gt; made" in page
    assert "Done, close it" in page
    await press(edge, made.number, "close")
    closed, again, last = [text for text in await list_texts(backend) if made.number in text][-3:]
    assert ("is open again" in again, closed == last) == (True, True), "each step is told"


async def test_opened_again_only_within_a_day(edge: Edge, backend: Backend) -> None:
    made = await open_ticket(edge, kind="other")
    await press(edge, made.number, "close")
    assert "Open again" in (await edge.get(f"/staff/tickets/{made.number}")).text
    assert isinstance(backend.clock, ManualClock)
    backend.clock.advance(hours=25)
    await sign_in(edge)
    assert "Open again" not in (await edge.get(f"/staff/tickets/{made.number}")).text
    token = token_in(await edge.get("/staff"))
    assert (await edge.post(f"/staff/tickets/{made.number}/reopen", data={"token": token})).status == 409
    assert "No ticket fits this search" in (await edge.get("/staff/tickets?number=XXX-222")).text


async def test_a_promised_call_is_not_closed_without_a_word(edge: Edge, backend: Backend) -> None:
    call = {"name": "not identified"}
    made = await open_ticket(edge, kind="callback", details=call, due_at=OPEN + timedelta(days=2))
    refused = await press(edge, made.number, "close")
    assert refused.status == 422
    assert "this call is promised for later" in refused.text
    await press(edge, made.number, "close", done="called today, all is clear")
    assert not [text for text in await list_texts(backend) if made.number in text], "they were called"
    assert "No call is promised" in (await edge.get("/staff")).text


async def test_what_was_told_meanwhile_is_read_first(edge: Edge, backend: Backend) -> None:
    made = await open_ticket(edge, kind="other")
    talk = sms_conversation_id(edge.services.settings, MEMBER)
    async with backend.db.transaction() as session:
        await tickets.add_note(session, backend, await session.get_one(Ticket, made.id), talk, "it got worse")
    refused = await press(edge, made.number, "close", notes="0", done="fixed")
    assert refused.status == 422
    assert "it got worse" in refused.text
    assert 'value="fixed"' in refused.text
    assert "No ticket is open" in (await press(edge, made.number, "close", notes="1", done="fixed")).text


async def test_a_danger_is_closed_only_with_words_and_after_a_look(edge: Edge, backend: Backend) -> None:
    """It says whom the callout reached and who is told what; the crew and the member hear nothing before."""
    made = await open_ticket(edge, kind="danger", details={"words": "a wire is down"}, place="12 Oak Road")
    refused = await press(edge, made.number, "close")
    assert (refused.status, "Please say what was done" in refused.text) == (422, True)
    asked = (await press(edge, made.number, "close", done="wire is off")).text
    assert "nobody has it yet" in asked
    assert "has marked your report" in asked
    assert 'name="done" value="wire is off"' in asked
    async with backend.db.transaction() as session:
        with pytest.raises(WordsNeeded):
            await office.close(session, backend, made.number, "ann")
    assert not [text for text in await list_texts(backend) if "closed" in text or "done" in text]
    await edge.text("it sparks again")
    seen = field_in_text(asked, "seen")
    token = token_in(await edge.get(f"/staff/tickets/{made.number}"))
    form = {"token": token, "done": "wire is off", "sure": "yes"}
    url = f"/staff/tickets/{made.number}/close"
    assert "What stands open" in (await edge.post(url, data={**form, "seen": seen})).text, "it was written since"
    now = field_in_text((await edge.post(url, data={**form, "seen": seen})).text, "seen")
    await edge.post(url, data={**form, "seen": now})
    assert [text for text in await list_texts(backend) if "has marked your report" in text]


async def test_the_office_reads_whom_the_callout_reached(edge: Edge, backend: Backend) -> None:
    made = await open_ticket(edge, kind="danger", details={"words": "a wire is down"}, place="12 Oak Road")
    async with backend.db.transaction() as session:
        await session.execute(update(OutboxMessage).where(OutboxMessage.kind == "email").values(status="sent"))
        await session.execute(update(OutboxMessage).where(OutboxMessage.kind != "email").values(status="failed"))
    for path in (f"/staff/tickets/{made.number}", "/staff"):
        page = (await edge.get(path)).text
        assert re.search(r"nobody reached by phone: (1 text|\d texts) failed", page), path
        assert "told" not in page.split("nobody reached by phone")[0][-40:]


def field_in_text(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="(\d+)"', page)
    assert found
    return found[1]
