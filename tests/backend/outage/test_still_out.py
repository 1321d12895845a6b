"""Who says after the end of an outage that the power is still out is on the list, whatever comes first."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import select
from sqlalchemy import text as sql

from backend.app import Backend
from backend.clock import ManualClock
from backend.outage import overview, reports
from backend.outage import service as outages
from backend.outage.models import OutageAnnouncement
from backend.tickets import service as tickets
from tests.backend.outage.test_announcing import add_member, clear, mark_all_sent, messages, open_outage, tell
from tests.backend.outage.test_reports import PHONE, list_tickets, report

OTHER = "+18155550009"


async def still_out_of(backend: Backend, outage: int) -> list[str]:
    """The numbers on the outage's list of those that are still out."""
    async with backend.db.read_session() as session:
        views = await overview.list_views(session, backend)
    return [ticket.number for view in views if view.outage.id == outage for ticket in view.still_out]


async def asked(backend: Backend) -> list[str]:
    """The phones that are asked whether it is still out."""
    return [one.recipient for one in await messages(backend, "queued", "sent") if one.purpose == "outage-restored"]


async def test_told_between_the_end_and_the_job(backend: Backend) -> None:
    """The member who was told of the outage and reported it says again that it is out: nobody asks them."""
    account = await add_member(backend, 1, "12 Ridge Road", "text")
    outage = await open_outage(backend)
    await report(backend, "sms-1", PHONE, account_id=account, outage_id=outage)
    await report(backend, "sms-2", "+18155550002", place="14 Ridge Road", outage_id=outage)
    await tell(backend)
    await mark_all_sent(backend)
    await clear(backend, outage)
    await report(backend, "sms-1", PHONE, account_id=account, details={"words": "my power is still out"})
    await tell(backend)
    first, other = await list_tickets(backend)
    assert (first.status, other.status, first.outcome) == ("open", "closed", None)
    assert first.details["still out"] == "after the outage at Ridge Road was ended"
    assert [note["words"] for note in first.notes] == ["my power is still out"]
    assert await still_out_of(backend, outage) == [first.number]
    assert await asked(backend) == ["+18155550002"]


async def test_told_after_the_job_in_other_words(backend: Backend) -> None:
    account = await add_member(backend, 1, "12 Ridge Road", "text")
    outage = await open_outage(backend)
    await report(backend, "sms-1", PHONE, account_id=account, outage_id=outage)
    await clear(backend, outage)
    await tell(backend)
    assert await asked(backend) == [PHONE]
    await report(backend, "sms-1", PHONE, account_id=account, details={"words": "it is dark here"})
    old, new = await list_tickets(backend)
    assert (old.status, new.status, new.outage_id) == ("closed", "open", outage)
    assert await still_out_of(backend, outage) == [new.number]
    assert await asked(backend) == [], "the question waits no longer"


async def test_out_of_a_caller_and_of_a_note(backend: Backend) -> None:
    """A neighbor who proves nothing, and a question with `still dark` in it, keep the reports open too."""
    outage = await open_outage(backend)
    await report(backend, "sms-1", PHONE, place="12 Ridge Road", outage_id=outage)
    await report(backend, "sms-2", "+18155550002", place="14 Ridge Road", outage_id=outage)
    await clear(backend, outage)
    await report(backend, "voice-1", OTHER, place="12 Ridge Road", details={"words": "it is out"})
    second = (await list_tickets(backend))[1]
    async with backend.db.transaction() as session:
        ticket = await tickets.find(session, second.number)
        assert ticket
        await tickets.add_note(session, backend, ticket, "sms-2", "is it fixed? we are still dark")
    await tell(backend)
    found = await list_tickets(backend)
    assert [ticket.status for ticket in found] == ["open", "open"]
    assert await still_out_of(backend, outage) == [ticket.number for ticket in found]
    assert await asked(backend) == []


async def test_a_part_that_is_said_to_be_back(backend: Backend, clock: ManualClock) -> None:
    outage = await open_outage(backend, area="Ridge Road, Mill Road")
    for number, road in enumerate(("Ridge Road", "Mill Road"), 1):
        await report(backend, f"sms-{number}", f"+1815555000{number}", place=f"9 {road}", outage_id=outage)
    async with backend.db.transaction() as session:
        await outages.shrink(session, backend, "ann", outage, area="Mill Road")
    for number, road in enumerate(("Ridge Road", "Mill Road"), 1):
        await report(backend, f"sms-{number}", f"+1815555000{number}", place=f"9 {road}", details={"words": "out"})
    await tell(backend)
    ridge, mill = await list_tickets(backend)
    assert [ridge.status, mill.status] == ["open", "open"]
    assert await still_out_of(backend, outage) == [ridge.number], "Mill Road is not said to be back"
    clock.advance(minutes=5)
    await clear(backend, outage)
    await report(backend, "sms-3", OTHER, place="11 Ridge Road")
    new = (await list_tickets(backend))[-1]
    assert new.details["still out"] == "after the outage at Ridge Road was ended", "by the words of the first end"


async def test_what_is_not_left_over(backend: Backend, clock: ManualClock) -> None:
    """Told again before the end; elsewhere; after a mistake; and the next day."""
    outage = await open_outage(backend)
    await report(backend, "sms-1", PHONE, place="12 Ridge Road", outage_id=outage)
    await report(backend, "sms-1", PHONE, place="12 Ridge Road", details={"words": "still out"})
    clock.advance(minutes=1)
    await clear(backend, outage)
    await report(backend, "sms-3", OTHER, place="9 Oak Street")
    await tell(backend)
    clock.advance(hours=13)
    await report(backend, "sms-1", PHONE, place="12 Ridge Road")
    mistake = await open_outage(backend, area="Mill Road", tells=False)
    await report(backend, "sms-4", OTHER, place="9 Mill Road", outage_id=mistake)
    await clear(backend, mistake, restored=False)
    await report(backend, "sms-4", OTHER, place="9 Mill Road", details={"words": "still out"})
    found = await list_tickets(backend)
    assert [ticket.status for ticket in found] == ["closed", "open", "open", "open"]
    assert not [ticket for ticket in found if "still out" in ticket.details]


async def wait_for_lock(backend: Backend) -> None:
    """Until somebody waits for a lock in this database."""
    waits = sql("SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'")
    async with asyncio.timeout(10):
        while True:
            async with backend.db.read_session() as session:
                if await session.scalar(waits):
                    return


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_both_at_the_same_moment(backend: Backend) -> None:
    """Whoever is first, the other waits for it: the job for the report, or the report for the job."""
    job_first, report_first = [
        await open_outage(backend, area=area, tells=False) for area in ("Ridge Road", "Mill Road")
    ]
    await report(backend, "sms-1", PHONE, place="12 Ridge Road", outage_id=job_first)
    await report(backend, "sms-2", OTHER, place="9 Mill Road", outage_id=report_first)
    ridge, mill = await list_tickets(backend)
    await clear(backend, job_first)
    await clear(backend, report_first)
    again = {"kind": "outage", "details": {"words": "still out"}}
    async with backend.db.transaction() as session:
        current = await outages.lock(session, job_first)
        assert current
        end = await session.scalar(select(OutageAnnouncement).where(OutageAnnouncement.outage_id == job_first))
        assert end
        assert await reports.tell_reporters(session, backend, current, end) == 1
        later = asyncio.create_task(report(backend, "sms-1", PHONE, place="12 Ridge Road", **again))
        await wait_for_lock(backend)
    new = await later
    assert new != ridge.id, "it is not added to what was being closed"
    async with backend.db.transaction() as session:
        made = await tickets.open_ticket(session, backend, "sms-2", place="9 Mill Road", **again)
        job = asyncio.create_task(tell(backend))
        await wait_for_lock(backend)
    await job
    assert made.id == mill.id
    assert [ticket.status for ticket in await list_tickets(backend)] == ["closed", "open", "open"]
    assert await still_out_of(backend, report_first) == [mill.number]
    assert len(await still_out_of(backend, job_first)) == 1
