"""An urgent ticket reaches people: at once, again every five minutes, until one has it, and with an end."""

from __future__ import annotations

import asyncio

import pytest

from backend.app import Backend
from backend.callout import delivery, links, service
from backend.callout.roster import OnCallPerson
from backend.clock import ManualClock
from backend.outbox import service as outbox
from backend.tickets import service as tickets
from backend.tickets.listing import list_tickets
from backend.tickets.models import Ticket
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
    run_carrier,
    sent_messages,
    wait_minutes,
)
from tests.backend.household import Household, add_conversation


async def test_danger_goes_out_at_once_by_text_and_email(backend: Backend, home: Household) -> None:
    ticket = await file_ticket(backend, home)
    assert [(one.kind, one.recipient) for one in await sent_messages(backend)] == [
        ("sms", "+15555550111"), ("email", "sam@coop.example"), ("sms", "+15555550112"),
    ], "Noor is on call at night"  # fmt: skip
    text, mail, spanish = await sent_messages(backend)
    for part in (
        "DANGER",
        "12 Oak Road",
        "a wire is down",
        "815-555-0123",
        f"Reply {await code(backend, ticket, SAM)} if",
    ):
        assert part in text.body
    assert "/on-call/" in mail.body
    assert "PELIGRO" in spanish.body
    assert f"Responda {await code(backend, ticket, ALMA)} si" in spanish.body
    assert f"Or text {await code(backend, ticket, SAM)} to" in mail.body
    assert await member_text(backend, ticket, first=True) == "I am texting the crew on call."


@pytest.mark.parametrize(("kind", "calls"), [("outage", True), ("medical", True), ("voltage", True), ("tree", False),
                                             ("callback", False), ("arrangement", False)])  # fmt: skip
async def test_only_kinds_that_need_a_crew_start_a_callout(
    backend: Backend, home: Household, kind: str, calls: bool
) -> None:
    await file_ticket(backend, home, kind)
    assert bool(await sent_messages(backend)) is calls


async def test_non_urgent_ticket_starts_no_callout(backend: Backend, home: Household) -> None:
    ticket = await file_ticket(backend, home, "outage", urgent=False)
    assert await sent_messages(backend) == []
    assert await member_text(backend, ticket) == ""


async def test_an_outage_that_turns_dangerous_calls_out(backend: Backend, home: Household) -> None:
    first = await file_ticket(backend, home, "outage", urgent=False)
    again = await file_ticket(backend, home, "danger")
    assert again.number == first.number
    assert len(await sent_messages(backend, "sms")) == 2


async def test_simultaneous_takers_get_one_owner(backend: Backend, home: Household) -> None:
    ticket = await file_ticket(backend, home)
    sams, almas = await code(backend, ticket, SAM), await code(backend, ticket, ALMA)
    await asyncio.gather(reply(backend, SAM, sams), reply(backend, ALMA, almas))
    has = (await get_callout(backend, ticket)).taken_by
    texts = [
        one.body
        for one in await sent_messages(backend, "sms")
        if "URGENT" not in one.body and "URGENTE" not in one.body
    ]
    assert has in ("Sam", "Alma")
    assert len(texts) == 1, "only who lost is told"
    other, its, words = (SAM, sams, "has") if has == "Alma" else (ALMA, almas, "tiene")
    assert words in (await reply(backend, other, its) or "")
    assert words in (await reply(backend, other, "got it") or "")
    assert (await get_callout(backend, ticket)).taken_by == has


async def test_each_code_takes_its_own_of_two_tickets(backend: Backend, home: Household, clock: ManualClock) -> None:
    first = await file_ticket(backend, home)
    talk = await add_conversation(backend, "web-other", "web")
    second = await file_ticket(backend, Household(0, 0, 0, 0, talk), place="900 Pine Road")
    one, two = await code(backend, first, SAM), await code(backend, second, SAM)
    assert one != two
    asked = await reply(backend, SAM, "got it")
    assert asked is not None
    assert f"{one} = {first.number}" in asked
    assert f"{two} = {second.number}" in asked
    assert (await get_callout(backend, first)).status == (await get_callout(backend, second)).status == "calling"
    before = len(await sent_messages(backend, "sms"))
    await wait_minutes(backend, clock, 5)
    again = (await sent_messages(backend, "sms"))[before:]
    assert len(again) == 2, "one text lists both"
    assert f"{one} = {first.number}" in again[0].body
    assert f"{two} = {second.number}" in again[0].body
    await reply(backend, SAM, two)
    assert (await get_callout(backend, first)).status == "calling"
    assert (await get_callout(backend, second)).taken_by == "Sam"
    await reply(backend, SAM, one)
    assert (await get_callout(backend, first)).taken_by == "Sam"


async def test_all_with_a_code_takes_all(backend: Backend, home: Household) -> None:
    first = await file_ticket(backend, home)
    talk = await add_conversation(backend, "web-other", "web")
    second = await file_ticket(backend, Household(0, 0, 0, 0, talk), place="900 Pine Road")
    await reply(backend, SAM, "ALL")
    assert (await get_callout(backend, first)).status == (await get_callout(backend, second)).status == "calling"
    await reply(backend, SAM, f"ALL {await code(backend, first, SAM)}")
    assert {(await get_callout(backend, one)).taken_by for one in (first, second)} == {"Sam"}


async def test_number_without_texts_is_called_at_once(backend: Backend, home: Household) -> None:
    async with backend.db.transaction() as session:
        await outbox.opt_out(session, backend, str(SAM.phone))
        await outbox.opt_out(session, backend, str(ALMA.phone))
    ticket = await file_ticket(backend, home)
    assert [(one.kind, one.status) for one in await sent_messages(backend)] == [
        ("sms", "refused"), ("email", "queued"), ("call", "queued"), ("sms", "refused"), ("call", "queued"),
    ]  # fmt: skip
    assert await member_text(backend, ticket, first=True) == "I am having the crew on call phoned."
    await run_carrier(backend)
    assert await member_text(backend, ticket, first=True) == "I have had the crew on call phoned."


async def test_a_text_that_fails_later_is_followed_by_a_call_within_a_minute(
    backend: Backend, home: Household, clock: ManualClock
) -> None:
    await file_ticket(backend, home)
    text = (await sent_messages(backend, "sms"))[0]
    await run_carrier(backend)
    async with backend.db.transaction() as session:
        await outbox.apply_carrier_status(session, backend, provider_sid=f"SM{text.id}", key=None, status="undelivered")
    await wait_minutes(backend, clock, 1)
    assert [one.recipient for one in await sent_messages(backend, "call")] == [SAM.phone]
    await wait_minutes(backend, clock, 3)
    assert len(await sent_messages(backend, "call")) == 1


async def test_with_nobody_on_call_nothing_is_claimed_as_sent(backend: Backend, home: Household) -> None:
    object.__setattr__(backend.coop, "on_call", ())
    ticket = await file_ticket(backend, home)
    words = await member_text(backend, ticket, first=True)
    assert await sent_messages(backend) == []
    assert backend.coop.outage_phone_display in words
    assert "texted" not in words


async def test_email_alone_is_described_as_email(backend: Backend, home: Household) -> None:
    object.__setattr__(backend.coop, "on_call", (OnCallPerson("Desk", None, "desk@coop.example"),))
    ticket = await file_ticket(backend, home)
    assert await member_text(backend, ticket, first=True) == "I am emailing the crew on call."
    await run_carrier(backend)
    assert await member_text(backend, ticket, first=True) == "I have emailed the crew on call."


async def test_office_is_informed_of_each_attempt(backend: Backend, home: Household, clock: ManualClock) -> None:
    """No text and no call gets out, and the emails do: they are not said to have failed."""
    await file_ticket(backend, home)
    await wait_minutes(backend, clock, 8, frozenset({"sms", "call"}))
    (mail,) = [one for one in await sent_messages(backend, "email") if one.recipient == backend.coop.email]
    assert "could be reached" not in mail.body
    lines = {line.split(":")[0]: line for line in mail.body.splitlines() if ":" in line}
    assert "email sent, at 10:0" in lines["Sam"]
    assert "text not gone out yet" in lines["Alma"]
    assert "email sent" in lines["Noor"]
    assert "email" not in lines["Alma"]


async def test_office_mail_is_in_english_whoever_refused(backend: Backend, home: Household) -> None:
    ticket = await file_ticket(backend, home)
    for person in (SAM, NIGHT, ALMA):
        await reply(backend, person, f"NO {await code(backend, ticket, person)}")
    (mail,) = [one for one in await sent_messages(backend, "email") if one.recipient == backend.coop.email]
    assert mail.body.startswith("Everybody on call has declined")
    assert mail.subject.startswith("URGENT")


async def test_only_sent_messages_are_described_as_sent(backend: Backend, home: Household, clock: ManualClock) -> None:
    ticket = await file_ticket(backend, home)
    assert "texted" not in await member_text(backend, ticket)
    await run_carrier(backend)
    assert (await member_text(backend, ticket)).startswith("I texted the crew on call at 10:00 AM.")
    async with backend.db.transaction() as session:
        for message in await sent_messages(backend):
            for status in ("undelivered", "failed"):
                await outbox.apply_carrier_status(
                    session, backend, provider_sid=f"SM{message.id}", key=None, status=status
                )
    assert "I could not reach anybody" in await member_text(backend, ticket)
    assert "911" in await member_text(backend, ticket)


async def test_later_place_reaches_those_already_informed(backend: Backend, home: Household) -> None:
    ticket = await file_ticket(backend, home, place=None)
    async with backend.db.transaction() as session:
        found = await session.get_one(Ticket, ticket.id)
        await tickets.complete(session, backend, found, place="77 Elm Road", phone=None)
    assert "77 Elm Road" in (await sent_messages(backend, "sms"))[-1].body
    count = len(await sent_messages(backend))
    async with backend.db.transaction() as session:
        await tickets.complete(session, backend, found, place="77 Elm Road", phone=None)
    assert len(await sent_messages(backend)) == count


async def test_call_reads_out_the_notes(backend: Backend, home: Household, clock: ManualClock) -> None:
    ticket = await file_ticket(backend, home)
    await add_note(backend, home, ticket, "the fence is live too")
    async with backend.db.transaction() as session:
        found, callout = await session.get_one(Ticket, ticket.id), await service.find_callout(session, ticket.id)
        await delivery.call_person(session, backend, SAM, (callout, found))
    (call,) = await sent_messages(backend, "call")
    assert "a wire is down and it sparks" in call.body
    assert "the fence is live too" in call.body


async def test_list_shows_who_was_informed_when_and_who_took_it(backend: Backend, home: Household) -> None:
    ticket = await file_ticket(backend, home)
    await reply(backend, SAM, await code(backend, ticket, SAM))
    async with backend.db.read_session() as session:
        (shown,) = await list_tickets(session)
    callout = shown["callout"]
    assert (callout["status"], callout["taken_by"], callout["taken_how"]) == ("taken", "Sam", "text")
    assert {(one["name"], one["way"]) for one in callout["told"]} >= {("Sam", "sms"), ("Sam", "email"), ("Alma", "sms")}
    assert all(one["at"] and one["status"] for one in callout["told"])


async def test_only_a_genuine_link_takes_the_ticket(backend: Backend, home: Household) -> None:
    ticket = await file_ticket(backend, home)
    callout = await get_callout(backend, ticket)
    good = links.link_token(backend, callout.id, "Sam")
    async with backend.db.read_session() as session:
        found = await links.parse_link(session, backend, good)
        assert found is not None
        assert found[1] == SAM
        for bad in (good[:-1] + ("0" if good[-1] != "0" else "1"), f"{callout.id + 1}-{good.split('-')[1]}", "1-", "x",
                    links.link_token(backend, callout.id, "Mallory"), "²-aa"):  # fmt: skip
            assert await links.parse_link(session, backend, bad) is None
