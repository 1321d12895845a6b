"""The end of an outage at night: reports are closed at once, who may be told at night is told, and the office is shown
beforehand what happens when."""

from __future__ import annotations

from datetime import timedelta

import pytest

from backend.app import Backend
from backend.clock import ManualClock
from backend.outage import overview
from backend.outage.models import KnownOutage
from backend.outage.overview import EndPreview
from backend.outbox.models import OutboxMessage
from tests.backend.outage.test_announcing import add_member, clear, mark_all_sent, messages, open_outage, tell
from tests.backend.outage.test_board import report as report_by_page
from tests.backend.outage.test_reports import PHONE, list_tickets, report


async def preview_end(backend: Backend, outage_id: int) -> EndPreview:
    async with backend.db.read_session() as session:
        outage = await session.get_one(KnownOutage, outage_id)
        return await overview.preview_end(session, backend, outage)


async def list_ends(backend: Backend) -> list[OutboxMessage]:
    return [one for one in await messages(backend) if one.purpose == "outage-restored"]


@pytest.fixture
def night(clock: ManualClock) -> ManualClock:
    clock.advance(hours=17)  # three in the morning
    return clock


async def test_reports_close_at_night_and_their_texts_wait(backend: Backend, night: ManualClock) -> None:
    await report(backend, "sms-1", PHONE, place="12 Ridge Road")
    await report(backend, "sms-2", "+18155550002", place="14 Ridge Road", urgent=True)
    outage = await open_outage(backend, tells=False)
    shown = await preview_end(backend, outage)
    assert (shown.reports, shown.kept, shown.reporters, shown.reporters_later) == (1, 1, 0, 2)
    assert shown.held_until
    assert shown.people == 0
    await clear(backend, outage)
    await tell(backend)
    assert [one.status for one in await list_tickets(backend)] == ["closed", "open"]
    ends = await list_ends(backend)
    assert [one.recipient for one in ends] == [PHONE, "+18155550002"]
    assert {one.not_before for one in ends} == {shown.held_until}, "a phone rings at night"
    night.advance(hours=6)
    await tell(backend)
    assert len(await list_ends(backend)) == 2, "told twice"


async def test_who_wishes_it_at_night_is_told_at_once(backend: Backend, night: ManualClock) -> None:
    """By account, and as one who only reported it."""
    await add_member(backend, 1, "12 Ridge Road", "text", kinds=("outage", "outage_night"))
    reporter = await add_member(backend, 2, "14 Ridge Road", "text", kinds=("outage_night",), phone="+18155550009")
    asleep = await add_member(backend, 3, "16 Ridge Road", "text")
    await report(backend, "sms-2", "+18155550009", account_id=reporter)
    await report(backend, "sms-3", "+18155550003", account_id=asleep)
    outage = await open_outage(backend, tells=False)
    shown = await preview_end(backend, outage)
    assert (shown.accounts, shown.accounts_later, shown.reporters, shown.reporters_later) == (0, 0, 1, 1)
    await clear(backend, outage)
    await tell(backend)
    assert [(one.recipient, one.not_before) for one in await list_ends(backend)] == [
        ("+18155550009", None),
        ("+18155550003", shown.held_until),
    ]


async def test_accounts_told_now_and_in_the_morning_are_counted_apart(backend: Backend, clock: ManualClock) -> None:
    await add_member(backend, 1, "12 Ridge Road", "text", kinds=("outage", "outage_night"))
    await add_member(backend, 2, "14 Ridge Road", "text")
    await add_member(backend, 3, "16 Ridge Road", "text", "email")
    outage = await open_outage(backend)
    await tell(backend)
    await mark_all_sent(backend)
    clock.advance(hours=17)
    shown = await preview_end(backend, outage)
    assert (shown.accounts, shown.accounts_later) == (2, 2), "the third hears by email now, and by text later"
    await clear(backend, outage)
    await tell(backend)
    assert sorted(one.recipient for one in await list_ends(backend)) == ["+18155550001", "70003@example.com"]
    clock.advance(hours=5)
    await tell(backend)
    assert len(await list_ends(backend)) == 4


async def test_a_page_that_reported_it_is_told_at_night(backend: Backend, night: ManualClock) -> None:
    await report_by_page(backend, "web-1", "12 Ridge Road")
    outage = await open_outage(backend, tells=False)
    assert (await preview_end(backend, outage)).chats == 1


async def test_it_began_with_the_first_report(backend: Backend, clock: ManualClock) -> None:
    await report(backend, "sms-0", "+18155550000", place="10 Ridge Road")
    clock.advance(hours=13)  # of another outage, which nobody closed
    clock.advance(hours=9)
    first = clock.now()
    await report(backend, "sms-1", PHONE, place="12 Ridge Road")
    clock.advance(minutes=18)
    async with backend.db.read_session() as session:
        shown = await overview.preview(session, backend, overview.NewOutage("Ridge Road", tells=True))
    outage_id = await open_outage(backend, cause="")
    async with backend.db.read_session() as session:
        outage = await session.get_one(KnownOutage, outage_id)
        known = await backend.outages.find_outage(session, "14 Ridge Road", None)
    assert (outage.since, outage.started_at - outage.since) == (first, timedelta(minutes=18))
    assert known is not None
    assert known.since == first
    assert "since 8:00 AM" in shown.texts["en"]
    await tell(backend)
    told = [one.body for one in await messages(backend) if one.recipient == PHONE]
    assert told == [shown.texts["en"]], "who reported it before it was opened is told, with the same time"
