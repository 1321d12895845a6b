"""The office sees what became of the messages: told, waiting, or not delivered."""

from __future__ import annotations

from sqlalchemy import update

from backend.app import Backend
from backend.outage import overview, told
from backend.outage.told import Counts
from backend.outbox.models import OutboxMessage
from tests.backend.outage.test_announcing import add_member, clear, open_outage, tell
from tests.backend.outage.test_reports import report


async def set_status(backend: Backend, status: str, *recipients: str) -> None:
    async with backend.db.transaction() as session:
        query = update(OutboxMessage).where(OutboxMessage.recipient.in_(recipients)).values(status=status)
        await session.execute(query.execution_options(synchronize_session=False))


async def view(backend: Backend, outage: int) -> overview.OutageView:
    async with backend.db.read_session() as session:
        return next(each for each in await overview.list_views(session, backend) if each.outage.id == outage)


async def test_counted_by_what_happened(backend: Backend) -> None:
    """An account with two ways counts by the better one."""
    for number in range(1, 4):
        await add_member(backend, number, f"{number} Ridge Road", "text", *(["email"] if number == 1 else []))
    outage = await open_outage(backend)
    await tell(backend)
    assert (await view(backend, outage)).told == {"out": Counts(told=0, waiting=3)}
    await set_status(backend, "sent", "70001@example.com")
    await set_status(backend, "expired", "+18155550001", "+18155550002")
    assert (await view(backend, outage)).told == {"out": Counts(told=1, waiting=1, failed=1)}
    async with backend.db.read_session() as session:
        listed = await told.list_notices(session, outage)
    assert [(each.account, each.way, each.status) for each in listed[-3:]] == [
        ("70002-001", "text", "not delivered (expired)"),
        ("70001-001", "email", "told"),
        ("70001-001", "text", "not delivered (expired)"),
    ]


async def test_who_is_told_of_the_end(backend: Backend) -> None:
    """Those who reported it have a line of their own; an outage that was a mistake has none."""
    await add_member(backend, 1, "1 Ridge Road", "text")
    outage = await open_outage(backend)
    await report(backend, "sms-2", "+18155550002", place="2 Ridge Road", outage_id=outage)
    await tell(backend)
    await set_status(backend, "delivered", "+18155550001")
    await clear(backend, outage)
    await tell(backend)
    seen = await view(backend, outage)
    assert seen.told == {"out": Counts(told=1), "restored": Counts(waiting=1)}
    assert (seen.reporters, seen.is_mistake) == (Counts(waiting=1), False)
    mistake = await open_outage(backend, area="Mill Road")
    await clear(backend, mistake, restored=False)
    seen = await view(backend, mistake)
    assert (seen.told, seen.reporters, seen.is_mistake) == ({}, None, True)
