"""Tickets: a number each, one event one ticket, danger first, taken back and closed once."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.app import Backend
from backend.audit.models import AuditRow
from backend.audit.service import verify
from backend.billing.models import Account
from backend.callout import messages
from backend.clock import ManualClock
from backend.confirmation_numbers import normalize_number
from backend.conversations.models import Conversation
from backend.language import SPANISH, use_language
from backend.members.levels import Level
from backend.outbox.models import OutboxMessage
from backend.tickets import listing, office
from backend.tickets import service as tickets
from backend.tickets.models import Ticket
from backend.tickets.service import FiledTicket, Report
from tests.backend.household import NOW, Household, add_conversation, make_household

PLACE = "12 Oak Road, Elizabeth"


async def file(backend: Backend, conversation: str, kind: str, **fields: Any) -> FiledTicket:
    words = fields.pop("words", f"first words about the {kind}")
    async with backend.db.transaction() as session:
        report = Report(kind=kind, details={"words": words, **fields.pop("details", {})}, **fields)
        return await tickets.file_report(session, backend, conversation, report)


async def read(session: AsyncSession, filed: FiledTicket) -> Ticket:
    found = await tickets.find(session, filed.ticket.number)
    assert found is not None
    return found


async def test_ticket_has_the_place_and_the_reporters_phone(backend: Backend, home: Household) -> None:
    filed = await file(backend, home.conversation_id, "meter", account_id=home.account_id)
    assert normalize_number(filed.ticket.number) == filed.ticket.number
    assert filed.ticket.phone == "+15555550142", "the phone on file, where none is told and none writes"
    talk = await add_conversation(backend, "sms-stranger", "sms")
    async with backend.db.transaction() as session:
        (await session.get_one(Conversation, talk)).address = "+18155550123"
    shown = await file(backend, talk, "light", place=PLACE)
    assert (shown.ticket.place, shown.ticket.phone) == (PLACE, "+18155550123")


async def test_same_request_is_one_ticket(backend: Backend, home: Household) -> None:
    async with backend.db.transaction() as session:
        made = [
            await tickets.open_ticket(
                session, backend, home.conversation_id, kind="service", details={"wish": item}, account_id=account
            )
            for item, account in (("stop", home.account_id), ("stop", home.account_id), ("move", None))
        ]
    first, again, other = (ticket.number for ticket in made)
    assert first == again != other
    assert made[0].notes == [], "the same words are not news"


@pytest.mark.parametrize(
    ("first", "second", "same"),
    [
        (("light", {"place": PLACE}), ("light", {"place": "12 oak rd"}), True),
        (("light", {"place": PLACE}), ("light", {"place": "14 Oak Road"}), False),
        (("light", {"place": PLACE}), ("tree", {"place": PLACE}), False),
        (("outage", {"place": PLACE}), ("danger", {"place": PLACE}), True),
        (("tree", {"place": PLACE}), ("danger", {}), True),
        (("danger", {"place": PLACE}), ("outage", {"place": PLACE}), True),
        (("danger", {"place": PLACE}), ("tree", {"place": PLACE}), False),
        (("complaint", {}), ("complaint", {}), True),
    ],
)
async def test_one_event_in_one_conversation_is_one_ticket(
    backend: Backend,
    home: Household,
    first: tuple[str, dict[str, Any]],
    second: tuple[str, dict[str, Any]],
    same: bool,
) -> None:
    one = await file(backend, home.conversation_id, first[0], **first[1])
    two = await file(backend, home.conversation_id, second[0], words="and more", **second[1])
    assert (two.ticket.number == one.ticket.number) is same
    assert two.is_new is not same
    if same:
        assert [note["words"] for note in two.ticket.notes] == ["and more"]
        assert two.ticket.details["words"] == one.ticket.details["words"], "the first words stay"


@pytest.mark.parametrize(
    ("kind", "first", "second", "same"),
    [
        ("light", {"place": PLACE}, {"place": "12 Oak Rd"}, True),
        ("light", {"place": "by the church"}, {"place": "by the church"}, False),
        ("light", {}, {}, False),
        ("outage", {"mine": True}, {"mine": True}, True),
        ("outage", {"mine": True}, {"mine": True, "place": "behind the barn"}, True),
        ("light", {"mine": True, "place": PLACE}, {"mine": True, "place": "90 Ridge Road"}, False),
        ("callback", {"mine": True}, {"mine": True}, False),
    ],
)
async def test_one_event_in_two_conversations(
    backend: Backend, home: Household, kind: str, first: dict[str, Any], second: dict[str, Any], same: bool
) -> None:
    """By the account or by a spot that strangers would name alike; a call back is each person's own."""
    made = []
    for name, report in (("web-one", dict(first)), ("web-two", dict(second))):
        account = home.account_id if report.pop("mine", False) else None
        made.append(await file(backend, await add_conversation(backend, name), kind, account_id=account, **report))
    assert (made[0].ticket.number == made[1].ticket.number) is same


async def test_two_accounts_are_two_events(backend: Backend, home: Household) -> None:
    barn = await make_household(backend, number="99998", due_cents=0, card_token="tok_a", bank_token="tok_b")
    one = await file(backend, home.conversation_id, "outage", account_id=home.account_id)
    two = await file(backend, home.conversation_id, "outage", account_id=barn.account_id)
    assert one.ticket.number != two.ticket.number


async def test_after_twelve_hours_it_is_another_event(backend: Backend, home: Household, clock: ManualClock) -> None:
    one = await file(backend, home.conversation_id, "outage", place=PLACE)
    clock.advance(hours=11, minutes=59)
    assert (await file(backend, home.conversation_id, "outage", place=PLACE, words="still")).ticket.id == one.ticket.id
    clock.advance(minutes=2)
    assert (await file(backend, home.conversation_id, "outage", place=PLACE)).ticket.id != one.ticket.id


async def test_outage_that_turns_dangerous_keeps_its_number(backend: Backend, home: Household) -> None:
    plain = await file(backend, home.conversation_id, "outage", place=PLACE)
    assert not plain.ticket.urgent
    worse = await file(backend, home.conversation_id, "danger", words="now it sparks")
    assert (worse.ticket.number, worse.ticket.kind, worse.ticket.urgent) == (plain.ticket.number, "danger", True)
    calmer = await file(backend, home.conversation_id, "outage", words="still out", place=PLACE)
    assert (calmer.ticket.kind, calmer.ticket.urgent) == ("danger", True)
    assert [note["words"] for note in calmer.ticket.notes] == ["now it sparks", "still out"]
    assert all(note["at"].endswith("+00:00") for note in calmer.ticket.notes)


async def test_phone_of_another_reporter_is_noted(backend: Backend, home: Household) -> None:
    await file(backend, home.conversation_id, "tree", place=PLACE, phone="+18155550101")
    talk = await add_conversation(backend, "web-neighbor")
    later = await file(backend, talk, "tree", place=PLACE, phone="+18155550102", words="it leans more")
    assert later.ticket.notes[0]["words"] == "it leans more; phone: +18155550102"
    assert later.ticket.notes[0]["conversation"] == talk
    assert later.ticket.phone == "+18155550101"


async def test_a_call_back_is_moved_not_doubled(backend: Backend, home: Household) -> None:
    first = await file(
        backend, home.conversation_id, "callback", due_at=NOW + timedelta(hours=2), details={"when": "noon"}
    )
    moved = await file(
        backend, home.conversation_id, "callback", due_at=NOW + timedelta(hours=5), details={"when": "three"}
    )
    assert moved.ticket.number == first.ticket.number
    assert moved.ticket.due_at == NOW + timedelta(hours=5)
    assert moved.ticket.details["when"] == "three"
    assert "noon" in moved.ticket.notes[0]["words"]


async def test_callback_ticket_says_to_speak_spanish(backend: Backend, home: Household) -> None:
    with use_language(SPANISH):
        filed = await file(backend, home.conversation_id, "complaint", words="nadie contesta")
    assert filed.ticket.details == {"words": "nadie contesta", "language": "Spanish"}


async def test_only_the_reporter_may_withdraw(backend: Backend, home: Household) -> None:
    stranger = await add_conversation(backend, "web-other")
    filed = await file(backend, home.conversation_id, "light", place=PLACE)
    async with backend.db.transaction() as session:
        number = filed.ticket.number
        assert await tickets.withdraw(session, backend, number, stranger, "not mine") is None
        assert [each.number for each in await tickets.list_of_conversation(session, home.conversation_id)] == [number]
        taken = await tickets.withdraw(session, backend, number, home.conversation_id, "it came on")
        assert taken is not None
        assert (taken.status, taken.outcome, taken.closed_at) == ("withdrawn", "it came on", NOW)
        assert await tickets.withdraw(session, backend, number, home.conversation_id, "again") is None
        assert await tickets.list_of_conversation(session, home.conversation_id) == []
        assert await listing.list_open(session) == []
        assert [each.number for each in await listing.list_withdrawn(session, NOW)] == [number]
        assert await listing.list_withdrawn(session, NOW + timedelta(days=3)) == []
        acts = [row.act for row in await session.scalars(select(AuditRow).order_by(AuditRow.id))]
        assert acts[-2:] == ["ticket_light", "ticket_withdrawn"]
        assert await verify(session) is None


async def test_ticket_reported_by_others_stays_open(backend: Backend, home: Household) -> None:
    filed = await file(backend, home.conversation_id, "danger", place=PLACE)
    await file(backend, await add_conversation(backend, "web-other"), "danger", place=PLACE, words="I see it too")
    async with backend.db.transaction() as session:
        stored = await tickets.withdraw(session, backend, filed.ticket.number, home.conversation_id, "mistake")
        assert stored is not None
        assert stored.status == "open"
        assert "mistake" in stored.notes[-1]["words"]


async def test_power_that_is_back_closes_the_outage_of_the_account(backend: Backend, home: Household) -> None:
    filed = await file(backend, home.conversation_id, "outage", account_id=home.account_id)
    talk = await add_conversation(backend, "web-later")
    async with backend.db.transaction() as session:
        assert await tickets.close_restored_outage(session, backend, talk, None, "it is back") is None, (
            "nobody's business"
        )
        noted = await tickets.close_restored_outage(session, backend, talk, home.account_id, "on again")
        assert noted is not None
        assert (noted.status, noted.notes[-1]["unproven"]) == ("open", True), "a sender alone closes nothing"
        known = await session.get_one(Conversation, talk)
        known.level, known.account_id, known.member_id = Level.KNOWN, home.account_id, home.member_id
        noted = await tickets.close_restored_outage(session, backend, talk, home.account_id, "on, I say")
        assert noted is not None
        assert noted.status == "open", "a number and a last four are known to more than the member"
        known.level = Level.STEPPED_UP
        closed = await tickets.close_restored_outage(session, backend, talk, home.account_id, "it is back")
        assert closed is not None
        assert (closed.number, closed.status, closed.outcome) == (filed.ticket.number, "closed", "restored")
        assert closed.notes[-1]["words"] == "it is back"
        notices = await session.scalars(select(OutboxMessage).where(OutboxMessage.purpose == "ticket"))
        assert [closed.number in message.body for message in notices] == [True], "who reported it hears of it"
        assert await tickets.close_restored_outage(session, backend, talk, home.account_id, "it is back") is None


async def test_danger_does_not_go_with_the_lights_on(backend: Backend, home: Household) -> None:
    await file(backend, home.conversation_id, "danger", place=PLACE)
    async with backend.db.transaction() as session:
        found = await tickets.close_restored_outage(session, backend, home.conversation_id, None, "power is back")
        assert found is not None
        assert (found.status, found.notes[-1]["words"]) == ("open", "power is back")


async def test_danger_comes_first_and_promised_calls_by_their_time(backend: Backend, home: Household) -> None:
    for name, hours in (("late", 5), ("soon", 2)):
        talk = await add_conversation(backend, f"web-{name}")
        await file(backend, talk, "callback", due_at=NOW + timedelta(hours=hours), details={"name": name})
    await file(backend, home.conversation_id, "medical", urgent=True)
    await file(backend, home.conversation_id, "danger")
    async with backend.db.read_session() as session:
        found = await listing.list_open(session)
    assert [ticket.details.get("name", ticket.kind) for ticket in found] == ["danger", "medical", "soon", "late"]


async def test_a_ticket_is_closed_once(backend: Backend, home: Household) -> None:
    made = await file(backend, home.conversation_id, "outage")
    async with backend.db.transaction() as session:
        assert await office.close(session, backend, made.ticket.number, "ann")
        assert await office.close(session, backend, made.ticket.number, "ann") is None
        assert await listing.list_open(session) == []
        ticket = await read(session, made)
        await office.mark_answered(session, backend, ticket, "ann")
        assert ticket.status == "closed", "writing about it does not open it again"


async def test_the_list_has_strangers_and_members(backend: Backend, home: Household) -> None:
    await file(backend, home.conversation_id, "meter", account_id=home.account_id)
    light = await file(backend, await add_conversation(backend, "web-other"), "light", place=PLACE, words="it is dark")
    async with backend.db.transaction() as session:
        await office.close(session, backend, light.ticket.number, "ann")
        everything = await listing.list_tickets(session)
        still = await listing.list_tickets(session, only_open=True)
    assert [(each["kind"], each["account"], each["place"]) for each in everything] == [
        ("light", None, PLACE),
        ("meter", "99999-001", None),
    ]
    assert everything[0]["words"] == "it is dark"
    assert [each["kind"] for each in still] == ["meter"]


async def test_crew_learns_that_a_place_is_from_our_file_until_one_is_given(backend: Backend, home: Household) -> None:
    async with backend.db.transaction() as session:
        (await session.get_one(Account, home.account_id)).service_address = "20 Oak Road"
    filed = await file(backend, home.conversation_id, "danger", account_id=home.account_id)
    assert "20 Oak Road (from our file" in messages.format_summary(filed.ticket)
    async with backend.db.transaction() as session:
        ticket = await tickets.find(session, filed.ticket.number)
        assert ticket is not None
        await tickets.complete(session, backend, ticket, place=PLACE, phone=None)
        assert "from our file" not in messages.format_summary(ticket)
