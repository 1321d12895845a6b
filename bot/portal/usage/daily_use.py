"""Electric use by day, where the member's meter sends it: a chart, a table, and files as CSV and Green Button."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from datetime import date, timedelta

from markupsafe import Markup
from sanic import HTTPResponse, Request
from sanic.exceptions import NotFound

from backend.language import format_day, format_short_date, tr
from backend.usage import green_button
from backend.usage import service as usage
from backend.usage.models import DailyReading
from bot.portal.acting import ActingPages, find_account, with_account
from bot.portal.signed_in import Visit
from bot.portal.usage.electric_use import CSV_TYPE, send_file
from bot.web.charts import chart_picture
from bot.web.pages import redirect

DAYS_URL = "/portal/usage/days"
SHOWN_DAYS, KEPT_DAYS = 31, 400
CSV_HEAD = ("day", "kwh")


class DailyUsePages(ActingPages):
    PAGES = (
        ("days", "GET", "/usage/days"),
        ("days_csv", "GET", "/usage/days/csv"),
        ("days_green_button", "GET", "/usage/days/green-button"),
    )

    async def days(self, request: Request, visit: Visit) -> HTTPResponse:
        """The newest days, or those up to `?until=`."""
        until = _read_day(request.args.get("until"))
        async with self.backend.db.read_session() as session:
            # one more than shown tells whether there are earlier ones
            found = await usage.list_days(session, find_account(visit).id, SHOWN_DAYS + 1, until=until)
        if until is not None and not found:
            return redirect(with_account(DAYS_URL, visit))
        shown = found[-SHOWN_DAYS:]
        is_more = len(found) > SHOWN_DAYS
        return self.render_page(
            "usage/days.html",
            days=list(reversed(shown)),
            chart=draw_days(shown),
            summary=describe_days(shown),
            earlier=shown[0].day - timedelta(days=1) if is_more else None,
            is_newest=until is None,
        )

    async def days_csv(self, _request: Request, visit: Visit) -> HTTPResponse:
        account = find_account(visit)
        out = io.StringIO()
        writer = csv.writer(out)
        writer.writerow(CSV_HEAD)
        for row in reversed(await self._load_kept(visit)):
            writer.writerow([row.day.isoformat(), f"{row.kwh:.3f}"])
        return send_file(out.getvalue().encode(), CSV_TYPE, f"use-by-day-{account.number}.csv")

    async def days_green_button(self, _request: Request, visit: Visit) -> HTTPResponse:
        account = find_account(visit)
        feed = green_button.GreenButtonFile(
            title=tr("Electric use of account {number}", number=account.number),
            seed=self.settings.keyed_hash("green-button", account.number),
            zone=self.backend.coop.zone,
            made_at=self.backend.clock.now(),
            days=await self._load_kept(visit),
        )
        name = f"green-button-by-day-{account.number}.xml"
        return send_file(green_button.build_daily_feed(feed), green_button.FILE_TYPE, name)

    async def _load_kept(self, visit: Visit) -> list[DailyReading]:
        """The days that go into files. Raises NotFound where the meter sends none."""
        async with self.backend.db.read_session() as session:
            found = await usage.list_days(session, find_account(visit).id, KEPT_DAYS)
        if not found:
            raise NotFound()
        return found


def draw_days(days: Sequence[DailyReading]) -> Markup | None:
    """kWh of each day, the oldest first; None without a reading."""
    if not days:
        return None
    labels = [format_short_date(row.day) for row in days]
    alt = tr("Chart of kWh by day. {summary}", summary=describe_days(days))
    return chart_picture("bar", labels, [("kWh", [row.kwh for row in days])], alt, for_phones=True)


def describe_days(days: Sequence[DailyReading]) -> str:
    """The average and the highest day in a sentence; empty without a reading."""
    if not days:
        return ""
    highest = max(days, key=lambda row: row.wh)
    if len(days) == 1:
        return tr("{used} kWh, {day}.", used=f"{highest.kwh:.1f}", day=format_day(highest.day, highest.day))
    return tr(
        "{average} kWh a day on average in these {count} days. The most was {most} kWh, {day}.",
        average=f"{sum(row.wh for row in days) / len(days) / 1000:.1f}",
        count=len(days),
        most=f"{highest.kwh:.1f}",
        day=format_day(highest.day, days[-1].day),
    )


def _read_day(typed: str | None) -> date | None:
    try:
        return date.fromisoformat(typed) if typed else None
    except ValueError:
        return None
