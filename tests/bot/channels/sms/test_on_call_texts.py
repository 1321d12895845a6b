"""A text from a phone on call takes the ticket; from any other phone the same words do not."""

from __future__ import annotations

from sqlalchemy import select

from backend.callout import codes, links, service
from backend.callout.models import Callout, CalloutCode
from backend.tickets import service as tickets
from backend.tickets.models import Ticket
from backend.tickets.service import Report
from tests.backend.household import make_household
from tests.bot.edge import Edge, twiml_texts

CREW, OTHER = "+15555550111", "+15555550188"


async def urgent(edge: Edge) -> Ticket:
    home = await make_household(edge.services.backend)
    async with edge.services.backend.db.transaction() as session:
        report = Report(kind="danger", details={"words": "wire down"}, place="12 Oak Road")
        return (await tickets.file_report(session, edge.services.backend, home.conversation_id, report)).ticket


async def get_callout(edge: Edge, ticket: Ticket) -> Callout:
    async with edge.services.backend.db.read_session() as session:
        found = await service.find_callout(session, ticket.id)
    assert found is not None
    return found


async def code_of(edge: Edge, ticket: Ticket) -> str:
    async with edge.services.backend.db.read_session() as session:
        row = await session.scalar(select(CalloutCode).where(CalloutCode.name == "Sam"))
    assert row is not None
    return codes.format_code(edge.services.backend, row)


async def test_forged_sender_takes_nothing(app_server: Edge) -> None:
    ticket = await urgent(app_server)
    for words in ("got it", "1", ticket.number, "ALL", "on my way"):
        await app_server.text(words, phone=CREW)
    assert (await get_callout(app_server, ticket)).status == "calling"


async def test_text_from_the_crew_takes_it_once(app_server: Edge) -> None:
    ticket = await urgent(app_server)
    sid = "SM" + "a" * 32
    code = await code_of(app_server, ticket)
    first = await app_server.text(f"got it {code}", phone=CREW, sid=sid)
    again = await app_server.text(f"got it {code}", phone=CREW, sid=sid)
    assert twiml_texts(first) == twiml_texts(again)
    assert twiml_texts(first)[0].startswith(f"You have {ticket.number}: DANGER at 12 Oak Road")
    assert (await get_callout(app_server, ticket)).taken_by == "Sam"
    assert app_server.engine.turns == []


async def test_same_words_from_another_phone_take_nothing(app_server: Edge) -> None:
    ticket = await urgent(app_server)
    for words in ("got it", "1", ticket.number, await code_of(app_server, ticket)):
        await app_server.text(words, phone=OTHER)
    assert (await get_callout(app_server, ticket)).status == "calling"
    assert len(app_server.engine.turns) == 4


async def test_person_on_call_is_a_member_as_well(app_server: Edge) -> None:
    ticket = await urgent(app_server)
    assert twiml_texts(await app_server.text("pay my bill", phone=CREW)) == ["You said: pay my bill"]
    assert (await get_callout(app_server, ticket)).status == "calling"


async def test_their_own_words_never_reach_the_members_skills(app_server: Edge) -> None:
    ticket = await urgent(app_server)
    code = await code_of(app_server, ticket)
    for words in (
        "wrong address",
        "nobody home",
        "whats the address",
        "im 20 min out",
        "done fixed the wire",
        "wrong place",
    ):
        (answer,) = twiml_texts(await app_server.text(words, phone=CREW))
        assert code in answer
    assert app_server.engine.turns == []
    assert twiml_texts(await app_server.text(f"where is it {code}", phone=CREW))[0].startswith(ticket.number)
    await app_server.text(code, phone=CREW)
    (answer,) = twiml_texts(await app_server.text(f"nobody home {code}", phone=CREW))
    assert ticket.number in answer
    async with app_server.services.backend.db.read_session() as session:
        stored = await session.get_one(Ticket, ticket.id)
    assert [(note["crew"], note["words"]) for note in stored.notes] == [("Sam", "nobody home")]
    assert app_server.engine.turns == []


async def test_invented_codes_by_text_stop_nobody(app_server: Edge) -> None:
    ticket = await urgent(app_server)
    code = await code_of(app_server, ticket)
    for guess in range(5):
        await app_server.text(f"{(int(code) + 1 + guess) % 10**6:06d}", phone=CREW)
    await app_server.text(code, phone=CREW)
    assert (await get_callout(app_server, ticket)).taken_by == "Sam"


async def test_page_of_the_email_takes_it_by_its_button_alone(app_server: Edge) -> None:
    ticket = await urgent(app_server)
    path = (
        f"/on-call/{links.link_token(app_server.services.backend, (await get_callout(app_server, ticket)).id, 'Sam')}"
    )
    page = await app_server.get(path)
    assert page.status == 200
    assert "12 Oak Road" in page.text
    assert (await app_server.request("HEAD", path)).status == 200
    assert (await get_callout(app_server, ticket)).status == "calling", "mail scanners open links"
    assert (await app_server.post(path + "0")).status == 404
    done = await app_server.post(path)
    assert "You have it" in done.text
    assert (await get_callout(app_server, ticket)).taken_how == "link"
    assert (await app_server.post(path)).status == 200
    assert "Sam has it" in (await app_server.get(path)).text
    assert (await app_server.post(path + "0/done")).status == 404
    assert (await app_server.post(path + "/done")).status == 200
    assert (await get_callout(app_server, ticket)).status == "over"
