"""The photos of talks, for signed-in staff alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sanic import HTTPResponse, Request
from sanic.exceptions import NotFound

from backend.photos.service import load_photo
from backend.staff.roles import Role
from bot.web.pages import PRIVATE_HEADERS

if TYPE_CHECKING:
    from bot.staff.routes import Routes, StaffPages


class PhotoPages:
    def __init__(self, staff: StaffPages) -> None:
        self.staff = staff
        self.backend = staff.backend

    def routes(self) -> Routes:
        return ((self.show_photo, "GET", "/photos/<photo_id:int>", Role.READ),)

    async def show_photo(self, request: Request, name: str, photo_id: int) -> HTTPResponse:
        async with self.backend.db.read_session() as session:
            found = await load_photo(session, photo_id)
        if found is None:
            raise NotFound()
        await self.staff.record_reading(name, {"photo": photo_id, "conversation": found[0]})
        return HTTPResponse(found[1], content_type="image/jpeg", headers=PRIVATE_HEADERS)
