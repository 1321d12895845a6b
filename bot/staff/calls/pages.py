"""Calls that the office promised, as a calendar: made, tried in vain, moved to another time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from sanic import HTTPResponse, Request
from sanic.exceptions import NotFound
from sqlalchemy.ext.asyncio import AsyncSession

from backend.language import format_short_date, format_weekday, mark, tr
from backend.outbox.service import can_receive_texts
from backend.staff.roles import Role
from backend.tickets import calls, office
from backend.tickets.calls import PromisedCall
from backend.tickets.deduplication import OPEN_STATUSES
from bot.dialogue.normalize import redact_office_words
from bot.staff import views
from bot.staff.tickets.pages import CHANGED, MAX_ANSWER_LENGTH, has_changed
from bot.web import pages
from bot.web.pages import form_field

if TYPE_CHECKING:
    from bot.staff.routes import Routes, StaffPages

CALLS_URL = "/staff/calls"
DAY, WEEK = "day", "week"
FARTHEST = timedelta(days=366)
NO_TIME = mark("Please give the day and time as on the calendar.")
PAST = mark("This time has passed. Check AM and PM and the day.")
TOO_FAR = mark("This is more than a year ahead. Check the year.")
AT_NIGHT = mark("No phone rings at night. Check AM and PM.")
NO_WORDS = mark("Please say what came of the call, such as: called at 9, all is clear.")


@dataclass(frozen=True, slots=True)
class CalendarDay:
    """One day of the calendar; `calls` are those that are not late. `closed` is why the office is closed, empty on a
    working day."""

    day: date
    title: str
    calls: list[PromisedCall]
    is_today: bool
    closed: str


class CallPages:
    """The routes below /staff/calls. `staff` has the sign-in, the form tokens and the templates."""

    def __init__(self, staff: StaffPages) -> None:
        self.staff = staff
        self.backend = staff.backend

    def routes(self) -> Routes:
        return (
            (self.show_calendar, "GET", "/calls", Role.READ),
            (self.show_calendar_part, "GET", "/calls/list", Role.READ),
            (self.show_call, "GET", "/calls/<number:str>", Role.READ),
            (self.finish_call, "POST", "/calls/<number:str>/done", Role.AGENT),
            (self.retry_call, "POST", "/calls/<number:str>/no-answer", Role.AGENT),
            (self.move_call, "POST", "/calls/<number:str>/move", Role.AGENT),
        )

    async def show_calendar(self, request: Request, name: str) -> HTTPResponse:
        """Seven days from today, or one day; late calls and the next one stand above them on every page."""
        return self.staff.render_page("calls/calendar.html", **await self._load(request))

    async def show_calendar_part(self, request: Request, name: str) -> HTTPResponse:
        """The calendar without its page, which loads it again when something changes."""
        return self.staff.render_page("calls/days.html", **await self._load(request))

    async def _load(self, request: Request) -> dict[str, Any]:
        view = DAY if request.args.get("view") == DAY else WEEK
        today = self.backend.today()
        first = _read_day(str(request.args.get("day") or ""), today if view == DAY else self._next_open_day(today))
        length = 1 if view == DAY else 7
        start, end = self._midnight(first), self._midnight(first + timedelta(days=length))
        async with self.backend.db.read_session() as session:
            found = await calls.list_calls(session, self.backend, start, end)
            late = await calls.list_late_calls(session, self.backend)
            upcoming = await calls.find_next_call(session, self.backend)
        days = [self._make_day(first + timedelta(days=ahead), found) for ahead in range(length)]
        if view == WEEK:  # days without a call take no room
            days = [each for each in days if each.calls]
        return {
            "days": days, "late": late, "upcoming": upcoming, "view": view, "chosen": first, "today": today,
            "last": first + timedelta(days=length - 1),
            "before": first - timedelta(days=length), "after": first + timedelta(days=length),
        }  # fmt: skip

    def _make_day(self, day: date, found: list[PromisedCall]) -> CalendarDay:
        coop, today = self.backend.coop, self.backend.today()
        own = [
            call
            for call in found
            if call.ticket.due_at and self._local_day(call.ticket.due_at) == day and not call.is_late
        ]
        closed = coop.holiday_name(day) or ("" if coop.hours_on(day) else tr("office closed"))
        title = f"{format_weekday(day.weekday())} {format_short_date(day)}"
        return CalendarDay(day, title, own, day == today, closed)

    def _next_open_day(self, today: date) -> date:
        """Today, or on a weekend the Monday: days that are over have no calls any more."""
        days = (today + timedelta(days=ahead) for ahead in range(7))
        return next((day for day in days if self.backend.coop.hours_on(day)), today)

    def _midnight(self, day: date) -> datetime:
        return datetime.combine(day, time(), self.backend.coop.zone)

    def _local_day(self, at: datetime) -> date:
        return at.astimezone(self.backend.coop.zone).date()

    async def show_call(self, request: Request, name: str, number: str) -> HTTPResponse:
        return await self._render_call(request, name, number)

    async def _render_call(
        self, request: Request, name: str, number: str, errors: dict[str, str] | None = None
    ) -> HTTPResponse:
        """`errors` by the field of the form that was refused: done, again or at."""
        async with self.backend.db.read_session() as session:
            call = await self._find(session, number)
            can_text = await can_receive_texts(session, call.phone)
        await self.staff.record_reading(name, {"ticket": number})
        typed = {each: form_field(request, each) for each in ("done", "again", "at", "text")}
        shown = dict.fromkeys(typed, "") | (errors or {})
        again, due, now = calls.next_try(self.backend), call.ticket.due_at, self.backend.clock.now()
        # a time that would be refused is no suggestion
        may_stay = due is not None and due > now and self.backend.coop.after_quiet_hours(due) == due
        return self.staff.render_page(
            "calls/call.html", 422 if errors else 200, call=call, errors=shown, typed=typed, can_text=can_text,
            is_open=call.ticket.status in OPEN_STATUSES, at=due if may_stay else again,
            longest=MAX_ANSWER_LENGTH,
        )  # fmt: skip

    async def finish_call(self, request: Request, name: str, number: str) -> HTTPResponse:
        """The call was made: close it with what came of it."""
        done = redact_office_words(form_field(request, "done").strip()[:MAX_ANSWER_LENGTH])
        async with self.backend.db.transaction() as session:
            call = await self._find(session, number)
            trouble = NO_WORDS if not done else CHANGED if has_changed(request, call.ticket) else ""
            if not trouble:
                await office.close(session, self.backend, number, name, done=done)
        if trouble:
            return await self._render_call(request, name, number, {"done": tr(trouble)})
        return pages.redirect(CALLS_URL)

    async def retry_call(self, request: Request, name: str, number: str) -> HTTPResponse:
        """Nobody answered. The form has how often it was tried, so that one press counts once."""
        at, trouble = self._read_time(request, "again")
        if trouble or at is None:
            return await self._render_call(request, name, number, {"again": tr(trouble)})
        async with self.backend.db.transaction() as session:
            call = await self._find(session, number)
            if form_field(request, "tries") == str(call.ticket.tries):
                await calls.record_no_answer(session, self.backend, call, name, at)
        return pages.redirect(CALLS_URL)

    async def move_call(self, request: Request, name: str, number: str) -> HTTPResponse:
        """Another time. A text to the member is read back first, and so is another day than was promised."""
        at, trouble = self._read_time(request, "at")
        if trouble or at is None:
            return await self._render_call(request, name, number, {"at": tr(trouble)})
        wants_text = form_field(request, "text") == "yes"
        async with self.backend.db.read_session() as session:
            call = await self._find(session, number)
        due = call.ticket.due_at
        breaks_promise = due is not None and self._local_day(due) != self._local_day(at)
        if (wants_text or breaks_promise) and form_field(request, "sure") != "yes":
            words = calls.format_moved(self.backend, call, at) if wants_text else ""
            return self.staff.render_page(
                "calls/move.html", call=call, at=at, typed_at=form_field(request, "at"), words=words
            )
        async with self.backend.db.transaction() as session:
            call = await self._find(session, number)
            await calls.move_call(session, self.backend, call, name, at, text_member=wants_text)
        return pages.redirect(f"{CALLS_URL}?day={self._local_day(at)}")

    async def _find(self, session: AsyncSession, number: str) -> PromisedCall:
        call = await calls.find_call(session, self.backend, number)
        if call is None:
            raise NotFound()
        return call

    def _read_time(self, request: Request, field: str) -> tuple[datetime | None, str]:
        """The time of a field, and what is wrong with it, marked for translation."""
        at = views.parse_field_time(self.backend, form_field(request, field))
        if at is None:
            return None, NO_TIME
        now = self.backend.clock.now()
        if at <= now:
            return None, PAST
        if at > now + FARTHEST:
            return None, TOO_FAR
        return (at, "") if self.backend.coop.after_quiet_hours(at) == at else (None, AT_NIGHT)


def _read_day(text: str, today: date) -> date:
    """The day of the address; today where there is none that makes sense."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return today
    return day if abs(day - today) <= FARTHEST else today
