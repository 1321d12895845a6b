"""The outage board: reports by road, and known outages, opened, changed and ended after seeing whom it tells."""

from __future__ import annotations

import hmac
import json
import secrets
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sanic import HTTPResponse, Request
from sanic.exceptions import NotFound
from sqlalchemy.exc import IntegrityError

from backend.language import mark, tr
from backend.outage import board, overview, told
from backend.outage import service as outages
from backend.outage.areas import parse_area
from backend.outage.models import KnownOutage
from backend.outage.service import NewOutage
from backend.outage.texts import CAUSES, CREW_ON_WAY, CREW_THERE
from backend.staff.roles import Role
from bot.dialogue.normalize import redact_office_words
from bot.staff import sent_forms, views
from bot.web import pages
from bot.web.pages import form_field
from bot.web.sent_once import repeatable

if TYPE_CHECKING:
    from bot.staff.routes import Routes, StaffPages

OUTAGES_URL = "/staff/outages"
MAX_NAMED = 10
NO_AREA = mark("Nothing was added: please write where it is, the roads or towns, as members name them.")
PAST_TIME = mark(
    "Nothing was changed: power is expected back at a time that has passed, {when}. Members would hear that there is "
    "no time yet. Check AM and PM and the day, or leave it empty."
)
NO_ROAD = mark("Tick the roads that belong together first, under Reports that belong to no outage yet.")
NO_PLACE_LEFT = mark(
    "Nothing was changed: write where the power is still out. If it is back everywhere, use that button."
)
WRONG_TIME = mark("Nothing was changed: please give the time as it is on the calendar, or leave it empty.")
WHOLE_SYSTEM = mark(
    "Nothing was changed: an outage of the whole system is opened by a supervisor. Name the roads or towns, or ask one."
)
READ_BACK_FIELDS = ("area", "accounts", "cause", "estimate", "danger")
STAGES = {
    "out": mark("that it is out"),
    "restored": mark("that it is back"),
    CREW_ON_WAY: mark("that a crew is on the way"),
    CREW_THERE: mark("that a crew is there"),
}
NEW_TIME = mark("the new time")
SAVED_QUIETLY = mark("Saved. Nobody was told of it.")
WAYS = {"text": mark("text"), "email": mark("email"), "call": mark("call")}


class OutagePages:
    """The routes below /staff/outages. `staff` has the sign-in, the form tokens and the templates."""

    def __init__(self, staff: StaffPages) -> None:
        self.staff = staff
        self.backend = staff.backend

    def routes(self) -> Routes:
        return (
            (self.list_outages, "GET", "/outages", Role.READ),
            (self.show_board_part, "GET", "/outages/list", Role.READ),
            (self.write_outage, "GET", "/outages/new", Role.AGENT),
            (self.preview_outage, "POST", "/outages/preview", Role.AGENT),
            (self.add_outage, "POST", "/outages", Role.AGENT),
            (self.confirm_tell, "GET", "/outages/<outage_id:int>/tell", Role.AGENT),
            (self.confirm_end, "GET", "/outages/<outage_id:int>/clear", Role.AGENT),
            (self.update_outage, "POST", "/outages/<outage_id:int>", Role.AGENT),
            (self.tell_of_crew, "POST", "/outages/<outage_id:int>/crew", Role.AGENT),
            (self.tell_outage, "POST", "/outages/<outage_id:int>/tell", Role.AGENT),
            (self.shrink_outage, "POST", "/outages/<outage_id:int>/part", Role.AGENT),
            (self.clear_outage, "POST", "/outages/<outage_id:int>/clear", Role.AGENT),
            (self.list_told, "GET", "/outages/<outage_id:int>/told", Role.READ),
        )

    async def list_outages(self, request: Request, name: str) -> HTTPResponse:
        """The board: reports by town and road, and the known outages, from which members are answered."""
        return await self._render_list(request, name)

    async def show_board_part(self, request: Request, name: str) -> HTTPResponse:
        """The reports of the board without its page, which loads them again when something changes."""
        async with self.backend.db.read_session() as session:
            reports = await board.load_board(session)
        return self._render(request, name, "outages/reports.html", board=reports)

    async def _render_list(
        self, request: Request, name: str, trouble: str = "", changed: int | None = None, form: str = "change"
    ) -> HTTPResponse:
        """`changed` is the outage whose `form` (change, part or crew) was refused with `trouble`."""
        async with self.backend.db.read_session() as session:
            listed = await overview.list_views(session, self.backend)
            reports = await board.load_board(session)
        values = sent_forms.page_values(request) | {"trouble": trouble}
        values |= {"accounts_typed": form_field(request, "accounts"), "outages": listed, "board": reports}
        now = self.backend.clock.now()
        morning = self.backend.coop.after_quiet_hours(now)
        values |= {"causes": CAUSES, "stage_name": stage_name, "night_until": morning if morning > now else None}
        saved = tr(SAVED_QUIETLY) if request.args.get("done") == "quiet" and not trouble else ""
        values |= {"crew": changed if form == "crew" else None, "crew_where": form_field(request, "where")}
        values |= {
            "saved": saved,
            "parted": changed if form == "part" else None,
            "changed": changed if form == "change" else None,
        }
        return self._render(request, name, "outages/list.html", status=422 if trouble else 200, **values)

    async def write_outage(self, request: Request, name: str) -> HTTPResponse:
        """The form of a new one; `?at=` are roads or towns that were chosen on the board, which asks for some."""
        if request.args.get("from") == "board" and not request.args.getlist("at"):
            return await self._render_list(request, name, tr(NO_ROAD))
        return self._render_new(request, name)

    def _render_new(self, request: Request, name: str, trouble: str = "", field: str = "") -> HTTPResponse:
        """With `trouble`: it was refused for this field, and comes back as it was typed."""
        values = sent_forms.page_values(request)
        chosen = ", ".join(dict.fromkeys(each.strip() for each in request.args.getlist("at", [])))
        if not values["sent"]["area"]:
            values["sent"]["area"] = redact_office_words(chosen)[: outages.MAX_AREA_LENGTH]
        values |= {"accounts_typed": form_field(request, "accounts"), "danger": form_field(request, "danger") == "yes"}
        values |= {"causes": CAUSES, "errors": {field: trouble} if trouble else {}}
        return self._render(request, name, "outages/new.html", status=422 if trouble else 200, **values)

    @repeatable
    async def preview_outage(self, request: Request, name: str) -> HTTPResponse:
        """Whom it would tell, and with which words, before anything goes out."""
        parsed = await self._parse_new(request, name)
        if isinstance(parsed, HTTPResponse):
            return parsed
        return await self._render_preview(request, name, parsed)

    async def _render_preview(self, request: Request, name: str, new: NewOutage) -> HTTPResponse:
        async with self.backend.db.read_session() as session:
            preview = await overview.preview(session, self.backend, new)
        sent, key = {each: form_field(request, each) for each in READ_BACK_FIELDS}, secrets.token_hex(16)
        return self._render(
            request, name, "outages/preview.html", new=new, preview=preview, sent=sent, key=key,
            seal=self._seal(request, key),
        )  # fmt: skip

    def _seal(self, request: Request, key: str) -> str:
        """What the read-back of these words with this key bears, so that nothing is opened that was not read back."""
        words = [key, *(form_field(request, each) for each in READ_BACK_FIELDS)]
        return self.backend.settings.keyed_hash("outage-read-back", json.dumps(words))

    async def add_outage(self, request: Request, name: str) -> HTTPResponse:
        """Open what was read back. The key of the form opens one outage, however often it is sent."""
        parsed = await self._parse_new(request, name)
        if isinstance(parsed, HTTPResponse):
            return parsed
        if not hmac.compare_digest(self._seal(request, form_field(request, "key")), form_field(request, "seal")):
            return await self._render_preview(request, name, parsed)
        try:
            async with self.backend.db.transaction() as session:
                await outages.open_outage(session, self.backend, name, parsed)
        except IntegrityError:
            if parsed.source_key is None:
                raise
        return pages.redirect(OUTAGES_URL)

    async def update_outage(self, request: Request, name: str, outage_id: int) -> HTTPResponse:
        async with self.backend.db.read_session() as session:
            known = await session.get(KnownOutage, outage_id)
        if trouble := self._find_time_trouble(request, known.estimate_at if known else None):
            return await self._render_list(request, name, trouble, outage_id)
        estimate = self._parse_outage(request)["estimate_at"]
        if known and outages.is_told(known, estimate) and form_field(request, "sure") != "yes":
            return await self._confirm_news(request, name, known, "cause", "estimate", estimate_at=estimate)
        async with self.backend.db.transaction() as session:
            await outages.update(session, self.backend, name, outage_id, **self._parse_outage(request))
        is_quiet = known is not None and not outages.is_told(known, estimate)
        return pages.redirect(f"{OUTAGES_URL}?done=quiet" if is_quiet else OUTAGES_URL)

    async def tell_of_crew(self, request: Request, name: str, outage_id: int) -> HTTPResponse:
        """That a crew is on the way or there, to all who are in the outage; read back before it goes out."""
        async with self.backend.db.read_session() as session:
            known = await session.get(KnownOutage, outage_id)
        if known is None or known.cleared_at is not None:
            raise NotFound()
        if trouble := self._find_time_trouble(request):
            return await self._render_list(request, name, trouble, outage_id, form="crew")
        is_there = form_field(request, "where") == "there"
        estimate = self._parse_outage(request)["estimate_at"]
        if form_field(request, "sure") != "yes":
            stage = CREW_THERE if is_there else CREW_ON_WAY
            news = {"estimate_at": estimate or known.estimate_at, "stage": stage}
            return await self._confirm_news(request, name, known, "where", "estimate", **news)
        async with self.backend.db.transaction() as session:
            await outages.tell_of_crew(session, self.backend, name, outage_id, is_there=is_there, estimate_at=estimate)
        return pages.redirect(OUTAGES_URL)

    async def confirm_tell(self, request: Request, name: str, outage_id: int) -> HTTPResponse:
        """Whom *Tell members* tells, and with which words, before anything goes out."""
        async with self.backend.db.read_session() as session:
            outage = await session.get(KnownOutage, outage_id)
            if outage is None or outage.cleared_at is not None or outage.tells:
                raise NotFound()
            preview = await overview.preview_telling(session, self.backend, outage)
        return self._render(request, name, "outages/tell.html", outage=outage, preview=preview)

    async def confirm_end(self, request: Request, name: str, outage_id: int) -> HTTPResponse:
        """Who hears that the power is back, and with which words, before anything goes out."""
        async with self.backend.db.read_session() as session:
            outage = await session.get(KnownOutage, outage_id)
            if outage is None or outage.cleared_at is not None:
                raise NotFound()
            preview = await overview.preview_end(session, self.backend, outage)
        return self._render(request, name, "outages/end.html", outage=outage, preview=preview)

    async def tell_outage(self, request: Request, name: str, outage_id: int) -> HTTPResponse:
        async with self.backend.db.transaction() as session:
            await outages.tell(session, self.backend, name, outage_id)
        return pages.redirect(OUTAGES_URL)

    async def shrink_outage(self, request: Request, name: str, outage_id: int) -> HTTPResponse:
        """The power is back in a part; the form has where it is still out."""
        area = redact_office_words(form_field(request, "area"))
        async with self.backend.db.read_session() as session:
            accounts, unknown = await overview.find_accounts(session, form_field(request, "accounts"))
        if unknown:
            return await self._render_list(request, name, _describe_unknown(unknown), outage_id, form="part")
        if self._is_for_supervisor(request, area):
            return await self._render_list(request, name, tr(WHOLE_SYSTEM), outage_id, form="part")
        async with self.backend.db.read_session() as session:
            known = await session.get(KnownOutage, outage_id)
        is_whole = not area.strip() or (known is not None and known.by_accounts and not accounts)
        if known and not is_whole and form_field(request, "sure") != "yes":
            return await self._confirm_news(request, name, known, "area", "accounts", left=area)
        try:
            async with self.backend.db.transaction() as session:
                await outages.shrink(session, self.backend, name, outage_id, area=area, account_ids=accounts)
        except ValueError:
            return await self._render_list(request, name, tr(NO_PLACE_LEFT), outage_id, form="part")
        return pages.redirect(OUTAGES_URL)

    async def _confirm_news(
        self, request: Request, name: str, outage: KnownOutage, *fields: str, **news: Any
    ) -> HTTPResponse:
        """The words of a later time, or of the part where the power is back, before they go out."""
        async with self.backend.db.read_session() as session:
            preview = await overview.preview_news(session, self.backend, outage, **news)
        sent = {field: form_field(request, field) for field in fields}
        return self._render(
            request, name, "outages/news.html", outage=outage, preview=preview, sent=sent, path=request.path
        )

    async def list_told(self, request: Request, name: str, outage_id: int) -> HTTPResponse:
        """The accounts that were told of it, each with what became of the message."""
        async with self.backend.db.read_session() as session:
            outage = await session.get(KnownOutage, outage_id)
            if outage is None:
                raise NotFound()
            notices = await told.list_notices(session, outage_id)
        await self.staff.record_reading(name, {"outage": outage_id})
        return self._render(
            request,
            name,
            "outages/told.html",
            outage=outage,
            notices=notices,
            stage_name=stage_name,
            longest=told.LISTED,
            ways=WAYS,
        )

    async def clear_outage(self, request: Request, name: str, outage_id: int) -> HTTPResponse:
        """End it. That it was a mistake is asked once more: nobody is told, and the button stands by the other."""
        mistake = form_field(request, "mistake")
        if mistake == "ask":
            async with self.backend.db.read_session() as session:
                asked = await session.get(KnownOutage, outage_id)
            if asked is None:
                raise NotFound()
            return self._render(request, name, "outages/mistake.html", outage=asked)
        restored = mistake != "yes"
        async with self.backend.db.transaction() as session:
            await outages.clear(session, self.backend, name, outage_id, restored=restored)
        return pages.redirect(OUTAGES_URL)

    async def _parse_new(self, request: Request, name: str) -> NewOutage | HTTPResponse:
        """The outage of a form, or the page that says what is wrong with it."""
        area = redact_office_words(form_field(request, "area"))
        if not area:
            return self._render_new(request, name, tr(NO_AREA), "area")
        if self._is_for_supervisor(request, area):
            return self._render_new(request, name, tr(WHOLE_SYSTEM), "area")
        if trouble := self._find_time_trouble(request):
            return self._render_new(request, name, trouble, "estimate")
        async with self.backend.db.read_session() as session:
            accounts, unknown = await overview.find_accounts(session, form_field(request, "accounts"))
        if unknown:
            return self._render_new(request, name, _describe_unknown(unknown), "accounts")
        key = form_field(request, "key").strip()[:64]
        return NewOutage(
            area=area,
            account_ids=accounts,
            tells=form_field(request, "tell") == "yes",
            is_dangerous=form_field(request, "danger") == "yes",
            source_key=f"form:{key}" if key else None,
            **self._parse_outage(request),
        )

    def _is_for_supervisor(self, request: Request, area: str) -> bool:
        """The whole system is more than one clerk decides: every report of a member would be taken for known."""
        return parse_area(area).is_whole_system and request.ctx.staff.role < Role.SUPERVISOR

    def _find_time_trouble(self, request: Request, before: datetime | None = None) -> str:
        """A time that cannot be read must not be taken for no time, nor one that has passed. `before` may stay: it was
        right when it was typed."""
        text = form_field(request, "estimate").strip()
        if not text:
            return ""
        at = views.parse_field_time(self.backend, text)
        if at is None:
            return tr(WRONG_TIME)
        if at > self.backend.clock.now() or (before is not None and at == before.replace(second=0, microsecond=0)):
            return ""
        return tr(PAST_TIME, when=views.format_local_time(self.backend, at))

    def _parse_outage(self, request: Request) -> dict[str, Any]:
        return {
            "cause": redact_office_words(form_field(request, "cause")),
            "estimate_at": views.parse_field_time(self.backend, form_field(request, "estimate")),
        }

    def _render(self, request: Request, name: str, template: str, status: int = 200, **values: Any) -> HTTPResponse:
        token = self.staff.cookies.page_token(request)
        return self.staff.render_page(template, status, name=name, token=token, **values)


def _describe_unknown(unknown: list[str]) -> str:
    """Nothing is opened for a list with a wrong number: somebody would be forgotten."""
    named = ", ".join(redact_office_words(number)[:40] for number in unknown[:MAX_NAMED])
    if len(unknown) > MAX_NAMED:
        named = tr("{numbers} and {count} more", numbers=named, count=len(unknown) - MAX_NAMED)
    return tr("Nothing was changed: no account has the number {numbers}.", numbers=named)


def stage_name(stage: str) -> str:
    """What was told with this stage; the later ones are new times."""
    return tr(STAGES.get(stage.partition(":")[0], NEW_TIME))
