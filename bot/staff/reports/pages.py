"""The reports: figures of a range of days with the range before, charts with their tables, and CSV files."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from markupsafe import Markup
from sanic import HTTPResponse, Request
from sanic.exceptions import NotFound

from backend.language import tr
from backend.reports.cells import Money, Seconds, Share, format_cell, format_csv_cell
from backend.reports.days import DayRange, last_days
from backend.reports.service import Report, load_report
from backend.reports.tables import Chart, ReportTable, list_headlines, list_tables
from backend.staff.roles import Role
from bot.staff.review.filters import read_days
from bot.web.charts import chart_picture
from bot.web.pages import PRIVATE_HEADERS

if TYPE_CHECKING:
    from bot.staff.routes import Routes, StaffPages

OFFERED_DAYS = (1, 7, 30, 90)
"""Up to today; 1 is today alone."""
HEADLINES = "figures"
"""The CSV file of the figures at the top."""


class ReportPages:
    """The routes below /staff/reports."""

    def __init__(self, staff: StaffPages) -> None:
        self.staff = staff
        self.backend = staff.backend

    def routes(self) -> Routes:
        return (
            (self.show_reports, "GET", "/reports", Role.READ),
            (self.download_report, "GET", "/reports/csv/<key:str>", Role.READ),
        )

    async def show_reports(self, request: Request, name: str) -> HTTPResponse:
        days, errors, offered = self._read_days(request)
        report = await self._load(days)
        price = self.backend.coop.text_part_cents
        values = {field: str(request.args.get(field) or "") for field in ("from", "to")}
        values = {"from": values["from"] or str(days.first), "to": values["to"] or str(days.last)}
        return self.staff.render_page(
            "reports/reports.html", 422 if errors else 200, days=days, before=days.before(), errors=errors,
            values=values, offered=offered, choices=OFFERED_DAYS, headlines=list_headlines(report, price),
            tables=list_tables(report, price), unknown=report.now.subjects.newest_missed, cell=format_cell,
            is_number=_is_number, picture=_draw, query=urlencode({"from": days.first, "to": days.last}),
        )  # fmt: skip

    async def download_report(self, request: Request, name: str, key: str) -> HTTPResponse:
        """One table of the page as CSV; `figures` are those at the top."""
        days, errors, _ = self._read_days(request)
        if errors:
            raise NotFound()
        report, price = await self._load(days), self.backend.coop.text_part_cents
        tables = {table.key: table for table in list_tables(report, price)}
        if key == HEADLINES:
            rows = [[one.title, one.value, one.before] for one in list_headlines(report, price)]
            table = ReportTable(key, "", "", [tr("Figure"), tr("These days"), tr("The days before")], rows)
        elif key in tables:
            table = tables[key]
        else:
            raise NotFound()
        headers = {
            **PRIVATE_HEADERS,
            "content-disposition": f'attachment; filename="{key}-{days.first}-{days.last}.csv"',
        }
        return HTTPResponse(_format_csv(table), content_type="text/csv; charset=utf-8", headers=headers)

    async def _load(self, days: DayRange) -> Report:
        async with self.backend.db.read_session() as session:
            return await load_report(session, self.backend, days)

    def _read_days(self, request: Request) -> tuple[DayRange, dict[str, str], int]:
        """The days, what is wrong with them, and which of OFFERED_DAYS they are; 0 for others."""
        first, last = (str(request.args.get(field) or "").strip() for field in ("from", "to"))
        if first or last:
            return (*read_days(first, last, self.backend), 0)
        typed = str(request.args.get("days") or "")
        count = next((each for each in OFFERED_DAYS if str(each) == typed), 30)
        return last_days(count, self.backend.today(), self.backend.coop.zone), {}, count


def _format_csv(table: ReportTable) -> str:
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([format_csv_cell(str(title)) for title in table.head])
    writer.writerows([format_csv_cell(cell) for cell in row] for row in table.rows)
    return out.getvalue()


def _is_number(cell: Any) -> bool:
    return isinstance(cell, int | Money | Seconds | Share)


def _draw(chart: Chart) -> Markup:
    return chart_picture(chart.kind, chart.labels, chart.series, chart.alt)  # type: ignore[arg-type]
