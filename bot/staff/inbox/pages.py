"""The inbox: who waits, a talk with its member, and what the page asks for when something changed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sanic import HTTPResponse, Request
from sanic.exceptions import NotFound

from backend.agent_handoff.inbox import FILTERS, Filter
from backend.agent_handoff.presence import list_others
from backend.language import mark
from backend.staff.roles import Role
from bot.staff import sent_forms
from bot.staff.events import OfficeEvents
from bot.staff.inbox import loading
from bot.staff.inbox.acts import MAX_ANSWER_LENGTH, TalkActs
from bot.staff.inbox.ready import ReadyAnswerPages
from bot.staff.inbox.snoozing import list_choices

if TYPE_CHECKING:
    from bot.staff.routes import Routes, StaffPages

FILTER_NAMES: dict[Filter, str] = {
    "all": mark("All"),
    "mine": mark("Mine"),
    "unassigned": mark("Free"),
    "snoozed": mark("Put aside"),
    "closed": mark("Closed"),
}


class InboxPages:
    """`staff` has the sign-in, the form tokens and the templates."""

    def __init__(self, staff: StaffPages) -> None:
        self.staff = staff
        self.backend = staff.backend
        self.events = OfficeEvents(staff.backend, lambda: staff.services.pushes.closing)
        self.acts = TalkActs(self)
        self.ready = ReadyAnswerPages(staff)

    def routes(self) -> Routes:
        return (
            (self.show_inbox, "GET", "/", Role.READ),
            (self.show_inbox_list, "GET", "/inbox/list", Role.READ),
            (self.send_events, "GET", "/events", Role.READ),
            (self.show_talk, "GET", "/talks/<conversation:str>", Role.READ),
            (self.show_talk_lines, "GET", "/talks/<conversation:str>/lines", Role.READ),
            (self.show_talk_viewers, "GET", "/talks/<conversation:str>/viewers", Role.READ),
            *self.acts.routes(),
            *self.ready.routes(),
        )

    async def send_events(self, request: Request, name: str) -> HTTPResponse:
        role: Role = request.ctx.staff.role

        async def is_signed_in() -> bool:
            """With the same role: with another, what the page shows is another too."""
            found = await self.staff.find_staff(request)
            return found is not None and (found.name, found.role) == (name, role)

        await self.events.send(request, name, is_signed_in)
        return None  # type: ignore[return-value]  # the stream was the answer

    async def show_inbox(self, request: Request, name: str) -> HTTPResponse:
        now = self.backend.clock.now()
        async with self.backend.db.read_session() as session:
            talks = await loading.load_list(session, now, read_filter(request), name)
            day = await loading.load_day(session, self.backend)
            closed = await loading.find_closed(session, str(request.args.get("closed") or "")[:80])
        return self._render("inbox/desk.html", 200, talks=talks, day=day, name=name, current="", closed=closed)

    async def show_inbox_list(self, request: Request, name: str) -> HTTPResponse:
        """The list alone, for a page that is open."""
        async with self.backend.db.read_session() as session:
            talks = await loading.load_list(session, self.backend.clock.now(), read_filter(request), name)
        return self._render("inbox/list.html", 200, talks=talks, name=name, current=read_talk(request))

    async def show_talk(self, request: Request, name: str, conversation: str) -> HTTPResponse:
        await self.staff.record_reading(name, {"conversation": conversation})
        return await self.render_talk(request, name, conversation)

    async def render_talk(
        self, request: Request, name: str, conversation: str, status: int = 200, **values: Any
    ) -> HTTPResponse:
        """The page of a talk. `values` may have `errors` by the form's field, and `collision`."""
        earlier = bool(request.args.get("earlier"))
        async with self.backend.db.read_session() as session:
            limit = loading.EARLIER_LINES if earlier else loading.LINES
            page = await loading.load_talk(session, self.backend, conversation, name, limit=limit)
            if page is None:
                raise NotFound()
            talks = await loading.load_list(session, page.now, read_filter(request), name)
        shown = {
            "errors": {},
            "collision": None,
            "over": "",
            "words": "",
            "is_part": False,
            **sent_forms.page_values(request),
            **values,
        }
        if not shown["sent"]["text"]:
            asked = str(request.args.get("ready") or "")
            shown["sent"]["text"] = next((one.text for one in page.answers if str(one.id) == asked), "")
        return self._render(
            "inbox/talk.html", status, talks=talks, page=page, name=name, current=conversation,
            longest=MAX_ANSWER_LENGTH, snoozes=list_choices(self.backend), **shown,
        )  # fmt: skip

    async def show_talk_lines(self, request: Request, name: str, conversation: str) -> HTTPResponse:
        """What was said, and how the talk stands, for a page that is open."""
        async with self.backend.db.read_session() as session:
            page = await loading.load_talk(session, self.backend, conversation, name)
        if page is None:
            raise NotFound()
        return self._render("inbox/lines.html", 200, page=page, name=name, is_part=True)

    async def show_talk_viewers(self, request: Request, name: str, conversation: str) -> HTTPResponse:
        async with self.backend.db.read_session() as session:
            others = await list_others(session, self.backend.clock.now(), conversation, name)
        return self._render("inbox/viewers.html", 200, others=others)

    def _render(self, template: str, status: int, **values: Any) -> HTTPResponse:
        return self.staff.render_page(template, status, filters=FILTER_NAMES, **{"closed": None} | values)


def read_filter(request: Request) -> Filter:
    asked = str(request.args.get("show") or "")
    return next((one for one in FILTERS if one == asked), "all")


def read_talk(request: Request) -> str:
    """The talk that the page shows beside the list."""
    return str(request.args.get("talk") or "")[:80]
