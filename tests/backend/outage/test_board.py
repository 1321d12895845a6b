"""The outage board: reports by road, and who reported before an outage was known hears of it once, while it is so."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from sqlalchemy import select

from backend.app import Backend
from backend.clock import ManualClock
from backend.outage import announcing, overview
from backend.outage.board import load_board, split_place
from backend.outage.models import KnownOutage
from backend.outage.service import NewOutage
from backend.outbox.models import OutboxMessage
from backend.tickets import service as tickets
from backend.tickets.models import Ticket
from tests.backend.household import add_conversation
from tests.backend.outage.test_announcing import add_member, clear, open_outage

PHONE = "+15555550161"
PLACES = ("12 Ridge Road, Elizabeth, IL", "14 Ridge Rd., Elizabeth", "3 Mill Road, Elizabeth", "by the church")


async def report(backend: Backend, name: str, place: str | None, phone: str = PHONE, kind: str = "outage") -> Ticket:
    talk = await add_conversation(backend, name)
    async with backend.db.transaction() as session:
        return await tickets.open_ticket(session, backend, talk, kind=kind, place=place, phone=phone, details={})


async def list_outage_texts(backend: Backend, *statuses: str) -> Sequence[tuple[str, str]]:
    query = select(OutboxMessage.recipient, OutboxMessage.body).where(OutboxMessage.purpose == "outage-notice")
    query = query.where(OutboxMessage.status.in_(statuses or ("queued",)))
    async with backend.db.read_session() as session:
        return [(to, body) for to, body in await session.execute(query.order_by(OutboxMessage.id))]


@pytest.mark.parametrize(
    ("place", "road", "town"),
    [
        ("12 Ridge Road, Elizabeth, IL 61028", "Ridge Road", "Elizabeth"),
        ("Mill Road 14", "Mill Road", ""),
        ("1203 N 5th St; Hanover", "N 5th St", "Hanover"),
        ("by the church", "by the church", ""),
        ("12", "12", ""),
    ],
)
def test_road_and_town(place: str, road: str, town: str) -> None:
    assert split_place(place) == (road, town)


async def test_reports_are_grouped_by_town_and_road(backend: Backend) -> None:
    for number, place in enumerate(PLACES):
        await report(backend, f"web-{number}", place)
    await report(backend, "web-x", None)
    await report(backend, "web-y", "20 Oak Lane, Hanover", kind="danger")
    async with backend.db.read_session() as session:
        board = await load_board(session)
    found = [(town.name, [(road.name, len(road.tickets)) for road in town.roads]) for town in board.towns]
    assert found == [("Elizabeth", [("Ridge Road", 2), ("Mill Road", 1)]), ("", [("by the church", 1)])]
    assert (len(board.unplaced), len(board.dangers), board.count) == (1, 1, 5)
    await open_outage(backend, area="Ridge Road, Mill Road")
    async with backend.db.read_session() as session:
        assert [town.name for town in (await load_board(session)).towns] == [""]


async def test_reporters_hear_once_that_it_is_known(backend: Backend, clock: ManualClock) -> None:
    """Also one who is a member with the alert on; not who reports later, who was told in the conversation."""
    await add_member(backend, 1, "12 Ridge Road", "text", phone=PHONE)
    await report(backend, "web-1", PLACES[0])
    await report(backend, "web-2", PLACES[1], phone="+15555550162")
    new = NewOutage("Ridge Road", "a tree on the line", tells=True)
    async with backend.db.read_session() as session:
        shown = await overview.preview(session, backend, new)
    assert (shown.reports, shown.reporters, shown.people) == (2, 1, 2)
    outage = await open_outage(backend)
    clock.advance(minutes=5)
    await report(backend, "web-3", "16 Ridge Road", phone="+15555550163")
    for _ in range(2):
        await announcing.tell_members(backend, backend.today())
    texts = await list_outage_texts(backend)
    assert sorted(to for to, _ in texts) == [PHONE, "+15555550162"]
    assert {body for _, body in texts} == {shown.texts["en"]}, "they read what the office was shown"
    await clear(backend, outage)
    assert await list_outage_texts(backend) == [], "a text that it is out, after it is back"


async def test_reporters_sleep(backend: Backend, clock: ManualClock) -> None:
    clock.advance(hours=12)
    assert backend.coop.after_quiet_hours(clock.now()) > clock.now(), "it is night"
    await report(backend, "web-1", PLACES[0])
    await open_outage(backend)
    await announcing.tell_members(backend, backend.today())
    assert await list_outage_texts(backend) == []
    clock.advance(hours=12)
    await announcing.tell_members(backend, backend.today())
    assert [to for to, _ in await list_outage_texts(backend)] == [PHONE]


async def test_the_end_is_shown_before_it_is_told(backend: Backend) -> None:
    await report(backend, "web-1", PLACES[0])
    outage_id = await open_outage(backend)
    async with backend.db.read_session() as session:
        outage = await session.get_one(KnownOutage, outage_id)
        shown = await overview.preview_end(session, backend, outage)
        telling = await overview.preview_telling(session, backend, outage)
    assert (shown.accounts, shown.reporters, shown.reports) == (0, 1, 1)
    assert (telling.reports, telling.reporters) == (1, 1)
    assert "we believe the power is back at Ridge Road" in shown.texts["en"]
