"""Answers to press that only the web page offers: yes and no, the next days, the next times that the office is open.

They are sent as the words that a member would type, so nothing else has to know of them, and texts stay as they are.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

from backend.coop import Coop, format_at_clock
from backend.language import format_day, tr

QUICK_DAYS = 4
QUICK_TIMES = 4
CALL_TIMES = (time(10), time(14))
"""The hours that are offered for a call, on days when the office is open then."""
MAX_SERVICE_DAYS = 120
MAX_CALL_DAYS = 30
PAYMENT, PLAN, SERVICE = "payment", "plan", "service"


def add_choices(hints: Mapping[str, Any], coop: Coop, now: datetime) -> dict[str, Any]:
    """`{"buttons": [{"title"}], "days": {"first", "last"}}` for the question that the hints describe.

    `now` is the co-op's local time. The hint `days` says what the day is for: `payment`, `plan` or `service`; `on` is
    the day (ISO) of which only the time is asked. Empty where nothing can be offered.
    """
    expects, today = hints.get("expect"), now.date()
    if expects == "confirm":
        return {"buttons": [{"title": tr("Yes")}, {"title": tr("No")}]}
    if expects == "date" and hints.get("days") in (PAYMENT, PLAN, SERVICE):
        return _offer_days(str(hints["days"]), coop, today)
    if expects == "time" and hints.get("on"):
        return {"buttons": [{"title": words} for words in _times_on(date.fromisoformat(str(hints["on"])), coop, now)]}
    if expects == "time":
        last = today + timedelta(days=MAX_CALL_DAYS)
        return {"buttons": _offer_times(coop, now), "days": {"first": today.isoformat(), "last": last.isoformat()}}
    return {}


def _offer_days(purpose: str, coop: Coop, today: date) -> dict[str, Any]:
    first, last = today, today + timedelta(days=coop.schedule_days)
    if purpose == PLAN:
        last = today + timedelta(days=coop.arrangements.max_days if coop.arrangements else coop.schedule_days)
    if purpose == SERVICE:
        first = coop.working_day_after(today) or today + timedelta(days=1)
        last = today + timedelta(days=MAX_SERVICE_DAYS)
        days = _working_days(coop, today)
    else:
        days = sorted({today, today + timedelta(days=1), _next_friday(today), _first_of_next_month(today)})
    buttons = [{"title": _name_day(day, today)} for day in days if first <= day <= last]
    return {"buttons": buttons[:QUICK_DAYS], "days": {"first": first.isoformat(), "last": last.isoformat()}}


def _name_day(day: date, today: date) -> str:
    near = {0: tr("Today"), 1: tr("Tomorrow")}.get((day - today).days)
    return near or format_day(day, today)


def _next_friday(today: date) -> date:
    return today + timedelta(days=(4 - today.weekday()) % 7 or 7)


def _first_of_next_month(today: date) -> date:
    return (today.replace(day=1) + timedelta(days=32)).replace(day=1)


def _working_days(coop: Coop, today: date) -> list[date]:
    days = list[date]()
    day = coop.working_day_after(today)
    while day is not None and len(days) < QUICK_DAYS:
        days.append(day)
        day = coop.working_day_after(day)
    return days


def _times_on(day: date, coop: Coop, now: datetime) -> list[str]:
    """Full hours of that day in which the office is open, in words."""
    span = coop.hours_on(day)
    if span is None:
        return []
    hours = [time(hour) for hour in range(span[0].hour, span[1].hour + 1) if span[0] <= time(hour) < span[1]]
    left = [at for at in hours if day != now.date() or at > now.time()]
    step = max(1, -(-len(left) // QUICK_TIMES))
    return [format_at_clock(at) for at in left[::step]]


def _offer_times(coop: Coop, now: datetime) -> list[dict[str, str]]:
    titles = list[str]()
    for day in [now.date(), *_working_days(coop, now.date())]:
        span = coop.hours_on(day)
        times = [at for at in CALL_TIMES if span and span[0] <= at < span[1] and (day, at) > (now.date(), now.time())]
        titles += [f"{format_day(day, now.date())} {format_at_clock(at)}" for at in times]
    return [{"title": title} for title in titles[:QUICK_TIMES]]
