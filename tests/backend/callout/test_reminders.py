"""Reminders of an urgent ticket: when they go out, to whom, and what ends them."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from backend.app import Backend
from backend.callout import reminders
from backend.callout.models import Callout
from backend.callout.roster import OnCallPerson
from backend.clock import ManualClock
from tests.backend.callout.crew import (
    ALMA,
    NIGHT,
    SAM,
    add_note,
    code,
    file_ticket,
    get_callout,
    member_text,
    reply,
    sent_messages,
    wait_minutes,
)
from tests.backend.household import Household


async def test_reminder_goes_out_every_five_minutes_until_somebody_takes_it(
    backend: Backend, home: Household, clock: ManualClock
) -> None:
    ticket = await file_ticket(backend, home)
    await wait_minutes(backend, clock, 4)
    assert len(await sent_messages(backend, "sms")) == 2
    await wait_minutes(backend, clock, 1)
    assert len(await sent_messages(backend, "sms")) == 4
    assert "STILL URGENT" in (await sent_messages(backend, "sms"))[2].body
    answer = await reply(backend, SAM, f"got it {await code(backend, ticket, SAM)}")
    assert answer is not None
    assert answer.startswith(f"You have {ticket.number}")
    assert "Sam" in (await sent_messages(backend, "sms"))[-1].body, "Alma hears that she need not go"
    before = len(await sent_messages(backend))
    await wait_minutes(backend, clock, 30)
    assert len(await sent_messages(backend)) == before
    assert (await member_text(backend, ticket)).startswith("Sam has it. They took it at 10:05 AM;")


async def test_off_duty_people_are_informed_after_fifteen_minutes(
    backend: Backend, home: Household, clock: ManualClock
) -> None:
    await file_ticket(backend, home)
    await wait_minutes(backend, clock, 14)
    assert "+15555550113" not in {one.recipient for one in await sent_messages(backend)}
    await wait_minutes(backend, clock, 1)
    assert "+15555550113" in {one.recipient for one in await sent_messages(backend)}


async def test_office_is_informed_after_an_hour_and_rounds_continue(
    backend: Backend, home: Household, clock: ManualClock
) -> None:
    ticket = await file_ticket(backend, home)
    await wait_minutes(backend, clock, 65)
    assert (await get_callout(backend, ticket)).status == "unanswered"
    mails = [one for one in await sent_messages(backend, "email") if one.recipient == backend.coop.email]
    assert len(mails) == 1
    count = len([one for one in await sent_messages(backend, "sms") if one.recipient == SAM.phone])
    await wait_minutes(backend, clock, 30)
    assert len([one for one in await sent_messages(backend, "sms") if one.recipient == SAM.phone]) == count + 6
    assert len([one for one in await sent_messages(backend, "email") if one.recipient == backend.coop.email]) == 1
    assert "Nobody on call has answered" in await member_text(backend, ticket)
    answer = await reply(backend, ALMA, f"lo tengo {await code(backend, ticket, ALMA)}")
    assert (answer or "").startswith("Usted tiene"), "late is better than never"
    assert (await get_callout(backend, ticket)).taken_by == "Alma"
    count = len(await sent_messages(backend))
    await wait_minutes(backend, clock, 10)
    assert len(await sent_messages(backend)) == count


async def test_after_a_day_reminders_go_out_hourly(backend: Backend, home: Household, clock: ManualClock) -> None:
    ticket = await file_ticket(backend, home)
    async with backend.db.transaction() as session:
        callout = await session.get_one(Callout, (await get_callout(backend, ticket)).id)
        callout.rounds = reminders.SLOW_DOWN_AFTER_ROUNDS
    await wait_minutes(backend, clock, 5)
    count = len(await sent_messages(backend, "sms"))
    await wait_minutes(backend, clock, 59)
    assert len(await sent_messages(backend, "sms")) == count
    await wait_minutes(backend, clock, 1)
    assert len(await sent_messages(backend, "sms")) > count


async def test_later_people_read_the_notes_since(backend: Backend, home: Household, clock: ManualClock) -> None:
    ticket = await file_ticket(backend, home)
    await add_note(backend, home, ticket, "my neighbor is out there with his dog")
    await wait_minutes(backend, clock, 15)
    notices = [one for one in await sent_messages(backend) if one.recipient in (NIGHT.phone, NIGHT.email)]
    assert {one.kind for one in notices} == {"sms", "email"}
    assert all("with his dog" in one.body for one in notices)


async def test_crash_during_a_round_informs_nobody_twice(
    backend: Backend, home: Household, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    await file_ticket(backend, home)
    clock.advance(minutes=5)
    informed, real = [], reminders.delivery.alert_person

    async def dies(session: Any, at: Backend, person: OnCallPerson, *rest: Any) -> None:
        informed.append(person.name)
        if len(informed) == 2:
            raise RuntimeError("killed")
        await real(session, at, person, *rest)

    monkeypatch.setattr(reminders.delivery, "alert_person", dies)
    with pytest.raises(RuntimeError):
        await reminders.send_reminders(backend, backend.today())
    assert len(await sent_messages(backend, "sms")) == 2
    monkeypatch.setattr(reminders.delivery, "alert_person", real)
    await asyncio.gather(*(reminders.send_reminders(backend, backend.today()) for _ in range(3)))
    assert len(await sent_messages(backend, "sms")) == 4
