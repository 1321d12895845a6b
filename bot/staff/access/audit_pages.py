"""The audit trail, to read and to take away as CSV. Supervisors; that it was read is in the trail too."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from sanic import HTTPResponse, Request
from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.audit.listing import AuditEntry, AuditFilter, list_acts, list_entries
from backend.billing.models import Account
from backend.language import tr
from backend.members.models import Member
from backend.staff import accounts
from backend.staff.roles import Role
from bot.staff.access.act_names import name_act
from bot.staff.access.audit_words import OFFICE, describe_entry
from bot.web import pages
from bot.web.numbers import parse_id

if TYPE_CHECKING:
    from bot.staff.routes import Routes, StaffPages

AUDIT_URL = "/staff/audit"
PAGE = 50
MAX_CSV = 20_000
FIELDS = ("who", "account", "act", "from", "to")


class AuditPages:
    """The routes below /staff/audit."""

    def __init__(self, staff: StaffPages) -> None:
        self.staff = staff
        self.backend = staff.backend

    def routes(self) -> Routes:
        return (
            (self.show_audit, "GET", "/audit", Role.SUPERVISOR),
            (self.download_audit, "GET", "/audit/csv", Role.SUPERVISOR),
        )

    async def show_audit(self, request: Request, name: str) -> HTTPResponse:
        typed = read_filters(request)
        before = str(request.args.get("before") or "")
        async with self.backend.db.read_session() as session:
            wanted, errors = await self._parse(session, typed)
            acts = await list_acts(session)
            people = [login.name for login in await accounts.list_logins(session, self.backend)]
            older = parse_id(before)
            found = [] if errors else await list_entries(session, wanted, limit=PAGE + 1, before=older)
        if not errors:
            await self.staff.record_reading(name, {"audit": _describe(typed)})
        shown, more = found[:PAGE], len(found) > PAGE
        return self.staff.render_page(
            "access/audit.html", 422 if errors else 200,
            entries=[describe_entry(self.backend, entry) for entry in shown],
            acts=sorted(((act, name_act(act)) for act in acts), key=lambda pair: pair[1]),
            people=people, typed=typed, errors=errors, query=urlencode({k: v for k, v in typed.items() if v}),
            older=shown[-1].row.id if more else None, newest=older is None, max_csv=f"{MAX_CSV:,}",
        )  # fmt: skip

    async def download_audit(self, request: Request, name: str) -> HTTPResponse:
        typed = read_filters(request)
        async with self.backend.db.read_session() as session:
            wanted, errors = await self._parse(session, typed)
            if errors:
                return pages.redirect(f"{AUDIT_URL}?{urlencode(typed)}")
            found = await list_entries(session, wanted, limit=MAX_CSV)
        await self.staff.record_reading(name, {"audit_csv": _describe(typed), "rows": len(found)})
        headers = {
            **pages.PRIVATE_HEADERS,
            "content-disposition": f'attachment; filename="audit-{self.backend.today().isoformat()}.csv"',
        }
        return HTTPResponse(self._to_csv(found), content_type="text/csv; charset=utf-8", headers=headers)

    async def _parse(self, session: AsyncSession, typed: dict[str, str]) -> tuple[AuditFilter, dict[str, str]]:
        """The filter, and what is wrong by field."""
        errors: dict[str, str] = {}
        known = None
        if typed["account"]:
            # a number typed with spaces or without its dash is the same
            digits = "".join(each for each in typed["account"] if each.isascii() and each.isdigit())
            query = select(Account.id).join(Member, Member.id == Account.member_id)
            query = query.where(or_(Account.number_digits == digits, Member.number == digits))

            known = tuple(await session.scalars(query))
            if not known:
                errors["account"] = tr("No account or member has this number.")
        since, until = self._midnight(typed["from"], errors, "from"), self._midnight(typed["to"], errors, "to", days=1)
        if since and until and since >= until:
            errors["to"] = tr("The last day is before the first.")
        who = typed["who"]
        account = await accounts.find_by_part(session, who)
        name = account.name if account is not None else who
        is_office = account is not None or who in self.backend.settings.staff_accounts
        actor = f"{OFFICE}{name}" if is_office else who
        return AuditFilter(actor, typed["act"], known, since, until), errors

    def _midnight(self, typed: str, errors: dict[str, str], field: str, days: int = 0) -> datetime | None:
        """The beginning of that day (of the next with days=1) at the co-op, in UTC."""
        if not typed:
            return None
        try:
            day = date.fromisoformat(typed) + timedelta(days=days)
            return datetime.combine(day, time(), self.backend.coop.zone).astimezone(UTC)
        except (ValueError, OverflowError):
            errors[field] = tr("Please choose a day from the calendar.")
            return None

    def _to_csv(self, entries: list[AuditEntry]) -> str:
        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\r\n")
        writer.writerow(("id", "at", "who", "channel", "level", "act", "account", "before", "after", "hash"))
        for entry in entries:
            row = entry.row
            local = row.at.astimezone(self.backend.coop.zone).isoformat(timespec="seconds")
            cells = (
                row.id, local, row.actor, row.channel, row.level, row.act, entry.account_number or "",
                _to_text(row.before), _to_text(row.after), row.hash,
            )  # fmt: skip
            writer.writerow([_guard_cell(str(cell)) for cell in cells])
        return out.getvalue()


def read_filters(request: Request) -> dict[str, str]:
    return {field: str(request.args.get(field) or "").strip()[:80] for field in FIELDS}


def _to_text(value: dict[str, Any] | None) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True) if value else ""


def _guard_cell(text: str) -> str:
    """A spreadsheet would run a cell that begins like a formula."""
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text


def _describe(typed: dict[str, str]) -> str:
    return ", ".join(f"{name} {value}" for name, value in typed.items() if value) or "all"
