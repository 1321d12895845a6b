"""The weekly mail to the office: the figures of the report's page for the last full week."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from backend.language import ENGLISH, format_short_date, tr, use_language
from backend.outbox.office_mail import mail_office
from backend.reports.cells import format_cell
from backend.reports.days import last_week
from backend.reports.service import Report, load_report
from backend.reports.tables import list_headlines

if TYPE_CHECKING:
    from backend.app import Backend

LATEST_WEEKDAY = 2
"""A mail that was missed on Monday, while everything was down, still goes until Wednesday."""


async def mail_weekly_report(backend: Backend, on: date) -> int:
    """Queue the mail for the week before `on` (local date), once; returns how many. Nothing without a talk in it."""
    days = last_week(on, backend.coop.zone)
    if on.weekday() > LATEST_WEEKDAY or not backend.coop.email:
        return 0
    async with backend.db.read_session() as session:
        report = await load_report(session, backend, days)
    if not report.now.talks.total:
        return 0
    with use_language(ENGLISH):
        subject = tr("The week of {day} at the assistant", day=format_short_date(days.first))
        body = format_weekly(backend, report)
    async with backend.db.transaction() as session:
        await mail_office(session, backend, subject=subject, body=body, key=f"weekly-report:{days.first}")
    return 1


def format_weekly(backend: Backend, report: Report) -> str:
    """Text, in the current language."""
    days = report.now.days
    lines = [
        tr("{first} to {last}, with the week before in brackets.", first=format_short_date(days.first),
           last=format_short_date(days.last)),
        "",
    ]  # fmt: skip
    for one in list_headlines(report, backend.coop.text_part_cents):
        lines.append(f"{one.title}: {format_cell(one.value)} ({format_cell(one.before)})")
    page = f"{backend.settings.public_url}/staff/reports?{urlencode({'from': days.first, 'to': days.last})}"
    lines += ["", tr("What each figure counts, charts and tables: {url}", url=page)]
    return "\n".join(lines)
