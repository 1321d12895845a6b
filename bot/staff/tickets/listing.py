"""The list of tickets: on the page, live, as a file, and on paper for the truck."""

from __future__ import annotations

import csv
import io
from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from sanic import HTTPResponse, Request
from sanic.response import raw

from backend.confirmation_numbers import normalize_number
from backend.coop import format_phone
from backend.staff.people import list_people
from backend.staff.roles import Role
from backend.tickets import office, search
from backend.tickets import service as tickets
from backend.tickets.kinds import KINDS
from backend.tickets.search import STATES, TicketFilter, TicketRow
from bot.dialogue.normalize import redact_office_words
from bot.staff.tickets.words import KIND_NAMES, STATE_NAMES
from bot.web import pages
from bot.web.pages import PRIVATE_HEADERS

if TYPE_CHECKING:
    from bot.staff.routes import Routes, StaffPages

LONGEST = 80
COLUMNS = (
    "number", "kind", "status", "progress", "urgent", "priority", "owner", "opened", "due", "closed", "account",
    "member", "place", "phone", "words", "outcome",
)  # fmt: skip
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


class TicketListPages:
    """GET pages below /staff/tickets that show several. `staff` has the sign-in and the templates."""

    def __init__(self, staff: StaffPages) -> None:
        self.staff = staff
        self.backend = staff.backend

    def routes(self) -> Routes:
        return (
            (self.list_tickets, "GET", "/tickets", Role.READ),
            (self.list_ticket_rows, "GET", "/tickets/list", Role.READ),
            (self.download_tickets, "GET", "/tickets/list.csv", Role.READ),
            (self.print_tickets, "GET", "/tickets/print", Role.READ),
        )

    async def list_tickets(self, request: Request, name: str) -> HTTPResponse:
        """The list; a ticket number in the search opens that ticket."""
        typed = str(request.args.get("number") or request.args.get("q") or "").strip()
        number = normalize_number(typed)
        if number:
            async with self.backend.db.read_session() as session:
                ticket = await tickets.find(session, number)
            if ticket is not None:
                return pages.redirect(f"/staff/tickets/{ticket.number}")
        values = await self._load(request, name)
        async with self.backend.db.read_session() as session:
            values["people"] = [person.name for person in await list_people(session, self.backend)]
            done = normalize_number(str(request.args.get("done") or ""))
            closed = await tickets.find(session, done) if done else None
            values["done"] = closed
            values["can_reopen"] = closed is not None and office.can_reopen(self.backend, closed)
        return self.staff.render_page("tickets/list.html", **values)

    async def list_ticket_rows(self, request: Request, name: str) -> HTTPResponse:
        """The list alone, which the page loads again when something changes."""
        return self.staff.render_page("tickets/rows.html", **await self._load(request, name))

    async def _load(self, request: Request, name: str) -> dict[str, Any]:
        wanted, page, now = read_filter(request), _read_page(request), self.backend.clock.now()
        async with self.backend.db.read_session() as session:
            rows, has_more = await search.search_tickets(session, now, wanted, page=page)
            counts = await search.count_tickets(session, now, name)
        return {
            "rows": rows, "has_more": has_more, "counts": counts, "page": page, "wanted": wanted, "name": name,
            "query": filter_query(wanted), "tabs": _list_tabs(wanted, name, counts), "kinds": KIND_NAMES,
            "states": STATE_NAMES, "is_filtered": bool(wanted.kind or wanted.area or wanted.owner),
        }  # fmt: skip

    async def download_tickets(self, request: Request, name: str) -> HTTPResponse:
        """What the list shows, all pages of it, for a spreadsheet."""
        rows = await self._load_all(request, name, "csv")
        written = io.StringIO()
        lines = csv.writer(written)
        lines.writerow(COLUMNS)
        lines.writerows([_cell(value) for value in self._list_values(row)] for row in rows)
        headers = PRIVATE_HEADERS | {"content-disposition": 'attachment; filename="tickets.csv"'}
        return raw(written.getvalue().encode(), content_type="text/csv; charset=utf-8", headers=headers)

    async def print_tickets(self, request: Request, name: str) -> HTTPResponse:
        """The list on paper; `number` is one ticket alone."""
        number = normalize_number(str(request.args.get("number") or ""))
        rows = await self._load_all(request, name, "print", number)
        return self.staff.render_page("tickets/print.html", rows=rows, printed_at=self.backend.clock.now(), name=name)

    async def _load_all(self, request: Request, name: str, how: str, number: str | None = None) -> list[TicketRow]:
        wanted = TicketFilter(state="all", text=number) if number else read_filter(request)
        async with self.backend.db.read_session() as session:
            rows, _ = await search.search_tickets(session, self.backend.clock.now(), wanted, size=search.MAX_LISTED)
        rows = [row for row in rows if row.ticket.number == number] if number else rows
        await self.staff.record_reading(name, {"tickets": len(rows), "as": how})
        return rows

    def _list_values(self, row: TicketRow) -> list[str]:
        one = row.ticket
        return [
            one.number, one.kind, one.status, one.progress, "yes" if one.urgent else "", one.priority,
            one.owner or "", self._local(one.created_at), self._local(one.due_at), self._local(one.closed_at),
            row.account or "", row.member or "", one.place or "", format_phone(one.phone) if one.phone else "",
            str(one.details.get("words") or ""), one.outcome or "",
        ]  # fmt: skip

    def _local(self, at: datetime | None) -> str:
        return f"{at.astimezone(self.backend.coop.zone):%Y-%m-%d %H:%M}" if at else ""


def read_filter(request: Request) -> TicketFilter:
    """The filter in the address. What is not known there is left out."""

    def get(name: str) -> str:
        return str(request.args.get(name) or "").strip()[:LONGEST]

    state, kind = get("state"), get("kind")
    return TicketFilter(
        state=state if state in STATES else "open",
        kind=kind if kind in KINDS else "",
        owner=get("owner"),
        area=get("area"),
        text=redact_office_words(get("q") or get("number")),
        urgent=get("urgent") == "yes",
        late=get("late") == "yes",
    )


def filter_query(wanted: TicketFilter) -> str:
    """The filter as the query of an address, without what filters nothing."""
    default = asdict(TicketFilter())
    names = {"text": "q"}
    chosen = {name: value for name, value in asdict(wanted).items() if value != default[name]}
    return urlencode({names.get(name, name): "yes" if value is True else value for name, value in chosen.items()})


def _list_tabs(wanted: TicketFilter, name: str, counts: search.TicketCounts) -> list[dict[str, Any]]:
    """The tabs over the list: each is a filter that keeps kind, area and words."""
    base = search.without_tab(wanted)
    choices: list[tuple[str, int | None, dict[str, Any]]] = [
        ("open", counts.open, {}), ("mine", counts.mine, {"owner": name}),
        ("nobodys", counts.nobodys, {"owner": search.NOBODY}), ("late", counts.late, {"late": True}),
        ("urgent", counts.urgent, {"urgent": True}), ("closed", None, {"state": "closed"}),
    ]  # fmt: skip
    found = []
    for key, count, changes in choices:
        chosen = TicketFilter(**asdict(base) | changes)
        query = filter_query(chosen)
        found.append({"key": key, "count": count, "query": query, "is_current": chosen == wanted})
    return found


def _read_page(request: Request) -> int:
    typed = str(request.args.get("page") or "")
    return min(max(int(typed), 1), 10_000) if typed.isdecimal() and len(typed) < 6 else 1


def _cell(value: str) -> str:
    """No cell is taken for a formula by a spreadsheet."""
    return f"'{value}" if value.startswith(FORMULA_STARTS) else value
