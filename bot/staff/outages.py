"""The staff's list of known outages; members who ask about an outage are answered from it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sanic import HTTPResponse, Request

from backend.outage import service as outages
from bot.dialogue.normalize import clean_and_redact
from bot.staff import views
from bot.web.pages import form_field, redirect

if TYPE_CHECKING:
    from bot.staff.routes import StaffPages

OUTAGES_URL = "/staff/outages"


class OutagePages:
    def __init__(self, office: StaffPages) -> None:
        self.office = office
        self.backend = office.backend

    async def list_outages(self, request: Request, name: str) -> HTTPResponse:
        async with self.backend.db.read_session() as session:
            found = await outages.current_outages(session)
        token = self.office.browser.form_token(request)
        return self.office.render_page("outages.html", outages=found, name=name, token=token)

    async def add(self, request: Request, name: str) -> HTTPResponse:
        area = clean_and_redact(form_field(request, "area"))
        if area:
            async with self.backend.db.transaction() as session:
                await outages.add(
                    session,
                    self.backend,
                    name,
                    area=area,
                    cause=clean_and_redact(form_field(request, "cause")),
                    estimate_at=views.parse_field_time(self.backend, form_field(request, "estimate")),
                )
        return redirect(OUTAGES_URL)

    async def update(self, request: Request, name: str, outage_id: int) -> HTTPResponse:
        async with self.backend.db.transaction() as session:
            await outages.update(
                session,
                self.backend,
                name,
                outage_id,
                cause=clean_and_redact(form_field(request, "cause")),
                estimate_at=views.parse_field_time(self.backend, form_field(request, "estimate")),
            )
        return redirect(OUTAGES_URL)

    async def clear(self, request: Request, name: str, outage_id: int) -> HTTPResponse:
        async with self.backend.db.transaction() as session:
            await outages.clear(session, self.backend, name, outage_id)
        return redirect(OUTAGES_URL)
