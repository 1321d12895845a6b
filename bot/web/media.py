"""GET /media/<token>.png: usage charts, drawn at each request. The signed token in the address is the permission."""

from __future__ import annotations

import asyncio
import re

from sanic import Blueprint, HTTPResponse, Request
from sanic.exceptions import NotFound

from backend.language import use_language
from backend.usage import chart, signed_media
from backend.usage import service as usage
from bot.services import Services
from bot.web.guards import public
from bot.web.json_requests import READ_METHODS

FILE_NAME = re.compile(r"([A-Za-z0-9_-]{30,120})\.png")
HEADERS = {
    "Cache-Control": "private, max-age=600",
    "X-Robots-Tag": "noindex, nofollow",
    # the chat widget may be on the co-op's own site
    "Cross-Origin-Resource-Policy": "cross-origin",
}
MAX_CONCURRENT = 2
"""Charts drawn at the same time: each takes a few megabytes while it is drawn."""


def blueprint(services: Services) -> Blueprint:
    routes = Blueprint("media")
    drawing = asyncio.Semaphore(MAX_CONCURRENT)

    @routes.route("/media/<name:str>", methods=READ_METHODS)
    @public
    async def picture(request: Request, name: str) -> HTTPResponse:
        token = FILE_NAME.fullmatch(name)
        found = signed_media.open_token(services.backend, token[1]) if token else None
        if found is None:
            raise NotFound()
        async with services.backend.db.read_session() as session:
            months = await usage.list_last_months(session, found.account_id)
        with use_language(found.language):
            bars = [chart.Bar.of(month) for month in months]
            async with drawing:
                png = await asyncio.to_thread(chart.draw, bars)  # to_thread passes the language on
        return HTTPResponse(png, headers=HEADERS, content_type="image/png")

    return routes
