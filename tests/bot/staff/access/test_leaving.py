"""Who is switched off leaves nothing behind that nobody sees: their talks, tickets and calls go back to the lists."""

from __future__ import annotations

import re

import pytest

from backend.agent_handoff import assignment, inbox
from backend.agent_handoff import service as handover
from backend.app import Backend
from backend.clock import ManualClock
from backend.conversations.models import Conversation
from backend.conversations.service import events_after
from backend.staff import accounts, leaving
from backend.staff.roles import Role
from backend.tickets import office, work
from backend.tickets import service as tickets
from backend.tickets.models import WAITING, Ticket
from tests.bot.edge import Edge
from tests.bot.staff.office_people import acts_of, add_person, hidden_in, press, sign_in

TALKS = {"web-seen": "web", "web-new": "web", "sms-aside": "sms"}


@pytest.fixture
async def bobs(backend: Backend, clock: ManualClock) -> list[Ticket]:
    """Bob has three talks, a ticket that waits for its member, and a call. In one talk the member reads his name."""
    await add_person(backend, "Ann Lee")
    await add_person(backend, "Bob Ray", Role.AGENT)
    now, made = clock.now(), []
    async with backend.db.transaction() as session:
        for talk, channel in TALKS.items():
            row = Conversation(id=talk, channel=channel, address="+15735550142", started_at=now, last_seen_at=now)
            session.add(row)
            await session.flush()
            await handover.request_handoff(session, backend, talk, tried="paying a bill")
            await assignment.take(session, backend, talk, "Bob Ray")
        (await session.get_one(Conversation, "web-seen")).language = "es"
        await handover.send_answer(session, backend, "web-seen", "I am looking into it.", "Bob Ray")
        await assignment.snooze(session, backend, "sms-aside", now.replace(hour=20), "Bob Ray")
        for kind in ("outage", "callback"):
            report = tickets.Report(kind, {"words": "dark"}, phone="+15735550142")
            ticket = (await tickets.file_report(session, backend, "web-new", report)).ticket
            await work.take_ticket(session, backend, ticket, "Bob Ray")
            made.append(ticket)
        made[0].progress = WAITING
    return made


async def owners(backend: Backend) -> set[str | None]:
    async with backend.db.read_session() as session:
        found = [await handover.find_open_handoff(session, talk) for talk in TALKS]
        return {one.owner for one in found if one is not None}


async def test_what_a_person_had_goes_back_when_they_are_switched_off(
    edge: Edge, backend: Backend, bobs: list[Ticket]
) -> None:
    await sign_in(edge, "Ann Lee")
    page = "/staff/people/2"
    read_back = await edge.post(f"{page}/off", data=hidden_in((await edge.get(page)).text, f"{page}/off"))
    assert re.search("Goes back to the lists.{,40}3 talks, 1 ticket, 1 promised call<", read_back.text)
    assert await owners(backend) == {"Bob Ray"}
    await press(edge, page, f"{page}/off")
    assert await owners(backend) == {None}
    async with backend.db.read_session() as session:
        rows = [await session.get_one(Ticket, each.id) for each in bobs]
        assert [(row.owner, row.progress) for row in rows] == [(None, WAITING), (None, "")]
        assert (await inbox.count_talks(session, backend.clock.now(), "Ann Lee"))["unassigned"] == 2
        told = [event.data["messages"][0] for event in await events_after(session, "web-seen", 0)]
        assert told[-1]["text"].startswith("Bob Ray ya no responde aquí.")
        assert told[-1]["waits"] is True
        assert (await session.get_one(Conversation, "web-seen")).expects == handover.LIVE_AGENT
        assert await events_after(session, "web-new", 0) == [], "this member never read a name"
    assert (await acts_of(backend, "office:Ann Lee"))[-1] == "office_work_given_back"
    assert "Has now" not in (await edge.get(page)).text


async def test_what_somebody_has_who_was_switched_off_before_goes_back_by_the_same_way(
    edge: Edge, backend: Backend, bobs: list[Ticket]
) -> None:
    async with backend.db.transaction() as session:
        bob = await accounts.find_account(session, "Bob Ray")
        assert bob
        await accounts.switch_off(session, backend, bob, by="the server")
    await sign_in(edge, "Ann Lee")
    page = "/staff/people/2"
    assert "3 talks, 1 ticket, 1 promised call" in (await edge.get(page)).text
    await press(edge, page, f"{page}/off")
    assert await owners(backend) == {None}


async def test_what_is_opened_again_is_nobodys_after_its_owner_has_left(backend: Backend, bobs: list[Ticket]) -> None:
    async with backend.db.transaction() as session:
        await office.close(session, backend, bobs[0].number, "Bob Ray", done="the fuse was replaced")
        bob = await accounts.find_account(session, "Bob Ray")
        assert bob
        await leaving.switch_off(session, backend, bob, by="the server")
        assert (await session.get_one(Ticket, bobs[0].id)).owner == "Bob Ray", "who closed it had it"
        opened = await office.reopen(session, backend, bobs[0].number, "Ann Lee")
        assert opened
        assert opened.owner is None


async def test_who_may_only_read_keeps_nothing(backend: Backend, bobs: list[Ticket]) -> None:
    for role, left in ((Role.SUPERVISOR, "Bob Ray"), (Role.READ, None)):
        async with backend.db.transaction() as session:
            bob = await accounts.find_account(session, "Bob Ray")
            assert bob
            await leaving.change_role(session, backend, bob, role, by="the server")
        assert await owners(backend) == {left}
