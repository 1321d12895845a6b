"""Tickets at work: found, owned, written by hand and called back, each act once and in the audit trail."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import select

from backend.app import Backend
from backend.audit.models import AuditRow
from backend.callout.models import Callout
from backend.conversations.models import Conversation
from backend.outage.models import KnownOutage, OutageAnnouncement
from backend.tickets import service as tickets
from backend.tickets.models import WAITING, Ticket
from bot.channels.sms.routes import sms_conversation_id
from tests.backend.callout.crew import SAM
from tests.backend.household import Household
from tests.bot.edge import MEMBER, Answer, Edge
from tests.bot.staff.test_money import become
from tests.bot.staff.test_office import OPEN, open_outage, token_in
from tests.bot.staff.test_tickets import field_in_text, list_texts, open_ticket, press

HAND = {"kind": "outage", "words": "all dark at the barn", "place": "510 Prairie Road", "phone": "555-555-0142"}


async def find(backend: Backend, number: str) -> Ticket:
    async with backend.db.read_session() as session:
        ticket = await tickets.find(session, number)
    assert ticket is not None
    return ticket


async def acts_of(backend: Backend, actor: str) -> list[str]:
    async with backend.db.read_session() as session:
        found = await session.scalars(select(AuditRow.act).where(AuditRow.actor == actor).order_by(AuditRow.id))
        return [act for act in found if act != "office_read"]


async def write_by_hand(edge: Edge, **fields: str) -> Answer:
    """The read-back of a ticket that Ann writes by hand."""
    page = await edge.get("/staff/tickets/new")
    key = re.search(r'name="key" value="(\w+)"', page.text)
    assert key
    form = {"token": token_in(page), "key": key[1], "language": "en", **HAND, **fields}
    return await edge.post("/staff/tickets/new/check", data=form)


def fields_of(page: Answer) -> dict[str, str]:
    return dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page.text))


async def list_all(backend: Backend) -> list[Ticket]:
    async with backend.db.read_session() as session:
        return list(await session.scalars(select(Ticket).order_by(Ticket.id)))


async def test_the_language_of_who_reports_is_not_that_of_the_page(edge: Edge, backend: Backend) -> None:
    await become(edge, "ann")
    page = await write_by_hand(edge, language="es")
    assert '<html lang="en"' in page.text
    await edge.post("/staff/tickets/new", data=fields_of(page))
    (made,) = await list_all(backend)
    assert made.details["language"] == "Spanish"


async def test_a_ticket_gets_an_owner_and_is_found_by_it(edge: Edge, backend: Backend) -> None:
    made = await open_ticket(
        edge, kind="tree", details={"words": "un árbol de García"}, due_at=OPEN - timedelta(hours=1)
    )
    other = await open_ticket(edge, kind="light", details={"words": "=1+1"}, place="12 Oak Road, Hanover")
    await press(edge, made.number, "mine")
    mine = (await edge.get("/staff/tickets?owner=ann")).text
    assert (made.number in mine, other.number in mine) == (True, False)
    for query, hits in (
        ("q=garc%C3%ADa", [made]), ("late=yes", [made]), ("area=oak+rd", [other]), ("owner=-", [other]),
        ("state=working", [made]), ("kind=meter", []), ("state=closed", []), ("q=0142", [made, other]),
    ):  # fmt: skip
        page = (await edge.get(f"/staff/tickets/list?{query}")).text
        assert {one.number for one in (made, other) if one.number in page} == {one.number for one in hits}, query
    file = await edge.get("/staff/tickets/list.csv?state=all")
    assert file.headers["content-disposition"] == 'attachment; filename="tickets.csv"'
    assert "'=1+1" in file.text, "a spreadsheet would calculate it"
    assert await acts_of(backend, "office:ann") == ["office_signed_in"] * 2 + ["ticket_worked"]


async def test_two_people_do_not_undo_each_other(edge: Edge, backend: Backend) -> None:
    made = await open_ticket(edge, kind="tree")
    form = {"notes": "0", "owner": "ann", "priority": "high", "progress": "waiting", "due": "2026-11-20T09:00"}
    await press(edge, made.number, "work", **form)
    refused = await press(edge, made.number, "work", **{**form, "owner": "bob", "due": ""})
    assert (refused.status, "a colleague changed this ticket" in refused.text) == (422, True)
    saved = await find(backend, made.number)
    assert (saved.owner, saved.priority, saved.progress) == ("ann", "high", WAITING)
    assert saved.due_at == datetime(2026, 11, 20, 15, 0, tzinfo=UTC)
    for wrong in ({"owner": "nobody we know"}, {"priority": "huge"}, {"due": "soon"}):
        assert (await press(edge, made.number, "work", **{**form, "notes": "1", **wrong})).status == 422
    talk = sms_conversation_id(edge.services.settings, MEMBER)
    async with backend.db.transaction() as session:
        await tickets.add_note(session, backend, await session.get_one(Ticket, made.id), talk, "here is the photo")
    assert (await find(backend, made.number)).progress == "", "the member has answered"


async def test_a_note_of_the_office_hides_no_danger(edge: Edge, backend: Backend) -> None:
    object.__setattr__(backend.coop, "on_call", (SAM,))
    made = await open_ticket(edge, kind="outage", details={"words": "dark"}, urgent=True)
    await press(edge, made.number, "note", note="ask whether a wire is down")
    talk = sms_conversation_id(edge.services.settings, MEMBER)
    async with backend.db.transaction() as session:
        report = tickets.Report("danger", {"words": "a wire is down on the road"}, phone=MEMBER)
        relayed = (await tickets.file_report(session, backend, talk, report)).relayed_text
    assert relayed, "the crew was not told of the wire"
    assert not [text for text in await list_texts(backend) if "ask whether" in text], "it is among the office"
    await press(edge, made.number, "note", note="gate code 12", crew="yes")
    assert [text for text in await list_texts(backend) if "gate code 12" in text]


async def test_a_danger_written_by_hand_calls_the_crew_once(edge: Edge, backend: Backend) -> None:
    object.__setattr__(backend.coop, "on_call", (SAM,))
    await become(edge, "ann")
    page = await write_by_hand(edge, kind="light", words="the pole smokes", caller="Joe <b>")
    assert "sound dangerous" in page.text
    assert not await list_all(backend), "nothing is opened before the button"
    form = fields_of(page)
    for _ in range(2):
        opened = await edge.post("/staff/tickets/new", data=form)
        assert "Danger" in opened.text
    (made,) = await list_all(backend)
    assert (made.kind, made.urgent, made.phone, made.details["taken down by"]) == ("danger", True, MEMBER, "ann")
    async with backend.db.read_session() as session:
        assert await session.scalar(select(Callout.ticket_id)) == made.id
    assert (await acts_of(backend, "office:ann"))[-1] == "ticket_by_hand"
    again = await write_by_hand(edge, place="510 Prairie Rd")
    assert f"A ticket for this is open: {made.number}" in again.text
    await edge.post("/staff/tickets/new", data=fields_of(again))
    assert len(await list_all(backend)) == 1, "one event is one ticket"


async def test_who_asked_opens_it_as_what_it_is(edge: Edge, backend: Backend, home: Household) -> None:
    await become(edge, "ann")
    filled = (await edge.get("/staff/tickets/new?account=99999-001")).text
    assert 'value="99999-001"' in filled
    page = await write_by_hand(edge, kind="light", words="the light is out, and it smokes", account="99999 001")
    await edge.post("/staff/tickets/new", data={**fields_of(page), "asked": "yes"})
    (made,) = await list_all(backend)
    assert (made.kind, made.urgent, made.account_id) == ("light", False, home.account_id)
    assert made.details["danger asked about"]


SLIPS: tuple[tuple[dict[str, str], str], ...] = (
    ({"kind": "party"}, "choose what it is"),
    ({"words": " "}, "write what they told you"),
    ({"account": "777"}, "No account has this number"),
    ({"place": ""}, "needs a place"),
    ({"phone": "12"}, "not a phone number"),
    ({"kind": "callback", "due": "2026-11-18T09:00"}, "time has passed"),
    ({"kind": "callback", "phone": "", "due": "2026-11-19T09:00"}, "a phone to call"),
    ({"phone": "555-555-0100"}, "555-555-0100 is the co-op&#39;s own number. Write the person&#39;s own phone"),
)


async def test_a_slip_by_hand_gets_the_form_back(edge: Edge, backend: Backend) -> None:
    await become(edge, "ann")
    for wrong, words in SLIPS:
        page = await write_by_hand(edge, **wrong)
        assert (page.status, words in page.text) == (422, True), wrong
        for kept in (HAND | wrong).values():
            assert not kept.strip() or kept in page.text or wrong.get("kind") == kept, wrong
        assert page.text.count(" autofocus") == 1
    assert not await list_all(backend)


async def promise(edge: Edge, **fields: Any) -> Ticket:
    details = {"name": "not identified", "about": "the bill", "until": "09:30:00", "when": "today"}
    return await open_ticket(edge, kind="callback", details=details, **{"due_at": OPEN - timedelta(hours=1), **fields})


async def act(edge: Edge, number: str, which: str, **fields: str) -> Answer:
    page = await edge.get(f"/staff/calls/{number}")
    return await edge.post(
        f"/staff/calls/{number}/{which}", data={**fields_of(page), "token": token_in(page), **fields}
    )


async def test_nobody_answered_is_counted_once_and_tried_again(edge: Edge, backend: Backend) -> None:
    made = await promise(edge)
    assert "Late: 1" in (await edge.get("/staff/calls")).text
    page = await edge.get(f"/staff/calls/{made.number}")
    form = {"token": token_in(page), "tries": "0", "again": "2026-11-18T11:00"}
    for _ in range(2):  # pressed twice
        await edge.post(f"/staff/calls/{made.number}/no-answer", data=form)
    tried = await find(backend, made.number)
    assert (tried.tries, tried.due_at) == (1, OPEN + timedelta(hours=1))
    calendar = (await edge.get("/staff/calls?view=day")).text
    assert ("Late: 1" in calendar, "tried: 1" in calendar) == (False, True)
    for wrong in ("2026-11-18T09:00", "2026-11-19T03:00", "soon", "2029-11-18T11:00"):
        refused = await edge.post(f"/staff/calls/{made.number}/no-answer", data={**form, "tries": "1", "again": wrong})
        assert refused.status == 422, wrong
    assert (await find(backend, made.number)).tries == 1


async def test_a_call_is_moved_and_the_text_is_read_first(edge: Edge, backend: Backend) -> None:
    made = await promise(edge)
    before = await list_texts(backend)
    asked = await act(edge, made.number, "move", at="2026-11-20T09:30", text="yes")
    words = re.search(r'class="sample" lang="en">([^<]+)<', asked.text)
    assert words
    assert await list_texts(backend) == before, "nothing goes out before it is read"
    assert (await find(backend, made.number)).due_at == OPEN - timedelta(hours=1)
    for _ in range(2):
        await edge.post(f"/staff/calls/{made.number}/move", data={**fields_of(asked), "sure": "yes"})
    moved = await find(backend, made.number)
    assert (moved.due_at, "until" in moved.details) == (datetime(2026, 11, 20, 15, 30, tzinfo=UTC), False)
    assert [text for text in await list_texts(backend) if text not in before] == [words[1]]
    await act(edge, made.number, "move", at="2026-11-20T10:30")
    assert len(await list_texts(backend)) == len(before) + 1, "without the box nobody is told"


async def test_a_call_is_done_with_words_only(edge: Edge, backend: Backend) -> None:
    made = await promise(edge)
    assert (await act(edge, made.number, "done", done=" ")).status == 422
    await act(edge, made.number, "done", done="explained the bill")
    assert (await find(backend, made.number)).outcome == "explained the bill"
    assert made.number not in (await edge.get("/staff/calls")).text


async def test_news_of_an_outage_are_read_first(edge: Edge, backend: Backend) -> None:
    """A later time, a part where it is back, and the end: the words are shown before anything is done."""
    await open_ticket(edge, kind="outage", place="12 Mill Road")
    await become(edge, "ann")
    token = token_in(await edge.get("/staff/outages"))
    new = {"token": token, "area": "Ridge Road, Mill Road", "tell": "yes", "key": "a" * 32}
    await open_outage(edge, new)
    later = await edge.post("/staff/outages/1", data={"token": token, "cause": "", "estimate": "2026-11-18T13:30"})
    assert "news of the outage at Ridge Road, Mill Road: power expected back at 1:30 PM" in later.text
    part = await edge.post("/staff/outages/1/part", data={"token": token, "area": "Mill Road"})
    assert "the power is back at Ridge Road." in part.text
    end = await edge.get("/staff/outages/1/clear")
    assert "the power is back at Ridge Road, Mill Road." in end.text
    async with backend.db.read_session() as session:
        known = await session.get_one(KnownOutage, 1)
        assert (known.area, known.estimate_at, known.cleared_at) == ("Ridge Road, Mill Road", None, None)
    for page, path in ((later, "1"), (part, "1/part"), (end, "1/clear")):
        await edge.post(f"/staff/outages/{path}", data={**fields_of(page), "sure": "yes"})
    async with backend.db.read_session() as session:
        known = await session.get_one(KnownOutage, 1)
        stages = list(await session.scalars(select(OutageAnnouncement.stage).order_by(OutageAnnouncement.id)))
    assert (known.area, stages) == ("Mill Road", ["out", "estimate", "restored", "restored"])
    assert known.cleared_at is not None


async def test_a_call_has_its_name_by_the_phone_and_what_it_is_about(
    edge: Edge, backend: Backend, home: Household
) -> None:
    made = await promise(edge, due_at=OPEN + timedelta(hours=3))
    page = (await edge.get("/staff/calls")).text
    shown = rf"Next call.*Ruth Alvarez.*{made.number}.*by the phone.*tel:\{MEMBER}.*the bill"
    assert re.search(shown, page, re.DOTALL), page
    assert page.count('aria-labelledby="day-') == 1, "days without a call take no room"
    assert page.index("Next call") < page.index('class="week"')
    assert "No call is promised from" in (await edge.get("/staff/calls?day=2027-03-01")).text
    assert "Monday Nov 16" not in page, "days that are over"
    assert "by the phone: ask who it is" in (await edge.get(f"/staff/calls/{made.number}")).text
    asked = {"name": "not identified", "tried": "paying a bill, asked for the amount"}
    due = OPEN + timedelta(days=1)
    async with backend.db.transaction() as session:
        talk = "office-other"
        session.add(Conversation(id=talk, channel="office", last_seen_at=OPEN, started_at=OPEN))
        await session.flush()
        other = await tickets.open_ticket(
            session, backend, talk, kind="callback", details=asked, phone="+15555550777", due_at=due
        )
    spanish = (await edge.get(f"/staff/calls/{other.number}?lang=es")).text
    assert "el pago de su factura" in spanish
    assert "asked for" not in spanish


async def test_a_danger_that_was_closed_is_reported_anew_with_its_facts(edge: Edge, backend: Backend) -> None:
    made = await open_ticket(edge, kind="danger", place="20 Oak Lane, Hanover", details={"words": "wire down"})
    assert "Report it anew" not in (await edge.get(f"/staff/tickets/{made.number}")).text
    asked = (await press(edge, made.number, "close", done="they said")).text
    await press(edge, made.number, "close", done="they said", sure="yes", seen=field_in_text(asked, "seen"))
    page = (await edge.get(f"/staff/tickets/{made.number}")).text
    assert "nobody would be called. Report it anew" in page
    assert "/reopen" not in page
    form = await edge.get(f"/staff/tickets/new?again={made.number}")
    assert f">Still there after {made.number}: wire down</textarea>" in form.text
    assert 'value="20 Oak Lane, Hanover"' in form.text
    assert '<option value="danger" selected>' in form.text
    typed = {"kind": "danger", "language": "en", "words": "wire down", "place": "20 Oak Lane, Hanover", "phone": MEMBER}
    read_back = await edge.post("/staff/tickets/new/check", data=fields_of(form) | typed)
    await edge.post("/staff/tickets/new", data=fields_of(read_back))
    opened = (await list_all(backend))[-1]
    assert (opened.number != made.number, opened.kind, opened.urgent) == (True, "danger", True)
    assert (opened.place, opened.phone) == ("20 Oak Lane, Hanover", MEMBER)
    assert (await edge.get("/staff/tickets/new?again=AAA-999")).status == 200


async def test_the_office_puts_the_place_in_and_the_history_says_what_changed(edge: Edge, backend: Backend) -> None:
    await become(edge, "ann")
    page = await write_by_hand(edge, kind="light", words="a dark light", due="2026-11-24T16:00", owner="ann")
    assert "Due" in page.text
    shown = await edge.post("/staff/tickets/new", data=fields_of(page))
    (made,) = await list_all(backend)
    assert made.owner == "ann"
    assert made.due_at is not None
    assert "<dt>Due</dt>" in shown.text
    assert "promised" not in shown.text, "the office's own due day is no promise"
    assert "<dt>Owner</dt><dd>ann</dd>" in (await edge.get(f"/staff/tickets/print?number={made.number}")).text
    token = token_in(shown)
    assert (await edge.post(f"/staff/tickets/{made.number}/place", data={"token": token, "place": " "})).status == 422
    await edge.post(f"/staff/tickets/{made.number}/place", data={"token": token, "place": "14 Mill Road"})
    assert (await find(backend, made.number)).place == "14 Mill Road"
    async with backend.db.read_session() as session:
        rows = [
            row.after["changed"] for row in await session.scalars(select(AuditRow)) if "changed" in (row.after or {})
        ]
    assert rows[0].startswith("owner: ann; due: ")
    assert rows[-1].startswith("place: 14 Mill Road")


async def test_a_call_on_another_day_than_promised_is_asked_about(edge: Edge, backend: Backend) -> None:
    due = OPEN + timedelta(hours=3)
    made = await open_ticket(edge, kind="callback", details={"phone": MEMBER}, due_at=due)
    await become(edge, "ann")
    page = await edge.get(f"/staff/calls/{made.number}")
    preset = re.search(r'id="again"[^>]*value="([^"]+)"', page.text)
    kept = re.search(r'id="at"[^>]*value="([^"]+)"', page.text)
    assert preset
    assert kept
    assert preset[1] == kept[1], "no answer: the promised time stands"
    form = {"token": token_in(page), "at": "2026-11-20T10:00"}
    asked = await edge.post(f"/staff/calls/{made.number}/move", data=form)
    assert "was promised another day" in asked.text
    assert (await find(backend, made.number)).due_at == due
    await edge.post(f"/staff/calls/{made.number}/move", data={**fields_of(asked), "sure": "yes"})
    assert (await find(backend, made.number)).due_at != due
