"""Electric use by month, with the weather and the year before, and as files: CSV and Green Button."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Sequence

from markupsafe import Markup
from sanic import HTTPResponse, Request

from backend.billing import bills
from backend.language import format_month, format_month_name, tr, tr_count
from backend.usage import green_button
from backend.usage import service as usage
from backend.usage.models import MeterReading
from backend.usage.service import MonthUsage
from bot.portal.acting import ActingPages, find_account
from bot.portal.signed_in import Visit
from bot.web.charts import chart_picture
from bot.web.pages import PRIVATE_HEADERS

SHOWN_MONTHS, KEPT_MONTHS = 12, 24
CSV_TYPE = "text/csv; charset=utf-8"
CSV_HEAD = ("month", "days", "kwh", "kwh_per_day", "average_temperature_f")


class UsagePages(ActingPages):
    PAGES = (
        ("usage", "GET", "/usage"),
        ("usage_csv", "GET", "/usage/csv"),
        ("green_button", "GET", "/usage/green-button"),
    )

    async def usage(self, _request: Request, visit: Visit) -> HTTPResponse:
        async with self.backend.db.read_session() as session:
            months = await usage.list_last_months(session, find_account(visit).id, SHOWN_MONTHS)
            has_days = await usage.has_days(session, find_account(visit).id)
        return self.render_page(
            "usage/use.html",
            months=list(reversed(months)),
            newest=next((month for month in reversed(months) if month.now), None),
            chart=draw_use(months),
            weather=draw_weather(months),
            summary=describe(months),
            has_days=has_days,
        )

    async def usage_csv(self, _request: Request, visit: Visit) -> HTTPResponse:
        account = find_account(visit)
        async with self.backend.db.read_session() as session:
            readings = await usage.list_readings(session, account.id, KEPT_MONTHS)
        out = io.StringIO()
        writer = csv.writer(out)
        writer.writerow(CSV_HEAD)
        for row in readings:
            daily = f"{row.kwh / max(row.days, 1):.2f}"
            writer.writerow([f"{row.month:%Y-%m}", row.days, row.kwh, daily, row.avg_temp_f])
        return send_file(out.getvalue().encode(), CSV_TYPE, f"use-{account.number}.csv")

    async def green_button(self, _request: Request, visit: Visit) -> HTTPResponse:
        account = find_account(visit)
        async with self.backend.db.read_session() as session:
            readings = await usage.list_readings(session, account.id, KEPT_MONTHS)
            issued = await bills.list_newest_bills(session, account.id, 0, KEPT_MONTHS)
        feed = green_button.GreenButtonFile(
            title=tr("Electric use of account {number}", number=account.number),
            seed=self.settings.keyed_hash("green-button", account.number),
            zone=self.backend.coop.zone,
            made_at=self.backend.clock.now(),
            readings=readings,
            bills=issued,
        )
        return send_file(green_button.build_feed(feed), green_button.FILE_TYPE, f"green-button-{account.number}.xml")


def draw_use(months: Sequence[MonthUsage]) -> Markup | None:
    """kWh of each month beside the year before; None without a reading."""
    if not months:
        return None
    now, before = _values(months, lambda reading: reading.kwh)
    series = [(tr("These months"), now), (tr("The year before"), before)] if any(before) else [("kWh", now)]
    alt = tr("Chart of kWh by month. {summary}", summary=describe(months))
    return chart_picture("bar", _labels(months), series, alt, for_phones=True)


def draw_weather(months: Sequence[MonthUsage]) -> Markup | None:
    """The average temperature of each month beside the year before; None where none is known."""
    now, before = _values(months, lambda reading: reading.avg_temp_f)
    if not any(value is not None for value in now):
        return None
    alt = tr("Chart of the average temperature by month, in degrees Fahrenheit. The table has every figure.")
    series = [(tr("These months"), now), (tr("The year before"), before)]
    return chart_picture("line", _labels(months), series, alt, for_phones=True)


def describe(months: Sequence[MonthUsage]) -> str:
    """The newest month in a sentence, against the year before, with the weather."""
    known = [month for month in months if month.now]
    if not known or known[-1].now is None:
        return ""
    newest, reading = known[-1], known[-1].now
    words = tr("{kwh} kWh in {month}.", kwh=f"{reading.kwh:,}", month=format_month(newest.month))
    change = newest.change_percent
    if change:
        more = tr("That is {percent}% more than the year before.", percent=change)
        words += " " + (more if change > 0 else tr("That is {percent}% less than the year before.", percent=-change))
    before = newest.before
    if before and reading.avg_temp_f is not None and before.avg_temp_f is not None:
        degrees = reading.avg_temp_f - before.avg_temp_f
        if degrees > 0:
            words += " " + tr_count("It was 1 degree warmer.", "It was {count} degrees warmer.", degrees)
        elif degrees < 0:
            words += " " + tr_count("It was 1 degree colder.", "It was {count} degrees colder.", -degrees)
    return words


def _labels(months: Sequence[MonthUsage]) -> list[str]:
    return [format_month_name(month.month, short=True) for month in months]


def _values(
    months: Sequence[MonthUsage], read: Callable[[MeterReading], int | None]
) -> tuple[list[float | None], list[float | None]]:
    """(now, the year before) of each month."""
    now = [read(month.now) if month.now else None for month in months]
    before = [read(month.before) if month.before else None for month in months]
    return list(now), list(before)


def send_file(body: bytes, content_type: str, name: str) -> HTTPResponse:
    """A file of a member's own to keep, under this name."""
    headers = {**PRIVATE_HEADERS, "content-disposition": f'attachment; filename="{name}"'}
    return HTTPResponse(body, headers=headers, content_type=content_type)
