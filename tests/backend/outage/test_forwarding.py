"""Members' reports go to the outage system, each until it is taken, refused or taken back."""

from __future__ import annotations

from datetime import datetime

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.app import Backend
from backend.clock import ManualClock
from backend.jobs.service import run_named_job
from backend.outage.models import ForwardedReport
from backend.outbox.models import OutboxMessage
from backend.providers.billing.system import SystemRejected, SystemTimeout
from backend.providers.outages.base import OutageInfo
from backend.tickets import office
from tests.backend.household import TODAY
from tests.backend.outage.test_announcing import add_member
from tests.backend.outage.test_reports import PHONE, list_tickets, report


class CallTaker:
    """An outage system that lists the calls it took; `fails` is raised after a call has arrived."""

    def __init__(self) -> None:
        self.takes_reports = True
        self.calls: list[tuple[str, str, str, datetime]] = []
        self.fails: Exception | None = None

    async def report_outage(self, *, key: str, account_number: str, phone: str, at: datetime) -> None:
        self.calls.append((key, account_number, phone, at))
        if self.fails:
            raise self.fails

    async def find_outage(self, session: AsyncSession, place: str | None, account_id: int | None) -> OutageInfo | None:
        return None


@pytest.fixture
def system(backend: Backend) -> CallTaker:
    backend.outages = made = CallTaker()
    return made


async def run(backend: Backend) -> dict[str, int]:
    result: dict[str, int] = (await run_named_job(backend, "outage-reports", TODAY))["result"]
    return result


async def rows(backend: Backend) -> list[tuple[str, int, str]]:
    async with backend.db.read_session() as session:
        found = await session.scalars(select(ForwardedReport).order_by(ForwardedReport.id))
        return [(row.status, row.tries, row.problem) for row in found]


async def office_mail(backend: Backend) -> list[OutboxMessage]:
    async with backend.db.read_session() as session:
        return list(await session.scalars(select(OutboxMessage).where(OutboxMessage.purpose == "office")))


async def test_each_report_of_a_known_account_goes_once(
    backend: Backend, system: CallTaker, clock: ManualClock
) -> None:
    account = await add_member(backend, 1, "12 Ridge Road")
    await report(backend, "sms-1", PHONE, account_id=account)
    await report(backend, "sms-2", "+18155550002", place="9 Mill Road")
    await report(backend, "sms-3", "+18155550003", kind="light", account_id=account)
    reported_at = clock.now()
    clock.advance(minutes=2)
    assert await run(backend) == {"sent": 1, "refused": 0, "waiting": 0}
    assert await run(backend) == {"sent": 0, "refused": 0, "waiting": 0}
    [first, *_] = await list_tickets(backend)
    assert len(system.calls) == 1
    assert system.calls[0][::2] == (first.number, PHONE)
    assert system.calls[0][3] == reported_at
    assert first.status == "open", "a call in another system ends nothing here"


async def test_without_an_answer_it_is_sent_again_and_the_office_hears_of_it(
    backend: Backend, system: CallTaker, clock: ManualClock
) -> None:
    for number in (1, 2):
        account = await add_member(backend, number, f"{number} Ridge Road")
        await report(backend, f"sms-{number}", f"+1815555000{number}", account_id=account)
    system.fails = SystemTimeout("no answer in 8 s")
    assert (await run(backend))["waiting"] == 1, "the system is away: the second is not tried"
    assert (await run(backend))["waiting"] == 1, "the first waits for its pause"
    for minutes in (2, 4, 8, 16):
        clock.advance(minutes=minutes)
        await run(backend)
    assert len(await office_mail(backend)) == 1
    system.fails = None
    clock.advance(minutes=16)
    await run(backend)
    assert [status for status, *_ in await rows(backend)] == ["sent", "sent"]
    assert len({key for key, *_ in system.calls}) == 2, "each under the one number of its ticket"


async def test_refused_one_is_left_to_the_office(backend: Backend, system: CallTaker, clock: ManualClock) -> None:
    account = await add_member(backend, 1, "12 Ridge Road")
    await report(backend, "sms-1", PHONE, account_id=account)
    system.fails = SystemRejected("refused", "No such meter")
    await run(backend)
    clock.advance(minutes=30)
    await run(backend)
    assert await rows(backend) == [("refused", 1, "No such meter")]
    [mail] = await office_mail(backend)
    assert "No such meter" in mail.body


async def test_what_was_taken_back_or_is_old_is_not_sent(
    backend: Backend, system: CallTaker, clock: ManualClock
) -> None:
    account = await add_member(backend, 1, "12 Ridge Road")
    await report(backend, "sms-1", PHONE, account_id=account)
    clock.advance(hours=13)
    later = await add_member(backend, 2, "9 Mill Road")
    await report(backend, "sms-2", "+18155550002", account_id=later)
    [_, second] = await list_tickets(backend)
    async with backend.db.transaction() as session:
        await office.close(session, backend, second.number, "ann")
    assert await run(backend) == {"sent": 0, "refused": 0, "waiting": 0}
    system.takes_reports = False
    await report(backend, "sms-3", "+18155550003", account_id=later)
    await run(backend)
    assert system.calls == []


async def test_killed_after_the_call_it_is_sent_again_under_its_number(
    backend: Backend, system: CallTaker, clock: ManualClock
) -> None:
    account = await add_member(backend, 1, "12 Ridge Road")
    await report(backend, "sms-1", PHONE, account_id=account)
    system.fails = KeyboardInterrupt()
    with pytest.raises(KeyboardInterrupt):
        await run(backend)
    system.fails = None
    clock.advance(minutes=2)
    await run(backend)
    assert [status for status, *_ in await rows(backend)] == ["sent"]
    assert len({key for key, *_ in system.calls}) == 1
