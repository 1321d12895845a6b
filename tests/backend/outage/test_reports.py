"""Reports belong to the outage they were made in, end with it, and come again where the power is still out."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from backend.app import Backend
from backend.clock import ManualClock
from backend.conversations.models import Conversation
from backend.outage import reports
from backend.reading.texts.opt_out import detect_opt_out
from backend.reading.tickets.still_out import answers_still_out
from backend.tickets import service as tickets
from backend.tickets.models import Ticket
from tests.backend.household import NOW
from tests.backend.outage.test_announcing import add_member, clear, mark_all_sent, messages, open_outage, tell

PHONE = "+18155550001"


async def report(backend: Backend, talk: str, phone: str, **fields: object) -> int:
    async with backend.db.transaction() as session:
        if await session.get(Conversation, talk) is None:
            session.add(Conversation(id=talk, channel="sms", address=phone, last_seen_at=NOW, started_at=NOW))
            await session.flush()
        values = {"kind": "outage", "details": {}, **fields}
        return (await tickets.open_ticket(session, backend, talk, **values)).id


async def list_tickets(backend: Backend) -> list[Ticket]:
    async with backend.db.read_session() as session:
        return list(await session.scalars(select(Ticket).order_by(Ticket.id)))


async def test_earlier_reports_are_linked_and_end_with_it(backend: Backend) -> None:
    """The reporter who asked for no alerts is told of the end; one on a machine keeps the report open."""
    account = await add_member(backend, 1, "12 Ridge Road")
    await report(backend, "sms-1", PHONE, account_id=account)
    await report(backend, "sms-2", "+18155550002", place="9 Mill Road")
    await report(backend, "sms-3", "+18155550003", place="14 Ridge Road", urgent=True)
    outage = await open_outage(backend)
    assert [ticket.outage_id for ticket in await list_tickets(backend)] == [outage, None, outage]
    await clear(backend, outage)
    await tell(backend)
    assert [ticket.status for ticket in await list_tickets(backend)] == ["closed", "open", "open"]
    told = [one for one in await messages(backend) if one.purpose == "outage-restored"]
    assert [one.recipient for one in told] == [PHONE, "+18155550003"]
    assert "Reply OUT" in told[0].body


async def test_an_address_on_file_is_not_told_to_another_phone(backend: Backend) -> None:
    account = await add_member(backend, 1, "12 Ridge Road")
    await report(backend, "sms-1", "+18155550009", account_id=account)
    await report(backend, "sms-1", "+18155550009", place="14 Ridge Road")
    outage = await open_outage(backend)
    await clear(backend, outage)
    await tell(backend)
    [told] = [one.body for one in await messages(backend) if one.purpose == "outage-restored"]
    assert "the power is back at your place." in told


async def test_still_out_makes_a_report_of_that_account(backend: Backend, clock: ManualClock) -> None:
    account = await add_member(backend, 1, "12 Ridge Road", "text")
    outage = await open_outage(backend)
    await tell(backend)
    await mark_all_sent(backend)
    await report(backend, "sms-1", PHONE, kind="callback", place="here")
    async with backend.db.transaction() as session:
        assert await reports.report_still_out(session, backend, "sms-1", PHONE, "OUT") is None, "nothing was asked yet"
    await clear(backend, outage)
    await tell(backend)
    await mark_all_sent(backend)
    for _ in range(2):  # said again, it is one report
        async with backend.db.transaction() as session:
            answer = await reports.report_still_out(session, backend, "sms-1", PHONE, "OUT")
    made = (await list_tickets(backend))[-1]
    assert answer
    assert made.number in answer
    assert (made.kind, made.account_id, made.outage_id, made.place) == ("outage", account, outage, "12 Ridge Road")
    assert made.details["still out"] == "after the outage at Ridge Road was ended"
    assert len(await list_tickets(backend)) == 2
    clock.advance(hours=37)
    async with backend.db.transaction() as session:
        assert await reports.report_still_out(session, backend, "sms-1", PHONE, "OUT") is None


async def test_which_of_several_places_is_not_guessed(backend: Backend) -> None:
    for number in (1, 2):
        await add_member(backend, number, f"{number} Ridge Road", "text", phone=PHONE)
    outage = await open_outage(backend)
    await tell(backend)
    await mark_all_sent(backend)
    await clear(backend, outage)
    await tell(backend)
    await report(backend, "sms-1", PHONE, kind="callback", place="here")
    async with backend.db.transaction() as session:
        answer = await reports.report_still_out(session, backend, "sms-1", PHONE, "still out")
    assert answer
    assert "the street" in answer
    made = (await list_tickets(backend))[-1]
    assert made.account_id is None
    assert made.details["one of"] == "1 Ridge Road; 2 Ridge Road"


@pytest.mark.parametrize(
    ("words", "place"),
    [
        ("2 ridge road", "2 Ridge Road"),
        ("it's number 2", "2 Ridge Road"),
        ("the barn", "1 Ridge Road (barn)"),
        ("Mill St", "7 Mill Street"),
        ("la 7 de mill", "7 Mill Street"),
    ],
)
async def test_the_place_is_taken_from_the_answer(backend: Backend, words: str, place: str) -> None:
    await ask_which(backend)
    async with backend.db.transaction() as session:
        found = await reports.find_place_answer(session, backend, "sms-1", PHONE, words)
        assert found
        told = await reports.choose_still_out(session, backend, "sms-1", found, words)
    made = (await list_tickets(backend))[-1]
    assert (made.place, "one of" in made.details) == (place, False)
    assert made.account_id is not None
    assert made.number in told
    async with backend.db.transaction() as session:
        assert await reports.find_place_answer(session, backend, "sms-1", PHONE, words) is None, "it is answered"


async def test_a_street_of_two_places_is_asked_about(backend: Backend) -> None:
    await ask_which(backend)
    async with backend.db.transaction() as session:
        found = await reports.find_place_answer(session, backend, "sms-1", PHONE, "ridge road")
        assert found
        told = await reports.choose_still_out(session, backend, "sms-1", found, "ridge road")
    assert told.startswith("Which of these is out: 1 Ridge Road (barn)")
    assert (await list_tickets(backend))[-1].account_id is None


@pytest.mark.parametrize("words", ["pay 2 dollars", "thanks", "a wire is down at 2 ridge road", "who is this"])
async def test_anything_else_is_for_the_dialogue(backend: Backend, words: str) -> None:
    await ask_which(backend)
    async with backend.db.transaction() as session:
        assert await reports.find_place_answer(session, backend, "sms-1", PHONE, words) is None


async def ask_which(backend: Backend) -> None:
    """A member of three places says OUT after the outage was ended, and is asked which."""
    for number, address in enumerate(("1 Ridge Road (barn)", "2 Ridge Road", "7 Mill Street"), 1):
        await add_member(backend, number, address, "text", phone=PHONE)
    outage = await open_outage(backend, area="Ridge Road, Mill Street")
    await tell(backend)
    await mark_all_sent(backend)
    await clear(backend, outage)
    await tell(backend)
    await mark_all_sent(backend)
    await report(backend, "sms-1", PHONE, kind="callback", place="here")
    async with backend.db.transaction() as session:
        await reports.report_still_out(session, backend, "sms-1", PHONE, "still out")


@pytest.mark.parametrize(
    "text",
    ["OUT", "out.", "Still out", "yes still out", "we are still without power", "no power yet", "No lights here",
     "SIN LUZ", "todavía sin luz", "seguimos sin luz aquí", "no hay luz", "no ha vuelto la luz", "it's not back on"],
)  # fmt: skip
def test_still_out(text: str) -> None:
    assert answers_still_out(text)
    assert detect_opt_out(text, idle=True) is None


@pytest.mark.parametrize(
    "text",
    ["it is on", "thanks", "ya hay luz", "not out", "opt out", "the power is back", "my bill is still out there",
     "still out and the wire is sparking", "when is my bill due", "we are not without power"],
)  # fmt: skip
def test_not_still_out(text: str) -> None:
    assert not answers_still_out(text)
