"""Tickets: a number each, the same wish once, danger first, closed once."""

from __future__ import annotations

from datetime import timedelta

from backend.app import Backend
from backend.language import SPANISH, speaking
from backend.payments.confirmation import normalise
from backend.tickets import service as tickets
from tests.backend.household import NOW, Household


async def test_the_same_wish_is_one_ticket(backend: Backend, home: Household) -> None:
    async with backend.db.transaction() as session:
        first = await tickets.open_ticket(
            session, backend, home.conversation_id, kind="service", details={"wish": "stop"}, account_id=home.account_id
        )
        again = await tickets.open_ticket(
            session, backend, home.conversation_id, kind="service", details={"wish": "stop"}, account_id=home.account_id
        )
        other = await tickets.open_ticket(
            session, backend, home.conversation_id, kind="service", details={"wish": "move"}
        )
    assert first.number == again.number != other.number
    assert normalise(first.number) == first.number


async def test_whoever_calls_back_knows_to_speak_spanish(backend: Backend, home: Household) -> None:
    async with backend.db.transaction() as session:
        with speaking(SPANISH):
            ticket = await tickets.open_ticket(
                session, backend, home.conversation_id, kind="callback", details={"name": "Ann"}
            )
    assert ticket.details == {"name": "Ann", "language": "Spanish"}


async def test_danger_comes_first_and_promised_calls_by_their_time(backend: Backend, home: Household) -> None:
    async with backend.db.transaction() as session:
        for name, hours in (("late", 5), ("soon", 2)):
            await tickets.open_ticket(
                session,
                backend,
                home.conversation_id,
                kind="callback",
                details={"name": name},
                due_at=NOW + timedelta(hours=hours),
            )
        await tickets.open_ticket(
            session, backend, home.conversation_id, kind="outage", details={"danger": "wire"}, urgent=True
        )
        found = await tickets.listing(session)
    assert [ticket.details.get("name", ticket.kind) for ticket in found] == ["outage", "soon", "late"]


async def test_a_ticket_is_closed_once(backend: Backend, home: Household) -> None:
    async with backend.db.transaction() as session:
        made = await tickets.open_ticket(session, backend, home.conversation_id, kind="outage", details={})
        assert await tickets.close(session, backend, made.number, "ann")
        assert await tickets.close(session, backend, made.number, "ann") is None
        assert await tickets.listing(session) == []
