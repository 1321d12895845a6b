"""The office's list of tickets: filters, order, counts. All times are UTC."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, Text, and_, case, cast, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.billing.models import Account
from backend.confirmation_numbers import normalize_number
from backend.members.models import Member
from backend.members.service import strip_to_digits
from backend.outage.areas import normalize_place
from backend.tickets.deduplication import OPEN_STATUSES
from backend.tickets.kinds import DANGER
from backend.tickets.models import HIGH, LOW, WAITING, WORKING, Ticket

STATES = ("open", "new", WORKING, WAITING, "closed", "withdrawn", "all")
"""`open` is all that is not over; `new` of these, what nobody has and nobody has begun."""
NOBODY = "-"
PAGE = 50
MAX_LISTED = 2_000
"""Tickets in a download or on a printed list."""


@dataclass(frozen=True, slots=True)
class TicketFilter:
    """What is listed. Empty texts do not filter. `owner` `-` is nobody. `area` are names of roads, towns or ZIP codes,
    separated by commas; `text` is looked for in number, place, phone, words, notes, member and account."""

    state: str = "open"
    kind: str = ""
    owner: str = ""
    area: str = ""
    text: str = ""
    urgent: bool = False
    late: bool = False


@dataclass(frozen=True, slots=True)
class TicketRow:
    """One line of the list. `account` is a number; `is_late`: it is open, and what was promised is past."""

    ticket: Ticket
    account: str | None
    member: str | None
    is_late: bool


@dataclass(frozen=True, slots=True)
class TicketCounts:
    """Open tickets, and of these those of the person, of nobody, past their time, and urgent."""

    open: int
    mine: int
    nobodys: int
    late: int
    urgent: int


async def search_tickets(
    session: AsyncSession, now: datetime, wanted: TicketFilter, *, page: int = 1, size: int = PAGE
) -> tuple[list[TicketRow], bool]:
    """The tickets of a page (from 1), and whether there are more. Open ones by what is due, others the newest first."""
    query = _select_rows().where(*_conditions(wanted, now)).order_by(*_order(wanted))
    rows = (await session.execute(query.offset((page - 1) * size).limit(size + 1))).all()
    found = [TicketRow(ticket, account, member, is_late(ticket, now)) for ticket, account, member in rows[:size]]
    return found, len(rows) > size


async def count_tickets(session: AsyncSession, now: datetime, person: str) -> TicketCounts:
    """How many open tickets there are, by what the tabs of the list name."""
    late = Ticket.due_at < now
    columns = (
        func.count(), _count(Ticket.owner == person), _count(Ticket.owner.is_(None)), _count(late),
        _count(Ticket.urgent.is_(True)),
    )  # fmt: skip
    row = (await session.execute(select(*columns).where(Ticket.status.in_(OPEN_STATUSES)))).one()
    return TicketCounts(*(int(value or 0) for value in row))


def is_late(ticket: Ticket, now: datetime) -> bool:
    return ticket.status in OPEN_STATUSES and ticket.due_at is not None and ticket.due_at < now


def without_tab(wanted: TicketFilter) -> TicketFilter:
    """The same list without what a tab of the page chooses."""
    return replace(wanted, state="open", owner="", urgent=False, late=False)


def _count(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.sum(case((condition, 1), else_=0))


def _select_rows() -> Select[Ticket, str, str]:
    return (
        select(Ticket, Account.number, Member.name)
        .outerjoin(Account, Account.id == Ticket.account_id)
        .outerjoin(Member, Member.id == Account.member_id)
    )


def _order(wanted: TicketFilter) -> Sequence[Any]:
    if wanted.state not in ("open", "new", WORKING, WAITING):
        return (Ticket.id.desc(),)
    rank = case((Ticket.priority == HIGH, 0), (Ticket.priority == LOW, 2), else_=1)
    due = func.coalesce(Ticket.due_at, Ticket.created_at)  # what nothing is promised for is due since it was told
    return (Ticket.kind == DANGER).desc(), Ticket.urgent.desc(), rank, due, Ticket.id


def _conditions(wanted: TicketFilter, now: datetime) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = [_state(wanted.state)] if wanted.state != "all" else []
    if wanted.kind:
        found.append(Ticket.kind == wanted.kind)
    if wanted.owner:
        found.append(Ticket.owner.is_(None) if wanted.owner == NOBODY else Ticket.owner == wanted.owner)
    if wanted.urgent:
        found.append(Ticket.urgent.is_(True))
    if wanted.late:
        found.append(and_(Ticket.status.in_(OPEN_STATUSES), Ticket.due_at < now))
    if wanted.area.strip():
        found.append(_is_in_area(wanted.area))
    if wanted.text.strip():
        found.append(_has_text(wanted.text.strip()))
    return found


def _state(state: str) -> ColumnElement[bool]:
    is_open = Ticket.status.in_(OPEN_STATUSES)
    if state == "new":
        return and_(is_open, Ticket.owner.is_(None), Ticket.progress == "", Ticket.status == "open")
    if state in (WORKING, WAITING):
        return and_(is_open, Ticket.progress == state)
    return Ticket.status == state if state in ("closed", "withdrawn") else is_open


def _is_in_area(words: str) -> ColumnElement[bool]:
    """A name occurs in the place or in the account's address, as it is written or with street types abbreviated."""
    names = [name.strip() for name in words.split(",") if name.strip()]
    places = (Ticket.place, Account.service_address)
    found = [place.icontains(name, autoescape=True) for name in names for place in places]
    keys = [Ticket.place_key.contains(normalize_place(name), autoescape=True) for name in names]
    return or_(*found, *keys)


def _has_text(text: str) -> ColumnElement[bool]:
    in_json = json.dumps(text)[1:-1]  # letters with accents are kept escaped
    columns = (Ticket.number, Ticket.place, Ticket.outcome, Account.number, Member.name)
    found = [column.icontains(text, autoescape=True) for column in columns]
    for column in (Ticket.details, Ticket.notes):
        found += [cast(column, Text).icontains(each, autoescape=True) for each in {text, in_json}]
    if number := normalize_number(text):
        found.append(Ticket.number == number)
    if len(digits := strip_to_digits(text)) >= 4:
        found += [Ticket.phone.contains(digits), Account.number_digits.contains(digits)]
    return or_(*found)
