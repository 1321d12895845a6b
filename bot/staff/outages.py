"""The office's list of known outages, from which members who ask are answered."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sanic import HTTPResponse, Request

from backend.outages import service as outages
from bot.dialogue.normalize import fit_to_keep
from bot.portal.pages import see_other
from bot.staff import views
from bot.staff.fields import field

if TYPE_CHECKING:
    from bot.staff.routes import Office

HERE = "/staff/outages"


class OutagePages:
    """See, add, change and clear."""

    def __init__(self, office: Office) -> None:
        self.office = office
        self.backend = office.backend

    async def listing(self, request: Request, name: str) -> HTTPResponse:
        async with self.backend.db.reading() as session:
            found = await outages.current(session)
        token = self.office.browser.form_token(request)
        return self.office.page("outages.html", outages=found, name=name, token=token)

    async def add(self, request: Request, name: str) -> HTTPResponse:
        area = fit_to_keep(field(request, "area"))
        if area:
            async with self.backend.db.transaction() as session:
                await outages.add(
                    session,
                    self.backend,
                    name,
                    area=area,
                    cause=fit_to_keep(field(request, "cause")),
                    estimate_at=views.read_field_time(self.backend, field(request, "estimate")),
                )
        return see_other(HERE)

    async def update(self, request: Request, name: str, outage_id: int) -> HTTPResponse:
        async with self.backend.db.transaction() as session:
            await outages.update(
                session,
                self.backend,
                name,
                outage_id,
                cause=fit_to_keep(field(request, "cause")),
                estimate_at=views.read_field_time(self.backend, field(request, "estimate")),
            )
        return see_other(HERE)

    async def clear(self, request: Request, name: str, outage_id: int) -> HTTPResponse:
        async with self.backend.db.transaction() as session:
            await outages.clear(session, self.backend, name, outage_id)
        return see_other(HERE)
