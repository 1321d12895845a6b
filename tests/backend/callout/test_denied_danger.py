"""What a denial, a withdrawal or a closed ticket changes for the people on call."""

from __future__ import annotations

import pytest

from backend.app import Backend
from backend.callout import service
from backend.clock import ManualClock
from backend.tickets import office
from backend.tickets import service as tickets
from tests.backend.callout.crew import (
    SAM,
    add_note,
    file_ticket,
    get_callout,
    member_text,
    reply,
    sent_messages,
    set_channel,
    wait_minutes,
    withdraw,
)
from tests.backend.household import Household, add_conversation


async def test_denial_by_text_does_not_slow_reminders(backend: Backend, home: Household, clock: ManualClock) -> None:
    ticket = await file_ticket(backend, home)
    await set_channel(backend, home, "sms")
    await withdraw(backend, home, ticket, "it was nothing, it's the neighbor's TV cable")
    await wait_minutes(backend, clock, 5)
    count = len(await sent_messages(backend, "sms"))
    await wait_minutes(backend, clock, 5)
    last = [one for one in await sent_messages(backend, "sms") if one.recipient == SAM.phone][-1].body
    assert len(await sent_messages(backend, "sms")) > count
    assert "TV cable" in last


async def test_denied_danger_slows_reminders_that_quote_the_denial(
    backend: Backend, home: Household, clock: ManualClock
) -> None:
    ticket = await file_ticket(backend, home)
    await set_channel(backend, home, "web")
    await withdraw(backend, home, ticket, "it was nothing, it's the neighbor's TV cable")
    await wait_minutes(backend, clock, 5)
    again = [one for one in await sent_messages(backend, "sms") if one.recipient == SAM.phone][-1].body
    assert "STILL OPEN" in again
    assert "TV cable" in again
    assert "every half hour" in await member_text(backend, ticket)
    count = len(await sent_messages(backend, "sms"))
    await wait_minutes(backend, clock, 29)
    assert len(await sent_messages(backend, "sms")) == count
    await wait_minutes(backend, clock, 1)
    assert len(await sent_messages(backend, "sms")) > count


async def test_denial_not_shared_by_others_does_not_slow_reminders(
    backend: Backend, home: Household, clock: ManualClock
) -> None:
    ticket = await file_ticket(backend, home)
    await withdraw(backend, home, ticket, "it was nothing, it's the neighbor's TV cable")
    await add_conversation(backend, "web-other")
    await add_note(backend, home, ticket, "I see it too", "web-other")
    await wait_minutes(backend, clock, 5)
    count = len(await sent_messages(backend, "sms"))
    await wait_minutes(backend, clock, 5)
    assert len(await sent_messages(backend, "sms")) > count
    last = [one for one in await sent_messages(backend, "sms") if one.recipient == SAM.phone][-1]
    assert "STILL URGENT" in last.body


async def test_denial_does_not_slow_reminders_where_somebody_is_hurt(
    backend: Backend, home: Household, clock: ManualClock
) -> None:
    ticket = await file_ticket(backend, home)
    await add_note(backend, home, ticket, "my brother got shocked by it, he is hurt")
    await withdraw(backend, home, ticket, "it was nothing, it's the neighbor's TV cable")
    await wait_minutes(backend, clock, 10)
    last = [one for one in await sent_messages(backend, "sms") if one.recipient == SAM.phone][-1]
    assert "STILL URGENT" in last.body


@pytest.mark.parametrize("kind", ["danger", "outage", "medical", "voltage"])
async def test_withdrawn_ticket_keeps_its_callout_and_informs_the_crew(
    backend: Backend, home: Household, clock: ManualClock, kind: str
) -> None:
    ticket = await file_ticket(backend, home, kind)
    for message in ("a mistake", "a mistake", *(f"it is fine {number}" for number in range(9))):
        async with backend.db.transaction() as session:
            stored = await tickets.withdraw(session, backend, ticket.number, home.conversation_id, message)
            assert stored is not None
            assert stored.status == "open"
        clock.advance(seconds=1)
    assert stored.notes[0]["unproven"]
    relayed = [
        one.body
        for one in await sent_messages(backend, "sms")
        if one.recipient == SAM.phone and "Not proven" in one.body
    ]
    assert "a mistake" in relayed[0]
    assert len(relayed) <= service.MAX_STATEMENTS, "nobody makes the crew's phones ring without end"
    count = len(await sent_messages(backend))
    await wait_minutes(backend, clock, 6)
    assert len(await sent_messages(backend)) > count
    assert (await get_callout(backend, ticket)).status == "calling"


async def test_closing_by_the_office_ends_the_callout_and_informs_the_crew(
    backend: Backend, home: Household, clock: ManualClock
) -> None:
    ticket = await file_ticket(backend, home)
    async with backend.db.transaction() as session:
        await office.close(session, backend, ticket.number, "ann", done="seen to")
    assert "closed" in [one for one in await sent_messages(backend, "sms") if one.recipient == SAM.phone][-1].body
    count = len(await sent_messages(backend))
    await wait_minutes(backend, clock, 20)
    assert len(await sent_messages(backend)) == count
    assert "closed" in (await reply(backend, SAM, "got it") or "")
